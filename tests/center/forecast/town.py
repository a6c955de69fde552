"""A small town whose burglaries are drawn by a known law.

Knows: the law.
Refuses to know: who learns it.
"""

from __future__ import annotations

import numpy as np

from center.forecast.grid import Floats, Grid, Mask, populated
from center.forecast.reports import Reports, at_once

SPAN_M = 4_000.0
GRID = Grid(0.0, 0.0, 200.0, 20, 20)
BAD_STREETS = ((600.0, 900.0), (2_700.0, 3_100.0), (3_300.0, 700.0))


def burglaries(days: int, seed: int = 1, a_day: float = 6.0, repeats: float = 0.3) -> Reports:
    """Half of them in three bad streets, the others anywhere; a share of all followed by another near by, within days.
    Fridays (day 4 of the week) have three times as many as other days."""
    dice = np.random.default_rng(seed)
    factors = np.where(np.arange(days) % 7 == 4, 3.0, 1.0) * 7 / 9
    day = np.repeat(np.arange(days), dice.poisson(a_day * factors))
    x, y = dice.random((2, len(day))) * SPAN_M
    bad = dice.random(len(day)) < 0.5
    street = np.array(BAD_STREETS)[dice.integers(0, len(BAD_STREETS), int(bad.sum()))]
    x[bad], y[bad] = (street + dice.normal(0.0, 120.0, street.shape)).T
    t = day + dice.random(len(day))
    again = dice.random(len(t)) < repeats
    t = np.concatenate([t, t[again] + 1.0 + dice.exponential(3.0, int(again.sum()))])
    x = np.concatenate([x, x[again] + dice.normal(0.0, 40.0, int(again.sum()))])
    y = np.concatenate([y, y[again] + dice.normal(0.0, 40.0, int(again.sum()))])
    kept = (t < days) & (np.minimum(x, y) > 0) & (np.maximum(x, y) < SPAN_M)
    order = np.argsort(t[kept], kind="stable")
    return at_once(*(column[kept][order] for column in (x, y, t)))


def everywhere() -> Mask:
    return populated(GRID, np.arange(GRID.size))


def one(x: float, y: float, begins: float, ends: float, known: float, off_m: float = 0.0) -> Reports:
    return Reports(*(np.array([value]) for value in (x, y, begins, ends, known, off_m)))


def middle(cells: Floats) -> tuple[float, float]:
    """The mean place of what lies in the cells, metres."""
    x, y = GRID.centre(np.arange(GRID.size))
    return float((x * cells).sum() / cells.sum()), float((y * cells).sum() / cells.sum())
