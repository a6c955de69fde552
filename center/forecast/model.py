"""A forecast: how many, where, with which uncertainty, and why.

Knows: how to learn from reports, take in one more at once, and say what is expected of any cells.
Refuses to know: people, and anything about a place but what has happened near it, and how many premises it has.

The expected count of a cell on a day is a sum of features, times the factor of the weekday, times the level: what came
in the last four weeks over what was expected then. Counts scatter more than chance alone would have it, so an interval
is that of a negative binomial distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, pdtr

from center.forecast.basis import HALF_LIVES, WIDTHS, Basis
from center.forecast.fitting import WEEK, Past, counted, gone_through, weekly, weights
from center.forecast.grid import Floats, Grid, Ints, Mask, Singles
from center.forecast.reports import Reports, shared_out

LEVEL_DAYS = 28
LEVEL_PRIOR = 20.0
"""The level is believed as if so many more had come as expected."""
LONG_RUN_DAYS = 365.0
"""A feature with a longer half-life speaks of the place, one with a shorter of what happened lately."""


@dataclass
class Model:
    """As it is for the day `day`. `scatter` and `scatter_all`: the variance of a count is its mean plus this times the
    mean squared, of an area of a few cells and of all together. `expected` and `came`: by day, for the level."""

    basis: Basis
    mask: Mask
    weights: Floats
    weekday: Floats
    scatter: float
    scatter_all: float
    expected: list[float]
    came: list[float]
    came_today: float = 0.0

    @property
    def day(self) -> int:
        return self.basis.day

    @property
    def level(self) -> float:
        return level(np.array(self.expected), np.array(self.came))

    def learn(self, reports: Reports) -> None:
        """Take reports in at once. The level follows the next day, weights and scatter with the next fit."""
        self._take(reports, 1.0)

    def unlearn(self, reports: Reports) -> None:
        """Take back what was learned: it was unfounded, or is about to be learned corrected."""
        self._take(reports, -1.0)

    def next_day(self) -> None:
        """Close the day. What is learned from now on is known on the day that begins."""
        today = self.weekday[self.day % WEEK] * float(self.weights @ self.basis.total())
        self.expected = [*self.expected[1 - LEVEL_DAYS :], today]
        self.came = [*self.came[1 - LEVEL_DAYS :], self.came_today]
        self.came_today = 0.0
        self.basis.next_day()

    def _take(self, reports: Reports, sign: float) -> None:
        rows = shared_out(reports)
        self.basis.add(rows, sign)
        self.came_today += sign * float(rows.weight[self.basis.places(rows) >= 0].sum())

    def surface(self, days: int = 1) -> Singles:
        """Expected counts by cell over so many days from `day` on; nothing off the mask."""
        return self._mixed(self.weights, days)

    def of_the_place(self, days: int = 1) -> Singles:
        """What of the surface is of the place, not of what happened lately."""
        return self._mixed(self.weights * (self.basis.fades_in > LONG_RUN_DAYS), days)

    def _mixed(self, weights: Floats, days: int) -> Singles:
        surface = np.zeros(self.basis.grid.size, dtype=np.float32)
        surface[self.basis.cells] = np.maximum(self.basis.mixed(weights), 0.0) * np.float32(self.factor(days))
        return surface

    def factor(self, days: int = 1) -> float:
        """What weekday and level make of a daily rate over so many days."""
        return self.level * float(self.weekday[(self.day + np.arange(days)) % WEEK].sum())

    def given_by(self, reports: Reports, cells: Ints) -> Floats:
        """What each report adds to the expected count of these cells together, on the day `day`."""
        rows = shared_out(reports)
        return counted(rows.of, self.basis.given_by(rows, cells, self.weights), len(reports.x)) * self.factor()


def interval(mean: float, scatter: float, share: float = 0.9) -> tuple[int, int]:
    """The counts between which a share of all outcomes lies, with as much below as above."""
    low, high = (1.0 - share) / 2, (1.0 + share) / 2
    return _quantile(mean, scatter, low), _quantile(mean, scatter, high)


def at_most(count: int, mean: float, scatter: float) -> float:
    """The chance of so many or fewer."""
    if count < 0:
        return 0.0
    if mean <= 0:
        return 1.0
    if scatter < 1e-9:
        return float(pdtr(count, mean))
    return float(betainc(1.0 / scatter, count + 1.0, 1.0 / (1.0 + scatter * mean)))


def _quantile(mean: float, scatter: float, share: float) -> int:
    """The least count that a share of outcomes does not exceed, found by doubling and halving."""
    high = 1
    while at_most(high, mean, scatter) < share:
        high *= 2
    low = -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at_most(middle, mean, scatter) >= share else (middle, high)
    return high


def fit(
    grid: Grid,
    mask: Mask,
    reports: Reports,
    day: int,
    *,
    half_lives: tuple[float, ...] = HALF_LIVES,
    widths: tuple[float, ...] = WIDTHS,
    premises: Floats | None = None,
) -> Model:
    """A model for the day `day`, of what was known before it. Without reports it expects nothing. `premises`: how many
    there are of what can be broken into, by cell of the grid, where that is known."""
    reports = reports.pick(np.floor(reports.known) < day)
    first = int(np.floor(reports.begins.min())) if len(reports.x) else day
    basis = Basis(grid, mask, min(first, day), half_lives, widths, premises)
    past = gone_through(basis, reports, day)
    factors = weekly(past)
    found = weights(past, factors)
    expected = factors[past.days % WEEK] * (found @ past.rates)
    happened = counted(past.day, past.weight, len(past.days))
    scatter, scatter_all = _scatter(past, found, factors, expected, happened)
    last = slice(-LEVEL_DAYS, None)
    return Model(basis, mask, found, factors, scatter, scatter_all, expected[last].tolist(), happened[last].tolist())


def level(expected: Floats, happened: Floats) -> float:
    """How much more came lately than was expected."""
    last = slice(-LEVEL_DAYS, None)
    return float((happened[last].sum() + LEVEL_PRIOR) / (expected[last].sum() + LEVEL_PRIOR))


def _scatter(past: Past, found: Floats, factors: Floats, expected: Floats, happened: Floats) -> tuple[float, float]:
    """By moments, of blocks and of the whole."""
    if not len(past.days):
        return 0.0, 0.0
    levels = np.array([level(expected[:here], happened[:here]) for here in range(len(expected))])
    whole = _overdispersion(expected * levels, happened)
    late = past.days[-len(past.blocks) :]
    in_blocks = np.einsum("f,dfb->db", found, past.blocks) * (factors[late % WEEK] * levels[-len(late) :])[:, None]
    return _overdispersion(in_blocks, past.in_blocks), whole


def _overdispersion(mean: Floats, count: Floats) -> float:
    return float(max(0.0, ((count - mean) ** 2 - mean).sum() / max((mean**2).sum(), 1e-12)))


def ranked(surface: Singles, mask: Mask) -> Ints:
    """The cells of the mask, the likeliest first, ties by number."""
    cells = np.flatnonzero(mask)
    ordered: Ints = cells[np.argsort(-surface[cells], kind="stable")]
    return ordered
