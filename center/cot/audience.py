"""Who sees what by Cursor-on-Target.

Knows: what of the picture a unit, a person or another agency's representative is shown.
Refuses to know: sockets and XML's details beyond what each thing is written with.

Another agency's people see positions and nothing else. A deputy sees a hit when a person has confirmed it, as on the
terminal; the room and detectives see leads, named as such, of the lists that they may see. Video is nowhere in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from center.core import access, alerting
from center.core.alerts import Alert
from center.core.boxes import Offer
from center.core.events import MINUTE, SECOND, Micros
from center.core.geo import METRES_PER_DEGREE
from center.core.message_facts import PERSON
from center.core.picture import Picture
from center.core.roster import RosterOperator
from center.core.units import Unit, is_stale
from center.cot import encoding
from center.cot.encoding import Moments

HIT_SHOWN = 30 * MINUTE
"""A hit is on the map for so long after the car's last read."""
IN_THE_ROOM = ("operator", "supervisor", "trainer", "detective")

Clock = Callable[[Micros], int]
"""A moment of the center's clock as one of the wall's."""


class Viewer(NamedTuple):
    """`whose` is a unit, or `person/NAME`; `own`: of an own agency; `joined`: of another one that is shown where units
    are. `person` where it is one."""

    whose: str
    own: bool
    joined: bool = False
    person: RosterOperator | None = None


class Thing(NamedTuple):
    """Something to be shown: `stamp` changes when it does; `write` makes it."""

    uid: str
    stamp: object
    write: Callable[[], bytes]


def viewer_of(whose: str, picture: Picture) -> Viewer | None:
    """None for somebody who is on the roster no more."""
    if not whose.startswith(PERSON):
        unit = picture.site.units.get(whose)
        return None if unit is None else _viewer(whose, unit.agency, None, picture)
    person = picture.site.operators.get(whose.removeprefix(PERSON))
    return None if person is None else _viewer(whose, person.agency, person, picture)


def _viewer(whose: str, of: str, person: RosterOperator | None, picture: Picture) -> Viewer:
    agency = picture.site.agencies.get(of)
    own = agency is not None and agency.own and (person is None or person.role != "representative")
    joined = agency is not None and not agency.own and "units" in agency.sees
    return Viewer(whose, own, joined, person)


def things(viewer: Viewer, picture: Picture, wall: Clock) -> Iterator[Thing]:
    """All that a viewer is to see now."""
    if not (viewer.own or viewer.joined):
        return
    for unit in picture.units.placed():
        yield _unit(unit, viewer, picture, wall)
    if not viewer.own:
        return
    for alert in picture.alerts.alerts.values():
        if alert.kind == "hotlist-hit" and _sees(viewer, alert, picture):
            yield from _hit(alert, picture, wall)
    for name in picture.patterns.active:
        offer = picture.patterns.offers[name]
        if offer.ends > picture.now:
            yield _box(offer, wall)


def _unit(unit: Unit, viewer: Viewer, picture: Picture, wall: Clock) -> Thing:
    assert unit.lat is not None
    assert unit.lon is not None
    lat, lon, own = unit.lat, unit.lon, picture.site.is_own(unit.unit)
    remarks = unit.status.replace("-", " ") if viewer.own and own else ""
    if viewer.own and unit.doubt:
        remarks = f"{remarks}; position in doubt: {unit.doubt}".lstrip("; ")
    stale = Micros(unit.fix_at + picture.site.policy.unit_stale_s * SECOND)

    def write() -> bytes:
        return encoding.contact(
            f"unit.{unit.unit}",
            unit.unit,
            lat,
            lon,
            Moments(wall(picture.now), wall(unit.fix_at), wall(stale)),
            own=own,
            course_deg=unit.course_deg,
            speed_mps=unit.speed_mps,
            remarks=remarks,
        )

    return Thing(f"unit.{unit.unit}", (unit.fix_at, lat, lon, remarks, is_stale(unit, picture)), write)


def _sees(viewer: Viewer, alert: Alert, picture: Picture) -> bool:
    """Whether a hit, or the lead that it is until somebody confirms it, is for this viewer."""
    confirmed = alert.state == "confirmed"
    if viewer.person is None:
        return confirmed and access.may_be_told(viewer.whose, alert.hotlist, picture)
    if not access.may_see(viewer.person, alert.hotlist, picture):
        return False
    return confirmed or (viewer.person.role in IN_THE_ROOM and alert.closed_at is None)


def _hit(alert: Alert, picture: Picture, wall: Clock) -> Iterator[Thing]:
    last = max(alert.reads, key=lambda hit: (hit.read.at, hit.read.reader, hit.read.read)).read
    reader = picture.site.readers.get(picture.site.reader_of.get(last.reader, ""))
    lat = last.lat if reader is None or reader.lat is None else reader.lat
    lon = last.lon if reader is None or reader.lon is None else reader.lon
    until = Micros(last.at + HIT_SHOWN)
    if lat is None or lon is None or until <= picture.now:
        return
    listing, place = alert.listing, (lat, lon)
    car = " ".join(filter(None, (listing.color, listing.make, listing.model))) if listing else ""
    confirmed = alert.state == "confirmed"
    plain = f"{alert.headline}. {car}".strip()
    remarks = plain if confirmed else f"LEAD, NOT CONFIRMED BY ANYBODY. {plain}"
    if not confirmed and alerting.is_off(alert, picture):
        remarks += ". Taken off the list since"
    name = f"{alert.subject} {alert.category}" if confirmed else f"LEAD {alert.subject} {alert.category}"

    def write() -> bytes:
        when = Moments(wall(picture.now), wall(last.at), wall(until))
        return encoding.lead(f"hit.{alert.alert}", name, *place, when, remarks)

    yield Thing(f"hit.{alert.alert}", (last.at, remarks), write)


def _box(offer: Offer, wall: Clock) -> Thing:
    box = offer.box
    remarks = f"{box.expected:.2f} burglaries expected, {box.none:.0%} that there is none. {', '.join(offer.units)}"

    def write() -> bytes:
        when = Moments(wall(offer.starts), wall(offer.starts), wall(offer.ends))
        return encoding.area(f"box.{offer.offer}", f"Patrol {offer.offer}", outline(offer), when, remarks)

    return Thing(f"box.{offer.offer}", (offer.starts, offer.ends, remarks), write)


def outline(offer: Offer) -> list[tuple[float, float]]:
    """The corners of what encloses the box's squares, for a degree of longitude is as long as the middle's."""
    box = offer.box
    half = box.cell_m / 2 / METRES_PER_DEGREE
    lats = [lat for lat, _ in box.cells] or [box.lat]
    lons = [lon for _, lon in box.cells] or [box.lon]
    south, north = min(lats) - half, max(lats) + half
    wide = half / max(0.01, _cosine(box.lat))
    west, east = min(lons) - wide, max(lons) + wide
    return [(south, west), (south, east), (north, east), (north, west)]


def _cosine(lat: float) -> float:
    return math.cos(math.radians(lat))
