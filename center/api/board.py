"""The board in front of the operators: what has changed since they last looked.

Knows: which units, aircraft, alerts and incidents are new to the operators, what a frame is to whom a list is withheld,
and who waits for a reply.
Refuses to know: how a frame travels, and whom what is withheld from (see core/access.py).

Everything a frame holds is complete and replaces what was shown before, so frames may be joined, and a client that fell
behind is simply shown everything again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from center.api import camera_views, incident_views, unit_views, views
from center.api.view import View
from center.core.asking import is_shown
from center.core.audiences import ROOM, Audience
from center.core.effects import Notify, Reply
from center.core.events import AircraftSeen, Event, Micros, StopChanged, StopClosed, StopOpened, UnitMoved, UnitReported
from center.core.picture import Picture
from center.core.units import is_stale
from center.core.watch_log import Entry
from center.intake import Intake

MAX_ALERTS_SHOWN = 500
MAX_WAITING = 10_000
LOG_SHOWN = 200
"""Lines of the watch log in a whole state; who wants more asks for the log."""
_ASKED_APART = ("messages", "bulletins", "tips")
_OF_STOPS = (StopOpened, StopChanged, StopClosed)


class FeedView(View, frozen=True, kw_only=True):
    """`state`: alive, late (a third of the patience is left), silent, or never (heard nothing yet). `lost`: frames
    that nobody had time to look at."""

    feed: str
    format: str
    link: str
    state: str
    messages: int
    events: int
    faults: int
    last: Micros | None = None
    quiet_after_s: float | None = None
    trouble: str = ""
    lost: int = 0


class Frame(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A `state` or `delta` frame. `anew` names what has changed and is asked for apart, by those who may. `unshared`
    are incidents that were taken back, as `INCIDENT/AGENCY`, and `addressed` agencies for which there are bulletins, or
    are none any more, `spoken` those with which there are messages; no frame leaves with these (see shown.py)."""

    type: str
    position: int
    now: Micros
    units: tuple[unit_views.UnitView, ...] = ()
    aircraft: tuple[unit_views.AircraftView, ...] = ()
    alerts: tuple[views.AlertView, ...] = ()
    incidents: tuple[incident_views.IncidentView, ...] = ()
    cameras: tuple[camera_views.CameraView, ...] = ()
    feeds: tuple[FeedView, ...] = ()
    log: tuple[Entry, ...] = ()
    gone: dict[str, list[str]] = {}
    anew: tuple[str, ...] = ()
    unshared: tuple[str, ...] = ()
    addressed: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        things = self.units or self.aircraft or self.alerts or self.incidents or self.cameras
        return not (things or self.feeds or self.log or self.gone or self.anew)

    def without(self, withheld: Collection[str]) -> Frame:
        """What is left of the frame for somebody who may not see what comes of these lists."""
        if not withheld:
            return self
        return msgspec.structs.replace(
            self,
            alerts=tuple(alert for alert in self.alerts if alert.hotlist not in withheld),
            incidents=tuple(_incident_without(withheld, incident) for incident in self.incidents),
            log=tuple(line for line in self.log if line.hotlist not in withheld),
        )


def _incident_without(withheld: Collection[str], incident: incident_views.IncidentView) -> incident_views.IncidentView:
    plates = tuple(plate for plate in incident.plates if plate.hotlist not in withheld)
    tips = tuple(tip for tip in incident.tips if tip.hotlist not in withheld)
    return msgspec.structs.replace(incident, plates=plates, tips=tips)


encode = msgspec.json.Encoder().encode


def feed_view(intake: Intake, now: Micros) -> FeedView:
    if intake.last is None:
        state = "silent" if intake.is_quiet else "never"
    elif intake.is_quiet:
        state = "silent"
    else:
        late = intake.quiet_after_s is not None and now - intake.last > intake.quiet_after_s * 1_000_000 * 2 / 3
        state = "late" if late else "alive"
    return FeedView(
        feed=intake.name,
        format=intake.format,
        link=intake.link,
        state=state,
        messages=intake.messages,
        events=intake.events,
        faults=intake.faults,
        last=intake.last,
        quiet_after_s=intake.quiet_after_s,
        trouble=intake.troubled,
        lost=intake.lost,
    )


class Board:
    """Watches events and effects as the host lets them through; `delta` empties what has gathered.

    `ring` is called whenever something a person must see at once (an alert, an incident) has changed.
    """

    def __init__(
        self, picture: Picture, intakes: Mapping[str, Intake], ring: Callable[[], None] = lambda: None
    ) -> None:
        self._picture = picture
        self._intakes = intakes
        self.ring = ring
        self._units: dict[str, None] = {}
        self._aircraft: dict[str, None] = {}
        topics = ("alert", "incident", "unshared", "addressed", "spoken", "camera", "unit", *_ASKED_APART)
        self._topics: dict[str, dict[str, None]] = {topic: {} for topic in topics}
        self._shown_aircraft: set[str] = set()
        self._stale: set[str] = set()
        self._logged = picture.log.count
        self._waiting: dict[str, list[Callable[[Reply], None]]] = {}

    def watch(self, events: Sequence[Event]) -> None:
        """Note what events have moved. Sees every event, so it does as little as it can."""
        unit_of = self._picture.site.unit_of
        for event in events:
            kind = type(event)
            if kind is UnitMoved or kind is UnitReported:
                device: str = event.unit  # type: ignore[attr-defined]  # both kinds have one
                self._units[unit_of.get(device, device)] = None
            elif kind is AircraftSeen:
                self._aircraft[event.icao] = None  # type: ignore[attr-defined]
            elif kind in _OF_STOPS:
                unit: str = event.unit  # type: ignore[attr-defined]
                self._units[unit_of.get(unit, unit)] = None

    def notify(self, effect: Notify) -> None:
        self._topics[effect.topic][effect.subject] = None
        self.ring()

    def reply(self, effect: Reply) -> None:
        for then in self._waiting.pop(effect.request, ()):
            then(effect)

    def expect(self, request: str, then: Callable[[Reply], None]) -> None:
        """Call `then` with the reply to a request, which several may wait for: whoever lost patience asks again. The
        oldest expectation is dropped when there are too many."""
        if len(self._waiting) >= MAX_WAITING:
            del self._waiting[next(iter(self._waiting))]
        self._waiting.setdefault(request, []).append(then)

    def state(self, audience: Audience = ROOM) -> Frame:
        """Everything there is to see now, but for alerts that this audience is not shown: as many as fit are its
        own."""
        picture = self._picture
        alerts = [alert for alert in picture.alerts.alerts.values() if audience.is_shown(alert.hotlist)]
        shown = [a for a in alerts if a.closed_at is None]
        closed = [a for a in alerts if a.closed_at is not None]
        shown += closed[max(0, len(closed) - max(0, MAX_ALERTS_SHOWN - len(shown))) :]
        return Frame(
            type="state",
            position=picture.position,
            now=picture.now,
            units=tuple(unit_views.unit(unit, picture) for unit in picture.units.units.values()),
            aircraft=tuple(unit_views.aircraft(craft, picture) for craft in picture.aircraft.aircraft.values()),
            alerts=tuple(views.alert(alert, picture) for alert in shown),
            incidents=tuple(
                incident_views.incident(incident, picture) for incident in picture.incidents.incidents.values()
            ),
            cameras=camera_views.cameras(picture),
            feeds=self.feeds(picture.now),
            log=tuple(picture.log.entries[-LOG_SHOWN:]),
        )

    def delta(self, now: Micros, *, feeds: bool) -> Frame | None:
        """What has changed since the last delta; None when nothing has. With `feeds` (say, once a second) also what
        changes by itself: the feeds' ages and counters, and units gone stale by silence."""
        picture = self._picture
        gone = self._departed()
        units, self._units = self._units, {}
        units |= dict.fromkeys(_taken(self._topics["unit"]))
        aircraft, self._aircraft = self._aircraft, {}
        anew = tuple(topic for topic in _ASKED_APART if _taken(self._topics[topic]))
        alerts, incidents, cameras = (_taken(self._topics[topic]) for topic in ("alert", "incident", "camera"))
        theirs = ("unshared", "addressed", "spoken")
        unshared, addressed, spoken = (tuple(_taken(self._topics[topic])) for topic in theirs)
        if feeds:
            units |= self._gone_stale()
        log = self._lines()
        there = [it for it in _those(cameras, picture.site.cameras) if is_shown(it, picture)]
        if len(there) < len(cameras):
            gone["cameras"] = sorted(set(cameras) - {it.camera for it in there})
        if not (units or aircraft or alerts or incidents or cameras or gone or anew or feeds or log):
            return None
        return Frame(
            type="delta",
            position=picture.position,
            now=now,
            units=tuple(unit_views.unit(unit, picture) for unit in _those(units, picture.units.units)),
            aircraft=tuple(
                unit_views.aircraft(craft, picture) for craft in _those(aircraft, picture.aircraft.aircraft)
            ),
            alerts=tuple(views.alert(alert, picture) for alert in _those(alerts, picture.alerts.alerts)),
            incidents=tuple(
                incident_views.incident(it, picture) for it in _those(incidents, picture.incidents.incidents)
            ),
            cameras=tuple(camera_views.camera(it, picture) for it in there),
            feeds=self.feeds(now) if feeds else (),
            log=log,
            gone=gone,
            anew=anew,
            unshared=unshared,
            addressed=addressed,
            spoken=spoken,
        )

    def feeds(self, now: Micros) -> tuple[FeedView, ...]:
        return tuple(feed_view(intake, now) for intake in self._intakes.values())

    def _lines(self) -> tuple[Entry, ...]:
        """What has been written into the watch log since the last delta."""
        log = self._picture.log
        new, self._logged = log.count - self._logged, log.count
        return tuple(log.entries[-new:]) if new else ()

    def _departed(self) -> dict[str, list[str]]:
        here = self._picture.aircraft.aircraft
        gone = sorted(icao for icao in self._shown_aircraft if icao not in here)
        self._shown_aircraft = set(here)
        return {"aircraft": gone} if gone else {}

    def _gone_stale(self) -> dict[str, None]:
        """Units that have just become stale: silence moves them too."""
        picture = self._picture
        stale = {unit.unit for unit in picture.units.placed() if is_stale(unit, picture)}
        fresh = stale - self._stale
        self._stale = stale
        return dict.fromkeys(sorted(fresh))


_Thing = TypeVar("_Thing")


def _taken(gathered: dict[str, None]) -> list[str]:
    names = list(gathered)
    gathered.clear()
    return names


def _those(names: Iterable[str], all_of_them: Mapping[str, _Thing]) -> list[_Thing]:
    return [all_of_them[name] for name in names if name in all_of_them]
