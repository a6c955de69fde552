"""What operators are shown of cameras.

Knows: the shape of these views, in the words of docs/api.md.
Refuses to know: addresses and tokens. Who watches is everybody's to see; for which event is the audit trail's, for not
everybody may know of every event.
"""

from __future__ import annotations

from center.api.view import View
from center.core import clips, permissions, video
from center.core.asking import is_shown
from center.core.clips import Clip
from center.core.correlation import Incident
from center.core.events import Micros
from center.core.occasions import Looking, Offer
from center.core.permissions import Permission
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
    """Where an aircraft's camera looks: the outline of its picture on the ground, its middle, and where the camera
    is."""

    at: Micros
    lat: float | None = None
    lon: float | None = None
    corners: tuple[tuple[float, float], ...] = ()
    camera_lat: float | None = None
    camera_lon: float | None = None


class AskView(View, frozen=True, kw_only=True):
    """Its owner is asked to share it for one incident: `state` is asked (whatever they have said, or not), shared since
    `shared_at`, or over."""

    ask: str
    incident: str
    operator: str
    reason: str
    at: Micros
    until: Micros
    state: str
    shared_at: Micros | None = None
    over_at: Micros | None = None


class CameraView(View, frozen=True, kw_only=True):
    """A riding camera has no place of its own: its unit or aircraft has. `open`: whether this center may watch it at
    all; `remembers`: whether it keeps what was before by itself; `askable`: whether its owner can be asked to share it
    for an incident, `asks` the last of that."""

    camera: str
    kind: str
    name: str
    agency: str
    open: bool = False
    remembers: bool = False
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
    askable: bool = False
    asks: tuple[AskView, ...] = ()


class OfferView(View, frozen=True, kw_only=True):
    camera: str
    how: str
    metres: float


class ClipView(View, frozen=True, kw_only=True):
    """`incident` is what it is evidence of: an incident, or a stop or a unit; `by_rule`: no person had it kept."""

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
    incident: str = ""
    by_rule: bool = False


ASKS_SHOWN = 6
CLIPS_SHOWN = 6
"""Of a unit's cameras, beside the unit."""


def cameras(picture: Picture) -> tuple[CameraView, ...]:
    """Every camera that the room may know of."""
    return tuple(camera(it, picture) for it in picture.site.cameras.values() if is_shown(it, picture))


def camera(it: RosterCamera, picture: Picture) -> CameraView:
    now = picture.video.cameras.get(it.camera)
    agency = picture.site.agencies.get(it.agency)
    return CameraView(
        camera=it.camera,
        kind=it.kind,
        name=it.name or it.camera,
        agency=it.agency,
        open=it.connected and it.consent != "never" and agency is not None and agency.own,
        remembers=it.remembers,
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
        askable=permissions.owner_of(it, picture) is not None,
        asks=tuple(_ask(one) for one in permissions.of(it.camera, picture)[-ASKS_SHOWN:]),
    )


def _ask(it: Permission) -> AskView:
    return AskView(
        ask=it.ask,
        incident=it.incident,
        operator=it.operator,
        reason=it.reason,
        at=it.asked_at,
        until=it.until,
        state=it.state,
        shared_at=it.shared_at,
        over_at=it.over_at,
    )


def _looking(it: Looking) -> LookingView:
    return LookingView(
        at=it.at, lat=it.lat, lon=it.lon, corners=it.corners, camera_lat=it.camera_lat, camera_lon=it.camera_lon
    )


def offer(it: Offer) -> OfferView:
    return OfferView(camera=it.camera, how=it.how, metres=it.metres)


def offers(it: Incident, picture: Picture) -> tuple[OfferView, ...]:
    return tuple(map(offer, picture.offers.of.get(it.incident, ())))


def kept(it: Incident, picture: Picture) -> tuple[ClipView, ...]:
    return tuple(map(_clip, clips.of_incident(it.incident, picture)))


def kept_on(unit: str, picture: Picture) -> tuple[ClipView, ...]:
    """The last clips of a unit's cameras, the newest first."""
    names = picture.clips.on.get(unit, ())[-CLIPS_SHOWN:]
    return tuple(_clip(picture.clips.clips[name]) for name in reversed(names))


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
        incident=it.incident,
        by_rule=clips.is_by_rule(it),
    )
