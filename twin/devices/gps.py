"""How a satellite receiver errs.

Knows: correlated noise of a few metres, and the faults that move a position.
Refuses to know: sentences, reporting intervals, and the road.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, exp, radians, sin, sqrt
from random import Random

from twin.devices.faults import AnyFault, Drift, Jump, Lie
from twin.devices.things import Fix

DEGREE_M = 111_320.0  # of latitude, and of longitude at the equator
NOISE_M = 2.5
CORRELATION_US = 45e6
SPEED_NOISE_MPS = 0.15
AT_REST_MPS = 0.8


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
    """The position under the drift, jump and lie in force."""
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
        else:
            continue
        bearing = radians(bearing_deg)
        lat, lon = moved(lat, lon, by_m * cos(bearing), by_m * sin(bearing))
    return lat, lon
