"""The cells that a forecast speaks about.

Knows: square cells on a plane in metres, and which of them are lived in, by what is already known.
Refuses to know: maps, degrees, and what happened in a cell.

Land where nothing ever happens flatters every forecast: leave it out, and the same share of the area holds more. So the
cells that count are those near which something has happened, and only what was known by then may say so.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Which: TypeAlias = Mask | Ints | slice

FINE = 8
"""A place is kept to an eighth of a cell."""
STRAY = 0.001
"""This share of the points on either side may lie so far off that the grid does not stretch to them."""
MARGIN_CELLS = 5
MAX_CELLS = 250_000


class Grid(NamedTuple):
    """`rows` x `cols` cells of `cell_m` metres from the corner (`x_m`, `y_m`); a cell's number counts along rows, from
    the south-west."""

    x_m: float
    y_m: float
    cell_m: float
    rows: int
    cols: int

    @property
    def size(self) -> int:
        return self.rows * self.cols

    def inside(self, x: Floats, y: Floats) -> Mask:
        within: Mask = (x >= self.x_m) & (x < self.x_m + self.cols * self.cell_m)
        within &= (y >= self.y_m) & (y < self.y_m + self.rows * self.cell_m)
        return within

    def fine(self, x: Floats, y: Floats) -> tuple[Ints, Ints]:
        """Row and column in eighths of a cell, of points inside."""
        step = self.cell_m / FINE
        return ((y - self.y_m) // step).astype(np.int64), ((x - self.x_m) // step).astype(np.int64)

    def cell(self, x: Floats, y: Floats) -> Ints:
        """The number of the cell of each point inside."""
        row, col = self.fine(x, y)
        return (row // FINE) * self.cols + col // FINE

    def centre(self, cell: Ints) -> tuple[Floats, Floats]:
        row, col = np.divmod(cell, self.cols)
        return self.x_m + (col + 0.5) * self.cell_m, self.y_m + (row + 0.5) * self.cell_m


def covering(x: Floats, y: Floats, cell_m: float = 200.0) -> Grid:
    """The grid over these points, but for a few that lie far off. Raises ValueError, with words for people."""
    if not len(x):
        raise ValueError("there is no point to lay a grid over")
    if not cell_m > 0:
        raise ValueError(f"cells of {cell_m} m are none")
    corner, many = [], []
    for values in (x, y):
        low, high = np.quantile(values, [STRAY, 1.0 - STRAY])
        low = max(float(values.min()), float(low) - MARGIN_CELLS * cell_m)
        high = min(float(values.max()), float(high) + MARGIN_CELLS * cell_m)
        corner.append(float(np.floor(low / cell_m)) * cell_m)
        many.append(int((high - corner[-1]) // cell_m) + 1)
    if many[0] * many[1] > MAX_CELLS:
        span = " x ".join(f"{count * cell_m / 1000:,.0f}" for count in many)
        least = cell_m * (many[0] * many[1] / MAX_CELLS) ** 0.5
        raise ValueError(f"the points span {span} km: that needs cells of at least {least:,.0f} m")
    return Grid(corner[0], corner[1], cell_m, many[1], many[0])


def populated(grid: Grid, cells: Ints, reach: int = 1) -> Mask:
    """The cells within `reach` cells of one where something has happened."""
    lived = np.zeros((grid.rows, grid.cols), dtype=np.bool_)
    lived.reshape(-1)[cells] = True
    padded = np.pad(lived, reach)
    for down in range(2 * reach + 1):
        for right in range(2 * reach + 1):
            lived |= padded[down : down + grid.rows, right : right + grid.cols]
    return lived.reshape(-1)
