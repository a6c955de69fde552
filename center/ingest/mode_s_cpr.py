"""Compact Position Reporting: where an aircraft is, from the 17 bits of latitude and of longitude that it sends
(RTCA DO-260B, 2.2.3.2.3.7 and appendix A.1.7).

Knows: how a pair of messages, one of each kind, gives a place anywhere; and how one message gives it near a place that
is known. Refuses to know: which messages belong together, and whether the aircraft can be there.

A message tells where in its zone the aircraft is, and not in which zone. Even messages have 60 zones of latitude round
the earth, odd ones 59, so that two of them together tell the zone. On the ground zones are a quarter as large, and a
place is known only up to quarters of the earth.
"""

from __future__ import annotations

from bisect import bisect_right
from math import acos, cos, degrees, floor, pi, sqrt
from typing import NamedTuple, TypeAlias

Place: TypeAlias = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""

STEPS = 1 << 17
AIR_DEG, GROUND_DEG = 360.0, 90.0
_ZONES = 60  # of latitude in even messages


class Cell(NamedTuple):
    """Where in its zone an aircraft is: 17 bits each, and of which kind the zones are."""

    north: int
    east: int
    odd: bool


def _transitions() -> list[float]:
    """The latitudes, from the equator to the pole, where there begins to be one zone of longitude less than 59, 58 …
    (A.1.7.2.d)."""
    smallest = 1 - cos(pi / (_ZONES / 2))
    return [degrees(acos(sqrt(smallest / (1 - cos(2 * pi / zones))))) for zones in range(59, 2, -1)] + [87.0]


_TRANSITIONS = _transitions()


def zones_at(lat: float) -> int:
    """How many zones of longitude even messages have at a latitude: 59 at the equator, 1 at the poles."""
    return 59 - bisect_right(_TRANSITIONS, abs(lat))


def place_of(even: Cell, odd: Cell, newest: Cell, around_deg: float, near: Place | None = None) -> Place | None:
    """Where the aircraft was when it sent `newest`, one of the pair (A.1.7.7, A.1.7.8). `around_deg` is AIR_DEG, or
    GROUND_DEG, which needs a place that it is `near`. None when the two were sent in different zones of longitude, or
    tell of no place."""
    zone = floor((59 * even.north - 60 * odd.north) / STEPS + 0.5)
    lat_even = around_deg / 60 * (zone % 60 + even.north / STEPS)
    lat_odd = around_deg / 59 * (zone % 59 + odd.north / STEPS)
    if near is None:
        lat_even -= 360.0 if lat_even >= 270.0 else 0.0
        lat_odd -= 360.0 if lat_odd >= 270.0 else 0.0
    else:
        lat_even -= 90.0 * (lat_even - near[0] > 45.0)
        lat_odd -= 90.0 * (lat_odd - near[0] > 45.0)
    zones = zones_at(lat_even)
    if not (-90.0 <= lat_even <= 90.0 and -90.0 <= lat_odd <= 90.0) or zones != zones_at(lat_odd):
        return None
    east_zone = floor((even.east * (zones - 1) - odd.east * zones) / STEPS + 0.5)
    own_zones = max(zones - newest.odd, 1)
    lon = around_deg / own_zones * (east_zone % own_zones + newest.east / STEPS)
    if near is not None:
        lon += floor((near[1] - lon) / 90.0 + 0.5) * 90.0
    return lat_odd if newest.odd else lat_even, (lon + 180.0) % 360.0 - 180.0


def place_near(cell: Cell, near: Place, around_deg: float) -> Place | None:
    """The place nearest to `near` that one message may mean (A.1.7.5, A.1.7.6): right while the aircraft is within half
    a zone of it, 180 nautical miles in the air and 45 on the ground. None beyond the poles."""
    zone_deg = around_deg / (59 if cell.odd else 60)
    north = cell.north / STEPS
    lat = zone_deg * (floor(0.5 + near[0] / zone_deg - north) + north)
    if not -90.0 <= lat <= 90.0:
        return None
    zone_deg = around_deg / max(zones_at(lat) - cell.odd, 1)
    east = cell.east / STEPS
    lon = zone_deg * (floor(0.5 + near[1] / zone_deg - east) + east)
    return lat, (lon + 180.0) % 360.0 - 180.0
