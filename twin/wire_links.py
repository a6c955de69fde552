"""The sending ends of a center's links: what a device's network does with a message.

Knows: UDP, TCP either way round, HTTP POST, MQTT publishing and files dropped into a folder, each from the device's
side. A document to be fetched is wire_documents'.
Refuses to know: devices, formats, and what the center does with the bytes.

Nothing here blocks the event loop, and nothing is tried again but connecting: a message that cannot leave is lost, as
on a real wire, and counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local
from typing import Any, Protocol

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

QUEUE_MESSAGES = 2_000
RECONNECT_S = 0.25
HEARD_BYTES = 1 << 16
HTTP_THREADS = 8
HTTP_TIMEOUT_S = 10.0
MAX_SOCKETS = 4_096

Answered = Callable[[bool], None]


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


class Mqtt:
    """One client for everything the twin publishes and hears. `heard(topic, payload)` is called on the event loop."""

    def __init__(
        self, broker: tuple[str, int], name: str, topics: list[str], heard: Callable[[str, bytes], None]
    ) -> None:
        self.lost = 0
        self._broker = broker
        self._topics = topics
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._up = asyncio.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
        self._client.max_queued_messages_set(QUEUE_MESSAGES)
        self._client.on_connect = self._connected
        self._client.on_message = self._message
        self._client.on_publish = self._gone_out
        self._published = self._left = 0

    @property
    def waiting(self) -> int:
        return self._published - self._left

    async def open(self) -> None:
        """Returns when it is connected."""
        self._client.reconnect_delay_set(1, 4)
        self._client.connect_async(*self._broker, keepalive=30)
        self._client.loop_start()
        await asyncio.wait_for(self._up.wait(), 15.0)

    def send(self, peer: str, data: bytes) -> None:
        if self._client.publish(peer, data, qos=1).rc == paho.MQTT_ERR_QUEUE_SIZE:
            self.lost += 1
        else:
            self._published += 1

    def cut(self, peer: str) -> None:
        """Devices share the client; its connection is not theirs to cut."""

    async def close(self) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def _connected(self, client: Any, _userdata: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        for topic in self._topics:
            client.subscribe(topic, qos=1)
        self._loop.call_soon_threadsafe(self._up.set)

    def _gone_out(self, _client: Any, _userdata: Any, _mid: Any, _reason: Any, _properties: Any) -> None:
        self._left += 1  # only ever from the client's own thread

    def _message(self, _client: Any, _userdata: Any, message: Any) -> None:
        self._loop.call_soon_threadsafe(self._heard, message.topic, message.payload)


class HttpPoster:
    """POSTs on a few threads, each with a connection that stays open."""

    def __init__(self, to: tuple[str, int], headers: dict[str, str] | None = None) -> None:
        self.lost = 0
        self._to = to
        self._headers = headers or {}
        self._threads = ThreadPoolExecutor(HTTP_THREADS, "http")
        self._own = local()
        self._opened: list[http.client.HTTPConnection] = []
        self._loop = asyncio.get_running_loop()
        self.waiting = 0

    def post(self, path: str, content_type: str, data: bytes, answered: Answered) -> None:
        """`answered` is called on the event loop, once, when there is an answer; without one it never is."""
        if self.waiting >= QUEUE_MESSAGES:
            self.lost += 1
            return
        self.waiting += 1
        self._threads.submit(self._work, path, content_type, data, answered)

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)
        for connection in self._opened:
            connection.close()

    def _work(self, path: str, content_type: str, data: bytes, answered: Answered) -> None:
        try:
            status = self._request(path, content_type, data)
        except (OSError, http.client.HTTPException):
            status = 0
        self._loop.call_soon_threadsafe(self._done, status, answered)

    def _done(self, status: int, answered: Answered) -> None:
        self.waiting -= 1
        if status:
            answered(200 <= status < 300)
        else:
            self.lost += 1

    def _request(self, path: str, content_type: str, data: bytes) -> int:
        """A connection that the other side has closed meanwhile is no refusal: one more try on a new one."""
        connection: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if connection is not None:
            try:
                return self._send(connection, path, content_type, data)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                pass
        connection = self._own.connection = http.client.HTTPConnection(*self._to, timeout=HTTP_TIMEOUT_S)
        self._opened.append(connection)
        return self._send(connection, path, content_type, data)

    def _send(self, connection: http.client.HTTPConnection, path: str, content_type: str, data: bytes) -> int:
        try:
            connection.request("POST", path, data, {"Content-Type": content_type, **self._headers})
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self._opened.remove(connection)
            self._own.connection = None
            raise
        return response.status
