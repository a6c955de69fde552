"""Requests to a center by HTTP/1.1 (RFC 9112), as devices, owners and people in the room make them.

Knows: connections that stay open, when an answer is whole, and how long a message waits for its answer.
Refuses to know: what is sent and what an answer means.

All of it is on the event loop: a thread would have to fight a world at full speed for the interpreter, and its messages
would come minutes late by the parish's clock.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from httptools import HttpParserError, HttpResponseParser

CONNECTIONS = 48
TIMEOUT_S = 10.0
QUEUE_MESSAGES = 2_000
ANSWER_BYTES = 64 << 20
READ_BYTES = 1 << 16

_TARGET = re.compile(r"/[!-~]*")
_VALUE = re.compile(r"[ -~]*")

Answered = Callable[[bool], None]


class HttpError(OSError):
    """What came back is no answer."""


class Answer(NamedTuple):
    status: int
    body: bytes


class Connection:
    """One at a time to one server, opened when there is something to ask and kept open as long as the server likes."""

    def __init__(self, to: tuple[str, int], timeout_s: float = TIMEOUT_S) -> None:
        self._to = to
        self._timeout_s = timeout_s
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises OSError when there is no answer in time, ValueError for what cannot be asked. A connection that the
        other side has closed meanwhile is no refusal: one more try on a new one."""
        request = _head(method, target, {"Host": "{}:{}".format(*self._to), **headers}, len(body)) + body
        async with asyncio.timeout(self._timeout_s):
            if self._streams is not None:
                try:
                    return await self._ask(request)
                except ConnectionError:
                    pass
            return await self._ask(request)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(self, request: bytes) -> Answer:
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection(*self._to)
            reader, writer = self._streams
            writer.write(request)
            await writer.drain()
            coming = _Coming()
            while not coming.complete:
                coming.feed(await reader.read(READ_BYTES))
        except BaseException:  # also when time is up: what is half read is of no use to the next
            self.close()
            raise
        if not coming.keeps_open:
            self.close()
        return Answer(coming.status, b"".join(coming.body))


class _Coming:
    """An answer, as the parser tells of it."""

    def __init__(self) -> None:
        self.complete = self.keeps_open = False
        self.status = 0
        self.body: list[bytes] = []
        self._left = ANSWER_BYTES
        self._parser = HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        if not data:
            raise ConnectionResetError("closed before the answer was whole")
        self._left -= len(data)
        if self._left < 0:
            raise HttpError(f"an answer of more than {ANSWER_BYTES} bytes")
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            raise HttpError(f"not HTTP: {error}") from None

    def on_body(self, body: bytes) -> None:
        self.body.append(body)

    def on_message_complete(self) -> None:
        self.status = self._parser.get_status_code()
        self.complete = not 100 <= self.status < 200
        self.keeps_open = self._parser.should_keep_alive()


def _head(method: str, target: str, headers: Mapping[str, str], size: int) -> bytes:
    if not _TARGET.fullmatch(target):
        raise ValueError(f"not a request target: {target[:200]!r}")
    for name, value in headers.items():
        if not _VALUE.fullmatch(value):
            raise ValueError(f"{name}: not a header's value: {value[:200]!r}")
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if size or method == "POST":
        lines.append(f"Content-Length: {size}")
    return "\r\n".join([*lines, "", ""]).encode("ascii")


class _Message(NamedTuple):
    path: str
    content_type: str
    data: bytes
    answered: Answered
    since: float


class HttpPoster:
    """POSTs over a few connections, begun in the order they are given. `lost` counts what found no answer, `waiting`
    what has none yet; `slowest_s` is the longest that one waited."""

    def __init__(self, to: tuple[str, int], headers: Mapping[str, str] | None = None) -> None:
        self.lost = self.waiting = 0
        self.slowest_s = 0.0
        self._to = to
        self._headers = dict(headers or {})
        self._queue: asyncio.Queue[_Message | None] = asyncio.Queue()
        self._workers: list[asyncio.Task[None]] = []

    def post(self, path: str, content_type: str, data: bytes, answered: Answered) -> None:
        """`answered` is called by the event loop, once, when there is an answer; without one it never is."""
        if self.waiting >= QUEUE_MESSAGES:
            self.lost += 1
            return
        self.waiting += 1
        self._queue.put_nowait(_Message(path, content_type, data, answered, time.monotonic()))
        if len(self._workers) < min(self.waiting, CONNECTIONS):
            self._workers.append(asyncio.create_task(self._work()))

    async def close(self) -> None:
        """What is under way is finished; what has not begun is lost."""
        while not self._queue.empty():
            self._queue.get_nowait()
            self.waiting -= 1
            self.lost += 1
        for _ in self._workers:
            self._queue.put_nowait(None)
        await asyncio.gather(*self._workers)
        self._workers.clear()

    async def _work(self) -> None:
        connection = Connection(self._to)
        try:
            while (message := await self._queue.get()) is not None:
                await self._deliver(connection, message)
        finally:
            connection.close()

    async def _deliver(self, connection: Connection, message: _Message) -> None:
        headers = {"Content-Type": message.content_type, **self._headers}
        try:
            answer = await connection.ask("POST", message.path, headers, message.data)
        except (OSError, ValueError):
            self.lost += 1
        else:
            asyncio.get_running_loop().call_soon(message.answered, 200 <= answer.status < 300)
        finally:
            self.waiting -= 1
            self.slowest_s = max(self.slowest_s, time.monotonic() - message.since)
