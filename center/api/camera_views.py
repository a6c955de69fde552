"""What operators are shown of cameras.

Knows: the shape of these views, in the words of docs/api.md.
Refuses to know: addresses and tokens. Who watches is everybody's to see; for which event is the audit trail's, for not
everybody may know of every event.
"""

from __future__ import annotations

from center.api.view import View
from center.core import clips, video
from center.core.clips import Clip
from center.core.correlation import Incident
from center.core.events import Micros
from center.core.occasions import Looking, Offer
from center.core.picture import Picture
from center.core.roster import RosterCamera


class WatchView(View, frozen=True, kw_only=True):
    """Somebody watches, or (`sound`) listens."""

    ticket: str
    operator: str
    reason: str
    since: Micros
    until: Micros
    sound: bool = False


class LookingView(View, frozen=True, kw_only=True):
    """Where an aircraft's camera looks: the outline of its picture on the ground."""

    at: Micros
    lat: float | None = None
    lon: float | None = None
    corners: tuple[tuple[float, float], ...] = ()


class CameraView(View, frozen=True, kw_only=True):
    """A riding camera has no place of its own: its unit or aircraft has. `open`: whether this center may watch it at
    all."""

    camera: str
    kind: str
    name: str
    agency: str
    open: bool = False
    unit: str | None = None
    lat: float | None = None
    lon: float | None = None
    heading_deg: float | None = None
    view_deg: float | None = None
    range_m: float | None = None
    owner: str | None = None
    consent: str = "always"
    state: str = "idle"
    since: Micros | None = None
    why: str = ""
    looking: LookingView | None = None
    watched: tuple[WatchView, ...] = ()


class OfferView(View, frozen=True, kw_only=True):
    camera: str
    how: str
    metres: float


class ClipView(View, frozen=True, kw_only=True):
    clip: str
    camera: str
    operator: str
    reason: str
    state: str
    start: Micros
    end: Micros
    size: int = 0
    sha256: str = ""
    trouble: str = ""


def camera(it: RosterCamera, picture: Picture) -> CameraView:
    now = picture.video.cameras.get(it.camera)
    agency = picture.site.agencies.get(it.agency)
    return CameraView(
        camera=it.camera,
        kind=it.kind,
        name=it.name or it.camera,
        agency=it.agency,
        open=it.connected and it.consent != "never" and agency is not None and agency.own,
        unit=it.unit,
        lat=it.lat,
        lon=it.lon,
        heading_deg=it.heading_deg,
        view_deg=it.view_deg,
        range_m=it.range_m,
        owner=it.owner,
        consent=it.consent,
        state=now.state if now else "idle",
        since=now.since if now else None,
        why=now.why if now else "",
        looking=_looking(now.looking) if now and now.looking else None,
        watched=tuple(
            WatchView(
                ticket=ticket.ticket,
                operator=ticket.operator,
                reason=ticket.reason,
                since=ticket.opened_at,
                until=ticket.until,
                sound=ticket.sound,
            )
            for ticket in video.watchers(it.camera, picture)
        ),
    )


def _looking(it: Looking) -> LookingView:
    return LookingView(at=it.at, lat=it.lat, lon=it.lon, corners=it.corners)


def offer(it: Offer) -> OfferView:
    return OfferView(camera=it.camera, how=it.how, metres=it.metres)


def offers(it: Incident, picture: Picture) -> tuple[OfferView, ...]:
    return tuple(map(offer, picture.offers.of.get(it.incident, ())))


def kept(it: Incident, picture: Picture) -> tuple[ClipView, ...]:
    return tuple(map(_clip, clips.of_incident(it.incident, picture)))


def _clip(it: Clip) -> ClipView:
    return ClipView(
        clip=it.clip,
        camera=it.camera,
        operator=it.operator,
        reason=it.reason,
        state=it.state,
        start=it.start,
        end=it.end,
        size=it.size,
        sha256=it.sha256,
        trouble=it.trouble,
    )
