"""What is left of a frame for an audience.

Knows: which fields of a view another agency is shown, and that what comes of a withheld list is shown to nobody whom it
is kept from.
Refuses to know: who belongs to which audience (see core/audiences.py).

What another agency is left of a unit, an alert or an incident is made by naming what is shown, not what is hidden: a
field that is added to a view is not theirs until somebody says so here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import structs

from center.api import incident_views, unit_views, views
from center.api.board import Frame
from center.core.audiences import KINDS, Audience

UNKNOWN = "unknown"
_Gone: TypeAlias = dict[str, list[str]]


def to(audience: Audience, frame: Frame) -> Frame:
    """The frame as that audience is shown it."""
    hidden = {kind: () for kind in KINDS if kind not in audience.kinds}
    gone = {kind: names for kind, names in frame.gone.items() if kind in audience.kinds}
    left = structs.replace(frame, **hidden, gone=gone) if hidden else frame
    if not audience.agency:
        theirs = left.unshared or left.addressed or left.spoken
        left = structs.replace(left, unshared=(), addressed=(), spoken=()) if theirs else left
        return left.without(audience.withheld)
    incidents = tuple(_incident(one, audience.agency) for one in left.incidents if audience.agency in one.shared)
    return Frame(
        type=frame.type,
        position=frame.position,
        now=frame.now,
        units=tuple(_unit(one, audience.agency) for one in left.units),
        aircraft=tuple(_aircraft(one) for one in left.aircraft),
        alerts=tuple(_alert(one) for one in left.alerts if audience.is_shown(one.hotlist)),
        incidents=incidents,
        gone=_gone(gone, frame.unshared, audience.agency, [one.incident for one in incidents]),
        anew=tuple(what for what, whose in _told(frame) if audience.agency in whose),
    )


def _told(frame: Frame) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What another agency's people are asked to ask for anew, and which agencies'."""
    return ("messages", frame.spoken), ("bulletins", frame.addressed)


def _gone(gone: Mapping[str, list[str]], unshared: Sequence[str], agency: str, there: Sequence[str]) -> _Gone:
    """Aircraft, and what was taken back from this agency and not shared with it again since."""
    left = {kind: names for kind, names in gone.items() if kind == "aircraft"}
    back = [incident for incident, _, of in (one.rpartition("/") for one in unshared) if of == agency]
    back = [incident for incident in back if incident not in there]
    return left | ({"incidents": back} if back else {})


def _unit(it: unit_views.UnitView, agency: str) -> unit_views.UnitView:
    """One's own in full; of another's where it is and whether that is old."""
    if it.agency == agency:
        return structs.replace(it, own=True, media=False, clips=())
    return unit_views.UnitView(
        unit=it.unit,
        agency=it.agency,
        own=False,
        status=UNKNOWN,
        at=it.at,
        lat=it.lat,
        lon=it.lon,
        speed_mps=it.speed_mps,
        course_deg=it.course_deg,
        seen=it.seen,
        stale=it.stale,
    )


def _aircraft(it: unit_views.AircraftView) -> unit_views.AircraftView:
    """What it tells everybody by radio; not whose it is."""
    return structs.replace(it, name=None, own=False)


def _alert(it: views.AlertView) -> views.AlertView:
    """The car, where it was read and what was listed: not what the room did about it, whom it told, and no pictures."""
    return views.AlertView(
        alert=it.alert,
        kind=it.kind,
        state=it.state,
        subject=it.subject,
        headline=it.headline,
        at=it.at,
        hotlist=it.hotlist,
        lead=it.lead,
        read=_read(it.read) if it.read else None,
        listing=it.listing,
        differs=it.differs,
        likely=it.likely,
        reads=tuple(_read(one) for one in it.reads),
        reads_in_all=it.reads_in_all,
        next=it.next,
        disposition=it.disposition,
    )


def _read(it: views.ReadView) -> views.ReadView:
    return structs.replace(it, crop=None, frame=None)


def _incident(it: incident_views.IncidentView, agency: str) -> incident_views.IncidentView:
    """What it is, where, and whether it goes on: no caller's words, no plates, no cameras, no clips, no tips, and not
    with whom else it is shared."""
    return incident_views.IncidentView(
        incident=it.incident,
        opened_at=it.opened_at,
        state=it.state,
        kind=it.kind,
        priority=it.priority,
        lat=it.lat,
        lon=it.lon,
        uncertainty_m=it.uncertainty_m,
        address=it.address,
        shared=(agency,),
    )
