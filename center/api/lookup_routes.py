"""The routes for looking persons up in the records, and what is said in public.

Knows: paths, bodies and what an answer looks like.
Refuses to know: who may ask, and whom an answer means: the center says both. An answer is shown to its asker only.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from center.api import bodies
from center.api.board import encode
from center.api.front import FrontHere, Searcher, Who
from center.api.routes import BEHIND, OFTEN, REFUSED, SIZES, STRANGER
from center.api.view import View
from center.core import inquiries, stop_answers, stop_records, stops
from center.core.events import Micros
from center.core.inquiries import Inquiry
from center.core.open_facts import Post
from center.core.picture import Picture
from center.core.ranking import Ranked, identifiers
from center.core.record_facts import PersonOnFile, Sought, VehicleOnFile

looking_up = APIRouter(prefix="/api", tags=["looking up"], responses={**STRANGER, **REFUSED, **BEHIND})
JSON: dict[int | str, dict[str, object]] = {200: {"content": {"application/json": {}}}}
Said = Annotated[str, Field(max_length=120)]
Born = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class RecordsSearch(bodies.Act):
    """One of a name with its birth date, a licence's number, and a plate."""

    last: Said | None = None
    first: Said | None = None
    born: Born | None = None
    licence: Said | None = None
    plate: Annotated[str, Field(min_length=2, max_length=12)] | None = None
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    reason: bodies.Line | None = None
    case: bodies.Line | None = None


class PostsSearch(bodies.Act):
    """Public posts that have these words, are of this account or speak of this place; all that is said must fit."""

    words: Said | None = None
    account: Said | None = None
    place: Said | None = None
    reason: bodies.Line | None = None
    case: bodies.Line | None = None


class SendAnswer(bodies.Act):
    """Which of an answer's persons a unit is told about."""

    inquiry: bodies.Id
    person: bodies.Id


class RankedView(View, frozen=True, kw_only=True):
    """`licence` is what a deputy would be told of it; `ways` lead to the person besides it."""

    person: PersonOnFile
    score: float
    standing: str
    licence: str
    reasons: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()


class FoundView(View, frozen=True, kw_only=True):
    """What came of an inquiry, good until `until`. `more`: others fit as badly as the last. With `trouble`, nothing was
    heard, which is no word about anybody."""

    inquiry: str
    at: Micros
    until: Micros
    ranked: tuple[RankedView, ...] = ()
    car: VehicleOnFile | None = None
    owner: PersonOnFile | None = None
    posts: tuple[Post, ...] = ()
    more: bool = False
    trouble: str = ""


class StopLook(View, frozen=True, kw_only=True):
    """A stop in progress: what the driver said, what the deputy was told of it, and who may be meant."""

    stop: str
    sought: Sought
    waiting: bool = False
    told_at: Micros | None = None
    headline: str = ""
    note: str = ""
    ranked: tuple[RankedView, ...] = ()
    car: VehicleOnFile | None = None
    owner: PersonOnFile | None = None


def _ranked(it: Ranked) -> RankedView:
    return RankedView(
        person=it.person,
        score=it.score,
        standing=it.standing,
        licence=stop_answers.licence_words(it),
        reasons=it.reasons,
        against=it.against,
        ways=identifiers(it.person),
    )


def _found(it: Inquiry) -> FoundView:
    return FoundView(
        inquiry=it.inquiry,
        at=it.at,
        until=Micros(it.at + inquiries.GOOD_FOR),
        ranked=tuple(map(_ranked, it.ranked)),
        car=it.car,
        owner=it.owner,
        posts=it.posts,
        more=it.more,
        trouble=it.trouble,
    )


def _stop(unit: str, picture: Picture) -> StopLook | None:
    stop = stops.of_unit(unit, picture)
    if stop is None:
        return None
    record = picture.stop_records.records.get(f"{unit}/{stop.stop}") or stop_records.StopRecord("")
    car, owner = stop_records.car_of(record)
    return StopLook(
        stop=stop.stop,
        sought=stop_records.sought(stop),
        waiting=bool(record.asked),
        told_at=record.told_at,
        headline=record.headline,
        note=record.note,
        ranked=tuple(map(_ranked, record.ranked)),
        car=car,
        owner=owner,
    )


def _subject(*said: str | None) -> str:
    return " ".join(filter(None, said))[:100]


@looking_up.post("/records/search", response_class=Response, responses={**JSON, **SIZES, **OFTEN})
async def search_records(body: RecordsSearch, front: FrontHere, who: Searcher) -> Response:
    """Who may be meant, the likeliest first, with reasons and contradictions; or a car and its owner."""
    said = body.model_dump(include={"last", "first", "born", "licence", "plate", "state"})
    subject = _subject(body.last, body.first, body.born, body.licence, body.plate) or "nobody"
    reply = await front.ask(who, inquiries.RECORDS, subject, body, reason=body.reason, case=body.case, **said)
    return _answer(reply.made, who.operator, front.assembly.center.picture)


@looking_up.post("/posts/search", response_class=Response, responses={**JSON, **SIZES, **OFTEN})
async def search_posts(body: PostsSearch, front: FrontHere, who: Searcher) -> Response:
    """Public posts of the twin's network, the newest first. A post is a lead."""
    said = body.model_dump(include={"words", "account", "place"})
    subject = _subject(body.words, body.account, body.place) or "anything"
    reply = await front.ask(who, inquiries.POSTS, subject, body, reason=body.reason, case=body.case, **said)
    return _answer(reply.made, who.operator, front.assembly.center.picture)


@looking_up.post("/units/{unit}/answer", responses={**SIZES})
async def send_answer(unit: bodies.Id, body: SendAnswer, front: FrontHere, who: Who) -> bodies.Granted:
    """Tell a unit of one person of an answer of one's own."""
    await front.ask(who, inquiries.SEND, unit, body, inquiry=body.inquiry, person=body.person)
    return bodies.Granted()


@looking_up.get("/units/{unit}/stop", response_class=Response, responses=JSON)
async def look_at_stop(unit: bodies.Id, front: FrontHere, who: Who) -> Response:
    """The stop that an own unit is at, with what the records said; null when it is at none."""
    await front.ask(who, "stop.look", unit, bodies.Act())
    return Response(encode(_stop(unit, front.assembly.center.picture)), media_type="application/json")


def _answer(inquiry: str, operator: str, picture: Picture) -> Response:
    found = inquiries.of(inquiry, operator, picture)
    return Response(encode(None if found is None else _found(found)), media_type="application/json")
