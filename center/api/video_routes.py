"""The routes of docs/api.md that are about cameras and clips.

Knows: paths, bodies, and that only whoever asked for a ticket learns its token.
Refuses to know: who may watch; acts are put to the center, and the relay serves what its tickets allow.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field

from center.api import bodies, camera_views
from center.api.board import encode
from center.api.front import Front, FrontHere, Who
from center.api.routes import BEHIND, LATE, REFUSED, SIZES, STRANGER, Responses
from center.core.occasions import offers
from center.site_sign_in import OperatorSettings

watching = APIRouter(prefix="/api", tags=["video"], responses=STRANGER)
ACT: Responses = {**REFUSED, **SIZES, **BEHIND}
LOOK: Responses = {200: {"content": {"application/json": {}}}, **REFUSED, **BEHIND}


class AskOwner(bodies.Act):
    """`case`: the call or incident that the owner is asked for; `words` is what they read."""

    case: bodies.Line
    reason: bodies.Line
    minutes: Annotated[int, Field(ge=1, le=10_000)] = 60
    words: bodies.Line | None = None


class AskedOwner(bodies.Granted):
    ask: str


def _pass(front: Front, ticket: str, who: OperatorSettings, request: Request) -> bodies.Pass:
    held = front.video.pass_of(ticket) if front.video else None
    if front.video is None or held is None or held.operator != who.operator:
        raise HTTPException(404, "there is no such ticket any more")
    return bodies.Pass(
        ticket=ticket,
        camera=held.camera,
        sound=held.sound,
        until=held.until,
        address=front.video.address(request.url.hostname),
        token=held.token,
    )


@watching.post("/cameras/{camera}/watch", responses=ACT)
async def watch(camera: bodies.Id, body: bodies.Watch, front: FrontHere, who: Who, request: Request) -> bodies.Pass:
    """A ticket for a camera's picture; asked again, it is renewed."""
    reply = await front.ask(who, "camera.watch", camera, body, reason=body.reason, case=body.case)
    return _pass(front, reply.made, who, request)


@watching.post("/cameras/{camera}/listen", responses=ACT)
async def listen(camera: bodies.Id, body: bodies.Watch, front: FrontHere, who: Who, request: Request) -> bodies.Pass:
    """A ticket for the sound of an own unit, which is shown there and to the room."""
    reply = await front.ask(who, "camera.listen", camera, body, reason=body.reason, case=body.case)
    return _pass(front, reply.made, who, request)


@watching.post("/cameras/{camera}/ask", responses=ACT)
async def ask_owner(camera: bodies.Id, body: AskOwner, front: FrontHere, who: Who) -> AskedOwner:
    """Ask a camera's owner to share it for one call that goes on, for so many minutes at most."""
    said = {"minutes": str(body.minutes), "words": body.words}
    reply = await front.ask(who, "owner.ask", camera, body, reason=body.reason, case=body.case, **said)
    return AskedOwner(ask=reply.made)


@watching.post("/asks/{ask}/end", responses={**ACT, **LATE})
async def end_ask(ask: bodies.Id, body: bodies.Act, front: FrontHere, who: Who) -> bodies.Granted:
    """Ask no more; what is shared for it is shared no more."""
    await front.ask(who, "owner.unask", ask, body)
    return bodies.Granted()


@watching.get("/tickets/{ticket}", responses={404: {"description": "over, or somebody else's"}, **REFUSED})
async def get_ticket(ticket: bodies.Id, front: FrontHere, who: Who, request: Request) -> bodies.Pass:
    """One's own ticket as it is now: a restarted center has another token for it."""
    front.may(who, "ticket.look")
    return _pass(front, ticket, who, request)


@watching.post("/tickets/{ticket}/stop", responses={**ACT, **LATE})
async def stop(ticket: bodies.Id, body: bodies.Act, front: FrontHere, who: Who) -> bodies.Granted:
    await front.ask(who, "camera.stop", ticket, body)
    return bodies.Granted()


@watching.post("/tickets/{ticket}/revoke", responses={**ACT, **LATE})
async def revoke(ticket: bodies.Id, body: bodies.Revoke, front: FrontHere, who: Who) -> bodies.Granted:
    """A supervisor ends somebody's ticket."""
    await front.ask(who, "camera.revoke", ticket, body, reason=body.reason)
    return bodies.Granted()


@watching.get("/cameras", response_class=Response, responses=LOOK)
async def get_cameras(front: FrontHere, who: Who) -> Response:
    """Every camera, how it is and who watches it, as in the frames."""
    await front.ask(who, "cameras.look", "cameras", bodies.Act())
    picture = front.assembly.center.picture
    shown = camera_views.cameras(picture)
    return Response(encode(shown), media_type="application/json")


@watching.get("/incidents/{incident}/cameras", response_class=Response, responses=LOOK)
async def get_offers(incident: bodies.Id, front: FrontHere, who: Who) -> Response:
    """The cameras that may show an incident as things are this moment, best first."""
    await front.ask(who, "cameras.look", incident, bodies.Act())
    found = offers(incident, front.assembly.center.picture)
    return Response(encode([camera_views.offer(one) for one in found]), media_type="application/json")


@watching.post("/cameras/{camera}/keep", responses=ACT)
async def keep(camera: bodies.Id, body: bodies.KeepClip, front: FrontHere, who: Who) -> bodies.ClipAsked:
    """Keep what a camera showed as evidence of an incident. What becomes of it is seen there."""
    span = {"start": str(body.start), "end": str(body.end)}
    reply = await front.ask(who, "clip.keep", camera, body, reason=body.reason, case=body.case, **span)
    return bodies.ClipAsked(clip=reply.made)


@watching.get(
    "/clips/{clip}.mp4",
    response_class=FileResponse,
    responses={200: {"content": {"video/mp4": {}}}, 404: {"description": "not kept"}, **REFUSED, **BEHIND},
)
async def get_clip(clip: bodies.Id, front: FrontHere, who: Who) -> FileResponse:
    await front.ask(who, "clip.look", clip, bodies.Act())
    known = front.assembly.center.picture.clips.clips.get(clip)
    path = front.kept(clip) if known and known.state == "kept" else None
    if path is None or not path.exists():
        raise HTTPException(404, "this clip is not kept")
    return FileResponse(path, media_type="video/mp4", filename=f"{clip}.mp4")
