"""The sheriff's aeroplane.

Knows: a racetrack orbit over a point, in closed form, and the way there and back.
Refuses to know: transponders, and who hears them.
"""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, pi, sin
from typing import NamedTuple

from twin.devices.things import SECOND_US, AircraftState
from twin.sim.geometry import Plane

ICAO, CALLSIGN = "a8c15e", "CPSO1"  # synthetic
SPEED_MPS = 49.0  # 95 kt (assumption: 80-110 kt)
CRUISE_M = 610.0  # 2,000 ft
CLIMB_MPS = 4.0
LEG_M, RADIUS_M = 3_000.0, 1_100.0


class Flight(NamedTuple):
    """Takes off at `from_us` from (x, y) `base`, flies racetracks about (x, y) `over` until `until_us`, and returns."""

    from_us: int
    until_us: int
    base: tuple[float, float]
    over: tuple[float, float]


class Sky:
    """What flies, as `states(at_us)`; an aircraft on the ground with its transponder off is not there."""

    def __init__(self, plane: Plane, flights: list[Flight]) -> None:
        self._plane = plane
        self._flights = flights

    def states(self, at_us: int) -> list[AircraftState]:
        return [state for flight in self._flights if (state := _state(flight, at_us, self._plane)) is not None]


def _state(flight: Flight, at_us: int, plane: Plane) -> AircraftState | None:
    if at_us < flight.from_us:
        return None
    (bx, by), (ox, oy) = flight.base, flight.over
    way_m = max(1.0, hypot(ox - bx, oy - by))
    way_us = int(way_m / SPEED_MPS * SECOND_US)
    if at_us >= flight.until_us + way_us:
        return None
    there_us = flight.from_us + way_us
    if at_us < there_us:
        share = (at_us - flight.from_us) / way_us
        x, y, course = bx + (ox - bx) * share, by + (oy - by) * share, atan2(ox - bx, oy - by)
        altitude = min(CRUISE_M, CLIMB_MPS * (at_us - flight.from_us) / SECOND_US)
    elif at_us < flight.until_us:
        x, y, course = _racetrack((at_us - there_us) / SECOND_US * SPEED_MPS)
        x, y, altitude = ox + x, oy + y, CRUISE_M
    else:
        share = (at_us - flight.until_us) / way_us
        x, y, course = ox + (bx - ox) * share, oy + (by - oy) * share, atan2(bx - ox, by - oy)
        altitude = min(CRUISE_M, CLIMB_MPS * (flight.until_us + way_us - at_us) / SECOND_US)
    lat, lon = plane.latlon(x, y)
    return AircraftState(
        icao=ICAO,
        callsign=CALLSIGN,
        lat=lat,
        lon=lon,
        altitude_m=altitude,
        speed_mps=SPEED_MPS,
        course_deg=degrees(course) % 360.0,
        squawk="4401",
    )


def _racetrack(flown_m: float) -> tuple[float, float, float]:
    """Metres flown round a racetrack (north along its east side, west about, south, east about) to x, y, course."""
    turn_m = pi * RADIUS_M
    along = flown_m % (2 * (LEG_M + turn_m))
    if along < LEG_M:
        return RADIUS_M, along - LEG_M / 2, 0.0
    along -= LEG_M
    if along < turn_m:
        angle = along / RADIUS_M
        return RADIUS_M * cos(angle), LEG_M / 2 + RADIUS_M * sin(angle), -angle
    along -= turn_m
    if along < LEG_M:
        return -RADIUS_M, LEG_M / 2 - along, pi
    angle = (along - LEG_M) / RADIUS_M
    return -RADIUS_M * cos(angle), -LEG_M / 2 - RADIUS_M * sin(angle), pi - angle
