"""The watch log: a line for what happened and what was done, once each, in order."""

from __future__ import annotations

import pytest

from center.core import watch_log
from center.core.effects import Reply, Send
from center.core.events import StopClosed, StopOpened
from tests.center.core.facts import (
    Room,
    acked,
    act,
    called,
    confirm,
    dismiss,
    hotlist,
    hung_up,
    listed,
    of,
    read,
    site,
    the,
    when,
)


def lines(room: Room) -> list[tuple[str, str, str]]:
    return [(line.what, line.subject, line.operator) for line in room.picture.log.entries]


def test_a_stolen_car_from_the_read_to_the_deputy() -> None:
    """Raised, taken in hand, confirmed, told, answered: one line each, with who did it; further reads of the car and
    repeats of an act leave none."""
    room = Room(site(), hotlist(listed("ABC123")))
    room.places()
    room.tell(read("ABC123", 1), read("ABC123", 2))
    lead = room.alert().alert
    acknowledged = act("alert.acknowledge", lead, 3, "ada", "once")
    room.tell(acknowledged, acknowledged)
    room.tell(confirm(lead, 4))
    room.tell(act("unit.message", "SO-1", 5, text="Call in"))
    sent = of(Send, room.tell(act("unit.message", "SO-2", 6, text="You too")))[0]
    room.tell(acked(sent, 7, "SO-2"), acked(sent, 8, "SO-2"))
    assert lines(room) == [
        ("alert-raised", lead, ""),
        ("alert-acknowledged", lead, "ada"),
        ("alert-confirmed", lead, "ada"),
        ("message-sent", "SO-1", "ada"),
        ("message-sent", "SO-2", "ada"),
        ("message-answered", "SO-2", ""),
    ]
    assert [line.at for line in room.picture.log.entries[:3]] == [when(1), when(3), when(4)]
    assert "ABC123" in room.picture.log.entries[0].text


def test_calls_stops_cameras_and_searches_leave_their_lines() -> None:
    """Opened once and closed once; a renewed ticket is no second opening. Which plate was searched for is not said:
    that is the audit trail's."""
    room = Room(site(), called("c1", 1), called("c2", 2))
    call = room.incident.incident
    why = {"reason": "call", "case": call}
    room.tell(act("camera.watch", "gate", 3, **why), act("camera.watch", "gate", 4, **why))
    ticket = next(iter(room.picture.video.tickets))
    room.tell(act("camera.stop", ticket, 5))
    room.tell(act("plates.search", "XYZ123", 6, reason="theft", case="26-1"))
    room.tell(act("plates.search", "XYZ123", 6.5, reason="theft"))
    room.tell(StopOpened(at=when(7), source="mdt", unit="mdt-1", stop="s1", plate="DEF456", place="exit 30"))
    room.tell(StopClosed(at=when(8), source="mdt", unit="mdt-1", stop="s1", outcome="warning"))
    room.tell(hung_up("c1", 9), hung_up("c2", 10))
    assert lines(room) == [
        ("call-opened", call, ""),
        ("video-opened", "gate", "ada"),
        ("video-ended", "gate", "ada"),
        ("plates-search", "", "ada"),
        ("stop-opened", "SO-1", ""),
        ("stop-closed", "SO-1", ""),
        ("call-closed", call, ""),
    ]
    said = [line.text for line in room.picture.log.entries]
    assert said[3] == "searched for a plate (26-1)"
    assert said[4] == "stopped DEF456, exit 30"


def test_a_person_writes_a_line_through_the_door() -> None:
    """What an operator types is one line, with what it is about; an auditor writes none, nor does silence."""
    room = Room()
    effects = room.tell(act("log.write", "log", 1, text=" Power is \n out at the jail ", about="SO-1"))
    (line,) = room.picture.log.entries
    assert (line.what, line.subject, line.operator, line.text) == ("note", "SO-1", "ada", "Power is out at the jail")
    assert the(Reply, effects).made == line.entry
    assert not the(Reply, room.tell(act("log.write", "log", 2, text="  "))).granted
    assert not the(Reply, room.tell(act("log.write", "log", 3, "aud", text="I too"))).granted
    assert len(room.picture.log.entries) == 1


def test_what_comes_of_a_list_says_so_and_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line about a hit bears its list, by which it is kept from whom the hits are; the count goes on when the
    first lines have gone."""
    monkeypatch.setattr(watch_log, "MAX_ENTRIES", 3)
    room = Room(site(), hotlist(listed("ABC123"), name="internal"), read("ABC123", 1))
    lead = room.alert().alert
    room.tell(act("plates.search", "ABC123", 2, reason="alert", case=lead), dismiss(lead, 3, "misread"))
    assert [line.hotlist for line in room.picture.log.entries] == ["internal"] * 3
    room.tell(act("log.write", "log", 4, text="one more"))
    assert [line.what for line in room.picture.log.entries] == ["plates-search", "alert-dismissed", "note"]
    assert room.picture.log.count == 4
