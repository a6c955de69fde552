"""The figures that are quoted: what was recovered, how hits ended, how fast the street was told, what helped.

Knows: how many, month by month of the site's own calendar, and for a while what each alert and incident was counted as,
so that a correction moves the count instead of adding one.
Refuses to know: plates, persons and places. What is here outlives the alerts that it counts, and says nothing of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from center.core import access, clips, outcomes
from center.core.camera_events import ClipKept
from center.core.days import day_of
from center.core.effects import Effect, Notify, OpenVideo, Send
from center.core.events import SECOND, Event, Micros, OperatorActed

if TYPE_CHECKING:
    from center.core.alerts import Alert
    from center.core.correlation import Incident
    from center.core.picture import Picture

_Key = TypeVar("_Key", str, int)
MAX_MONTHS = 240
MAX_REMEMBERED = 20_000
"""So many alerts and incidents can still be corrected; what was counted before them stays as it was."""
EDGES_S = tuple(round(1.15**number, 3) for number in range(90))
"""Between these a delay is counted as one class: what is said of it is 7 % off at most, up to three days."""
WAYS = ("video", "lead", "message")
STOLEN, KEPT = "stolen", "kept list"
"""The second in place of the reason that a list gives which not everybody here may see."""
FISCAL_FROM = 7
"""The month, July, in which a fiscal year begins; it is called after both its years."""


class Month(msgspec.Struct, gc=False):
    """`recovered` by the list's reason; `closed`: hits by disposition; `delays`: reads that a deputy was told of, by
    class of seconds (the place in EDGES_S); `helped`: incidents by how, `any` each once; `clips` of the community."""

    recovered: dict[str, int] = {}
    closed: dict[str, int] = {}
    delays: dict[int, int] = {}
    helped: dict[str, int] = {}
    clips: int = 0


class Counted(msgspec.Struct, gc=False):
    """What an alert has been counted as, and in which month."""

    closed: tuple[str, str] | None = None
    recovered: tuple[str, str] | None = None
    told: bool = False


class CountsSlice(msgspec.Struct):
    """Months as `2026-03`; `alerts` and `helped` (incidents: the ways they were helped) by id, oldest first."""

    months: dict[str, Month] = {}
    alerts: dict[str, Counted] = {}
    helped: dict[str, list[str]] = {}


def month_of(at: Micros, picture: Picture) -> str:
    """The month by the site's clocks."""
    clock = picture.site.clock
    place = bisect_right(clock, (at, 1 << 62)) - 1
    offset_s = clock[place][1] if place >= 0 else 0
    return day_of(Micros(at + offset_s * SECOND))[:7]


def fiscal_year(month: str) -> str:
    """`2025-26` for July 2025 to June 2026."""
    year, number = int(month[:4]), int(month[5:])
    first = year if number >= FISCAL_FROM else year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def keep(event: Event, effects: Sequence[Effect], picture: Picture) -> None:
    """Count what an event led to, after all desks have had their say."""
    for effect in effects:
        if isinstance(effect, Notify) and effect.topic == "alert":
            alert = picture.alerts.alerts.get(effect.subject)
            if alert is not None and alert.kind == "hotlist-hit":
                _alert(alert, picture)
        elif isinstance(effect, Notify) and effect.topic == "incident":
            incident = picture.incidents.incidents.get(effect.subject)
            if incident is not None:
                _incident(incident, picture)
        elif isinstance(effect, OpenVideo):
            ticket = picture.video.tickets.get(effect.ticket)
            _help(ticket.case if ticket and not ticket.sound else "", "video", picture)
        elif isinstance(effect, Send) and isinstance(event, OperatorActed):
            about = event.details.get("about", "").removeprefix("incident/")
            _help(event.case or about, "message", picture)
    if isinstance(event, ClipKept) and not event.trouble:
        clip = picture.clips.clips.get(event.answers)
        if clip is not None and clip.state == "kept" and clip.camera in picture.site.owners:
            _month(picture.now, picture).clips += 1


# --- alerts -----------------------------------------------------------------------------------------------------------


def _alert(alert: Alert, picture: Picture) -> None:
    """Whatever has changed about it: it is counted as what it is now, and as nothing else."""
    here = picture.counts
    known = here.alerts.get(alert.alert)
    if known is None:
        if alert.closed_at is None and alert.alert not in picture.messages.of:
            return
        known = here.alerts[alert.alert] = Counted()
        while len(here.alerts) > MAX_REMEMBERED:
            del here.alerts[next(iter(here.alerts))]
    closed = None
    if alert.closed_at is not None:
        closed = (month_of(alert.closed_at, picture), alert.disposition or alert.state)
    if closed != known.closed:
        _move("closed", known.closed, closed, picture)
        known.closed = closed
        if alert.disposition == "correct":
            _lead(alert.alert, picture)
    recovered = None
    if alert.outcome == outcomes.RECOVERED and alert.outcome_at is not None:
        recovered = (month_of(alert.outcome_at, picture), _reason(alert, picture))
    if recovered != known.recovered:
        _move("recovered", known.recovered, recovered, picture)
        known.recovered = recovered
    if not known.told:
        _told(alert, known, picture)


def _reason(alert: Alert, picture: Picture) -> str:
    """In the list's own word, but for a list that is kept from somebody who is shown the figures; that a car was stolen
    says nothing of a list."""
    reason = alert.listing.reason if alert.listing else ""
    site, readers = picture.site, access.ACTS["counts.look"].roles
    people = (one for one in site.operators.values() if one.role in readers and one.agency in site.agencies)
    own = (one for one in people if site.agencies[one.agency].own)
    is_kept = reason != STOLEN and not all(access.may_see(one, alert.hotlist, picture) for one in own)
    return KEPT if is_kept else reason


def _move(which: str, was: tuple[str, str] | None, now: tuple[str, str] | None, picture: Picture) -> None:
    here = picture.counts
    if was is not None and was[0] in here.months:
        _add(getattr(here.months[was[0]], which), was[1], -1)
    if now is not None:
        _add(getattr(_named(now[0], picture), which), now[1], 1)


def _told(alert: Alert, known: Counted, picture: Picture) -> None:
    """From the first read until the first deputy pressed the key. A car that passed before it was listed had nobody
    waiting for it."""
    names = picture.messages.of.get(alert.alert, ())
    acked = [message.acked_at for message in map(picture.messages.messages.get, names) if message and message.acked_at]
    first = alert.reads[0] if alert.reads else None
    if not acked or first is None or first.backward:
        return
    known.told = True
    seconds = (min(acked) - first.read.at) / SECOND
    _add(_month(min(acked), picture).delays, max(0, bisect_right(EDGES_S, seconds) - 1), 1)


# --- calls ------------------------------------------------------------------------------------------------------------


def _incident(incident: Incident, picture: Picture) -> None:
    kept = [clip for clip in clips.of_incident(incident.incident, picture) if clip.state == "kept"]
    if not all(clips.is_by_rule(clip) for clip in kept):
        _help(incident.incident, "video", picture)
    alerts = picture.alerts.alerts
    if any(hit.alert in alerts and alerts[hit.alert].disposition == "correct" for hit in incident.hits):
        _help(incident.incident, "lead", picture)


def _lead(alert: str, picture: Picture) -> None:
    """A hit has been confirmed: it is a lead for every call that it passed near."""
    for incident in picture.incidents.incidents.values():
        if any(hit.alert == alert for hit in incident.hits):
            _help(incident.incident, "lead", picture)


def _help(case: str, way: str, picture: Picture) -> None:
    """An incident counts once, in the month in which it was helped first, and once more for each further way."""
    here = picture.counts
    name = picture.incidents.by_call.get(case, case)
    if name not in picture.incidents.incidents or way in here.helped.get(name, ()):
        return
    month = _month(picture.now, picture)
    if name not in here.helped:
        here.helped[name] = []
        _add(month.helped, "any", 1)
        while len(here.helped) > MAX_REMEMBERED:
            del here.helped[next(iter(here.helped))]
    here.helped[name].append(way)
    _add(month.helped, way, 1)


# --- buckets ----------------------------------------------------------------------------------------------------------


def _month(at: Micros, picture: Picture) -> Month:
    return _named(month_of(at, picture), picture)


def _named(name: str, picture: Picture) -> Month:
    """The month; with too many, the oldest is let go."""
    months = picture.counts.months
    if name not in months:
        months[name] = Month()
        if len(months) > MAX_MONTHS:
            del months[min(months)]
    return months.get(name) or Month()


def _add(counts: dict[_Key, int], key: _Key, by: int) -> None:
    counts[key] = counts.get(key, 0) + by
    if not counts[key]:
        del counts[key]
