"""Reading no faster than the center can keep.

Knows: how much was poured and is not durable yet, and when to stop reading for it.
Refuses to know: what was poured, and what making it durable means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from center.links.link import Sink

ITEM_BYTES = 256
"""What one item costs besides its data; without it a flood of tiny ones would count for nothing."""


class Keeper:
    """Calls back when what was poured has become durable, in the order it was poured: MQTT wants its
    acknowledgements in order (3.1.1, section 4.6). What comes in meanwhile waits for the next round, so one wait
    serves a whole round. Each caller bounds what it pours unkept, and so the callbacks that wait here."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Sequence[tuple[Sink, int]], Callable[[], None]]] = []
        self._more = asyncio.Event()

    def when_kept(self, poured: Sequence[tuple[Sink, int]], then: Callable[[], None]) -> None:
        """`then` is called once every (sink, receipt) of `poured` is durable."""
        self._waiting.append((poured, then))
        self._more.set()

    async def run(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            waiting, self._waiting = self._waiting, []
            last = {id(sink): (sink, receipt) for poured, _ in waiting for sink, receipt in poured}
            for sink, receipt in last.values():
                await sink.kept(receipt)
            for _, then in waiting:
                then()


class Flow:
    """Reads from a connection while what it poured unkept fits `window_bytes` and the other end takes what we say."""

    def __init__(self, transport: asyncio.Transport, window_bytes: int) -> None:
        self._transport = transport
        self._window_bytes = window_bytes
        self._unkept_bytes = 0
        self._writable = True
        self.reading = True

    @property
    def held(self) -> bool:
        """Whether we, not the other end, are why nothing comes."""
        return self._unkept_bytes >= self._window_bytes

    def poured(self, size_bytes: int) -> None:
        self._unkept_bytes += size_bytes
        self._adjust()

    def kept(self, size_bytes: int) -> None:
        self._unkept_bytes -= size_bytes
        self._adjust()

    def writable(self, writable: bool) -> None:
        self._writable = writable
        self._adjust()

    def _adjust(self) -> None:
        wanted = self._writable and not self.held
        if wanted == self.reading or self._transport.is_closing():
            return
        self.reading = wanted
        if wanted:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()
