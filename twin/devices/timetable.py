"""Which faults are in force now, and what that does to power and clocks.

Knows: intervals of faults, computed once, and the two consequences every device shares.
Refuses to know: positions, plates, files and lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime

from twin.devices.faults import FOREVER_US, AnyFault, ClockSkew, Power, Reboot, RebootStorm, Silent

WORST_FIRST: tuple[Power, ...] = ("off", "hung", "settling")
WEEK_ROLLOVER_US = 1024 * 7 * 86_400 * 1_000_000
START_OF_1999_US = 915_148_800 * 1_000_000


class Timetable:
    """Which faults of one thing are in force now. A look costs a comparison except when something begins or ends."""

    __slots__ = ("_active", "_edges", "_sets", "_since_us", "until_us")

    def __init__(self, faults: Sequence[AnyFault] = ()) -> None:
        spans = [(fault, *fault.interval_us()) for fault in faults]
        self._edges = sorted({edge for _, start, end in spans for edge in (start, end)} - {FOREVER_US})
        self._sets: list[tuple[AnyFault, ...]] = [()]
        self._sets += [tuple(f for f, start, end in spans if start <= edge < end) for edge in self._edges]
        self._since_us = 0
        self._active: tuple[AnyFault, ...] = ()
        self.until_us = 0
        """When the faults in force at the last look change."""

    def at(self, now_us: int) -> tuple[AnyFault, ...]:
        """The faults in force, in the scenario's order."""
        if not self._since_us <= now_us < self.until_us:
            index = bisect_right(self._edges, now_us)
            self._active = self._sets[index]
            self._since_us = self._edges[index - 1] if index else -FOREVER_US
            self.until_us = self._edges[index] if index < len(self._edges) else FOREVER_US
        return self._active


def power(active: Sequence[AnyFault], now_us: int) -> Power:
    """Whether the device is `on`, `off` (says nothing, sees nothing), `hung` (sees, and says it later) or `settling`
    (in its zero state). Of several, the worst."""
    states: set[Power] = set()
    for fault in active:
        if isinstance(fault, Silent):
            states.add("off")
        elif isinstance(fault, (Reboot, RebootStorm)):
            states.add(fault.power(now_us))
    return next((state for state in WORST_FIRST if state in states), "on")


def skewed(utc_us: int, active: Sequence[AnyFault]) -> int:
    """What a device's clock shows when the truth is `utc_us`, under the skews in force."""
    for fault in active:
        if isinstance(fault, ClockSkew):
            if fault.to == "year-1999":
                utc_us = _in_1999(utc_us)
            elif fault.to == "week-rollover":
                utc_us -= WEEK_ROLLOVER_US
            utc_us += round(fault.by_s * 1e6)
    return utc_us


def _in_1999(utc_us: int) -> int:
    """As far into 1999 as the truth is into its own year."""
    seconds, micros = divmod(utc_us, 1_000_000)
    now = datetime.fromtimestamp(seconds, UTC)
    start_of_year = now.replace(month=1, day=1, hour=0, minute=0, second=0)
    return START_OF_1999_US + int((now - start_of_year).total_seconds()) * 1_000_000 + micros
