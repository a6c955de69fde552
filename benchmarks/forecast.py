"""`python -m benchmarks.forecast [--data FILE] [--rash | --series | --desk | --speed] [--quick] [--json]`: where
the next burglaries come, by this forecast and by others, on the same days, cells and events.

FILE is a CSV (packed or not) with the columns t (local time, ISO 8601), x_m, y_m (metres on any plane) and kind;
without one the twin's own burglaries are taken, learned from reports and scored by the truth. Each kind is tried by
itself. With --rash sprees are planted over that background and looked for; with --series the twin's crews are to be
told apart; with --desk the center's desk proposes boxes and cries rashes on the twin's reports, with crews and without;
with --speed nothing is tried, only timed.
docs/patterns.md says what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import forecast_twin
from benchmarks.figures import machine, tell
from benchmarks.forecast_data import DataError, read
from benchmarks.forecast_desk import desk
from benchmarks.forecast_rash import rash
from benchmarks.forecast_series import series
from benchmarks.forecast_speed import speed
from benchmarks.forecast_tables import desk_table, rash_table, series_table, table
from benchmarks.forecast_trial import Case, Plan, TooLittleError, in_cells, planned, tried
from center.forecast.reports import Reports, at_once

MOST_KINDS = 6
TWIN_DAYS, TWIN_DAYS_QUICK, YEAR_DAYS = 1096, 550, 365
QUICK_DAYS = 90
CELL_M = 200.0
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""Figures are of one core, and numpy reads these when it is loaded: the benchmark starts itself once more with them."""


def cases_of_file(path: Path) -> tuple[dict[str, Case], list[str]]:
    """By kind, the most frequent first, and what is to be said of the file."""
    every = read(path)
    kinds, counts = np.unique(every.kind, return_counts=True)
    order = np.argsort(-counts, kind="stable").tolist()
    notes = [f"left out: {why}" for why in every.skipped[:5]]
    if len(every.skipped) > 5:
        notes.append(f"left out: {len(every.skipped) - 5} more rows")
    if len(kinds) > MOST_KINDS:
        notes.append(f"{len(kinds)} kinds: the {MOST_KINDS} most frequent are tried")
    found = {}
    for number in order[:MOST_KINDS]:
        mine = every.of(str(kinds[number]))
        found[str(kinds[number])] = Case(at_once(mine.x, mine.y, mine.t), mine.x, mine.y, mine.t)
    return found, notes


def cases_of_twin(quick: bool) -> tuple[dict[str, Case], list[str]]:
    made, people = forecast_twin.history(TWIN_DAYS_QUICK if quick else TWIN_DAYS)
    return forecast_twin.cases(made, people), ["the twin: learned from reports, scored by what truly happened"]


def measured(cases: dict[str, Case], notes: list[str], quick: bool, cell_m: float, timed: bool) -> dict[str, Any]:
    """Each kind tried and all of it timed; `timed`: that alone."""
    x, y, t = (np.concatenate([getattr(case, name) for case in cases.values()]) for name in ("x", "y", "t"))
    days = {"days": QUICK_DAYS} if quick else {}
    plan = planned(x, y, t, len(cases), cell_m, **days)
    kinds = {} if timed else _kinds(cases, plan, notes)
    tell("speed")
    every = Reports(*(np.concatenate(columns) for columns in zip(*(c.reports for c in cases.values()), strict=True)))
    known = [one for one in (in_cells(case, plan.grid) for case in cases.values()) if one is not None]
    premises = np.sum(known, axis=0) if known else None
    return {"about": _about(plan, t), "notes": notes, "kinds": kinds, "speed": speed(every, plan, premises, quick)}


def _kinds(cases: dict[str, Case], plan: Plan, notes: list[str]) -> dict[str, Any]:
    kinds: dict[str, Any] = {}
    for kind, case in cases.items():
        tell(f"{kind}: {len(case.t)} events")
        try:
            kinds[kind] = tried(case, plan)
        except TooLittleError as why:
            notes.append(f"{kind}: not tried: {why}")
    if not kinds:
        raise TooLittleError("no kind has enough events to try a forecast on")
    return kinds


def _about(plan: Plan, t: np.ndarray) -> dict[str, Any]:
    return {
        "events": len(t),
        "days": int(np.floor(t.max()) - np.floor(t.min())) + 1,
        "cell_m": plan.grid.cell_m,
        "cells": plan.grid.size,
        "cells_that_count": int(plan.mask.sum()),
        "foretold_every_days": plan.step,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--data", type=Path, metavar="FILE", help="a CSV with t, x_m, y_m, kind; else the twin's")
    parser.add_argument("--cell", type=float, default=CELL_M, metavar="METRES", help="size of a cell (200)")
    parser.add_argument("--rash", action="store_true", help="look for sprees planted over the most frequent kind")
    parser.add_argument("--series", action="store_true", help="tell the twin's crews apart")
    parser.add_argument("--desk", action="store_true", help="the desk and the forecaster on the twin's reports")
    parser.add_argument("--speed", action="store_true", help="only what a fit and one report more cost")
    parser.add_argument("--quick", action="store_true", help="the last 90 days only; rougher figures")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    if any(os.environ.get(name) != "1" for name in ONE_THREAD):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | dict.fromkeys(ONE_THREAD, "1"))
    try:
        found, show = asked(options)
    except (DataError, ValueError) as why:
        sys.exit(f"benchmarks.forecast: {why}")
    result = {"quick": options.quick, "machine": machine(), "data": str(options.data or "twin"), **found}
    print(json.dumps(result) if options.json else show(result))


def asked(options: argparse.Namespace) -> tuple[dict[str, Any], Callable[[dict[str, Any]], str]]:
    if options.series:
        return {"series": series(TWIN_DAYS_QUICK if options.quick else 2 * YEAR_DAYS)}, series_table
    if options.desk:
        return {"desk": desk(options.quick)}, desk_table
    if options.rash and not options.data:
        cases, notes = cases_of_twin(False)
    else:
        cases, notes = cases_of_file(options.data) if options.data else cases_of_twin(options.quick)
    if options.rash:
        kind, case = max(cases.items(), key=lambda item: len(item[1].t))
        planted = rash(case.reports.x, case.reports.y, case.reports.known, options.quick)
        return {"notes": notes, "rash": {"kind": kind, **planted}}, rash_table
    return measured(cases, notes, options.quick, options.cell, options.speed), table


if __name__ == "__main__":
    main()
