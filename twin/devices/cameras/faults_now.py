"""What the faults in force do to a camera at a moment.

Knows: power, the line, the eye and the clock of a camera under each fault.
Refuses to know: pictures and watchers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from twin.devices.cameras.footage import CLEAR, Trouble
from twin.devices.faults import AnyFault, Black, Freeze, LostLink, Reboot, RebootStorm, Stutter
from twin.devices.things import SECOND_US
from twin.devices.timetable import power, skewed

ZERO_US = 946_684_800 * SECOND_US
"""A camera that has lost its clock begins with the year 2000."""


class Now(NamedTuple):
    """`reachable`: it can be connected to. `hangs`: connected, and nothing comes through. `holds`: frames are kept for
    a moment and come all at once."""

    clock_us: int
    reachable: bool = True
    hangs: bool = False
    holds: bool = False
    trouble: Trouble = CLEAR


def now_of(active: Sequence[AnyFault], since_us: int, epoch: int) -> Now:
    """`active`: the faults in force `since_us` after the world's beginning at `epoch`."""
    now = Now(skewed(epoch + since_us, active))
    if not active:
        return now
    state = power(active, since_us)
    if state == "settling":
        now = now._replace(clock_us=ZERO_US + _awake_us(active, since_us))
    now = now._replace(reachable=state in ("on", "settling"))
    for fault in active:
        now = _under(now, fault, since_us)
    return now


def _under(now: Now, fault: AnyFault, since_us: int) -> Now:
    if isinstance(fault, Freeze):
        stopped_us = now.clock_us - (since_us - fault.start_us)
        is_stopped = fault.clock == "stopped"
        now = now._replace(trouble=now.trouble._replace(frozen_us=stopped_us, is_stopped=is_stopped))
        return now._replace(clock_us=stopped_us) if is_stopped else now
    if isinstance(fault, Black):
        return now._replace(trouble=now.trouble._replace(is_black=True))
    if isinstance(fault, Stutter):
        return now._replace(holds=(since_us - fault.start_us) / 1e6 % fault.every_s < fault.hold_s)
    if isinstance(fault, LostLink):
        return now._replace(hangs=True) if fault.connections == "hang" else now._replace(reachable=False)
    return now


def _awake_us(active: Sequence[AnyFault], since_us: int) -> int:
    """How long it has been up again."""
    for fault in active:
        if isinstance(fault, Reboot):
            return since_us - fault.start_us - fault.silent_us
        if isinstance(fault, RebootStorm):
            return round(((since_us - fault.start_us) / 1e6 % fault.every_s - fault.silent_s) * SECOND_US)
    return 0
