"""The routes of docs/api.md.

Knows: paths, bodies and status codes.
Refuses to know: what an act does, and who may. Acts are put to the center as events, and the reply decides the answer.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Cookie, HTTPException, Query, Response
from msgspec import structs

from center.api import bodies, views
from center.api.board import encode
from center.api.front import FrontHere, Who, in_time
from center.api.sessions import COOKIE, SESSION_S
from center.core.events import Micros
from center.core.plate_text import fold
from center.site import OperatorSettings

MAX_FOUND = 500
Responses: TypeAlias = dict[int | str, dict[str, Any]]
STRANGER: Responses = {401: {"description": "not signed in"}}
BEHIND: Responses = {503: {"description": "the disk is behind; come again"}}
REFUSED: Responses = {403: {"model": bodies.Refused, "description": "refused, and audited"}}
LATE: Responses = {409: {"model": bodies.Refused, "description": "too late: somebody else has disposed of it"}}
SIZES: Responses = {
    411: {"description": "the body does not state its length"},
    413: {"description": "the body is too large"},
}

session = APIRouter(prefix="/api/session", tags=["sign-in"])
reading = APIRouter(prefix="/api", tags=["reading"])
acting = APIRouter(prefix="/api", tags=["acting"], responses={**STRANGER, **REFUSED, **SIZES, **BEHIND})


def person_out(who: OperatorSettings) -> bodies.Person:
    return bodies.Person(operator=who.operator, name=who.name, agency=who.agency, role=who.role)


@session.get("", responses=STRANGER)
async def get_session(who: Who) -> bodies.Person:
    """Who is signed in."""
    return person_out(who)


@session.get("/demo", responses={404: {"description": "a real site has no demo people"}})
async def get_demo_people(front: FrontHere) -> list[bodies.Person]:
    """The people anyone may sign in as, on a simulated site."""
    people = front.sessions.demo_people()
    if people is None:
        raise HTTPException(404, "this is not a simulated site")
    return [person_out(person) for person in people]


@session.post("", responses={401: {"description": "no such person, or a wrong token"}, **SIZES})
async def sign_in(body: bodies.SignIn, front: FrontHere, response: Response) -> bodies.Person:
    secret = front.sessions.sign_in(body.operator, body.token)
    person = front.sessions.who(secret)
    if secret is None or person is None:
        raise HTTPException(401, "no such person, or a wrong token")
    response.set_cookie(COOKIE, secret, max_age=int(SESSION_S), httponly=True, samesite="strict", path="/")
    return person_out(person)


@session.delete("", status_code=204)
async def sign_out(front: FrontHere, response: Response, rtcc_session: Annotated[str | None, Cookie()] = None) -> None:
    front.sessions.sign_out(rtcc_session)
    response.delete_cookie(COOKIE, path="/")


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


@reading.get("/site", responses=STRANGER)
async def get_site(front: FrontHere, _: Who) -> bodies.SiteOut:
    site = front.assembly.site
    return bodies.SiteOut(
        name=site.site.name,
        simulated=site.site.simulated,
        timezone=site.site.timezone,
        bounds=front.map.bounds,
        agencies=[bodies.AgencyOut(agency=a.agency, name=a.name, own=a.own) for a in site.agencies],
        readers=[
            bodies.ReaderOut(reader=r.reader, name=r.name or r.reader, lat=r.lat, lon=r.lon) for r in site.readers
        ],
    )


@reading.get("/map", response_class=Response, responses={200: {"content": {"application/geo+json": {}}}, **STRANGER})
async def get_map(front: FrontHere, _: Who) -> Response:
    """The place as GeoJSON."""
    return Response(front.map.geojson, media_type="application/geo+json")


@reading.get(
    "/state",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}, **STRANGER, **REFUSED, **BEHIND},
)
async def get_state(front: FrontHere, who: Who) -> Response:
    """The `state` frame of docs/api.md."""
    await front.ask(who, "room.watch", "room", bodies.Act())
    shown = await in_time(front.live.state(front.withheld(who)))
    return Response(shown.text, media_type="application/json")


@reading.get("/feeds", response_class=Response, responses={200: {"content": {"application/json": {}}}, **STRANGER})
async def get_feeds(front: FrontHere, _: Who) -> Response:
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
    return Response(picture.data, media_type=picture.media_type, headers={"Cache-Control": "private, max-age=86400"})


@reading.get("/audit", responses={**STRANGER, **REFUSED, **BEHIND})
async def get_audit(
    front: FrontHere, who: Who, asked: Annotated[bodies.AuditSearch, Query()]
) -> list[bodies.AuditLine]:
    """The audit trail, the newest lines first. Whoever reads in it stands in it."""
    equal = asked.model_dump(exclude={"before", "limit"})
    sought = " ".join(f"{name}={value}" for name, value in equal.items() if value is not None)
    await front.ask(who, "audit.read", sought or "everything", bodies.Act())
    before = None if asked.before is None else Micros(asked.before)
    return [bodies.AuditLine(**structs.asdict(line)) for line in front.trail.latest(asked.limit, before, **equal)]


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


@acting.post("/plates/search", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def search(body: bodies.PlateSearch, front: FrontHere, who: Who) -> Response:
    """Reads of the lookback period that look like this plate, newest first."""
    plate = "".join(c for c in body.plate.upper() if c.isalnum())
    await front.ask(who, "plates.search", plate, body, reason=body.reason, case=body.case)
    picture = front.assembly.center.picture
    reads = picture.plates.passed.get(fold(plate), [])[-MAX_FOUND:]
    return Response(encode([views.read(read, picture) for read in reversed(reads)]), media_type="application/json")
