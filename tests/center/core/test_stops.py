"""Traffic stops: what is in progress, and that a stopped plate is looked up like one that a camera read."""

from __future__ import annotations

from typing import Any

import pytest

from center.api import unit_views, views
from center.core import stops
from center.core.events import StopChanged, StopClosed, StopOpened
from tests.center.core.facts import LAT, LON, Room, hotlist, listed, read, site, when


def opened(s: float, stop: str = "s1", unit: str = "SO-1", **said: Any) -> StopOpened:
    facts: dict[str, Any] = {"lat": LAT, "lon": LON, "plate": "ABC123", "state": "LA"} | said
    return StopOpened(at=when(s), source="terminals", unit=unit, stop=stop, **facts)


def changed(s: float, stop: str = "s1", unit: str = "SO-1", **said: Any) -> StopChanged:
    return StopChanged(at=when(s), source="terminals", unit=unit, stop=stop, **said)


def ended(s: float, stop: str = "s1", unit: str = "SO-1") -> StopClosed:
    return StopClosed(at=when(s), source="terminals", unit=unit, stop=stop, outcome="warning")


def shown(room: Room, unit: str = "SO-1") -> unit_views.StopView | None:
    return unit_views.unit(room.picture.units.units[unit], room.picture).stop


def test_the_unit_shows_its_stop_until_it_ends() -> None:
    """With plate and place; whom the driver says they are is kept and not shown on the map."""
    room = Room(site())
    room.tell(
        opened(1, place="Ryan Street", why="speeding"), changed(60, last="Landry", first="James", born="1990-04-02")
    )
    assert shown(room) == unit_views.StopView(
        stop="s1", at=when(1), plate="ABC123", state="LA", place="Ryan Street", why="speeding"
    )
    kept = stops.of_unit("SO-1", room.picture)
    assert kept is not None
    assert (kept.last, kept.first, kept.born) == ("Landry", "James", "1990-04-02")
    room.tell(ended(600))
    assert shown(room) is None
    assert kept.outcome == "warning"


def test_a_unit_is_at_one_stop_at_a_time() -> None:
    """The end of the first was lost; a word about it does not open it again."""
    room = Room(site())
    room.tell(opened(1, "s1"), opened(900, "s2", plate="XYZ789"), changed(901, "s1", why="late"), ended(902, "s1"))
    now = shown(room)
    assert now is not None
    assert (now.stop, now.plate) == ("s2", "XYZ789")
    assert room.picture.stops.stops["SO-1/s1"].outcome == "left"


def test_a_stop_whose_opening_was_lost_opens_with_what_is_said_of_it() -> None:
    room = Room(site())
    room.tell(changed(5, plate="ABC123"))
    now = shown(room)
    assert now is not None
    assert now.plate == "ABC123"


def test_a_stopped_plate_that_is_listed_is_a_lead_that_says_who_stopped_it() -> None:
    room = Room(site(), hotlist(listed("ABC123", reason="wanted")))
    room.tell(opened(1))
    alert = room.alert()
    assert (alert.kind, alert.state, alert.subject) == ("hotlist-hit", "raised", "ABC123")
    assert alert.headline == "Wanted: ABC123 (LA) at a stop by SO-1"
    first = views.alert(alert, room.picture).read
    assert first is not None
    assert (first.read, first.reader, first.reader_name, first.lat) == ("s1", "SO-1", "stop by SO-1", LAT)


def test_a_list_that_arrives_later_finds_the_stop() -> None:
    room = Room(site())
    room.tell(opened(1), ended(300), hotlist(listed("ABC123"), s=3_600))
    assert room.alert().reads[0].backward


@pytest.mark.parametrize(("typed", "hits"), [("ABC1Z3", 0), ("A8C123", 0), ("ABC123", 1)])
def test_what_a_deputy_typed_is_taken_letter_for_letter(typed: str, hits: int) -> None:
    """A camera that is in doubt may confuse letters; a person who reads them out does not."""
    room = Room(site(), hotlist(listed("ABC123")))
    room.tell(opened(1, plate=typed))
    assert len(room.alerts()) == hits


def test_o_and_zero_stay_one_character() -> None:
    room = Room(site(), hotlist(listed("A0B123")))
    room.tell(opened(1, plate="AOB123"))
    assert len(room.alerts()) == 1


def test_a_stop_that_is_said_again_is_one_read_and_a_corrected_plate_another() -> None:
    room = Room(site(), hotlist(listed("ABC123"), listed("ABC124")))
    room.tell(opened(1), opened(2), changed(3, why="speeding"))
    assert [alert.reads_in_all for alert in room.alerts()] == [1]
    room.tell(changed(4, plate="ABC124"))
    assert sorted(alert.subject for alert in room.alerts()) == ["ABC123", "ABC124"]


def test_a_stop_and_a_camera_extend_one_alert() -> None:
    room = Room(site(), hotlist(listed("ABC123")))
    room.tell(read("ABC123", 1), opened(60))
    assert room.alert().reads_in_all == 2


def test_stops_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended ones go after half a day; of too many the oldest go first."""
    monkeypatch.setattr(stops, "MAX_STOPS", 3)
    room = Room(site())
    for number in range(6):
        room.tell(opened(number * 10, f"s{number}"), ended(number * 10 + 5, f"s{number}"))
    assert len(room.picture.stops.stops) <= 3
    room.tell(opened(24 * 3_600, "late"))
    assert list(room.picture.stops.stops) == ["SO-1/late"]
