"""Owners' apps on the internet: their requests to the center's portal by HTTP.

Knows: that a few ask at a time, each by a connection of its own, and how an answer gets back into the world.
Refuses to know: what is asked and sent (devices/community_app.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from twin.wire_http import Connection

AT_A_TIME = 2
PATIENCE_S = 30.0

Answered = Callable[[int, bytes], None]


class CommunityHttp:
    """`inject(then, *args)` has the world do something now. Without an answer, none is given."""

    def __init__(self, inject: Callable[..., None], host: str, port: int) -> None:
        self._inject = inject
        self._at = (host, port)
        self._turn = asyncio.Semaphore(AT_A_TIME)
        self._visits: set[asyncio.Task[None]] = set()

    def visit(self, method: str, path: str, headers: Mapping[str, str], body: bytes, answered: Answered) -> None:
        visit = asyncio.create_task(self._visit(method, path, headers, body, answered))
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)

    async def close(self) -> None:
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    async def _visit(self, method: str, path: str, headers: Mapping[str, str], body: bytes, answered: Answered) -> None:
        async with self._turn:
            connection = Connection(self._at, PATIENCE_S)
            try:
                answer = await connection.ask(method, path, headers, body)
            except OSError:
                return
            finally:
                connection.close()
        self._inject(answered, answer.status, answer.body)
