"""Days as arithmetic: which day a moment is, and what a date's text says.

Knows: the Gregorian calendar.
Refuses to know: what day it is.
"""

from __future__ import annotations

from typing import NamedTuple

from center.core.fact import DAY, Micros


class Date(NamedTuple):
    """A day, or what somebody takes for one: February has 31."""

    year: int
    month: int
    day: int

    @property
    def digits(self) -> str:
        return f"{self.year:04d}{self.month:02d}{self.day:02d}"

    @property
    def place(self) -> int:
        """Where it stands among days; a month counts 31."""
        return (self.year * 12 + self.month) * 31 + self.day


YEAR = 12 * 31
"""Of `Date.place`."""


def parsed(text: str) -> Date | None:
    """YYYY-MM-DD; None for anything else."""
    year, month, day = text[:4], text[5:7], text[8:]
    is_date = len(text) == 10 and text[4] == text[7] == "-" and text.isascii()
    if not is_date or not (year.isdigit() and month.isdigit() and day.isdigit()):
        return None
    date = Date(int(year), int(month), int(day))
    return date if 1 <= date.month <= 12 and 1 <= date.day <= 31 else None


def day_of(moment: Micros) -> str:
    """The day, YYYY-MM-DD, in UTC. The years count from March, so that the leap day is a year's last."""
    days = moment // DAY + 719_468
    era, of_era = divmod(days, 146_097)
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    turned = month < 10
    return f"{year + era * 400 + (not turned):04d}-{month + 3 if turned else month - 9:02d}-{day:02d}"
