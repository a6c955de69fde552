"""Moments written as people and devices write them.

Knows: microseconds UTC as dates, times of day and ISO 8601 text, fast enough for every message of a parish.
Refuses to know: time zones with rules; an offset is a number of minutes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

DAY_US = 86_400_000_000
HOUR_US = 3_600_000_000
MINUTE_US = 60_000_000


@lru_cache(maxsize=64)
def _date(day: int) -> tuple[int, int, int]:
    at = datetime.fromtimestamp(day * 86_400, UTC)
    return at.year, at.month, at.day


def date(utc_us: int) -> tuple[int, int, int]:
    """Year, month and day."""
    return _date(utc_us // DAY_US)


def time_of_day(utc_us: int) -> tuple[int, int, int, int]:
    """Hour, minute, second and microseconds."""
    seconds, micros = divmod(utc_us % DAY_US, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return hour, minute, second, micros


@lru_cache(maxsize=64)
def _to_the_hour(hours: int) -> str:
    year, month, day = _date(hours // 24)
    return f"{year:04d}-{month:02d}-{day:02d}T{hours % 24:02d}"


@lru_cache(maxsize=64)
def _zone(offset_min: int) -> str:
    hours, minutes = divmod(abs(offset_min), 60)
    return f"{'-' if offset_min < 0 else '+'}{hours:02d}:{minutes:02d}" if offset_min else "Z"


def iso(utc_us: int, offset_min: int = 0) -> str:
    """ISO 8601 with milliseconds, in local time of the given offset; offset 0 is written `Z`."""
    hours, micros = divmod(utc_us + offset_min * MINUTE_US, HOUR_US)
    minute, micros = divmod(micros, MINUTE_US)
    second, micros = divmod(micros, 1_000_000)
    return f"{_to_the_hour(hours)}:{minute:02d}:{second:02d}.{micros // 1000:03d}{_zone(offset_min)}"
