"""uvicorn, made fit to stand before devices that nobody trusts.

Knows: what uvicorn leaves unbounded (how long a request may take to come, how much may come besides its body, how many
connections there are), and how to start and stop it inside an event loop that is somebody else's.
Refuses to know: paths, passwords and sinks.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

_LOG = logging.getLogger("center.links.http")
_LOG.setLevel(logging.ERROR)  # uvicorn warns of every malformed request; a peer must not be able to fill a log


class Limits(NamedTuple):
    """`receive_s` is for a whole request from its first byte to its last, and for a response to be taken;
    `bare_bytes` is how much may come between two pieces of body: head, chunk sizes, trailers."""

    connections: int = 512
    receive_s: float = 30.0
    bare_bytes: int = 64 << 10
    retry_after_s: int = 5


class BoundedConfig(uvicorn.Config):
    limits = Limits()


class BoundedProtocol(HttpToolsProtocol):
    """One HTTP connection."""

    config: BoundedConfig

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = _LOG
        self._limits = self.config.limits
        self._bare_bytes = 0
        self._receiving: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            retry_after = b"retry-after: %d\r\n" % self._limits.retry_after_s
            transport.write(b"HTTP/1.1 503 \r\nconnection: close\r\ncontent-length: 0\r\n" + retry_after + b"\r\n")
            transport.close()
        else:
            self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._request_is_here()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._expect_request()
        self._bare_bytes += len(data)
        super().data_received(data)
        if self._bare_bytes > self._limits.bare_bytes:
            self.transport.abort()

    def on_message_begin(self) -> None:
        self._bare_bytes = 0
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        self._bare_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._request_is_here()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """From here on the connection is somebody else's, and so is how long it may take."""
        self._request_is_here()
        self.resume_writing()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        self._unread = self.loop.call_later(self._limits.receive_s, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        super().resume_writing()

    def stop_receiving(self) -> None:
        """Ends the connection if a request is still on its way."""
        if self._receiving is not None:
            self.transport.abort()

    def _expect_request(self) -> None:
        if self._receiving is None:
            self._receiving = self.loop.call_later(self._limits.receive_s, self.transport.abort)

    def _request_is_here(self) -> None:
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None


class GuestServer(uvicorn.Server):
    """Leaves the process's signals alone, and tells when it has started: its event loop is somebody else's."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell()


async def serve(
    app: ASGI3Application,
    sock: socket.socket,
    limits: Limits,
    tls: ssl.SSLContext | None,
    started: Callable[[], None],
    stopping: Callable[[], None],
    proxies: Sequence[str] = (),
) -> None:
    """Serves on `sock` until cancelled. `stopping` is called before requests under way are waited for, and has to make
    the app answer them soon. Where somebody comes from is believed of `proxies` only."""
    config = BoundedConfig(
        app,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=5,
        ssl_context_factory=(lambda config, default: tls) if tls else None,  # noqa: ARG005
    )
    config.limits = limits
    server = GuestServer(config, started)
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        await asyncio.shield(serving)
    finally:
        stopping()
        for connection in list(server.server_state.connections):
            if isinstance(connection, BoundedProtocol):
                connection.stop_receiving()
        server.should_exit = True
        await serving
