"""The features of a forecast: what happened, faded by several half-lives and blurred by several widths.

Knows: how to carry them from day to day, and how to add or take out one report at once.
Refuses to know: which of them matter (`fitting`), and the cells that do not count.

A day that goes by is one multiplication, a report what its blur leaves in the cells around it; nothing that happened is
ever gone through again. What is uncertain of a report's place makes its blur wider. Divided by how much history there
is, a feature is a daily rate, so that weights learned on five years hold for three.

Where it is known how many premises each cell has, every blur is there a second time, dealt out over those around: the
risk of one shop is spread to other shops, not to the field between them (in epidemiology, a smoothed rate times the
population). Nothing more is kept for it: it is the first blur times what a cell has, over the same blur of that.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.sparse import csc_array
from scipy.special import ndtr

from center.forecast.grid import FINE, Floats, Grid, Ints, Mask, Singles, Which
from center.forecast.reports import Rows

HALF_LIVES = (4.0, 20.0, 90.0, 1000.0)
"""Days."""
WIDTHS = (0.0, 200.0, 400.0, 1000.0)
"""Metres: the standard deviation of a normal blur."""
REACH = 4.0
"""So many standard deviations from its place a blur ends."""
MOST_OFF_M = 1000.0
"""A place that is further off than this is taken to be as far off as this."""
AT_ONCE = 300
"""Reports that are blurred together."""


class Blurs(NamedTuple):
    """What shares of reports leave where. Rows of one report that stand together have one place, and so one blur:
    `share` in the cell and width that `place` says (blurs, cells). `of` says which is each row's."""

    rows: Rows
    of: Ints
    share: Singles
    place: Ints

    def pick(self, first: int, last: int) -> Blurs:
        """Those of some rows, which are not none."""
        of = self.of[first:last]
        mine = slice(of[0], of[-1] + 1)
        return Blurs(self.rows.pick(slice(first, last)), of - of[0], self.share[mine], self.place[mine])


class Basis:
    """Features of the cells of a mask, as they are for the day `day`: of what was known by the end of the day before.
    They come as (half-lives x widths) rows of cells and, with `premises` (how many there are, by cell of the grid), as
    many more, dealt out over these. `fades_in`: the half-life of each."""

    def __init__(
        self,
        grid: Grid,
        mask: Mask,
        first_day: int,
        half_lives: tuple[float, ...] = HALF_LIVES,
        widths: tuple[float, ...] = WIDTHS,
        premises: Floats | None = None,
    ) -> None:
        self.grid, self.cells = grid, np.flatnonzero(mask)
        self.day = self.first_day = first_day
        self.half_lives, self.widths = half_lives, widths
        self._edge = int(np.ceil(REACH * np.hypot(max(widths), MOST_OFF_M) / grid.cell_m))
        # Where a cell stands among those of the mask; what is on none of them, and beyond the grid, goes to the last.
        number = np.full((grid.rows, grid.cols), len(self.cells), dtype=np.int32)
        number.reshape(-1)[self.cells] = np.arange(len(self.cells))
        self._number = np.pad(number, self._edge, constant_values=len(self.cells))
        self._fade = np.array([0.5 ** (1.0 / days) for days in half_lives])
        self._faded = np.zeros((len(half_lives), len(widths), len(self.cells) + 1), dtype=np.float32)
        self._dealt = None if premises is None else self._over(premises)
        self.fades_in = np.tile(np.repeat(np.array(half_lives), len(widths)), 1 if premises is None else 2)

    @property
    def count(self) -> int:
        return len(self.fades_in)

    def _over(self, premises: Floats) -> Singles:
        """What a blur is multiplied by where it is dealt out over premises (widths, cells and the last). Without a
        width that is nothing: it would be the same feature twice."""
        dealt = np.zeros((len(self.widths), len(self.cells) + 1), dtype=np.float32)
        square = premises.reshape(self.grid.rows, self.grid.cols)
        for nth, width in enumerate(self.widths):
            if width:
                around = gaussian_filter(square, width / self.grid.cell_m, mode="constant", truncate=REACH)
                share = np.divide(square, around, out=np.zeros_like(square), where=(square > 0) & (around > 0))
                dealt[nth, :-1] = share.reshape(-1)[self.cells]
        return dealt

    def add(self, rows: Rows, sign: float = 1.0) -> None:
        """Take in shares of reports, or take them out again with `sign` -1. They count as old as they are; what
        happened on the very day `day` counts as it will from the next day on."""
        rows = rows.pick(self.grid.inside(rows.x, rows.y))
        for first in range(0, len(rows.x), AT_ONCE):
            self.take(self.blurred(rows.pick(slice(first, first + AT_ONCE))), sign)

    def take(self, blurs: Blurs, sign: float = 1.0) -> None:
        """As `add`, of what has been blurred."""
        every = sign * blurs.rows.weight[:, None] * self._left(blurs.rows)
        left = np.add.reduceat(every, np.searchsorted(blurs.of, np.arange(len(blurs.share)))).astype(np.float32)
        left_in = csc_array((self._faded[0].size, len(left)), dtype=np.float32)
        # Set, not passed: every day would else be checked for what `_blur` cannot get wrong, which takes longer.
        left_in.data, left_in.indices = blurs.share.ravel(), blurs.place.ravel()
        left_in.indptr = np.arange(0, blurs.share.size + 1, blurs.share.shape[1], dtype=np.int32)
        self._faded += (left_in @ left).T.reshape(self._faded.shape)

    def blurred(self, rows: Rows) -> Blurs:
        """What each, somewhere on the grid, leaves in the cells around it, at every width."""
        is_new = np.diff(rows.of, prepend=-1) != 0
        blurs = [self._blur(rows.pick(is_new), width) for width in self.widths]
        share = np.concatenate([share for share, _ in blurs], axis=1)
        across = len(self.cells) + 1
        place = np.concatenate([cell + np.int32(nth * across) for nth, (_, cell) in enumerate(blurs)], axis=1)
        return Blurs(rows, np.cumsum(is_new) - 1, share, place)

    def _left(self, rows: Rows) -> Floats:
        """What of each has not faded by now (rows, half-lives)."""
        left: Floats = self._fade ** np.maximum(self.day - 1 - rows.day, -1)[:, None]
        return left

    def _blur(self, rows: Rows, width: float) -> tuple[Singles, Ints]:
        """What share of each lies in the cells around it, and which these are (rows, cells), by their place in the
        mask."""
        up, along, deviation = self._placed(rows, width)
        reach = min(int(np.ceil(REACH * deviation.max(initial=0.0))), self._edge)
        steps = np.arange(-reach, reach + 1)
        row, col = (np.floor(place).astype(np.int64)[:, None] + steps for place in (up, along))
        south, west = _within(row, up, deviation), _within(col, along, deviation)
        share = south.astype(np.float32)[:, :, None] * west.astype(np.float32)[:, None, :]
        cell = self._number[row[:, :, None] + self._edge, col[:, None, :] + self._edge]
        around = (len(up), len(steps) ** 2)
        return share.reshape(around), cell.reshape(around)

    def _placed(self, rows: Rows, width: float) -> tuple[Floats, Floats, Floats]:
        """Where each is, in cells, at the middle of an eighth so that nothing lies on an edge; and how blurred."""
        up, along = ((place + 0.5) / FINE for place in self.grid.fine(rows.x, rows.y))
        return up, along, np.maximum(np.hypot(width, np.minimum(rows.off_m, MOST_OFF_M)) / self.grid.cell_m, 1e-6)

    def places(self, rows: Rows) -> Ints:
        """The place in the mask of the cell in which each is said to be; -1 for none."""
        place = np.full(len(rows.x), -1)
        inside = np.flatnonzero(self.grid.inside(rows.x, rows.y))
        row, col = np.divmod(self.grid.cell(rows.x[inside], rows.y[inside]), self.grid.cols)
        found = self._number[row + self._edge, col + self._edge]
        place[inside] = np.where(found < len(self.cells), found, -1)
        return place

    def next_day(self) -> None:
        self.day += 1
        self._faded *= self._fade.astype(np.float32)[:, None, None]

    def history(self) -> Floats:
        """For each feature the days of history it stands on, faded like the feature itself."""
        fade = 0.5 ** (1.0 / self.fades_in)
        history: Floats = (1.0 - fade ** max(self.day - self.first_day, 1)) / (1.0 - fade)
        return history

    def rates(self, which: Which = slice(None)) -> Floats:
        """Daily rates (features, cells) of the mask's cells, or of some by their place in it."""
        here = self._faded[:, :, :-1][:, :, which].astype(np.float64)
        every = [here] if self._dealt is None else [here, here * self._dealt[:, :-1][:, which]]
        rates: Floats = np.concatenate(every).reshape(self.count, -1) / self.history()[:, None]
        return rates

    def total(self) -> Floats:
        """The daily rate of each feature over all cells."""
        every = [self._faded[:, :, :-1].sum(axis=2)]
        if self._dealt is not None:
            every.append(np.stack([self._faded[:, nth] @ each for nth, each in enumerate(self._dealt)], axis=1))
        total: Floats = np.concatenate(every).reshape(-1) / self.history()
        return total

    def mixed(self, weights: Floats) -> Singles:
        """The sum of all features, each by its weight, cell by cell of the mask."""
        plain, *dealt = self._by_width((weights / self.history()).astype(np.float32))
        mixed: Singles = plain.reshape(-1) @ self._faded.reshape(plain.size, -1)[:, :-1]
        if self._dealt is not None:
            for nth, each in enumerate(self._dealt):
                mixed = mixed + each[:-1] * (dealt[0][:, nth] @ self._faded[:, nth, :-1])
        return mixed

    def _by_width(self, each: NDArray[Any]) -> NDArray[Any]:
        """What there is for each feature: once or twice (half-lives, widths)."""
        return each.reshape(-1, len(self.half_lives), len(self.widths))

    def given_by(self, rows: Rows, cells: Ints, weights: Floats) -> Floats:
        """What each share of a report adds to the mixed features of these cells together, by now."""
        row, col = np.divmod(cells, self.grid.cols)
        number = self._number[row + self._edge, col + self._edge]
        each = self._by_width(weights / self.history())
        there = np.zeros((len(each), len(rows.x), len(self.widths)))
        for nth, width in enumerate(self.widths):
            up, along, deviation = self._placed(rows, width)
            share = _within(row, up, deviation) * _within(col, along, deviation)
            there[0, :, nth] = share.sum(axis=1)
            if self._dealt is not None:
                there[1, :, nth] = share @ self._dealt[nth, number]
        given: Floats = rows.weight * ((self._left(rows) @ each) * there).sum(axis=(0, 2))
        return given


class Queue:
    """Rows on the grid that a basis is to take in their order, blurred many at a time however few are wanted."""

    def __init__(self, basis: Basis, rows: Rows) -> None:
        self._basis, self._rows = basis, rows
        self._first, self._blurs = 0, basis.blurred(rows.pick(slice(0, AT_ONCE)))

    def take(self, first: int, last: int) -> None:
        """The basis takes in those from `first` on, before `last`."""
        while first < last:
            if not self._first <= first < self._first + AT_ONCE:
                self._first = first
                self._blurs = self._basis.blurred(self._rows.pick(slice(first, first + AT_ONCE)))
            end = min(last, self._first + AT_ONCE)
            self._basis.take(self._blurs.pick(first - self._first, end - self._first))
            first = end


def _within(line: Ints, place: Floats, deviation: Floats) -> Floats:
    """What share of the blur about each place lies between a line and the next, by place and line."""
    low = (line - place[:, None]) / deviation[:, None]
    share: Floats = ndtr(low + 1.0 / deviation[:, None]) - ndtr(low)
    return share
