"""The routes for evidence holds, and for what was last removed.

Knows: paths and bodies.
Refuses to know: what a hold keeps, who may place one, and what is past its days: the center says that.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from msgspec import structs
from pydantic import BaseModel, Field

from center.api import bodies
from center.api.front import FrontHere, Who
from center.api.routes import BEHIND, REFUSED, SIZES, STRANGER

holding = APIRouter(prefix="/api", tags=["holds"], responses={**STRANGER, **REFUSED, **BEHIND})
Moment = Annotated[int, Field(ge=0, lt=2**62)]


class HoldOut(BaseModel):
    hold: str
    owner: str
    reason: str
    case: str
    placed_at: int
    expires: int
    subject: str
    start: int
    end: int


class Holds(BaseModel):
    """`due_at`: when what is past its days was last reckoned, 0 for never; `removed` by kind and `held` then;
    `trouble`: why not everything went."""

    holds: list[HoldOut]
    days: dict[str, int]
    due_at: int
    removed: dict[str, int]
    held: int
    trouble: str


class PlaceHold(bodies.Act):
    """`subject`: `plate:KTR482`, `incident:i4.1` and so on, or `all:` with `start` and `end` (microseconds)."""

    subject: Annotated[str, Field(min_length=2, max_length=100, pattern=r"^[\x21-\x7e]+$")]
    days: Annotated[int, Field(ge=1, le=3650)]
    reason: bodies.Line
    case: bodies.Line
    owner: bodies.Id | None = None
    start: Moment | None = None
    end: Moment | None = None


class Placed(bodies.Granted):
    hold: str


class LiftHold(bodies.Act):
    reason: bodies.Line


@holding.get("/holds")
async def get_holds(front: FrontHere, who: Who) -> Holds:
    """What is held, by whom and until when; for how many days what is kept; and what was last removed."""
    await front.ask(who, "hold.look", "holds", bodies.Act())
    here = front.assembly.center.picture.retention
    last = here.last
    shown = HoldOut.model_fields.keys()
    return Holds(
        holds=[HoldOut(**{name: getattr(hold, name) for name in shown}) for hold in here.holds.values()],
        days=structs.asdict(front.assembly.site.retention.rostered()),
        due_at=here.due_at,
        removed=last.removed if last else {},
        held=last.held if last else 0,
        trouble=last.trouble if last else "",
    )


@holding.post("/holds", responses=SIZES)
async def place(body: PlaceHold, front: FrontHere, who: Who) -> Placed:
    """Keep something, whatever its days."""
    said = {"days": str(body.days), "owner": body.owner, "reason": body.reason, "case": body.case}
    times = {name: str(at) for name, at in (("start", body.start), ("end", body.end)) if at is not None}
    reply = await front.ask(who, "hold.place", body.subject, body, **said, **times)
    return Placed(hold=reply.made)


@holding.post("/holds/{hold}/lift", responses=SIZES)
async def lift(hold: bodies.Id, body: LiftHold, front: FrontHere, who: Who) -> bodies.Granted:
    await front.ask(who, "hold.lift", hold, body, reason=body.reason)
    return bodies.Granted()
