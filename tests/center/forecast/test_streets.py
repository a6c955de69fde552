"""A box is one that a car can patrol: it does not reach over water without a bridge."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from center.forecast.boxes import areas
from center.forecast.grid import Grid
from center.forecast.known import Plane
from center.forecast.streets import Joined, Line, joined, lines

GRID = Grid(0.0, 0.0, 200.0, 6, 6)
PLANE = Plane(30.2, -93.2)
RIVER_ROW = 2
"""Between this row and the next one there is water."""


def street(x0: float, y0: float, x1: float, y1: float) -> Line:
    places = PLANE.latlon(np.array([x0, x1]), np.array([y0, y1]))
    return [(lon, lat) for lat, lon in places]


def banks(*bridges: Line) -> list[Line]:
    """A street along every row, and one along every column on either bank."""
    rows = [street(10.0, 100.0 + 200.0 * row, 1190.0, 100.0 + 200.0 * row) for row in range(6)]
    south = [street(100.0 + 200.0 * col, 10.0, 100.0 + 200.0 * col, 590.0) for col in range(6)]
    north = [street(100.0 + 200.0 * col, 610.0, 100.0 + 200.0 * col, 1190.0) for col in range(6)]
    return [*rows, *south, *north, *bridges]


def box(roads: Joined | None) -> set[int]:
    """The rows of the one box about the likeliest cell, on the southern bank; the next likely is across the water."""
    surface = np.full(GRID.size, 0.001)
    surface[[RIVER_ROW * 6 + 2, (RIVER_ROW + 1) * 6 + 2]] = 1.1, 0.2
    mask = np.ones(GRID.size, dtype=np.bool_)
    (one, *_) = areas(GRID, surface, mask, np.zeros(0, dtype=np.int64), 1, 600.0, roads)
    assert len(one.cells) == 9
    return {int(cell) // 6 for cell in one.cells}


def test_without_a_bridge_a_box_stays_on_its_bank_and_with_one_it_crosses() -> None:
    assert box(None) > {RIVER_ROW, RIVER_ROW + 1}
    assert max(box(joined(banks(), PLANE, GRID))) == RIVER_ROW
    bridge = street(500.0, 500.0, 500.0, 700.0)
    assert RIVER_ROW + 1 in box(joined(banks(bridge), PLANE, GRID))


def test_a_cell_without_a_road_belongs_to_a_box_beside_it_and_leads_nowhere() -> None:
    found = joined([street(10.0, 100.0, 590.0, 100.0)], PLANE, GRID)
    assert np.flatnonzero(found.has_road).tolist() == [0, 1, 2]
    assert found.between(2, 3, GRID.cols)
    assert not found.is_way(3)
    assert found.is_way(2)


def test_roads_come_from_the_sites_map_and_what_is_none_is_named(tmp_path: Path) -> None:
    road = {"type": "Feature", "properties": {"layer": "road"}}
    road["geometry"] = {"type": "LineString", "coordinates": [[-93.2, 30.2], [-93.19, 30.2]]}
    water = {"type": "Feature", "properties": {"layer": "water"}, "geometry": {"type": "Polygon", "coordinates": []}}
    (tmp_path / "map.geojson").write_text(json.dumps({"features": [road, water]}))
    assert lines(tmp_path / "map.geojson") == [[(-93.2, 30.2), (-93.19, 30.2)]]
    (tmp_path / "map.geojson").write_text("[]")
    with pytest.raises(ValueError, match=r"map\.geojson: not a GeoJSON"):
        lines(tmp_path / "map.geojson")
