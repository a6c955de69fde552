"""What a camera under an aeroplane sees of flat ground.

Knows: a gimbal's angles towards a place, and where the middle and the corners of the picture lie.
Refuses to know: where the aeroplane flies, and how any of it is written down for a viewer.

Metres on the parish's plane; azimuth and elevation are the sensor's against the aeroplane: clockwise from its nose, and
up from its level, as MISB ST 0601 counts them (items 18 and 19).
"""

from __future__ import annotations

from math import atan2, cos, degrees, hypot, radians, sin, tan
from typing import NamedTuple

Point = tuple[float, float]


class Sensor(NamedTuple):
    """`wide_deg` and `high_deg`: the field of view."""

    azimuth_deg: float
    elevation_deg: float
    wide_deg: float
    high_deg: float


class Footprint(NamedTuple):
    """`corners`: upper left, upper right, lower right, lower left, None for one that looks above the horizon.
    `slant_m`: from the camera to the middle; `width_m`: of the picture there."""

    centre: Point
    corners: tuple[Point | None, Point | None, Point | None, Point | None]
    slant_m: float
    width_m: float


def aim(at: Point, height_m: float, course_deg: float, target: Point, wide_deg: float, high_deg: float) -> Sensor:
    """The angles under which `target` is in the middle. `height_m`: above the target's ground."""
    east, north = target[0] - at[0], target[1] - at[1]
    azimuth_deg = (degrees(atan2(east, north)) - course_deg) % 360.0
    azimuth_deg %= 360.0  # a hair to the left of the nose is rounded to a whole turn
    return Sensor(azimuth_deg, -degrees(atan2(height_m, hypot(east, north))), wide_deg, high_deg)


def footprint(at: Point, height_m: float, course_deg: float, sensor: Sensor) -> Footprint | None:
    """What the sensor sees of the ground; None when its middle looks above the horizon. The aeroplane flies level: the
    gimbal takes bank and pitch out."""
    bearing, down = radians(course_deg + sensor.azimuth_deg), -radians(sensor.elevation_deg)
    ahead = (sin(bearing) * cos(down), cos(bearing) * cos(down), -sin(down))
    right = (cos(bearing), -sin(bearing), 0.0)
    up = (sin(bearing) * sin(down), cos(bearing) * sin(down), cos(down))
    aside, above = tan(radians(sensor.wide_deg / 2)), tan(radians(sensor.high_deg / 2))

    def ground(sideways: float, upwards: float) -> Point | None:
        east, north, rise = (a + sideways * r + upwards * u for a, r, u in zip(ahead, right, up, strict=True))
        if rise >= 0.0:
            return None
        share = height_m / -rise
        return at[0] + east * share, at[1] + north * share

    centre = ground(0.0, 0.0)
    if centre is None:
        return None
    slant_m = height_m / sin(down)
    corners = (ground(-aside, above), ground(aside, above), ground(aside, -above), ground(-aside, -above))
    return Footprint(centre, corners, slant_m, 2 * slant_m * aside)
