"""What belongs together.

Knows: which calls are one incident, which units are nearest to it by road, and which hits passed near it.
Refuses to know: what a call's system said in full (see calls), and whom to send: it offers, people decide.

Two calls are one incident when their system says so, or when they are near in place and time and do not contradict each
other in kind. Joining is never undone by a later, better location: the incident moves instead, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import alerting
from center.core.calls import Call, key_of
from center.core.effects import Effect, Notify, Route, Stand
from center.core.events import (
    HOUR,
    MINUTE,
    SECOND,
    CallChanged,
    CallClosed,
    CallOpened,
    Event,
    Micros,
    RouteAnswered,
    RouteTime,
)
from center.core.findings import Hit, Tipped
from center.core.geo import distance_m
from center.core.units import SIGNED_OFF, is_stale

if TYPE_CHECKING:
    from center.core.picture import Picture

RERANK_AFTER_M = 100.0
MAX_UNCERTAINTY_M = 1_000.0
HIT_NEAR_M = 2_000.0
HIT_WITHIN = 30 * MINUTE
ROUTED_CANDIDATES = 20
SHOWN_UNITS = 5
KEEP_CLOSED = 4 * HOUR
MAX_INCIDENTS = 5_000
MAX_NOTED = 100
MAX_JOINED = 1_000


class Change(msgspec.Struct, frozen=True, gc=False):
    at: Micros
    what: str


class NearHit(msgspec.Struct, frozen=True, gc=False):
    """A listed plate that passed near the incident; `hotlist` says who may see it."""

    plate: str
    reader: str
    at: Micros
    alert: str
    hotlist: str = ""


class Incident(msgspec.Struct, gc=False):
    """Calls about one thing. Its kind is that of the first call that has one, its priority that of the most urgent, its
    place that of the best located, which is `located_by`; `ranked_lat/lon` is where the units were last ranked for;
    `route` is the ranking it waits for."""

    incident: str
    opened_at: Micros
    calls: list[str] = []
    kind: str | None = None
    priority: int | None = None
    lat: float | None = None
    lon: float | None = None
    uncertainty_m: float | None = None
    address: str | None = None
    located_by: str = ""
    units: tuple[RouteTime, ...] = ()
    hits: list[NearHit] = []
    changes: list[Change] = []
    ranked_lat: float | None = None
    ranked_lon: float | None = None
    route: str = ""
    revision: int = 0
    last_call_at: Micros = Micros(0)
    closed_at: Micros | None = None


class IncidentsSlice(msgspec.Struct):
    """`by_call` maps a call's key to its incident; `open` lists incidents that new calls may join, oldest first;
    `routes` maps a pending Route to the incident it ranks units for."""

    incidents: dict[str, Incident] = {}
    by_call: dict[str, str] = {}
    open: list[str] = []
    routes: dict[str, str] = {}


def called(event: CallOpened | CallChanged, picture: Picture) -> Iterator[Effect]:
    here = picture.incidents
    key = key_of(event)
    call = picture.calls.calls[key]
    name = here.by_call.get(key)
    if name is None:
        incident = _matching(call, picture)
        if incident is None:
            incident = _open(call, picture)
        else:
            note(incident, picture, f"call {_number(call)} joined")
        incident.calls.append(key)
        here.by_call[key] = incident.incident
    else:
        incident = here.incidents[name]
        if incident.closed_at is not None:
            incident.closed_at = None
            here.open.append(name)
            note(incident, picture, f"reopened by call {_number(call)}")
    incident.last_call_at = event.at
    incident.address = call.address or incident.address
    _describe(incident, picture)
    _locate(incident, call, picture)
    yield from _rank(incident, picture)
    yield _show(incident, picture)


def closed(event: CallClosed, picture: Picture) -> Iterator[Effect]:
    """An incident ends with its last open call."""
    incident = picture.incidents.incidents.get(picture.incidents.by_call.get(key_of(event), ""))
    if incident is None or incident.closed_at is not None:
        return
    calls = picture.calls.calls
    if any(key in calls and calls[key].closed_at is None for key in incident.calls):
        return
    incident.closed_at = event.at
    picture.incidents.open.remove(incident.incident)
    note(incident, picture, "closed")
    yield _show(incident, picture)


def ranked(event: RouteAnswered, picture: Picture) -> Iterator[Effect]:
    name = picture.incidents.routes.pop(event.answers, None)
    incident = picture.incidents.incidents.get(name or "")
    if incident is None or incident.route != event.answers:
        return
    before = [time.unit for time in incident.units]
    incident.units = event.times[:SHOWN_UNITS]
    incident.route = ""
    after = [time.unit for time in incident.units]
    if before and before != after:
        note(incident, picture, f"nearest units now {', '.join(after)}; were {', '.join(before)}")
    yield _show(incident, picture)


def on_findings(event: Event, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """Tie hits to the incidents they passed near."""
    for finding in picture.found:
        if not isinstance(finding, Hit):
            continue
        read = finding.read
        rostered = picture.site.readers.get(picture.site.reader_of.get(read.reader, ""))
        lat = rostered.lat if rostered and rostered.lat is not None else read.lat
        lon = rostered.lon if rostered and rostered.lon is not None else read.lon
        if lat is None or lon is None:
            continue
        for name in picture.incidents.open:
            incident = picture.incidents.incidents[name]
            if _is_near(incident, lat, lon, HIT_NEAR_M) and abs(read.at - incident.last_call_at) < HIT_WITHIN:
                alert = alerting.of_listing(finding.hotlist, finding.listing, picture)
                reader = alerting.reader_name(read, picture)
                incident.hits.append(NearHit(finding.listing.plate, reader, read.at, alert, finding.hotlist))
                del incident.hits[:-MAX_NOTED]
                yield _show(incident, picture)


def tipped(event: Event, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """Stands behind `tips`: an incident that a tip has come to stand beside is shown anew, and says so once."""
    changed: dict[str, None] = {}
    for finding in picture.found:
        if isinstance(finding, Tipped):
            changed[finding.incident] = None
            if finding.tip:
                what = f"tip {finding.tip} may be about this; nobody has checked it"
                incident = picture.incidents.incidents[finding.incident]
                if all(change.what != what for change in incident.changes):
                    note(incident, picture, what)
    for name in changed:
        yield _show(picture.incidents.incidents[name], picture)


def _matching(call: Call, picture: Picture) -> Incident | None:
    """The open incident this call is about: its system's number decides, else the nearest that fits."""
    policy = picture.site.policy
    best: tuple[float, str] | None = None
    for name in picture.incidents.open:
        incident = picture.incidents.incidents[name]
        if len(incident.calls) >= MAX_JOINED:
            continue
        if call.incident and _same_number(call, incident, picture):
            return incident
        if call.lat is None or call.lon is None or incident.lat is None or incident.lon is None:
            continue
        if call.opened_at - incident.last_call_at > policy.incident_join_s * SECOND:
            continue
        if call.kind and incident.kind and call.kind != incident.kind:
            continue
        slack = min((call.uncertainty_m or 0.0) + (incident.uncertainty_m or 0.0), MAX_UNCERTAINTY_M)
        metres = distance_m(call.lat, call.lon, incident.lat, incident.lon)
        if metres <= policy.incident_join_m + slack:
            best = min(best or (metres, name), (metres, name))
    return picture.incidents.incidents[best[1]] if best else None


def _same_number(call: Call, incident: Incident, picture: Picture) -> bool:
    calls = picture.calls.calls
    return any(
        key in calls and calls[key].system == call.system and calls[key].incident == call.incident
        for key in incident.calls
    )


def _open(call: Call, picture: Picture) -> Incident:
    here = picture.incidents
    _make_room(picture)
    incident = Incident(picture.mint("i"), opened_at=call.opened_at)
    here.incidents[incident.incident] = incident
    here.open.append(incident.incident)
    return incident


def _describe(incident: Incident, picture: Picture) -> None:
    """Kind and priority follow what the calls say now; a change of either is told."""
    calls = [picture.calls.calls[key] for key in incident.calls if key in picture.calls.calls]
    kind = next((call.kind for call in calls if call.kind), incident.kind)
    priority = min((call.priority for call in calls if call.priority is not None), default=incident.priority)
    if incident.kind is not None and kind != incident.kind:
        note(incident, picture, f"now {kind}, was {incident.kind}")
    if incident.priority is not None and priority != incident.priority:
        note(incident, picture, f"priority now {priority}, was {incident.priority}")
    incident.kind, incident.priority = kind, priority


def _locate(incident: Incident, call: Call, picture: Picture) -> None:
    """Take the call's place when it is better than the one in hand, or is a correction by the call that gave it."""
    if call.lat is None or call.lon is None:
        return
    ours = incident.uncertainty_m if incident.uncertainty_m is not None else MAX_UNCERTAINTY_M
    theirs = call.uncertainty_m if call.uncertainty_m is not None else MAX_UNCERTAINTY_M
    if incident.lat is not None and incident.lon is not None:
        if theirs >= ours and incident.located_by != call.key:
            return
        metres = distance_m(incident.lat, incident.lon, call.lat, call.lon)
        if metres > RERANK_AFTER_M:
            note(incident, picture, f"location moved {metres:.0f} m, now within {theirs:.0f} m")
    incident.lat, incident.lon, incident.uncertainty_m = call.lat, call.lon, call.uncertainty_m
    incident.located_by = call.key


def _rank(incident: Incident, picture: Picture) -> Iterator[Effect]:
    """Ask for road times of the units near by, once for every place the incident turns out to be at."""
    lat, lon = incident.lat, incident.lon
    if lat is None or lon is None:
        return
    last_lat, last_lon = incident.ranked_lat, incident.ranked_lon
    if last_lat is not None and last_lon is not None and distance_m(last_lat, last_lon, lat, lon) <= RERANK_AFTER_M:
        return
    stands = [
        (distance_m(unit.lat, unit.lon, lat, lon), Stand(unit.unit, unit.lat, unit.lon))
        for unit in picture.units.placed()
        if unit.lat is not None
        and unit.lon is not None
        and unit.status not in SIGNED_OFF
        and not is_stale(unit, picture)
    ]
    if not stands:
        return
    nearest = sorted(stands, key=lambda pair: (pair[0], pair[1].unit))[:ROUTED_CANDIDATES]
    route = Route(id=picture.mint("q"), lat=lat, lon=lon, candidates=tuple(stand for _, stand in nearest))
    incident.ranked_lat, incident.ranked_lon, incident.route = lat, lon, route.id
    picture.incidents.routes[route.id] = incident.incident
    yield route


def _is_near(incident: Incident, lat: float, lon: float, within_m: float) -> bool:
    if incident.lat is None or incident.lon is None:
        return False
    return distance_m(incident.lat, incident.lon, lat, lon) <= within_m


def _number(call: Call) -> str:
    """As its dispatchers say it, where they do."""
    return f"{call.incident or call.call} of {call.system}"


def note(incident: Incident, picture: Picture, what: str) -> None:
    """What has become of an incident, in words, for whoever looks at it."""
    incident.changes.append(Change(picture.now, what))
    del incident.changes[:-MAX_NOTED]


def _show(incident: Incident, picture: Picture) -> Notify:
    incident.revision += 1
    return Notify(
        id=picture.mint("n"),
        topic="incident",
        subject=incident.incident,
        revision=incident.revision,
        headline=incident.kind or "incident",
    )


def _make_room(picture: Picture) -> None:
    """Forget incidents that ended long ago, and the oldest when there are too many."""
    here = picture.incidents
    for name in list(here.incidents):
        incident = here.incidents[name]
        ended_long_ago = incident.closed_at is not None and picture.now - incident.closed_at > KEEP_CLOSED
        if not ended_long_ago and len(here.incidents) < MAX_INCIDENTS:
            return
        del here.incidents[name]
        if name in here.open:
            here.open.remove(name)
        for key in incident.calls:
            here.by_call.pop(key, None)
