"""What is shown of burglary patterns.

Knows: the view of a forecast, of rashes, series and boxes, and which burglaries stand beside them.
Refuses to know: who looks, and by which route.
"""

from __future__ import annotations

from center.api.view import View
from center.core.boxes import Offer
from center.core.burglary_lists import Listed
from center.core.events import DAY
from center.core.pattern_facts import Advice, Burglary
from center.core.picture import Picture
from center.core.series import TipBeside, tips_near

MOST_BURGLARIES = 1_000
SHOWN_FOR = 60 * DAY


class PatternsView(View, frozen=True, kw_only=True):
    """`on`: whether the site wants any of it; `reports`: how many burglaries are kept; `pending`: a forecast is waited
    for; `advice` the last one, `listed` the simple lists, `offers` the boxes, decided about or not; `burglaries` those
    of the last weeks and of what is said of them, the newest first; `tips` those near a series, by its first report."""

    on: bool
    reports: int
    pending: bool = False
    advice: Advice | None = None
    listed: tuple[Listed, ...] = ()
    offers: tuple[Offer, ...] = ()
    burglaries: tuple[Burglary, ...] = ()
    tips: dict[str, tuple[TipBeside, ...]] = {}  # noqa: RUF012  # a struct's default is copied


def shown(picture: Picture) -> PatternsView:
    here = picture.patterns
    return PatternsView(
        on=here.on is not None,
        reports=len(here.reports),
        pending=bool(here.asked),
        advice=here.advice,
        listed=here.listed,
        offers=tuple(here.offers.values()),
        burglaries=_lately(picture),
        tips=_tips(picture),
    )


def _tips(picture: Picture) -> dict[str, tuple[TipBeside, ...]]:
    """Beside each series, as the desk finds them now: the forecast was made without them."""
    here, found = picture.patterns, dict[str, tuple[TipBeside, ...]]()
    for one in here.advice.series if here.advice is not None else ():
        near = tips_near((here.reports[name] for name in one.reports if name in here.reports), picture)
        if near:
            found[one.reports[0]] = tuple(near)
    return found


def _lately(picture: Picture) -> tuple[Burglary, ...]:
    """Those of the last weeks, and all that anything is said of, the newest first."""
    here = picture.patterns
    said: dict[str, None] = {}
    if here.advice is not None:
        groups = [one.reports for one in here.advice.series] + [one.reports for one in here.advice.rashes]
        said |= dict.fromkeys(name for group in groups for name in group)
        for offer in here.offers.values():
            said |= dict.fromkeys(name for name, _ in offer.box.why)
    chosen = [one for one in here.reports.values() if picture.now - one.known <= SHOWN_FOR or one.report in said]
    before = here.advice.past if here.advice is not None else ()
    return tuple(reversed((*before, *chosen)[-MOST_BURGLARIES:]))
