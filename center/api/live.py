"""The live side of the operators' interface: frames over WebSockets.

Knows: how often frames go out, that a frame leaves only when what it shows is durable, from which watchers the same
lists are withheld, and what happens to a slow client.
Refuses to know: what is in a frame, and who may watch and see what (the route asks the door first).

A client that cannot keep up is not queued for: its frames are dropped and it is shown the whole state when it can
take it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from center.api.board import Board, Frame, encode
from center.clock import Clock
from center.durability import Durability

FRAME_S = 0.02
GATHER_S = 0.03
FEEDS_S = 1.0
QUEUED_FRAMES = 64
MAX_WATCHERS = 500


class TooManyWatchersError(Exception):
    """The room is full; say so and try later."""


class Shown(NamedTuple):
    """A frame as text, and the journal position it shows."""

    position: int
    text: str


class Watcher:
    """One connected client: a bounded queue of frames. `withheld` are the lists of which it is shown nothing."""

    def __init__(self, withheld: tuple[str, ...] = ()) -> None:
        self.withheld = withheld
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
    """Gathers changes and hands the same text to every watcher from whom the same is withheld."""

    def __init__(self, board: Board, durability: Durability, clock: Clock) -> None:
        self._board = board
        self._durability = durability
        self._clock = clock
        self._watchers: set[Watcher] = set()
        self._urgent = asyncio.Event()
        board.ring = self._urgent.set

    @property
    def watching(self) -> int:
        return len(self._watchers)

    @asynccontextmanager
    async def watch(self, withheld: tuple[str, ...] = ()) -> AsyncIterator[Watcher]:
        """A watcher that gets every frame made from now on. Raises TooManyWatchersError."""
        if len(self._watchers) >= MAX_WATCHERS:
            raise TooManyWatchersError
        watcher = Watcher(withheld)
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
                shown = await self.state(watcher.withheld)
                newest = shown.position
            if shown.position >= newest:
                yield shown.text

    async def state(self, withheld: tuple[str, ...]) -> Shown:
        """The whole state, once it is durable."""
        frame = self._board.state(withheld)
        await self._durability.kept(frame.position)
        return Shown(frame.position, encode(frame).decode())

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
        shown: dict[tuple[str, ...], Shown | None] = {}
        for watcher in tuple(self._watchers):
            if watcher.withheld not in shown:
                left = frame.without(watcher.withheld)
                shown[watcher.withheld] = None if left.is_empty else Shown(frame.position, encode(left).decode())
            what = shown[watcher.withheld]
            if what is not None:
                watcher.show(what)


async def _either(event: asyncio.Event, timeout_s: float) -> None:
    try:
        async with asyncio.timeout(timeout_s):  # `wait_for` would forget to be cancelled when both come at once
            await event.wait()
    except TimeoutError:
        return
