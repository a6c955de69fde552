"""Intelligence bulletins: who drafts and approves them, what they must name, whom they reach, and that they end."""

from __future__ import annotations

from typing import Any

import pytest

from center.core.bulletins import Bulletin
from center.core.effects import Notify, Remark, Reply, Send, WakeAt
from center.core.events import HOUR
from center.core.message_facts import MessageDelivered
from center.core.pattern_facts import Burglary, Patterns
from center.core.roster import Agency, RosterOperator
from tests.center.core.facts import (
    AGENCIES,
    LAT,
    LON,
    OPERATORS,
    Room,
    acked,
    act,
    moved,
    of,
    read,
    refusal,
    reported,
    sends,
    site,
    the,
    when,
    woke,
)

TOMORROW = "2026-01-03T12:00:00Z"
SAID = {
    "kind": "vehicle",
    "title": "Grey van at burglaries",
    "text": "Grey Ford van, rear window broken.",
    "confidence": "likely",
    "until": TOMORROW,
    "sources": "witness: M. Breaux\ncamera: Ryan Street 120",
}


def street() -> Room:
    """SO-1 and SO-2 on duty, SO-3 not yet; a case that a detective works on; burglaries are kept."""
    room = Room(site(patterns=Patterns()))
    for unit, status in (("SO-1", "available"), ("SO-2", "enroute"), ("SO-3", "out-of-service")):
        room.tell(moved(unit, 0), reported(unit, 0, status))
    room.tell(act("case.assign", "26-7", 0, "sue", title="Ryan Street", persons="det"))
    return room


def drafted(room: Room, who: str = "ada", case: str = "", **said: str) -> Bulletin:
    s = 1 + len(room.picture.bulletins.bulletins) / 100  # a request that is made twice is one
    reply = the(Reply, room.tell(act("bulletin.draft", "new", s, who, case=case, **SAID | said)))
    assert reply.granted, reply.why
    return room.picture.bulletins.bulletins[reply.made]


def test_a_bulletin_goes_to_patrol_and_detectives_when_a_supervisor_has_approved_it() -> None:
    """With its sources, how sure it is in words and numbers, and until when; who has read it is known one by one."""
    room = street()
    bulletin = drafted(room)
    assert (bulletin.state, room.picture.pending.keys() & {"m"}) == ("draft", set())
    effects = room.tell(act("bulletin.approve", bulletin.bulletin, 2, "sue"))
    assert sends(effects) == ["SO-1", "SO-2"]
    send = of(Send, effects)[0]
    assert (send.kind, send.headline, send.expires) == ("bulletin", "BULLETIN Grey van at burglaries", bulletin.until)
    assert "How sure: likely (55 to 80 %)" in (send.note or "")
    assert "witness M. Breaux; camera Ryan Street 120" in (send.note or "")
    post = room.picture.threads.posts[bulletin.post]
    assert list(post.to) == ["SO-1", "SO-2", "person/det"]
    room.tell(acked(send, 5, "SO-1"), act("bulletins.look", "bulletins", 6, "det"))
    assert [one.state for one in post.to.values()] == ["read", "sent", "delivered"]


def test_whoever_comes_on_duty_later_is_told_what_holds() -> None:
    """Once, and not what is for detectives only. Fails when the next shift never hears of it."""
    room = street()
    for audience in ("patrol", "detectives"):
        room.tell(act("bulletin.approve", drafted(room, audience=audience).bulletin, 2, "sue"))
    assert sends(room.tell(reported("SO-3", 3, "available"))) == ["SO-3"]
    assert sends(room.tell(reported("SO-3", 4, "available"), reported("SO-1", 5, "available"))) == []


def test_a_partner_that_has_joined_has_what_names_it_while_it_holds() -> None:
    """Its representatives, those too who come later, and nobody of an agency that is not named; the act of reading is
    theirs alone, and of what is for them alone. Fails when a bulletin reaches a partner that it does not name."""
    people = (*OPERATORS, RosterOperator("kim", "Kim", "FD", "representative"))
    agencies = (*AGENCIES, Agency("FD", "Fire", sees=("units",)))
    room = street()
    room.tell(site(0, patterns=Patterns(), operators=people, agencies=agencies))
    for s, name in enumerate(("CPSO", "LSP")):
        said = act("bulletin.draft", "new", s / 10, "ada", partners=f"LCPD {name}", **SAID)
        assert refusal(room.tell(said)) == f"{name} has not joined: no bulletin is for it"
    own, theirs = drafted(room), drafted(room, partners="LCPD", audience="detectives")
    for bulletin in (own, theirs):
        room.tell(act("bulletin.approve", bulletin.bulletin, 2, "sue"))
    assert list(room.picture.threads.posts[own.post].to) == ["SO-1", "SO-2", "person/det"]
    post = room.picture.threads.posts[theirs.post]
    assert list(post.to) == ["person/det", "person/lee"]
    room.tell(act("bulletins.look", "bulletins", 3, "lee"), act("bulletins.look", "bulletins", 3, "kim"))
    assert (list(post.to), post.to["person/lee"].state) == (["person/det", "person/lee"], "delivered")
    for who, bulletin in (("lee", own), ("kim", theirs)):
        answer = room.tell(act("bulletin.read", bulletin.bulletin, 4, who))
        assert refusal(answer) == f"there is no bulletin {bulletin.bulletin}"
    assert not refusal(room.tell(act("bulletin.read", theirs.bulletin, 5, "lee")))
    assert post.to["person/lee"].state == "read"
    more = (*people, RosterOperator("lou", "Lou", "LCPD", "representative"))
    room.tell(site(6, patterns=Patterns(), operators=more, agencies=agencies))
    room.tell(act("bulletins.look", "bulletins", 7, "lou"))
    assert post.to["person/lou"].state == "delivered"
    room.restart()
    gone = room.tell(act("bulletin.withdraw", theirs.bulletin, 8, "sue", reason="found"))
    assert [one.subject for one in of(Notify, gone) if one.topic == "addressed"] == ["LCPD"]
    assert refusal(room.tell(act("bulletin.read", theirs.bulletin, 9, "lou"))).startswith("there is no bulletin")


def test_its_end_takes_it_off_every_screen() -> None:
    room = street()
    bulletin = drafted(room)
    effects = room.tell(act("bulletin.approve", bulletin.bulletin, 2, "sue"))
    sent = of(Send, effects)
    room.tell(MessageDelivered(at=when(3), source="terminals", unit="SO-1", message=sent[0].id))
    end = next(one for one in of(WakeAt, effects) if one.when == bulletin.until)
    gone = room.tell(woke(end, (bulletin.until - when(0)) / 1e6))
    assert [(one.unit, one.message, one.what) for one in of(Remark, gone)] == [
        ("SO-1", sent[0].id, "withdrawn"),
        ("SO-2", sent[1].id, "withdrawn"),
    ]
    assert (bulletin.state, room.picture.bulletins.active, room.picture.bulletins.timers) == ("expired", [], {})
    assert not any(isinstance(one, Send) for one in room.picture.pending.values())
    assert sends(room.tell(reported("SO-3", 100_000, "available"))) == []


def test_a_supervisor_takes_it_back_and_says_why() -> None:
    room = street()
    bulletin = drafted(room)
    room.tell(act("bulletin.approve", bulletin.bulletin, 2, "sue"))
    assert "a reason must be given" in refusal(room.tell(act("bulletin.withdraw", bulletin.bulletin, 3, "sue")))
    gone = room.tell(act("bulletin.withdraw", bulletin.bulletin, 4, "sue", reason="the van was found"))
    assert {one.what for one in of(Remark, gone)} == {"withdrawn"}
    assert (bulletin.state, bulletin.note) == ("withdrawn", "the van was found")
    assert room.picture.pending.keys() <= {room.picture.patterns.asked}


def test_a_draft_that_was_written_anew_is_not_approved_by_who_read_the_old_one() -> None:
    """Fails when its writer can put other words under a supervisor's hand between the reading and the click."""
    room = street()
    bulletin = drafted(room)
    read_at = str(bulletin.at)
    room.tell(act("bulletin.draft", bulletin.bulletin, 3, **SAID | {"text": "the sheriff's own van"}))
    old = room.tell(act("bulletin.approve", bulletin.bulletin, 4, "sue", as_of=read_at))
    assert refusal(old) == "it has been written anew since it was read"
    now = room.picture.bulletins.bulletins[bulletin.bulletin]
    assert now.state == "draft"
    assert not refusal(room.tell(act("bulletin.approve", bulletin.bulletin, 5, "sue", as_of=str(now.at))))


def test_nobody_approves_what_they_wrote_and_nothing_is_decided_twice() -> None:
    room = street()
    own = drafted(room, "sue")
    assert "somebody else" in refusal(room.tell(act("bulletin.approve", own.bulletin, 2, "sue")))
    bulletin = drafted(room)
    room.tell(act("bulletin.decline", bulletin.bulletin, 3, "sue", reason="too vague"))
    reply = the(Reply, room.tell(act("bulletin.approve", bulletin.bulletin, 4, "sue")))
    assert (reply.late, reply.why) == (True, "it was declined by sue")
    again = act("bulletin.draft", bulletin.bulletin, 5, **SAID)
    assert "stands as it is" in refusal(room.tell(again))


def test_a_draft_is_written_anew_under_its_own_name() -> None:
    room = street()
    bulletin = drafted(room)
    room.tell(act("bulletin.draft", bulletin.bulletin, 5, **SAID | {"title": "White van"}))
    assert [one.title for one in room.picture.bulletins.bulletins.values()] == ["White van"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"kind": "forecast"}, "one of series, vehicle, person"),
        ({"title": "  "}, "a title and a text"),
        ({"confidence": "sure"}, "how sure is it?"),
        ({"audience": "everybody"}, "one of patrol, detectives, both"),
        ({"until": "tomorrow"}, "within 30 days"),
        ({"until": "2026-01-01T00:00:00Z"}, "within 30 days"),
        ({"until": "2027-01-01T00:00:00Z"}, "within 30 days"),
        ({"sources": ""}, "between one and 20 sources"),
        ({"sources": "forecast: box 7"}, "forecast is no source"),
        ({"sources": "witness:"}, "has no name"),
        ({"kind": "person"}, "needs the number of a case"),
        ({"kind": "person", "case": "26-9"}, "needs the number of a case"),
        ({"kind": "person", "case": "26-7", "sources": "analysis: the room"}, "a source besides analysis"),
    ],
)
def test_what_a_draft_lacks_is_told(said: dict[str, Any], why: str) -> None:
    """A person of interest stands in a live case and has a named source; a forecast is nobody's."""
    room = street()
    assert why in refusal(room.tell(act("bulletin.draft", "new", 1, **SAID | said)))
    assert room.picture.bulletins.bulletins == {}


def test_a_person_of_interest_out_of_a_case_is_allowed() -> None:
    room = street()
    assert drafted(room, "det", case="26-7", kind="person").state == "draft"


def test_a_series_fills_its_draft_with_facts_and_names_plates_as_leads() -> None:
    """How many, where, when, how, and who passed near several; out of it nobody makes a person of interest."""
    room = street()
    for number in (1, 2, 3):
        room.picture.patterns.reports[f"cad/b{number}"] = Burglary(
            *(f"cad/b{number}", "residence", LAT, LON, when(number * 10), when(number * 10 + 5), when(100)),
            entry="rear door",
        )
        room.tell(read("THF1", number * 10 + 1, "R1"))
    why = {"reason": "series", "case": "26-1"}
    names = "cad/b1 cad/b2 cad/b3"
    made = the(Reply, room.tell(act("bulletin.series", "series", 200, "det", reports=names, **why))).made
    bulletin = room.picture.bulletins.bulletins[made]
    assert bulletin.title == "Series: 3 burglaries, residence"
    assert "3 burglaries (residence) from 2026-01-02 15:00 to 2026-01-02 15:00 UTC." in bulletin.text
    assert "entry rear door" in bulletin.text
    assert "LEADS, nobody has checked them" in bulletin.text
    assert "THF1 (near 3, else 0 times)" in bulletin.text
    assert ([one.name for one in bulletin.sources], bulletin.case) == (names.split(), "26-1")
    person = act("bulletin.draft", made, 201, "det", case="26-7", **SAID | {"kind": "person"})
    assert "does not come out of a series" in refusal(room.tell(person))
    assert "not known" in refusal(room.tell(act("bulletin.series", "series", 202, reports="cad/b1 x/y", **why)))
    assert "a case" in refusal(room.tell(act("bulletin.series", "series", 203, reports=names, reason="series")))
    assert bulletin.until - when(200) == 72 * HOUR
