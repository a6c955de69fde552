"""The live side of the operators' interface: frames over WebSockets.

Knows: how often frames go out, that a frame leaves only when what it shows is durable, which watchers are
one audience, and what happens to a slow client.
Refuses to know: what is in a frame, and who may watch and see what (the route asks the door first).

A client that cannot keep up is not queued for: its frames are dropped and it is shown the whole state when it can
take it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple

from center.api.board import Board, Frame, encode
from center.api.shown import to
from center.clock import Clock
from center.core.audiences import ROOM, Audience
from center.durability import Durability

FRAME_S = 0.02
GATHER_S = 0.03
FEEDS_S = 1.0
QUEUED_FRAMES = 64
MAX_WATCHERS = 500
PAGES_EACH = 20
"""Of one person: three screens need three, and each may be loaded anew before the last one is gone."""


class TooManyWatchersError(Exception):
    """The room is full; say so and try later."""


class TooManyPagesError(Exception):
    """One person has so many open already. Its text says so to them."""


class Shown(NamedTuple):
    """A frame as text, and the journal position it shows."""

    position: int
    text: str


class Watcher:
    """One connected client: a bounded queue of frames. `audience` is whom it is one of."""

    def __init__(self, audience: Audience = ROOM) -> None:
        self.audience = audience
        self._queue: asyncio.Queue[Shown | None] = asyncio.Queue(QUEUED_FRAMES)
        self._queue.put_nowait(None)

    def show(self, shown: Shown) -> None:
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(None)
        else:
            self._queue.put_nowait(shown)

    async def next(self) -> Shown | None:
        """The next frame to send; None, first of all and whenever frames were dropped, says that the whole state is
        due."""
        return await self._queue.get()


class Live:
    """Gathers changes and hands the same text to every watcher of an audience."""

    def __init__(self, board: Board, durability: Durability, clock: Clock, pages_each: int = PAGES_EACH) -> None:
        self._board = board
        self._durability = durability
        self._clock = clock
        self._watchers: set[Watcher] = set()
        self._pages_each = pages_each
        self._pages: Counter[str] = Counter()
        self._urgent = asyncio.Event()
        board.ring = self._urgent.set

    @property
    def watching(self) -> int:
        return len(self._watchers)

    @contextmanager
    def page(self, person: str) -> Iterator[None]:
        """Room for one more of a person's pages. Raises TooManyPagesError."""
        if self._pages[person] >= self._pages_each:
            raise TooManyPagesError(f"{self._pages_each} pages are open for you already: close one")
        self._pages[person] += 1
        try:
            yield
        finally:
            self._pages[person] -= 1
            if not self._pages[person]:
                del self._pages[person]

    @asynccontextmanager
    async def watch(self, audience: Audience = ROOM) -> AsyncIterator[Watcher]:
        """A watcher that gets every frame made from now on. Raises TooManyWatchersError."""
        if len(self._watchers) >= MAX_WATCHERS:
            raise TooManyWatchersError
        watcher = Watcher(audience)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    async def frames(self, watcher: Watcher) -> AsyncIterator[str]:
        """What to send to a watcher, for ever: the state, then what changed. A frame that was made before a state is
        not sent after it, for it would show the past."""
        newest = 0
        while True:
            shown = await watcher.next()
            if shown is None:
                shown = await self.state(watcher.audience)
                newest = shown.position
            if shown.position >= newest:
                yield shown.text

    async def state(self, audience: Audience) -> Shown:
        """The whole state, once it is durable."""
        frame = to(audience, self._board.state(audience))
        await self._durability.kept(frame.position)
        return Shown(frame.position, encode(frame).decode())

    async def kept(self, position: int) -> None:
        """Returns when the journal is durable up to there."""
        await self._durability.kept(position)

    async def run(self) -> None:
        """Send frames until cancelled: at once when somebody must look, else gathered, at most 50 a second."""
        loop = asyncio.get_running_loop()
        feeds_due = loop.time()
        while True:
            await asyncio.sleep(FRAME_S)
            await _either(self._urgent, GATHER_S)
            self._urgent.clear()
            with_feeds = loop.time() >= feeds_due
            if with_feeds:
                feeds_due = loop.time() + FEEDS_S
            frame = self._board.delta(self._clock.now(), feeds=with_feeds)
            if frame is None or not self._watchers:
                continue
            await self._durability.kept(frame.position)
            self._show(frame)

    def _show(self, frame: Frame) -> None:
        """To each what it may see; a frame of which nothing is left to somebody does not tell that there was one."""
        shown: dict[Audience, Shown | None] = {}
        for watcher in tuple(self._watchers):
            if watcher.audience not in shown:
                left = to(watcher.audience, frame)
                shown[watcher.audience] = None if left.is_empty else Shown(frame.position, encode(left).decode())
            what = shown[watcher.audience]
            if what is not None:
                watcher.show(what)


async def _either(event: asyncio.Event, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):  # `wait_for` would forget to be cancelled when both come at once
            await event.wait()
    except TimeoutError:
        return
