"""One kind of burglary, foretold day by day, by every method at once.

Knows: that a day is foretold from what was known before it, and what is kept of each day.
Refuses to know: where the burglaries are from.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.forecast_peers import Known, Peer, peers
from benchmarks.forecast_scores import AHEAD, Tally, scored
from center.forecast import model as forecast
from center.forecast.fitting import BLOCK_CELLS
from center.forecast.grid import Floats, Grid, Ints, Mask, covering, populated
from center.forecast.reports import Reports

OURS = "this forecast"
WITHOUT = "this forecast, premises not known"
OPEN_CP = "open_cp"
LAW = "who knows the law (takes no part)"
LONGEST_DAYS = 730
MOST_CELL_DAYS = 60e6
"""Over all kinds; more, and only every second, third ... day is foretold."""
REFITS = 6
LEAST_EVENTS, LEAST_DAYS = 200, 120
LEAST_KNOWN, LEAST_FORETOLD = 50, 10
DECILES = 10
COVERED_FROM = 0.2
"""Blocks with so much expected are watched for whether their interval held."""


class Case(NamedTuple):
    """`reports` is what was known, `x`, `y`, `t` (days) what happened. `premises` (n, 2): where those are that it can
    happen to, where that is known. `law`: for a grid, who knows what there is to know; takes no part."""

    reports: Reports
    x: Floats
    y: Floats
    t: Floats
    premises: Floats | None = None
    law: Callable[[Grid], Peer] | None = None


class Plan(NamedTuple):
    """The first and last day foretold, each how many days, on which grid."""

    first: int
    last: int
    step: int
    grid: Grid
    mask: Mask


class TooLittleError(ValueError):
    """There is not enough to try a forecast on; the message says what there is and what it takes."""


def planned(x: Floats, y: Floats, t: Floats, kinds: int, cell_m: float, days: int = LONGEST_DAYS) -> Plan:
    """The last days are foretold, half of all at most. The cells that count are those where something was known to
    have happened before the first of them, of any kind. Raises TooLittleError, ValueError."""
    begin, end = int(np.floor(t.min())), int(np.floor(t.max())) + 1
    if len(t) < LEAST_EVENTS or end - begin < LEAST_DAYS:
        raise TooLittleError(
            f"{len(t)} events in {end - begin} days: a trial takes {LEAST_EVENTS} events and {LEAST_DAYS} days at least"
        )
    first = max(end - days, begin + (end - begin) // 2)
    grid = covering(x[t < first], y[t < first], cell_m)
    known = (t < first) & grid.inside(x, y)
    mask = populated(grid, grid.cell(x[known], y[known]))
    last = end - max(AHEAD) + 1
    step = max(1, round((last - first) * grid.size * kinds / MOST_CELL_DAYS))
    return Plan(first, last, step, grid, mask)


class _Happened:
    """What happened, by cell and day. What lies off the grid counts as missed by everybody."""

    def __init__(self, case: Case, grid: Grid) -> None:
        self._size = grid.size
        order = np.argsort(case.t, kind="stable")
        inside = grid.inside(case.x[order], case.y[order])
        self._every = case.t[order]
        self._t = case.t[order][inside]
        self._cell = grid.cell(case.x[order][inside], case.y[order][inside])

    def between(self, first: int, last: int) -> Floats:
        here = slice(*np.searchsorted(self._t, [first, last]).tolist())
        return np.bincount(self._cell[here], minlength=self._size).astype(np.float64)

    def count(self, first: int, last: int) -> int:
        begin, end = np.searchsorted(self._every, [first, last]).tolist()
        return int(end - begin)


class Ours:
    """The forecast as a center would run it: reports are learned as they come, weights fitted again now and then."""

    def __init__(self, case: Case, plan: Plan, premises: Floats | None) -> None:
        order = np.argsort(case.reports.known, kind="stable")
        self._reports = case.reports.pick(order)
        self._plan, self._premises = plan, premises
        self._every = max(1, (plan.last - plan.first) // REFITS)
        self.fits_s: list[float] = []
        self.model = self._fitted(plan.first)
        self._fitted_on = plan.first

    def on(self, day: int) -> forecast.Model:
        """The model for a day that has not been before."""
        if day - self._fitted_on >= self._every:
            self.model, self._fitted_on = self._fitted(day), day
        while self.model.day < day:
            today = slice(*np.searchsorted(self._reports.known, [self.model.day, self.model.day + 1]).tolist())
            self.model.learn(self._reports.pick(today))
            self.model.next_day()
        return self.model

    def _fitted(self, day: int) -> forecast.Model:
        began = time.process_time()
        model = forecast.fit(self._plan.grid, self._plan.mask, self._reports, day, premises=self._premises)
        self.fits_s.append(time.process_time() - began)
        return model


class Blind(Peer):
    """The same without the premises, beside the others."""

    name = WITHOUT

    def __init__(self, ours: Ours) -> None:
        self._ours = ours

    def surface(self, day: int) -> Floats:
        return self._ours.on(day).surface().astype(np.float64)


class _Calibration:
    """Whether as many came as were expected: in all, by tenths of what was expected, and within the intervals."""

    def __init__(self, mask: Mask, grid: Grid) -> None:
        self._mask, self._grid = mask, grid
        self._expected, self._came = np.zeros(DECILES), np.zeros(DECILES)
        self._loglik = self._events = self._means = 0.0
        self._whole: list[bool] = []
        self._blocks = [0, 0]

    def take(self, model: forecast.Model, surface: Floats, counts: Floats) -> None:
        expected, came = surface[self._mask], counts[self._mask]
        order = np.argsort(-expected, kind="stable")
        share = np.cumsum(expected[order]) / max(expected.sum(), 1e-12)
        tenth = np.minimum((share * DECILES).astype(np.int64), DECILES - 1)
        self._expected += np.bincount(tenth, expected[order], DECILES)
        self._came += np.bincount(tenth, came[order], DECILES)
        self._loglik += float(came @ np.log(np.maximum(expected, 1e-9))) - float(expected.sum())
        self._events += float(came.sum())
        self._whole.append(_held(float(expected.sum()), float(came.sum()), model.scatter_all))
        for mean, count in zip(*(self._in_blocks(one) for one in (surface * self._mask, counts)), strict=True):
            if mean >= COVERED_FROM:
                self._blocks[0] += 1
                self._blocks[1] += _held(float(mean), float(count), model.scatter)

    def _in_blocks(self, cells: Floats) -> Floats:
        square = cells.reshape(self._grid.rows, self._grid.cols)
        for axis in (0, 1):
            square = np.add.reduceat(square, np.arange(0, square.shape[axis], BLOCK_CELLS), axis=axis)
        return square.reshape(-1)

    def said(self) -> dict[str, Any]:
        return {
            "expected": float(self._expected.sum()),
            "observed": float(self._came.sum()),
            "expected_over_observed": float(self._expected.sum() / max(self._came.sum(), 1e-9)),
            "log_likelihood_per_event": self._loglik / max(self._events, 1.0),
            "observed_over_expected_by_tenth": (self._came / np.maximum(self._expected, 1e-9)).tolist(),
            "interval_90_held": {
                "whole": float(np.mean(self._whole)),
                "blocks": self._blocks[1] / self._blocks[0] if self._blocks[0] else None,
                "block_days": self._blocks[0],
            },
        }


def _held(mean: float, count: float, scatter: float) -> bool:
    low, high = forecast.interval(mean, scatter)
    return low <= count <= high


def tried(case: Case, plan: Plan) -> dict[str, Any]:
    """Every method on one kind. Raises TooLittleError."""
    happened = _Happened(case, plan.grid)
    tested = happened.count(plan.first, plan.last)
    known = int((case.reports.known < plan.first).sum())
    if known < LEAST_KNOWN or tested < LEAST_FORETOLD:
        raise TooLittleError(
            f"{known} events before the first day foretold and {tested} after it; it takes {LEAST_KNOWN} and "
            f"{LEAST_FORETOLD}"
        )
    premises = in_cells(case, plan.grid)
    ours = Ours(case, plan, premises)
    others: list[Peer] = [Blind(Ours(case, plan, None))] if premises is not None else []
    others += peers(_known(case.reports, plan.grid), premises)
    others += [case.law(plan.grid)] if case.law is not None else []
    tallies = {name: Tally(plan.grid, plan.mask) for name in (OURS, *(peer.name for peer in others))}
    calibration = _Calibration(plan.mask, plan.grid)
    days = np.arange(plan.first, plan.last, plan.step)
    best, totals, spent = [], [], dict.fromkeys(tallies, 0.0)
    for day in days.tolist():
        coming = [happened.between(day, day + ahead) for ahead in AHEAD]
        totals.append([happened.count(day, day + ahead) for ahead in AHEAD])
        began = time.process_time()
        model = ours.on(day)
        surface = model.surface().astype(np.float64)
        spent[OURS] += time.process_time() - began
        tallies[OURS].take(surface, coming)
        calibration.take(model, surface, coming[0])
        best.append(tallies[OURS].best(coming))
        for peer in others:
            began = time.process_time()
            surface = peer.surface(day)
            spent[peer.name] += time.process_time() - began
            tallies[peer.name].take(surface, coming)
    methods = scored(tallies, best, np.array(totals, dtype=np.float64), days, OURS)
    for name, one in methods.items():
        one["ms_per_day"] = 1000 * spent[name] / len(days)
    whole = ours.model.surface()
    return {
        "events": len(case.t),
        "days_foretold": len(days),
        "events_foretold": int(np.array(totals)[:, 0].sum()),
        "methods": methods,
        "calibration": calibration.said(),
        "fit_s": ours.fits_s,
        "weights": _weights(ours.model),
        "long_run_share": float(ours.model.of_the_place().sum() / max(float(whole.sum()), 1e-12)),
        "verdict": _verdict({name: one for name, one in methods.items() if name != LAW}),
    }


def in_cells(case: Case, grid: Grid) -> Floats | None:
    """Its premises by cell."""
    if case.premises is None:
        return None
    x, y = case.premises[grid.inside(*case.premises.T)].T
    return np.bincount(grid.cell(x, y), minlength=grid.size).astype(np.float64)


def _known(reports: Reports, grid: Grid) -> Known:
    """What other methods get: a place, and the day it was known."""
    inside = np.flatnonzero(grid.inside(reports.x, reports.y))
    order: Ints = inside[np.argsort(reports.known[inside], kind="stable")]
    return Known(grid, reports.x[order], reports.y[order], reports.known[order])


def _weights(model: forecast.Model) -> dict[str, float]:
    names = [f"{days:g} d, {metres:g} m" for days in model.basis.half_lives for metres in model.basis.widths]
    if model.basis.count > len(names):
        names += [f"{name}, over premises" for name in names]
    return {name: float(weight) for name, weight in zip(names, model.weights, strict=True) if weight > 1e-4}


def _verdict(methods: dict[str, Any]) -> dict[str, Any]:
    """At each horizon and area: who is best, and whether ours is, or is not clearly less; and what ours is worth
    beside the best of open_cp."""
    found: dict[str, Any] = {}
    for horizon in (f"{ahead}d" for ahead in AHEAD):
        for area, ours in methods[OURS][horizon].items():
            rates = {name: one[horizon][area]["hit"] for name, one in methods.items()}
            best = max(rates, key=lambda name: (rates[name], name == OURS))
            theirs = max(rate for name, rate in rates.items() if name.startswith(OPEN_CP))
            found[f"{horizon}, {area}"] = {
                "best": best,
                "ours_best": best == OURS,
                "ours_best_or_within": best == OURS or methods[best][horizon][area]["ours_more_high"] >= 0,
                "times_best_open_cp": ours["hit"] / theirs if theirs else None,
            }
    return found
