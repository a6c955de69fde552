"""What the center knows of burglaries, and what a forecast answers about them.

Knows: the shape of a report, of the question and of the answer.
Refuses to know: persons. A report has a place, a window of time and how it was done; there is no field for anybody.
"""

from __future__ import annotations

import msgspec

from center.core.fact import Answer, Micros


class Patterns(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """`[patterns]` of a site file; without it no code of this kind runs. `boxes`: at most so many are offered, each of
    about `box_m` metres square. A list is made when more than `more_than` of a kind are within `within_m` in
    `within_days`. `rashes_a_week`: how often a rash may be cried for nothing. `list_at_h`: the hour, local, at which
    the day's list is made. `keep_days`: how long a report says something."""

    boxes: int = 3
    box_m: float = 600.0
    more_than: int = 3
    within_m: float = 1_000.0
    within_days: int = 7
    rashes_a_week: float = 1.0
    list_at_h: float = 5.0
    keep_days: int = 1_095


class Burglary(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One report as it stands. `report` is `system/call` of the first CAD that had it, `others` are those of the same
    burglary in other systems. It happened between `begins` and `ends`, was known at `known`, and stands `off_m` metres
    (one standard deviation) from where it says."""

    report: str
    kind: str
    lat: float
    lon: float
    begins: Micros
    ends: Micros
    known: Micros
    off_m: float = 30.0
    entry: str = ""
    target: str = ""
    others: tuple[str, ...] = ()


class Box(msgspec.Struct, frozen=True, gc=False):
    """A contiguous area that one unit can patrol: `cells` are the middles of its squares of `cell_m` metres, `lat` and
    `lon` its middle. `expected` burglaries until the answer ends, nine times in ten between `low` and `high`, none at
    all with the chance `none`. `long_run`: what share of that is the place's, not that of what happened lately; `why`:
    the reports that count most, with what each adds."""

    lat: float
    lon: float
    cell_m: float
    cells: tuple[tuple[float, float], ...]
    expected: float
    low: int
    high: int
    none: float
    long_run: float
    why: tuple[tuple[str, float], ...] = ()


class Rash(msgspec.Struct, frozen=True, gc=False):
    """`expected` is what would be usual; `alike` says in words what the reports have in common."""

    lat: float
    lon: float
    radius_m: float
    days: int
    expected: float
    reports: tuple[str, ...]
    alike: tuple[str, ...] = ()


class Series(msgspec.Struct, frozen=True, gc=False):
    """Reports that are likely one crew's, and why: a lead, for a detective to confirm or to split."""

    reports: tuple[str, ...]
    likely: float
    why: tuple[tuple[str, float], ...] = ()


class Advice(msgspec.Struct, frozen=True, gc=False):
    """What a forecast says for the time from `starts` to `ends`, and when the next is due. Fewer boxes than asked for:
    no more are worth a patrol. `note` says what it could not say."""

    starts: Micros
    ends: Micros
    next_at: Micros
    expected: float = 0.0
    low: int = 0
    high: int = 0
    boxes: tuple[Box, ...] = ()
    rashes: tuple[Rash, ...] = ()
    series: tuple[Series, ...] = ()
    note: str = ""


class ForecastReady(Answer, frozen=True, kw_only=True):
    """The answer to a `Forecast`. With `trouble`, why there is none, there is none."""

    advice: Advice | None = None
    trouble: str = ""
