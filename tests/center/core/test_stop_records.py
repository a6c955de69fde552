"""What the records say of a stop reaches the deputy in one plain message, and a warrant is a lead until confirmed."""

from __future__ import annotations

from typing import Any

import pytest

from center.core.effects import Effect, Lookup, Send, WakeAt, Withdraw
from center.core.events import StopChanged, StopClosed, StopOpened
from center.core.record_facts import LicenceOnFile, LookupAnswered, PersonOnFile, VehicleOnFile, WarrantOnFile
from tests.center.core.facts import Room, act, confirm, of, site, the, when, woke

HOLDS = LicenceOnFile("7700", "LA", "valid", "2030-01-01")
JAMES = PersonOnFile("SYN-1", "Landry", "James", born="1987-03-12", photo="P1", licence=HOLDS)
WANTED = PersonOnFile(
    *("SYN-2", "Guidry", "Paul"), born="1990-04-02", photo="P2", warrants=(WarrantOnFile("W1", "theft", "LCPD"),)
)
CAR = VehicleOnFile("ABC123", "LA", "Ford", "F-150", "blue", "2030-05-01", owner="SYN-1")


def opened(s: float, unit: str = "SO-1", **said: Any) -> StopOpened:
    return StopOpened(at=when(s), source="terminals", unit=unit, stop="s1", **said)


def told(s: float, **said: Any) -> StopChanged:
    return StopChanged(at=when(s), source="terminals", unit="SO-1", stop="s1", **said)


def said(lookup: Effect, s: float, *persons: PersonOnFile, **more: Any) -> LookupAnswered:
    return LookupAnswered(at=when(s), source="records", answers=lookup.id, persons=persons, **more)


def driver(*persons: PersonOnFile, **more: Any) -> tuple[Room, Send]:
    """A stop whose driver gave a name, and what the deputy is told."""
    room = Room(site(records=True))
    facts = {"last": "Landry", "first": "James", "born": "1987-03-12"} | more
    lookup = the(Lookup, room.tell(opened(1), told(2, **facts)))
    return room, the(Send, room.tell(said(lookup, 3, *persons)))


def test_a_stop_is_its_own_case_and_its_unit_asks() -> None:
    effects = Room(site(records=True)).tell(opened(1, plate="ABC123", state="LA", last="Landry", first="James"))
    car, name = of(Lookup, effects)
    assert (car.plate, car.state, car.last) == ("ABC123", "LA", "")
    assert (name.plate, name.last, name.first, name.born) == ("", "Landry", "James", "")
    assert {(one.purpose, one.case, one.operator) for one in (car, name)} == {("C", "s1", "SO-1")}


@pytest.mark.parametrize("facts", [{"records": False}, {"records": True, "unit": "PD-1"}])
def test_nothing_is_asked_where_there_are_no_records_or_for_another_agencys_unit(facts: dict[str, Any]) -> None:
    room = Room(site(records=facts["records"]))
    assert of(Lookup, room.tell(opened(1, facts.get("unit", "SO-1"), plate="ABC123", last="Landry"))) == []


def test_one_message_when_everything_is_answered() -> None:
    """Fails when a deputy's eyes are called to the screen for every answer."""
    room = Room(site(records=True))
    car, name = of(Lookup, room.tell(opened(1, plate="ABC123", last="Landry", first="James", born="1987-03-12")))
    assert of(Send, room.tell(said(name, 2, JAMES))) == []
    send = the(Send, room.tell(said(car, 3, JAMES, vehicles=(CAR,))))
    assert (send.unit, send.kind, send.photo) == ("SO-1", "stop-answer", "P1")
    assert send.headline == "VALID LICENCE, no warrants: James Landry, born 1987-03-12"
    assert "registered until 2030-05-01" in (send.note or "")
    assert (send.plate, send.lat) == (None, None), "it is no lookout"


def test_a_near_name_is_not_taken_for_the_driver() -> None:
    near = [PersonOnFile(f"SYN-{n}", last, "James", born="1987-03-12") for n, last in ((4, "Landree"), (5, "Landri"))]
    room, send = driver(*near, born="1987-03-12")
    assert send.headline == "2 near names, none certain: ask for the licence number"
    assert room.alerts("warrant-lead") == []


def test_nobody_of_that_name_leads_to_the_cars_owner() -> None:
    room = Room(site(records=True))
    car, name = of(Lookup, room.tell(opened(1, plate="ABC123", last="Made", first="Up", born="1990-01-01")))
    room.tell(said(car, 2, JAMES, vehicles=(CAR,)))
    send = the(Send, room.tell(said(name, 3)))
    assert send.headline.startswith("NOBODY on file by that name: ask for the licence number; the car's owner is James")


def test_who_has_no_licence_is_told_with_what_else_leads_to_them() -> None:
    _, send = driver(
        PersonOnFile("SYN-6", "Landry", "James", born="1987-03-12", phone="337-555-0101", vehicles=(CAR,)), without=True
    )
    assert send.headline == "NO LICENCE ON FILE, no warrants: James Landry, born 1987-03-12"
    assert "owner of ABC123 LA; telephone 337-555-0101" in (send.note or "")


def test_a_warrant_is_a_lead_until_a_person_has_confirmed_it() -> None:
    """The deputy is warned, not told to act; the room gets an alert; what it decides reaches the deputy."""
    room, send = driver(WANTED, last="Guidry", first="Paul", born="1990-04-02")
    assert send.headline.startswith("WARRANT, confirm before acting: theft (LCPD); Paul Guidry")
    alert = room.alert("warrant-lead")
    assert (alert.state, alert.detail) == ("raised", "certain, 100%; theft (LCPD, W1)")
    decided = the(Send, room.tell(confirm(alert.alert, 60)))
    assert (decided.unit, decided.verified_by) == ("SO-1", "ada")
    assert decided.headline.startswith("WARRANT CONFIRMED: ")


def test_a_warrant_that_is_not_theirs_is_taken_back() -> None:
    room, _ = driver(WANTED, last="Guidry", first="Paul", born="1990-04-02")
    dismissed = act(
        "alert.dismiss", room.alert("warrant-lead").alert, 60, action="LCPD was asked", disposition="dismissed"
    )
    assert the(Send, room.tell(dismissed)).headline.startswith("WARRANT NOT CONFIRMED, do not act upon it")


def test_a_photo_of_somebody_else_turns_the_answer() -> None:
    """A false name: the deputy holds the picture against the driver."""
    room, _ = driver(WANTED, last="Guidry", first="Paul", born="1990-04-02")
    send = the(Send, room.tell(told(30, photo="P2", is_driver=False)))
    assert (
        send.headline
        == "1 near name, none certain; 1 with a WARRANT, confirm before acting: ask for the licence number"
    )
    assert "BUT the deputy says that the photo is of somebody else" in (send.note or "")
    assert room.alert("warrant-lead").state == "dismissed", "nobody is accused of it any more"


def test_records_that_are_silent_are_said_to_be() -> None:
    """Fails when a deputy waits for an answer that never comes, or takes silence for a clean record."""
    room = Room(site(records=True))
    effects = room.tell(opened(1, plate="ABC123"))
    lookup = the(Lookup, effects)
    timer = next(one for one in of(WakeAt, effects) if one.id in room.picture.stop_records.timers)
    late = room.tell(woke(timer, 6))
    assert the(Send, late).headline == "RECORDS DO NOT ANSWER: nothing was checked"
    assert lookup.id in [one.request for one in of(Withdraw, late)]
    assert of(Send, room.tell(said(lookup, 7, JAMES))) == []


def test_when_the_stop_is_over_nothing_is_kept_and_nobody_is_told() -> None:
    room = Room(site(records=True))
    lookup = the(Lookup, room.tell(opened(1, plate="ABC123")))
    room.tell(StopClosed(at=when(2), source="terminals", unit="SO-1", stop="s1"))
    assert of(Send, room.tell(said(lookup, 3, JAMES, vehicles=(CAR,)))) == []
    kept: Any = room.picture.stop_records
    assert (kept.records, kept.lookups, kept.timers, lookup.id in room.picture.pending) == ({}, {}, {}, False)


def test_a_center_that_takes_over_still_answers_the_deputy() -> None:
    room = Room(site(records=True))
    lookup = the(Lookup, room.tell(opened(1, plate="ABC123")))
    room.restart()
    send = the(Send, room.tell(said(lookup, 3, JAMES, vehicles=(CAR,))))
    assert send.headline == "CAR: blue Ford F-150 ABC123 LA, registered to James Landry, born 1987-03-12"


def test_a_corrected_name_asks_again_and_the_old_answer_is_not_waited_for() -> None:
    room = Room(site(records=True))
    first = the(Lookup, room.tell(opened(1, last="Landri")))
    effects = room.tell(told(2, last="Landry"))
    assert first.id in [one.request for one in of(Withdraw, effects)]
    assert the(Lookup, effects).last == "Landry"
