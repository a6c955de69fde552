"""Other ways to say where the next burglaries come, to be compared with.

Knows: kernel density, ProMap, exponentially weighted counts, what open_cp computes, and what takes no method at all.
Refuses to know: what comes of any of it.

open_cp (github.com/QuantCrimAtLeeds/PredictCode) cannot be installed from a registry; its retrospective and prospective
equations are written anew here from its source: the retrospective one sums a quartic kernel from each event to the
middle of each cell, the prospective one 1 / (1 + cells) x 1 / (1 + whole weeks), both distances cut off, cells
counted as a king moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.signal import fftconvolve
from scipy.sparse import csr_array

from center.forecast.grid import Floats, Grid, Ints

Kernel: TypeAlias = Callable[[Floats], Floats]
"""What an event counts at so many metres."""
Fading: TypeAlias = Callable[[Floats], Floats]
"""What an event counts after so many days."""

YEAR, WEEK = 365, 7
DEALT_M = 150.0


@dataclass
class Known:
    """Events in order of time, and where they count: `x`, `y` metres, `t` days with fractions."""

    grid: Grid
    x: Floats
    y: Floats
    t: Floats

    def between(self, first: float, last: float) -> slice:
        return slice(*np.searchsorted(self.t, [first, last]).tolist())


class Peer:
    """A surface for the day `day` from what was known before it."""

    name: str

    def surface(self, day: int) -> Floats:
        raise NotImplementedError


class Points(Peer):
    """A kernel about every event, from where it was to the middle of each cell."""

    def __init__(
        self, name: str, known: Known, reach_m: float, kernel: Kernel, window: int, fading: Fading = np.ones_like
    ) -> None:
        self.name = name
        self._known, self._window, self._fading = known, window, fading
        self._stamps = _stamps(known, reach_m, kernel)

    def surface(self, day: int) -> Floats:
        which = self._known.between(day - self._window, day)
        surface: Floats = self._fading(day - self._known.t[which]) @ self._stamps[which]
        return surface


class Cells(Peer):
    """open_cp's prospective hotspots: cells count, not points. The distance is in cells, the time in whole weeks."""

    def __init__(self, name: str, known: Known, cells: int, weeks: int) -> None:
        self.name = name
        self._known, self._weeks = known, weeks
        self._cell = known.grid.cell(known.x, known.y)
        away = np.abs(np.arange(1 - cells, cells))
        self._kernel = 1.0 / (1.0 + np.maximum(away[:, None], away[None, :]))

    def surface(self, day: int) -> Floats:
        which = self._known.between(day - self._weeks * WEEK, day)
        weeks = (day - self._known.t[which]) // WEEK
        weight = (weeks < self._weeks) / (1.0 + weeks)
        grid = self._known.grid
        counts = np.bincount(self._cell[which], weight, grid.size).reshape(grid.rows, grid.cols)
        spread: Floats = np.maximum(fftconvolve(counts, self._kernel, mode="same"), 0.0).reshape(-1)
        return np.where(spread > 1e-9, spread, 0.0)


class Dealt(Peer):
    """Another's surface, times what a cell has of premises over what it has around it."""

    def __init__(self, peer: Peer, grid: Grid, premises: Floats) -> None:
        self.name = f"{peer.name}, over premises"
        self._peer = peer
        square = premises.reshape(grid.rows, grid.cols)
        around = gaussian_filter(square, DEALT_M / grid.cell_m, mode="constant")
        self._share = np.divide(square, around, out=np.zeros_like(square), where=square > 0).reshape(-1)

    def surface(self, day: int) -> Floats:
        return self._peer.surface(day) * self._share


class Counts(Peer):
    """How many there were in the cell itself."""

    def __init__(self, name: str, known: Known, window: int) -> None:
        self.name = name
        self._known, self._window = known, window
        self._cell = known.grid.cell(known.x, known.y)

    def surface(self, day: int) -> Floats:
        which = self._known.between(day - self._window, day)
        counts: Floats = np.bincount(self._cell[which], minlength=self._known.grid.size).astype(np.float64)
        return counts


class Uniform(Peer):
    """Everywhere alike: any share of the area holds that share of the events."""

    name = "uniform"

    def __init__(self, grid: Grid) -> None:
        self._size = grid.size

    def surface(self, day: int) -> Floats:  # noqa: ARG002
        return np.ones(self._size)


class Chance(Peer):
    """Another order of the cells every day."""

    name = "random"

    def __init__(self, grid: Grid) -> None:
        self._size = grid.size

    def surface(self, day: int) -> Floats:
        return np.random.default_rng(day).random(self._size)


class Offset(NamedTuple):
    down: int
    right: int


def peers(known: Known, premises: Floats | None = None) -> list[Peer]:
    """All of them. What open_cp computes begins with its name. Where premises by cell are known, the best of plain
    densities is there once more, dealt out over them."""
    found: list[Peer] = [
        Points("KDE, 150 m, 1 year", known, 600.0, lambda m: np.exp(-0.5 * (m / 150.0) ** 2), YEAR),
        Points("KDE, 300 m, 2 years", known, 1200.0, lambda m: np.exp(-0.5 * (m / 300.0) ** 2), 2 * YEAR),
        Points("ProMap, 400 m, 8 weeks", known, 400.0, lambda m: 1.0 / (1.0 + m // 100.0), 8 * WEEK, _by_week),
        Points(
            "weighted counts, 90 d, 150 m", known, 600.0, lambda m: np.exp(-0.5 * (m / 150.0) ** 2), 2 * YEAR,
            lambda days: np.asarray(0.5 ** (days / 90.0)),
        ),
        Points("open_cp retrospective, 300 m, 1 year", known, 300.0, lambda m: (1.0 - (m / 300.0) ** 2) ** 2, YEAR),
        Cells("open_cp ProMap, 8 cells, 8 weeks", known, 8, 8),
        Cells("open_cp ProMap, 3 cells, 8 weeks", known, 3, 8),
        Counts("last year's hotspots", known, YEAR),
        Uniform(known.grid),
        Chance(known.grid),
    ]  # fmt: skip
    return found if premises is None else [Dealt(found[0], known.grid, premises), *found]


def _by_week(days: Floats) -> Floats:
    return 1.0 / (1.0 + days // WEEK)


def _stamps(known: Known, reach_m: float, kernel: Kernel) -> csr_array:
    """What each event (a row) counts at each cell."""
    grid = known.grid
    far = int(np.ceil(reach_m / grid.cell_m))
    offsets = [Offset(down, right) for down in range(-far, far + 1) for right in range(-far, far + 1)]
    row, col = np.divmod(grid.cell(known.x, known.y), grid.cols)
    rows: list[Ints] = []
    cells: list[Ints] = []
    values: list[Floats] = []
    for offset in offsets:
        down, right = row + offset.down, col + offset.right
        on = np.flatnonzero((down >= 0) & (down < grid.rows) & (right >= 0) & (right < grid.cols))
        cell = down[on] * grid.cols + right[on]
        x, y = grid.centre(cell)
        metres = np.hypot(x - known.x[on], y - known.y[on])
        near = metres <= reach_m
        rows.append(on[near])
        cells.append(cell[near])
        values.append(kernel(metres[near]))
    every = (np.concatenate(values), (np.concatenate(rows), np.concatenate(cells)))
    return csr_array(every, shape=(len(known.t), grid.size))
