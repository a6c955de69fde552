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

from center.api import camera_views, views
from center.api.view import View
from center.core.effects import Notify, Reply
from center.core.events import AircraftSeen, Event, Micros, StopChanged, StopClosed, StopOpened, UnitMoved, UnitReported
from center.core.picture import Picture
from center.core.units import is_stale
from center.intake import Intake

MAX_ALERTS_SHOWN = 500
MAX_WAITING = 10_000
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
    """A `state` or `delta` frame."""

    type: str
    position: int
    now: Micros
    units: tuple[views.UnitView, ...] = ()
    aircraft: tuple[views.AircraftView, ...] = ()
    alerts: tuple[views.AlertView, ...] = ()
    incidents: tuple[views.IncidentView, ...] = ()
    cameras: tuple[camera_views.CameraView, ...] = ()
    feeds: tuple[FeedView, ...] = ()
    gone: dict[str, list[str]] = {}

    @property
    def is_empty(self) -> bool:
        things = self.units or self.aircraft or self.alerts or self.incidents or self.cameras
        return not (things or self.feeds or self.gone)

    def without(self, withheld: Collection[str]) -> Frame:
        """What is left of the frame for somebody who may not see what comes of these lists."""
        if not withheld:
            return self
        return msgspec.structs.replace(
            self,
            alerts=tuple(alert for alert in self.alerts if alert.hotlist not in withheld),
            incidents=tuple(_incident_without(withheld, incident) for incident in self.incidents),
        )


def _incident_without(withheld: Collection[str], incident: views.IncidentView) -> views.IncidentView:
    plates = tuple(plate for plate in incident.plates if plate.hotlist not in withheld)
    return msgspec.structs.replace(incident, plates=plates)


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
        self._topics: dict[str, dict[str, None]] = {"alert": {}, "incident": {}, "camera": {}}
        self._shown_aircraft: set[str] = set()
        self._stale: set[str] = set()
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

    def state(self, withheld: Collection[str] = ()) -> Frame:
        """Everything there is to see now, but for what comes of the lists that are `withheld`."""
        picture = self._picture
        alerts = [alert for alert in picture.alerts.alerts.values() if alert.hotlist not in withheld]
        shown = [a for a in alerts if a.closed_at is None]
        closed = [a for a in alerts if a.closed_at is not None]
        shown += closed[max(0, len(closed) - max(0, MAX_ALERTS_SHOWN - len(shown))) :]
        frame = Frame(
            type="state",
            position=picture.position,
            now=picture.now,
            units=tuple(views.unit(unit, picture) for unit in picture.units.units.values()),
            aircraft=tuple(views.aircraft(craft, picture) for craft in picture.aircraft.aircraft.values()),
            alerts=tuple(views.alert(alert, picture) for alert in shown),
            incidents=tuple(views.incident(incident, picture) for incident in picture.incidents.incidents.values()),
            cameras=tuple(camera_views.camera(camera, picture) for camera in picture.site.cameras.values()),
            feeds=self.feeds(picture.now),
        )
        return frame.without(withheld)

    def delta(self, now: Micros, *, feeds: bool) -> Frame | None:
        """What has changed since the last delta; None when nothing has. With `feeds` (say, once a second) also what
        changes by itself: the feeds' ages and counters, and units gone stale by silence."""
        picture = self._picture
        gone = self._departed()
        units, self._units = self._units, {}
        aircraft, self._aircraft = self._aircraft, {}
        alerts, incidents, cameras = (_taken(self._topics[topic]) for topic in ("alert", "incident", "camera"))
        if feeds:
            units |= self._gone_stale()
        if not (units or aircraft or alerts or incidents or cameras or gone or feeds):
            return None
        return Frame(
            type="delta",
            position=picture.position,
            now=now,
            units=tuple(views.unit(unit, picture) for unit in _those(units, picture.units.units)),
            aircraft=tuple(views.aircraft(craft, picture) for craft in _those(aircraft, picture.aircraft.aircraft)),
            alerts=tuple(views.alert(alert, picture) for alert in _those(alerts, picture.alerts.alerts)),
            incidents=tuple(views.incident(it, picture) for it in _those(incidents, picture.incidents.incidents)),
            cameras=tuple(camera_views.camera(it, picture) for it in _those(cameras, picture.site.cameras)),
            feeds=self.feeds(now) if feeds else (),
            gone=gone,
        )

    def feeds(self, now: Micros) -> tuple[FeedView, ...]:
        return tuple(feed_view(intake, now) for intake in self._intakes.values())

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
