"""UDP in: one datagram is one message.

Knows: who sent a datagram, and how many were lost on the way through this machine.
Refuses to know: what a datagram says.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from center.links.flow import ITEM_BYTES, Keeper
from center.links.link import Endpoint, Sink, peer_name, worth_telling
from center.links.retry import Retry, sentence

_Address: TypeAlias = tuple[str, int] | tuple[str, int, int, int]
_LONGEST_BYTES = 65_536
_BATCH = 256
_SO_MEMINFO, _DROPS_AT, _MEMINFO_BYTES = 55, 32, 36
"""Linux keeps a socket's memory figures in nine 32-bit integers, the last of which counts datagrams it had no room for
(linux/sock_diag.h). The standard library has no name for the option."""


class UdpLink(Endpoint):
    """A Link; the peer of a datagram is its sender's `host:port`.

    Each wake-up of the loop reads what has queued up, at most 256 datagrams, and pours it at once. UDP cannot be held
    back: what comes while `window_bytes` wait to become durable is dropped, counted and told, and so is what one
    sender sends once it alone has filled a quarter of that. The kernel queues up to `receive_buffer_bytes`, or
    net.core.rmem_max where that is less. The `peers` heard most recently are known; the others are `gone`.
    """

    def __init__(
        self,
        name: str,
        host: str,
        port: int,
        *,
        window_bytes: int = 16 << 20,
        receive_buffer_bytes: int = 4 << 20,
        peers: int = 10_000,
        retry: Retry | None = None,
    ) -> None:
        super().__init__(name)
        self._host = host
        self._port = port
        self._window_bytes = window_bytes
        self._receive_buffer_bytes = receive_buffer_bytes
        self._peers_limit = peers
        self._retry = retry or Retry()

    async def run(self, sink: Sink) -> None:
        keeper = Keeper()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keeper.run())
            await self._retry.forever(
                partial(self._attempt, sink, keeper),
                lambda why: sink.trouble(f"UDP {self._host}:{self._port}: {why}"),
            )

    async def _attempt(self, sink: Sink, keeper: Keeper) -> str:
        loop = asyncio.get_running_loop()
        with await self._open(loop) as sock:
            self.address = sock.getsockname()[:2]
            receiver = _Receiver(sock, sink, keeper, self._window_bytes, self._peers_limit)
            loop.add_reader(sock, receiver.wake)
            self._retry.succeeded()
            self._up.set()
            try:
                return await receiver.broken
            finally:
                self._up.clear()
                loop.remove_reader(sock)
                receiver.leave()

    async def _open(self, loop: asyncio.AbstractEventLoop) -> socket.socket:
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer_bytes)
            sock.bind(address)
        except OSError:
            sock.close()
            raise
        return sock


class _Receiver:
    """Empties one socket into one sink."""

    def __init__(self, sock: socket.socket, sink: Sink, keeper: Keeper, window_bytes: int, peers: int) -> None:
        self.broken: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._sock = sock
        self._sink = sink
        self._keeper = keeper
        self._window_bytes = window_bytes
        self._peers_limit = peers
        self._peers: dict[_Address, str] = {}  # least recently heard first
        self._buffer = bytearray(_LONGEST_BYTES)
        self._unkept_bytes = 0
        self._unkept: Counter[str] = Counter()  # the same by peer
        self._dropped = 0
        self._kernel_dropped = 0

    def wake(self) -> None:
        """Called by the loop whenever the socket has something."""
        items: list[tuple[str, bytes]] = []
        taken: Counter[str] = Counter()
        heard: dict[str, _Address] = {}
        view = memoryview(self._buffer)
        try:
            for _ in range(_BATCH):
                size_bytes, address = self._sock.recvfrom_into(view)
                peer = self._peer(address)
                if size_bytes and self._admit(peer, size_bytes + ITEM_BYTES):
                    items.append((peer, bytes(view[:size_bytes])))
                    taken[peer] += size_bytes + ITEM_BYTES
                    heard[peer] = address
        except BlockingIOError:
            pass
        except OSError as error:
            if not self.broken.done():
                self.broken.set_result(sentence(error))
        if items:
            receipt = self._sink.arrive(items)
            said = [(self._sink.replies(peer), address) for peer, address in heard.items()]
            self._keeper.when_kept([(self._sink, receipt)], partial(self._kept, taken, said))
        self._count_kernel_drops()
        self._forget_oldest()

    def leave(self) -> None:
        for peer in self._peers.values():
            self._sink.gone(peer)
        self._peers.clear()

    def _peer(self, address: _Address) -> str:
        peer = self._peers.pop(address, None) or peer_name(address)
        self._peers[address] = peer
        return peer

    def _admit(self, peer: str, cost_bytes: int) -> bool:
        unkept_bytes = self._unkept[peer] + cost_bytes
        if self._unkept_bytes + cost_bytes <= self._window_bytes and unkept_bytes <= self._window_bytes // 4:
            self._unkept_bytes += cost_bytes
            self._unkept[peer] = unkept_bytes
            return True
        self._dropped += 1
        if worth_telling(self._dropped):
            self._sink.trouble(f"UDP from {peer} comes faster than it can be kept: {self._dropped} datagrams dropped")
        return False

    def _kept(self, taken: Counter[str], said: Sequence[tuple[bytes, _Address]]) -> None:
        """What was poured is durable: only now may a device be told that it has arrived."""
        self._unkept_bytes -= taken.total()
        self._unkept -= taken  # drops those that are at zero
        for reply, address in said:
            if reply:
                with suppress(OSError):  # a lost datagram like any other
                    self._sock.sendto(reply, address)

    def _count_kernel_drops(self) -> None:
        if sys.platform != "linux":
            return
        figures = self._sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO_BYTES)
        dropped = int.from_bytes(figures[_DROPS_AT:], sys.byteorder)
        if dropped.bit_length() > self._kernel_dropped.bit_length():  # past the next power of two
            self._sink.trouble(f"UDP: the kernel dropped {dropped} datagrams; raise net.core.rmem_max")
        self._kernel_dropped = dropped

    def _forget_oldest(self) -> None:
        while len(self._peers) > self._peers_limit:
            self._sink.gone(self._peers.pop(next(iter(self._peers))))
