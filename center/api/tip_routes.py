"""The routes of tips.

Knows: their paths and bodies, and what a person is shown of a tip, of what it may be about and of what it belongs to as
somebody says.
Refuses to know: who gave a tip: nothing here could.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from center.api import bodies
from center.api.board import encode
from center.api.front import FrontHere, Who
from center.api.incident_views import WordView, word
from center.api.routes import BEHIND, REFUSED, SIZES, STRANGER
from center.api.view import View
from center.core import access, cases, tips
from center.core.events import Micros
from center.core.picture import Picture
from center.core.roster import RosterOperator
from center.core.threads import ROOM_ROLES
from center.core.tips import Tip

tipping = APIRouter(prefix="/api", tags=["tips"], responses={**STRANGER, **REFUSED, **BEHIND})
MOST_SHOWN = 300


Key = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f]+$")]


class Say(bodies.Act):
    """Of which `tip` (its key) and which thing something is said. `about`: `incident/ID`, `case/NUMBER`,
    `series/REPORT` (any report of it) or `bulletin/ID`; or a number as people type it, of a call, an incident, a case
    or a report."""

    tip: Key
    about: Key
    reason: bodies.Line


class Said(bodies.Granted):
    """`about`: the thing that was meant."""

    about: str


class AboutView(View, frozen=True, kw_only=True):
    """What a tip may be about: an `incident` or a `bulletin`, what that is called, and why; and what it belongs to, or
    does not, as somebody `said`: these, a `series` (by a report of it) or a `case`."""

    kind: str
    id: str
    headline: str
    why: tuple[str, ...]
    said: WordView | None = None


class TipView(View, frozen=True, kw_only=True):
    """A tip as it stands: what somebody said, and no more. `at` is when the line took it, `begins` to `ends` when it
    says that it was; `withheld` counts what was dropped because it could say who told it."""

    tip: str
    number: str
    line: str
    at: Micros
    lead: bool = False
    channel: str = ""
    offence: str | None = None
    text: str = ""
    begins: Micros | None = None
    ends: Micros | None = None
    lat: float | None = None
    lon: float | None = None
    off_m: float | None = None
    address: str = ""
    plate: str | None = None
    state: str | None = None
    vehicle: str = ""
    withheld: int = 0
    revision: int = 1
    about: tuple[AboutView, ...] = ()


@tipping.get("/tips", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def get_tips(front: FrontHere, who: Who) -> Response:
    """The latest tips, the newest first, with what each may be about and why. Each is a lead that nobody has
    checked."""
    await front.ask(who, "tips.look", "tips", bodies.Act())
    picture = front.assembly.center.picture
    person, withheld = picture.site.operators[who.operator], access.withheld(who.operator, picture)
    newest = list(reversed(picture.tips.tips.values()))[:MOST_SHOWN]
    return Response(encode([view(one, person, withheld, picture) for one in newest]), media_type="application/json")


@tipping.post("/tips/belongs", responses=SIZES)
async def belongs(body: Say, front: FrontHere, who: Who) -> Said:
    """Say that a tip belongs to a call, case, series or bulletin. Said anew, the later word counts."""
    return await _say("tip.belongs", body, front, who)


@tipping.post("/tips/apart", responses=SIZES)
async def apart(body: Say, front: FrontHere, who: Who) -> Said:
    """Say that a tip does not belong to something, whatever the center found."""
    return await _say("tip.apart", body, front, who)


@tipping.post("/tips/unsay", responses=SIZES)
async def unsay(body: Say, front: FrontHere, who: Who) -> Said:
    """Take back either: what the center found stands there again."""
    return await _say("tip.unsay", body, front, who)


async def _say(act: str, body: Say, front: FrontHere, who: Who) -> Said:
    reply = await front.ask(who, act, body.tip, body, reason=body.reason, case=body.about, about=body.about)
    return Said(about=reply.made)


def view(it: Tip, person: RosterOperator, withheld: tuple[str, ...], picture: Picture) -> TipView:
    return TipView(
        tip=it.key,
        number=it.tip,
        line=it.line,
        at=it.told_at,
        lead=True,
        channel=it.channel,
        offence=it.offence,
        text=it.text,
        begins=it.begins,
        ends=it.ends,
        lat=it.lat,
        lon=it.lon,
        off_m=it.off_m,
        address=it.address,
        plate=it.plate,
        state=it.state,
        vehicle=" ".join(filter(None, (it.color, it.make, it.model, it.body))),
        withheld=it.withheld,
        revision=it.revision,
        about=tuple(_about(it, person, withheld, picture)),
    )


def _about(it: Tip, person: RosterOperator, withheld: tuple[str, ...], picture: Picture) -> list[AboutView]:
    found = []
    for target, stands in tips.targets(it.key, picture):
        kind, _, name = target.partition("/")
        headline = _headline(kind, name, person, picture)
        if stands.hotlist not in withheld and headline:
            found.append(AboutView(kind=kind, id=name, headline=headline, why=stands.why, said=word(stands.word)))
    return found


def _headline(kind: str, name: str, person: RosterOperator, picture: Picture) -> str:
    """What a thing is called; empty for what is not there, or nothing for this person."""
    if kind == "incident":
        incident = picture.incidents.incidents.get(name)
        return (incident.kind or "incident") if incident else ""
    if kind == "bulletin":
        bulletin = picture.bulletins.bulletins.get(name)
        return bulletin.title if bulletin else ""
    if kind == "series":
        return f"series of {name}" if name in picture.patterns.reports else ""
    case = picture.cases.cases.get(name)
    shown = person.role in (*ROOM_ROLES, "auditor") or cases.works_on(person.operator, name, picture)
    return f"case {name}: {case.title}" if case and shown else ""
