"""TCP in: devices that connect to us, and services we connect to.

Knows: connections, their ends, and when one is only half there.
Refuses to know: where a message in the stream begins or ends.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Protocol

from center.links.connection import Connection
from center.links.flow import ITEM_BYTES, Keeper
from center.links.link import Endpoint, Sink, peer_name, worth_telling
from center.links.retry import Retry

_HANDSHAKE_S = 10.0
"""Until then a TLS connection is nobody's yet, and counted nowhere."""


class _TcpLink(Endpoint, ABC):
    """What the two kinds have in common: streams poured into one sink."""

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        peers: int,
        idle_s: float | None,
        window_bytes: int,
        tls: ssl.SSLContext | None,
        retry: Retry | None,
    ) -> None:
        super().__init__(name)
        self._host = host
        self._port = port
        self._peers = peers
        self._idle_s = idle_s
        self._window_bytes = window_bytes
        self._tls = tls
        self._retry = retry or Retry()

    async def run(self, sink: Sink) -> None:
        keeper = Keeper()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keeper.run())
            await self._retry.forever(
                partial(self._attempt, sink, keeper), lambda why: sink.trouble(f"TCP {self._host}:{self._port}: {why}")
            )

    async def _attempt(self, sink: Sink, keeper: Keeper) -> str:
        streams = _Streams(sink, keeper, self._peers, self._idle_s, self._window_bytes)
        try:
            return await self._serve(streams)
        finally:
            self._up.clear()
            await streams.close()

    @abstractmethod
    async def _serve(self, streams: _Streams) -> str:
        """One attempt: returns the sentence why it ended, or raises OSError."""

    def _is_up(self) -> None:
        self._retry.succeeded()
        self._up.set()


class TcpListenLink(_TcpLink):
    """A Link; devices connect to us, and each peer is the `host:port` it comes from.

    `greet` is called with each connection that is let in, by whoever has something to say to it unasked. More than
    `peers` at once are turned away. One that says nothing for `idle_s` is disconnected (None: never; the
    system's keepalive still finds the dead ones). Each is read while less than `window_bytes` of it is not durable.
    `unread_bytes`: how much of what is said to it the system may keep (None: as much as it likes).
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        peers: int = 512,
        idle_s: float | None = 300.0,
        window_bytes: int = 1 << 20,
        tls: ssl.SSLContext | None = None,
        retry: Retry | None = None,
        greet: Callable[[Caller], None] | None = None,
        unread_bytes: int | None = None,
    ) -> None:
        super().__init__(name, host, port, peers, idle_s, window_bytes, tls, retry)
        self._greet = greet
        self._unread_bytes = unread_bytes

    async def _serve(self, streams: _Streams) -> str:
        streams.greet = self._greet
        handshake_s = _HANDSHAKE_S if self._tls else None
        server = await asyncio.get_running_loop().create_server(
            streams.make, self._host, self._port, ssl=self._tls, ssl_handshake_timeout=handshake_s
        )
        try:
            self.address = server.sockets[0].getsockname()[:2]
            if self._unread_bytes is not None:
                for listening in server.sockets:  # their connections inherit it
                    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._unread_bytes)
            self._is_up()
            await asyncio.Event().wait()  # only cancellation ends a listener
            return "closed"
        finally:
            server.close()


class TcpConnectLink(_TcpLink):
    """A Link; we connect to a service (a receiver's port 30003), which is the only peer: its `host:port`.

    A connection that says nothing for `idle_s` is given up and made anew.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        idle_s: float | None = 120.0,
        connect_s: float = 10.0,
        window_bytes: int = 1 << 20,
        tls: ssl.SSLContext | None = None,
        retry: Retry | None = None,
    ) -> None:
        super().__init__(name, host, port, 1, idle_s, window_bytes, tls, retry)
        self._connect_s = connect_s

    async def _serve(self, streams: _Streams) -> str:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_s):
                _, stream = await loop.create_connection(streams.make, self._host, self._port, ssl=self._tls)
        except TimeoutError:
            raise TimeoutError(f"no answer within {self._connect_s:g} s") from None
        self._is_up()
        return await stream.over()


class Caller(Protocol):
    """A connection as whoever greets it sees it. `peer` is what the sink knows it by, `name` the common name in its
    client certificate, empty without one; `backlog_bytes` what was said and is not taken yet."""

    peer: str

    @property
    def name(self) -> str: ...
    @property
    def backlog_bytes(self) -> int: ...
    def send(self, data: bytes) -> None: ...
    def close(self, why: str) -> None: ...


class _Streams:
    """The connections open at one time, and what they have in common."""

    def __init__(self, sink: Sink, keeper: Keeper, most: int, idle_s: float | None, window_bytes: int) -> None:
        self.sink = sink
        self.keeper = keeper
        self.idle_s = idle_s
        self.window_bytes = window_bytes
        self.greet: Callable[[Caller], None] | None = None
        self._most = most
        self._open: set[_Stream] = set()
        self._turned_away = 0
        self._closed = False

    def make(self) -> _Stream:
        return _Stream(self)

    def admit(self, stream: _Stream) -> bool:
        if self._closed:
            return False
        if len(self._open) < self._most:
            self._open.add(stream)
            return True
        self._turned_away += 1
        if worth_telling(self._turned_away):
            self.sink.trouble(f"{self._most} connections are open; {self._turned_away} more were turned away")
        return False

    def leave(self, stream: _Stream) -> None:
        self._open.discard(stream)
        self.sink.gone(stream.peer)

    async def close(self) -> None:
        """Closes what is open and lets nothing in any more; returns when every peer is gone."""
        self._closed = True
        left = list(self._open)
        for stream in left:
            stream.close("left")
        for stream in left:
            await stream.over()


class _Stream(Connection, asyncio.Protocol):
    """Read while what it poured unkept fits the window and its other end reads our replies: a flooding one waits for
    itself, and the others go on."""

    def __init__(self, streams: _Streams) -> None:
        super().__init__(streams.window_bytes, streams.idle_s)
        self.peer = ""
        self._streams = streams
        self._sink = streams.sink
        self._admitted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        address = transport.get_extra_info("peername")
        self._admitted = address is not None and self._streams.admit(self)
        if self._admitted:
            self.peer = peer_name(address)
            _probe_when_silent(transport.get_extra_info("socket"))
            if self._streams.greet is not None:
                self._streams.greet(self)
        else:
            self.close("turned away")

    @property
    def name(self) -> str:
        certificate = self._transport.get_extra_info("peercert") or {}
        subject = dict(pair for relative in certificate.get("subject", ()) for pair in relative)
        return str(subject.get("commonName", ""))

    @property
    def backlog_bytes(self) -> int:
        return self._transport.get_write_buffer_size()

    def data_received(self, data: bytes) -> None:
        if not self._admitted:
            return
        self.heard()
        cost_bytes = len(data) + ITEM_BYTES
        receipt = self._sink.arrive([(self.peer, data)])
        self.flow.poured(cost_bytes)
        reply = self._sink.replies(self.peer)
        self._streams.keeper.when_kept([(self._sink, receipt)], partial(self._kept, cost_bytes, reply))

    def _kept(self, cost_bytes: int, reply: bytes) -> None:
        """What was poured is durable: only now may the device be told that it has arrived."""
        self.flow.kept(cost_bytes)
        if reply:
            self.send(reply)

    def pause_writing(self) -> None:
        self.flow.writable(False)

    def resume_writing(self) -> None:
        self.flow.writable(True)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._admitted:
            self._streams.leave(self)
        super().connection_lost(exc)


def _probe_when_silent(sock: socket.socket) -> None:
    """The system asks a silent other end after a minute whether it is still there, and gives it up within two."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
