"""The routes of conversations, and of the cases whose people take part in them.

Knows: paths and bodies; which conversations a person is shown.
Refuses to know: what becomes of a message, and who may write to whom: the center says that.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from center.api import bodies, message_views
from center.api.board import encode
from center.api.front import FrontHere, Who
from center.api.routes import BEHIND, REFUSED, SIZES, STRANGER
from center.core.correspondence import may_look
from center.core.message_facts import PERSON
from center.core.picture import Picture
from center.core.recipients import on_duty, partner_of, partners
from center.core.threads import ROOM, ROOM_ROLES

writing = APIRouter(prefix="/api", tags=["messages"], responses={**STRANGER, **REFUSED, **BEHIND})
MOST_PERSONS = 50
MOST_THREADS = 500
Target = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^(room|(unit|agency|beat|shift|case)/[\x20-\x7e]+)$")
]
About = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^(incident|alert|case)/[\x21-\x7e]+$")]
Conversation = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[a-z]+/[\x20-\x7e]+$")]


class Write(bodies.Act):
    """`to`: `unit/SO-1`, `agency/SO`, `beat/12`, `shift/night` (own units on duty), or `case/26-1` (who works on it);
    of another agency's representative `room`, and nothing else. `about`: the conversation it belongs to, where it is
    not the recipient's own; to the room there is none."""

    to: Target
    text: bodies.Line
    about: About | None = None


class Answer(bodies.Act):
    thread: Conversation
    text: bodies.Line


class Assign(bodies.Act):
    """Who works on a case, all of them; a number that is not known opens one."""

    title: bodies.Line | None = None
    persons: Annotated[list[bodies.Id], Field(min_length=1, max_length=MOST_PERSONS)]


class Written(bodies.Granted):
    post: str


@writing.get("/messages", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def get_messages(front: FrontHere, who: Who) -> Response:
    """The conversations a person may see, the latest first, and what became of every message. Whoever asks has then
    been brought what was written to them."""
    await front.ask(who, "messages.look", "messages", bodies.Act())
    picture = front.assembly.center.picture
    person = picture.site.operators[who.operator]
    mine = (f"{PERSON}{who.operator}", *((ROOM,) if who.role in ROOM_ROLES else ()))
    seen = [thread for thread in picture.threads.threads.values() if may_look(person, thread, picture)]
    latest = sorted(seen, key=lambda thread: (-thread.last_at, thread.thread))[:MOST_THREADS]
    in_room, partner = who.role in ROOM_ROLES, partner_of(mine[0], picture)
    cases = [
        message_views.CaseView(case=case.case, title=case.title, persons=case.persons)
        for case in picture.cases.cases.values()
        if case.closed_at is None and (in_room or who.operator in case.persons)
    ]
    shown = message_views.MessagesView(
        threads=tuple(message_views.thread(one, mine, picture, agency=partner) for one in latest),
        cases=tuple(cases),
        targets=_groups(picture) if in_room else (ROOM,) if partner else (),
    )
    return Response(encode(shown), media_type="application/json")


def _groups(picture: Picture) -> tuple[str, ...]:
    """Agencies, beats and shifts of which somebody is on duty, and agencies that have joined and read here."""
    units = [picture.site.units[name] for name in on_duty(picture)]
    named = [(kind, getattr(unit, kind)) for unit in units for kind in ("agency", "shift", "beat")]
    named += [("agency", name) for name in picture.site.agencies if partners(name, picture)]
    return tuple(f"{kind}/{name}" for kind, name in sorted(dict.fromkeys(named)) if name)


@writing.post("/messages", responses=SIZES)
async def write(body: Write, front: FrontHere, who: Who) -> Written:
    """Write to a unit, to everybody of a shift, beat or agency who is on duty, or to those who work on a case; from
    another agency to the room."""
    if body.to == ROOM:
        answer = await front.ask(who, "message.room", ROOM, body, text=body.text)
        return Written(post=answer.made)
    reply = await front.ask(who, "message.send", body.to, body, text=body.text, about=body.about)
    return Written(post=reply.made)


@writing.post("/messages/reply", responses=SIZES)
async def reply(body: Answer, front: FrontHere, who: Who) -> Written:
    """Answer in a conversation: to everybody who takes part."""
    answer = await front.ask(who, "message.reply", body.thread, body, text=body.text)
    return Written(post=answer.made)


@writing.post("/messages/{post}/read", responses=SIZES)
async def read(post: bodies.Id, body: bodies.Act, front: FrontHere, who: Who) -> bodies.Granted:
    """Say that a message has been read: by the person it is for, or by the room."""
    await front.ask(who, "message.read", post, body)
    return bodies.Granted()


@writing.post("/cases/{case}/assign", responses=SIZES)
async def assign(case: bodies.Id, body: Assign, front: FrontHere, who: Who) -> bodies.Granted:
    await front.ask(who, "case.assign", case, body, title=body.title, persons=" ".join(body.persons))
    return bodies.Granted()


@writing.post("/cases/{case}/close", responses=SIZES)
async def close(case: bodies.Id, body: bodies.Act, front: FrontHere, who: Who) -> bodies.Granted:
    await front.ask(who, "case.close", case, body)
    return bodies.Granted()
