"""The features of a forecast: what happened, faded by several half-lives and blurred by several widths.

Knows: how to carry them from day to day, and how to add or take out one report at once.
Refuses to know: which of them matter (`fitting`).

A day that goes by is one multiplication, a report one outer product for each width; nothing that happened is ever gone
through again. Divided by how much history there is, a feature is a daily rate, so that weights learned on five years
hold for three.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from center.forecast.grid import FINE, Floats, Grid, Ints, Mask, Singles, Which
from center.forecast.reports import Rows

HALF_LIVES = (4.0, 20.0, 90.0, 1000.0)
"""Days."""
WIDTHS = (0.0, 200.0, 400.0, 1000.0)
"""Metres: the standard deviation of a normal blur."""


class Basis:
    """Features of all cells, as they are for the day `day`: of what was known by the end of the day before. They come
    as (half-lives x widths) rows of cells."""

    def __init__(
        self,
        grid: Grid,
        first_day: int,
        half_lives: tuple[float, ...] = HALF_LIVES,
        widths: tuple[float, ...] = WIDTHS,
    ) -> None:
        self.grid = grid
        self.day = self.first_day = first_day
        self.half_lives, self.widths = half_lives, widths
        self._fade = np.array([0.5 ** (1.0 / days) for days in half_lives], dtype=np.float32)
        self._faded = np.zeros((len(half_lives), len(widths), grid.rows, grid.cols), dtype=np.float32)
        self._up = [_profile(grid.rows, width / grid.cell_m) for width in widths]
        self._along = [_profile(grid.cols, width / grid.cell_m) for width in widths]

    @property
    def count(self) -> int:
        return len(self.half_lives) * len(self.widths)

    def add(self, rows: Rows, sign: float = 1.0) -> None:
        """Take in shares of reports, or take them out again with `sign` -1. They count as old as they are; what
        happened on the very day `day` counts as it will from the next day on."""
        rows = rows.pick(self.grid.inside(rows.x, rows.y))
        ages = np.maximum(self.day - 1 - rows.day, -1)
        for age in np.unique(ages).tolist():
            now = ages == age
            up, along = self.grid.fine(rows.x[now], rows.y[now])
            weight = (sign * rows.weight[now]).astype(np.float32)
            fade = self._fade**age
            for width in range(len(self.widths)):
                stamp = (self._up[width][up] * weight[:, None]).T @ self._along[width][along]
                self._faded[:, width] += fade[:, None, None] * stamp

    def next_day(self) -> None:
        self.day += 1
        self._faded *= self._fade[:, None, None, None]

    def history(self) -> Floats:
        """For each feature the days of history it stands on, faded like the feature itself."""
        days = max(self.day - self.first_day, 1)
        fade = np.array([0.5 ** (1.0 / half_life) for half_life in self.half_lives])
        return np.repeat((1.0 - fade**days) / (1.0 - fade), len(self.widths))

    def at(self, cells: Which) -> Floats:
        """Daily rates (features, cells)."""
        flat = self._faded.reshape(self.count, -1)
        return flat[:, cells].astype(np.float64) / self.history()[:, None]

    def total(self, mask: Mask) -> Floats:
        """The daily rate of each feature over all cells of a mask."""
        total: Floats = (self._faded.reshape(self.count, -1) @ mask.astype(np.float32)) / self.history()
        return total

    def mixed(self, weights: Floats) -> Singles:
        """The sum of all features, each by its weight, cell by cell."""
        each = (weights / self.history()).astype(np.float32)
        mixed: Singles = np.asarray(each @ self._faded.reshape(self.count, -1), dtype=np.float32)
        return mixed

    def given_by(self, rows: Rows, cells: Ints, weights: Floats) -> Floats:
        """What each share of a report adds to the mixed features of these cells together, by now."""
        rows = rows.pick(self.grid.inside(rows.x, rows.y))
        up, along = self.grid.fine(rows.x, rows.y)
        row, col = np.divmod(cells, self.grid.cols)
        there = [
            (self._up[width][up][:, row] * self._along[width][along][:, col]).sum(axis=1)
            for width in range(len(self.widths))
        ]
        age = np.maximum(self.day - 1 - rows.day, -1)
        faded = 0.5 ** (age[:, None] / np.array(self.half_lives))
        each = (weights / self.history()).reshape(len(self.half_lives), len(self.widths))
        given: Floats = rows.weight * np.einsum("rh,hw,wr->r", faded, each, np.array(there, dtype=np.float64))
        return given

    def in_blocks(self, across: int) -> Floats:
        """The daily rates (features, blocks) of square blocks, so many cells across."""
        up, along = np.arange(0, self.grid.rows, across), np.arange(0, self.grid.cols, across)
        summed = np.add.reduceat(np.add.reduceat(self._faded, up, axis=2), along, axis=3)
        rates: Floats = summed.reshape(self.count, -1).astype(np.float64) / self.history()[:, None]
        return rates


def _profile(cells: int, width: float) -> Singles:
    """What share of a point's blur lies in each cell of a line, for points an eighth of a cell apart; `width` in
    cells."""
    place = (np.arange(cells * FINE) + 0.5) / FINE
    edges = np.arange(cells + 1.0)
    if width == 0:
        return np.asarray(np.floor(place)[:, None] == edges[None, :-1], dtype=np.float32)
    below = ndtr((edges[None, :] - place[:, None]) / width)
    share: Singles = np.diff(below, axis=1).astype(np.float32)
    return share
