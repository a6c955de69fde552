"""One viewer: a socket, and what it has not taken yet.

Knows: when a viewer takes everything at once, when it has to be written to again, when it has fallen too far behind and
goes on at the next keyframe, and when it is stuck for good.
Refuses to know: cameras and tickets, and what is in the bytes.

Two bounds keep a slow viewer near the present. The kernel takes little for it in advance (SO_SNDBUF,
TCP_NOTSENT_LOWAT); what the kernel does not take waits here, as references to bytes that all viewers share, for less
than a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from center.relay import websocket
from center.relay.media import Frame
from center.relay.websocket import Listener

SEND_BYTES = 96 << 10
UNSENT_BYTES = 64 << 10
"""At 1 Mb/s half a second; a fast viewer's next write comes long before they are sent."""
BEHIND_S = 0.7
"""A frame that has waited for longer is not worth sending any more."""
BEHIND_AT_KEY_S = 0.2
"""The same where a keyframe comes just now: the step to the present is free."""
MOST_WAITING_BYTES = 24 << 20
"""A join burst fits: the ring gives a group up that is larger."""
STUCK_S = 15.0
_FAREWELL_S = 1.0
_READ_BYTES = 4096
_LAST_CHUNK = b"0\r\n\r\n"


class _Due(NamedTuple):
    data: bytes
    is_frame: bool
    since: float


class Viewer:
    """`flowing(self, bool)` is told when it takes everything at once and when it does not; `ended(self, why)` once,
    when it is over."""

    __slots__ = (
        "_due",
        "_ended",
        "_flowing",
        "_is_over",
        "_is_writing",
        "_listener",
        "_loop",
        "_moved_at",
        "_offset",
        "_sock",
        "_waiting_bytes",
        "dropped",
        "is_http",
        "needs_key",
        "send",
        "sent_bytes",
    )

    def __init__(
        self,
        sock: socket.socket,
        is_http: bool,
        flowing: Callable[[Viewer, bool], None],
        ended: Callable[[Viewer, str], None],
    ) -> None:
        self.send = sock.send
        self.is_http = is_http
        self.needs_key = True
        self.sent_bytes = 0
        self.dropped = 0
        self._sock = sock
        self._flowing = flowing
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._due: deque[_Due] = deque()
        self._offset = 0
        self._waiting_bytes = 0
        self._moved_at = 0.0
        self._is_writing = False
        self._is_over = False
        self._listener = Listener()
        self._loop.add_reader(sock, self._read)

    @property
    def waiting_s(self) -> float:
        """How long the oldest of what waits has waited; what is sent in part waits no more."""
        first = 1 if self._offset else 0
        return self._loop.time() - self._due[first].since if len(self._due) > first else 0.0

    def say(self, payload: bytes) -> None:
        """A text message; for players that know no messages, nothing."""
        if not self.is_http:
            self._put(websocket.message(websocket.TEXT, payload), is_frame=False)

    def begin(self, beginning: bytes) -> None:
        """What a player must have before the frames that follow. The next of them has to be a keyframe."""
        self.needs_key = True
        self._flowing(self, False)
        data = chunk(beginning) if self.is_http else websocket.message(websocket.BINARY, beginning)
        self._put(data, is_frame=False)

    def offer(self, frame: Frame) -> None:
        """A frame for a viewer that is not flowing."""
        if self._is_over:
            return
        behind_s = self.waiting_s
        if behind_s > (BEHIND_AT_KEY_S if frame.is_key else BEHIND_S) or self._waiting_bytes > MOST_WAITING_BYTES:
            self._drop()
        if self.needs_key and not frame.is_key:
            self.dropped += 1
            return
        self.needs_key = False
        self._put(chunk_of(frame) if self.is_http else frame.wire, is_frame=True)
        if not self._due:
            self._flowing(self, True)

    def blocked(self, data: bytes, sent: int) -> None:
        """A flowing viewer took only `sent` bytes of a frame."""
        self.sent_bytes += sent
        self._wait(data, sent, is_frame=True)
        self._flowing(self, False)

    def broken(self, error: OSError) -> None:
        self._over(error.strerror or "the connection is broken")

    def look(self) -> None:
        """Called now and then: is it stuck?"""
        if self._due and self._loop.time() - self._moved_at > STUCK_S:
            self.end(websocket.TRY_LATER, f"nothing was taken for {STUCK_S:g} s")

    def end(self, code: int, why: str) -> None:
        """Say goodbye if that is possible at once, and go."""
        if self._is_over:
            return
        if not self._offset:
            farewell = _LAST_CHUNK if self.is_http else websocket.closing(code, why)
            with contextlib.suppress(OSError):
                self._sock.send(farewell)
        self._over(why)

    def _put(self, data: bytes, *, is_frame: bool) -> None:
        if self._is_over:
            return
        sent = 0
        if not self._due:
            try:
                sent = self.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError as error:
                self.broken(error)
                return
            self.sent_bytes += sent
            if sent == len(data):
                return
        self._wait(data, sent, is_frame=is_frame)

    def _wait(self, data: bytes, sent: int, *, is_frame: bool) -> None:
        now = self._loop.time()
        if not self._due:
            self._offset, self._moved_at = sent, now
        self._due.append(_Due(data, is_frame, now))
        self._waiting_bytes += len(data)
        if not self._is_writing:
            self._is_writing = True
            self._loop.add_writer(self._sock, self._write)

    def _write(self) -> None:
        due = self._due
        while due:
            data = due[0].data
            try:
                sent = self.send(memoryview(data)[self._offset :] if self._offset else data)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self.broken(error)
                return
            self.sent_bytes += sent
            self._moved_at = self._loop.time()
            self._offset += sent
            if self._offset < len(data):
                return
            due.popleft()
            self._offset = 0
            self._waiting_bytes -= len(data)
        self._is_writing = False
        self._loop.remove_writer(self._sock)
        if not self.needs_key:
            self._flowing(self, True)

    def _drop(self) -> None:
        """All frames that wait, but one that has been sent in part."""
        left: deque[_Due] = deque()
        for number, due in enumerate(self._due):
            if not due.is_frame or (number == 0 and self._offset):
                left.append(due)
        self.dropped += len(self._due) - len(left)
        self._due = left
        self._waiting_bytes = sum(len(due.data) for due in left)
        self.needs_key = True

    def _read(self) -> None:
        try:
            data = self._sock.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self.broken(error)
            return
        if not data:
            self._over("the viewer left")
            return
        if self.is_http:
            return
        for said in self._listener.receive(data):
            if said.code == websocket.CLOSE:
                self.end(websocket.NORMAL, "the viewer left")
                return
            if said.code == websocket.PING:
                self._put(websocket.message(websocket.PONG, said.payload[:125]), is_frame=False)
        if self._listener.is_broken:
            self.end(websocket.PROTOCOL_ERROR, "not WebSocket")

    def _over(self, why: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._due.clear()
        self._flowing(self, False)
        self._loop.remove_reader(self._sock)
        if self._is_writing:
            self._loop.remove_writer(self._sock)
        depart(self._loop, self._sock)
        self._ended(self, why)


def chunk(data: bytes) -> bytes:
    """RFC 9112, 7.1."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def chunk_of(frame: Frame) -> bytes:
    """The frame for ordinary players; made once, when the first of them wants it."""
    if frame.chunk is None:
        begin = 2 if frame.wire[1] < 126 else 4 if frame.wire[1] == 126 else 10
        frame.chunk = chunk(frame.wire[begin:])
    return frame.chunk


def fit_out(sock: socket.socket) -> None:
    """A viewer's socket: it holds little in advance, sends at once, and finds dead other ends."""
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)


def depart(loop: asyncio.AbstractEventLoop, sock: socket.socket) -> None:
    """Close in two steps: closed at once, with something of the other end unread, the last words would be lost."""

    def read() -> None:
        try:
            if sock.recv(_READ_BYTES):
                return
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            pass
        close()

    def close() -> None:
        timer.cancel()
        if sock.fileno() >= 0:
            loop.remove_reader(sock)
            sock.close()

    timer = loop.call_later(_FAREWELL_S, close)
    try:
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        close()
        return
    loop.add_reader(sock, read)
