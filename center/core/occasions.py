"""What is going on that is reason enough to look, where it is, and which cameras may see it.

Knows: when a call, an alert or a stop counts as going on, its place, and which cameras have that place in view or near.
Refuses to know: who wants to look, and whether they may (see video, access).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import cases
from center.core.asking import shared_for
from center.core.camera_events import CameraLooked
from center.core.effects import Effect, Notify
from center.core.events import HOUR, SECOND, CallChanged, CallOpened, Micros, RouteAnswered
from center.core.geo import bearing_deg, distance_m, encloses
from center.core.units import is_stale

if TYPE_CHECKING:
    from center.core.alerts import Alert
    from center.core.picture import Picture
    from center.core.roster import Grounds, RosterCamera

CONFIRMED_FOR = HOUR
"""For how long a confirmed alert is still going on: the car is being followed, not yet found."""
KINDS = ("call", "alert", "stop")
ALERTS = ("hotlist-hit", "unit-emergency")
MAX_UNCERTAINTY_M = 200.0
UNIT_NEAR_M = 3_000.0
FIXED_NEAR_M = 1_000.0
ABOVE_NEAR_M = 5_000.0
SEES_M = 150.0
"""How far a camera sees of which nobody has said it."""
LOOKED_FOR = 30 * SECOND
"""For how long an aircraft's camera is believed to look where it said."""
SHOWN_CAMERAS = 12
IN_CARS = ("dash", "body")
HOW = ("sees", "unit", "near")


class Looking(msgspec.Struct, frozen=True, gc=False):
    """What an aircraft's camera shows: the middle of its picture on the ground, the four corners (latitude, longitude;
    in order around the picture) where they are on the ground, and where the camera is."""

    at: Micros
    lat: float | None
    lon: float | None
    corners: tuple[tuple[float, float], ...] = ()
    camera_lat: float | None = None
    camera_lon: float | None = None


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where something is going on, and when it was last heard of."""

    lat: float
    lon: float
    at: Micros
    slack_m: float = 0.0

    def is_within(self, metres: float, camera: RosterCamera) -> bool:
        assert camera.lat is not None
        assert camera.lon is not None
        return distance_m(self.lat, self.lon, camera.lat, camera.lon) <= metres + self.slack_m


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A camera that may show a place. `how`: sees (the place is in its view), unit (it rides on a unit near by) or
    near (it stands near by and looks elsewhere, as far as is known)."""

    camera: str
    how: str
    metres: float


class OffersSlice(msgspec.Struct):
    """By incident: the cameras offered for it, best first."""

    of: dict[str, tuple[Offer, ...]] = {}


# --- what is going on -------------------------------------------------------------------------------------------------


def is_live(kind: str, case: str, picture: Picture) -> bool:
    """Whether the call (or incident), alert or stop of that number is going on."""
    if kind == "call":
        incident = picture.incidents.incidents.get(_incident_of(case, picture))
        return incident is not None and incident.closed_at is None
    if kind == "alert":
        alert = picture.alerts.alerts.get(case)
        return alert is not None and alert.kind in ALERTS and _is_going_on(alert, picture.now)
    if kind == "stop":
        stop = picture.stops.stops.get(case)
        return stop is not None and stop.closed_at is None
    return False


def no_ground(reason: str, case: str, grounds: Grounds, picture: Picture) -> str:
    """Why a reason and a number are no ground to look somebody up; empty when they are."""
    why = unlisted(reason, grounds)
    if why:
        return why
    if case in grounds.cases or cases.is_live(case, picture) or any(is_live(kind, case, picture) for kind in KINDS):
        return ""
    if any(call.incident == case and call.closed_at is None for call in picture.calls.calls.values()):
        return ""
    return f"no call, alert, stop or case {case} is going on"


def unlisted(reason: str, grounds: Grounds) -> str:
    """Why a reason is none that counts; empty when it is."""
    reasons = grounds.reasons
    return "" if _word(reason) in map(_word, reasons) else f"the reason must be one of {', '.join(reasons)}"


def _word(reason: str) -> str:
    return " ".join(reason.casefold().replace("-", " ").split())


def _incident_of(case: str, picture: Picture) -> str:
    """An incident's own id, or that of the incident a call (`system/call`) belongs to."""
    return picture.incidents.by_call.get(case, case)


def _is_going_on(alert: Alert, now: Micros) -> bool:
    if alert.closed_at is None:
        return True
    return alert.state == "confirmed" and now - alert.closed_at <= CONFIRMED_FOR


def place_of(case: str, picture: Picture) -> Place | None:
    """Where an incident, an alert or a stop is, as far as is known."""
    incident = picture.incidents.incidents.get(_incident_of(case, picture))
    if incident is not None and incident.lat is not None and incident.lon is not None:
        slack_m = min(incident.uncertainty_m or 0.0, MAX_UNCERTAINTY_M)
        return Place(incident.lat, incident.lon, incident.last_call_at, slack_m)
    stop = picture.stops.stops.get(case)
    if stop is not None:
        where = (stop.lat, stop.lon) if stop.lat is not None else _unit_at(stop.unit, picture)
        return _place(where, stop.opened_at)
    alert = picture.alerts.alerts.get(case)
    if alert is None:
        return None
    if not alert.reads:
        return _place(_unit_at(alert.subject, picture), alert.at)
    last = max((hit.read for hit in alert.reads), key=lambda read: (read.at, read.reader, read.read))
    reader = picture.site.readers.get(picture.site.reader_of.get(last.reader, ""))
    stands = reader is not None and reader.lat is not None
    return _place((reader.lat, reader.lon) if reader and stands else (last.lat, last.lon), last.at)


def _unit_at(unit: str, picture: Picture) -> tuple[float | None, float | None]:
    known = picture.units.units.get(unit)
    return (known.lat, known.lon) if known else (None, None)


def _place(where: tuple[float | None, float | None], at: Micros) -> Place | None:
    lat, lon = where
    return None if lat is None or lon is None else Place(lat, lon, at)


# --- which cameras see it ---------------------------------------------------------------------------------------------


def offered(event: CallOpened | CallChanged | RouteAnswered, picture: Picture) -> Iterable[Effect]:
    """Keep beside an incident the cameras that may show it. It is shown with the incident, which these events show
    anyway; on an answer of the router this desk looks before the ranking forgets whom it was for."""
    if not picture.site.cameras:
        return ()
    if isinstance(event, RouteAnswered):
        name = picture.incidents.routes.get(event.answers, "")
    else:
        name = picture.incidents.by_call.get(f"{event.system}/{event.call}", "")
    here, known = picture.offers.of, picture.incidents.incidents
    if name in known:
        here[name] = offers(name, picture)
        for gone in [name for name in here if name not in known] if len(here) > len(known) else ():
            del here[gone]
    return ()


def looked(event: CameraLooked, picture: Picture) -> Iterator[Effect]:
    """An aircraft comes and goes and turns its camera: what is offered of it follows, for every open incident whose
    place it has got in its picture or near itself, or lost from there."""
    camera = picture.site.cameras.get(event.camera)
    if camera is None or camera.kind != "aircraft":
        return
    here = picture.offers.of
    for name in picture.incidents.open:
        incident, place = picture.incidents.incidents[name], place_of(name, picture)
        rank = None if place is None else _from_above(camera, place, picture)
        before = next((offer.how for offer in here.get(name, ()) if offer.camera == camera.camera), None)
        if before == (rank[0] if rank else None):
            continue
        was = here.get(name, ())
        here[name] = offers(name, picture)
        if here[name] != was:
            yield Notify(
                id=picture.mint("n"),
                topic="incident",
                subject=name,
                revision=incident.revision,
                headline=incident.kind or "incident",
            )


def offers(case: str, picture: Picture) -> tuple[Offer, ...]:
    """The cameras that may show where an incident, an alert or a stop is: first those with the place in view, then
    those of units near by, then those that stand near; the nearest first, ties by id."""
    place = place_of(case, picture)
    if place is None:
        return ()
    found: list[tuple[int, float, str, Offer]] = []
    for camera in picture.site.cameras.values():
        agency = picture.site.agencies.get(camera.agency)
        if not camera.connected or camera.consent == "never" or agency is None or not agency.own:
            continue
        if camera.consent == "asked" and not shared_for(camera.camera, case, picture):
            continue
        rank = _rank(camera, place, picture)
        if rank is not None:
            how, metres = rank
            found.append((HOW.index(how), metres, camera.camera, Offer(camera.camera, how, round(metres, 1))))
    return tuple(offer for *_, offer in sorted(found)[:SHOWN_CAMERAS])


def _rank(camera: RosterCamera, place: Place, picture: Picture) -> tuple[str, float] | None:
    """How a camera may show a place, and from how far; None when it cannot."""
    if camera.kind == "microphone":
        return None
    if camera.kind == "aircraft":
        return _from_above(camera, place, picture)
    if camera.unit is not None:
        unit = picture.units.units.get(camera.unit)
        if (
            camera.kind not in IN_CARS
            or unit is None
            or unit.lat is None
            or unit.lon is None
            or is_stale(unit, picture)
        ):
            return None
        metres = distance_m(unit.lat, unit.lon, place.lat, place.lon)
        return ("unit", metres) if metres <= UNIT_NEAR_M else None
    if camera.lat is None or camera.lon is None:
        return None
    metres = distance_m(camera.lat, camera.lon, place.lat, place.lon)
    if camera.consent == "per-incident" and metres > picture.site.policy.consent_m + place.slack_m:
        return None
    if metres <= (camera.range_m or SEES_M) and _is_ahead(camera, place):
        return "sees", metres
    return ("near", metres) if metres <= FIXED_NEAR_M else None


def _is_ahead(camera: RosterCamera, place: Place) -> bool:
    """Whether the place lies in the sector a camera looks at. One whose direction nobody knows may look anywhere."""
    if camera.heading_deg is None or camera.view_deg is None or camera.lat is None or camera.lon is None:
        return True
    towards = bearing_deg(camera.lat, camera.lon, place.lat, place.lon)
    return abs((towards - camera.heading_deg + 180.0) % 360.0 - 180.0) <= camera.view_deg / 2.0


def _from_above(camera: RosterCamera, place: Place, picture: Picture) -> tuple[str, float] | None:
    """The place is in its picture; or the aircraft is in the air and so near that its camera can be turned there."""
    craft = picture.aircraft.aircraft.get(camera.unit or "")
    if craft is None or craft.lat is None or craft.lon is None:
        return None
    metres = distance_m(craft.lat, craft.lon, place.lat, place.lon)
    now = picture.video.cameras.get(camera.camera)
    looking = now.looking if now else None
    if looking is not None and picture.now - looking.at <= LOOKED_FOR and is_inside(place.lat, place.lon, looking):
        return "sees", metres
    is_flying = not craft.on_ground and picture.now - craft.fix_at <= LOOKED_FOR
    return ("near", metres) if is_flying and metres <= ABOVE_NEAR_M else None


def is_inside(lat: float, lon: float, looking: Looking) -> bool:
    """Whether a place is in the picture."""
    return encloses(looking.corners, lat, lon)
