"""Taking out of the picture what is past its days.

Knows: for each slice, where in it the past lies, and how it is let go without leaving anything that points at it.
Refuses to know: for how many days anything is kept (see retention).

It is the one desk that reaches into other desks' slices, and it only takes away: how to forget is the same everywhere
and belongs side by side, so that nothing is overlooked. `OF_SLICES` says of every slice what becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import TYPE_CHECKING

from center.core import clips, permissions
from center.core import plates as reading
from center.core import tips as tipping
from center.core.effects import Effect, Withdraw
from center.core.events import Micros
from center.core.retention import names_held
from center.core.retention_facts import RetentionDue

if TYPE_CHECKING:
    from center.core.picture import Picture


def due(event: RetentionDue, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """Stands behind `retention.due`, which has said what is past. What still waited for an answer waits no longer."""
    for how in OF_SLICES.values():
        if not isinstance(how, str):
            for request in how(picture) or ():
                yield Withdraw(id=picture.mint("x"), request=request)


def _before(picture: Picture, kind: str) -> Micros:
    return picture.retention.before[kind]


def _reads(picture: Picture) -> None:
    """Those that the lookback has passed over leave the list as well, in which they were only skipped."""
    reading.expire(picture)
    here = picture.plates
    del here.reads[: here.head]
    here.head = 0


def _positions(picture: Picture) -> None:
    before = _before(picture, "positions")
    for unit in picture.units.units.values():
        if unit.at < before:
            unit.lat = unit.lon = unit.speed_mps = unit.course_deg = unit.text = None
            unit.fix_at = unit.held_at = Micros(0)
            unit.held_lat = unit.held_lon = 0.0
            unit.still_fixes = 0


def _aircraft(picture: Picture) -> None:
    here, before = picture.aircraft.aircraft, _before(picture, "positions")
    for icao in [icao for icao, craft in here.items() if craft.at < before]:
        del here[icao]


def _looking(picture: Picture) -> None:
    before = _before(picture, "positions")
    for camera in picture.video.cameras.values():
        if camera.looking is not None and camera.looking.at < before:
            camera.looking = None
    picture.video.heard = [time for time in picture.video.heard if time.until >= before]


def _calls(picture: Picture) -> None:
    """Open or not: of a call that nobody has said a word about for so long nothing is going on."""
    here, before, held = picture.calls.calls, _before(picture, "calls"), names_held(picture.retention)
    for key in [key for key, call in here.items() if call.changed_at < before]:
        if key not in held and here[key].call not in held:
            del here[key]


def _incidents(picture: Picture) -> list[str]:
    """An incident goes with its last call."""
    here, calls, held = picture.incidents, picture.calls.calls, names_held(picture.retention)
    before = _before(picture, "calls")
    for name in list(here.incidents):
        incident = here.incidents[name]
        if max(incident.opened_at, incident.last_call_at) >= before or name in held:
            continue
        if any(key in calls for key in incident.calls):
            continue
        del here.incidents[name]
        picture.offers.of.pop(name, None)
        for agency in picture.sharing.of.pop(name, ()):
            del picture.sharing.since[f"{name}/{agency}"]
        if name in here.open:
            here.open.remove(name)
        for key in incident.calls:
            here.by_call.pop(key, None)
    gone = [request for request, name in here.routes.items() if name not in here.incidents]
    for request in gone:
        del here.routes[request]
    return gone


def _alerts(picture: Picture) -> None:
    """What has been disposed of; an alert that still waits for a person stays, and its reads in it."""
    here, before, held = picture.alerts, _before(picture, "hits"), names_held(picture.retention)
    gone = [name for name in here.closed if (here.alerts[name].closed_at or 0) < before and name not in held]
    for name in gone:
        here.closed.remove(name)
        alert = here.alerts.pop(name)
        if here.current.get(alert.key) == name:
            del here.current[alert.key]
        picture.ahead.of.pop(name, None)


def _stops(picture: Picture) -> None:
    here, before, held = picture.stops, _before(picture, "stops"), names_held(picture.retention)
    for key in [key for key, stop in here.stops.items() if (stop.closed_at or stop.opened_at) < before]:
        stop = here.stops[key]
        if key not in held and stop.stop not in held:
            del here.stops[key]
            if here.current.get(stop.unit) == key:
                del here.current[stop.unit]


def _stop_records(picture: Picture) -> list[str]:
    """What records said at a stop goes with the stop."""
    here = picture.stop_records
    for key in [key for key in here.records if key not in picture.stops.stops]:
        del here.records[key]
    gone: list[str] = []
    for leading in (here.lookups, here.timers, here.alerts):
        names = [name for name, key in leading.items() if key not in here.records]
        gone += names if leading is not here.alerts else []
        for name in names:
            del leading[name]
    return gone


def _inquiries(picture: Picture) -> None:
    """What records and open sources said to somebody; one that still waits has a timer of its own."""
    here = picture.inquiries.inquiries
    before = max(_before(picture, kind) for kind in ("stops", "tips"))
    for name in [name for name, one in here.items() if one.answered_at is not None and one.answered_at < before]:
        del here[name]


def _messages(picture: Picture) -> list[str]:
    """One that nobody has answered for so long is not tried any longer."""
    here, before = picture.messages, _before(picture, "messages")
    going_on = dict.fromkeys(name for dispatch in here.dispatches.values() for name in dispatch.told)
    gone = [name for name, message in here.messages.items() if message.sent_at < before and name not in going_on]
    waiting = [name for name in gone if name in picture.pending]
    for name in gone:
        about = here.messages.pop(name).about
        here.of[about].remove(name)
        if not here.of[about]:
            del here.of[about]
    return waiting


def _threads(picture: Picture) -> list[str]:
    """What was said so long ago, and whatever still waited for somebody to hear it."""
    here, before, waiting = picture.threads, _before(picture, "messages"), list[str]()
    bulletins = picture.bulletins
    holding = dict.fromkeys(bulletins.bulletins[name].post for name in bulletins.active)
    for post in [post for post in here.posts.values() if post.at < before and post.post not in holding]:
        if post.timer:
            del here.timers[post.timer]
            waiting.append(post.timer)
        for delivery in post.to.values():
            here.sent.pop(delivery.message, None)
            waiting += [delivery.request] if delivery.request else []
        here.marks.pop(f"{post.author}/{post.mark}", None)
        del here.posts[post.post]
        here.threads[post.thread].posts.remove(post.post)
    for name in [name for name, thread in here.threads.items() if not thread.posts]:
        del here.threads[name]
    return waiting


def _bulletins(picture: Picture) -> None:
    """Those that hold no longer, and drafts that nobody decided about."""
    here, before = picture.bulletins, _before(picture, "messages")
    for name in [name for name, one in here.bulletins.items() if one.state != "approved"]:
        bulletin = here.bulletins[name]
        if max(bulletin.at, bulletin.decided_at or 0) < before:
            del here.bulletins[name]


def _cases(picture: Picture) -> None:
    """Those that are closed; somebody works on the others."""
    here, before = picture.cases.cases, _before(picture, "calls")
    for number in [number for number, case in here.items() if case.closed_at is not None and case.closed_at < before]:
        del here[number]


def _tips(picture: Picture) -> None:
    """With them goes whatever they stood beside; and what they stood beside may be gone before them."""
    here, before, held = picture.tips, _before(picture, "tips"), names_held(picture.retention)
    for key in [key for key, tip in here.tips.items() if tip.at < before and tip.tip not in held]:
        tipping.drop(key, picture)
    there: dict[str, Container[str]] = {
        tipping.INCIDENT: picture.incidents.incidents,
        tipping.BULLETIN: picture.bulletins.bulletins,
        tipping.SERIES: picture.patterns.reports,
        tipping.CASE: picture.cases.cases,
    }
    for leading in (here.beside, here.words):
        for target in list(leading):
            kind, slash, name = target.partition("/")
            if name not in there[kind + slash]:
                del leading[target]


def _permissions(picture: Picture) -> None:
    """What owners were asked for; what still holds has a timer of its own."""
    here, before = picture.permissions, _before(picture, "tips")
    for name in [name for name, one in here.asks.items() if one.over_at is not None and one.over_at < before]:
        permissions.drop(name, here)


def _clips(picture: Picture) -> None:
    here, before, held = picture.clips, _before(picture, "clips"), names_held(picture.retention)
    for name in [name for name, clip in here.clips.items() if clip.asked_at < before and name not in held]:
        clips.forget(name, here)


def _log(picture: Picture) -> None:
    """The watch log repeats what others know; it is as old as the shortest of them, but for positions."""
    before = max(_before(picture, kind) for kind in ("messages", "stops", "calls"))
    picture.log.entries = [entry for entry in picture.log.entries if entry.at >= before]


OF_SLICES: dict[str, Callable[[Picture], list[str] | None] | str] = {
    "site": "who works here and what stands where",
    "units": _positions,
    "stops": _stops,
    "stop_records": _stop_records,
    "status_checks": "stops that go on, and nothing of whom",
    "plates": _reads,
    "calls": _calls,
    "incidents": _incidents,
    "aircraft": _aircraft,
    "alerts": _alerts,
    "checks": "questions of a few seconds",
    "ahead": "of alerts, with which it goes",
    "inquiries": _inquiries,
    "messages": _messages,
    "bulletins": _bulletins,
    "cases": _cases,
    "threads": _threads,
    "tips": _tips,
    "video": _looking,
    "offers": "of incidents, with which they go",
    "clips": _clips,
    "triggers": "when a rule was last followed, for minutes",
    "community": "requests end by timers of their own, and what nobody decided about goes with them",
    "permissions": _permissions,
    "patterns": "places of reports and no persons, for the days of [patterns]",
    "series": "which reports belong together, by number",
    "counts": "numbers, and what was counted by its id",
    "sharing": "of incidents, with which it goes",
    "access": "the last answers, in words that name nobody who is looked for",
    "log": _log,
    "retention": "itself, forgets as it reckons",
}
"""By slice of the picture: what takes the past out of it, and says which requests are no longer wanted; or why there is
no past in it."""
