"""The routes of docs/api.md.

Knows: paths, bodies and status codes.
Refuses to know: what an act does, and who may. Acts are put to the center as events, and the reply decides the answer.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, HTTPException, Query, Response
from msgspec import structs

from center.api import bodies, views
from center.api.board import encode
from center.api.front import FrontHere, Searcher, Who, in_time
from center.core import plate_search
from center.core.events import Micros

MAX_FOUND = 500
Responses: TypeAlias = dict[int | str, dict[str, Any]]
OFTEN: Responses = {429: {"description": "too often; Retry-After says when"}}
STRANGER: Responses = {401: {"description": "not signed in"}, **OFTEN}
BEHIND: Responses = {503: {"description": "the disk is behind; come again"}}
REFUSED: Responses = {403: {"model": bodies.Refused, "description": "refused, and audited"}}
LATE: Responses = {409: {"model": bodies.Refused, "description": "too late: somebody else has disposed of it"}}
SIZES: Responses = {
    411: {"description": "the body does not state its length"},
    413: {"description": "the body is too large"},
}

reading = APIRouter(prefix="/api", tags=["reading"])
acting = APIRouter(prefix="/api", tags=["acting"], responses={**STRANGER, **REFUSED, **SIZES, **BEHIND})


@reading.get("/status", tags=["reading"])
async def get_status(front: FrontHere) -> bodies.Status:
    """Whether the center is up and keeping pace; needs no session."""
    host = front.assembly.host
    return bodies.Status(
        position=host.center.picture.position,
        durable=host.journal.durable,
        uptime_s=round(asyncio.get_running_loop().time() - front.started_s, 3),
        operators=front.live.watching,
        trouble=getattr(host.journal, "trouble", ""),
    )


@reading.get("/site", responses={**STRANGER, **REFUSED})
async def get_site(front: FrontHere, who: Who) -> bodies.SiteOut:
    """Where readers stand is for those who are shown what they read."""
    front.may(who, "site.look")
    site = front.assembly.site
    is_ours = not front.audience(who).agency
    shows_readers = is_ours and "alerts" in front.audience(who).kinds
    return bodies.SiteOut(
        name=site.site.name,
        simulated=site.site.simulated,
        timezone=site.site.timezone,
        bounds=front.map.bounds,
        agencies=[
            bodies.AgencyOut(agency=a.agency, name=a.name, own=a.own, sees=list(a.sees) if is_ours else [])
            for a in site.agencies
        ],
        readers=[
            bodies.ReaderOut(reader=r.reader, name=r.name or r.reader, lat=r.lat, lon=r.lon)
            for r in site.readers
            if shows_readers
        ],
    )


@reading.get(
    "/map", response_class=Response, responses={200: {"content": {"application/geo+json": {}}}, **STRANGER, **REFUSED}
)
async def get_map(front: FrontHere, who: Who) -> Response:
    """The place as GeoJSON."""
    front.may(who, "site.look")
    return Response(front.map.geojson, media_type="application/geo+json")


@reading.get(
    "/state",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}, **STRANGER, **REFUSED, **BEHIND},
)
async def get_state(front: FrontHere, who: Who) -> Response:
    """The `state` frame of docs/api.md."""
    await front.ask(who, "room.watch", "room", bodies.Act())
    shown = await in_time(front.live.state(front.audience(who)))
    return Response(shown.text, media_type="application/json")


@reading.get(
    "/feeds", response_class=Response, responses={200: {"content": {"application/json": {}}}, **STRANGER, **REFUSED}
)
async def get_feeds(front: FrontHere, who: Who) -> Response:
    front.may(who, "feeds.look")
    return Response(encode(front.assembly.board.feeds(front.assembly.clock.now())), media_type="application/json")


@reading.get(
    "/pictures/{ref}",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {}}},
        404: {"description": "not kept, or not any more"},
        **STRANGER,
        **REFUSED,
        **BEHIND,
    },
)
async def get_picture(ref: str, front: FrontHere, who: Who) -> Response:
    await front.ask(who, "picture.look", ref[:64], bodies.Act())
    picture = front.assembly.pictures.get(ref)
    if picture is None:
        raise HTTPException(404, "this picture is not kept")
    return Response(picture.data, media_type=picture.media_type)


@reading.get("/audit", responses={**STRANGER, **REFUSED, **BEHIND})
async def get_audit(
    front: FrontHere, who: Who, asked: Annotated[bodies.AuditSearch, Query()]
) -> list[bodies.AuditLine]:
    """The audit trail, the newest lines first. Whoever reads in it stands in it."""
    equal = asked.model_dump(exclude={"before", "since", "limit"})
    sought = " ".join(f"{name}={value}" for name, value in equal.items() if value is not None)
    await front.ask(who, "audit.read", sought or "everything", bodies.Act())
    before = None if asked.before is None else Micros(asked.before)
    lines = front.trail.latest(asked.limit, before, asked.since, **equal)
    return [bodies.AuditLine(**structs.asdict(line)) for line in lines]


@acting.post("/alerts/{alert}/acknowledge", responses=LATE)
async def acknowledge(alert: bodies.Id, body: bodies.Acknowledge, front: FrontHere, who: Who) -> bodies.Granted:
    await front.ask(who, "alert.acknowledge", alert, body, note=body.note)
    return bodies.Granted()


@acting.post("/alerts/{alert}/confirm", responses=LATE)
async def confirm(alert: bodies.Id, body: bodies.Confirm, front: FrontHere, who: Who) -> bodies.Granted:
    await front.ask(who, "alert.confirm", alert, body, action=body.action, note=body.note)
    return bodies.Granted()


@acting.post("/alerts/{alert}/dismiss", responses=LATE)
async def dismiss(alert: bodies.Id, body: bodies.Dismiss, front: FrontHere, who: Who) -> bodies.Granted:
    said = {"disposition": body.disposition, "action": body.action, "note": body.note}
    await front.ask(who, "alert.dismiss", alert, body, **said)
    return bodies.Granted()


@acting.post("/units/{unit}/look")
async def look(unit: bodies.Id, body: bodies.Look, front: FrontHere, who: Who) -> bodies.Granted:
    """Ask to see or hear a unit. Position is everybody's; video and audio are own units' only."""
    await front.ask(who, f"unit.{body.what}", unit, body, reason=body.reason, case=body.case)
    return bodies.Granted()


@acting.post("/units/{unit}/message")
async def message(unit: bodies.Id, body: bodies.MessageToUnit, front: FrontHere, who: Who) -> bodies.Granted:
    await front.ask(who, "unit.message", unit, body, text=body.text, reason=body.reason)
    return bodies.Granted()


@acting.post("/plates/search", response_class=Response, responses={200: {"content": {"application/json": {}}}, **OFTEN})
async def search(body: bodies.PlateSearch, front: FrontHere, who: Searcher) -> Response:
    """Reads of the lookback period that may be of this plate, newest first; `?` is any one character. What fits very
    many plates is refused."""
    plate = plate_search.asked_for(body.plate)
    await front.ask(who, "plates.search", plate, body, reason=body.reason, case=body.case)
    picture = front.assembly.center.picture
    found = plate_search.find(plate, picture, MAX_FOUND)
    return Response(encode([views.read(read, picture) for read in found]), media_type="application/json")
