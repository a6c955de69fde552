"""Where every unit is, and how far to believe it.

Knows: the last believable fix of each unit, what its status is, and why a position may be wrong.
Refuses to know: what anybody does with the position, and video or audio (see access).

A fix is believed unless physics objects: one that is older than the fix in hand changes nothing, and one that would
need more than `MAX_SPEED_MPS` is held until a second fix agrees with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core.effects import Effect
from center.core.events import (
    DAY,
    SECOND,
    Micros,
    SiteLoaded,
    StopChanged,
    StopClosed,
    StopOpened,
    UnitMoved,
    UnitReported,
)
from center.core.geo import distance_m

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_SPEED_MPS = 90.0
JUMP_SLACK_M = 300.0
CLOCK_AHEAD = 10 * SECOND
CLOCK_BEHIND = 7 * DAY
FROZEN_FIXES = 5
DUPLICATE_JUMPS = 6
DUPLICATE_WINDOW = 120 * SECOND
MAX_STRANGERS = 1000
SIGNED_OFF = ("off-duty", "offline")
"""Who says so is at home: sent nowhere, told nothing that is for whoever works, and among the nearest to nothing."""


class Unit(msgspec.Struct, gc=False):
    """One unit. `fix_at` is when its position was true (device time when its clock can be trusted, else arrival);
    `at` is when we last heard of it. `doubt` is empty or one of no-fix, frozen, jumped, clock, duplicate."""

    unit: str
    agency: str
    status: str = "unknown"
    lat: float | None = None
    lon: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    fix_at: Micros = Micros(0)
    at: Micros = Micros(0)
    doubt: str = ""
    text: str | None = None
    still_fixes: int = 0
    held_lat: float = 0.0
    held_lon: float = 0.0
    held_at: Micros = Micros(0)
    jumps: int = 0
    jumps_since: Micros = Micros(0)


class UnitsSlice(msgspec.Struct):
    """`late` counts fixes that came after a newer one; `strangers` those of devices beyond what we keep off the
    roster."""

    units: dict[str, Unit] = {}
    off_roster: int = 0
    late: int = 0
    strangers: int = 0

    def placed(self) -> Iterator[Unit]:
        """Units with a position, in order of their first word to us."""
        return (unit for unit in self.units.values() if unit.lat is not None)


def find(device: str, picture: Picture) -> Unit | None:
    """The unit behind a wire identity, made on its first word. None when too many strangers already speak."""
    name = picture.site.unit_of.get(device, device)
    here = picture.units
    unit = here.units.get(name)
    if unit is None:
        if name not in picture.site.units:
            if here.off_roster >= MAX_STRANGERS:
                here.strangers += 1
                return None
            here.off_roster += 1
        unit = here.units[name] = Unit(unit=name, agency=picture.site.agency_of(name))
    return unit


def roster_loaded(event: SiteLoaded, picture: Picture) -> Iterable[Effect]:  # noqa: ARG001
    """What was heard before is read by the new roster: whose each unit is, and who is no stranger any more."""
    here, site = picture.units, picture.site
    for name in list(here.units):
        if site.unit_of.get(name, name) != name:
            del here.units[name]  # a device that now has a unit: what it says next is the unit's
        else:
            here.units[name].agency = site.agency_of(name)
    here.off_roster = sum(name not in site.units for name in here.units)
    return ()


def moved(event: UnitMoved, picture: Picture) -> Iterable[Effect]:
    unit = find(event.unit, picture)
    if unit is None:
        return ()
    at = event.at
    unit.at = at
    seen = event.seen
    clock_wrong = seen is not None and not -CLOCK_AHEAD <= at - seen <= CLOCK_BEHIND
    fix_at = at if seen is None or clock_wrong else seen
    if fix_at < unit.fix_at:
        picture.units.late += 1
        return ()
    if unit.lat is not None and unit.lon is not None:
        metres = distance_m(unit.lat, unit.lon, event.lat, event.lon)
        if metres > JUMP_SLACK_M and metres * SECOND > (fix_at - unit.fix_at) * MAX_SPEED_MPS:
            if not _second_opinion(unit, event, fix_at):
                return ()
        elif unit.jumps and fix_at - unit.jumps_since > DUPLICATE_WINDOW:
            unit.jumps = 0
        speed = event.speed_mps
        unit.still_fixes = unit.still_fixes + 1 if metres == 0.0 and speed is not None and speed > 3.0 else 0
    unit.lat = event.lat
    unit.lon = event.lon
    unit.speed_mps = event.speed_mps
    unit.course_deg = event.course_deg
    unit.fix_at = fix_at
    unit.doubt = _doubt(unit, clock_wrong)
    return ()


def _doubt(unit: Unit, clock_wrong: bool) -> str:
    if unit.jumps >= DUPLICATE_JUMPS:
        return "duplicate"
    if unit.still_fixes >= FROZEN_FIXES:
        return "frozen"
    return "clock" if clock_wrong else ""


def _second_opinion(unit: Unit, event: UnitMoved, fix_at: Micros) -> bool:
    """Hold an impossible fix; believe it when the one held before agrees with it."""
    if fix_at - unit.jumps_since > DUPLICATE_WINDOW:
        unit.jumps_since, unit.jumps = fix_at, 0
    unit.jumps += 1
    metres = distance_m(unit.held_lat, unit.held_lon, event.lat, event.lon)
    elapsed = fix_at - unit.held_at
    agrees = elapsed < DUPLICATE_WINDOW and metres * SECOND <= JUMP_SLACK_M * SECOND + elapsed * MAX_SPEED_MPS
    unit.held_lat, unit.held_lon, unit.held_at = event.lat, event.lon, fix_at
    if not agrees:
        unit.doubt = "duplicate" if unit.jumps >= DUPLICATE_JUMPS else "jumped"
    return agrees


def reported(event: UnitReported, picture: Picture) -> Iterable[Effect]:
    unit = find(event.unit, picture)
    if unit is None:
        return ()
    unit.at = event.at
    if event.status == "no-fix":
        unit.doubt = "no-fix"
    elif event.status != "alive":
        unit.status = event.status
        unit.text = event.text
    return ()


def heard(event: StopOpened | StopChanged | StopClosed, picture: Picture) -> Iterable[Effect]:
    """A unit said something that concerns another desk: it is there."""
    unit = find(event.unit, picture)
    if unit is not None:
        unit.at = event.at
    return ()


def is_stale(unit: Unit, picture: Picture) -> bool:
    """Whether the position is too old to send anybody by."""
    return picture.now - unit.fix_at > picture.site.policy.unit_stale_s * SECOND
