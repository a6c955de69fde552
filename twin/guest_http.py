"""A small HTTP server in the world's event loop, whose answers come from the world's own thread.

Knows: uvicorn in a loop that is somebody else's, and how a request waits for an answer that comes later, or never.
Refuses to know: what is asked and answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

PATIENCE_S = 10.0

Inject = Callable[..., None]
"""`inject(then, *args)` has the world do something now."""
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Serve = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
Answered = Callable[[int, bytes], None]


class _Guest(uvicorn.Server):
    """In an event loop that is somebody else's, whose signals stay theirs."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class GuestHttp:
    """`serve` is an ASGI application."""

    def __init__(self, serve: Serve, host: str, port: int) -> None:
        config = uvicorn.Config(
            serve,
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


async def later(inject: Inject, ask: Callable[[Any, Answered], None], asked: object, send: Send) -> None:
    """Have the world answer what is `asked`, and send that; 504 when it does not."""
    waiting: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
    inject(ask, asked, _settling(waiting))
    try:
        await reply(send, *await asyncio.wait_for(waiting, PATIENCE_S))
    except TimeoutError:
        await reply(send, 504, b"")


async def reply(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _settling(waiting: asyncio.Future[tuple[int, bytes]]) -> Answered:
    def settle(status: int, body: bytes) -> None:
        if not waiting.done():
            waiting.set_result((status, body))

    return settle
