"""The figures that are quoted, as they are shown.

Knows: how months make a fiscal year, and what each figure means in words.
Refuses to know: how anything is counted (see core/counts), and paths (see count_routes).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import TypeVar

from center.api.view import View
from center.core.counts import EDGES_S, Month, fiscal_year, month_of
from center.core.picture import Picture

_Key = TypeVar("_Key", str, int)
DEFINITIONS = {
    "recovered": (
        "Vehicles that a deputy or an operator has reported as recovered, each on one confirmed hit, in the month of "
        "the report; by the list's reason. Stolen vehicles are those listed as stolen."
    ),
    "closed": (
        "Hits that have been decided about, by disposition, in the month of the decision. One vehicle is one hit, "
        "however often it was read. A disposition that is put right later moves."
    ),
    "delays": (
        "From the first read's arrival to the first deputy's key, for every hit that a deputy acknowledged; not where "
        "the car passed before it was listed. Counted in classes: median and 95th percentile are 7 % off at most."
    ),
    "helped": (
        "Incidents for which the room opened a camera or kept a clip (video; not what a rule kept), near which a "
        "confirmed hit passed (lead), or about which an operator sent a unit a message (message); any: each once, in "
        "the month of the first help."
    ),
    "clips": "Clips of the community that a moderator let through and that were kept on an incident.",
}


class Span(View, frozen=True, kw_only=True):
    """What was counted in a month (`2026-03`) or a fiscal year (`2025-26`, July to June). `told`: how many delays
    `median_s` and `p95_s` are of."""

    span: str
    fiscal_year: str
    recovered: dict[str, int] = {}  # noqa: RUF012  # a struct's default is copied
    closed: dict[str, int] = {}  # noqa: RUF012
    told: int = 0
    median_s: float | None = None
    p95_s: float | None = None
    helped: dict[str, int] = {}  # noqa: RUF012
    clips: int = 0


class CountsView(View, frozen=True, kw_only=True):
    """`month` and `fiscal_year` are those that go on now; the newest first."""

    month: str
    fiscal_year: str
    years: tuple[Span, ...]
    months: tuple[Span, ...]
    definitions: dict[str, str]


def counts_view(picture: Picture) -> CountsView:
    months = picture.counts.months
    names = sorted(months, reverse=True)
    years: dict[str, list[Month]] = {}
    for name in names:
        years.setdefault(fiscal_year(name), []).append(months[name])
    now = month_of(picture.now, picture)
    return CountsView(
        month=now,
        fiscal_year=fiscal_year(now),
        years=tuple(_span(year, year, of) for year, of in years.items()),
        months=tuple(_span(name, fiscal_year(name), [months[name]]) for name in names),
        definitions=DEFINITIONS,
    )


def _span(name: str, year: str, months: list[Month]) -> Span:
    delays = _sum(month.delays for month in months)
    return Span(
        span=name,
        fiscal_year=year,
        recovered=_sum(month.recovered for month in months),
        closed=_sum(month.closed for month in months),
        told=sum(delays.values()),
        median_s=quantile(delays, 0.5),
        p95_s=quantile(delays, 0.95),
        helped=_sum(month.helped for month in months),
        clips=sum(month.clips for month in months),
    )


def _sum(many: Iterable[dict[_Key, int]]) -> dict[_Key, int]:
    found: dict[_Key, int] = {}
    for counts in many:
        for key, count in counts.items():
            found[key] = found.get(key, 0) + count
    return found


def quantile(delays: dict[int, int], share: float) -> float | None:
    """Seconds: the middle of the class in which that share of all has been reached."""
    left = share * sum(delays.values())
    for place in sorted(delays):
        left -= delays[place]
        if left <= 0:
            upper = EDGES_S[place + 1] if place + 1 < len(EDGES_S) else EDGES_S[place]
            return round(sqrt(EDGES_S[place] * upper), 1)
    return None
