"""What the aeroplane's camera sees of the ground."""

from __future__ import annotations

from math import hypot, radians, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.sim.sky_camera import Sensor, aim, footprint


@given(
    st.floats(0.0, 359.9), st.floats(-5_000.0, 5_000.0), st.floats(-5_000.0, 5_000.0), st.floats(300.0, 1_000.0)
)  # fmt: skip
def test_what_it_aims_at_is_in_the_middle(course_deg: float, east_m: float, north_m: float, height_m: float) -> None:
    """Whatever the aeroplane's course; and the distance to it is that of the two points."""
    target = (100.0 + east_m, -50.0 + north_m)
    sensor = aim((100.0, -50.0), height_m, course_deg, target, 6.0, 3.4)
    seen = footprint((100.0, -50.0), height_m, course_deg, sensor)
    assert seen is not None
    assert seen.centre == pytest.approx(target, abs=0.1)
    assert seen.slant_m == pytest.approx(hypot(hypot(east_m, north_m), height_m), rel=1e-6)
    assert -90.0 <= sensor.elevation_deg < 0.0
    assert 0.0 <= sensor.azimuth_deg < 360.0


def test_straight_down_the_picture_is_a_rectangle() -> None:
    """North is up for an aeroplane that flies north: as wide and as high as half the angles' tangents say."""
    seen = footprint((0.0, 0.0), 600.0, 0.0, Sensor(0.0, -90.0, 20.0, 10.0))
    assert seen is not None
    wide, high = 600.0 * tan(radians(10.0)), 600.0 * tan(radians(5.0))
    expected = ((-wide, high), (wide, high), (wide, -high), (-wide, -high))
    for corner, there in zip(seen.corners, expected, strict=True):
        assert corner == pytest.approx(there, abs=1e-6)
    assert seen.width_m == pytest.approx(2 * wide)


def test_ahead_the_far_edge_is_the_wider_one() -> None:
    """To the right of a course to the north is east: the upper corners lie farther out and farther apart."""
    seen = footprint((0.0, 0.0), 600.0, 0.0, Sensor(90.0, -30.0, 20.0, 10.0))
    assert seen is not None
    upper_left, upper_right, lower_right, lower_left = seen.corners
    assert upper_left is not None
    assert upper_right is not None
    assert lower_right is not None
    assert lower_left is not None
    assert upper_left[0] > seen.centre[0] > lower_left[0] > 0.0
    assert upper_left[1] > 0.0 > upper_right[1]  # seen from above, looking east, left is north
    assert upper_left[1] - upper_right[1] > lower_left[1] - lower_right[1]


def test_above_the_horizon_there_is_no_ground() -> None:
    """A corner that looks at the sky is none; a middle that does makes no picture of the ground."""
    grazing = footprint((0.0, 0.0), 600.0, 0.0, Sensor(0.0, -3.0, 20.0, 10.0))
    assert grazing is not None
    assert grazing.corners[0] is None
    assert grazing.corners[2] is not None
    assert footprint((0.0, 0.0), 600.0, 0.0, Sensor(0.0, 1.0, 20.0, 10.0)) is None
