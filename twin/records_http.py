"""The records server on a socket: POST /query, as a state switch's front door.

Knows: HTTP by uvicorn, and how a request reaches the world's own thread and its answer comes back.
Refuses to know: what is asked and answered (devices/records.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from twin.devices.records import LIMIT_BYTES, Answered, RecordsServer

PATIENCE_S = 10.0

Inject = Callable[..., None]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class _Guest(uvicorn.Server):
    """In an event loop that is somebody else's, whose signals stay theirs."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class RecordsHttp:
    """`inject(then, *args)` has the world do something now."""

    def __init__(self, records: RecordsServer, inject: Inject, host: str, port: int) -> None:
        self._records = records
        self._inject = inject
        config = uvicorn.Config(
            self._serve,
            host=host,
            port=port,
            log_config=None,
            interface="asgi3",
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
        )
        self._server = _Guest(config)
        self._running: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Returns when it listens."""
        self._running = asyncio.create_task(self._server.serve())
        while not self._server.started and not self._running.done():
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        self._server.should_exit = True
        if self._running is not None:
            await self._running

    async def _serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if (scope["method"], scope["path"]) != ("POST", "/query"):
            await _reply(send, 404, b"")
            return
        body = b""
        while len(body) <= LIMIT_BYTES:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        waiting: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self._inject(self._records.ask, body, _settling(waiting))
        try:
            await _reply(send, *await asyncio.wait_for(waiting, PATIENCE_S))
        except TimeoutError:
            await _reply(send, 504, b"")


def _settling(waiting: asyncio.Future[tuple[int, bytes]]) -> Answered:
    def settle(status: int, body: bytes) -> None:
        if not waiting.done():
            waiting.set_result((status, body))

    return settle


async def _reply(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
