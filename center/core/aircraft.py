"""What flies over the parish.

Knows: the last believable state of every aircraft heard in the last minutes, and which of them are ours.
Refuses to know: transponder formats, and what an aircraft's camera looks at.

Phantom frames pass their checksum now and then, so a position that no aircraft could have reached is dropped until a
second one agrees with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from center.core.effects import Effect
from center.core.events import MINUTE, SECOND, AircraftSeen, Micros
from center.core.geo import distance_m

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_SPEED_MPS = 700.0
JUMP_SLACK_M = 2_000.0
FORGET_AFTER = 5 * MINUTE
PRUNE_EVERY = MINUTE
MAX_AIRCRAFT = 2_000


class Aircraft(msgspec.Struct, gc=False):
    """One airframe. `at` is when we last heard of it, `fix_at` when its position was received."""

    icao: str
    callsign: str | None = None
    lat: float | None = None
    lon: float | None = None
    altitude_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    climb_mps: float | None = None
    squawk: str | None = None
    on_ground: bool | None = None
    at: Micros = Micros(0)
    fix_at: Micros = Micros(0)
    held_lat: float | None = None
    held_lon: float | None = None


class AircraftSlice(msgspec.Struct):
    """`refused` counts positions nothing could have flown to; `turned_away` aircraft beyond what we keep."""

    aircraft: dict[str, Aircraft] = {}
    pruned_at: Micros = Micros(0)
    refused: int = 0
    turned_away: int = 0


def seen(event: AircraftSeen, picture: Picture) -> Iterable[Effect]:
    here = picture.aircraft
    if picture.now - here.pruned_at > PRUNE_EVERY:
        _prune(here, picture.now)
    craft = here.aircraft.get(event.icao)
    if craft is None:
        if len(here.aircraft) >= MAX_AIRCRAFT:
            here.turned_away += 1
            return ()
        craft = here.aircraft[event.icao] = Aircraft(icao=event.icao)
    craft.at = event.at
    if event.lat is not None and event.lon is not None:
        _place(craft, event.lat, event.lon, event.at, here)
    craft.callsign = event.callsign or craft.callsign
    craft.squawk = event.squawk or craft.squawk
    if event.altitude_m is not None:
        craft.altitude_m = event.altitude_m
    if event.speed_mps is not None:
        craft.speed_mps = event.speed_mps
    if event.course_deg is not None:
        craft.course_deg = event.course_deg
    if event.climb_mps is not None:
        craft.climb_mps = event.climb_mps
    if event.on_ground is not None:
        craft.on_ground = event.on_ground
    return ()


def _place(craft: Aircraft, lat: float, lon: float, at: Micros, here: AircraftSlice) -> None:
    if craft.lat is not None and craft.lon is not None:
        reach_m = JUMP_SLACK_M + max(0, at - craft.fix_at) / SECOND * MAX_SPEED_MPS
        if distance_m(craft.lat, craft.lon, lat, lon) > reach_m:
            held_lat, held_lon = craft.held_lat, craft.held_lon
            craft.held_lat, craft.held_lon = lat, lon
            if held_lat is None or held_lon is None or distance_m(held_lat, held_lon, lat, lon) > reach_m:
                here.refused += 1
                return
    craft.lat, craft.lon, craft.fix_at = lat, lon, at
    craft.held_lat = craft.held_lon = None


def _prune(here: AircraftSlice, now: Micros) -> None:
    here.pruned_at = now
    for icao in [icao for icao, craft in here.aircraft.items() if now - craft.at > FORGET_AFTER]:
        del here.aircraft[icao]
