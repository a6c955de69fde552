"""Owners' apps on the internet: their requests to the center's portal by HTTP.

Knows: a few threads with a connection each, and how an answer gets back into the world's own thread.
Refuses to know: what is asked and sent (devices/community_app.py).
"""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

THREADS = 2
PATIENCE_S = 30.0

Answered = Callable[[int, bytes], None]


class CommunityHttp:
    """`inject(then, *args)` has the world do something now. Without an answer, none is given."""

    def __init__(self, inject: Callable[..., None], host: str, port: int) -> None:
        self._inject = inject
        self._at = (host, port)
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(THREADS, "community")

    def visit(self, method: str, path: str, headers: Mapping[str, str], body: bytes, answered: Answered) -> None:
        self._threads.submit(self._work, method, path, dict(headers), body, answered)

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _work(self, method: str, path: str, headers: dict[str, str], body: bytes, answered: Answered) -> None:
        connection = http.client.HTTPConnection(*self._at, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            status, said = response.status, response.read()
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()
        self._loop.call_soon_threadsafe(self._inject, answered, status, said)
