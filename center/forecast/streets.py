"""Which neighbouring cells a road joins: a box is patrolled by car, and a car does not cross a river on foot.

Knows: the roads of the site's map as lines, and between which cells of a grid one passes.
Refuses to know: how long a way takes, and who drives it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from center.forecast.grid import Floats, Grid, Ints, Mask
from center.forecast.known import Plane

STEP_M = 20.0
"""A road is looked at every so many metres."""
MAX_STEPS = 5_000_000
Line = list[tuple[float, float]]


class Joined(NamedTuple):
    """By cell: whether it has a road, and whether one leads into the cell to the east, and to the north."""

    has_road: Mask
    east: Mask
    north: Mask

    def between(self, one: int, other: int, cols: int) -> bool:
        """Whether a car can go from a cell to a neighbour. Where one of them has no road, its middle is a walk away
        from the other's."""
        if not (self.has_road[one] and self.has_road[other]):
            return True
        low = min(one, other)
        return bool((self.north if abs(one - other) == cols else self.east)[low])

    def is_way(self, cell: int) -> bool:
        """Whether a box may go on through a cell: beyond one without a road nobody drives on."""
        return bool(self.has_road[cell])


def lines(path: Path) -> list[Line]:
    """The roads of a GeoJSON file, (lon, lat). Raises ValueError that names the file."""
    try:
        features: list[dict[str, Any]] = json.loads(path.read_bytes())["features"]
        roads = [one["geometry"] for one in features if (one.get("properties") or {}).get("layer") == "road"]
        return [
            [(float(p[0]), float(p[1])) for p in one["coordinates"]] for one in roads if one["type"] == "LineString"
        ]
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"{path}: not a GeoJSON FeatureCollection with roads: {error!r}") from error


def joined(roads: list[Line], plane: Plane, grid: Grid) -> Joined:
    """Every cell that a road is in, and every border between two of them that one crosses."""
    found = Joined(*(np.zeros(grid.size, dtype=np.bool_) for _ in range(3)))
    if not roads:
        return found
    x, y, line = _stepped(roads, plane)
    inside = grid.inside(x, y)
    cells = np.full(len(x), -1, dtype=np.int64)
    cells[inside] = grid.cell(x[inside], y[inside])
    found.has_road[cells[inside]] = True
    both = inside[:-1] & inside[1:] & (cells[:-1] != cells[1:]) & (line[:-1] == line[1:])
    low, high = np.minimum(cells[:-1], cells[1:])[both], np.maximum(cells[:-1], cells[1:])[both]
    found.north[low[high - low == grid.cols]] = True
    found.east[low[(high - low == 1) & (high % grid.cols != 0)]] = True
    return found


def _stepped(roads: list[Line], plane: Plane) -> tuple[Floats, Floats, Ints]:
    """All lines step by step, a line behind the other: where, and which line."""
    lon, lat = np.array([point for road in roads for point in road], dtype=np.float64).T
    line = np.repeat(np.arange(len(roads)), [len(road) for road in roads])
    x, y = plane.xy(lat, lon)
    length = np.hypot(np.diff(x), np.diff(y))
    many = np.where(line[:-1] == line[1:], np.maximum(1, length // STEP_M), 1).astype(np.int64)
    many = many[np.cumsum(many) <= MAX_STEPS]
    to = np.repeat(np.arange(1, len(many) + 1), many)
    nth = np.arange(1, len(to) + 1) - np.repeat(np.cumsum(many) - many, many)
    share = np.where(line[to] == line[to - 1], nth / many[to - 1], 1.0)  # a new line begins where it begins
    stepped = [np.concatenate([ends[:1], ends[to - 1] * (1 - share) + ends[to] * share]) for ends in (x, y)]
    return stepped[0], stepped[1], np.concatenate([line[:1], line[to]])
