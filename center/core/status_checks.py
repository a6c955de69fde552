"""Whether a deputy at a stop is well.

Knows: which stop in progress is to be asked about next, which question waits for its key, and what follows a silence.
Refuses to know: who is stopped and what the records say; how a message travels (see messages).

A deputy who does not press the key in time is an alert at once, and whoever is near is told to go and see. The alert
ends by itself when the key is pressed after all, or the stop ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import alerting, messages
from center.core.effects import Effect, WakeAt, Withdraw
from center.core.events import SECOND, MessageAcked, Micros, StopChanged, StopClosed, StopOpened, Woke
from center.core.findings import FellSilent

if TYPE_CHECKING:
    from center.core.picture import Picture
    from center.core.stops import Stop

SILENT = "stop-silent"
MOST_CHECKS = 24
"""Of one stop: one that nobody ended is not asked about for ever."""


class Watch(msgspec.Struct, gc=False):
    """A stop that is watched. `timer` is the next moment to look; `asked` the message that waits for its key."""

    stop: str
    timer: str
    asked: str = ""
    checks: int = 0


class StatusChecksSlice(msgspec.Struct):
    """By unit, and the timers that lead to one."""

    watches: dict[str, Watch] = {}
    timers: dict[str, str] = {}


def told(event: StopOpened | StopChanged | StopClosed, picture: Picture) -> Iterator[Effect]:
    """A stop begins to be watched when it opens, and no longer when it is over."""
    unit = picture.site.unit_of.get(event.unit, event.unit)
    current = picture.stops.current.get(unit, "")
    watch = picture.status_checks.watches.get(unit)
    if watch is not None and watch.stop != current:
        yield from _leave(unit, picture)
    every_s = picture.site.policy.status_check_s
    if current and unit not in picture.status_checks.watches and every_s > 0 and _can_be_asked(unit, picture):
        picture.status_checks.watches[unit] = Watch(current, "")
        yield _look_in(unit, every_s, picture)


def woke(event: Woke, picture: Picture) -> Iterator[Effect]:
    """Time to ask; or an answer is late."""
    here = picture.status_checks
    unit = here.timers.pop(event.answers, None)
    if unit is None:
        return
    watch = here.watches[unit]
    stop = picture.stops.stops.get(watch.stop)
    if stop is None or picture.stops.current.get(unit) != watch.stop or not _can_be_asked(unit, picture):
        watch.timer = ""
        yield from _leave(unit, picture)
    elif watch.asked:
        where = _where(stop)
        headline = f"{unit} does not answer at a traffic stop{where}"
        yield alerting.plainly(picture, SILENT, unit, headline, "a status check was not acknowledged")
        picture.found.append(FellSilent(unit))
        watch.asked = ""
        yield from _again(unit, watch, picture)
    else:
        yield from _ask(unit, watch, stop, picture)


def acked(event: MessageAcked, picture: Picture) -> Iterator[Effect]:
    """The key was pressed, in time or late; only by the unit itself."""
    unit = picture.site.unit_of.get(event.unit, event.unit)
    watch = picture.status_checks.watches.get(unit)
    if watch is None:
        return
    message = picture.messages.messages.get(event.answers)
    if message is None or message.unit != unit:
        return
    yield from alerting.over(f"{SILENT}/{unit}", picture, "answered")
    if watch.asked == event.answers:
        watch.asked = ""
        yield from _settle(watch, picture)
        yield from _again(unit, watch, picture)


def _ask(unit: str, watch: Watch, stop: Stop, picture: Picture) -> Iterator[Effect]:
    place = {"lat": stop.lat, "lon": stop.lon}
    headline = f"STATUS CHECK {unit}{_where(stop)}: press the key; anybody else: go and see"
    sending = messages.plain(picture, "status-check", headline, **place)
    yield from messages.tell_one(unit, sending, picture, help_near=True)
    watch.asked = picture.messages.of[unit][-1]
    watch.checks += 1
    yield _look_in(unit, picture.site.policy.escalate_after_s, picture)


def _again(unit: str, watch: Watch, picture: Picture) -> Iterator[Effect]:
    if watch.checks < MOST_CHECKS:
        yield _look_in(unit, max(1, picture.site.policy.status_check_s), picture)
    else:
        watch.timer = ""


def _look_in(unit: str, seconds: int, picture: Picture) -> WakeAt:
    timer = WakeAt(id=picture.mint("w"), when=Micros(picture.now + seconds * SECOND))
    picture.status_checks.watches[unit].timer = timer.id
    picture.status_checks.timers[timer.id] = unit
    return timer


def _settle(watch: Watch, picture: Picture) -> Iterable[Effect]:
    timer, watch.timer = watch.timer, ""
    if not timer:
        return ()
    del picture.status_checks.timers[timer]
    return (Withdraw(id=picture.mint("x"), request=timer),)


def _leave(unit: str, picture: Picture) -> Iterator[Effect]:
    watch = picture.status_checks.watches.pop(unit)
    yield from _settle(watch, picture)
    yield from alerting.over(f"{SILENT}/{unit}", picture, "the stop is over")


def _can_be_asked(unit: str, picture: Picture) -> bool:
    rostered = picture.site.units.get(unit)
    return rostered is not None and bool(rostered.terminal) and picture.site.is_own(unit)


def _where(stop: Stop) -> str:
    said = ", ".join(filter(None, (stop.place, f"{stop.plate or ''} {stop.state or ''}".strip())))
    return f" ({said})" if said else ""
