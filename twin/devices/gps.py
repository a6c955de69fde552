"""How a satellite receiver errs.

Knows: correlated noise of a few metres, and the faults that move a position.
Refuses to know: sentences, reporting intervals, and the road.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, exp, hypot, radians, sin, sqrt
from random import Random

from twin.devices.faults import AnyFault, Drift, Jump, Lie, UrbanDrift
from twin.devices.things import Fix

DEGREE_M = 111_320.0  # of latitude, and of longitude at the equator
NOISE_M = 2.5
CORRELATION_US = 45e6
SPEED_NOISE_MPS = 0.15
AT_REST_MPS = 0.8
WALL_NORTH_M, WALL_EAST_M, SATELLITE_S = 37.0, 61.0, 70.0  # how far and how long until a reflection is another


class Noise:
    """A first-order Gauss-Markov error of `NOISE_M` a axis that forgets itself over `CORRELATION_US`."""

    __slots__ = ("_at_us", "_dice", "_east_m", "_north_m")

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._at_us = 0
        self._north_m = dice.gauss(0.0, NOISE_M)
        self._east_m = dice.gauss(0.0, NOISE_M)

    def seen(self, fix: Fix) -> Fix:
        """What the receiver makes of the true `fix`. At rest it reports no course and almost no speed."""
        gauss = self._dice.gauss
        kept = exp((self._at_us - fix.at_us) / CORRELATION_US)
        fresh = NOISE_M * sqrt(1.0 - kept * kept)
        self._at_us = fix.at_us
        self._north_m = kept * self._north_m + fresh * gauss(0.0, 1.0)
        self._east_m = kept * self._east_m + fresh * gauss(0.0, 1.0)
        moving = fix.speed_mps > AT_REST_MPS
        return Fix(
            fix.at_us,
            fix.lat + self._north_m / DEGREE_M,
            fix.lon + self._east_m / (DEGREE_M * cos(radians(fix.lat))),
            abs(fix.speed_mps + gauss(0.0, SPEED_NOISE_MPS)) if moving else 0.0,
            fix.course_deg if moving else None,
            fix.altitude_m,
        )


def moved(lat: float, lon: float, north_m: float, east_m: float) -> tuple[float, float]:
    return lat + north_m / DEGREE_M, lon + east_m / (DEGREE_M * cos(radians(lat)))


def displaced(lat: float, lon: float, active: Sequence[AnyFault], now_us: int, dice: Random) -> tuple[float, float]:
    """The position under the faults in force."""
    for fault in active:
        if isinstance(fault, Drift):
            by_m, bearing_deg = fault.rate_mps * (now_us - fault.start_us) / 1e6, fault.bearing_deg
        elif isinstance(fault, Jump):
            if dice.random() >= fault.share:
                continue
            by_m = fault.by_m
            bearing_deg = dice.uniform(0.0, 360.0) if fault.bearing_deg is None else fault.bearing_deg
        elif isinstance(fault, Lie):
            lat, lon = moved(lat, lon, fault.north_m, fault.east_m)
            continue
        elif isinstance(fault, UrbanDrift):
            lat, lon = moved(lat, lon, *_reflected(lat, lon, fault, now_us))
            continue
        else:
            continue
        bearing = radians(bearing_deg)
        lat, lon = moved(lat, lon, by_m * cos(bearing), by_m * sin(bearing))
    return lat, lon


def _reflected(lat: float, lon: float, fault: UrbanDrift, now_us: int) -> tuple[float, float]:
    """How far north and east walls move a position: a smooth pattern over streets that shifts as satellites do. A way
    through it strays by some tens of metres in each street; who stands still is seen to wander."""
    north_m, east_m = lat * DEGREE_M, lon * DEGREE_M * cos(radians(lat))
    if fault.lat is not None and fault.lon is not None:
        from_m = (lat - fault.lat) * DEGREE_M, (lon - fault.lon) * DEGREE_M * cos(radians(lat))
        if hypot(*from_m) > fault.within_m:
            return 0.0, 0.0
    seconds = now_us / 1e6
    along = north_m / WALL_NORTH_M + east_m / WALL_EAST_M + seconds / SATELLITE_S
    across = north_m / WALL_EAST_M - east_m / WALL_NORTH_M + 1.7 * seconds / SATELLITE_S
    return fault.by_m * sin(along), fault.by_m * sin(across)
