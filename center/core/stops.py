"""Traffic stops, as deputies' terminals tell them.

Knows: every stop in progress and those of the last hours: where, which plate, whom the driver says they are.
Refuses to know: who the driver is (the records' business), and whether the plate is wanted (see plates).

A unit is at one stop at a time: another one ends it. A plate that was stopped is looked up exactly like one that a
camera read, and is remembered like one, so that a list that arrives later finds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from center.core.effects import Effect
from center.core.events import HOUR, Micros, PlateRead, StopChanged, StopClosed, StopOpened
from center.core.findings import Stopped, StopTold
from center.core.units import find

if TYPE_CHECKING:
    from center.core.picture import Picture

KEEP_CLOSED = 12 * HOUR
MAX_STOPS = 5_000
MAX_PHOTOS = 20
_SAID = ("lat", "lon", "place", "plate", "state", "why", "last", "first", "born", "licence", "without")


class Stop(msgspec.Struct, gc=False):
    """One stop. `last`, `first`, `born` (YYYY-MM-DD), `licence` and `without` are what the driver said; `photos`: of
    pictures on file, whether the deputy says that they show the driver; `outcome` is the deputy's word."""

    stop: str
    unit: str
    opened_at: Micros
    lat: float | None = None
    lon: float | None = None
    place: str | None = None
    plate: str | None = None
    state: str | None = None
    why: str | None = None
    last: str | None = None
    first: str | None = None
    born: str | None = None
    licence: str | None = None
    without: bool = False
    photos: dict[str, bool] = {}
    closed_at: Micros | None = None
    outcome: str | None = None


class StopsSlice(msgspec.Struct):
    """Stops by `unit/stop`, oldest first; `current` is each unit's stop in progress."""

    stops: dict[str, Stop] = {}
    current: dict[str, str] = {}


def of_unit(unit: str, picture: Picture) -> Stop | None:
    """The unit's stop in progress."""
    return picture.stops.stops.get(picture.stops.current.get(unit, ""))


def told(event: StopOpened | StopChanged, picture: Picture) -> Iterable[Effect]:
    """A stop begins, or something about it becomes known. A change to a stop we never saw open is an opening: its first
    message was lost. What is said of a stop that is over corrects it and does not open it again."""
    unit = find(event.unit, picture)
    if unit is None:
        return ()
    here = picture.stops
    key = f"{unit.unit}/{event.stop}"
    stop = here.stops.get(key)
    if stop is None:
        _make_room(here, picture.now)
        _end(here, unit.unit, event.at, "left")
        stop = here.stops[key] = Stop(event.stop, unit.unit, event.at)
        here.current[unit.unit] = key
    before = (stop.plate, stop.state)
    news = []
    for field in _SAID:
        value = getattr(event, field)
        if value is not None and value != getattr(stop, field):
            setattr(stop, field, value)
            news.append(field)
    if event.photo and event.is_driver is not None and len(stop.photos) < MAX_PHOTOS:
        stop.photos[event.photo] = event.is_driver
        news.append("photos")
    if here.current.get(unit.unit) == key:
        picture.found.append(StopTold(key, tuple(news)))
    if stop.plate and (stop.plate, stop.state) != before:
        picture.found.append(Stopped(_as_read(stop, event, corrected=before[0] is not None)))
    return ()


def closed(event: StopClosed, picture: Picture) -> Iterable[Effect]:
    unit = find(event.unit, picture)
    if unit is None:
        return ()
    here = picture.stops
    key = f"{unit.unit}/{event.stop}"
    if here.current.get(unit.unit) == key:
        _end(here, unit.unit, event.at, event.outcome)
    return ()


def _end(here: StopsSlice, unit: str, at: Micros, outcome: str | None) -> None:
    stop = here.stops.get(here.current.pop(unit, ""))
    if stop is not None:
        stop.closed_at, stop.outcome = at, outcome


def _as_read(stop: Stop, event: StopOpened | StopChanged, *, corrected: bool) -> PlateRead:
    """A deputy's eyes are no camera: the text is taken as it stands, letter for letter."""
    assert stop.plate
    return PlateRead(
        at=event.at,
        source=event.source,
        seen=event.seen,
        reader=stop.unit,
        plate=stop.plate,
        read=f"{stop.stop}/{stop.plate}" if corrected else stop.stop,
        state=stop.state,
        confidence=1.0,
        lat=stop.lat,
        lon=stop.lon,
    )


def _make_room(here: StopsSlice, now: Micros) -> None:
    """Let stops go that ended long ago, and the oldest of all when there are too many."""
    for key in list(here.stops):
        stop = here.stops[key]
        if len(here.stops) < MAX_STOPS and (stop.closed_at is None or now - stop.closed_at < KEEP_CLOSED):
            return
        del here.stops[key]
        if here.current.get(stop.unit) == key:
            del here.current[stop.unit]
