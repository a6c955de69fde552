"""How far an antenna hears.

Knows: the radio horizon, loss with distance, and what stands in an antenna's way.
Refuses to know: what is said, and how often.
"""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, radians, sqrt
from typing import NamedTuple

from twin.devices.gps import DEGREE_M
from twin.devices.things import AircraftState

RANGE_M = 280_000.0
HORIZON_M = 4_120.0  # times the root of a height in metres: four thirds of the earth's radius
EARTH_DIAMETER_M = 2 * 4 / 3 * 6_371_000.0
HEARD_NEAR, HEARD_FAR = 0.97, 0.35  # share of messages received beside the antenna and at the edge of range


class Antenna(NamedTuple):
    """`height_m` above the ground. `blocked`: from one bearing to another, clockwise, what is less than so many degrees
    above the horizon is not heard."""

    lat: float
    lon: float
    height_m: float
    range_m: float = RANGE_M
    blocked: tuple[tuple[float, float, float], ...] = ()

    def share_heard(self, aircraft: AircraftState) -> float:
        """The share of this aircraft's messages that are received: none out of range, beyond the horizon or behind an
        obstacle."""
        north_m = (aircraft.lat - self.lat) * DEGREE_M
        east_m = (aircraft.lon - self.lon) * DEGREE_M * cos(radians(self.lat))
        distance_m = hypot(north_m, east_m)
        altitude_m = max(0.0, aircraft.altitude_m)
        reach_m = min(self.range_m, HORIZON_M * (sqrt(self.height_m) + sqrt(altitude_m)))
        if distance_m >= reach_m or (self.blocked and self._is_hidden(north_m, east_m, distance_m, altitude_m)):
            return 0.0
        return HEARD_NEAR + (HEARD_FAR - HEARD_NEAR) * distance_m / reach_m

    def _is_hidden(self, north_m: float, east_m: float, distance_m: float, altitude_m: float) -> bool:
        bearing_deg = degrees(atan2(east_m, north_m)) % 360.0
        rise_m = altitude_m - self.height_m - distance_m * distance_m / EARTH_DIAMETER_M
        above_deg = degrees(atan2(rise_m, distance_m))
        return any(
            (bearing_deg - since) % 360.0 <= (until - since) % 360.0 and above_deg < below
            for since, until, below in self.blocked
        )
