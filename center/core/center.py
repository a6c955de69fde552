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
    asking_one,
    bulletins,
    calls,
    cases,
    checks,
    clips,
    community,
    correlation,
    correspondence,
    counts,
    forgetting,
    hotlists,
    inquiries,
    listening,
    messages,
    occasions,
    outcomes,
    patterns,
    plates,
    retention,
    series,
    sharing,
    site,
    status_checks,
    stop_records,
    stops,
    threads,
    tip_words,
    tips,
    triggers,
    units,
    video,
    watch_log,
)
from center.core.camera_events import CameraChanged, CameraLooked, ClipKept, StreamChanged, VideoRefused
from center.core.community_facts import ClipOffered, LiveShared
from center.core.effects import (
    AnyEffect,
    Audit,
    CloseVideo,
    Effect,
    Forecast,
    Forget,
    KeepClip,
    Lookup,
    OpenVideo,
    Reach,
    ReleaseClip,
    Reply,
    Request,
    Route,
    SearchPosts,
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
from center.core.message_facts import MessageDelivered, MessageReplied
from center.core.open_facts import PostsFound
from center.core.outcome_facts import VehicleRecovered
from center.core.pattern_facts import ForecastReady
from center.core.picture import Picture
from center.core.record_facts import LookupAnswered
from center.core.retention_facts import Forgotten, RetentionDue
from center.core.session_events import SessionChanged
from center.core.tip_facts import TipReceived

Desk: TypeAlias = Callable[[Any, Picture], Iterable[Effect]]

_HIT: tuple[Desk, ...] = (
    alerting.on_findings,
    checks.on_findings,
    messages.on_findings,
    alerting.unheard,
    correlation.on_findings,
    tips.on_findings,
    correlation.tipped,
    ahead.on_findings,
    retention.noted,
)
_STOP_TOLD: tuple[Desk, ...] = (
    units.heard,
    stops.told,
    status_checks.told,
    plates.on_findings,
    stop_records.on_findings,
    *_HIT,
)
_CALL_TOLD: tuple[Desk, ...] = (
    calls.opened,
    correlation.called,
    occasions.offered,
    patterns.told,
    tips.called,
    correlation.tipped,
)
DESKS: dict[type[Event], tuple[Desk, ...]] = {
    SiteLoaded: (
        site.loaded,
        units.roster_loaded,
        community.site_loaded,
        asking_one.site_loaded,
        correlation.tipped,
        video.unshared,
        video.site_loaded,
        patterns.loaded,
        listening.on_findings,
        alerting.on_findings,
    ),
    UnitMoved: (units.moved, patterns.moved),
    UnitReported: (units.reported, bulletins.reported, alerting.unit_reported, triggers.reported),
    StopOpened: (*_STOP_TOLD, watch_log.stopped),
    StopChanged: (*_STOP_TOLD, watch_log.stopped),
    StopClosed: (units.heard, stops.closed, status_checks.told, stop_records.closed, watch_log.stopped),
    AircraftSeen: (aircraft.seen,),
    PlateRead: (plates.read, *_HIT),
    HotlistLoaded: (hotlists.loaded, *_HIT),
    HotlistChanged: (hotlists.changed, *_HIT),
    HotlistSpoiled: (hotlists.spoiled, alerting.on_findings),
    CallOpened: _CALL_TOLD,
    CallChanged: _CALL_TOLD,
    CallClosed: (
        calls.closed,
        correlation.closed,
        video.call_closed,
        asking_one.closed,
        correlation.tipped,
        video.unshared,
        patterns.closed,
    ),
    TipReceived: (tips.told, correlation.tipped),
    OperatorActed: (
        access.acted,
        alerting.acted,
        outcomes.acted,
        checks.on_findings,
        messages.on_findings,
        cases.acted,
        correspondence.acted,
        bulletins.acted,
        tips.acted,
        tip_words.acted,
        video.acted,
        clips.acted,
        sharing.acted,
        sharing.looked,
        community.acted,
        asking_one.acted,
        correlation.tipped,
        video.unshared,
        series.acted,
        patterns.acted,
        retention.acted,
        watch_log.acted,
        listening.on_findings,
        stop_records.on_findings,
        inquiries.acted,
        alerting.on_findings,
    ),
    SessionChanged: (access.session_changed, video.session_ended, listening.on_findings, alerting.on_findings),
    MessageAcked: (messages.acked, correspondence.acked, status_checks.acked, watch_log.answered),
    MessageDelivered: (messages.delivered, correspondence.delivered),
    MessageReplied: (correspondence.replied,),
    RouteAnswered: (
        occasions.offered,
        correlation.ranked,
        messages.route_answered,
        alerting.on_findings,
        ahead.answered,
    ),
    LookupAnswered: (
        checks.answered,
        stop_records.answered,
        inquiries.looked_up,
        messages.on_findings,
        alerting.on_findings,
    ),
    PostsFound: (inquiries.posts_found,),
    Woke: (
        messages.woke,
        threads.woke,
        bulletins.woke,
        checks.woke,
        stop_records.woke,
        status_checks.woke,
        triggers.on_findings,
        inquiries.woke,
        video.woke,
        listening.on_findings,
        community.woke,
        asking_one.woke,
        correlation.tipped,
        video.unshared,
        patterns.woke,
        alerting.on_findings,
    ),
    CameraChanged: (video.camera_changed,),
    CameraLooked: (video.camera_looked, occasions.looked),
    StreamChanged: (video.stream_changed,),
    VideoRefused: (video.refused, listening.on_findings, alerting.on_findings),
    ClipKept: (clips.kept,),
    ClipOffered: (community.offered,),
    VehicleRecovered: (outcomes.reported,),
    LiveShared: (community.shared, asking_one.answered, correlation.tipped, video.unshared),
    ForecastReady: (patterns.ready,),
    FeedFellQuiet: (alerting.feed_quiet,),
    FeedRecovered: (alerting.feed_recovered,),
    RetentionDue: (retention.due, forgetting.due),
    Forgotten: (retention.forgotten,),
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
            watch_log.keep(event, effects, picture)
            counts.keep(event, effects, picture)
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
            elif isinstance(effect, Audit):
                picture.access.line = effect.id


_ANSWERS: dict[type, type[Answer]] = {
    Route: RouteAnswered,
    Reach: RouteAnswered,
    Lookup: LookupAnswered,
    SearchPosts: PostsFound,
    Forecast: ForecastReady,
    Forget: Forgotten,
    WakeAt: Woke,
    OpenVideo: VideoRefused,
    KeepClip: ClipKept,
    ReleaseClip: ClipKept,
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
