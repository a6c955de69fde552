"""The routes of intelligence bulletins.

Knows: paths and bodies; what a person is shown of a bulletin and of who has read it.
Refuses to know: who may draft and approve what: the center says that.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from center.api import bodies
from center.api.board import encode
from center.api.front import FrontHere, Searcher, Who
from center.api.message_views import ReceiptView, receipts
from center.api.routes import BEHIND, LATE, OFTEN, REFUSED, SIZES, STRANGER
from center.api.view import View
from center.core.bulletins import CONFIDENCE, MAX_SOURCES, MAX_TEXT, MAX_TITLE, Bulletin, is_for
from center.core.events import Micros
from center.core.message_facts import PERSON
from center.core.picture import Picture
from center.core.series import MOST_REPORTS
from center.core.threads import ROOM_ROLES, Post

telling = APIRouter(prefix="/api", tags=["bulletins"], responses={**STRANGER, **REFUSED, **BEHIND})
MOST_SHOWN = 300
MOST_PARTNERS = 20


class SourceView(View, frozen=True, kw_only=True):
    """`name` is for the center's own people."""

    kind: str
    name: str = ""


class PartnerView(View, frozen=True, kw_only=True):
    """An agency that a bulletin is for: how many of its people it went to, how many have it, and have read it."""

    agency: str
    people: int
    have: int
    read: int


class BulletinView(View, frozen=True, kw_only=True):
    """`sure` is what `confidence` means; `post` the message that it was sent as, `to` who has it and has read it;
    `partners` are other agencies that it is for; `mine`: it is for this person and not read yet."""

    bulletin: str
    kind: str
    title: str
    text: str
    at: Micros
    author: str = ""
    confidence: str
    sure: str = ""
    until: Micros
    audience: str = ""
    case: str = ""
    sources: tuple[SourceView, ...] = ()
    reports: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    state: str
    by: str = ""
    decided_at: Micros | None = None
    note: str = ""
    post: str = ""
    mine: bool = False
    partners: tuple[PartnerView, ...] = ()
    to: tuple[ReceiptView, ...] = ()


class Source(bodies.Body):
    kind: Literal["report", "witness", "officer", "camera", "plate-reader", "records", "informant", "analysis"]
    name: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\r\n]+$")]


class Draft(bodies.Act):
    """`until` as an ISO 8601 time with its offset; `bulletin` is the draft that is written anew; `partners` are other
    agencies that it is for."""

    bulletin: bodies.Id | None = None
    kind: Literal["series", "vehicle", "person"]
    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE)]
    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
    confidence: Literal["almost certain", "very likely", "likely", "even", "unlikely"]
    until: Annotated[str, Field(min_length=16, max_length=40)]
    audience: Literal["patrol", "detectives", "both"] = "both"
    case: bodies.Line | None = None
    partners: Annotated[tuple[bodies.Id, ...], Field(max_length=MOST_PARTNERS)] = ()
    sources: Annotated[list[Source], Field(min_length=1, max_length=MAX_SOURCES)]


class FromSeries(bodies.Act):
    """Reports of a series, and why plates that passed near them are looked at."""

    reports: Annotated[list[bodies.Id], Field(min_length=2, max_length=MOST_REPORTS)]
    reason: bodies.Line
    case: bodies.Line


class Why(bodies.Act):
    reason: bodies.Line


class Approve(bodies.Act):
    """`as_of`: the `at` of the draft as it was read; one that was written anew since is not approved unread."""

    as_of: Annotated[int, Field(ge=0, lt=2**62)] | None = None


class Drafted(bodies.Granted):
    bulletin: str


@telling.get("/bulletins", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def get_bulletins(front: FrontHere, who: Who) -> Response:
    """The bulletins, the newest first; drafts and receipts for the room and detectives, else what was sent to the
    person. Whoever asks has then been brought what was sent to them. Another agency's representative is shown what is
    for that agency, as long as it holds: what it says and how sure it is, and nothing that leads further."""
    await front.ask(who, "bulletins.look", "bulletins", bodies.Act())
    picture = front.assembly.center.picture
    if who.role == "representative":
        return Response(encode(_for_partner(who.operator, picture)), media_type="application/json")
    at_work = who.role in (*ROOM_ROLES, "auditor", "detective")
    here = f"{PERSON}{who.operator}"
    newest = [one for one in reversed(picture.bulletins.bulletins.values()) if at_work or here in _to(one, picture)]
    shown = tuple(_view(one, here, picture, receipted=at_work) for one in newest[:MOST_SHOWN])
    return Response(encode(shown), media_type="application/json")


def _to(it: Bulletin, picture: Picture) -> tuple[str, ...]:
    post = picture.threads.posts.get(it.post)
    return tuple(post.to) if post else ()


def _for_partner(operator: str, picture: Picture) -> tuple[BulletinView, ...]:
    """Named field by field: no names of sources, no reports, no case, nobody of the room, no other reader."""
    person, here = picture.site.operators[operator], f"{PERSON}{operator}"
    shown = []
    for it in reversed(picture.bulletins.bulletins.values()):
        if not is_for(it, person):
            continue
        post = picture.threads.posts.get(it.post)
        mine = post.to.get(here) if post else None
        view = BulletinView(
            bulletin=it.bulletin,
            kind=it.kind,
            title=it.title,
            text=it.text,
            at=it.decided_at or it.at,
            confidence=it.confidence,
            sure=CONFIDENCE.get(it.confidence, ""),
            until=it.until,
            sources=tuple(SourceView(kind=kind) for kind in dict.fromkeys(one.kind for one in it.sources)),
            lat=it.lat,
            lon=it.lon,
            state=it.state,
            mine=mine is not None and mine.state != "read",
        )
        shown.append(view)
    return tuple(shown[:MOST_SHOWN])


def _partner(agency: str, post: Post | None, picture: Picture) -> PartnerView:
    people = [f"{PERSON}{one.operator}" for one in picture.site.operators.values() if one.agency == agency]
    states = [post.to[one].state for one in people if one in post.to] if post else []
    have = sum(state != "sent" for state in states)
    return PartnerView(agency=agency, people=len(states), have=have, read=states.count("read"))


def _own(to: tuple[ReceiptView, ...], it: Bulletin, picture: Picture) -> tuple[ReceiptView, ...]:
    """Receipts of our own people; those of partners are counted."""
    theirs = {one.operator for one in picture.site.operators.values() if one.agency in it.partners}
    return tuple(one for one in to if not one.person or one.to not in theirs)


def _view(it: Bulletin, here: str, picture: Picture, *, receipted: bool) -> BulletinView:
    post = picture.threads.posts.get(it.post)
    mine = post.to.get(here) if post else None
    return BulletinView(
        bulletin=it.bulletin,
        kind=it.kind,
        title=it.title,
        text=it.text,
        at=it.at,
        author=it.author,
        confidence=it.confidence,
        sure=CONFIDENCE.get(it.confidence, ""),
        until=it.until,
        audience=it.audience,
        case=it.case,
        sources=tuple(SourceView(kind=one.kind, name=one.name) for one in it.sources),
        reports=it.reports,
        lat=it.lat,
        lon=it.lon,
        state=it.state,
        by=it.by,
        decided_at=it.decided_at,
        note=it.note,
        post=it.post,
        mine=mine is not None and mine.state != "read" and it.state == "approved",
        partners=tuple(_partner(agency, post, picture) for agency in it.partners) if receipted else (),
        to=_own(receipts(post), it, picture) if post and receipted else (),
    )


@telling.post("/bulletins", responses=SIZES)
async def draft(body: Draft, front: FrontHere, who: Who) -> Drafted:
    """Draft a bulletin, or write a draft anew."""
    said = {
        "kind": body.kind,
        "title": body.title,
        "text": body.text,
        "confidence": body.confidence,
        "until": body.until,
        "audience": body.audience,
        "case": body.case,
        "partners": " ".join(body.partners),
        "sources": "\n".join(f"{one.kind}: {one.name}" for one in body.sources),
    }
    reply = await front.ask(who, "bulletin.draft", body.bulletin or "new", body, **said)
    return Drafted(bulletin=reply.made)


@telling.post("/bulletins/series", responses={**SIZES, **OFTEN})
async def from_series(body: FromSeries, front: FrontHere, who: Searcher) -> Drafted:
    """A draft filled with the facts of a series, and with the plates that were read near several of its reports."""
    reports = " ".join(body.reports)
    reply = await front.ask(who, "bulletin.series", "series", body, reports=reports, reason=body.reason, case=body.case)
    return Drafted(bulletin=reply.made)


@telling.post("/bulletins/{bulletin}/approve", responses={**LATE, **SIZES})
async def approve(bulletin: bodies.Id, body: Approve, front: FrontHere, who: Who) -> bodies.Granted:
    """Send it. Somebody else does that than who wrote it."""
    as_of = None if body.as_of is None else str(body.as_of)
    await front.ask(who, "bulletin.approve", bulletin, body, as_of=as_of)
    return bodies.Granted()


@telling.post("/bulletins/{bulletin}/decline", responses={**LATE, **SIZES})
async def decline(bulletin: bodies.Id, body: Why, front: FrontHere, who: Who) -> bodies.Granted:
    await front.ask(who, "bulletin.decline", bulletin, body, reason=body.reason)
    return bodies.Granted()


@telling.post("/bulletins/{bulletin}/withdraw", responses=SIZES)
async def withdraw(bulletin: bodies.Id, body: Why, front: FrontHere, who: Who) -> bodies.Granted:
    """Take it back: it leaves every screen."""
    await front.ask(who, "bulletin.withdraw", bulletin, body, reason=body.reason)
    return bodies.Granted()


@telling.post("/bulletins/{bulletin}/read", responses=SIZES)
async def read(bulletin: bodies.Id, body: bodies.Act, front: FrontHere, who: Who) -> bodies.Granted:
    """A representative has read what is for their agency."""
    await front.ask(who, "bulletin.read", bulletin, body)
    return bodies.Granted()
