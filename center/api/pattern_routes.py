"""The routes for what is made of burglary reports.

Knows: paths and bodies; what is shown of a forecast, of rashes, series and boxes.
Refuses to know: what a box is worth, and who may take one: the center says that.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from center.api import bodies, views
from center.api.board import encode
from center.api.front import FrontHere, Searcher, Who
from center.api.pattern_views import shown
from center.api.routes import BEHIND, LATE, OFTEN, REFUSED, SIZES, STRANGER
from center.api.view import View
from center.core.series import MOST_REPORTS, plates_near

patrolling = APIRouter(prefix="/api", tags=["patterns"], responses={**STRANGER, **REFUSED, **BEHIND})
MOST_UNITS = 20


class NearView(View, frozen=True, kw_only=True):
    """A plate that passed near `reports`: read `there` times in their windows and `elsewhen` times at other hours by
    the same readers. A lead, no more."""

    plate: str
    reports: tuple[str, ...]
    there: int
    elsewhen: int
    last: views.ReadView


class Named(bodies.Act):
    """Which reports."""

    reports: Annotated[list[bodies.Id], Field(min_length=2, max_length=MOST_REPORTS)]


class Split(Named):
    """`reports` stay one series, `out` do not belong to it."""

    reports: Annotated[list[bodies.Id], Field(min_length=1, max_length=MOST_REPORTS)]
    out: Annotated[list[bodies.Id], Field(min_length=1, max_length=MOST_REPORTS)]


class PlatesNear(Named):
    reason: bodies.Line | None = None
    case: bodies.Line | None = None


class Accept(bodies.Act):
    """Which units are to patrol it."""

    units: Annotated[list[bodies.Id], Field(min_length=1, max_length=MOST_UNITS)]


@patrolling.get("/patterns", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def get_patterns(front: FrontHere, who: Who) -> Response:
    """What a forecast says, with its reasons, and what became of its boxes. Places and reports; no persons."""
    await front.ask(who, "patterns.look", "patterns", bodies.Act())
    return Response(encode(shown(front.assembly.center.picture)), media_type="application/json")


@patrolling.post("/patterns/series/confirm", responses={**SIZES})
async def confirm(body: Named, front: FrontHere, who: Who) -> bodies.Granted:
    """A detective says that these are one series; the next forecast keeps them together."""
    await front.ask(who, "series.confirm", "series", body, reports=" ".join(body.reports))
    return bodies.Granted()


@patrolling.post("/patterns/series/split", responses={**SIZES})
async def split(body: Split, front: FrontHere, who: Who) -> bodies.Granted:
    """A detective says that `out` do not belong to `reports`."""
    await front.ask(who, "series.split", "series", body, reports=" ".join(body.reports), out=" ".join(body.out))
    return bodies.Granted()


@patrolling.post(
    "/patterns/series/plates",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}, **SIZES, **OFTEN},
)
async def plates(body: PlatesNear, front: FrontHere, who: Searcher) -> Response:
    """Plates of the lookback period that passed near three of these or more, those that are seldom there first. A
    vehicle that passed is a lead."""
    await front.ask(who, "series.plates", " ".join(body.reports), body, reason=body.reason, case=body.case)
    picture = front.assembly.center.picture
    reports = [one for name in body.reports if (one := picture.patterns.reports.get(name)) is not None]
    found = [
        NearView(
            plate=one.plate,
            reports=one.reports,
            there=one.there,
            elsewhen=one.elsewhen,
            last=views.read(one.last, picture),
        )
        for one in plates_near(reports, picture)
    ]
    return Response(encode(found), media_type="application/json")


@patrolling.post("/boxes/{box}/accept", responses={**LATE, **SIZES})
async def accept(box: bodies.Id, body: Accept, front: FrontHere, who: Who) -> bodies.Granted:
    """Have a proposed box patrolled; the units' terminals are told."""
    await front.ask(who, "box.accept", box, body, units=" ".join(body.units))
    return bodies.Granted()


@patrolling.post("/boxes/{box}/decline", responses={**LATE, **SIZES})
async def decline(box: bodies.Id, body: bodies.Act, front: FrontHere, who: Who) -> bodies.Granted:
    await front.ask(who, "box.decline", box, body)
    return bodies.Granted()
