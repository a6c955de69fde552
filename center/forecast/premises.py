"""How many premises each cell has, where a site knows it.

Knows: places and counts.
Refuses to know: who lives or works there, and what anybody is worth.
"""

from __future__ import annotations

import numpy as np

from center.core.pattern_facts import Premises
from center.forecast.grid import Floats, Grid
from center.forecast.known import Plane


def in_cells(premises: tuple[Premises, ...], kind: str, plane: Plane, grid: Grid) -> Floats | None:
    """By cell of the grid, for one kind of burglary; None where nothing is known of it."""
    counts = np.zeros(grid.size)
    for one in premises:
        if one.kind == kind:
            x, y = plane.xy(np.array(one.lat), np.array(one.lon))
            inside = grid.inside(x, y)
            counts += np.bincount(grid.cell(x[inside], y[inside]), np.array(one.many)[inside], grid.size)
    return counts if counts.any() else None
