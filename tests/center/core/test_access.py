"""The one door: who may do what, and that both answers leave a line."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from center.core import access
from center.core.community_facts import ClipOffered
from center.core.effects import Audit, Effect, Lookup, Notify, Reply, SearchPosts, Send
from center.core.events import Event
from center.core.open_facts import PostsFound
from center.core.pattern_facts import Advice, Box, Burglary, ForecastReady, Patterns
from center.core.record_facts import LookupAnswered, PersonOnFile
from center.core.roster import Agency, RosterHotlist, RosterOperator, RosterOwner
from center.core.tip_facts import TipReceived
from tests.center.core.facts import (
    AGENCIES,
    LAT,
    LON,
    OPERATORS,
    Room,
    act,
    called,
    confirm,
    hotlist,
    hung_up,
    listed,
    of,
    read,
    refusal,
    site,
    the,
    when,
)

ROOM = ("ada", "sue")
WATCHING = (*ROOM, "aud")
EVERYBODY = (*WATCHING, "det", "dep", "adm", "rep", "lee", "tra", "pat", "nobody", "")
MATRIX = {
    "alert.acknowledge": ROOM,
    "alert.confirm": ROOM,
    "alert.dismiss": ROOM,
    "audit.export": ("sue", "aud"),
    "audit.read": ("sue", "aud"),
    "box.accept": ("sue",),
    "box.decline": ("sue",),
    "bulletin.approve": ("sue",),
    "bulletin.decline": ("sue",),
    "bulletin.draft": (*ROOM, "det"),
    "bulletin.series": (*ROOM, "det"),
    "bulletin.withdraw": ("sue",),
    "bulletin.read": ("lee",),
    "bulletins.look": ("lee", *WATCHING, "dep", "det"),
    "camera.listen": ROOM,
    "camera.revoke": ("sue",),
    "camera.stop": ROOM,
    "camera.watch": ROOM,
    "cameras.look": WATCHING,
    "case.assign": ("sue",),
    "case.close": ("sue",),
    "clip.keep": ROOM,
    "clip.look": (*WATCHING, "det"),
    "community.approve": ("sue",),
    "community.close": ROOM,
    "community.list": WATCHING,
    "community.look": ("sue",),
    "community.reject": ("sue",),
    "community.request": ROOM,
    "cot.watch": (*ROOM, "dep", "det", "lee"),
    "feeds.look": (*WATCHING, "adm"),
    "incident.share": ROOM,
    "incident.unshare": ROOM,
    "hold.lift": ("sue",),
    "hold.look": ("sue", "aud", "det"),
    "hold.place": ("sue", "det"),
    "log.read": WATCHING,
    "log.write": ROOM,
    "counts.look": (*WATCHING, "det", "adm"),
    "outcome.correct": ("sue",),
    "outcome.mark": (*ROOM, "dep"),
    "owner.ask": ROOM,
    "owner.unask": ROOM,
    "message.read": (*ROOM, "dep", "det", "lee"),
    "message.reply": (*ROOM, "dep", "det", "lee"),
    "message.room": ("lee",),
    "message.send": (*ROOM, "det"),
    "messages.look": (*WATCHING, "dep", "det", "lee"),
    "patterns.look": (*WATCHING, "det"),
    "picture.look": (*ROOM, "det"),
    "plates.search": (*ROOM, "det"),
    "review.ask": ("sue", "aud"),
    "review.fine": ("sue", "aud"),
    "review.object": ("sue", "aud"),
    "room.watch": (*WATCHING, "adm", "dep", "det", "lee"),
    "series.confirm": ("sue", "det"),
    "series.plates": (*ROOM, "det"),
    "series.split": ("sue", "det"),
    "session.look": ("adm",),
    "session.revoke": ("adm",),
    "site.look": (*WATCHING, "adm", "dep", "det", "lee"),
    "ticket.look": ROOM,
    "records.search": (*ROOM, "det"),
    "records.send": ROOM,
    "posts.search": (*ROOM, "det"),
    "stop.look": ROOM,
    "tip.apart": (*ROOM, "det"),
    "tip.belongs": (*ROOM, "det"),
    "tip.unsay": (*ROOM, "det"),
    "tips.look": (*ROOM, "aud", "det"),
    "unit.audio": ROOM,
    "unit.message": ROOM,
    "unit.position": (*WATCHING, "dep"),
    "unit.video": ROOM,
}
"""Every act, and who of the people in facts.py may do it where things are real: an operator and a supervisor of our
own work here, an auditor looks on, a detective, a deputy, an administrator and the representative of an agency that has
joined have their own few acts; a trainer, a representative of our own, a partner agency's officer and a stranger do
nothing."""


def asked(what: str, who: str, **said: str) -> tuple[Room, list[Audit | Reply]]:  # a case for each subject
    """Somebody asks with everything an act could need."""
    room = Room(site(), hotlist(listed("ABC123")), read("ABC123", 1), called("c1", 2))
    everything = {"reason": "stop", "case": "26-1", "action": "none", "disposition": "misread", "text": "hello"}
    subject = "SO-1"
    if what.startswith("alert."):
        subject = room.alert().alert
    elif what.startswith("outcome."):
        subject = room.alert().alert
        room.tell(confirm(subject, 4))
        everything["outcome"] = "recovered"
    elif what.startswith(("camera.", "clip.")):
        subject = "SO-1-mic" if what == "camera.listen" else "SO-1-dash"
        everything |= {"reason": "call", "case": room.incident.incident, "start": str(when(0)), "end": str(when(4))}
    if what in ("camera.stop", "camera.revoke"):
        watching = room.tell(act("camera.watch", subject, 3, who if who in ROOM else "sue", **everything))
        subject = the(Reply, watching).made
    if what.startswith("hold."):
        subject = _held(room, everything, is_lifted=what == "hold.lift")
    if what.startswith("box."):
        subject = _offered(room)
        everything["units"] = "SO-1"
    if what.startswith("incident."):
        subject = _shared(room, everything, is_taken_back=what == "incident.unshare")
    if what.startswith("community."):
        subject = _offered_clip(room, what)
        times = {"lat": str(LAT), "lon": str(LON), "radius_m": "400", "open_s": "600"}
        everything |= {"case": room.incident.incident, "start": str(when(0)), "end": str(when(4)), **times}
    elif what.startswith(("case.", "message.")):
        subject = _written(room, what, "agency/LCPD" if who == "lee" else "case/26-1")
        everything |= {"title": "Ryan Street", "persons": "det"}
    if what.startswith("series."):
        _drafted(room, "bulletin.series")
        everything |= {"reports": "cad/b1", "out": "cad/b2"} if what.endswith("split") else {"reports": "cad/b1 cad/b2"}
    if what.startswith(("bulletin.", "owner.", "tip.")):
        made = {"bulletin": _drafted, "owner": _owned, "tip": _tipped}[what.partition(".")[0]]
        subject, words = made(room, what)
        everything |= words
    everything |= _sought(room, what, who)
    effects = room.tell(act(what, subject, 5, who, **everything | said))
    effects += _answers(effects, room)
    return room, [effect for effect in effects if isinstance(effect, Audit | Reply)]


def _tipped(room: Room, what: str) -> tuple[str, dict[str, str]]:
    """A tip of which something is to be said, or has been, and what that is about."""
    words = {"about": room.incident.incident}
    room.tell(TipReceived(at=when(4), source="tips", tip="T1", line="tips"))
    if what == "tip.unsay":
        room.tell(act("tip.belongs", "tips/T1", 4, "sue", reason="so", **words))
    return "tips/T1", words


def _owned(room: Room, what: str) -> tuple[str, dict[str, str]]:
    """A camera whose owner is to be asked, or has been."""
    words = {"case": room.incident.incident, "minutes": "60"}
    room.tell(site(4, owners=(RosterOwner("o8", LAT, LON, "shop"),)))
    if what == "owner.ask":
        return "shop", words
    return the(Reply, room.tell(act("owner.ask", "shop", 4, "sue", reason="call", **words))).made, words


def _sought(room: Room, what: str, who: str) -> dict[str, str]:
    """What is looked up, at a site where that can be done."""
    if not what.startswith(("records.", "posts.")):
        return {}
    room.tell(site(4, records=True, simulated=who != "tra", open_sources=True))
    return {"last": "Landry", "words": "truck", "person": "SYN-1", "inquiry": _looked_up(room, who)}


def _answers(effects: list[Effect], room: Room) -> list[Effect]:
    """What is looked up is answered at once."""
    facts: list[Event] = [
        LookupAnswered(at=when(5), source="records", answers=one.id, persons=(PersonOnFile("SYN-1", "Landry", "Jim"),))
        for one in of(Lookup, effects)
    ]
    facts += [PostsFound(at=when(5), source="open-sources", answers=one.id) for one in of(SearchPosts, effects)]
    return room.tell(*facts)


def _looked_up(room: Room, who: str) -> str:
    """An answer of somebody's own, if they may have one."""
    why = {"reason": "stop", "case": "26-1", "last": "Landry"}
    replies = of(Reply, _answers(room.tell(act("records.search", "Landry", 4.5, who, **why)), room))
    return replies[0].made if replies else "i0.0"


def _offered_clip(room: Room, what: str) -> str:
    """What an act about the community is done to: an incident, a request, or a clip that has come."""
    incident = room.incident.incident
    if what in ("community.request", "community.list"):
        return incident
    said = {"lat": str(LAT), "lon": str(LON), "radius_m": "400", "start": str(when(0)), "end": str(when(2))}
    asked = room.tell(act("community.request", incident, 3, reason="call", case=incident, open_s="600", **said))
    request = the(Reply, asked).made
    if what == "community.close":
        return request
    clip = {"begins": when(0), "ends": when(1), "seconds": 1.0, "width": 8, "height": 8, "codec": "h264"}
    facts: dict[str, Any] = {"owner": "o1", "file": "f", "size": 1, "sha256": "a", **clip}
    room.tell(ClipOffered(at=when(4), source="community", request=request, **facts))
    return next(iter(room.picture.community.offered))


def _drafted(room: Room, what: str) -> tuple[str, dict[str, str]]:
    """A bulletin of somebody else's that an act can be about, and the words of a draft."""
    words = {"kind": "vehicle", "title": "Grey van", "text": "a grey van", "confidence": "likely"}
    words |= {"until": "2026-01-03T12:00:00Z", "sources": "witness: w", "reports": "cad/b1 cad/b2"}
    for name in ("cad/b1", "cad/b2"):
        room.picture.patterns.reports[name] = Burglary(name, "residence", LAT, LON, when(0), when(1), when(1))
    if what in ("bulletin.draft", "bulletin.series"):
        return "new", words
    made = the(Reply, room.tell(act("bulletin.draft", "new", 3, "ada", partners="LCPD", **words))).made
    if what in ("bulletin.withdraw", "bulletin.read"):
        room.tell(act("bulletin.approve", made, 4, "sue"))
    return made, words


def _written(room: Room, what: str, to: str) -> str:
    """A case, people who work on it, and a message to them, or to another agency: what an act is to be about."""
    room.tell(act("case.assign", "26-1", 3, "sue", title="Ryan Street", persons="det dep"))
    room.tell(act("message.send", to, 4, "sue", text="seen again"))
    (post,) = room.picture.threads.posts
    return {"message.read": post}.get(what, "26-1" if what.startswith("case.") else to)


def _shared(room: Room, everything: dict[str, str], *, is_taken_back: bool) -> str:
    """An incident for an agency that has joined, or one that it has already."""
    everything["agency"] = "LCPD"
    if is_taken_back:
        room.tell(act("incident.share", room.incident.incident, 4, "sue", **everything))
    return room.incident.incident


def _held(room: Room, everything: dict[str, str], *, is_lifted: bool) -> str:
    """What is to be held, or a hold that there is."""
    everything["days"] = "30"
    plate = "plate:ABC123"
    return the(Reply, room.tell(act("hold.place", plate, 4, "sue", **everything))).made if is_lifted else plate


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
        ("lee", "a representative may not do unit.video"),
        ("aud", "an auditor may not do unit.video"),
        ("pat", "LCPD is not an agency of this center"),
    ],
)
def test_a_refusal_says_why(who: str, why: str) -> None:
    _, (audit, reply) = asked("unit.video", who)
    assert reply.why == audit.why == why


@pytest.mark.parametrize("what", MATRIX)
def test_a_trainer_does_an_operators_work_where_nothing_is_real(what: str) -> None:
    """On a simulated site, and no more than an operator; on a real one nothing at all (the table above)."""
    room = Room(site(simulated=True))
    may = not refusal(room.tell(act(what, "SO-1", 1, "tra", reason="x", case="26-1")))
    assert may == (not refusal(room.tell(act(what, "SO-1", 1, "ada", reason="x", case="26-1"))))
    assert ("trainer" in access.ACTS[what].roles) == ("operator" in access.ACTS[what].roles)


def test_an_agency_joins_by_a_row_of_the_roster() -> None:
    """Its representative may look from then on, and not after it has left; nobody else of it ever."""
    room = Room()
    assert not refusal(room.tell(act("room.watch", "room", 1, "lee")))
    assert refusal(room.tell(act("room.watch", "room", 2, "rep"))) == "a representative comes from another agency"
    left = tuple(msgspec.structs.replace(agency, sees=()) for agency in AGENCIES)
    room.tell(site(3, agencies=left))
    assert refusal(room.tell(act("room.watch", "room", 4, "lee"))) == "LCPD has not joined this center"


def test_an_incident_is_shared_with_an_agency_that_has_joined_and_remembered_as_such() -> None:
    """By name, once, over a restart; with nobody else, and no incident that is not there."""
    room = Room(site(), called("c1", 1))
    incident = room.incident.incident
    own = "CPSO has not joined: no incident is shared with it"
    for s, (name, why) in enumerate((("CPSO", own), ("LCPD", ""), ("LCPD", ""))):
        assert refusal(room.tell(act("incident.share", incident, 2 + s, reason="theirs", agency=name))) == why
    nowhere = act("incident.share", "i0.0", 9, reason="theirs", agency="LCPD")
    assert refusal(room.tell(nowhere)) == "there is no incident i0.0"
    room.restart()
    assert room.picture.sharing.of == {incident: ("LCPD",)}


def test_what_is_taken_back_is_shared_no_more_and_says_who_has_seen_it() -> None:
    """Once, with a reason, over a restart. The trail has a line of who took it back, and one of each of the partner's
    people who has seen it, or may have on a page that was open before. Fails when somebody is left out of it."""
    people = (*OPERATORS, *(RosterOperator(f"lee{n}", f"Lee {n}", "LCPD", "representative") for n in (2, 3)))
    room = Room(site(operators=people), called("c1", 1), act("room.watch", "room", 2, "lee"))
    incident = room.incident.incident
    words = {"agency": "LCPD", "reason": "theirs"}
    assert refusal(room.tell(act("incident.unshare", incident, 3, **words))) == "it is not shared with LCPD"
    room.tell(act("incident.share", incident, 60, **words), act("room.watch", "room", 90, "lee2"))
    room.restart()
    assert refusal(room.tell(act("incident.unshare", incident, 200, agency="LCPD"))) == "a reason must be given"
    effects = room.tell(act("incident.unshare", incident, 240, **words | {"reason": "wrong street"}))
    assert {one.topic: one.subject for one in of(Notify, effects)} == {
        "unshared": f"{incident}/LCPD",
        "incident": incident,
    }
    trail = [(line.operator, line.act, line.reason, line.why.partition(";")[0]) for line in of(Audit, effects)]
    assert trail == [
        ("ada", "incident.unshare", "wrong street", ""),
        ("lee", "incident.unshared", "wrong street", "may have seen it on an open page"),
        ("lee2", "incident.unshared", "wrong street", "has seen it"),
    ]
    said = room.incident.changes[-1].what
    assert said.startswith("taken back from LCPD, which had it for 3 min: Lee Fruge may have seen it")
    assert room.picture.sharing.of == room.picture.sharing.since == {}
    assert refusal(room.tell(act("incident.unshare", incident, 250, **words))) == "it is not shared with LCPD"


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


@pytest.mark.parametrize(
    "what", ["bulletin.series", "plates.search", "posts.search", "records.search", "series.plates"]
)
def test_nobody_is_looked_up_but_on_a_ground_that_is_checked(what: str) -> None:
    """A reason from the list, however it is written, and a number of what goes on: an open call, its incident, its
    number at the dispatcher's, an alert, a case. What is over, made up, or kept from the person is none. Fails when a
    number is only a number."""
    kept = RosterHotlist("affairs", roles=("supervisor",))
    room = Room(site(hotlists=(kept,)), called("c1", 1, incident="26-0042"), called("c2", 1, LAT + 1))
    room.tell(hotlist(listed("ABC123")), read("ABC123", 2), hotlist(listed("XYZ987"), name="affairs"))
    room.tell(read("XYZ987", 2, "R2"), hung_up("c2", 3))
    first, second = room.incidents
    shown, hidden = room.alerts()
    over = "no call, alert, stop or case {} is going on"
    for number, (reason, case, why) in enumerate(
        (
            *(("call", first.incident, ""), ("Vehicle of a CALL", "cad/c1", ""), ("follow up", "26-0042", "")),
            *(("alert", shown.alert, ""), ("theft", "26-1", "")),
            ("call", second.incident, over.format(second.incident)),
            ("theft", "26-99999", over.format("26-99999")),
            ("alert", hidden.alert, f"there is no alert {hidden.alert} going on"),
            ("curious", "26-1", "the reason must be one of"),
        )
    ):
        effects = room.tell(act(what, "ABC123", 5 + number, reason=reason, case=case))
        said = "" if the(Audit, effects).granted else the(Reply, effects).why
        assert said.startswith(why) if why else not said, (reason, case, said)


def test_an_agency_may_have_reasons_and_cases_of_its_own() -> None:
    """Its reasons stand in place of the site's, for its people only; its cases go on for its people beside the site's.
    Where it has none, the site's hold. Fails when one agency's counsel decides for another's people."""
    ours = Agency("CPSO", "Sheriff's Office", own=True, reasons=("warrant", "Amber alert"), cases=("CP-9",))
    both = (ours, Agency("WLPD", "Westlake Police", own=True))
    room = Room(site(agencies=both, operators=(*OPERATORS, RosterOperator("wes", "Wes Guidry", "WLPD"))))
    for number, (who, reason, case, why) in enumerate(
        (
            *(("ada", "warrant", "26-1", ""), ("ada", "amber-alert", "CP-9", "")),
            ("ada", "theft", "26-1", "the reason must be one of warrant, Amber alert"),
            *(("wes", "theft", "26-1", ""), ("wes", "amber alert", "26-1", "the reason must be one of alert")),
            ("wes", "theft", "CP-9", "no call, alert, stop or case CP-9 is going on"),
        )
    ):
        effects = room.tell(act("plates.search", "ABC123", 1 + number, who, reason=reason, case=case))
        said = "" if the(Audit, effects).granted else the(Reply, effects).why
        assert said.startswith(why) if why else not said, (who, reason, case, said)


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
