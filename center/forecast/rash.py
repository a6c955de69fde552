"""Rashes: more burglaries than there should be, in a few days, near each other, and alike.

Knows: the prospective space-time permutation scan (Kulldorff et al. 2005), and what marks of method add to it.
Refuses to know: who hears of a rash, and who did it.

A circle and the last few days make a cylinder. Were places and days independent, it would hold as many as the circle's
share of all places times the days' share of all times; how much likelier its count is as it is, is its score. Marks
(entry, target, time of day) that are more alike inside than everywhere add theirs. No population is needed, and a busy
week of the whole parish is nobody's rash.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from center.forecast.grid import Floats, Grid, Ints, Mask, covering

LEAST = 3
"""Fewer are no rash."""
LOOKED_INTO = 100
"""Cylinders whose marks are compared; the most crowded ones."""
WEEK = 7.0


class Marked(NamedTuple):
    """Burglaries in order of the time they were known, `t` in days. `marks` (events, kinds of mark) are codes from 0,
    -1 where a mark is not known."""

    x: Floats
    y: Floats
    t: Floats
    marks: Ints

    def pick(self, which: Mask) -> Marked:
        return Marked(self.x[which], self.y[which], self.t[which], self.marks[which])


class Windows(NamedTuple):
    """The circles and the days that are looked through, and how long a past says what is usual."""

    radii_m: tuple[float, ...] = (300.0, 600.0, 1000.0)
    days: tuple[int, ...] = (2, 4, 7, 14)
    usual_days: int = 365


USUAL = Windows()


class Rash(NamedTuple):
    """`members` are rows of the events; `alike`: for each kind of mark the commonest code, how many have it, and what
    share of all have it."""

    score: float
    x: float
    y: float
    radius_m: float
    days: int
    expected: float
    members: tuple[int, ...]
    alike: tuple[tuple[int, int, float], ...]


class Scanner:
    """Goes through a record day by day; a day it has been past does not come back."""

    def __init__(self, events: Marked, windows: Windows = USUAL, cell_m: float = 200.0) -> None:
        self._events, self._windows = events, windows
        inner = covering(events.x, events.y, cell_m)
        self._grid = _with_room(inner, max(windows.radii_m))
        self._on = inner.inside(events.x, events.y)
        self._cell = np.where(self._on, self._grid.cell(events.x, events.y), 0)
        self._discs = [_disc(self._grid, radius) for radius in windows.radii_m]
        self._usual = [np.zeros(self._grid.size, dtype=np.int64) for _ in windows.radii_m]
        self._inside = np.zeros(self._grid.size, dtype=np.bool_)
        self._first = self._last = 0
        self._codes = [int(column.max(initial=-1)) + 1 for column in events.marks.T]

    def on(self, day: float, most: int = 5, *, marked: bool = True) -> list[Rash]:
        """The highest-scoring cylinders that end at the moment `day`, no two of which overlap; the highest first."""
        self._move_on(day)
        shares = self._shares()
        found: list[Rash] = []
        for llr, cell, which, days, expected in self._crowded(day):
            members = self._members(cell, which, day - days)
            alike, bonus = self._alike(members, shares)
            x, y = (float(value[0]) for value in self._grid.centre(np.array([cell])))
            radius = self._windows.radii_m[which]
            found.append(Rash(llr + bonus * marked, x, y, radius, days, expected, members, alike))
        found.sort(key=lambda rash: (-rash.score, rash.days, rash.radius_m, rash.x, rash.y))
        apart: list[Rash] = []
        for rash in found:
            if len(apart) < most and not any(overlap(rash, other) for other in apart):
                apart.append(rash)
        return apart

    def _move_on(self, day: float) -> None:
        t = self._events.t
        last = int(np.searchsorted(t, day, side="left"))
        first = int(np.searchsorted(t, day - self._windows.usual_days, side="left"))
        for begin, end, sign in ((self._last, last, 1), (self._first, min(first, last), -1)):
            cells = self._cell[begin:end][self._on[begin:end]]
            for disc, usual in zip(self._discs, self._usual, strict=True):
                usual += sign * np.bincount((cells[:, None] + disc).reshape(-1), minlength=self._grid.size)
        self._first, self._last = max(self._first, first), max(self._last, last)

    def _crowded(self, day: float) -> Iterable[tuple[float, int, int, int, float]]:
        """(score, cell, which radius, days, expected) of the most crowded cylinders."""
        whole = self._last - self._first
        best: list[tuple[float, int, int, int, float]] = []
        for days in self._windows.days:
            begin = max(self._first, int(np.searchsorted(self._events.t, day - days, side="left")))
            cells = self._cell[begin : self._last][self._on[begin : self._last]]
            if len(cells) < LEAST or whole == len(cells):
                continue
            for which, disc in enumerate(self._discs):
                count = np.bincount((cells[:, None] + disc).reshape(-1), minlength=self._grid.size)
                here = np.flatnonzero(count >= LEAST)
                expected: Floats = self._usual[which][here].astype(np.float64) * (len(cells) / whole)
                score = _llr(count[here].astype(np.float64), expected, whole)
                rows = np.argsort(-score, kind="stable")[:LOOKED_INTO]
                best += [
                    (float(score[row]), int(here[row]), which, days, float(expected[row]))
                    for row in rows[score[rows] > 0].tolist()
                ]
        best.sort(key=lambda one: (-one[0], one[1:]))
        return best[:LOOKED_INTO]

    def _members(self, cell: int, which: int, since: float) -> tuple[int, ...]:
        begin = max(self._first, int(np.searchsorted(self._events.t, since, side="left")))
        disc = cell + self._discs[which]
        disc = disc[(disc >= 0) & (disc < self._grid.size)]
        self._inside[disc] = True
        near = self._inside[self._cell[begin : self._last]] & self._on[begin : self._last]
        self._inside[disc] = False
        return tuple((begin + np.flatnonzero(near)).tolist())

    def _shares(self) -> list[Floats]:
        """How common each mark is, of what is usual."""
        usual = self._events.marks[self._first : self._last]
        counts = [
            np.bincount(column[column >= 0], minlength=codes) + 0.5
            for column, codes in zip(usual.T, self._codes, strict=True)
        ]
        return [count / count.sum() for count in counts]

    def _alike(
        self, members: tuple[int, ...], shares: list[Floats]
    ) -> tuple[tuple[tuple[int, int, float], ...], float]:
        """What the members have in common, and how much likelier their marks are as marks of their own than as
        everybody's, less what chance alone would give."""
        alike, bonus = [], 0.0
        for column, share in zip(self._events.marks[list(members)].T, shares, strict=True):
            known = column[column >= 0]
            if not len(known):
                alike.append((-1, 0, 0.0))
                continue
            counts = np.bincount(known, minlength=len(share))
            there = np.flatnonzero(counts)
            gain = float((counts[there] * np.log(counts[there] / (len(known) * share[there]))).sum())
            bonus += max(0.0, gain - (len(share) - 1) / 2)
            top = int(np.argmax(counts))
            alike.append((top, int(counts[top]), float(share[top])))
        return tuple(alike), bonus


def overlap(one: Rash, other: Rash) -> bool:
    return float(np.hypot(one.x - other.x, one.y - other.y)) <= one.radius_m + other.radius_m


class Cried(NamedTuple):
    day: float
    rash: Rash


def cried(by_day: list[tuple[float, list[Rash]]], threshold: float, quiet_days: float) -> list[Cried]:
    """Which of the days' best would be cried: as high as the threshold, and not where one was cried so lately."""
    out: list[Cried] = []
    for day, rashes in by_day:
        for rash in rashes:
            lately = (earlier for earlier in reversed(out) if day - earlier.day < quiet_days)
            if rash.score >= threshold and not any(overlap(rash, earlier.rash) for earlier in lately):
                out.append(Cried(day, rash))
    return out


def threshold(by_day: list[tuple[float, list[Rash]]], a_week: float, quiet_days: float) -> float:
    """The score at which a record would have cried so often a week, and no oftener. Whatever truly was in that record
    is counted as a false alarm, so the promise is kept on the safe side."""
    allowed = a_week * len(by_day) / WEEK
    scores = sorted({rash.score for _, rashes in by_day for rash in rashes})
    low, high = 0, len(scores)
    while low < high:
        middle = (low + high) // 2
        if len(cried(by_day, scores[middle], quiet_days)) > allowed:
            low = middle + 1
        else:
            high = middle
    return scores[low] if low < len(scores) else float("inf")


def _llr(count: Floats, expected: Floats, whole: int) -> Floats:
    """Log of how much likelier the counts are at their own rate than at the usual one; 0 where they are not higher."""
    rest = whole - count
    inside = count * np.log(count / expected)
    outside = rest * np.log(np.maximum(rest, 1e-9) / np.maximum(whole - expected, 1e-9))
    score: Floats = np.where(count > expected, inside + outside, 0.0)
    return score


def _with_room(grid: Grid, reach_m: float) -> Grid:
    """With so much room around that no circle leaves it."""
    more = int(np.ceil(reach_m / grid.cell_m)) + 1
    x, y = grid.x_m - more * grid.cell_m, grid.y_m - more * grid.cell_m
    return Grid(x, y, grid.cell_m, grid.rows + 2 * more, grid.cols + 2 * more)


def _disc(grid: Grid, radius_m: float) -> Ints:
    """Offsets of the cells whose middles lie within a radius."""
    far = int(radius_m // grid.cell_m)
    down, right = np.mgrid[-far : far + 1, -far : far + 1].reshape(2, -1)
    near = np.hypot(down, right) * grid.cell_m <= radius_m
    offsets: Ints = (down * grid.cols + right)[near].astype(np.int64)
    return offsets
