"""What is made of burglaries: found out late, reported later, placed badly, corrected, taken back.

Knows: how a burglary becomes versions of a report, and how many never do.
Refuses to know: who did it. Nothing of the truth is in a report; which row of burglaries a report is about stays beside
it.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from twin.sim.crime_records import NONE, REPORT, STATUSES, Rows, draw_marks
from twin.sim.crime_risk import RiskSurface
from twin.sim.geometry import Floats
from twin.sim.profiles import DAY_US, HOUR_US, KINDS, Kind, Micros, load, since_monday_us

POSITIONS = 6  # ways in which a window may lie around a moment, the likeliest of which is taken
AWAKE_H = (6.5, 23.0)
OPEN, CORRECTED, UNFOUNDED = range(len(STATUSES))


def make(
    burglaries: Rows, risk: RiskSurface, start: datetime, dice: Generator, *, unfounded: bool = True
) -> tuple[Rows, NDArray[np.int64]]:
    """Reports of `burglaries` as rows of REPORT, in the order in which they become known, and for each the row of
    burglaries it is about (NONE for what never happened). `case` is the row of its first version, not yet a number."""
    reported = np.array([load().kinds[kind].reported for kind in KINDS])[burglaries["kind"]]
    about = np.flatnonzero(dice.random(len(burglaries)) < reported)
    first = _first(burglaries[about], risk, start, dice)
    about = about.astype(np.int64)
    if unfounded:
        untrue = _untrue(first, risk, dice)
        first, about = np.concatenate([first, untrue]), np.concatenate([about, np.full(len(untrue), NONE)])
    double = np.flatnonzero(dice.random(len(first)) < load().windows.both_systems)
    first, about = np.concatenate([first, _again(first[double], risk, dice)]), np.concatenate([about, about[double]])
    first["case"] = np.arange(len(first))
    later, of = _later(first, burglaries, about, risk, dice)
    rows, about = np.concatenate([first, later]), np.concatenate([about, about[of]])
    order = np.argsort(rows["known_us"], kind="stable")
    return rows[order], about[order]


def number(rows: Rows) -> Rows:
    """The same rows with case numbers, from 1 in each CAD system in the order in which cases become known."""
    rows = rows.copy()
    for cad in (0, 1):
        mine = np.flatnonzero(rows["cad"] == cad)
        _, first, inverse = np.unique(rows["case"][mine], return_index=True, return_inverse=True)
        rows["case"][mine] = np.argsort(np.argsort(first))[inverse] + 1
    return rows


def _first(burglaries: Rows, risk: RiskSurface, start: datetime, dice: Generator) -> Rows:
    windows = load().windows
    rows = np.zeros(len(burglaries), dtype=REPORT)
    for column in ("kind", "premise", "entry", "target"):
        rows[column] = burglaries[column]
    rows["version"] = 1
    rows["from_us"], rows["to_us"] = _window(burglaries["at_us"], start, dice)
    delay_min = windows.report_min * np.exp(windows.report_spread * dice.standard_normal(len(rows)))
    rows["known_us"] = rows["to_us"] + (np.minimum(delay_min, 2880.0) * 60e6).astype(np.int64)
    rows["cad"] = risk.homes.district[rows["premise"]] >= risk.homes.own_districts
    _locate(rows, risk, dice)
    return rows


def _window(at_us: Micros, start: datetime, dice: Generator) -> tuple[Micros, Micros]:
    """From when to when it may have happened: as long as the table says, and begun and ended, if possible, when people
    are up to see."""
    windows = load().windows
    asleep = ~_between(_hour(at_us, start), windows.asleep_h[1], windows.asleep_h[0])
    throws = dice.random(len(at_us))
    length_us = np.zeros(len(at_us), dtype=np.int64)
    for mask, hours in ((asleep, windows.asleep), (~asleep, windows.awake)):
        length_us[mask] = np.exp(np.interp(throws[mask], windows.shares, np.log(hours))) * HOUR_US
    before_us = (dice.random((POSITIONS, len(at_us))) * length_us).astype(np.int64)
    begins = at_us - before_us
    seen = sum(_between(_hour(moment, start), *AWAKE_H).astype(np.int64) for moment in (begins, begins + length_us))
    best = np.argmax(seen, axis=0)
    begin: Micros = begins[best, np.arange(len(at_us))]
    return begin, begin + length_us


def _locate(rows: Rows, risk: RiskSurface, dice: Generator) -> None:
    """Where a CAD system's map puts the address: at the door, somewhere in the street, or somewhere else entirely."""
    windows, count = load().windows, len(rows)
    kind = dice.random(count)
    off_m = np.where(kind < windows.on_the_door, windows.door_m, windows.street_m)
    off_m = np.where(kind >= 1.0 - windows.wrong, windows.wrong_m, off_m)
    xy = risk.homes.xy[rows["premise"]] + off_m[:, None] * dice.standard_normal((count, 2))
    rows["x"], rows["y"] = np.round(xy, 1).T


def _untrue(first: Rows, risk: RiskSurface, dice: Generator) -> Rows:
    """Reports of what never happened: like others in their time, anywhere."""
    share = load().windows.unfounded
    rows = first[dice.random(len(first)) < share / (1 - share)]
    if not len(rows):
        return rows
    shift_us = dice.integers(-3, 4, len(rows)) * DAY_US
    for column in ("from_us", "to_us", "known_us"):
        rows[column] += shift_us
    rows["premise"] = [_anywhere(KINDS[kind], risk, dice) for kind in rows["kind"]]
    rows["cad"] = risk.homes.district[rows["premise"]] >= risk.homes.own_districts
    for code, kind in enumerate(KINDS):
        mine = np.flatnonzero(rows["kind"] == code)
        rows["entry"][mine], rows["target"][mine] = draw_marks(kind, len(mine), dice)
    _locate(rows, risk, dice)
    return rows


def _anywhere(kind: Kind, risk: RiskSurface, dice: Generator) -> int:
    premise = risk.targets(kind).premise
    return int(premise[dice.integers(len(premise))])


def _again(rows: Rows, risk: RiskSurface, dice: Generator) -> Rows:
    """The same told to the other CAD system too, within the hour, and located by its own map."""
    rows = rows.copy()
    rows["cad"] = 1 - rows["cad"]
    rows["known_us"] += (dice.random(len(rows)) * HOUR_US).astype(np.int64)
    _locate(rows, risk, dice)
    return rows


def _later(
    first: Rows, burglaries: Rows, about: NDArray[np.int64], risk: RiskSurface, dice: Generator
) -> tuple[Rows, NDArray[np.intp]]:
    """Second versions, and which rows they are of: what was unfounded is taken back, and some others are corrected: the
    window narrower, the place right."""
    windows = load().windows
    untrue = about == NONE
    of = np.flatnonzero(untrue | (dice.random(len(first)) < windows.corrected))
    rows = first[of].copy()
    rows["version"] = 2
    rows["status"] = np.where(untrue[of], UNFOUNDED, CORRECTED)
    wait_days: Floats = np.where(untrue[of], windows.unfounded_days, windows.corrected_days)
    rows["known_us"] += (dice.exponential(1.0, len(rows)) * wait_days * DAY_US).astype(np.int64) + 60_000_000
    right = np.flatnonzero(~untrue[of])
    at_us = burglaries["at_us"][about[of[right]]]
    rows["from_us"][right] += ((at_us - rows["from_us"][right]) * dice.random(len(right)) * 0.8).astype(np.int64)
    rows["to_us"][right] -= ((rows["to_us"][right] - at_us) * dice.random(len(right)) * 0.8).astype(np.int64)
    rows["x"][right], rows["y"][right] = np.round(risk.homes.xy[rows["premise"][right]], 1).T
    return rows, of


def _hour(at_us: Micros, start: datetime) -> Floats:
    """Hour of the day, with its fraction."""
    hour: Floats = (at_us + since_monday_us(start)) % DAY_US / HOUR_US
    return hour


def _between(hour: Floats, low: float, high: float) -> NDArray[np.bool_]:
    within: NDArray[np.bool_] = (hour >= low) & (hour < high)
    return within
