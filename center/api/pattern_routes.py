"""The routes for what is made of burglary reports.

Knows: paths and bodies; what is shown of a forecast, of rashes, series and boxes.
Refuses to know: what a box is worth, and who may take one: the center says that.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from center.api import bodies
from center.api.board import encode
from center.api.front import FrontHere, Who
from center.api.routes import BEHIND, LATE, REFUSED, SIZES, STRANGER
from center.api.view import View
from center.core.burglary_lists import Listed
from center.core.pattern_facts import Advice
from center.core.patterns import Offer

patrolling = APIRouter(prefix="/api", tags=["patterns"], responses={**STRANGER, **REFUSED, **BEHIND})
MOST_UNITS = 20


class PatternsView(View, frozen=True, kw_only=True):
    """`on`: whether the site wants any of it; `reports`: how many burglaries are kept; `pending`: a forecast is waited
    for; `advice` the last one, `listed` the simple lists, `offers` the boxes, decided about or not."""

    on: bool
    reports: int
    pending: bool = False
    advice: Advice | None = None
    listed: tuple[Listed, ...] = ()
    offers: tuple[Offer, ...] = ()


class Accept(bodies.Act):
    """Which units are to patrol it."""

    units: Annotated[list[bodies.Id], Field(min_length=1, max_length=MOST_UNITS)]


@patrolling.get("/patterns", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def get_patterns(front: FrontHere, who: Who) -> Response:
    """What a forecast says, with its reasons, and what became of its boxes. Places and reports; no persons."""
    await front.ask(who, "patterns.look", "patterns", bodies.Act())
    here = front.assembly.center.picture.patterns
    shown = PatternsView(
        on=here.on is not None,
        reports=len(here.reports),
        pending=bool(here.asked),
        advice=here.advice,
        listed=here.listed,
        offers=tuple(here.offers.values()),
    )
    return Response(encode(shown), media_type="application/json")


@patrolling.post("/boxes/{box}/accept", responses={**LATE, **SIZES})
async def accept(box: bodies.Id, body: Accept, front: FrontHere, who: Who) -> bodies.Granted:
    """Have a proposed box patrolled; the units' terminals are told."""
    await front.ask(who, "box.accept", box, body, units=" ".join(body.units))
    return bodies.Granted()


@patrolling.post("/boxes/{box}/decline", responses={**LATE, **SIZES})
async def decline(box: bodies.Id, body: bodies.Act, front: FrontHere, who: Who) -> bodies.Granted:
    await front.ask(who, "box.decline", box, body)
    return bodies.Granted()
