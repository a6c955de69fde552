"""Waiting until what was taken in cannot be lost any more.

Knows: who waits for which journal position, on an asyncio loop.
Refuses to know: what makes it durable.
"""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

from center.host import Host


class Durability:
    """`await kept(position)` returns when the journal is durable up to there. Waiting is bounded by whoever waits."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._serial = count()
        host.settlers.append(self._settle)

    async def kept(self, position: int) -> None:
        if position <= self._host.journal.durable:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (position, next(self._serial), future))
        await future

    def _settle(self, durable: int) -> None:
        while self._waiting and self._waiting[0][0] <= durable:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)
