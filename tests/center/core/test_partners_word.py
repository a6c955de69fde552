"""What another agency's people write to the room: it stands in their agency's conversation, and answers go back."""

from __future__ import annotations

from typing import Any

import pytest

from center.api import message_views
from center.core.correspondence import may_look
from center.core.effects import Audit, Notify, Remark, Send
from center.core.message_facts import MessageReplied
from center.core.roster import Agency, RosterCot, RosterOperator
from tests.center.core.facts import AGENCIES, OPERATORS, Room, act, called, of, refusal, site, the, timer, when, woke

CLIENTS = (RosterCot("PD-1", unit="PD-1"), RosterCot("POST", operator="lee"), RosterCot("SO-1", unit="SO-1"))


def partners(**said: Any) -> Room:
    return Room(site(cot=CLIENTS, **said), called("c1", 0))


def says(room: Room, who: str, text: str, s: float, *, to_room: bool = True, to: str = "") -> list[Any]:
    fact = {"mark": f"{who}/{s}", "to": to, "to_room": to_room}
    return room.tell(MessageReplied(at=when(s), source="cot", unit=who, text=text, **fact))  # type: ignore[arg-type]  # each of its own type


def test_a_partners_car_writes_to_the_room_and_is_answered_on_its_map_and_nowhere_else() -> None:
    """Its representative has it on their page; the car's own terminal is not ours to write to. Over a restart."""
    room = partners()
    effects = says(room, "pd-modem", "is the ramp closed?", 1)
    (post,) = room.picture.threads.posts.values()
    assert (post.thread, post.author, sorted(post.to)) == ("agency/LCPD", "PD-1", ["person/lee", "room"])
    assert [(one.unit, one.terminal, one.what) for one in of(Remark, effects)] == [("PD-1", "", "delivered")]
    assert [(one.topic, one.subject) for one in of(Notify, effects)] == [
        ("messages", "agency/LCPD"),
        ("spoken", "LCPD"),
    ]
    assert says(room, "pd-modem", "is the ramp closed?", 1) != [], "it is told again that it was heard"
    assert len(room.picture.threads.posts) == 1
    room.restart()
    sent = of(Send, room.tell(act("message.reply", "agency/LCPD", 5, text="yes, until six")))
    assert {(one.unit, one.link, one.terminal) for one in sent} == {
        ("PD-1", "cot", ""),
        ("person/lee", "cot", ""),
    }


def test_only_what_names_the_room_and_comes_from_an_agency_that_has_joined_is_heard() -> None:
    left = tuple(Agency(one.agency, one.name, one.own) for one in AGENCIES)
    for room, who, to_room in (
        (partners(), "PD-1", False),
        (partners(agencies=left), "PD-1", True),
        (partners(agencies=left), "person/lee", True),
        (partners(), "person/pat", True),
        (partners(), "ghost", True),
    ):
        assert says(room, who, "hello", 1, to_room=to_room) == []
        assert room.picture.threads.posts == {}


def test_a_representative_reads_and_answers_their_own_agencys_conversation_and_no_other() -> None:
    """Not one in which they once were written to, as with a bulletin; and nobody of the room has a name there."""
    room = partners()
    says(room, "person/lee", "who has the dog?", 1)
    room.tell(act("message.reply", "agency/LCPD", 2, text="SO-7 has"), act("message.send", "unit/SO-1", 3, text="hush"))
    lee = room.picture.site.operators["lee"]
    looks = {name: may_look(lee, thread, room.picture) for name, thread in room.picture.threads.threads.items()}
    assert looks == {"agency/LCPD": True, "unit/SO-1": False}
    thread = room.picture.threads.threads["agency/LCPD"]
    shown = message_views.thread(thread, ("person/lee",), room.picture, agency="LCPD")
    assert [(one.author, one.text) for one in shown.posts] == [("lee", "who has the dog?"), ("room", "SO-7 has")]
    (_, answer) = room.picture.threads.posts[thread.posts[0]], room.picture.threads.posts[thread.posts[1]]
    assert answer.to["person/lee"].state == "sent"
    room.tell(act("messages.look", "messages", 4, "lee"))
    assert answer.to["person/lee"].state == "delivered"
    assert not refusal(room.tell(act("message.read", answer.post, 5, "lee")))
    assert not refusal(room.tell(act("message.reply", "agency/LCPD", 6, "lee", text="thanks")))
    assert refusal(room.tell(act("message.reply", "unit/SO-1", 7, "lee", text="me too")))
    last = room.picture.threads.posts[thread.posts[-1]]
    assert (last.author, sorted(last.to)) == ("person/lee", ["room"])


def test_a_representative_begins_the_conversation_with_the_room_and_with_nobody_else() -> None:
    """By the same door as anybody, with a line in the trail; their agency's people have it, the room is told when it
    keeps silent, and no other conversation comes open by it. Nobody of the room writes to the room."""
    more = RosterOperator("lou", "Lou", "LCPD", "representative")
    room = partners(operators=(*OPERATORS, more))
    room.tell(act("message.send", "unit/SO-1", 1, text="hush"))
    for to in ("unit/SO-1", "unit/PD-1", "agency/CPSO", "agency/LCPD", "room"):
        assert refusal(room.tell(act("message.send", to, 2, "lee", text="hello"))), to
    assert "may not do" in refusal(room.tell(act("message.room", "room", 2, text="hello")))
    assert refusal(room.tell(act("message.room", "room", 2, "lee", text=" "))) == "the text is empty"
    assert list(room.picture.threads.threads) == ["unit/SO-1"]
    effects = room.tell(act("message.room", "room", 3, "lee", text="may we have the dog?"))
    line = the(Audit, effects)
    assert (line.operator, line.act, line.subject, line.granted) == ("lee", "message.room", "room", True)
    assert ("spoken", "LCPD") in [(one.topic, one.subject) for one in of(Notify, effects)]
    thread = room.picture.threads.threads["agency/LCPD"]
    post = room.picture.threads.posts[thread.posts[0]]
    assert (post.author, sorted(post.to)) == ("person/lee", ["person/lou", "room"])
    looks = {
        (who, name): may_look(room.picture.site.operators[who], one, room.picture)
        for who in ("lee", "lou", "ada")
        for name, one in room.picture.threads.threads.items()
    }
    assert [pair for pair, sees in looks.items() if sees] == [
        ("lee", "agency/LCPD"),
        ("lou", "agency/LCPD"),
        ("ada", "unit/SO-1"),
        ("ada", "agency/LCPD"),
    ]
    due = timer(effects)
    room.tell(woke(due, (due.when - when(0)) / 1e6))
    (alert,) = [one for one in room.picture.alerts.alerts.values() if one.kind == "unacknowledged"]
    assert "may we have the dog?" in alert.headline


@pytest.mark.parametrize("to", ["agency/LCPD"])
def test_the_room_may_write_first_but_not_into_a_conversation_of_its_own(to: str) -> None:
    """What is said about an incident is the room's; what is for another agency stands in theirs."""
    room = partners()
    about = f"incident/{room.incident.incident}"
    assert "its own conversation" in refusal(room.tell(act("message.send", to, 1, text="hi", about=about)))
    sent = of(Send, room.tell(act("message.send", to, 2, text="hi")))
    assert {one.unit for one in sent} == {"PD-1", "person/lee"}
    answered = the(Send, sent[:1])
    says(room, answered.unit, "hi yourself", 3, to=answered.id)
    assert list(room.picture.threads.threads) == [to]


def test_who_has_left_hears_no_more() -> None:
    """An agency whose row says that it is shown nothing is no part of the conversation any more."""
    room = partners()
    says(room, "PD-1", "hello", 1)
    room.tell(site(2, cot=CLIENTS, agencies=tuple(Agency(one.agency, one.name, one.own) for one in AGENCIES)))
    assert of(Send, room.tell(act("message.reply", "agency/LCPD", 3, text="anybody?"))) == []
