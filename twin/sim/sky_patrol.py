"""The sheriff's aeroplane: called, it comes, circles, and goes home before its fuel is gone.

Knows: take-off, the racetrack it flies about a place, its endurance, and being called elsewhere on the way.
Refuses to know: who calls, transponders, and what its camera sees.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, hypot, pi, radians, sin
from random import Random

from twin.devices.things import SECOND_US, Log
from twin.sim.parish import PatrolAircraft
from twin.sim.sky import Flight, Sky
from twin.sim.sky_field import LIGHT, Field
from twin.sim.sky_path import Course, Way, Where, radius_m
from twin.sim.sky_tails import address

FOOT_M = 0.3048
KNOT_MPS = 1852 / 3600
TYPE = LIGHT._replace(cruise_mps=120.0 * KNOT_MPS, climb_mps=4.0)
LEG_M = 2_600.0
JOIN_M = 1_500.0
RESERVE_S = 1_800.0  # fuel that is still there after landing
LANDING_S = 420.0  # round the field, down, and to the apron
SQUAWK = "4401"


class PatrolPlane:
    """`wind_deg` tells, for a moment since the scenario's start, where the wind comes from. The aeroplane stands at
    home until it is called. Positions are metres on the parish's plane."""

    def __init__(
        self,
        facts: PatrolAircraft,
        field: Field,
        sky: Sky,
        dice: Random,
        wind_deg: Callable[[int], float],
        log: Log,
    ) -> None:
        self.icao = address(facts.tail)
        self.over = field.apron
        """What it was last sent to."""
        self._facts = facts
        self._field = field
        self._sky = sky
        self._dice = dice
        self._wind_deg = wind_deg
        self._log = log
        self._flight: Flight | None = None
        self._station_us = (0, 0)
        self._fuel_until_us = 0

    def call(self, now_us: int, over: tuple[float, float], for_us: int) -> None:
        """Fly to `over` and circle there until `for_us` from now, or as long as the fuel lasts."""
        dice, facts, field = self._dice, self._facts, self._field
        mps = dice.uniform(*facts.speeds_kt) * KNOT_MPS
        altitude_m = field.elevation_m + dice.uniform(*facts.heights_ft) * FOOT_M
        heading_deg = dice.uniform(0.0, 360.0)
        strip = field.strip(self._wind_deg(now_us), TYPE.runway_m)
        flight = self._flight
        here = self.where(now_us)
        if here is None or here.on_ground:
            course = field.parked() if here is None else Course(_way(here), here.course_deg, on_ground=True)
            field.take_off(course, TYPE, strip)
            self._fuel_until_us = now_us + round(facts.endurance_h * 3600 * SECOND_US)
        else:
            course = Course(_way(here), here.course_deg)
        _join(course, over, heading_deg, altitude_m, mps)
        arrives_us = now_us + course.us
        home_s = hypot(over[0] - field.apron[0], over[1] - field.apron[1]) / TYPE.cruise_mps + LANDING_S
        until_us = min(now_us + for_us, self._fuel_until_us - round((home_s + RESERVE_S) * SECOND_US))
        _circle(course, heading_deg, mps, (until_us - arrives_us) / SECOND_US)
        self._station_us = (arrives_us, now_us + course.us)
        path = field.arrive(course.face(*field.apron), TYPE, strip)
        self._flight = Flight(now_us, self.icao, facts.callsign, SQUAWK, TYPE.category, path)
        if flight is not None and here is not None:
            self._sky.remove(flight)
        self._sky.add(self._flight)
        self.over = over
        self._log(
            "aircraft-called",
            icao=self.icao,
            arrives_us=arrives_us,
            leaves_us=self._station_us[1],
            lands_us=self._flight.until_us,
        )

    def where(self, at_us: int) -> Where | None:
        """None while it stands at home with everything off."""
        flight = self._flight
        if flight is None or at_us >= flight.until_us:
            return None
        return flight.path.at(at_us - flight.from_us)

    def on_station(self, at_us: int) -> bool:
        return self._station_us[0] <= at_us < self._station_us[1]


def _join(course: Course, over: tuple[float, float], heading_deg: float, altitude_m: float, mps: float) -> None:
    """From wherever it is to the beginning of a racetrack's straight."""
    heading, aside_m = radians(heading_deg), radius_m(mps)
    east, north = sin(heading), cos(heading)

    def beside(ahead_m: float, altitude_m: float, mps: float) -> Way:
        x = over[0] + ahead_m * east + aside_m * north
        return Way(x, over[1] + ahead_m * north - aside_m * east, altitude_m, mps)

    join = beside(-LEG_M / 2 - JOIN_M, altitude_m, TYPE.cruise_mps * 0.9)
    course.face(join.x, join.y)
    far_m = hypot(join.x - course.here.x, join.y - course.here.y)
    climbing_m = abs(altitude_m - course.here.altitude_m) / TYPE.climb_mps * TYPE.cruise_mps
    if far_m > 2 * climbing_m:
        share = climbing_m / far_m
        x, y, _, _ = course.here
        course.to(Way(x + (join.x - x) * share, y + (join.y - y) * share, altitude_m, TYPE.cruise_mps))
    course.to(join, beside(-LEG_M / 2, altitude_m, mps))


def _circle(course: Course, heading_deg: float, mps: float, seconds: float) -> None:
    """Whole rounds to the left, as many as there is time for."""
    radius = radius_m(mps)
    lap_s = (2 * LEG_M + 2 * pi * radius) / mps
    heading = radians(heading_deg)
    east, north = sin(heading) * LEG_M, cos(heading) * LEG_M
    for _ in range(max(0, int(seconds / lap_s))):
        for way in (1.0, -1.0):
            x, y, altitude_m, _ = course.here
            course.to(Way(x + way * east, y + way * north, altitude_m, mps)).bend(radius, -180.0)


def _way(where: Where) -> Way:
    return Way(where.x, where.y, where.altitude_m, where.speed_mps)
