"""What the records say of a listed plate now.

Knows: which leads have been looked up, at which moment, for whose confirmation, and what came of it.
Refuses to know: how records are asked, what a listing says, and whether a deputy is told (see alerting, messages).

A list is hours old when it is used; the records are not. A lead is checked when it is raised, so that the room sees it
beside the listing, and again when a person confirms it: only a listing that is on file at that moment goes to deputies.
When no answer comes in time the room sees `not-checked`, and may confirm once more, saying so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import alerting
from center.core.effects import Effect, Lookup, WakeAt, Withdraw
from center.core.events import SECOND, Event, Micros, Woke
from center.core.findings import Step, ToCheck
from center.core.record_facts import LookupAnswered

if TYPE_CHECKING:
    from center.core.picture import Picture

CRIMINAL_JUSTICE = "C"
SAID = {
    "listed": "",
    "not-listed": "the records say that it is not listed any more",
    "not-checked": "not checked, the records said nothing in time: to tell deputies all the same, note "
    + alerting.UNCHECKED,
}
"""By what the records said: how the room is told."""


class Check(msgspec.Struct, gc=False):
    """A question that waits for its answer. `step` is the confirmation that waits with it, if one does."""

    alert: str
    lookup: str
    timer: str
    step: Step | None = None


class ChecksSlice(msgspec.Struct):
    """By the id of the question, and of the timer that ends the waiting."""

    asked: dict[str, Check] = {}
    timers: dict[str, str] = {}


def on_findings(event: Event, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """Ask about a lead that was raised, or is about to be confirmed."""
    for finding in tuple(picture.found):
        if not isinstance(finding, ToCheck):
            continue
        alert = picture.alerts.alerts[finding.alert]
        assert alert.listing is not None
        step = finding.step
        lookup = Lookup(
            id=picture.mint("l"),
            plate=alert.listing.plate,
            state=alert.listing.state,
            purpose=CRIMINAL_JUSTICE,
            case=alert.listing.case or alert.alert,
            operator=step.operator if step else "",
        )
        patience = picture.site.policy.check_patience_s * SECOND
        timer = WakeAt(id=picture.mint("w"), when=Micros(picture.now + patience))
        picture.checks.asked[lookup.id] = Check(alert.alert, lookup.id, timer.id, step)
        picture.checks.timers[timer.id] = lookup.id
        yield lookup
        yield timer


def answered(event: LookupAnswered, picture: Picture) -> Iterator[Effect]:
    check = picture.checks.asked.pop(event.answers, None)
    if check is None:
        return
    picture.checks.timers.pop(check.timer, None)
    yield Withdraw(id=picture.mint("x"), request=check.timer)
    said = "not-checked" if event.trouble else "listed" if event.listed else "not-listed"
    yield from alerting.checked(check.alert, said, SAID[said], check.step, picture)


def woke(event: Woke, picture: Picture) -> Iterator[Effect]:
    """Nobody waits for ever."""
    lookup = picture.checks.timers.pop(event.answers, None)
    if lookup is None:
        return
    check = picture.checks.asked.pop(lookup)
    yield Withdraw(id=picture.mint("x"), request=lookup)
    yield from alerting.checked(check.alert, "not-checked", SAID["not-checked"], check.step, picture)
