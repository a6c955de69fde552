"""The one door: who may do what, and that both answers leave a line."""

from __future__ import annotations

import pytest

from center.core import access
from center.core.effects import Audit, Reply, Send
from center.core.pattern_facts import Advice, Box, ForecastReady, Patterns
from tests.center.core.facts import Room, act, called, confirm, hotlist, listed, of, read, refusal, site, the, when

ROOM = ("ada", "sue")
WATCHING = (*ROOM, "aud")
EVERYBODY = (*WATCHING, "rep", "tra", "pat", "nobody", "")
MATRIX = {
    "room.watch": WATCHING,
    "picture.look": ROOM,
    "alert.acknowledge": ROOM,
    "alert.confirm": ROOM,
    "alert.dismiss": ROOM,
    "unit.position": WATCHING,
    "unit.video": ROOM,
    "unit.audio": ROOM,
    "unit.message": ROOM,
    "camera.watch": ROOM,
    "camera.listen": ROOM,
    "camera.stop": ROOM,
    "camera.revoke": ("sue",),
    "clip.keep": ROOM,
    "clip.look": WATCHING,
    "patterns.look": WATCHING,
    "box.accept": ("sue",),
    "box.decline": ("sue",),
    "plates.search": ROOM,
    "audit.read": ("sue", "aud"),
}
"""Every act, and who of the people in facts.py may do it: an operator and a supervisor of our own work here, an auditor
looks on; a citizens' representative, a trainer, a partner agency's officer and a stranger do neither."""


def asked(what: str, who: str, **said: str) -> tuple[Room, list[Audit | Reply]]:
    """Somebody asks with everything an act could need."""
    room = Room(site(), hotlist(listed("ABC123")), read("ABC123", 1), called("c1", 2))
    everything = {"reason": "stop", "case": "26-1", "action": "none", "disposition": "misread", "text": "hello"}
    subject = "SO-1"
    if what.startswith("alert."):
        subject = room.alert().alert
    elif what.startswith(("camera.", "clip.")):
        subject = "SO-1-mic" if what == "camera.listen" else "SO-1-dash"
        everything |= {"reason": "call", "case": room.incident.incident, "start": str(when(0)), "end": str(when(4))}
    if what in ("camera.stop", "camera.revoke"):
        watching = room.tell(act("camera.watch", subject, 3, who if who in ROOM else "sue", **everything))
        subject = the(Reply, watching).made
    if what.startswith("box."):
        subject = _offered(room)
        everything["units"] = "SO-1"
    effects = room.tell(act(what, subject, 5, who, **everything | said))
    return room, [effect for effect in effects if isinstance(effect, Audit | Reply)]


def _offered(room: Room) -> str:
    """A box that waits for the sergeant."""
    room.tell(site(4, patterns=Patterns()))
    box = Box(30.0, -93.0, 200.0, ((30.0, -93.0),), 0.5, 0, 2, 0.6, 0.5)
    advice = Advice(when(4), when(9_000), when(9_000), boxes=(box,))
    answers = room.picture.patterns.asked
    room.tell(ForecastReady(at=when(4), source="forecaster", answers=answers, advice=advice))
    return next(iter(room.picture.patterns.offers))


def test_the_table_below_names_every_act() -> None:
    """An act that is added must say here who may do it."""
    assert access.ACTS.keys() == MATRIX.keys()


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("what", MATRIX)
def test_who_may_do_what(what: str, who: str) -> None:
    """Every act by everybody. Each leaves an audit line (another one where it ends a ticket) and gets exactly one
    reply, and they agree. Fails when a rule names a role too many or too few."""
    _, (audit, *_, reply) = asked(what, who)
    assert isinstance(audit, Audit)
    assert isinstance(reply, Reply)
    assert audit.granted == reply.granted == (who in MATRIX[what])
    assert (audit.operator, audit.act, audit.at) == (who, what, when(5))
    assert audit.reason in ("stop", "call")
    assert audit.case
    assert bool(audit.why) != audit.granted


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("nobody", "nobody does not work here"),
        ("", "nobody does not work here"),
        ("rep", "a representative may not do unit.video"),
        ("aud", "an auditor may not do unit.video"),
        ("pat", "LCPD is not an agency of this center"),
    ],
)
def test_a_refusal_says_why(who: str, why: str) -> None:
    _, (audit, reply) = asked("unit.video", who)
    assert reply.why == audit.why == why


def test_an_act_that_does_not_exist_is_refused_and_kept() -> None:
    """Somebody tried a door that is not there."""
    room = Room()
    effects = room.tell(act("unit.explode", "SO-1", 1))
    assert refusal(effects) == "there is no act called unit.explode"
    assert the(Audit, effects).act == "unit.explode"


@pytest.mark.parametrize("what", ["unit.video", "unit.audio", "unit.message"])
@pytest.mark.parametrize("unit", ["PD-1", "pd-modem", "spare-7", ""])
def test_of_a_partners_unit_only_the_position_is_ours(what: str, unit: str) -> None:
    """Other agencies' units come over the 911 link. Their media is refused, by every name, and the refusal is audited;
    so is that of a unit nobody knows. Fails when the door does not ask whose unit it is."""
    room = Room()
    effects = room.tell(act(what, unit, 1, "sue", reason="pursuit", case="26-1", text="hello"))
    assert refusal(effects).endswith("is not a unit of an own agency: its position is shared, nothing else")
    audit = the(Audit, effects)
    assert (audit.granted, audit.subject, audit.reason, audit.case) == (False, unit, "pursuit", "26-1")
    assert of(Send, effects) == []
    assert not refusal(room.tell(act("unit.position", unit, 2)))


@pytest.mark.parametrize(
    ("what", "said", "why"),
    [
        ("unit.video", {}, "a reason must be given"),
        ("unit.video", {"reason": ""}, "a reason must be given"),
        ("unit.audio", {"case": "26-1"}, "a reason must be given"),
        ("plates.search", {"case": "26-1"}, "a reason must be given"),
        ("plates.search", {"reason": "theft"}, "a case, call or stop number must be given"),
        ("plates.search", {"reason": "theft", "case": ""}, "a case, call or stop number must be given"),
    ],
)
def test_what_needs_a_reason_or_a_case_is_refused_without(what: str, said: dict[str, str], why: str) -> None:
    room = Room()
    effects = room.tell(act(what, "SO-1", 1, **said))
    assert refusal(effects) == why
    assert not the(Audit, effects).granted


def test_a_request_sent_twice_is_one_act_with_one_line() -> None:
    """The client lost the answer and asked again: it gets the same answer, nothing is done again, and the trail shows
    one act. Fails when requests are not remembered."""
    room = Room(site(), hotlist(listed("ABC123")), read("ABC123", 1))
    first = act("alert.confirm", room.alert().alert, 5, request="ada/7", action="units sent")
    granted = the(Reply, room.tell(first))
    again = room.tell(first)
    assert [type(effect) for effect in again] == [Reply]
    assert the(Reply, again).granted
    assert the(Reply, again).request == granted.request == "ada/7"
    assert the(Reply, again).id != granted.id
    assert len(room.alert().history) == 1


def test_a_repeated_refusal_stays_a_refusal_and_a_repeated_lateness_late() -> None:
    room = Room(site(), hotlist(listed("ABC123")), read("ABC123", 1))
    room.tell(confirm(room.alert().alert, 5, "sue"))
    late = confirm(room.alert().alert, 6, "ada")
    first, second = the(Reply, room.tell(late)), the(Reply, room.tell(late))
    assert (first.granted, first.late, first.why) == (second.granted, second.late, second.why)
    assert (second.granted, second.late) == (False, True)


def test_a_repeat_is_still_known_after_a_restart() -> None:
    room = Room(site(), hotlist(listed("ABC123")), read("ABC123", 1))
    first = confirm(room.alert().alert, 5)
    room.tell(first)
    room.restart()
    assert [type(effect) for effect in room.tell(first)] == [Reply]


def test_only_so_many_requests_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest of them."""
    monkeypatch.setattr(access, "MAX_REMEMBERED", 10)
    room = Room()
    room.tell(*(act("room.watch", "", n, request=f"r{n}") for n in range(50)))
    assert list(room.picture.access.answered) == [f"r{n}" for n in range(40, 50)]


def test_who_was_let_go_this_morning_may_do_nothing_this_afternoon() -> None:
    """The roster in force decides, not the one at sign-in."""
    room = Room()
    assert not refusal(room.tell(act("room.watch", "", 1)))
    room.tell(site(2, operators=()))
    assert refusal(room.tell(act("room.watch", "", 3))) == "ada does not work here"


def test_before_a_site_is_loaded_nobody_may_do_anything() -> None:
    room = Room(act("room.watch", "", 1))
    assert refusal(room.tell(act("unit.video", "SO-1", 2, reason="stop"))) == "ada does not work here"
