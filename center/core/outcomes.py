"""What became of a hit, and what turned out otherwise than it was decided.

Knows: that a vehicle is recovered when a deputy or an operator says so, that only of a confirmed hit, and that a
supervisor may put a disposition right later.
Refuses to know: how an alert is raised and closed (see alerting, whose slice this is a second file of), and what is
counted (see counts).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from center.core import alerting, plates
from center.core.effects import Effect, Reply
from center.core.events import OperatorActed
from center.core.findings import Granted, Retracted, Step
from center.core.outcome_facts import VehicleRecovered

if TYPE_CHECKING:
    from center.core.alerts import Alert
    from center.core.picture import Picture

RECOVERED = "recovered"
OUTCOMES = (RECOVERED, "not-found", "other")


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Say what became of a hit, or put its disposition right, once the door has let the person through."""
    if not event.act.startswith("outcome.") or not any(isinstance(f, Granted) for f in picture.found):
        return
    alert = picture.alerts.alerts.get(event.subject)
    mark = event.act == "outcome.mark"
    why = _not_to_be_marked(event, alert) if mark else _not_to_be_corrected(event, alert)
    if alert is None or why:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    if mark:
        yield from _mark(alert, event.details["outcome"], event.operator, picture, event.details.get("note"))
    else:
        yield from _correct(alert, event, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def reported(event: VehicleRecovered, picture: Picture) -> Iterator[Effect]:
    """A deputy of an own agency has the car: it is marked on the latest confirmed hit of it. Without one the room had
    no part in it."""
    unit = picture.site.unit_of.get(event.unit, event.unit)
    if not picture.site.is_own(unit):
        return
    wanted = plates.fold(event.plate)
    for alert in reversed(picture.alerts.alerts.values()):
        listing = alert.listing
        if listing is None or alert.disposition != "correct" or plates.fold(listing.plate) != wanted:
            continue
        if event.state is None or listing.state in (None, event.state):
            yield from _mark(alert, RECOVERED, unit, picture)
            return


def _mark(alert: Alert, outcome: str, by: str, picture: Picture, note: str | None = None) -> Iterator[Effect]:
    """Said again, it is what it was; said otherwise, the later word counts."""
    if alert.outcome == outcome:
        return
    alert.outcome, alert.outcome_at = outcome, picture.now
    alert.history.append(Step(picture.now, by, outcome, note=note))
    yield from alerting.touched(picture, alert.alert)


def _correct(alert: Alert, event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Deputies who were told of what was none are told so. What was right after all is told to nobody: by now it is
    paper."""
    was, now = alert.disposition, event.details["disposition"]
    alert.disposition = now
    alert.state = "confirmed" if now == "correct" else "dismissed"
    alert.history.append(Step(picture.now, event.operator, "correct", now, note=event.reason))
    if now != "correct":
        alert.outcome, alert.outcome_at = "", None
        if was == "correct" and picture.messages.of.get(alert.alert):
            picture.found.append(Retracted(alert.alert))
    yield from alerting.touched(picture, alert.alert)


def _not_to_be_marked(event: OperatorActed, alert: Alert | None) -> str:
    if alert is None or alert.kind != "hotlist-hit":
        return f"there is no hit {event.subject}"
    if alert.disposition != "correct":
        return "only of a confirmed hit is it said what became of it"
    if event.details.get("outcome") not in OUTCOMES:
        return f"the outcome must be one of {', '.join(OUTCOMES)}"
    return ""


def _not_to_be_corrected(event: OperatorActed, alert: Alert | None) -> str:
    if alert is None or alert.kind != "hotlist-hit":
        return f"there is no hit {event.subject}"
    if alert.closed_at is None:
        return "it has not been decided about yet"
    if event.details.get("disposition") not in alerting.DISPOSITIONS:
        return f"the disposition must be one of {', '.join(alerting.DISPOSITIONS)}"
    return "" if event.details["disposition"] != alert.disposition else "that is what it is already"
