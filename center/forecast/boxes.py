"""Boxes: the few areas in which a unit's hours are worth most.

Knows: how an area grows cell by cell about the likeliest one, over borders that a road crosses, and when another is not
worth it.
Refuses to know: how long it takes to get there.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from center.forecast.grid import Floats, Grid, Ints, Mask
from center.forecast.streets import Joined

LEAST_TIMES = 3.0
"""A box must expect so many times what as many cells of the parish's lived-in land expect on average."""
LEAST_EXPECTED = 0.1
"""Burglaries in the time asked about. Where one comes in ten days, nobody needs to wait for it."""
REACH = 1.0
"""No cell of a box lies farther from its seed than a box is wide, times this."""


class Area(NamedTuple):
    cells: Ints
    expected: float


def areas(
    grid: Grid, surface: Floats, mask: Mask, taken: Ints, most: int, width_m: float, roads: Joined | None = None
) -> list[Area]:
    """At most so many, the likeliest first, none of which has a cell that is taken. Where `roads` are known, a car can
    drive from any of its cells that has one to any other without leaving it."""
    many = max(1, round((width_m / grid.cell_m) ** 2))
    free = mask.copy()
    free[taken] = False
    usual = float(surface[mask].mean()) * many if mask.any() else 0.0
    found: list[Area] = []
    while len(found) < most and free.any():
        there = np.where(free, surface, -1.0)
        cells = _grown(grid, there, _seed(grid, there, width_m), many, width_m * REACH, roads)
        expected = float(surface[cells].sum())
        if expected < max(LEAST_EXPECTED, LEAST_TIMES * usual):
            break
        found.append(Area(cells, expected))
        free[cells] = False
    return found


def _seed(grid: Grid, surface: Floats, width_m: float) -> int:
    """The likeliest cell of the square in which most is expected: one bad cell is no bad area."""
    across = max(1, round(width_m / grid.cell_m))
    padded = np.pad(np.maximum(surface, 0.0).reshape(grid.rows, grid.cols), across)
    sums = np.pad(padded.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    squares = sums[across:, across:] - sums[:-across, across:] - sums[across:, :-across] + sums[:-across, :-across]
    row, col = divmod(int(np.argmax(squares)), squares.shape[1])
    rows = np.clip(np.arange(row, row + across) - across, 0, grid.rows - 1)
    cols = np.clip(np.arange(col, col + across) - across, 0, grid.cols - 1)
    cells = (rows[:, None] * grid.cols + cols).reshape(-1)
    return int(cells[np.argmax(surface[cells])])


def _grown(grid: Grid, surface: Floats, seed: int, many: int, reach_m: float, roads: Joined | None) -> Ints:
    """From the seed on, always the likeliest neighbour, ties by number."""
    inside = [seed]
    around: dict[int, float] = {}
    while len(inside) < many:
        here = inside[-1]
        row, col = divmod(here, grid.cols)
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            next_row, next_col = row + down, col + right
            cell = next_row * grid.cols + next_col
            on = 0 <= next_row < grid.rows and 0 <= next_col < grid.cols
            by_road = roads is None or ((here == seed or roads.is_way(here)) and roads.between(here, cell, grid.cols))
            if on and by_road and cell not in inside and surface[cell] >= 0 and _metres(grid, seed, cell) <= reach_m:
                around[cell] = float(surface[cell])
        if not around:
            break
        best = max(around, key=lambda cell: (around[cell], -cell))
        del around[best]
        inside.append(best)
    return np.array(sorted(inside), dtype=np.int64)


def _metres(grid: Grid, one: int, other: int) -> float:
    (row, col), (next_row, next_col) = divmod(one, grid.cols), divmod(other, grid.cols)
    return grid.cell_m * float(np.hypot(next_row - row, next_col - col))
