"""Listening to a site's feeds without running its center: `center check` and `center record`.

Knows: how links are opened for a while, and how a feed is judged by what it says in that while.
Refuses to know: the core. Nothing that is heard here changes anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Literal

import msgspec

from center.clock import Clock, WallClock
from center.core.events import SECOND, Event, FeedFaulted
from center.cot.listening import FEED as COT
from center.cot.listening import unheard_port
from center.ingest.feed import Attachment
from center.intake import Intake
from center.links.link import Sink
from center.recording import Tap, recorder_for
from center.site import Site
from center.wiring import open_wires

LATE_S = 30.0
MAX_LAGS = 10_000
FAULTY_SHARE = 0.2

Verdict = Literal["valid", "late", "invalid", "silent"]


class Heard(msgspec.Struct, frozen=True):
    """What one feed said. `verdict`: valid; late (its own times lie more than 30 s behind or ahead); invalid (a fifth
    of it or more makes no sense); silent. `lag_s` is the median of arrival minus the device's time."""

    feed: str
    format: str
    link: str
    verdict: Verdict
    messages: int
    events: int
    faults: int
    lag_s: float | None
    peers: int
    why: str


class _Ear:
    """Takes the place of the host: counts what decoders make of the bytes."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lags: list[float] = []
        self.events = 0
        self.first_fault = ""

    def submit(self, events: Sequence[Event]) -> int:
        for event in events:
            if isinstance(event, FeedFaulted):
                self.first_fault = self.first_fault or event.why
                continue
            self.events += 1
            if event.seen is not None and len(self.lags) < MAX_LAGS:
                self.lags.append((event.at - event.seen) / SECOND)
        return 0

    def keep(self, picture: Attachment) -> None:
        """Nobody looks at pictures here."""


class _Inlet:
    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.peers: dict[str, None] = {}
        self.replies = intake.replies
        self.gone = intake.gone
        self.lose = intake.lose
        self.trouble = intake.trouble

    def arrive(self, items: Sequence[tuple[str, bytes]]) -> int:
        for peer, _ in items[: 1000 - len(self.peers)]:
            self.peers[peer] = None
        return self.intake.arrive(items)

    async def kept(self, receipt: int) -> None:
        """Nothing is kept, and the senders need not know."""


def check(site: Site, folder: Path, for_s: float) -> list[Heard]:
    """Listen to every feed for a while. Raises SiteError."""

    async def listen() -> list[Heard]:
        clock = WallClock(asyncio.get_running_loop())
        ears: dict[str, _Ear] = {}
        inlets: dict[str, _Inlet] = {}
        for feed in site.feeds:
            ear = ears[feed.name] = _Ear(clock)
            inlets[feed.name] = _Inlet(Intake(feed.name, feed.format, ear, ear, link=feed.link, options=feed.options))
        await _run(site, folder, inlets, for_s, lambda: None)
        return [_judge(feed.link, inlets[feed.name], ears[feed.name]) for feed in site.feeds]

    return asyncio.run(listen())


def record(site: Site, folder: Path, path: Path, for_s: float | None, progress: Callable[[int, int], None]) -> int:
    """Record every feed, and what TAK clients say at the port of `[cot]`, until cancelled, or for a while;
    `progress(messages, bytes)` is called every second. Returns the number of messages. Raises SiteError, OSError."""

    async def listen() -> int:
        clock = WallClock(asyncio.get_running_loop())
        with recorder_for(site, path) as recorder:
            sinks = {feed.name: Tap(feed.name, recorder, clock) for feed in site.feeds}
            besides = [] if site.cot is None else [unheard_port(site.cot, folder).run(Tap(COT, recorder, clock))]
            await _run(site, folder, sinks, for_s, lambda: progress(recorder.messages, recorder.bytes), besides)
            return recorder.messages

    return asyncio.run(listen())


async def _run(
    site: Site,
    folder: Path,
    sinks: Mapping[str, Sink],
    for_s: float | None,
    tick: Callable[[], None],
    besides: Sequence[Coroutine[Any, Any, None]] = (),
) -> None:
    """Run the links, and what listens `besides`, for a while. They listen under another name than the center's, so that
    a broker keeps both."""
    loop = asyncio.get_running_loop()
    tasks = [asyncio.ensure_future(wire.run(sinks)) for wire in open_wires(site, folder, listener="ear")]
    tasks += [asyncio.ensure_future(one) for one in besides]
    ends = None if for_s is None else loop.time() + for_s
    try:
        while ends is None or loop.time() < ends:
            await asyncio.sleep(1.0 if ends is None else min(1.0, max(0.0, ends - loop.time())))
            tick()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _judge(link: str, inlet: _Inlet, ear: _Ear) -> Heard:
    intake = inlet.intake
    lag = median(ear.lags) if ear.lags else None
    verdict: Verdict = "valid"
    why = intake.troubled
    if not intake.messages:
        verdict, why = "silent", why or "nothing came"
    elif intake.faults > FAULTY_SHARE * (ear.events + intake.faults):
        verdict, why = "invalid", ear.first_fault
    elif lag is not None and abs(lag) > LATE_S:
        verdict, why = "late", f"its times lie {abs(lag):.0f} s {'behind' if lag > 0 else 'ahead'}"
    return Heard(
        feed=intake.name,
        format=intake.format,
        link=link,
        verdict=verdict,
        messages=intake.messages,
        events=ear.events,
        faults=intake.faults,
        lag_s=None if lag is None else round(lag, 3),
        peers=len(inlet.peers),
        why=why,
    )
