"""The routes for asking owners of community cameras, and for moderating what they send.

Knows: paths, bodies and views; that a clip is nobody's to see but a moderator's before it is approved.
Refuses to know: who was asked. No answer says how many owners there are, or what any of them has not done.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Response
from pydantic import Field

from center.api import bodies
from center.api.board import encode
from center.api.front import FrontHere, Who
from center.api.routes import BEHIND, LATE, REFUSED, SIZES, STRANGER
from center.api.view import View
from center.core.access import ACTS
from center.core.asking import CommunityRequest, OfferedClip
from center.core.community import fit
from center.core.events import Micros
from center.core.picture import Picture

asking = APIRouter(prefix="/api/community", tags=["community"], responses={**STRANGER, **REFUSED, **BEHIND})
Number = Annotated[float, Field(allow_inf_nan=False)]
Moment = Annotated[int, Field(ge=0, lt=2**62)]


class Ask(bodies.Act):
    """What is asked of the public about an incident: a circle (`lat`, `lon`, `radius_m`) or an outline (`corners`:
    `lat,lon lat,lon ...`), from `start` to `end` (microseconds), for `open_s` seconds. With `live`, cameras as they are
    now. `words` is what owners read."""

    case: bodies.Line
    reason: bodies.Line
    lat: Number | None = None
    lon: Number | None = None
    radius_m: Number | None = None
    corners: Annotated[str, Field(max_length=1_000)] | None = None
    start: Moment = 0
    end: Moment = 0
    open_s: Annotated[int, Field(ge=0, lt=2**31)] = 48 * 3600
    words: bodies.Line | None = None
    live: Literal["yes"] | None = None


class Decide(bodies.Act):
    reason: bodies.Line


class Asked(bodies.Granted):
    request_made: str


class Decided(bodies.Granted):
    """`clip` is the incident's clip that an approved one has become."""

    clip: str = ""


class OfferView(View, frozen=True, kw_only=True):
    """A clip that has come in. Times are by our clock, put right by `clock_off_us`; `fit` says in words how that was
    off and whether the clip shows the time that was asked for, `outside_us` by how much it does not."""

    offer: str
    owner: str
    state: str
    at: Micros
    begins: Micros
    ends: Micros
    clock_off_us: int | None = None
    outside_us: int = 0
    fit: str
    seconds: float
    width: int
    height: int
    codec: str
    size: int
    sha256: str
    says: str = ""
    lat: float | None = None
    lon: float | None = None
    by: str = ""
    decided_at: Micros | None = None
    reason: str = ""
    clip: str = ""


class RequestView(View, frozen=True, kw_only=True):
    """`waiting`: how many clips wait for a moderator. `clips`: to a moderator all that have come, to anybody else those
    that were approved. `shared`: cameras that are shared live for it."""

    request: str
    incident: str
    operator: str
    reason: str
    words: str = ""
    live: bool = False
    lat: float
    lon: float
    radius_m: float
    corners: tuple[tuple[float, float], ...] = ()
    start: Micros
    end: Micros
    opened_at: Micros
    until: Micros
    state: str
    over_at: Micros | None = None
    waiting: int = 0
    clips: tuple[OfferView, ...] = ()
    shared: tuple[str, ...] = ()


def request_view(it: CommunityRequest, picture: Picture, *, moderates: bool) -> RequestView:
    here = picture.community
    offers = [here.offered[name] for name in here.of.get(it.request, ())]
    return RequestView(
        request=it.request,
        incident=it.incident,
        operator=it.operator,
        reason=it.reason,
        words=it.words,
        live=it.live,
        lat=it.wanted.lat,
        lon=it.wanted.lon,
        radius_m=it.wanted.radius_m,
        corners=it.wanted.corners,
        start=it.wanted.start,
        end=it.wanted.end,
        opened_at=it.opened_at,
        until=it.until,
        state=it.state,
        over_at=it.over_at,
        waiting=sum(one.state == "waiting" for one in offers),
        clips=tuple(_offer(one, it, picture) for one in offers if moderates or one.state == "approved"),
        shared=tuple(camera for camera, shared in here.live.items() if shared.request == it.request),
    )


def _offer(it: OfferedClip, made: CommunityRequest, picture: Picture) -> OfferView:
    begins, ends = it.by_our_clock()
    owner = picture.site.owners.get(it.owner)
    return OfferView(
        offer=it.offer,
        owner=it.owner,
        state=it.state,
        at=it.at,
        begins=begins,
        ends=ends,
        clock_off_us=it.clock_off_us,
        outside_us=it.outside(made.wanted),
        fit=fit(it, made.wanted),
        seconds=it.seconds,
        width=it.width,
        height=it.height,
        codec=it.codec,
        size=it.size,
        sha256=it.sha256,
        says=it.says,
        lat=owner.lat if owner else None,
        lon=owner.lon if owner else None,
        by=it.by,
        decided_at=it.decided_at,
        reason=it.reason,
        clip=it.kept,
    )


@asking.get("", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def get_requests(front: FrontHere, who: Who) -> Response:
    """Every request, the newest first, and what has come of it. What has not come is not told."""
    await front.ask(who, "community.list", "community", bodies.Act())
    picture = front.assembly.center.picture
    moderates = who.role in ACTS["community.look"].roles
    shown = [request_view(one, picture, moderates=moderates) for one in picture.community.requests.values()]
    return Response(encode(shown[::-1]), media_type="application/json")


@asking.post("/{incident}/request", responses={**SIZES})
async def request(incident: bodies.Id, body: Ask, front: FrontHere, who: Who) -> Asked:
    """Ask owners in an area. The answer is the same whether there are any."""
    said = body.model_dump(exclude={"request", "case", "reason"}, exclude_none=True)
    details = {name: str(value) for name, value in said.items()}
    reply = await front.ask(who, "community.request", incident, body, reason=body.reason, case=body.case, **details)
    return Asked(request_made=reply.made)


@asking.post("/{asked}/close", responses={**LATE, **SIZES})
async def close(asked: bodies.Id, body: bodies.Act, front: FrontHere, who: Who) -> bodies.Granted:
    """Stop asking. What has come stays."""
    await front.ask(who, "community.close", asked, body)
    return bodies.Granted()


@asking.post("/{offer}/approve", responses={**LATE, **SIZES})
async def approve(offer: bodies.Id, body: Decide, front: FrontHere, who: Who) -> Decided:
    """Let a clip through: it becomes evidence of the incident."""
    reply = await front.ask(who, "community.approve", offer, body, reason=body.reason)
    return Decided(clip=reply.made)


@asking.post("/{offer}/reject", responses={**LATE, **SIZES})
async def reject(offer: bodies.Id, body: Decide, front: FrontHere, who: Who) -> Decided:
    """Turn a clip away: it is deleted."""
    await front.ask(who, "community.reject", offer, body, reason=body.reason)
    return Decided()


@asking.get(
    "/{offer}/still.jpg",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, 404: {"description": "decided about, or gone"}},
)
async def get_still(offer: bodies.Id, front: FrontHere, who: Who) -> Response:
    """One picture of a clip that waits; nobody but a moderator sees it."""
    await front.ask(who, "community.look", offer, bodies.Act())
    known = front.assembly.center.picture.community.offered.get(offer)
    waits = known is not None and known.state == "waiting"
    still = front.portal.quarantine.still(known.file) if front.portal and known and waits else None
    if still is None:
        raise HTTPException(404, "there is no such clip to be moderated")
    return Response(still, media_type="image/jpeg", headers={"Cache-Control": "no-store"})
