"""Carrying effects out.

Knows: which part of the center carries out which effect.
Refuses to know: what any part does with it, and whether it is done for real or with modelled delays: the parts are
passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeAlias

from center.clock import Clock
from center.core.camera_events import ClipKept, VideoRefused
from center.core.effects import (
    AskOwners,
    Audit,
    CloseVideo,
    DropClip,
    Effect,
    Forecast,
    Forget,
    KeepClip,
    Lookup,
    Notify,
    OpenVideo,
    Reach,
    ReleaseClip,
    Remark,
    Reply,
    Route,
    SearchPosts,
    Send,
    WakeAt,
    Withdraw,
)
from center.core.events import Event, Micros, RouteAnswered, RouteTime, Woke
from center.core.open_facts import PostsFound
from center.core.pattern_facts import Advice, ForecastReady
from center.core.record_facts import LookupAnswered
from center.core.retention_facts import Forgotten
from center.forecaster import Forecaster, NoForecaster
from center.open_sources import OpenSources, Posts, nobody
from center.records import Found, Records, unasked

Answered: TypeAlias = Callable[[Event], None]


class Board(Protocol):
    """The operators' side: what is put in front of them, and what they are told back."""

    def notify(self, effect: Notify) -> None: ...
    def reply(self, effect: Reply) -> None: ...


class Messenger(Protocol):
    """Terminals. A message is tried until it is withdrawn or acknowledged; a repeat carries the same id."""

    def send(self, effect: Send) -> None: ...
    def withdraw(self, request: str) -> None: ...
    def remark(self, effect: Remark) -> None: ...


class Router(Protocol):
    """Road times. `then` is called later, never from inside `ask`."""

    def ask(self, effect: Route | Reach, then: Callable[[tuple[RouteTime, ...]], None]) -> None: ...


class AuditTrail(Protocol):
    def keep(self, effect: Audit) -> None: ...


class KeptClip(NamedTuple):
    """What became of a clip; with `trouble` there is none."""

    start: Micros | None = None
    end: Micros | None = None
    size: int = 0
    sha256: str = ""
    trouble: str = ""


class Video(Protocol):
    """Cameras. A ticket holds until it is closed; opening it again gives it a new end. `refused` and `then` are called
    later, never from inside."""

    def open(self, effect: OpenVideo, refused: Callable[[str], None]) -> None: ...
    def close(self, effect: CloseVideo) -> None: ...
    def keep(self, effect: KeepClip, then: Callable[[KeptClip], None]) -> None: ...


class Cleared(NamedTuple):
    """What left the stores, by kind; how much of the past is held; with `trouble`, why not all of it is gone."""

    removed: dict[str, int]
    held: int = 0
    trouble: str = ""


class Forgetting(Protocol):
    """The stores. `then` is called later, never from inside."""

    def forget(self, effect: Forget, then: Callable[[Cleared], None]) -> None: ...


class NoForgetting:
    """Where no store outlives its process there is nothing to clear."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def forget(self, effect: Forget, then: Callable[[Cleared], None]) -> None:  # noqa: ARG002
        self._clock.call_at(self._clock.now(), lambda: then(Cleared({})))


class NoVideo:
    """Where no relay runs: tickets are kept like anywhere, and nothing is to be seen with them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def open(self, effect: OpenVideo, refused: Callable[[str], None]) -> None: ...

    def close(self, effect: CloseVideo) -> None: ...

    def keep(self, effect: KeepClip, then: Callable[[KeptClip], None]) -> None:  # noqa: ARG002
        self._clock.call_at(self._clock.now(), lambda: then(KeptClip(trouble="no video relay runs here")))


class Community(Protocol):
    """Owners of community cameras, and the quarantine for what they send. A request is to be seen by whom it names
    until it is closed. `then` is called later, never from inside."""

    def open(self, effect: AskOwners) -> None: ...
    def close(self, request: str) -> None: ...
    def release(self, effect: ReleaseClip, then: Callable[[KeptClip], None]) -> None: ...
    def drop(self, effect: DropClip) -> None: ...


class NoCommunity:
    """Where nobody is asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def open(self, effect: AskOwners) -> None: ...

    def close(self, request: str) -> None: ...

    def drop(self, effect: DropClip) -> None: ...

    def release(self, effect: ReleaseClip, then: Callable[[KeptClip], None]) -> None:  # noqa: ARG002
        self._clock.call_at(self._clock.now(), lambda: then(KeptClip(trouble="no portal for the community runs here")))


class Hands:
    """Every effect type has one carrier; `answer` takes the event that settles a request, when it comes."""

    def __init__(
        self,
        clock: Clock,
        board: Board,
        messenger: Messenger,
        router: Router,
        audit: AuditTrail,
        records: Records | None = None,
        video: Video | None = None,
        forecaster: Forecaster | None = None,
        community: Community | None = None,
        forgetting: Forgetting | None = None,
        open_sources: OpenSources | None = None,
    ) -> None:
        self._clock = clock
        self._video = video = video or NoVideo(clock)
        self._community = community = community or NoCommunity(clock)
        self._messenger = messenger
        self._router = router
        self._records = records or Records(unasked)
        self._open_sources = open_sources or OpenSources(nobody, "")
        self._forecaster = forecaster or NoForecaster(clock)
        self._forgetting = forgetting or NoForgetting(clock)
        self._withdrawn: set[str] = set()
        self._asked: set[str] = set()
        self._carriers: dict[type[Effect], Callable[[Any, Answered], None]] = {
            Notify: lambda effect, _: board.notify(effect),
            Reply: lambda effect, _: board.reply(effect),
            Audit: lambda effect, _: audit.keep(effect),
            Send: lambda effect, _: messenger.send(effect),
            Remark: lambda effect, _: messenger.remark(effect),
            Route: self._route,
            Reach: self._route,
            Lookup: self._lookup,
            SearchPosts: self._search,
            WakeAt: self._wake,
            Withdraw: self._withdraw,
            OpenVideo: self._open,
            CloseVideo: lambda effect, _: video.close(effect),
            KeepClip: self._keep,
            AskOwners: lambda effect, _: community.open(effect),
            ReleaseClip: self._release,
            DropClip: lambda effect, _: community.drop(effect),
            Forecast: self._forecast,
            Forget: self._forget,
        }

    def do(self, effect: Effect, answer: Answered) -> None:
        self._carriers[type(effect)](effect, answer)

    def _wake(self, effect: WakeAt, answer: Answered) -> None:
        self._asked.add(effect.id)

        def due() -> None:
            if self._is_wanted(effect.id):
                answer(Woke(at=self._clock.now(), source="clock", answers=effect.id))

        self._clock.call_at(effect.when, due)

    def _route(self, effect: Route | Reach, answer: Answered) -> None:
        self._asked.add(effect.id)

        def arrived(times: tuple[RouteTime, ...]) -> None:
            if self._is_wanted(effect.id):
                answer(RouteAnswered(at=self._clock.now(), source="router", answers=effect.id, times=times))

        self._router.ask(effect, arrived)

    def _lookup(self, effect: Lookup, answer: Answered) -> None:
        self._asked.add(effect.id)

        def arrived(found: Found) -> None:
            if self._is_wanted(effect.id):
                at = self._clock.now()
                answer(LookupAnswered(at=at, source="records", answers=effect.id, **found._asdict()))

        self._records.ask(effect, arrived)

    def _search(self, effect: SearchPosts, answer: Answered) -> None:
        self._asked.add(effect.id)

        def arrived(found: Posts) -> None:
            if self._is_wanted(effect.id):
                at = self._clock.now()
                answer(PostsFound(at=at, source="open-sources", answers=effect.id, **found._asdict()))

        self._open_sources.ask(effect, arrived)

    def _open(self, effect: OpenVideo, answer: Answered) -> None:
        def refused(why: str) -> None:
            answer(VideoRefused(at=self._clock.now(), source="relay", answers=effect.id, why=why))

        self._video.open(effect, refused)

    def _keep(self, effect: KeepClip, answer: Answered) -> None:
        def kept(clip: KeptClip) -> None:
            answer(ClipKept(at=self._clock.now(), source="relay", answers=effect.id, **clip._asdict()))

        self._video.keep(effect, kept)

    def _release(self, effect: ReleaseClip, answer: Answered) -> None:
        def kept(clip: KeptClip) -> None:
            answer(ClipKept(at=self._clock.now(), source="community", answers=effect.id, **clip._asdict()))

        self._community.release(effect, kept)

    def _forecast(self, effect: Forecast, answer: Answered) -> None:
        self._asked.add(effect.id)

        def arrived(found: Advice | str) -> None:
            if self._is_wanted(effect.id):
                at = self._clock.now()
                if isinstance(found, str):
                    answer(ForecastReady(at=at, source="forecaster", answers=effect.id, trouble=found))
                else:
                    answer(ForecastReady(at=at, source="forecaster", answers=effect.id, advice=found))

        self._forecaster.ask(effect, arrived)

    def _forget(self, effect: Forget, answer: Answered) -> None:
        def cleared(it: Cleared) -> None:
            answer(Forgotten(at=self._clock.now(), source="stores", answers=effect.id, **it._asdict()))

        self._forgetting.forget(effect, cleared)

    def _is_wanted(self, request: str) -> bool:
        """Whether the answer to a request is still wanted; asking settles it."""
        self._asked.discard(request)
        wanted = request not in self._withdrawn
        self._withdrawn.discard(request)
        return wanted

    def _withdraw(self, effect: Withdraw, _: Answered) -> None:
        if effect.request in self._asked:
            self._withdrawn.add(effect.request)
        else:
            self._messenger.withdraw(effect.request)
            self._community.close(effect.request)


class DelayedRouter:
    """A router that takes a fixed time: answers come `delay` later on the clock that is passed in."""

    def __init__(self, clock: Clock, answer: Callable[[Route | Reach], tuple[RouteTime, ...]], delay: Micros) -> None:
        self._clock = clock
        self._answer = answer
        self._delay = delay

    def ask(self, effect: Route | Reach, then: Callable[[tuple[RouteTime, ...]], None]) -> None:
        times = self._answer(effect)
        self._clock.call_at(Micros(self._clock.now() + self._delay), lambda: then(times))
