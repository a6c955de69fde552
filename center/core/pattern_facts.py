"""What the center knows of burglaries, and what a forecast answers about them.

Knows: the shape of a report, of the question and of the answer.
Refuses to know: persons. A report has a place, a window of time and how it was done; there is no field for anybody.
"""

from __future__ import annotations

from typing import NamedTuple

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
    """One report as it stands. `report` is `system/call` of the first CAD that had it, `number` what people call it by,
    `others` are those of the same burglary in other systems. It happened between `begins` and `ends`, was known at
    `known`, and stands `off_m` metres (one standard deviation) from where it says."""

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
    number: str = ""


class Premises(NamedTuple):
    """How many places there are that a kind of burglary can be about: columns of equal length, `many` at each place.
    Who is there is nobody's business."""

    kind: str
    lat: tuple[float, ...]
    lon: tuple[float, ...]
    many: tuple[float, ...]


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
    """Reports that are likely one crew's, and why: a lead, for a detective to confirm or to split. `confirmed`: a
    detective has said so of three of them or more."""

    reports: tuple[str, ...]
    likely: float
    why: tuple[tuple[str, float], ...] = ()
    confirmed: bool = False


class Judged(msgspec.Struct, frozen=True, gc=False):
    """What detectives have said: groups of reports that are one series, and pairs that are not."""

    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()


class TriedArea(msgspec.Struct, frozen=True, gc=False):
    """In the `share` of the area that is ranked first: the share of all that came there, that over the share of the
    area (PAI), and over what the best order in hindsight would have held (PEI)."""

    share: float
    hit: float
    pai: float
    pei: float


class TriedPlace(msgspec.Struct, frozen=True, gc=False):
    """A neighbourhood by its middle: how many came there, and how many of them in the largest of the shares."""

    lat: float
    lon: float
    came: int
    hit: int


class TriedMethod(msgspec.Struct, frozen=True, gc=False):
    """How one way to order the cells would have done with a kind in the last `days`, in which `came` happened.
    `expected`: how many it said would come; only a forecast says that."""

    kind: str
    method: str
    days: int
    came: int
    areas: tuple[TriedArea, ...]
    places: tuple[TriedPlace, ...] = ()
    expected: float | None = None


class Advice(msgspec.Struct, frozen=True, gc=False):
    """What a forecast says for the time from `starts` to `ends`, and when the next is due. Fewer boxes than asked for:
    no more are worth a patrol. `surface`: the cells in which most is expected, with how much; `cells`: among how many.
    `tried`: how good it would have been lately; `past`: reports from before the center came that anything is said of.
    `note` says what it could not say."""

    starts: Micros
    ends: Micros
    next_at: Micros
    expected: float = 0.0
    low: int = 0
    high: int = 0
    boxes: tuple[Box, ...] = ()
    rashes: tuple[Rash, ...] = ()
    series: tuple[Series, ...] = ()
    surface: tuple[tuple[float, float, float], ...] = ()
    cell_m: float = 0.0
    cells: int = 0
    tried: tuple[TriedMethod, ...] = ()
    past: tuple[Burglary, ...] = ()
    note: str = ""


class ForecastReady(Answer, frozen=True, kw_only=True):
    """The answer to a `Forecast`. With `trouble`, why there is none, there is none."""

    advice: Advice | None = None
    trouble: str = ""
