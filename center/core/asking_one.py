"""Asking the owner of one camera to share it for one incident, and ending that.

Knows: when an ask begins, what a yes opens, and what ends it: its time, the incident, the owner, the room, the roster.
Refuses to know: how an owner is reached, and why one has not answered. A no takes the question off the owner's list and
changes nothing that anybody in the room can see.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from center.core import called, correlation
from center.core.community_facts import LiveShared
from center.core.effects import AskOwners, Audit, Effect, Notify, Reply, WakeAt, Withdraw
from center.core.events import MINUTE, CallClosed, Micros, OperatorActed, SiteLoaded, Woke
from center.core.findings import Granted, SharingEnded, Tipped
from center.core.permissions import ACTIVE, LEAST, MOST, Permission, drop, owner_of

if TYPE_CHECKING:
    from center.core.picture import Picture

ASK, UNASK = "owner.ask", "owner.unask"
MAX_ASKS = 2_000
MAX_WORDS = 300


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Ask, or ask no more, once the door has let the person through."""
    if event.act not in (ASK, UNASK) or not any(isinstance(found, Granted) for found in picture.found):
        return
    if event.act == ASK:
        yield from _ask(event, picture)
        return
    ask = picture.permissions.asks.get(event.subject)
    if ask is None or ask.state not in ACTIVE:
        why = "it is over already" if ask else f"nobody is asked by {event.subject}"
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why, late=ask is not None)
        return
    yield from _end(ask, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def _ask(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    camera = picture.site.cameras[event.subject]
    owner, minutes = owner_of(camera, picture), event.details.get("minutes", "")
    lasts = int(minutes) * MINUTE if minutes.isascii() and minutes.isdigit() and len(minutes) < 6 else 0
    if owner is None or not LEAST <= lasts <= MOST:
        why = f"a camera is asked for {LEAST // MINUTE} minutes to {MOST // MINUTE // 60} hours"
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    yield from _make_room(picture)
    known, until = picture.incidents, Micros(picture.now + lasts)
    ask = Permission(
        ask=picture.mint("y"),
        camera=camera.camera,
        owner=owner.owner,
        incident=known.by_call.get(event.case or "", event.case or ""),
        operator=event.operator,
        reason=event.reason or "",
        asked_at=picture.now,
        until=until,
        words=event.details.get("words", "").strip()[:MAX_WORDS],
    )
    asking = AskOwners(
        id=picture.mint("o"),
        request=ask.ask,
        owners=(owner.owner,),
        lat=owner.lat,
        lon=owner.lon,
        radius_m=0.0,
        start=picture.now,
        end=until,
        until=until,
        words=ask.words,
        live=True,
        camera=camera.name or camera.camera,
    )
    timer = WakeAt(id=picture.mint("w"), when=until)
    ask.asking, ask.timer = asking.id, timer.id
    picture.permissions.asks[ask.ask] = ask
    picture.permissions.of.setdefault(ask.camera, []).append(ask.ask)
    picture.permissions.timers[timer.id] = ask.ask
    yield asking
    yield timer
    yield _shown(ask, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=ask.ask)


def answered(event: LiveShared, picture: Picture) -> Iterator[Effect]:
    """An owner shares the camera, or not, or no longer."""
    ask = picture.permissions.asks.get(event.request)
    if ask is None or ask.owner != event.owner or ask.state not in ACTIVE or not ask.asking:
        return
    if event.shares and ask.state == "asked":
        ask.state, ask.shared_at = "shared", picture.now
        yield _line(ask, "owner.shared", ask.owner, picture)
        _note(ask, "shared for this by its owner", picture)
        yield _shown(ask, picture)
    elif not event.shares and ask.state == "shared":
        yield from _end(ask, picture)
    elif not event.shares:
        yield Withdraw(id=picture.mint("x"), request=ask.asking)
        ask.asking = ""


def woke(event: Woke, picture: Picture) -> Iterator[Effect]:
    ask = picture.permissions.asks.get(picture.permissions.timers.get(event.answers, ""))
    if ask is not None:
        yield from _end(ask, picture, woken=True)


def closed(event: CallClosed, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """Stands behind `correlation.closed`: what it was asked for is over."""
    known = picture.incidents.incidents
    for ask in _active(picture):
        if ask.incident not in known or known[ask.incident].closed_at is not None:
            yield from _end(ask, picture)


def site_loaded(event: SiteLoaded, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """A camera that has gone, or whose owner wants to be asked no more."""
    for ask in _active(picture):
        camera = picture.site.cameras.get(ask.camera)
        owner = owner_of(camera, picture) if camera else None
        if owner is None or owner.owner != ask.owner:
            yield from _end(ask, picture)


def _active(picture: Picture) -> list[Permission]:
    return [one for one in picture.permissions.asks.values() if one.state in ACTIVE]


def _end(ask: Permission, picture: Picture, *, woken: bool = False) -> Iterator[Effect]:
    was_shared = ask.state == "shared"
    ask.state, ask.over_at = "over", picture.now
    picture.permissions.timers.pop(ask.timer, None)
    if not woken:
        yield Withdraw(id=picture.mint("x"), request=ask.timer)
    if ask.asking:
        yield Withdraw(id=picture.mint("x"), request=ask.asking)
        ask.asking = ""
    if was_shared:
        yield _line(ask, "owner.over", "center", picture)
        _note(ask, "no longer shared for this", picture)
        picture.found.append(SharingEnded(ask.camera))
    yield _shown(ask, picture)


def _make_room(picture: Picture) -> Iterator[Effect]:
    here = picture.permissions.asks
    while len(here) >= MAX_ASKS:
        oldest = here[next(iter(here))]
        if oldest.state in ACTIVE:
            yield from _end(oldest, picture)
        drop(oldest.ask, picture.permissions)


def _note(ask: Permission, what: str, picture: Picture) -> None:
    """The incident says so, and is shown anew by `correlation.tipped`."""
    incident = picture.incidents.incidents.get(ask.incident)
    if incident is not None:
        correlation.note(incident, picture, f"camera {called.camera(ask.camera, picture)} {what}")
        picture.found.append(Tipped(ask.incident, ""))


def _line(ask: Permission, act: str, who: str, picture: Picture) -> Audit:
    return Audit(
        id=picture.mint("u"),
        at=picture.now,
        operator=who,
        act=act,
        subject=ask.camera,
        granted=True,
        reason=ask.reason,
        case=ask.incident,
    )


def _shown(ask: Permission, picture: Picture) -> Notify:
    revision = picture.position
    return Notify(id=picture.mint("n"), topic="camera", subject=ask.camera, revision=revision, headline=ask.camera)
