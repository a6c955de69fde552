"""What a deputy typed about a burglary, as far as it follows the form.

Knows: the form `burglary, KIND; entry HOW; taken WHAT; from TIME to TIME`, and ISO 8601 with an offset.
Refuses to know: what a report that does not follow it may mean; what is not understood is not known.
"""

from __future__ import annotations

from typing import NamedTuple

from center.core.fact import MINUTE, SECOND, Micros

MAX_TEXT = 2_000
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


class Told(NamedTuple):
    entry: str = ""
    target: str = ""
    begins: Micros | None = None
    ends: Micros | None = None


def told(text: str | None) -> Told:
    """Never raises."""
    entry = target = ""
    begins = ends = None
    for part in (text or "")[:MAX_TEXT].split(";"):
        word, _, rest = part.strip().partition(" ")
        if word == "entry":
            entry = rest.strip()
        elif word == "taken":
            target = rest.strip()
        elif word == "from":
            first, _, last = rest.partition(" to ")
            begins, ends = moment(first.strip()), moment(last.strip())
    if begins is None or ends is None or begins > ends:
        return Told(entry, target)
    return Told(entry, target, begins, ends)


def moment(text: str) -> Micros | None:
    """`2026-01-02T03:04:05.678-06:00`; seconds and their fraction may be missing, the offset may be Z and must be
    there. None for anything else."""
    date, t, rest = text.partition("T")
    zone_at = next((at for at, sign in enumerate(rest) if sign in "Z+-"), -1)
    if not t or zone_at < 0:
        return None
    clock, zone = rest[:zone_at], rest[zone_at:]
    fields = [*date.split("-"), *clock.partition(".")[0].split(":")]
    offset = [] if zone == "Z" else zone[1:].split(":")
    if len(fields) not in (5, 6) or len(offset) not in (0, 2) or not all(map(_is_number, (*fields, *offset))):
        return None
    year, month, day, hour, minute, second = (int(field) for field in (*fields, "0")[:6])
    if not (1970 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61):
        return None
    minutes = (_days(year, month, day) * 24 + hour) * 60 + minute
    if offset:
        minutes -= (int(offset[0]) * 60 + int(offset[1])) * (-1 if zone[0] == "-" else 1)
    return Micros(minutes * MINUTE + second * SECOND)


def _is_number(text: str) -> bool:
    return 0 < len(text) <= 4 and text.isascii() and text.isdigit()


def _days(year: int, month: int, day: int) -> int:
    """Since 1970, in the Gregorian calendar."""
    past = year - 1
    leap_days = past // 4 - past // 100 + past // 400 - 477
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (year - 1970) * 365 + leap_days + _DAYS_BEFORE[month - 1] + (is_leap and month > 2) + day - 1
