"""The routes for those who look after the audit trail.

Knows: paths and bodies; that a trail of any length leaves in pieces.
Refuses to know: who may read it: the door says that. How the trail is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import StreamingResponse
from msgspec import structs
from pydantic import BaseModel, Field

from center.api import bodies
from center.api.front import Front, FrontHere, RefusedError, Who
from center.api.routes import BEHIND, REFUSED, SIZES, STRANGER
from center.core.effects import Audit
from center.core.events import DAY
from center.store import review
from center.store.audit import Line
from center.store.chain import is_behind

auditing = APIRouter(prefix="/api", tags=["audit"], responses={**STRANGER, **REFUSED, **BEHIND})
NDJSON = "application/x-ndjson"
Moment = Annotated[int, Field(ge=0, le=2**62)]


class Span(bodies.Body):
    """Lines from `since` and before `until`, in microseconds of the center's clock."""

    since: Moment = 0
    until: Moment = 2**62


@auditing.get("/audit.ndjson", response_class=StreamingResponse, responses={200: {"content": {NDJSON: {}}}})
async def export(front: FrontHere, who: Who, asked: Annotated[Span, Query()]) -> StreamingResponse:
    """The trail, a line a decision, oldest first, each with what its digest covers: for a SIEM, and to be checked with
    `center audit verify`."""
    await front.ask(who, "audit.export", f"since={asked.since} until={asked.until}", bodies.Act())
    return StreamingResponse(_streamed(front.trail.pages(asked.since, asked.until)), media_type=NDJSON)


async def _streamed(pages: Iterator[list[Line]]) -> AsyncIterator[bytes]:
    """A page at a time; between two the room's other business goes on."""
    for page in pages:
        yield b"".join(msgspec.json.encode(line) + b"\n" for line in page)
        await asyncio.sleep(0)


class Reviewed(BaseModel):
    """What a reviewer said of a line."""

    by: str
    at: int
    verdict: str
    note: str | None


class Drawn(BaseModel):
    line: bodies.AuditLine
    reviews: list[Reviewed]


class Sample(BaseModel):
    """`key`: under which the day's lines were drawn; `looks`: from how many."""

    day: str
    key: str
    looks: int
    drawn: list[Drawn]


class PatternOut(BaseModel):
    """Something that stands out in the trail; `said` in words, `lines` by id."""

    kind: str
    operator: str
    subject: str
    said: str
    count: int
    first: int
    last: int
    lines: list[str]


class OfDay(bodies.Body):
    """A day by the site's clock; today where none is named."""

    day: Annotated[date, Field(ge=date(1970, 1, 1), lt=date(2100, 1, 1))] | None = None


class Past(bodies.Body):
    days: Annotated[int, Field(ge=1, le=400)] = 30


class Review(bodies.Act):
    verdict: Literal["fine", "asks", "objects"]
    note: bodies.Line | None = None


@auditing.get("/audit/sample")
async def sample(front: FrontHere, who: Who, asked: Annotated[OfDay, Query()]) -> Sample:
    """Looks of a day that were drawn to be reviewed, and what was said of each. Nobody is given their own."""
    zone = ZoneInfo(front.assembly.site.site.timezone)
    day = asked.day.isoformat() if asked.day else review.day_of(front.assembly.clock.now(), zone)
    await front.ask(who, "audit.read", f"sample of {day}", bodies.Act())
    since, until = review.span_of(day, zone)
    looks = front.trail.looks(since, until, review.LOOKS)
    key = front.trail.digest_before(since)
    drawn = [line for line in review.drawn(looks, key) if line.operator != who.operator]
    return Sample(day=day, key=key, looks=len(looks), drawn=_with_reviews(drawn, front))


def _with_reviews(lines: list[Audit], front: Front) -> list[Drawn]:
    """What was said of a line after it was there, by somebody else: a word about a line to come is about none."""
    said: dict[str, list[Reviewed]] = {line.id: [] for line in lines}
    whose = {line.id: line.operator for line in lines}
    for one in front.trail.about(list(said), tuple(review.VERDICTS)):
        if one.granted and is_behind(one.id, one.subject) and one.operator != whose[one.subject]:
            verdict = review.VERDICTS[one.act]
            said[one.subject].append(Reviewed(by=one.operator, at=one.at, verdict=verdict, note=one.reason))
    return [Drawn(line=bodies.AuditLine(**structs.asdict(line)), reviews=said[line.id]) for line in lines]


@auditing.get("/audit/patterns")
async def patterns(front: FrontHere, who: Who, asked: Annotated[Past, Query()]) -> list[PatternOut]:
    """What stands out in the trail of the last days: reasons to ask, the latest first."""
    await front.ask(who, "audit.read", f"patterns of {asked.days} days", bodies.Act())
    now, site = front.assembly.clock.now(), front.assembly.site
    lines = front.trail.looks(now - asked.days * DAY, now + DAY, review.LOOKS)
    found = review.patterns(lines, site.audit.shifts, ZoneInfo(site.site.timezone))
    return [PatternOut(**structs.asdict(one)) for one in found]


@auditing.post("/audit/{line}/review", responses={404: {"description": "there is no such line"}, **SIZES})
async def judge(line: bodies.Id, body: Review, front: FrontHere, who: Who) -> bodies.Granted:
    """Say of a line that it is fine, ask about it, or object; a word of explanation goes with the latter two. What is
    said is a line of the trail itself."""
    found = front.trail.line(line)
    act = next(act for act, verdict in review.VERDICTS.items() if verdict == body.verdict)
    if found is not None and found.operator == who.operator:
        raise RefusedError(403, "nobody reviews what they did themselves")
    await front.ask(who, act, line, body, reason=body.note)
    if found is None:
        raise HTTPException(404, "there is no such line")
    return bodies.Granted()
