"""What the aeroplane's camera has below it, and what it says of where it looks.

Knows: streets and water as a camera's ground, and an aeroplane's place and angles as a MISB look.
Refuses to know: how either is drawn or encoded, and where the aeroplane is sent.
"""

from __future__ import annotations

import numpy as np

from twin.airfield import HIGH_DEG, WIDE_DEG, Airfield
from twin.devices.cameras.klv import Look
from twin.devices.cameras.scene_above import Ground
from twin.setting import Setting
from twin.sim.geometry import Plane
from twin.sim.parish import water_rings
from twin.sim.roads_network import KINDS

WIDTHS_M = {"motorway": 14.0, "trunk": 12.0, "primary": 10.0, "secondary": 8.0, "street": 6.5, "ramp": 6.0}
STOWED_DEG = (0.0, -90.0)


def ground_of(setting: Setting) -> Ground:
    """Every street of the parish in straight pieces, and its waters."""
    network = setting.network
    edges = network.one_each()
    starts = [np.arange(network.shape_start[edge], network.shape_start[edge + 1] - 1) for edge in edges]
    pieces = np.concatenate(starts)
    wide = np.array([WIDTHS_M[kind] for kind in KINDS])[network.kind[edges]]
    each = np.repeat(wide, [len(one) for one in starts])
    return Ground(network.shape_xy[pieces], network.shape_xy[pieces + 1], each, water_rings(setting.parish))


def look_of(airfield: Airfield, plane: Plane, at_us: int) -> Look | None:
    """None while the aeroplane stands at home with everything off. On its way the camera is stowed: it looks straight
    down and nothing is said of the ground."""
    where = airfield.where(at_us)
    if where is None:
        return None
    lat, lon = plane.latlon(where.x, where.y)
    place = (lat, lon, where.altitude_m, where.course_deg, where.speed_mps)
    seen = airfield.view(at_us)
    if seen is None:
        return Look(*place, WIDE_DEG, HIGH_DEG, *STOWED_DEG)
    sensor, ground = seen
    return Look(
        *place,
        sensor.wide_deg,
        sensor.high_deg,
        sensor.azimuth_deg,
        sensor.elevation_deg,
        slant_m=ground.slant_m,
        width_m=ground.width_m,
        centre=plane.latlon(*ground.centre),
        ground_m=airfield.ground_m,
        corners=tuple(corner and plane.latlon(*corner) for corner in ground.corners),
    )
