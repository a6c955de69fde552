"""The simple rule, which crews trust: more of a kind, near each other, in a few days, than a site allows.

Knows: who is near whom, and when.
Refuses to know: what is usual there. Whoever wants that looks at a rash.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from center.core.fact import DAY, Micros
from center.core.geo import distance_m
from center.core.pattern_facts import Burglary, Patterns

MOST = 500
"""Of more reports in so few days the last ones are looked around."""


class Listed(msgspec.Struct, frozen=True, gc=False):
    """The simple rule: more of a kind, near and soon, than the site allows without a word."""

    kind: str
    lat: float
    lon: float
    reports: tuple[str, ...]


def lists(reports: Iterable[Burglary], now: Micros, rule: Patterns) -> tuple[Listed, ...]:
    """Around each report, those of its kind in the last days; the largest lists first, and no report on two."""
    lately = [one for one in reports if now - one.ends <= rule.within_days * DAY]
    around = [(one, [two for two in lately if _near(one, two, rule.within_m)]) for one in lately[-MOST:]]
    found: list[Listed] = []
    on_one: dict[str, None] = {}
    for one, near in sorted(around, key=lambda pair: (-len(pair[1]), pair[0].report)):
        if len(near) > rule.more_than and not any(two.report in on_one for two in near):
            names = tuple(two.report for two in near)
            on_one |= dict.fromkeys(names)
            found.append(Listed(one.kind, one.lat, one.lon, names))
    return tuple(found)


def _near(one: Burglary, two: Burglary, within_m: float) -> bool:
    return one.kind == two.kind and distance_m(one.lat, one.lon, two.lat, two.lon) <= within_m
