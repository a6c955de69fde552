"""TAK clients of a world on the wire: a TCP connection each to the center's port.

Knows: how it is opened, how much the system keeps of what is not read, and that the world runs in this very loop.
Refuses to know: what is said.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from twin.devices.tablet import Client
from twin.parish_site import COT_FEED
from twin.wire_carrier import Tap

UNREAD_BYTES = 64 * 1024
CONNECTS_S = 5.0

Inject = Callable[..., None]
"""`inject(then, *args)` has the world do something now."""


class _Line(asyncio.Protocol):
    def __init__(self, inject: Inject, client: Client, peer: str) -> None:
        self.peer = peer
        self._inject = inject
        self._client = client
        self._transport: asyncio.Transport | None = None
        self.is_over = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self.is_over:
            self._transport.abort()
        else:
            self._inject(self._client.connected)

    def data_received(self, data: bytes) -> None:
        self._inject(self._heard, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.failed(str(exc or "the center closed it"))

    def failed(self, why: str) -> None:
        if not self.is_over:
            self.is_over = True
            self._inject(self._client.lost, why)

    def send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def hang_up(self) -> None:
        self.is_over = True
        if self._transport is not None:
            self._transport.abort()

    def hold(self, unread: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if unread:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _heard(self, data: bytes) -> None:
        if not self.is_over:
            self._client.heard(data)


class TabletSockets:
    """A Way; `close` hangs up on all of them. `tap` sees what they say as it leaves; a peer is one connection."""

    def __init__(self, inject: Inject, host: str, port: int, tap: Tap | None = None) -> None:
        self._inject = inject
        self._tap = tap
        self._serial = 0
        self._to = (host, port)
        self._lines: dict[str, _Line] = {}
        self._dials: set[asyncio.Task[Any]] = set()

    def connect(self, name: str, client: Client) -> None:
        self._serial += 1
        line = self._lines[name] = _Line(self._inject, client, f"{name}:{self._serial}")
        dial = asyncio.get_running_loop().create_task(self._dial(line))
        self._dials.add(dial)
        dial.add_done_callback(self._dials.discard)

    def send(self, name: str, data: bytes) -> None:
        line = self._lines[name]
        if self._tap is not None:
            self._tap(COT_FEED, line.peer, data)
        line.send(data)

    def hang_up(self, name: str) -> None:
        self._lines[name].hang_up()

    def hold(self, name: str, unread: bool) -> None:
        self._lines[name].hold(unread)

    def close(self) -> None:
        for line in self._lines.values():
            line.hang_up()
        for dial in self._dials:
            dial.cancel()

    async def _dial(self, line: _Line) -> None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UNREAD_BYTES)  # before it connects, or it is too late
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECTS_S):
                await loop.sock_connect(sock, self._to)
            await loop.create_connection(lambda: line, sock=sock)
        except (OSError, TimeoutError) as error:
            sock.close()
            line.failed(str(error) or "no answer")
