"""Questions as the core asks them.

Knows: how the small town's burglaries are written as reports.
Refuses to know: what an answer should say.
"""

from __future__ import annotations

import numpy as np

from center.core.effects import Forecast
from center.core.events import DAY, HOUR, Micros
from center.core.geo import METRES_PER_DEGREE
from center.core.pattern_facts import Burglary, Patterns
from center.forecast.reports import Reports
from tests.center.forecast.town import burglaries

LAT, LON = 30.2, -93.2
MONDAY = Micros(1_735_538_400_000_000)
"""2024-12-30, 00:00 in Chicago."""
DAYS = 130


def question(reports: Reports | None = None, days: int = DAYS, **more: object) -> Forecast:
    """At 06:00 of the day after so many."""
    reports = burglaries(days) if reports is None else reports
    east_m = METRES_PER_DEGREE * float(np.cos(np.radians(LAT)))
    told = tuple(
        Burglary(
            report=f"cad/c{number}",
            kind="residential",
            lat=LAT + y / METRES_PER_DEGREE,
            lon=LON + x / east_m,
            begins=_at(begins),
            ends=_at(ends),
            known=_at(known),
            off_m=0.0,
            entry=("door", "window")[number % 2],
            target="tools",
        )
        for number, (x, y, begins, ends, known, _) in enumerate(zip(*(c.tolist() for c in reports), strict=True))
    )
    asked: dict[str, object] = {"now": Micros(MONDAY + days * DAY + 6 * HOUR), "settings": Patterns(), "reports": told}
    return Forecast(id="f1.1", **(asked | more))  # type: ignore[arg-type]


def _at(day: float) -> Micros:
    return Micros(MONDAY + round(day * DAY))
