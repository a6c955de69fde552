"""Distances, against the sphere itself."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from hypothesis import given
from hypothesis import strategies as st

from center.core.geo import distance_m

EARTH_M = 6_371_008.8


def haversine_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    north, east = radians(lat_b - lat_a) / 2, radians(lon_b - lon_a) / 2
    root = sin(north) ** 2 + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(east) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(root)))


@given(
    lat=st.floats(-60, 60),
    lon=st.floats(-180, 180),
    north=st.floats(-0.9, 0.9),
    east=st.floats(-0.9, 0.9),
)
def test_within_a_parish_the_error_is_below_a_thousandth(lat: float, lon: float, north: float, east: float) -> None:
    """Up to the sixtieth parallel, and across the date line."""
    over = (lon + east + 180) % 360 - 180
    true = haversine_m(lat, lon, lat + north, over)
    assert abs(distance_m(lat, lon, lat + north, over) - true) <= 0.001 * true + 0.01


@given(*(st.floats(low, -low) for low in (-90, -180, -90, -180)))
def test_the_way_there_is_as_long_as_the_way_back(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> None:
    there, back = distance_m(lat_a, lon_a, lat_b, lon_b), distance_m(lat_b, lon_b, lat_a, lon_a)
    assert there >= 0
    assert abs(there - back) <= 1e-6 * there + 1e-6
