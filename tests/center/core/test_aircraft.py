"""What flies over the parish."""

from __future__ import annotations

import pytest

from center.core import aircraft
from center.core.aircraft import Aircraft
from tests.center.core.facts import LAT, LON, Room, flew, moved


def craft(room: Room, icao: str = "abc123") -> Aircraft:
    return room.picture.aircraft.aircraft[icao]


def test_an_aircraft_is_the_sum_of_what_its_messages_said() -> None:
    """One message has the callsign, the next the position, the third the speed: none erases another."""
    room = Room()
    room.tell(
        flew("abc123", 0, None, None, callsign="N911CP", squawk="1200"),
        flew("abc123", 1, altitude_m=300.0),
        flew("abc123", 2, None, None, speed_mps=0.0, course_deg=0.0, climb_mps=0.0, on_ground=False),
    )
    one = craft(room)
    assert (one.callsign, one.squawk, one.lat, one.altitude_m) == ("N911CP", "1200", LAT, 300.0)
    assert (one.speed_mps, one.course_deg, one.climb_mps, one.on_ground) == (0.0, 0.0, 0.0, False)


def test_a_phantom_position_never_moves_an_aircraft() -> None:
    """A frame that passed its checksum by chance: 500 km in a second. Fails when positions are not gated by speed."""
    room = Room()
    room.tell(flew("abc123", 0), flew("abc123", 1, LAT + 5))
    assert craft(room).lat == LAT
    assert room.picture.aircraft.refused == 1
    room.tell(flew("abc123", 2, LAT + 0.002))
    assert craft(room).lat == LAT + 0.002


def test_a_second_position_that_agrees_is_believed() -> None:
    """The first one had been the phantom."""
    room = Room()
    room.tell(flew("abc123", 0, LAT + 5), flew("abc123", 1), flew("abc123", 2, LAT + 0.001))
    assert craft(room).lat == LAT + 0.001


def test_two_phantoms_far_apart_do_not_vouch_for_each_other() -> None:
    room = Room()
    room.tell(flew("abc123", 0), flew("abc123", 1, LAT + 5), flew("abc123", 2, LAT - 5))
    assert craft(room).lat == LAT
    assert room.picture.aircraft.refused == 2


def test_a_good_position_in_between_takes_the_phantoms_word_away() -> None:
    """The same wrong place twice in a minute is a mistake made twice."""
    room = Room()
    room.tell(flew("abc123", 0), flew("abc123", 1, LAT + 5), flew("abc123", 2), flew("abc123", 3, LAT + 5))
    assert craft(room).lat == LAT


@pytest.mark.parametrize(("km", "seconds", "believed"), [(1.9, 0, True), (8, 10, True), (10, 10, False)])
def test_what_a_jet_can_fly_is_believed(km: float, seconds: float, believed: bool) -> None:
    """700 m/s and 2 km of slack."""
    room = Room()
    there = LAT + km / 111.195
    room.tell(flew("abc123", 0), flew("abc123", seconds, there))
    assert (craft(room).lat == there) is believed


def test_after_a_gap_an_aircraft_may_be_anywhere_it_could_have_flown() -> None:
    room = Room()
    room.tell(flew("abc123", 0), flew("abc123", 240, LAT + 1.0))
    assert craft(room).lat == LAT + 1.0


def test_a_clock_that_was_set_back_does_not_nail_an_aircraft_down() -> None:
    """The center's own time went back by a minute at a restart. Fails when time below zero means reach below zero."""
    room = Room()
    room.tell(flew("abc123", 60), flew("abc123", 1, LAT + 0.001), flew("abc123", 2, LAT + 0.002))
    assert craft(room).lat == LAT + 0.002


def test_an_aircraft_that_has_gone_is_forgotten() -> None:
    """Five minutes after its last word, whatever else is heard. Fails when nothing is pruned: the map fills up."""
    room = Room()
    room.tell(flew("abc123", 0), flew("def456", 0))
    for s in range(0, 400, 30):
        room.tell(flew("def456", s))
    assert list(room.picture.aircraft.aircraft) == ["def456"]


def test_a_sky_full_of_made_up_aircraft_is_bounded_and_clears_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A spoofer cannot fill the memory; those already known stay in sight, and when he stops there is room again."""
    monkeypatch.setattr(aircraft, "MAX_AIRCRAFT", 50)
    room = Room()
    room.tell(flew("a1b2c3", 0))
    room.tell(*(flew(f"f{n:05x}", n / 100) for n in range(500)), flew("a1b2c3", 10, LAT + 0.01))
    assert len(room.picture.aircraft.aircraft) == 50
    assert room.picture.aircraft.turned_away == 451
    assert craft(room, "a1b2c3").lat == LAT + 0.01
    room.tell(flew("a1b2c3", 250), flew("a1b2c3", 400), flew("abc123", 401))
    assert list(room.picture.aircraft.aircraft) == ["a1b2c3", "abc123"]


def test_our_own_aircraft_is_known_by_its_transponder() -> None:
    room = Room()
    room.tell(flew("a1b2c3", 0), moved("SO-1", 0, LAT, LON))
    assert room.picture.site.aircraft["a1b2c3"].name == "Air 1"
    assert list(room.picture.units.units) == ["SO-1"], "and it is no unit on the road"
