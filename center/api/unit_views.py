"""What operators are shown of units, their stops, and aircraft.

Knows: the shape of these views, in the words of docs/api.md.
Refuses to know: who is connected, and what was said at a stop: that is asked for apart.
"""

from __future__ import annotations

from center.api import camera_views
from center.api.camera_views import ClipView
from center.api.view import View
from center.core import stops
from center.core.aircraft import Aircraft
from center.core.events import Micros
from center.core.picture import Picture
from center.core.stops import Stop
from center.core.units import Unit, is_stale


class StopView(View, frozen=True, kw_only=True):
    """A traffic stop in progress. Whom the driver says they are, and what the records said, is not shown to everybody
    who looks at a map: `records` is `asked` or `answered`, and `revision` counts what there is to be looked at."""

    stop: str
    at: Micros
    plate: str | None = None
    state: str | None = None
    place: str | None = None
    why: str | None = None
    records: str = ""
    revision: int = 0


class UnitView(View, frozen=True, kw_only=True):
    """`clips`: the last that were kept of its cameras."""

    unit: str
    agency: str
    own: bool
    status: str
    at: Micros
    lat: float | None = None
    lon: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    seen: Micros | None = None
    stale: bool = False
    doubt: str = ""
    media: bool = False
    stop: StopView | None = None
    clips: tuple[ClipView, ...] = ()


class AircraftView(View, frozen=True, kw_only=True):
    icao: str
    at: Micros
    callsign: str | None = None
    name: str | None = None
    own: bool = False
    lat: float | None = None
    lon: float | None = None
    altitude_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    on_ground: bool | None = None


def unit(it: Unit, picture: Picture) -> UnitView:
    own = picture.site.is_own(it.unit)
    return UnitView(
        unit=it.unit,
        agency=it.agency,
        own=own,
        status=it.status,
        at=it.at,
        lat=it.lat,
        lon=it.lon,
        speed_mps=it.speed_mps,
        course_deg=it.course_deg,
        seen=it.fix_at or None,
        stale=is_stale(it, picture),
        doubt=it.doubt,
        media=own,
        stop=_stop(stops.of_unit(it.unit, picture), picture),
        clips=camera_views.kept_on(it.unit, picture),
    )


def _stop(it: Stop | None, picture: Picture) -> StopView | None:
    if it is None:
        return None
    record = picture.stop_records.records.get(f"{it.unit}/{it.stop}")
    return StopView(
        stop=it.stop,
        at=it.opened_at,
        plate=it.plate,
        state=it.state,
        place=it.place,
        why=it.why,
        records="" if record is None else record.standing(),
        revision=record.revision if record else 0,
    )


def aircraft(it: Aircraft, picture: Picture) -> AircraftView:
    rostered = picture.site.aircraft.get(it.icao)
    return AircraftView(
        icao=it.icao,
        at=it.at,
        callsign=it.callsign,
        name=rostered.name if rostered else None,
        own=rostered is not None,
        lat=it.lat,
        lon=it.lon,
        altitude_m=it.altitude_m,
        speed_mps=it.speed_mps,
        course_deg=it.course_deg,
        on_ground=it.on_ground,
    )
