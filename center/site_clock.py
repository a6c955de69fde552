"""A site's own clocks, as the core is told of them.

Knows: by how much a time zone is ahead of UTC, and from when on.
Refuses to know: what anybody counts by it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from center.core.events import SECOND, Micros

FIRST, LAST = datetime(2015, 1, 1, tzinfo=UTC), datetime(2046, 1, 1, tzinfo=UTC)
"""What is counted before or behind these is counted by the first or the last clock."""
DAY = timedelta(days=1)
EXACT = timedelta(minutes=1)


@lru_cache(maxsize=8)
def clock_of(timezone: str) -> tuple[tuple[Micros, int], ...]:
    """Seconds ahead of UTC, and from which moment on, for thirty years: a core without files can tell the month."""
    zone = ZoneInfo(timezone)

    def ahead_s(at: datetime) -> int:
        offset = at.astimezone(zone).utcoffset()
        return round(offset.total_seconds()) if offset is not None else 0

    found = [(Micros(0), ahead_s(FIRST))]
    day = FIRST
    while day < LAST:
        if ahead_s(day + DAY) != found[-1][1]:
            early, late = day, day + DAY
            while late - early > EXACT:
                middle = early + (late - early) / 2
                early, late = (middle, late) if ahead_s(middle) == found[-1][1] else (early, middle)
            whole = late.replace(second=0, microsecond=0)
            found.append((Micros(round(whole.timestamp()) * SECOND), ahead_s(late)))
        day += DAY
    return tuple(found)
