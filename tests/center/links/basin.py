"""What the tests pour into, and how they run a link.

Knows: the Sink contract, from the host's side.
Refuses to know: which link is under test.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from tests.patience import PATIENCE_S


class Basin:
    """A sink that remembers. With `durable=False` nothing is kept until the test sets `durable`."""

    def __init__(self, *, durable: bool = True, reply: Callable[[str], bytes] = lambda peer: b"") -> None:  # noqa: ARG005
        self.items: list[tuple[str, bytes]] = []
        self.batches: list[int] = []
        self.ended: list[str] = []
        self.troubles: list[str] = []
        self.lost = 0
        self.durable = asyncio.Event()
        if durable:
            self.durable.set()
        self._reply = reply
        self._changed = asyncio.Event()

    def arrive(self, items: Sequence[tuple[str, bytes]]) -> int:
        self.items += items
        self.batches.append(len(items))
        self._changed.set()
        return len(self.items)

    async def kept(self, receipt: int) -> None:
        assert 0 < receipt <= len(self.items)
        await self.durable.wait()

    def replies(self, peer: str) -> bytes:
        return self._reply(peer)

    def gone(self, peer: str) -> None:
        self.ended.append(peer)
        self._changed.set()

    def lose(self, count: int) -> None:
        self.lost += count

    def trouble(self, why: str) -> None:
        self.troubles.append(why)
        self._changed.set()

    @property
    def data(self) -> list[bytes]:
        return [data for _, data in self.items]

    def stream(self, peer: str) -> bytes:
        """All that came from one peer."""
        return b"".join(data for who, data in self.items if who == peer)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns once something was poured, ended or troubled that makes `condition` true."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


class Runs(Protocol):
    async def run(self, into: Any, /) -> None: ...

    async def ready(self) -> None: ...


@asynccontextmanager
async def carrying(link: Runs, into: Any, *, up: bool = True) -> AsyncIterator[None]:
    """Runs a link, from when it is ready (unless `up` is False) until the block ends."""
    running = asyncio.create_task(link.run(into))
    try:
        if up:
            ready = asyncio.create_task(link.ready())
            async with asyncio.timeout(PATIENCE_S):
                await asyncio.wait((running, ready), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                ready.cancel()
                await running
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        if not running.cancelled():
            await running


async def becomes(condition: Callable[[], bool]) -> None:
    """Returns once `condition` is true, for conditions nobody announces."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.002)


async def turns(count: int) -> None:
    """So many turns of the event loop: enough for whatever could go on to have gone on."""
    for _ in range(count):
        await asyncio.sleep(0)
