"""A real center behind the page whose facts the test tells itself: core, interface and page, without links and disks.

Knows: how the room of tests/center/api runs beside a browser. Refuses to know: what is told to it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from center.console import DIST
from tests.center.api.room import Room, room
from tests.running import PATIENCE_S

T = TypeVar("T")


class LiveRoom:
    """`do` runs something where the center runs, and returns what it returned."""

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._hold(),))
        self.here: Room

    @property
    def url(self) -> str:
        host, port = self.here.at
        return f"http://{host}:{port}"

    def do(self, what: Callable[[Room], T]) -> T:
        async def run() -> T:
            return what(self.here)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(PATIENCE_S)

    def start(self) -> None:
        self._thread.start()
        assert self._up.wait(PATIENCE_S)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        self._loop.close()

    async def _hold(self) -> None:
        async with room(DIST, **self._options) as self.here:
            self._up.set()
            await self._over.wait()


@contextmanager
def live_room(**options: Any) -> Iterator[LiveRoom]:
    center = LiveRoom(**options)
    center.start()
    try:
        yield center
    finally:
        center.stop()
