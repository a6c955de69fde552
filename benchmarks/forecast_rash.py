"""Sprees planted over real background: how many are found, how late, and how often nothing is cried as something.

Knows: how a spree is planted, and the ways to look for one.
Refuses to know: where the background is from.

Background has no marks in a city's file: they are dealt out by chance. A crew keeps to its own marks with a certain
consistency. Thresholds are set on the year before, so that it would have cried as often as allowed; what is cried on
the background alone in the year of the trial counts as false, whatever it was.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from center.forecast.grid import Floats, Ints
from center.forecast.rash import Cried, Marked, Rash, Scanner, Windows, cried, overlap, threshold

SPREES = 67
MARKS = ((0.4, 0.25, 0.15, 0.12, 0.08), (0.35, 0.25, 0.2, 0.12, 0.08))
"""Shares of five ways in and five targets."""
PARTS_OF_DAY = 4
SPREAD_M = (150.0, 450.0)
MANY, GAP_DAYS = (6, 14), 1.0
CONSISTENCY = (0.5, 0.75)
A_WEEK = (0.25, 1.0, 2.0)
QUIET_DAYS = 7.0
HEARD_AFTER_DAYS = 3
MOST_EVENTS = 12_000
SIMPLE_RADIUS_M, SIMPLE_DAYS = 600.0, 7
MOST_A_DAY = 5
USUAL_DAYS = 365


class Spree(NamedTuple):
    x: float
    y: float
    days: Floats
    rows: Ints


def rash(x: Floats, y: Floats, t: Floats, quick: bool) -> dict[str, Any]:
    """The last year is the trial, the year before sets the thresholds, and the one before that is what is usual. Raises
    ValueError when the record is shorter."""
    end = float(np.floor(t.max())) + 1
    days = 91 if quick else 364
    if end - t.min() < USUAL_DAYS + 2 * days:
        raise ValueError(f"planted sprees need {USUAL_DAYS + 2 * days} days of record, this has {end - t.min():.0f}")
    dice = np.random.default_rng(1)
    keep = t >= end - USUAL_DAYS - 2 * days
    if keep.sum() > MOST_EVENTS:
        keep &= dice.random(len(t)) < MOST_EVENTS / keep.sum()
    quiet = _marked(x[keep], y[keep], t[keep], dice)
    sprees = max(8, SPREES * days // 364)
    result: dict[str, Any] = {"events": len(quiet.t), "days": days, "sprees": sprees, "consistency": {}}
    before, trial = np.arange(end - 2 * days, end - days), np.arange(end - days, end)
    by_method = {name: _looked(quiet, np.concatenate([before, trial]), name) for name in METHODS}
    limits = {
        name: {each: threshold(looks[:days], each, QUIET_DAYS) for each in A_WEEK} for name, looks in by_method.items()
    }
    for consistency in CONSISTENCY:
        events, planted = _planted(quiet, trial, sprees, consistency, np.random.default_rng(2))
        found = result["consistency"][str(consistency)] = {}
        for name in METHODS:
            looks = _looked(events, trial, name)
            found[name] = {
                str(each): {
                    **_scored(cried(looks, limits[name][each], QUIET_DAYS), planted),
                    "threshold": limits[name][each],
                    "false_a_week": 7 * len(cried(by_method[name][days:], limits[name][each], QUIET_DAYS)) / days,
                }
                for each in A_WEEK
            }
    return result


def _looked(events: Marked, days: Floats, name: str) -> list[tuple[float, list[Rash]]]:
    """What a method sees, day by day, at the day's end."""
    return METHODS[name](events, days)


def _scan(events: Marked, days: Floats, *, marked: bool) -> list[tuple[float, list[Rash]]]:
    scanner = Scanner(events, Windows(usual_days=USUAL_DAYS))
    return [(float(day), scanner.on(float(day) + 1.0, marked=marked)) for day in days]


def _simple(events: Marked, days: Floats) -> list[tuple[float, list[Rash]]]:
    """So many within 600 m of one of them in seven days, whatever is usual there: the score is the count."""
    return [(float(day), _counted(events, float(day) + 1.0)) for day in days]


def _counted(events: Marked, now: float) -> list[Rash]:
    begin, end = np.searchsorted(events.t, [now - SIMPLE_DAYS, now]).tolist()
    x, y = events.x[begin:end], events.y[begin:end]
    near = np.hypot(x[:, None] - x, y[:, None] - y) <= SIMPLE_RADIUS_M
    found: list[Rash] = []
    for one in np.argsort(-near.sum(axis=1), kind="stable").tolist():
        members = tuple((begin + np.flatnonzero(near[one])).tolist())
        rash = Rash(float(len(members)), float(x[one]), float(y[one]), SIMPLE_RADIUS_M, SIMPLE_DAYS, 0.0, members, ())
        if not any(overlap(rash, other) for other in found):
            found.append(rash)
        if len(found) == MOST_A_DAY:
            break
    return found


METHODS = {
    "scan with marks": lambda events, days: _scan(events, days, marked=True),
    "scan": lambda events, days: _scan(events, days, marked=False),
    "so many in a week": _simple,
}


def _marked(x: Floats, y: Floats, t: Floats, dice: np.random.Generator) -> Marked:
    order = np.argsort(t, kind="stable")
    drawn = [dice.choice(len(shares), len(t), p=shares) for shares in MARKS]
    part = ((t[order] % 1.0) * PARTS_OF_DAY).astype(np.int64)
    return Marked(x[order], y[order], t[order], np.stack([*drawn, part], axis=1))


def _planted(
    quiet: Marked, trial: Floats, sprees: int, consistency: float, dice: np.random.Generator
) -> tuple[Marked, list[Spree]]:
    """A crew works about the place of some burglary of the background, once a day or oftener, at its own hour."""
    parts, spans = [quiet], []
    for start in np.sort(dice.choice(trial[:-21], sprees)).tolist():
        many = int(dice.integers(MANY[0], MANY[1] + 1))
        one = int(dice.integers(len(quiet.t)))
        spread = dice.uniform(*SPREAD_M)
        where = np.array([[quiet.x[one]], [quiet.y[one]]]) + dice.normal(0.0, spread, (2, many))
        hour = dice.random()
        own_hour = dice.random(many) < consistency
        hours = np.where(own_hour, (hour + dice.normal(0.0, 0.05, many)) % 1.0, dice.random(many))
        t = start + np.floor(np.cumsum(dice.exponential(GAP_DAYS, many))) + hours
        marks = [dice.choice(len(shares), many, p=shares) for shares in MARKS]
        marks = [np.where(dice.random(many) < consistency, int(dice.integers(len(column))), column) for column in marks]
        marks.append((t % 1.0 * PARTS_OF_DAY).astype(np.int64))
        parts.append(Marked(where[0], where[1], t, np.stack(marks, axis=1)))
        spans.append((float(quiet.x[one]), float(quiet.y[one])))
    events = Marked(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    owner = np.repeat(np.arange(-1, sprees), [len(part.t) for part in parts])
    order = np.argsort(events.t, kind="stable")
    events, owner = Marked(*(column[order] for column in events)), owner[order]
    rows = [np.flatnonzero(owner == number) for number in range(sprees)]
    return events, [Spree(*spans[number], events.t[mine], mine) for number, mine in enumerate(rows)]


def _scored(heard: list[Cried], planted: list[Spree]) -> dict[str, Any]:
    """A spree is found by the first cry, until three days after its end, that has two of its burglaries or more."""
    events_late, days_late = [], []
    for spree in planted:
        mine = set(spree.rows.tolist())
        for cry in heard:
            in_time = spree.days[0] - 1 <= cry.day <= spree.days[-1] + HEARD_AFTER_DAYS
            if in_time and len(mine.intersection(cry.rash.members)) >= 2:
                events_late.append(int((spree.days < cry.day + 1).sum()))
                days_late.append(cry.day + 1 - float(spree.days[0]))
                break
    return {
        "found": len(events_late) / len(planted),
        "events_median": float(np.median(events_late)) if events_late else None,
        "days_median": float(np.median(days_late)) if days_late else None,
    }
