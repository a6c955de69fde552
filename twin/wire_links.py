"""The sending ends of a center's links: what a device's network does with a message.

Knows: UDP, TCP either way round and files dropped into a folder, each from the device's side. MQTT is wire_mqtt's,
HTTP POST wire_http's, a document to be fetched wire_documents'.
Refuses to know: devices, formats, and what the center does with the bytes.

Nothing here blocks the event loop, and nothing is tried again but connecting: a message that cannot leave is lost, as
on a real wire, and counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from pathlib import Path
from typing import Protocol

QUEUE_MESSAGES = 2_000
RECONNECT_S = 0.25
HEARD_BYTES = 1 << 16
MAX_SOCKETS = 4_096


class Sender(Protocol):
    """One feed's sending end. `lost` counts what could not leave; `waiting` is what has not left yet."""

    lost: int

    @property
    def waiting(self) -> int: ...

    async def open(self) -> None: ...
    def send(self, peer: str, data: bytes) -> None: ...
    def cut(self, peer: str) -> None: ...
    async def close(self) -> None: ...


def address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


class UdpSender:
    """A socket for each peer, so that each device has an address of its own."""

    def __init__(self, to: tuple[str, int]) -> None:
        self.lost = 0
        self._to = to
        self._sockets: dict[str, socket.socket] = {}

    @property
    def waiting(self) -> int:
        return 0

    async def open(self) -> None:
        """Nothing to open: UDP has no connection."""

    def send(self, peer: str, data: bytes) -> None:
        sock = self._sockets.get(peer)
        if sock is None:
            if len(self._sockets) >= MAX_SOCKETS:
                self.lost += 1
                return
            sock = self._sockets[peer] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setblocking(False)
            sock.connect(self._to)
        try:
            sock.send(data)
        except OSError:
            self.lost += 1

    def cut(self, peer: str) -> None:
        """The next datagram comes from another port."""
        sock = self._sockets.pop(peer, None)
        if sock is not None:
            sock.close()

    async def close(self) -> None:
        for sock in self._sockets.values():
            sock.close()


class TcpSender:
    """Connects to the center; a connection for each peer, made on its first message and again when it broke. What is
    said to it is read, or the center would take it for one that is stuck, and passed over."""

    def __init__(self, to: tuple[str, int]) -> None:
        self.lost = 0
        self._to = to
        self._queues: dict[str, asyncio.Queue[bytes | None]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def waiting(self) -> int:
        return max((queue.qsize() for queue in self._queues.values()), default=0)

    async def open(self) -> None:
        """Connections are made when there is something to say."""

    def send(self, peer: str, data: bytes) -> None:
        queue = self._queues.get(peer)
        if queue is None:
            queue = self._queues[peer] = asyncio.Queue(QUEUE_MESSAGES)
            self._tasks.append(asyncio.create_task(self._carry(queue)))
        self._put(queue, data)

    def cut(self, peer: str) -> None:
        queue = self._queues.get(peer)
        if queue is not None:
            self._put(queue, None)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _put(self, queue: asyncio.Queue[bytes | None], item: bytes | None) -> None:
        if queue.full():
            self.lost += 1
        else:
            queue.put_nowait(item)

    async def _carry(self, queue: asyncio.Queue[bytes | None]) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection(*self._to)
            except OSError:
                await asyncio.sleep(RECONNECT_S)
                continue
            hearing = asyncio.create_task(_passed_over(reader))
            try:
                while (data := await queue.get()) is not None:
                    writer.write(data)
                    await writer.drain()
            except OSError:
                self.lost += 1
            finally:
                hearing.cancel()
                writer.close()


async def _passed_over(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        while await reader.read(HEARD_BYTES):
            pass


class TcpServer:
    """Listens; every client that connects hears everything, as at a receiver's port 30003."""

    def __init__(self, at: tuple[str, int]) -> None:
        self.lost = 0
        self._at = at
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def waiting(self) -> int:
        return 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._client, *self._at)

    def send(self, peer: str, data: bytes) -> None:  # noqa: ARG002  # one receiver, one stream
        for writer in tuple(self._writers):
            if writer.transport.get_write_buffer_size() > 1 << 20:
                self.lost += 1
            else:
                writer.write(data)

    def cut(self, peer: str) -> None:  # noqa: ARG002
        for writer in self._writers:
            writer.close()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut("")

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while await reader.read(4096):
                pass
        except (OSError, asyncio.CancelledError):
            return  # gone either way; a stream's own end would print a cancelled task as a mistake
        finally:
            self._writers.discard(writer)
            writer.close()


class FolderDrop:
    """Writes files whole: beside, then renamed into place."""

    def __init__(self, folder: Path) -> None:
        self.lost = 0
        self._folder = folder

    @property
    def waiting(self) -> int:
        return 0

    async def open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)

    def send(self, peer: str, data: bytes) -> None:
        name = os.path.basename(peer) or "list"
        beside = self._folder / f".{name}.part"
        try:
            beside.write_bytes(data)
            beside.replace(self._folder / name)
        except OSError:
            self.lost += 1

    def cut(self, peer: str) -> None:
        """A folder has no connection."""

    async def close(self) -> None:
        """Nothing is open."""
