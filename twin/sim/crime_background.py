"""Burglary without crews: a Poisson process in space and time, each of which may bring another near by.

Knows: how many happen, when and where, and how one leads to the next (a self-exciting process).
Refuses to know: crews (`crime_crews`), and who hears of it (`crime_reports`).

Who was not triggered comes at random by the risk of the door and the hour of the week. A burglary triggers others, a
fixed number on average; each follows after an exponential time, thinned so that it too keeps the hours of its kind, at
the same address or near by.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from twin.sim.crime_records import BURGLARY, NONE, Rows, draw_marks
from twin.sim.crime_risk import RiskSurface, Targets, period_of
from twin.sim.geometry import Floats
from twin.sim.profiles import DAY_US, HOUR_US, KINDS, WEEK_H, WEEK_US, Kind, Micros, load, moments, since_monday_us

REDRAWN = 200


def background(
    kind: Kind,
    a_year: float,
    risk: RiskSurface,
    hours: Floats,
    start: datetime,
    days: int,
    dice: Generator,
    *,
    triggered: bool = True,
) -> Rows:
    """`a_year` burglaries on average in each of `days` days from `start`, in order of time, as rows of BURGLARY.
    `hours` are the factors of the week. What began before `start` and triggers others later is made and left out."""
    share = load().kinds[kind].triggered if triggered else 0.0
    weeks = load().repeats.warm_up_weeks if triggered else 0
    begin = start - timedelta(weeks=weeks)
    in_weeks = weeks - (-days // 7)
    count = dice.poisson(a_year * (1 - share) * in_weeks * 7 / 365.25)
    rows = _at_random(kind, risk, moments(hours, count, begin, in_weeks, dice) - weeks * WEEK_US, dice)
    if share:
        rows = _with_triggered(kind, share, rows, risk.targets(kind), hours, start, days, dice)
    return _within(rows, days)


def _at_random(kind: Kind, risk: RiskSurface, at_us: Micros, dice: Generator) -> Rows:
    """Burglaries at these moments, each at a door drawn by its risk then."""
    rows = np.zeros(len(at_us), dtype=BURGLARY)
    rows["at_us"] = at_us
    rows["kind"] = KINDS.index(kind)
    rows["crew"] = rows["parent"] = NONE
    targets, throws = risk.targets(kind), dice.random(len(at_us))
    periods = period_of(at_us)
    for period in np.unique(periods).tolist():
        now = periods == period
        cumulative = np.cumsum(risk.weights(kind, period))
        place = np.searchsorted(cumulative, throws[now] * cumulative[-1], side="right")
        rows["premise"][now] = targets.premise[place]
    rows["entry"], rows["target"] = draw_marks(kind, len(rows), dice)
    return rows


def _with_triggered(
    kind: Kind, share: float, rows: Rows, targets: Targets, hours: Floats, start: datetime, days: int, dice: Generator
) -> Rows:
    """`rows`, those that they trigger, those that these trigger, and so on, until nothing more happens in time."""
    everything, first = [rows], 0
    while len(everything[-1]):
        parents = everything[-1]
        parent = np.repeat(np.arange(len(parents)), dice.poisson(share, len(parents)))
        at_us = _later(parents["at_us"][parent], load().kinds[kind].lag_days, hours, start, dice)
        soon = at_us < days * DAY_US
        parent, at_us = parent[soon], at_us[soon]
        found = np.zeros(len(parent), dtype=BURGLARY)
        found["at_us"] = at_us
        found["kind"] = KINDS.index(kind)
        found["crew"] = NONE
        found["parent"] = first + parent
        found["premise"] = _near(parents["premise"][parent], targets, dice)
        found["entry"], found["target"] = draw_marks(kind, len(found), dice)
        alike = dice.random(len(found)) < load().repeats.same_marks
        for mark in ("entry", "target"):
            found[mark][alike] = parents[mark][parent][alike]
        first += len(parents)
        everything.append(found)
    return np.concatenate(everything)


def _later(at_us: Micros, lag_days: float, hours: Floats, start: datetime, dice: Generator) -> Micros:
    """A moment after each of `at_us`, sooner more likely than later, and at the hours that its kind keeps: drawn until
    the hour is one."""
    later = at_us.copy()
    left = np.arange(len(at_us))
    highest, monday_us = hours.max(), since_monday_us(start)
    for _ in range(REDRAWN):
        if not len(left):
            return later
        later[left] = at_us[left] + 1 + (dice.exponential(lag_days, len(left)) * DAY_US).astype(np.int64)
        hour = (later[left] + monday_us) // HOUR_US % WEEK_H
        left = left[dice.random(len(left)) * highest >= hours[hour]]
    return later


def _near(premise: NDArray[np.int32], targets: Targets, dice: Generator) -> NDArray[np.int32]:
    """The same door again, or another one a little way off; the same where there is no other."""
    repeats = load().repeats
    place = np.searchsorted(targets.premise, premise)
    moved = np.flatnonzero(dice.random(len(premise)) >= repeats.same_address)
    distance = dice.exponential(repeats.near_m, len(moved))
    angle = dice.random(len(moved)) * 2 * np.pi
    aside = distance[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    _, nearest = targets.tree.query(targets.xy[place[moved]] + aside, k=2)
    other = np.where(nearest[:, 0] != place[moved], nearest[:, 0], nearest[:, 1]) if len(moved) else place[moved]
    gap = targets.xy[other] - targets.xy[place[moved]]
    close = (gap * gap).sum(axis=1) <= repeats.nearest_m**2
    place[moved[close]] = other[close]
    found: NDArray[np.int32] = targets.premise[place].astype(np.int32)
    return found


def _within(rows: Rows, days: int) -> Rows:
    """Those in time, in order of it; who followed from one before is nobody's."""
    kept = np.flatnonzero((rows["at_us"] >= 0) & (rows["at_us"] < days * DAY_US))
    kept = kept[np.argsort(rows["at_us"][kept], kind="stable")]
    place = np.full(len(rows) + 1, NONE)
    place[kept] = np.arange(len(kept))
    rows = rows[kept]
    rows["parent"] = place[rows["parent"]]
    return rows
