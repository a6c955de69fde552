"""How good the forecast would have been here, lately, beside what anybody could have done without it.

Knows: the last weeks foretold day by day from what was known each evening, and what came then.
Refuses to know: what a desk does with the figures, and patrols: a place that was patrolled may have been spared, and
counts as a miss.

Three naive orders stand beside it: last year's hotspots (counts of a year), chance (one order, drawn once), and an even
spread, whose hit rate is the area itself. All of them rank the same cells on the same days.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np

from center.core.pattern_facts import Premises, TriedArea, TriedMethod, TriedPlace
from center.forecast.grid import Floats, Grid, Ints, Mask, covering, populated
from center.forecast.known import Known, Plane
from center.forecast.model import Model, fit
from center.forecast.premises import in_cells

DAYS = 28
AREAS = (0.01, 0.03, 0.05)
LEAST_BEFORE, LEAST_TRIED = 50, 10
"""Fewer reports before the first day, or in the days themselves, say nothing."""
YEAR = 365
BLOCK_M = 4_000.0
"""A neighbourhood: the page names it by the place that is nearest."""
MOST_PLACES = 20
OURS, LAST_YEAR, CHANCE, EVEN = "this forecast", "last year's hotspots", "chance", "even spread"


class _Came(NamedTuple):
    """Burglaries of the tried days, at the end of their windows: day, cell, and where that is."""

    day: Ints
    cell: Ints
    x: Floats
    y: Floats


def tried(
    known: Known, kinds: list[str], today: int, cell_m: float, premises: tuple[Premises, ...] = ()
) -> tuple[TriedMethod, ...]:
    """One row for each kind and method; nothing of a kind with too little to say."""
    found: list[TriedMethod] = []
    every = np.array(known.kinds)
    for kind in kinds:
        found += _of_kind(known, np.flatnonzero(every == kind), kind, today, cell_m, premises)
    return tuple(found)


def _of_kind(
    known: Known, mine: Ints, kind: str, today: int, cell_m: float, premises: tuple[Premises, ...]
) -> list[TriedMethod]:
    first = today - DAYS
    before = mine[known.known[mine] < first]
    if len(before) < LEAST_BEFORE:
        return []
    grid = covering(known.x[before], known.y[before], cell_m)
    here = before[grid.inside(known.x[before], known.y[before])]
    mask = populated(grid, grid.cell(known.x[here], known.y[here]))
    came, missed = _came(known, mine, first, today, grid)
    if len(came.day) + missed < LEAST_TRIED:
        return []
    model = fit(grid, mask, known.reports(before), first, premises=in_cells(premises, kind, known.plane, grid))
    cells = np.flatnonzero(mask)
    chance = np.random.default_rng(0).permutation(len(cells)).astype(np.float64)
    tops = [max(1, round(share * len(cells))) for share in AREAS]
    scores = {name: _Score(grid, cells, tops) for name in (OURS, LAST_YEAR, CHANCE)}
    best = np.zeros(len(AREAS))
    expected = 0.0
    for day in range(first, today):
        on = came.day == day
        counts = np.bincount(came.cell[on], minlength=grid.size).astype(np.float64)
        surface = model.surface().astype(np.float64)
        expected += float(surface.sum())
        scores[OURS].take(surface[cells], counts, came, on)
        scores[LAST_YEAR].take(_year(known, mine, day, grid)[cells], counts, came, on)
        scores[CHANCE].take(chance, counts, came, on)
        ordered = np.sort(counts[cells])[::-1]
        best += [float(ordered[:top].sum()) for top in tops]
        _learn(model, known, mine, day)
    total = len(came.day) + missed
    rows = [score.told(kind, name, total, best, known.plane) for name, score in scores.items()]
    by_share = zip(AREAS, best.tolist(), strict=True)
    even = tuple(TriedArea(share, share, 1.0, _ratio(share * total, most)) for share, most in by_share)
    rows.append(TriedMethod(kind, EVEN, DAYS, total, even))
    rows[0] = msgspec.structs.replace(rows[0], expected=round(expected, 1))
    return rows


def _came(known: Known, mine: Ints, first: int, today: int, grid: Grid) -> tuple[_Came, int]:
    """What happened in the tried days; how much of it lies off the grid, where everybody misses it."""
    day = np.floor(known.ends[mine]).astype(np.int64)
    which = mine[(day >= first) & (day < today)]
    inside = grid.inside(known.x[which], known.y[which])
    there = which[inside]
    x, y = known.x[there], known.y[there]
    return _Came(np.floor(known.ends[there]).astype(np.int64), grid.cell(x, y), x, y), int((~inside).sum())


def _year(known: Known, mine: Ints, day: int, grid: Grid) -> Floats:
    """Counts by cell of what became known in the year before a day."""
    which = mine[(known.known[mine] < day) & (known.known[mine] >= day - YEAR)]
    which = which[grid.inside(known.x[which], known.y[which])]
    return np.bincount(grid.cell(known.x[which], known.y[which]), minlength=grid.size).astype(np.float64)


def _learn(model: Model, known: Known, mine: Ints, day: int) -> None:
    at = np.floor(known.known[mine])
    model.learn(known.reports(mine[at == day]))
    model.next_day()


class _Score:
    """Hits of one order of the cells, by share of the area, and at the largest by neighbourhood."""

    def __init__(self, grid: Grid, cells: Ints, tops: list[int]) -> None:
        self._grid, self._cells, self._tops = grid, cells, tops
        self._hits = np.zeros(len(tops))
        self._places: dict[tuple[int, int], list[int]] = {}

    def take(self, surface: Floats, counts: Floats, came: _Came, on: Mask) -> None:
        order = self._cells[np.argsort(-surface, kind="stable")]
        self._hits += [float(counts[order[:top]].sum()) for top in self._tops]
        inside = np.zeros(self._grid.size, dtype=np.bool_)
        inside[order[: self._tops[-1]]] = True
        caught = inside[came.cell[on]].tolist()
        for x, y, hit in zip(came.x[on].tolist(), came.y[on].tolist(), caught, strict=True):
            one = self._places.setdefault((int(x // BLOCK_M), int(y // BLOCK_M)), [0, 0])
            one[0] += 1
            one[1] += hit

    def told(self, kind: str, name: str, total: int, best: Floats, plane: Plane) -> TriedMethod:
        areas = tuple(
            TriedArea(share, _ratio(hits, total), _ratio(hits, total * share), _ratio(hits, most))
            for share, hits, most in zip(AREAS, self._hits.tolist(), best.tolist(), strict=True)
        )
        places = sorted(self._places.items(), key=lambda one: (-one[1][0], one[0]))[:MOST_PLACES]
        middles = (np.array([block for block, _ in places]).reshape(-1, 2) + 0.5) * BLOCK_M
        degrees = plane.latlon(middles[:, 0], middles[:, 1])
        return TriedMethod(
            kind,
            name,
            DAYS,
            total,
            areas,
            tuple(TriedPlace(*at, *counts) for at, (_, counts) in zip(degrees, places, strict=True)),
        )


def _ratio(hits: float, of: float) -> float:
    return round(hits / of, 4) if of > 0 else 0.0
