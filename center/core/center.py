"""The Real Time Crime Center itself: one pure function from facts to requests.

Knows: which desks look at which fact, in which order, and which requests are still owed an answer.
Refuses to know: the time, chance, files, sockets and threads. Everything it knows came in an event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import msgspec

from center.core import (
    access,
    ahead,
    aircraft,
    alerting,
    calls,
    checks,
    clips,
    correlation,
    hotlists,
    listening,
    messages,
    occasions,
    patterns,
    plates,
    site,
    stops,
    units,
    video,
)
from center.core.camera_events import CameraChanged, CameraLooked, ClipKept, StreamChanged, VideoRefused
from center.core.effects import (
    AnyEffect,
    CloseVideo,
    Effect,
    Forecast,
    KeepClip,
    Lookup,
    OpenVideo,
    Reach,
    Reply,
    Request,
    Route,
    Send,
    WakeAt,
    Withdraw,
)
from center.core.events import (
    AircraftSeen,
    Answer,
    CallChanged,
    CallClosed,
    CallOpened,
    Event,
    FeedFellQuiet,
    FeedRecovered,
    HotlistChanged,
    HotlistLoaded,
    HotlistSpoiled,
    LookupAnswered,
    MessageAcked,
    OperatorActed,
    PlateRead,
    RouteAnswered,
    SiteLoaded,
    StopChanged,
    StopClosed,
    StopOpened,
    UnitMoved,
    UnitReported,
    Woke,
)
from center.core.pattern_facts import ForecastReady
from center.core.picture import Picture

Desk: TypeAlias = Callable[[Any, Picture], Iterable[Effect]]

_HIT: tuple[Desk, ...] = (
    alerting.on_findings,
    checks.on_findings,
    messages.on_findings,
    alerting.unheard,
    correlation.on_findings,
    ahead.on_findings,
)
_STOP_TOLD: tuple[Desk, ...] = (units.heard, stops.told, plates.on_findings, *_HIT)
DESKS: dict[type[Event], tuple[Desk, ...]] = {
    SiteLoaded: (
        site.loaded,
        units.roster_loaded,
        video.site_loaded,
        patterns.loaded,
        listening.on_findings,
        alerting.on_findings,
    ),
    UnitMoved: (units.moved, patterns.moved),
    UnitReported: (units.reported, alerting.unit_reported),
    StopOpened: _STOP_TOLD,
    StopChanged: _STOP_TOLD,
    StopClosed: (units.heard, stops.closed),
    AircraftSeen: (aircraft.seen,),
    PlateRead: (plates.read, *_HIT),
    HotlistLoaded: (hotlists.loaded, *_HIT),
    HotlistChanged: (hotlists.changed, *_HIT),
    HotlistSpoiled: (hotlists.spoiled, alerting.on_findings),
    CallOpened: (calls.opened, correlation.called, occasions.offered, patterns.told),
    CallChanged: (calls.opened, correlation.called, occasions.offered, patterns.told),
    CallClosed: (calls.closed, correlation.closed, video.call_closed, patterns.closed),
    OperatorActed: (
        access.acted,
        alerting.acted,
        checks.on_findings,
        messages.acted,
        messages.on_findings,
        video.acted,
        clips.acted,
        patterns.acted,
        listening.on_findings,
        alerting.on_findings,
    ),
    MessageAcked: (messages.acked,),
    RouteAnswered: (
        occasions.offered,
        correlation.ranked,
        messages.route_answered,
        alerting.on_findings,
        ahead.answered,
    ),
    LookupAnswered: (checks.answered, messages.on_findings, alerting.on_findings),
    Woke: (messages.woke, checks.woke, video.woke, listening.on_findings, patterns.woke, alerting.on_findings),
    CameraChanged: (video.camera_changed,),
    CameraLooked: (video.camera_looked,),
    StreamChanged: (video.stream_changed,),
    VideoRefused: (video.refused, listening.on_findings, alerting.on_findings),
    ClipKept: (clips.kept,),
    ForecastReady: (patterns.ready,),
    FeedFellQuiet: (alerting.feed_quiet,),
    FeedRecovered: (alerting.feed_recovered,),
}
"""The bus: what happens on a fact, in order. A fact without a row (a fault, a heartbeat) is journaled and changes
nothing."""


class Center:
    """Give it every event in journal order; take the effects it asks for.

    The caller sees to it that effects leave only when the event that caused them is durable.
    """

    def __init__(self, picture: Picture | None = None) -> None:
        self.picture = Picture() if picture is None else picture

    def handle(self, event: Event) -> Sequence[Effect]:
        picture = self.picture
        picture.position += 1
        picture.serial = 0
        if event.at > picture.now:
            picture.now = event.at
        if isinstance(event, Answer) and _settles(event, picture):
            del picture.pending[event.answers]
        effects: list[Effect] = []
        for desk in DESKS.get(type(event), ()):
            effects.extend(desk(event, picture))
        if effects:
            self._account(effects)
        if picture.found:
            picture.found.clear()
        return effects

    def _account(self, effects: list[Effect]) -> None:
        """Keep the books of what is owed: requests to the world, replies to operators."""
        picture = self.picture
        for effect in effects:
            if isinstance(effect, Request):
                picture.pending[effect.id] = effect  # type: ignore[assignment]  # AnyRequest is every Request there is
            elif isinstance(effect, Withdraw):
                picture.pending.pop(effect.request, None)
            elif isinstance(effect, CloseVideo):
                picture.pending.pop(effect.opening, None)
            elif isinstance(effect, Reply):
                access.remember(effect.request, effect, picture)


_ANSWERS: dict[type, type[Answer]] = {
    Route: RouteAnswered,
    Reach: RouteAnswered,
    Lookup: LookupAnswered,
    Forecast: ForecastReady,
    WakeAt: Woke,
    OpenVideo: VideoRefused,
    KeepClip: ClipKept,
}


def _settles(event: Answer, picture: Picture) -> bool:
    """Whether the answer fits a request: what a terminal says stops no timer, and no other unit's message."""
    request = picture.pending.get(event.answers)
    if isinstance(request, Send):
        return isinstance(event, MessageAcked) and picture.site.unit_of.get(event.unit, event.unit) == request.unit
    kind = _ANSWERS.get(type(request))
    return kind is not None and isinstance(event, kind)


_encoder = msgspec.msgpack.Encoder()
_pictures = msgspec.msgpack.Decoder(Picture)
_effects = msgspec.msgpack.Decoder(AnyEffect)


def freeze(picture: Picture) -> bytes:
    """The picture as bytes, for a snapshot. Thawed, it decides exactly as the original would."""
    return _encoder.encode(picture)


def thaw(data: bytes) -> Picture:
    """The picture `freeze` wrote down. Raises msgspec.DecodeError when it is of another version or damaged."""
    return _pictures.decode(data)
