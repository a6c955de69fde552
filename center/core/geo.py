"""Distances on the small part of the earth that a center watches.

Knows: the equirectangular approximation (error under 0.1 % within 200 km at these latitudes).
Refuses to know: roads. Whoever needs road time asks for a `Route`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, degrees, hypot, radians

METRES_PER_DEGREE = 111_194.93  # of latitude, on a sphere of 6,371,008.8 m (IUGG mean radius)


def distance_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Metres between two WGS 84 positions given in degrees."""
    east = (lon_b - lon_a + 180.0) % 360.0 - 180.0
    return METRES_PER_DEGREE * hypot(lat_b - lat_a, east * cos(radians((lat_a + lat_b) * 0.5)))


def encloses(corners: Sequence[tuple[float, float]], lat: float, lon: float) -> bool:
    """Whether a place is inside an outline of (latitude, longitude): the ray to the east crosses it an odd number of
    times."""
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in zip(corners, (*corners[1:], *corners[:1]), strict=True):
        if (lat_a > lat) != (lat_b > lat) and lon < lon_a + (lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a):
            inside = not inside
    return inside


def bearing_deg(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """The direction from a to b, degrees from north, 0 to below 360; 0 where they are one place."""
    east = ((lon_b - lon_a + 180.0) % 360.0 - 180.0) * cos(radians((lat_a + lat_b) * 0.5))
    return degrees(atan2(east, lat_b - lat_a)) % 360.0
