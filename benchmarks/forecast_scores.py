"""How good a ranking of cells was: hits, and how sure one can be of a difference.

Knows: hit rate, PAI, PEI, information gained over chance, and bootstrap intervals by weeks.
Refuses to know: who ranked.

Days are not independent, weeks nearly are: an interval comes from weeks drawn again, the same weeks for all methods, so
that two of them are compared in pairs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from center.forecast.grid import Floats, Grid, Ints, Mask

AREAS = (0.01, 0.03, 0.05)
AHEAD = (1, 3)
"""Days from the forecast on."""
DRAWS = 1000
EVERYWHERE = 0.01
"""So much of every surface is spread evenly before its likelihood is taken: a zero would be infinitely wrong."""


class Tally:
    """What comes of one method, day by day. `hits` (ahead, area), `best`: what the best possible order would have hit,
    `all`: what happened in any cell; by day."""

    def __init__(self, grid: Grid, mask: Mask) -> None:
        self._cells = np.random.default_rng(0).permutation(np.flatnonzero(mask))
        self._grid = grid
        self._top = [max(1, round(share * len(self._cells))) for share in AREAS]
        self.hits: list[Floats] = []
        self.gained: list[float] = []

    def take(self, surface: Floats, coming: list[Floats]) -> None:
        """`coming`: what happened by cell, for each of AHEAD."""
        there = np.asarray(surface, dtype=np.float64)[self._cells]
        order = self._cells[np.argsort(-there, kind="stable")]
        hits = np.zeros((len(AHEAD), len(AREAS)))
        for ahead, counts in enumerate(coming):
            caught = counts[order]
            hits[ahead] = [caught[:top].sum() for top in self._top]
        self.hits.append(hits)
        share = there / max(there.sum(), 1e-12)
        density = (1 - EVERYWHERE) * share * len(there) + EVERYWHERE
        self.gained.append(float(coming[0][self._cells] @ np.log(density)))

    def best(self, coming: list[Floats]) -> Floats:
        """What no order of the cells could exceed."""
        found = np.zeros((len(AHEAD), len(AREAS)))
        for ahead, counts in enumerate(coming):
            ordered = np.sort(counts[self._cells])[::-1]
            found[ahead] = [ordered[:top].sum() for top in self._top]
        return found


class Draws:
    """How often each week comes in each of the draws."""

    def __init__(self, days: Ints) -> None:
        _, self._week = np.unique(days // 7, return_inverse=True)
        weeks = int(self._week.max()) + 1
        self._often = np.random.default_rng(0).multinomial(weeks, np.full(weeks, 1.0 / weeks), DRAWS)

    def sums(self, daily: Floats) -> Floats:
        """The sum of a daily figure in each draw."""
        summed: Floats = self._often @ np.bincount(self._week, daily, self._often.shape[1])
        return summed


def interval(values: Floats) -> tuple[float, float]:
    low, high = np.quantile(values, [0.025, 0.975]).tolist()
    return low, high


def scored(tallies: dict[str, Tally], best: list[Floats], totals: Floats, days: Ints, ours: str) -> dict[str, Any]:
    """By method: hit rate, PAI, PEI, by horizon and area, with intervals and, in pairs, what ours has more.
    `totals` (days, ahead)."""
    draws = Draws(days)
    drawn = [np.maximum(draws.sums(totals[:, ahead]), 1e-9) for ahead in range(len(AHEAD))]
    most = np.array(best).sum(axis=0)
    rates = {
        name: [
            [draws.sums(np.array(tally.hits)[:, ahead, area]) / drawn[ahead] for area in range(len(AREAS))]
            for ahead in range(len(AHEAD))
        ]
        for name, tally in tallies.items()
    }
    found: dict[str, Any] = {}
    for name, tally in tallies.items():
        hits = np.array(tally.hits).sum(axis=0)
        by_horizon: dict[str, Any] = {}
        for ahead, horizon in enumerate(AHEAD):
            happened = max(float(totals[:, ahead].sum()), 1e-9)
            by_area = by_horizon[f"{horizon}d"] = {}
            for area, share in enumerate(AREAS):
                rate = float(hits[ahead, area]) / happened
                low, high = interval(rates[name][ahead][area])
                more = interval(rates[ours][ahead][area] - rates[name][ahead][area])
                by_area[f"{share:.0%}"] = {
                    "hit": rate,
                    "low": low,
                    "high": high,
                    "pai": rate / share,
                    "pei": float(hits[ahead, area]) / max(float(most[ahead, area]), 1e-9),
                    "ours_more_low": more[0],
                    "ours_more_high": more[1],
                }
        happened = max(float(totals[:, 0].sum()), 1e-9)
        found[name] = {**by_horizon, "nats_per_event_over_uniform": sum(tally.gained) / happened}
    return found
