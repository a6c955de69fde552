"""Asking owners of community cameras, and letting what they send through to the room.

Knows: when a request begins and ends, how often an owner may be asked, that a clip waits until a moderator who did not
ask for it has decided, and how long anything is kept.
Refuses to know: pictures, how owners are reached, and who among them has not answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from center.core import alerting, called, clips
from center.core.asking import (
    CLIPS_A_REQUEST,
    CLIPS_EACH,
    CLOCK_RIGHT,
    LEAST_M,
    MAX_CORNERS,
    MAX_REQUESTS,
    MAX_SPAN,
    MOST_M,
    CommunityRequest,
    OfferedClip,
    Shared,
    Wanted,
)
from center.core.community_facts import ClipOffered, LiveShared
from center.core.effects import AskOwners, DropClip, Effect, Notify, ReleaseClip, Reply, WakeAt, Withdraw
from center.core.events import DAY, HOUR, MINUTE, SECOND, Micros, OperatorActed, SiteLoaded, Woke
from center.core.findings import Granted, SharingEnded
from center.core.geo import distance_m

if TYPE_CHECKING:
    from center.core.picture import Picture

LEAST_OPEN, MOST_OPEN, LIVE_OPEN = 5 * MINUTE, 7 * DAY, HOUR
CLIPS = "community-clips"
MAX_WORDS = 300
WEEK = 7 * DAY


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Ask, stop asking, approve or reject, once the door has let the person through."""
    if not event.act.startswith("community.") or not any(isinstance(f, Granted) for f in picture.found):
        return
    if event.act == "community.request":
        yield from _request(event, picture)
    elif event.act == "community.close":
        yield from _stop(event, picture)
    elif event.act in ("community.approve", "community.reject"):
        yield from _decide(event, picture)


# --- asking -----------------------------------------------------------------------------------------------------------


def _request(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """The answer is the same whether anybody was asked or not: a refusal for want of owners would say who is one."""
    details = event.details
    live = details.get("live") == "yes"
    wanted = _wanted(details)
    open_us = _whole(details.get("open_s", "")) * SECOND
    why = _wrong(wanted, open_us, picture, live=live)
    if why or wanted is None:
        yield _refuse(event, why or "the area or the time cannot be read", picture)
        return
    if live:
        open_us = min(open_us, LIVE_OPEN)
    here = picture.community
    yield from _make_room(picture)
    until = Micros(picture.now + open_us)
    made = CommunityRequest(
        request=picture.mint("y"),
        incident=event.subject,
        operator=event.operator,
        reason=event.reason or "",
        wanted=wanted,
        opened_at=picture.now,
        until=until,
        words=details.get("words", "").strip()[:MAX_WORDS],
        live=live,
    )
    asking = AskOwners(
        id=picture.mint("o"),
        request=made.request,
        owners=_to_ask(made, picture),
        lat=wanted.lat,
        lon=wanted.lon,
        radius_m=wanted.radius_m,
        start=wanted.start,
        end=wanted.end,
        until=until,
        corners=wanted.corners,
        words=made.words,
        live=live,
    )
    made.asking = asking.id
    here.requests[made.request] = made
    yield asking
    yield _wake(made, until, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=made.request)


def _to_ask(made: CommunityRequest, picture: Picture) -> tuple[str, ...]:
    """Owners in the area who have not been asked too often, and may be asked once more from now on."""
    here, site = picture.community, picture.site
    for name in list(here.asked):
        here.asked[name] = [at for at in here.asked[name] if picture.now - at < WEEK]
        if not here.asked[name] or name not in site.owners:
            del here.asked[name]
    chosen = []
    for owner in site.owners.values():
        camera = site.cameras.get(owner.camera)
        if made.live and (camera is None or camera.consent != "asked"):
            continue
        times = here.asked.get(owner.owner, ())
        if made.wanted.holds(owner.lat, owner.lon) and len(times) < site.policy.asked_a_week:
            here.asked[owner.owner] = [*times, picture.now]
            chosen.append(owner.owner)
    return tuple(chosen)


def _wanted(details: dict[str, str]) -> Wanted | None:
    """The area and time as they stand in an act's details, which hold words; None for what is none."""
    try:
        corners = tuple((float(lat), float(lon)) for lat, lon in _pairs(details.get("corners", "")))
        start, end = _whole(details.get("start", "")), _whole(details.get("end", ""))
        if corners:
            lat = sum(corner[0] for corner in corners) / len(corners)
            lon = sum(corner[1] for corner in corners) / len(corners)
            radius_m = max(distance_m(lat, lon, *corner) for corner in corners)
        else:
            lat, lon, radius_m = (float(details.get(name, "")) for name in ("lat", "lon", "radius_m"))
    except ValueError:
        return None
    return Wanted(lat, lon, radius_m, Micros(start), Micros(end), corners)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for corner in text.split():
        lat, _, lon = corner.partition(",")
        yield lat, lon


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _wrong(wanted: Wanted | None, open_us: int, picture: Picture, *, live: bool) -> str:
    """What is asked that may not be; a number that is none is not within any limits."""
    if wanted is None:
        return ""
    if not (abs(wanted.lat) <= 90 and abs(wanted.lon) <= 180):
        return "the area is not on earth"
    if wanted.corners and not 3 <= len(wanted.corners) <= MAX_CORNERS:
        return f"an outline has 3 to {MAX_CORNERS} corners"
    if not LEAST_M <= wanted.radius_m <= MOST_M:
        return f"an area is {LEAST_M:.0f} m to {MOST_M:.0f} m from its middle to its edge"
    if not LEAST_OPEN <= open_us <= MOST_OPEN:
        return f"a request is open for {LEAST_OPEN // MINUTE} minutes to {MOST_OPEN // DAY} days"
    if live:
        return ""
    if not 0 < wanted.start < wanted.end:
        return "the time asked for ends after it begins"
    if wanted.end - wanted.start > MAX_SPAN:
        return f"at most {MAX_SPAN // HOUR} hours of video are asked for at once"
    return "what has not happened yet was filmed by nobody" if wanted.start >= picture.now else ""


def _stop(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    made = picture.community.requests.get(event.subject)
    if made is None or made.state != "open":
        yield _refuse(event, f"there is no open request {event.subject}", picture, late=made is not None)
        return
    yield Withdraw(id=picture.mint("x"), request=made.timer)
    picture.community.timers.pop(made.timer, None)
    yield from _over(made, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def woke(event: Woke, picture: Picture) -> Iterator[Effect]:
    """A request ends; later it is forgotten, with every clip that nobody has decided about."""
    made = picture.community.requests.get(picture.community.timers.pop(event.answers, ""))
    if made is None:
        return
    if made.state == "open":
        yield from _over(made, picture)
    else:
        yield from _forget(made, picture)


def _over(made: CommunityRequest, picture: Picture) -> Iterator[Effect]:
    made.state, made.over_at = "over", picture.now
    yield Withdraw(id=picture.mint("x"), request=made.asking)
    for camera in [name for name, shared in picture.community.live.items() if shared.request == made.request]:
        del picture.community.live[camera]
        picture.found.append(SharingEnded(camera))
        yield _changed(camera, picture)
    yield _wake(made, Micros(picture.now + picture.site.policy.unseen_days * DAY), picture)


def _forget(made: CommunityRequest, picture: Picture) -> Iterator[Effect]:
    """What has become evidence stays with its incident."""
    here = picture.community
    for name in here.of.pop(made.request, ()):
        gone = here.offered.pop(name)
        if gone.state == "waiting":
            yield DropClip(id=picture.mint("z"), file=gone.file)
    del here.requests[made.request]
    yield from alerting.over(f"{CLIPS}/{made.request}", picture, "nobody decided in time")


def _make_room(picture: Picture) -> Iterator[Effect]:
    here = picture.community
    while len(here.requests) >= MAX_REQUESTS:
        oldest = here.requests[next(iter(here.requests))]
        here.timers.pop(oldest.timer, None)
        yield Withdraw(id=picture.mint("x"), request=oldest.timer)
        if oldest.state == "open":
            yield from _over(oldest, picture)
            here.timers.pop(oldest.timer, None)
            yield Withdraw(id=picture.mint("x"), request=oldest.timer)
        yield from _forget(oldest, picture)


def _wake(made: CommunityRequest, when: Micros, picture: Picture) -> WakeAt:
    timer = WakeAt(id=picture.mint("w"), when=when)
    made.timer = timer.id
    picture.community.timers[timer.id] = made.request
    return timer


# --- what comes -------------------------------------------------------------------------------------------------------


def offered(event: ClipOffered, picture: Picture) -> Iterator[Effect]:
    """A clip has come into quarantine. What nobody waits for any more, or too much of it, is deleted there."""
    here = picture.community
    made = here.requests.get(event.request)
    known = [here.offered[name] for name in here.of.get(event.request, ())]
    same = [one for one in known if one.file == event.file]
    if same:
        if all(one.state != "waiting" for one in same) and not _is_released(event.file, picture):
            yield DropClip(id=picture.mint("z"), file=event.file)  # decided about, and sent once more
        return
    mine = sum(one.owner == event.owner for one in known)
    if made is None or made.state != "open" or made.live or mine >= CLIPS_EACH or len(known) >= CLIPS_A_REQUEST:
        yield DropClip(id=picture.mint("z"), file=event.file)
        return
    offer = OfferedClip(
        offer=picture.mint("c"),
        request=event.request,
        owner=event.owner,
        file=event.file,
        at=event.at,
        begins=event.begins,
        ends=event.ends,
        size=event.size,
        sha256=event.sha256,
        seconds=event.seconds,
        width=event.width,
        height=event.height,
        codec=event.codec,
        clock_off_us=event.clock_off_us,
        says=event.says[:MAX_WORDS],
    )
    here.offered[offer.offer] = offer
    here.of.setdefault(event.request, []).append(offer.offer)
    yield from _tell_moderators(made, picture)


def _is_released(file: str, picture: Picture) -> bool:
    """Whether a file is on its way out of quarantine just now, and needed there until it is."""
    return any(isinstance(owed, ReleaseClip) and owed.file == file for owed in picture.pending.values())


def shared(event: LiveShared, picture: Picture) -> Iterator[Effect]:
    """An owner shares a camera for as long as it was asked for, or takes it back."""
    made = picture.community.requests.get(event.request)
    owner = picture.site.owners.get(event.owner)
    camera = picture.site.cameras.get(owner.camera) if owner else None
    if made is None or made.state != "open" or not made.live or camera is None or camera.consent != "asked":
        return
    if event.shares:
        picture.community.live[camera.camera] = Shared(made.request, made.incident, made.until)
    elif picture.community.live.pop(camera.camera, None) is not None:
        picture.found.append(SharingEnded(camera.camera))
    else:
        return
    yield _changed(camera.camera, picture)


def site_loaded(event: SiteLoaded, picture: Picture) -> Iterable[Effect]:  # noqa: ARG001
    """A camera whose owner is asked no more is shared no more."""
    here, cameras = picture.community.live, picture.site.cameras
    for name in [name for name in here if name not in cameras or cameras[name].consent != "asked"]:
        del here[name]
        picture.found.append(SharingEnded(name))
    return ()


# --- moderation -------------------------------------------------------------------------------------------------------


def _decide(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    here = picture.community
    offer = here.offered.get(event.subject)
    made = here.requests.get(offer.request) if offer else None
    if offer is None or made is None or offer.state != "waiting":
        why = f"{offer.by or 'the center'} has already {offer.state} it" if offer else f"there is no {event.subject}"
        yield _refuse(event, why, picture, late=offer is not None)
        return
    if made.operator == event.operator:
        yield _refuse(event, "who has asked for clips does not moderate them", picture)
        return
    offer.by, offer.decided_at, offer.reason = event.operator, picture.now, event.reason or ""
    if event.act == "community.reject":
        offer.state = "rejected"
        yield DropClip(id=picture.mint("z"), file=offer.file)
    else:
        offer.state = "approved"
        yield from _release(offer, made, picture)
    yield from _tell_moderators(made, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=offer.kept)


def _release(offer: OfferedClip, made: CommunityRequest, picture: Picture) -> Iterator[Effect]:
    start, end = offer.by_our_clock()
    release = ReleaseClip(
        id=picture.mint("k"),
        file=offer.file,
        camera=offer.owner,
        incident=made.incident,
        operator=offer.by,
        reason=made.reason,
        asked_at=made.opened_at,
        start=start,
        end=end,
        codec=offer.codec,
        width=offer.width,
        height=offer.height,
    )
    offer.kept = release.id
    yield release
    clip = clips.Clip(release.id, offer.owner, made.incident, offer.by, made.reason, picture.now, start, end)
    yield from clips.given(clip, picture)


def to_moderate(request: str, picture: Picture) -> list[OfferedClip]:
    """What has come for a request and nobody has decided about, in the order it came."""
    here = picture.community
    return [one for one in map(here.offered.__getitem__, here.of.get(request, ())) if one.state == "waiting"]


def _tell_moderators(made: CommunityRequest, picture: Picture) -> Iterator[Effect]:
    waiting = to_moderate(made.request, picture)
    if not waiting:
        yield from alerting.over(f"{CLIPS}/{made.request}", picture, "every clip has been decided about")
        return
    many = f"{len(waiting)} clips" if len(waiting) > 1 else "A clip"
    words = "; ".join(f"{one.seconds:.0f} s long, {fit(one, made.wanted)}" for one in waiting)
    headline = f"{many} from the community to be moderated: {called.incident(made.incident, picture)}"
    yield alerting.plainly(picture, CLIPS, made.request, headline, words)


def fit(offer: OfferedClip, wanted: Wanted) -> str:
    """What its clock says of a clip, in words: how far that was off, and whether it shows the time asked for."""
    off, outside = offer.clock_off_us, offer.outside(wanted)
    if off is None:
        clock = "its clock is not known"
    elif abs(off) < CLOCK_RIGHT:
        clock = "its clock is right"
    else:
        clock = f"its clock is {_long(abs(off))} {'ahead' if off > 0 else 'behind'}"
    return f"{clock}, {f'{_long(outside)} outside the time asked for' if outside else 'within the time asked for'}"


def _long(micros: int) -> str:
    seconds = round(micros / SECOND)
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"


def _refuse(event: OperatorActed, why: str, picture: Picture, *, late: bool = False) -> Reply:
    return Reply(id=picture.mint("r"), request=event.request, granted=False, why=why, late=late)


def _changed(camera: str, picture: Picture) -> Notify:
    return Notify(id=picture.mint("n"), topic="camera", subject=camera, revision=picture.position, headline=camera)
