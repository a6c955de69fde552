"""How long learning takes: all over again by the number of events, and one more report.

Knows: the clock.
Refuses to know: whether what is learned is any good.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from benchmarks import forecast_sepp
from benchmarks.figures import spread
from benchmarks.forecast_trial import Plan
from center.forecast.grid import Floats
from center.forecast.model import Model, fit, ranked
from center.forecast.reports import Reports, at_once

SIZES, SIZES_QUICK = (5_000, 20_000, 50_000, 110_000), (5_000, 20_000)
SEPP, SEPP_QUICK = (5_000, forecast_sepp.ITERATIONS), (1_000, 2)
"""Events, and how often all of it is gone through."""
UPDATES = 200
SHIFT_M = 150.0


def speed(reports: Reports, plan: Plan, premises: Floats | None, quick: bool) -> dict[str, Any]:
    """Seconds of processor time for a fit, and milliseconds for a report: learned, summed up, all cells ranked."""
    fits: list[dict[str, float]] = []
    model: Model | None = None
    for size in SIZES_QUICK if quick else SIZES:
        some, day = _so_many(reports, size)
        began = time.process_time()
        model = fit(plan.grid, plan.mask, some, day, premises=premises)
        fits.append({"events": size, "fit_s": time.process_time() - began, "repeated": size > len(reports.x)})
    assert model is not None
    sepp = _sepp(reports, plan, premises, *(SEPP_QUICK if quick else SEPP))
    took = []
    for nth in range(UPDATES):
        one = nth * 7919 % len(reports.x)
        report = at_once(reports.x[one : one + 1], reports.y[one : one + 1], np.array([model.day + 0.5]))
        began = time.perf_counter()
        model.learn(report)
        ranked(model.surface(), plan.mask)
        took.append(1000 * (time.perf_counter() - began))
    return {
        "fit": fits,
        "sepp": sepp,
        "update_ms": {**spread(took, 2), "p99": round(float(np.quantile(took, 0.99)), 2)},
    }


def _sepp(reports: Reports, plan: Plan, premises: Floats | None, size: int, iterations: int) -> dict[str, Any]:
    """The same events fitted by stochastic declustering; `trouble` where it finds nothing to go on from."""
    some, day = _so_many(reports, size)
    began = time.process_time()
    fit(plan.grid, plan.mask, some, day, premises=premises)
    ours_s = time.process_time() - began
    said = {"events": size, "iterations": iterations, "ours_s": ours_s}
    try:
        theirs_s = forecast_sepp.fit_s(some, iterations)
    except ValueError as error:
        return {**said, "trouble": str(error)}
    return {**said, "fit_s": theirs_s, "times": theirs_s / max(ours_s, 1e-6)}


def _so_many(reports: Reports, size: int) -> tuple[Reports, int]:
    """The last so many, and the day after them. Where there are fewer, earlier years are made of the same, moved a
    little."""
    order = np.argsort(reports.known, kind="stable")
    begin, end = float(np.floor(reports.begins.min())), float(np.floor(reports.known.max())) + 1
    dice = np.random.default_rng(0)
    parts, left, back = [], size, 0.0
    while left > 0:
        part = reports.pick(order[-left:])
        moved = SHIFT_M if back else 0.0
        x, y = (column + moved * dice.standard_normal(len(part.x)) for column in (part.x, part.y))
        parts.append(Reports(x, y, part.begins - back, part.ends - back, part.known - back, part.off_m))
        left -= len(part.x)
        back += end - begin
    return Reports(*(np.concatenate(columns) for columns in zip(*parts, strict=True))), int(end)
