"""Who may see or hear through which camera, why, and for how long.

Knows: the state of every camera that has said anything, and every ticket in force: who, which camera, for what reason
and which event, until when.
Refuses to know: pictures, addresses and secrets. A ticket is a promise; the relay keeps it (see hands).

A ticket ends by itself. Asking again for a camera one is watching renews the ticket, with the new reason. Whoever
listens is shown as listening, in the room and on the unit's terminal: that is not left to the listener.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from center.core import asking, heard, permissions
from center.core.camera_events import CameraChanged, CameraLooked, StreamChanged, VideoRefused
from center.core.effects import Audit, CloseVideo, Effect, Heard, Notify, OpenVideo, Reply, WakeAt, Withdraw
from center.core.events import SECOND, CallClosed, Event, Micros, OperatorActed, SiteLoaded, Woke
from center.core.findings import Granted, ListeningBegan, ListeningEnded, SharingEnded
from center.core.occasions import Looking, is_live, place_of
from center.core.session_events import SessionChanged

if TYPE_CHECKING:
    from center.core.picture import Picture
    from center.core.roster import RosterCamera

WATCH, LISTEN = "camera.watch", "camera.listen"
EQUIPMENT, EQUIPMENT_S = "equipment", 60
REASONS = ("call", "alert", "stop", EQUIPMENT)
"""Why one may look: something is going on, which `case` names; or a supervisor sees whether the camera works."""
HEARING = ("microphone", "dash", "body", "back-seat")
"""Kinds of camera that may carry sound of an own unit. No other is ever listened to."""
MAX_CAMERAS_HEARD = 5_000
MAX_TICKETS = 500


class CameraNow(msgspec.Struct, gc=False):
    """`state` is idle (nobody watches), live, stale (the picture does not change any more) or offline, `since` when;
    `pictured_at` when the last fresh picture came, where that is known. `looking`: what an aircraft's camera shows."""

    state: str = "idle"
    since: Micros = Micros(0)
    why: str = ""
    pictured_at: Micros | None = None
    looking: Looking | None = None
    revision: int = 0


class Ticket(msgspec.Struct, gc=False):
    """One person's right to one camera. `sound`: to its sound, and not to its picture. `opening` and `timer` are the
    requests that keep it."""

    ticket: str
    camera: str
    operator: str
    sound: bool
    reason: str
    case: str
    opened_at: Micros
    until: Micros
    opening: str
    timer: str


class VideoSlice(msgspec.Struct):
    """Cameras by id; tickets in force by id, oldest first; `timers` by the request that ends them; `heard`: when there
    were tickets to listen, as they ended."""

    cameras: dict[str, CameraNow] = {}
    tickets: dict[str, Ticket] = {}
    timers: dict[str, str] = {}
    heard: list[Heard] = []


def watchers(camera: str, picture: Picture) -> list[Ticket]:
    """The tickets in force for a camera, oldest first."""
    return [ticket for ticket in picture.video.tickets.values() if ticket.camera == camera]


# --- the door ---------------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """Somebody wants to use a camera."""

    operator: str
    role: str
    act: str
    camera: str
    reason: str | None
    case: str | None


def objection(asked: Asked, picture: Picture) -> str:
    """Why the door must not let an act about a camera through; empty when it may. Whose camera it is comes first: of a
    partner's nothing else is even asked."""
    camera = picture.site.cameras.get(asked.camera)
    if camera is None or not asking.is_shown(camera, picture):
        return f"there is no camera {asked.camera}"
    agency = picture.site.agencies.get(camera.agency)
    if agency is None or not agency.own:
        return f"{camera.camera} is a camera of {camera.agency}: its picture and sound are not ours"
    if asked.act == "clip.keep":
        on_request = camera.consent == "on-request"
        return (consent_objection(camera, asked.case or "", picture) if on_request else "") or _unusable(camera)
    return (
        _wrong_sense(camera, asked, picture)
        or _no_occasion(asked, picture)
        or consent_objection(camera, asked.case or "", picture)
        or _unusable(camera)
        or _too_many(asked, picture)
    )


def _wrong_sense(camera: RosterCamera, asked: Asked, picture: Picture) -> str:
    if asked.act == WATCH:
        return f"{camera.camera} is a microphone: there is nothing to see" if camera.kind == "microphone" else ""
    unit = camera.unit or ""
    if camera.kind not in HEARING or not picture.site.is_own(unit):
        return f"{camera.camera} is not in an own unit: nobody is listened to anywhere else"
    if not picture.site.units[unit].terminal:
        return f"{unit} has no terminal that could show that it is listened to"
    return ""


def _no_occasion(asked: Asked, picture: Picture) -> str:
    if asked.reason not in REASONS:
        return f"the reason must be one of {', '.join(REASONS)}"
    if asked.reason == EQUIPMENT:
        if asked.role == "supervisor" and asked.act == WATCH:
            return ""
        return "only a supervisor tries whether a camera works" if asked.act == WATCH else "nobody listens to try it"
    if not asked.case:
        return f"which {asked.reason} is it? its number must be given"
    return "" if is_live(asked.reason, asked.case, picture) else f"there is no {asked.reason} {asked.case} going on"


def consent_objection(camera: RosterCamera, case: str, picture: Picture) -> str:
    """What the owner has not agreed to."""
    if camera.consent == "always":
        return ""
    if camera.consent == "asked":
        return "" if asking.shared_for(camera.camera, case, picture) else f"there is no camera {camera.camera}"
    if permissions.holds(camera.camera, case, picture):
        return ""
    owner = camera.owner or "its owner"
    if camera.consent == "on-request":
        return f"{camera.camera} is open only for a call for which {owner} shares it"
    if camera.consent == "never":
        return f"{owner} does not share {camera.camera}: it is only known to be there"
    place = place_of(case, picture)
    if place is None:
        return f"{owner} shares {camera.camera} only while something is going on near it"
    if camera.lat is None or camera.lon is None or not place.is_within(picture.site.policy.consent_m, camera):
        return f"{case} is too far from {camera.camera} for what {owner} has agreed to"
    if picture.now - place.at > picture.site.policy.consent_s * SECOND:
        return f"{case} is too long ago for what {owner} has agreed to"
    return ""


def _unusable(camera: RosterCamera) -> str:
    if camera.connected:
        return ""
    return f"{camera.camera} is not connected; its pictures are to be had from {camera.owner or camera.agency}"


def _too_many(asked: Asked, picture: Picture) -> str:
    if _held(asked.operator, asked.camera, picture, sound=asked.act == LISTEN):
        return ""
    tickets = picture.video.tickets.values()
    mine = [ticket for ticket in tickets if ticket.operator == asked.operator]
    most = picture.site.policy.cameras_each
    if len(mine) >= most:
        return f"{most} cameras are open for you already: close one"
    return f"{MAX_TICKETS} cameras are open in this room already" if len(tickets) >= MAX_TICKETS else ""


# --- acts -------------------------------------------------------------------------------------------------------------


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Open, renew, stop or revoke, once the door has let the operator through."""
    if not event.act.startswith("camera.") or not any(isinstance(f, Granted) for f in picture.found):
        return
    if event.act in (WATCH, LISTEN):
        yield from _open(event, picture)
        return
    ticket = picture.video.tickets.get(event.subject)
    whose = ticket.operator if ticket else ""
    if ticket is None or (event.act == "camera.stop" and whose != event.operator):
        why = f"that is {whose}'s ticket" if ticket else f"there is no ticket {event.subject} any more"
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why, late=ticket is None)
        return
    stopped = event.act == "camera.stop"
    yield from _close(ticket, "stopped" if stopped else f"revoked by {event.operator}: {event.reason}", picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def _open(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    here, policy = picture.video, picture.site.policy
    sound = event.act == LISTEN
    known = _held(event.operator, event.subject, picture, sound=sound)
    seconds = EQUIPMENT_S if event.reason == EQUIPMENT else policy.listen_s if sound else policy.watch_s
    opening = OpenVideo(
        id=picture.mint("v"),
        ticket=known.ticket if known else picture.mint("t"),
        camera=event.subject,
        operator=event.operator,
        sound=sound,
        until=Micros(picture.now + seconds * SECOND),
    )
    timer = WakeAt(id=picture.mint("w"), when=opening.until)
    if known is not None:
        del here.timers[known.timer]
        yield Withdraw(id=picture.mint("x"), request=known.timer)
        yield Withdraw(id=picture.mint("x"), request=known.opening)
    here.tickets[opening.ticket] = Ticket(
        ticket=opening.ticket,
        camera=event.subject,
        operator=event.operator,
        sound=sound,
        reason=event.reason or "",
        case=event.case or "",
        opened_at=known.opened_at if known else picture.now,
        until=opening.until,
        opening=opening.id,
        timer=timer.id,
    )
    here.timers[timer.id] = opening.ticket
    if sound and known is None:
        picture.found.append(ListeningBegan(_unit_of(event.subject, picture), event.operator, event.reason or ""))
    yield opening
    yield timer
    yield from _show(event.subject, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=opening.ticket)


def _held(operator: str, camera: str, picture: Picture, *, sound: bool) -> Ticket | None:
    """The ticket this person has for a camera already: asking again renews it."""
    for ticket in picture.video.tickets.values():
        if (ticket.operator, ticket.camera, ticket.sound) == (operator, camera, sound):
            return ticket
    return None


def _close(ticket: Ticket, why: str, picture: Picture, *, woken: bool = False) -> Iterator[Effect]:
    here = picture.video
    heard.over(ticket, picture)
    del here.tickets[ticket.ticket]
    del here.timers[ticket.timer]
    if ticket.sound and not any(other.sound for other in watchers(ticket.camera, picture)):
        picture.found.append(ListeningEnded(_unit_of(ticket.camera, picture)))
    yield CloseVideo(id=picture.mint("c"), ticket=ticket.ticket, opening=ticket.opening, why=why)
    if not woken:
        yield Withdraw(id=picture.mint("x"), request=ticket.timer)
    yield Audit(
        id=picture.mint("u"),
        at=picture.now,
        operator=ticket.operator,
        act="camera.closed",
        subject=ticket.camera,
        granted=True,
        reason=why,
        case=ticket.case or None,
    )
    yield from _show(ticket.camera, picture)


def _unit_of(camera: str, picture: Picture) -> str:
    rostered = picture.site.cameras.get(camera)
    return (rostered.unit if rostered else None) or camera


# --- what ends a ticket by itself -------------------------------------------------------------------------------------


def woke(event: Woke, picture: Picture) -> Iterator[Effect]:
    ticket = picture.video.tickets.get(picture.video.timers.get(event.answers, ""))
    if ticket is not None:
        yield from _close(ticket, "its time is over", picture, woken=True)


def refused(event: VideoRefused, picture: Picture) -> Iterator[Effect]:
    """The relay cannot keep a promise."""
    for ticket in list(picture.video.tickets.values()):
        if ticket.opening == event.answers:
            yield from _close(ticket, event.why, picture)


def call_closed(event: CallClosed, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """An owner who shares a camera while something goes on near it has it back when that is over."""
    for ticket in list(picture.video.tickets.values()):
        camera = picture.site.cameras[ticket.camera]
        if camera.consent in permissions.ASKABLE and not is_live(ticket.reason, ticket.case, picture):
            yield from _close(ticket, "what it was shared for is over", picture)


def session_ended(event: SessionChanged, picture: Picture) -> Iterator[Effect]:
    """Who has gone, or was sent away, sees and hears nothing any longer: a ticket opens a door of its own."""
    if event.cameras_close:
        for ticket in [one for one in picture.video.tickets.values() if one.operator == event.operator]:
            yield from _close(ticket, "the session has ended", picture)


def unshared(event: Event, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """What an owner shared for a while, nobody sees any longer for whom there is no other consent."""
    for finding in tuple(picture.found):
        if isinstance(finding, SharingEnded):
            camera = picture.site.cameras.get(finding.camera)
            for ticket in watchers(finding.camera, picture):
                if camera is None or consent_objection(camera, ticket.case, picture):
                    yield from _close(ticket, "its owner shares it no more", picture)


def site_loaded(event: SiteLoaded, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """A camera that left the roster, or that its owner shares no more, is seen no more."""
    site = picture.site
    for name in [name for name in picture.video.cameras if name not in site.cameras]:
        del picture.video.cameras[name]
    for ticket in list(picture.video.tickets.values()):
        camera = site.cameras.get(ticket.camera)
        agency = site.agencies.get(camera.agency) if camera else None
        if camera is None or not camera.connected or camera.consent == "never" or agency is None or not agency.own:
            yield from _close(ticket, "the camera is not ours to watch any more", picture)
        elif ticket.operator not in site.operators:
            yield from _close(ticket, f"{ticket.operator} does not work here any more", picture)


# --- what cameras say -------------------------------------------------------------------------------------------------


def camera_changed(event: CameraChanged, picture: Picture) -> Iterator[Effect]:
    now = _now_of(event.camera, picture)
    if now is None:
        return
    now.state, now.why = event.state, event.why
    now.since = event.since if event.since is not None else event.at
    now.pictured_at = event.pictured_at
    yield from _show(event.camera, picture)


def stream_changed(event: StreamChanged, picture: Picture) -> Iterator[Effect]:
    """What a ticket allows and what was really sent are two things; the trail has both."""
    yield Audit(
        id=picture.mint("u"),
        at=picture.now,
        operator=event.operator,
        act="camera.stream",
        subject=event.camera or event.ticket,
        granted=event.what != "refused",
        why=event.why if event.what == "refused" else "",
        reason=" ".join(filter(None, (event.what, event.why))) if event.what != "refused" else None,
        case=event.ticket or None,
    )


def camera_looked(event: CameraLooked, picture: Picture) -> Iterator[Effect]:
    now = _now_of(event.camera, picture)
    if now is None:
        return
    now.looking = Looking(event.at, event.lat, event.lon, event.corners, event.camera_lat, event.camera_lon)
    yield from _show(event.camera, picture)


def _now_of(camera: str, picture: Picture) -> CameraNow | None:
    """What is known of a rostered camera; None for one that is on no roster."""
    if camera not in picture.site.cameras or len(picture.video.cameras) >= MAX_CAMERAS_HEARD:
        return picture.video.cameras.get(camera)
    return picture.video.cameras.setdefault(camera, CameraNow())


def _show(camera: str, picture: Picture) -> Iterator[Effect]:
    now = _now_of(camera, picture)
    if now is not None:
        now.revision += 1
        yield Notify(id=picture.mint("n"), topic="camera", subject=camera, revision=now.revision, headline=camera)
