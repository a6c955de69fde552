"""Who flies: a day's flights, how they fly, and the sheriff's aeroplane."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from math import cos, hypot, radians, sin
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from twin.devices.things import SECOND_US
from twin.sim import parish
from twin.sim.sky import Flight, Sky
from twin.sim.sky_field import JET, Field
from twin.sim.sky_path import Course, Way, Where
from twin.sim.sky_patrol import RESERVE_S, PatrolPlane
from twin.sim.sky_tails import BLOCK, address, tail
from twin.sim.sky_traffic import SkyTraffic
from twin.streams import Streams

FACTS = parish.load()
PLANE = FACTS.plane
DAY = datetime(2026, 3, 12)  # noqa: DTZ001  # the parish's own clock
HOUR_US = 3_600 * SECOND_US
KNOT_MPS = 1852 / 3600


@cache
def day(seed: int = 3, start: datetime = DAY, hours: int = 24) -> tuple[Flight, ...]:
    """Every flight that is drawn in so many hours."""
    flights: list[Flight] = []
    traffic = SkyTraffic(FACTS, start, Streams(seed).of, flights.append)
    now_us = 0
    while now_us < hours * HOUR_US:
        now_us = traffic.plan(now_us)
    return tuple(flights)


def along(flight: Flight) -> list[Where]:
    return [flight.path.at(us) for us in range(0, flight.path.lasts_us, SECOND_US)]


def field(ident: str) -> Field:
    aprons = {apron.airport: apron.at for apron in FACTS.aprons}
    return Field(next(one for one in FACTS.airports if one.ident == ident), aprons[ident], PLANE)


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "icao"),
    [("N1", "a00001"), ("N1A", "a00002"), ("N1AA", "a00003"), ("N10", "a0025a"), ("N12345", "a061d9"),
     ("N99999", "adf7c7")],
)  # fmt: skip
def test_an_american_number_has_one_address(number: str, icao: str) -> None:
    """Pairs from the public register; the first and the last of all."""
    assert address(number) == icao


def test_a_thousand_serials_are_a_thousand_aircraft() -> None:
    """Of each series of the twin's block, and no two series share an address."""
    icaos = {address(tail(series, serial)) for series in "WXYZ" for serial in range(BLOCK)}
    assert len(icaos) == 4 * BLOCK


# --- how anybody flies ------------------------------------------------------------------------------------------------


def test_a_day_has_its_flights() -> None:
    """Airliners come and go, pupils circle, travellers and heavies pass, the airways overhead are busy; in the night
    hardly anybody flies."""
    flights = day()
    named = {callsign for turn in FACTS.turns for callsign in turn.callsigns}
    assert named <= {flight.callsign for flight in flights}
    assert {flight.category for flight in flights} == {"A1", "A3", "A5"}
    assert 130 < len(flights) < 330
    by_night = [flight for flight in flights if 1 * HOUR_US <= flight.from_us < 4 * HOUR_US]
    by_day = [flight for flight in flights if 9 * HOUR_US <= flight.from_us < 12 * HOUR_US]
    assert len(by_night) * 3 < len(by_day)


def test_every_way_can_be_flown() -> None:
    """Nobody is anywhere suddenly: speed is what is covered, height is gained no faster than such an aircraft can, and
    on the ground one stays at the field's height."""
    heights = {airport.elevation_m for airport in FACTS.airports}
    for flight in day():
        steepest = 7.0 if flight.category == "A1" else 20.0
        for us in range(0, flight.path.lasts_us - SECOND_US, 7 * SECOND_US):
            before, after = flight.path.at(us), flight.path.at(us + SECOND_US)
            gone_m = hypot(after.x - before.x, after.y - before.y)
            said_m = (before.speed_mps + after.speed_mps) / 2
            assert abs(gone_m - said_m) < 3.0 + 0.15 * max(said_m, 20.0), flight.callsign
            assert abs(after.altitude_m - before.altitude_m) < steepest, flight.callsign
            if after.on_ground:
                assert after.altitude_m in heights
                assert after.speed_mps < 80.0


def test_an_airliner_lands_along_the_runway_and_parks() -> None:
    """It touches down between the thresholds of a runway that is long enough, heading along it, comes to rest on the
    apron, and leaves from there."""
    long = FACTS.airports[0].runways[0]
    ends = [PLANE.xy(*threshold) for threshold in long.thresholds]
    courses = {strip.heading for strip in field("KLCH")._strips if strip.name in long.ends}
    apron = field("KLCH").apron
    for flight in day():
        if flight.callsign not in {turn.callsigns[0] for turn in FACTS.turns}:
            continue
        ground = [where for where in along(flight) if where.on_ground]
        down = ground[0]
        assert min(hypot(down.x - x, down.y - y) for x, y in ends) < 500.0
        assert any(abs(cos(radians(down.course_deg) - course)) > 0.999 for course in courses)
        assert hypot(ground[-1].x - apron[0], ground[-1].y - apron[1]) < 1.0
        assert ground[-1].speed_mps == 0.0
        leaving = next(one for one in day() if one.icao == flight.icao and one.callsign != flight.callsign)
        assert leaving.from_us >= flight.until_us - 5 * 60 * SECOND_US
        assert leaving.path.at(0).on_ground
        assert not leaving.path.at(leaving.path.lasts_us).on_ground


def test_airways_have_their_levels() -> None:
    """Eastward at odd thousands of feet, westward at even ones."""
    over = [flight for flight in day() if flight.category == "A3" and not flight.path.at(0).on_ground
            and flight.path.at(0).altitude_m > 8_000]  # fmt: skip
    assert len(over) > 60
    for flight in over:
        where = flight.path.at(0)
        assert (round(where.altitude_m / 0.3048 / 1000) % 2 == 1) == (where.course_deg < 180.0)


@pytest.mark.parametrize("wind_deg", [0.0, 90.0, 160.0, 250.0, 340.0])
def test_one_lands_into_the_wind(wind_deg: float) -> None:
    """As far as the runways that are long enough allow."""
    strip = field("KLCH").strip(wind_deg, 600.0)
    assert cos(strip.heading - radians(wind_deg)) > 0.5
    assert field("KLCH").strip(wind_deg, JET.runway_m).name in ("15", "33")


def test_the_sky_of_a_day_does_not_depend_on_when_one_looks() -> None:
    """An afternoon's flights are the same for a scenario that begins at midnight and for one that begins at noon."""
    noon = DAY + timedelta(hours=12)
    shift_us = 12 * HOUR_US
    early = {(flight.callsign, flight.from_us - shift_us, flight.path.lasts_us) for flight in day()}
    late = {(flight.callsign, flight.from_us, flight.path.lasts_us) for flight in day(start=noon, hours=6)}
    assert len(late) > 40
    assert late <= early


def test_one_more_stream_moves_nobody_elses_dice() -> None:
    """Every other flight is where it was."""
    more = (*FACTS.streams, replace(FACTS.streams[0], stream="kcwf-circuits", airport="KCWF"))
    flights: list[Flight] = []
    SkyTraffic(replace(FACTS, streams=more), DAY + timedelta(hours=10), Streams(3).of, flights.append).plan(0)
    before = day(start=DAY + timedelta(hours=10), hours=1)
    ways = {(flight.from_us, flight.path.lasts_us) for flight in flights}
    assert {(flight.from_us, flight.path.lasts_us) for flight in before if flight.from_us < HOUR_US} <= ways


def test_who_is_parked_is_not_there() -> None:
    """An aircraft is in the sky's list from when it is switched on until it is switched off."""
    sky = Sky(PLANE)
    path = field("KUXL").circuits(JET, field("KUXL").strip(160.0, 600.0), 1, 300.0)
    sky.add(Flight(60 * SECOND_US, "a00001", "N1", "1200", "A1", path))
    assert sky.states(0) == []
    (state,) = sky.states(60 * SECOND_US)
    assert state.on_ground
    assert state.speed_mps == 0.0
    assert len(sky.states(60 * SECOND_US + path.lasts_us - 1)) == 1
    assert sky.states(60 * SECOND_US + path.lasts_us) == []


@given(st.floats(-179.0, 179.0), st.floats(20.0, 200.0))
def test_a_corner_is_flown_as_an_arc(turn_deg: float, mps: float) -> None:
    """Between two straights the course changes steadily, and the way ends where it should."""
    begin = Way(0.0, 0.0, 500.0, mps)
    course = radians(turn_deg)
    end = Way(50_000.0 * (1 + cos(course)), -50_000.0 * sin(course), 500.0, mps)
    path = Course(begin).to(Way(50_000.0, 0.0, 500.0, mps), end).path()
    last = path.at(path.lasts_us)
    assert hypot(last.x - end.x, last.y - end.y) < 1.0
    flown = [path.at(us) for us in range(0, path.lasts_us, SECOND_US)]
    for before, after in pairwise(flown):
        assert hypot(after.x - before.x, after.y - before.y) < 1.01 * mps


# --- the sheriff's aeroplane ------------------------------------------------------------------------------------------


class Hangar:
    """The aeroplane, its sky, and a wind from the Gulf."""

    def __init__(self, seed: int = 1) -> None:
        self.sky = Sky(PLANE)
        self.log: list[dict[str, object]] = []
        self.plane = PatrolPlane(
            FACTS.patrol_aircraft, field("KLCH"), self.sky, Random(seed), lambda _: 160.0, self._log
        )

    def _log(self, _: str, /, **facts: object) -> None:
        self.log.append(facts)

    def circling(self, number: int) -> list[Where]:
        """Every second between arriving and leaving."""
        arrives, leaves = self.log[number]["arrives_us"], self.log[number]["leaves_us"]
        assert isinstance(arrives, int)
        assert isinstance(leaves, int)
        found = [self.plane.where(us) for us in range(arrives + SECOND_US, leaves, SECOND_US)]
        return [where for where in found if where is not None]


VINTON = PLANE.xy(30.19, -93.58)
IOWA = PLANE.xy(30.24, -93.01)


@pytest.mark.parametrize("seed", range(5))
def test_the_aeroplane_comes_when_it_is_called(seed: int) -> None:
    """From its apron at KLCH to the place, round and round it at 80 to 110 kt and 1,500 to 3,000 ft above the ground,
    and home again."""
    hangar = Hangar(seed)
    hangar.plane.call(0, VINTON, 3 * HOUR_US // 2)
    assert hangar.plane.where(0) is not None
    (state,) = hangar.sky.states(0)
    assert (state.icao, state.callsign, state.on_ground) == (address("N9206Z"), "CPSO1", True)
    circling = hangar.circling(0)
    assert len(circling) > 1_800
    for where in circling:
        assert hypot(where.x - VINTON[0], where.y - VINTON[1]) < 3_000.0
        assert 80.0 - 0.1 <= where.speed_mps / KNOT_MPS <= 110.1
        assert 1_499 <= (where.altitude_m - field("KLCH").elevation_m) / 0.3048 <= 3_001
    lands_us = hangar.log[0]["lands_us"]
    assert isinstance(lands_us, int)
    assert lands_us < 2 * HOUR_US + HOUR_US // 4
    assert hangar.plane.where(lands_us) is None
    assert hangar.sky.states(lands_us) == []


def test_it_goes_home_while_there_is_fuel() -> None:
    """Asked to stay for a day, it is down before four hours are over, with its reserve."""
    hangar = Hangar()
    hangar.plane.call(0, IOWA, 24 * HOUR_US)
    lands_us = hangar.log[0]["lands_us"]
    assert isinstance(lands_us, int)
    assert 3 * HOUR_US < lands_us < 4 * HOUR_US - RESERVE_S * SECOND_US // 2


def test_called_elsewhere_it_turns_from_where_it_is() -> None:
    """Nothing jumps, and the fuel is that of the first take-off."""
    hangar = Hangar()
    hangar.plane.call(0, VINTON, 24 * HOUR_US)
    then_us = HOUR_US
    before = hangar.plane.where(then_us)
    hangar.plane.call(then_us, IOWA, 24 * HOUR_US)
    after = hangar.plane.where(then_us)
    assert before is not None
    assert after is not None
    assert hypot(after.x - before.x, after.y - before.y) < 1.0
    assert after.altitude_m == before.altitude_m
    assert len(hangar.sky.states(then_us)) == 1
    assert all(hypot(where.x - IOWA[0], where.y - IOWA[1]) < 3_000.0 for where in hangar.circling(1))
    lands_us = hangar.log[1]["lands_us"]
    assert isinstance(lands_us, int)
    assert lands_us < 4 * HOUR_US
