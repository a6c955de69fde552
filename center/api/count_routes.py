"""The routes for the figures that are quoted, and for saying what became of a hit.

Knows: paths, bodies, and a spreadsheet's dangers.
Refuses to know: how anything is counted (see core/counts), and what each figure means (see count_views).
"""

from __future__ import annotations

import csv
import io
from typing import Literal

from fastapi import APIRouter, Response

from center.api import bodies
from center.api.board import encode
from center.api.count_views import DEFINITIONS, counts_view
from center.api.front import FrontHere, Who
from center.api.routes import BEHIND, REFUSED, SIZES, STRANGER

counting = APIRouter(prefix="/api", tags=["counts"], responses={**STRANGER, **REFUSED, **BEHIND})


class Outcome(bodies.Act):
    outcome: Literal["recovered", "not-found", "other"]
    note: bodies.Line | None = None


class Correct(bodies.Act):
    disposition: Literal["correct", "wrong-state", "misread", "stale-listing", "dismissed"]
    reason: bodies.Line


@counting.get("/counts", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def get_counts(front: FrontHere, who: Who) -> Response:
    """By fiscal year and by month of the site's calendar, with what each figure means."""
    await front.ask(who, "counts.look", "counts", bodies.Act())
    return Response(encode(counts_view(front.assembly.center.picture)), media_type="application/json")


def plain(cell: str) -> str:
    """What comes of a list's words, so that a spreadsheet takes it for words and reckons nothing."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


@counting.get("/counts.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
async def get_csv(front: FrontHere, who: Who) -> Response:
    """A line a figure and month; what a figure means stands beside it."""
    await front.ask(who, "counts.look", "counts", bodies.Act())
    view = counts_view(front.assembly.center.picture)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("fiscal_year", "month", "figure", "of", "count", "definition"))
    for span in reversed(view.months):
        for figure in ("recovered", "closed", "helped"):
            for of, count in sorted(getattr(span, figure).items()):
                table.writerow((span.fiscal_year, span.span, figure, plain(of), count, DEFINITIONS[figure]))
        for of, value in (("acknowledged", span.told), ("median_s", span.median_s), ("p95_s", span.p95_s)):
            if span.told:
                table.writerow((span.fiscal_year, span.span, "delays", of, value, DEFINITIONS["delays"]))
        if span.clips:
            table.writerow((span.fiscal_year, span.span, "clips", "", span.clips, DEFINITIONS["clips"]))
    name = f'attachment; filename="counts-{view.month}.csv"'
    return Response(text.getvalue(), media_type="text/csv", headers={"Content-Disposition": name})


@counting.post("/alerts/{alert}/outcome", responses=SIZES)
async def mark(alert: bodies.Id, body: Outcome, front: FrontHere, who: Who) -> bodies.Granted:
    """What became of a confirmed hit; said again otherwise, the later word counts."""
    await front.ask(who, "outcome.mark", alert, body, outcome=body.outcome, note=body.note)
    return bodies.Granted()


@counting.post("/alerts/{alert}/correct", responses=SIZES)
async def correct(alert: bodies.Id, body: Correct, front: FrontHere, who: Who) -> bodies.Granted:
    """A supervisor puts a disposition right; deputies who were told of what was none are told so."""
    await front.ask(who, "outcome.correct", alert, body, reason=body.reason, disposition=body.disposition)
    return bodies.Granted()
