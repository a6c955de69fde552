"""Crime by the numbers: when, how much, how repeated, how reported.

Knows: the tables beside this file (`profiles_*.toml`), each of which names its source and says whether it is verified
or an assumption, and the week as a function of time.
Refuses to know: what is drawn from them.

A week is 168 factors, Monday 00 h first, 1 on average. Times are local; a day has 24 hours, also when clocks change.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable
from datetime import datetime
from importlib import resources
from typing import Literal

import msgspec
import numpy as np
from msgspec import structs
from numpy.random import Generator
from numpy.typing import NDArray

from twin.sim.geometry import Floats
from twin.sim.parish import About, Table

Kind = Literal["residential", "business", "vehicle"]
KINDS: tuple[Kind, ...] = ("residential", "business", "vehicle")

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
WEEK_US = 7 * DAY_US
WEEK_H = 168
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Micros = NDArray[np.int64]
Shares = tuple[float, ...]
Span = tuple[float, float]
Whole = tuple[int, int]


class Volume(Table, frozen=True):
    """One kind of burglary; `areas` are shares by district (`sheriff`: all of the sheriff's; `towns`: all others that
    are not named), `entry` and `target` weights by mark."""

    reported_a_year: float
    reported: float
    triggered: float
    lag_days: float
    areas: dict[str, float]
    entry: dict[str, float]
    target: dict[str, float]


class Repeats(Table, frozen=True):
    same_address: float
    near_m: float
    nearest_m: float
    same_marks: float
    warm_up_weeks: int


class Surface(Table, frozen=True):
    broad_m: float
    broad: float
    fine_m: float
    fine: float
    drift_days: float
    premise: float
    car_park: float
    flats: float


class Windows(Table, frozen=True):
    """Hours from last seen to found, `asleep` and `awake`, at `shares` of all; then what else happens to a report."""

    asleep_h: Span
    shares: Shares
    asleep: Shares
    awake: Shares
    report_min: float
    report_spread: float
    unfounded: float
    unfounded_days: float
    corrected: float
    corrected_days: float
    both_systems: float
    on_the_door: float
    door_m: float
    street_m: float
    wrong_m: float
    wrong: float


class Trade(Table, frozen=True):
    """How crews of one kind work; pairs are least and most."""

    crews_a_year: float
    members: Whole
    starts_h: Span
    ends_h: float
    tries: Whole
    on_a_street: Whole
    hits: float
    try_s: Span
    hit_s: Span
    reach_m: float
    hop_m: float
    gap_days: Whole
    caught: float
    gives_up: float
    loyal: float
    stolen_car: float


class BigNight(Table, frozen=True):
    """What is different in a night of a hundred cars; fields as in `Trade`."""

    members: Whole
    starts_h: Span
    ends_h: float
    tries: Whole
    on_a_street: Whole
    hits: float
    reach_m: float
    hop_m: float


class Returns(Table, frozen=True):
    again: float
    again_m: float


class AutoTheft(Table, frozen=True):
    a_year: float
    from_home: float
    reported_h: float
    reported_spread: float
    found_days: float
    found_spread: float
    never_found: float
    kept_days: float
    trips_a_day: float
    stale_h: float
    stale_spread: float
    bold: Span


class Cameras(Table, frozen=True):
    homes: float
    registered: float
    on_request: float
    own_door: float
    street_m: float
    street: float


class Profiles(Table, frozen=True):
    """All of `profiles_crime.toml`."""

    kinds: dict[Kind, Volume]
    repeats: Repeats
    surface: Surface
    windows: Windows
    crews: dict[Kind, Trade]
    big_night: BigNight
    returns: Returns
    auto_theft: AutoTheft
    cameras: Cameras
    about: dict[str, About]


Hours = tuple[int, ...]


class Week(Table, frozen=True):
    """One table of `profiles_hours.toml`: percent of the average hour, by day and hour."""

    label: Literal["verified", "assumption"]
    source: str
    mon: Hours
    tue: Hours
    wed: Hours
    thu: Hours
    fri: Hours
    sat: Hours
    sun: Hours


@functools.cache
def load() -> Profiles:
    """The crime tables. Raises `msgspec.ValidationError`, naming the field, when one is not of its shape."""
    return msgspec.convert(_rows("crime"), Profiles)


def big_night() -> Trade:
    """How a crew works that enters more than a hundred cars in a night."""
    return structs.replace(load().crews["vehicle"], **structs.asdict(load().big_night))


@functools.cache
def weeks() -> dict[str, Week]:
    """The hour tables: one for each of `KINDS`, and `auto_theft`."""
    return msgspec.convert(_rows("hours"), dict[str, Week])


@functools.cache
def week(name: str) -> Floats:
    """168 factors, Monday 00 h first, 1 on average; KeyError for a profile that is not there."""
    table = weeks()[name]
    hours = np.array([getattr(table, day) for day in _DAYS], dtype=np.float64).ravel()
    factors: Floats = hours / hours.mean()
    factors.flags.writeable = False
    return factors


def factor(name: str, start: datetime) -> Callable[[int], float]:
    """The factor of profile `name` at a moment since `start` (local; microseconds): what a `Rhythm` wants."""
    factors = week(name).tolist()
    monday_us = since_monday_us(start)
    return lambda now_us: float(factors[(now_us + monday_us) // HOUR_US % WEEK_H])


def since_monday_us(start: datetime) -> int:
    """How far into its week a moment is, microseconds since Monday 00 h."""
    seconds = ((start.weekday() * 24 + start.hour) * 60 + start.minute) * 60 + start.second
    return seconds * 1_000_000 + start.microsecond


def hour_of_week(at_us: Micros, start: datetime) -> NDArray[np.int64]:
    """Which hour of its week (0-167) each moment since `start` is in."""
    hour: NDArray[np.int64] = (at_us + since_monday_us(start)) // HOUR_US % WEEK_H
    return hour


def midnight_us(start: datetime, day: int) -> int:
    """When the `day`-th day after that of `start` begins, microseconds since `start`."""
    return day * DAY_US - since_monday_us(start) % DAY_US


def moments(hours: Floats, count: int, start: datetime, in_weeks: int, dice: Generator) -> Micros:
    """`count` moments in the first `in_weeks` weeks from `start`, microseconds since it, spread as the factors `hours`
    of the week are; in no order."""
    drawn = np.searchsorted(np.cumsum(hours), dice.random(count) * hours.sum(), side="right")
    in_week = drawn * HOUR_US + dice.integers(0, HOUR_US, count)
    moment: Micros = dice.integers(0, in_weeks, count) * WEEK_US + (in_week - since_monday_us(start)) % WEEK_US
    return moment


def _rows(table: str) -> dict[str, object]:
    return tomllib.loads((resources.files("twin.sim") / f"profiles_{table}.toml").read_text("utf-8"))
