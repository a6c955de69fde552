"""Where a listed car can be next.

Knows: which readers a car can come by after the last one that read it, and between which moments at plausible speeds.
Refuses to know: roads (a router answers), whether the car is the listed one (see alerting), and who may see it.

A guess for people who look where to look, no fact: a car that stops, or turns where no camera stands, is nowhere on it.
It holds until the last of its moments has passed, or the car is read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import alerting
from center.core.effects import Effect, Reach, Stand, Withdraw
from center.core.events import SECOND, Event, Micros, PlateRead, RouteAnswered
from center.core.findings import Tracked
from center.core.geo import distance_m

if TYPE_CHECKING:
    from center.core.alerts import Alert
    from center.core.picture import Picture

FASTEST, SLOWEST = 1.5, 0.5  # of the usual speed of the roads
LINGERS_S = 120  # at lights and pumps on the way
FASTEST_MPS = 50.0
LONGEST_S = 86_400.0
MAX_CANDIDATES = 60
MAX_ASKED = 20
"""Questions at a time: more would keep the router from who is to be sent."""


class NextReader(msgspec.Struct, frozen=True, gc=False):
    """A reader that the car can come by, from `earliest` to `latest`, if it drives there; `via` the roads."""

    reader: str
    earliest: Micros
    latest: Micros
    via: str


class Ahead(msgspec.Struct, frozen=True, gc=False):
    """Of one alert: the readers that can be next after `seen_at`."""

    seen_at: Micros
    readers: tuple[NextReader, ...]


class AheadSlice(msgspec.Struct):
    """`asked` maps a pending Reach to its alert and the moment the car was seen; `of` has the answers by alert."""

    asked: dict[str, tuple[str, Micros]] = {}
    of: dict[str, Ahead] = {}


def on_findings(event: Event, picture: Picture) -> Iterator[Effect]:  # noqa: ARG001
    """A car has been read (again): what was said of it before is past, and the router is asked anew."""
    for finding in tuple(picture.found):
        if not isinstance(finding, Tracked):
            continue
        alert = picture.alerts.alerts.get(finding.alert)
        if alert is None:
            continue
        here = picture.ahead
        here.of.pop(alert.alert, None)
        for request in [request for request, (about, _) in here.asked.items() if about == alert.alert]:
            del here.asked[request]
            yield Withdraw(id=picture.mint("x"), request=request)
        reach = _question(alert, picture) if len(here.asked) < MAX_ASKED else None
        if reach is not None:
            yield reach


def answered(event: RouteAnswered, picture: Picture) -> Iterator[Effect]:
    here = picture.ahead
    about, seen_at = here.asked.pop(event.answers, ("", Micros(0)))
    if not about:
        return
    for name in [name for name, ahead in here.of.items() if all(n.latest <= picture.now for n in ahead.readers)]:
        del here.of[name]
    found = tuple(
        NextReader(
            time.unit,
            Micros(seen_at + round(time.seconds * SECOND / FASTEST)),
            Micros(seen_at + round((time.seconds / SLOWEST + LINGERS_S) * SECOND)),
            time.via,
        )
        for time in event.times
        if 0.0 <= time.seconds <= LONGEST_S
    )
    if found:
        here.of[about] = Ahead(seen_at, found)
        yield from alerting.touched(picture, about)


def of_alert(alert: Alert, picture: Picture) -> tuple[NextReader, ...]:
    """The readers that the car of an alert can still come by next."""
    ahead = picture.ahead.of.get(alert.alert)
    if ahead is None or alert.state == "dismissed":
        return ()
    return tuple(reader for reader in ahead.readers if reader.latest > picture.now)


def _question(alert: Alert, picture: Picture) -> Reach | None:
    """None for a car that was seen too long ago, or nowhere, or beside which no other reader stands."""
    within_s = picture.site.policy.ahead_s
    last = max((shown.read for shown in alert.reads), key=lambda read: (_seen(read, within_s), read.reader, read.read))
    seen_at = _seen(last, within_s)
    if alert.state == "dismissed" or picture.now - seen_at > within_s * SECOND:
        return None
    reader = picture.site.reader_of.get(last.reader, last.reader)
    rostered = picture.site.readers.get(reader)
    lat, lon = (last.lat, last.lon) if rostered is None or rostered.lat is None else (rostered.lat, rostered.lon)
    if lat is None or lon is None:
        return None
    others = sorted(
        (distance_m(lat, lon, one.lat, one.lon), one.reader, one.lat, one.lon)
        for one in picture.site.readers.values()
        if one.lat is not None and one.lon is not None and one.unit is None and one.reader != reader
    )
    near = [Stand(name, *at) for metres, name, *at in others if metres <= FASTEST_MPS * within_s][:MAX_CANDIDATES]
    if not near:
        return None
    reach = Reach(id=picture.mint("q"), lat=lat, lon=lon, candidates=tuple(near), within_s=within_s)
    picture.ahead.asked[reach.id] = alert.alert, seen_at
    return reach


def _seen(read: PlateRead, within_s: int) -> Micros:
    """When the car was there: by the device's clock, unless that is absurd."""
    if read.seen is not None and 0 <= read.at - read.seen <= within_s * SECOND:
        return read.seen
    return read.at
