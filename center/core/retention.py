"""What is past its days, and what is held all the same.

Knows: from which moment on a site keeps what, which reads an alert came of, who holds what for how long, and when the
stores were last cleared.
Refuses to know: how anything leaves a store, and a backup: that is asked for (`Forget`) and answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core.effects import Audit, Effect, Forget, Reply
from center.core.events import DAY, Event, Micros, OperatorActed, PlateRead
from center.core.findings import Granted, Hit
from center.core.plate_text import fold
from center.core.retention_facts import KINDS, OF_NOBODY, OTHERWISE, Forgotten, Hold, Retention, RetentionDue
from center.core.tips import beside

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_HITS = 100_000
MAX_HOLDS = 1_000
MAX_NAMES = 200
MOST_HELD_DAYS = 3_650
MOST_WINDOW = 7 * DAY


class RetentionSlice(msgspec.Struct):
    """`before`: up to which moment what is gone, by kind, as of `due_at`; `hits`: when a read was that an alert came
    of, by `reader/read`, oldest first; `asked`: the `Forget` that is waited for; `last`: what came of the last one."""

    before: dict[str, Micros] = {}
    due_at: Micros = Micros(0)
    hits: dict[str, Micros] = {}
    holds: dict[str, Hold] = {}
    asked: str = ""
    last: Forgotten | None = None


# --- what is kept -----------------------------------------------------------------------------------------------------


def kind_of(event: Event, here: RetentionSlice) -> str:
    """By whose days a fact goes; empty for one that stays."""
    name = type(event).__name__
    if isinstance(event, PlateRead) and f"{event.reader}/{event.read}" in here.hits:
        return "hits"
    return "" if name in OF_NOBODY else KINDS.get(name, OTHERWISE)


def is_past(event: Event, here: RetentionSlice) -> bool:
    """Whether a fact is past its days. It may be held."""
    kind = kind_of(event, here)
    return bool(kind) and event.at < here.before.get(kind, 0)


def is_held(event: Event, here: RetentionSlice) -> bool:
    return any(_holds(hold, event) for hold in here.holds.values())


def _holds(hold: Hold, event: Event) -> bool:
    if not hold.start <= event.at <= hold.end:
        return False
    if not hold.names and not hold.plates:
        return True
    plate = getattr(event, "plate", None)
    if isinstance(plate, str) and plate and fold(plate) in hold.plates:
        return True
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, str) and value in hold.names:
            return True
        if isinstance(value, dict) and any(word in hold.names for word in value.values() if isinstance(word, str)):
            return True
    return False


def names_held(here: RetentionSlice) -> dict[str, None]:
    """What holds name, so that it stays in the picture, too."""
    return dict.fromkeys(name for hold in here.holds.values() for name in hold.names)


# --- desks ------------------------------------------------------------------------------------------------------------


def noted(event: Event, picture: Picture) -> Iterable[Effect]:  # noqa: ARG001
    """Stands behind the desks that find hits: which reads they were."""
    here = picture.retention.hits
    for finding in picture.found:
        if isinstance(finding, Hit):
            here[f"{finding.read.reader}/{finding.read.read}"] = finding.read.at
    while len(here) > MAX_HITS:
        del here[next(iter(here))]
    return ()


def due(event: RetentionDue, picture: Picture) -> Iterator[Effect]:
    """Reckon anew what is past, let holds go that have expired, and have the stores cleared. Stands before the desks
    that forget, so that they know what is past."""
    here = picture.retention
    loaded = picture.site.loaded
    days = (loaded.retention if loaded else None) or Retention()
    here.due_at = event.at
    here.before = {
        name.removesuffix("_days"): Micros(event.at - getattr(days, name) * DAY) for name in Retention.__struct_fields__
    }
    for key in [key for key, at in here.hits.items() if at < here.before["hits"]]:
        del here.hits[key]
    for hold in [hold for hold in here.holds.values() if hold.expires <= event.at]:
        del here.holds[hold.hold]
        yield _line(picture, "hold.expired", hold.subject, hold.reason, hold.case)
    if not here.asked:
        forget = Forget(id=picture.mint("f"), at=event.at)
        here.asked = forget.id
        yield forget
    yield _line(picture, "retention.due", f"{len(here.holds)} holds")


def forgotten(event: Forgotten, picture: Picture) -> Iterator[Effect]:
    here = picture.retention
    if event.answers != here.asked:
        return
    here.asked, here.last = "", event
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(event.removed.items())) or "nothing"
    done = f"{counts} removed, {event.held} held"
    yield _line(picture, "retention.done", done, event.trouble or None)


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Somebody places or lifts a hold, once the door has let it through."""
    if event.act not in ("hold.place", "hold.lift") or not any(isinstance(it, Granted) for it in picture.found):
        return
    here = picture.retention.holds
    if event.act == "hold.lift":
        why = "" if event.subject in here else f"there is no hold {event.subject}"
        here.pop(event.subject, None)
        yield Reply(id=picture.mint("r"), request=event.request, granted=not why, why=why)
        return
    hold = _placed(event, picture)
    if isinstance(hold, str):
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=hold)
        return
    here[hold.hold] = hold
    yield Reply(id=picture.mint("r"), request=event.request, granted=True, made=hold.hold)


def _placed(event: OperatorActed, picture: Picture) -> Hold | str:
    """The hold that is meant, or what is wrong with it."""
    said = event.details
    kind, _, subject = event.subject.partition(":")
    days = said.get("days", "")
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:6]) <= MOST_HELD_DAYS and len(days) < 6):
        return f"a hold lasts from 1 to {MOST_HELD_DAYS} days"
    if len(picture.retention.holds) >= MAX_HOLDS:
        return f"there are {MAX_HOLDS} holds already"
    start, end = (_micros(said.get(name, "")) for name in ("start", "end"))
    names: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()
    if kind == "all":
        if start is None or end is None or not 0 < end - start <= MOST_WINDOW:
            return "everything is held of at most seven days, from a start to an end"
    elif kind == "plate" and fold(subject):
        plates = (fold(subject),)
    elif kind in _NAMED and subject:
        names, plates = _NAMED[kind](subject, picture)
    else:
        return f"what is held is one of plate, {', '.join(_NAMED)} and what it is called, or all of a time"
    return Hold(
        hold=picture.mint("h"),
        owner=said.get("owner") or event.operator,
        reason=event.reason or "",
        case=event.case or "",
        placed_at=picture.now,
        expires=Micros(picture.now + int(days) * DAY),
        subject=event.subject,
        names=names[:MAX_NAMES],
        plates=plates[:MAX_NAMES],
        start=start if start is not None else Micros(0),
        end=end if end is not None else Micros(2**62),
    )


def _itself(subject: str, picture: Picture) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A thing, under the names by which its devices go on the wire as well."""
    unit, reader = picture.site.units.get(subject), picture.site.readers.get(subject)
    devices = (*(unit.devices if unit else ()), *(reader.devices if reader else ()))
    return (subject, *devices), ()


def _incident(subject: str, picture: Picture) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """With the calls that it is made of now, the alerts and clips that belong to it, and the tips beside it."""
    incident = picture.incidents.incidents.get(subject)
    if incident is None:
        return (subject,), ()
    calls = [picture.calls.calls[key] for key in incident.calls if key in picture.calls.calls]
    names = [subject, *incident.calls, *(call.call for call in calls), *(hit.alert for hit in incident.hits)]
    names += picture.clips.of.get(subject, [])
    names += [one.tip.tip for one in beside(f"incident/{subject}", picture)]
    return tuple(dict.fromkeys(names)), ()


def _stop(subject: str, picture: Picture) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (subject, *picture.clips.of.get(subject, ())), ()


def _unit(subject: str, picture: Picture) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """With what its cameras showed."""
    names, _ = _itself(subject, picture)
    return (*names, *picture.clips.on.get(subject, ())), ()


def _alert(subject: str, picture: Picture) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """With the plate that it is about, as read and as listed."""
    alert = picture.alerts.alerts.get(subject)
    if alert is None:
        return (subject,), ()
    plates = [fold(one.read.plate) for one in alert.reads] + ([fold(alert.listing.plate)] if alert.listing else [])
    return (subject,), tuple(dict.fromkeys(plates))


_NAMED = {
    "alert": _alert,
    "call": _itself,
    "camera": _itself,
    "clip": _itself,
    "incident": _incident,
    "reader": _itself,
    "stop": _stop,
    "unit": _unit,
}
"""What can be held by its name, and what belongs to it."""


def _micros(text: str) -> Micros | None:
    return Micros(int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _line(picture: Picture, act: str, subject: str, reason: str | None = None, case: str | None = None) -> Audit:
    return Audit(
        id=picture.mint("u"),
        at=picture.now,
        operator="center",
        act=act,
        subject=subject,
        granted=True,
        reason=reason,
        case=case,
    )
