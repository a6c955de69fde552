"""Many viewers in a process of their own, for `relay.py`.

Knows: how to ask for a stream (nothing to say, WebSocket, RTMP), how to take one without looking at it, how to measure
one whose pictures are stamped, and how to be slow.
Refuses to know: who serves, and what the figures are for.

    python -m benchmarks.relay_viewers KIND PORT PATH COUNT [BYTES-A-SECOND]

KIND is plain, ws, rtmp, or `measured`: WebSocket with stamped pictures, every one of them looked at. Says `ready` when
all have got something. Then, for each line it reads, the figures since the last one as one JSON object.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import ssl
import struct
import sys
import time
from typing import Any

from tests.center.relay.camera import STAMP_AT

LOOPBACK = "127.0.0.1"
_HEAD = 144
_SLOW_WINDOW_BYTES = 16 << 10
_TAKEN = memoryview(bytearray(1 << 20))
_TLS = ssl.create_default_context()
_TLS.check_hostname, _TLS.verify_mode = False, ssl.CERT_NONE


def connect(kind: str, port: int, path: str, window: int = 0) -> socket.socket:
    """`tls-` before a kind: by TLS, whoever it is at the other end."""
    sock = socket.socket()
    if window:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    sock.connect((LOOPBACK, port))
    if kind.startswith("tls-"):
        sock, kind = _TLS.wrap_socket(sock), kind.removeprefix("tls-")
    if kind in ("ws", "measured"):
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        asked = f"GET /{path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n"
        sock.sendall(asked.encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += sock.recv(1)
        assert b" 101 " in answer, answer
    elif kind == "rtmp":
        _play_rtmp(sock, port, path)
    sock.setblocking(False)
    return sock


def _play_rtmp(sock: socket.socket, port: int, path: str) -> None:
    """Adobe's RTMP 1.0: the handshake (5.2), then connect, createStream and play without waiting for answers."""
    sock.sendall(b"\x03" + bytes(1536))
    answer = b""
    while len(answer) < 1 + 2 * 1536:
        answer += sock.recv(1 + 2 * 1536 - len(answer))
    sock.sendall(answer[1:1537])
    where = _text("app") + b"\x02" + _text("live") + _text("tcUrl") + b"\x02" + _text(f"rtmp://{LOOPBACK}:{port}/live")
    sock.sendall(
        _command(0, b"\x02" + _text("connect"), _number(1), b"\x03" + where + b"\0\0\x09")
        + _command(0, b"\x02" + _text("createStream"), _number(2), b"\x05")
        + _command(1, b"\x02" + _text("play"), _number(3), b"\x05", b"\x02" + _text(path))
    )


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def _number(number: float) -> bytes:
    return b"\0" + struct.pack(">d", number)


def _command(stream: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    assert len(body) <= 128
    return b"\x03" + bytes(3) + len(body).to_bytes(3, "big") + b"\x14" + struct.pack("<I", stream) + body


class Measured:
    """One viewer that looks: how old each picture is when it is here, and how long it waited for it."""

    def __init__(self) -> None:
        self.delays_ms: list[float] = []
        self.at_s: list[float] = []
        self._rest = bytearray()

    def receive(self, data: bytes | bytearray | memoryview) -> None:
        now_ns = time.monotonic_ns()
        rest = self._rest
        rest += data
        at = 0
        while len(rest) - at >= 10:
            short = rest[at + 1] & 0x7F
            begin = at + (2 if short < 126 else 4 if short == 126 else 10)
            size = short if short < 126 else int.from_bytes(rest[at + 2 : begin], "big")
            if begin + size > len(rest):
                break
            if rest[at] == 0x82 and rest[begin + 4 : begin + 8] == b"prft":
                stamp = begin + _HEAD + STAMP_AT
                self.delays_ms.append((now_ns - int(rest[stamp : stamp + 20])) / 1e6)
                self.at_s.append(now_ns / 1e9)
            at = begin + size
        del rest[:at]

    def figures(self) -> dict[str, Any]:
        gaps = [(later - earlier) * 1000 for earlier, later in zip(self.at_s, self.at_s[1:], strict=False)]
        told = {"delays_ms": [round(one, 3) for one in self.delays_ms], "most_gap_ms": round(max(gaps, default=0.0), 1)}
        self.delays_ms, self.at_s = [], self.at_s[-1:]
        return told


def take(kind: str, port: int, path: str, count: int) -> None:
    """Everything that comes is thrown away in the kernel; of measured ones it is looked at."""
    selector = selectors.DefaultSelector()
    waiting = {}
    paths = path.split(",")
    for number in range(count):
        sock = connect(kind, port, paths[number % len(paths)])
        waiting[sock] = number
        selector.register(sock, selectors.EVENT_READ, Measured() if kind.endswith("measured") else None)
    os.set_blocking(0, False)
    selector.register(0, selectors.EVENT_READ, "asked")
    total, is_ready = 0, False
    while True:
        for key, _ in selector.select():
            if key.data == "asked":
                if not os.read(0, 100):
                    return
                seen = [one.data for one in selector.get_map().values() if isinstance(one.data, Measured)]
                _say({"bytes": total, "measured": [one.figures() for one in seen]})
                total = 0
                continue
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            size = _received(sock, is_looked_at=bool(key.data))
            if not size:
                continue
            total += size
            if key.data:
                key.data.receive(_TAKEN[:size])
            waiting.pop(sock, None)
        if not waiting and not is_ready:
            is_ready = True
            sys.stdout.write("ready\n")
            sys.stdout.flush()


def _received(sock: socket.socket, *, is_looked_at: bool) -> int:
    """What there is; of TLS perhaps nothing, when a record is not whole yet."""
    if not isinstance(sock, ssl.SSLSocket):
        size = sock.recv_into(_TAKEN, 0, 0 if is_looked_at else socket.MSG_TRUNC)
        if not size:
            raise SystemExit("a stream has ended")
        return size
    size = 0
    try:
        while more := sock.recv_into(_TAKEN[size:]):
            size += more
    except ssl.SSLWantReadError:
        return size
    raise SystemExit("a stream has ended")


def be_slow(port: int, path: str, bytes_per_s: float) -> None:
    """One viewer behind a narrow line: takes so much and no more, and little is on its way to it."""
    sock = connect("measured", port, path, _SLOW_WINDOW_BYTES)
    viewer = Measured()
    os.set_blocking(0, False)
    began, taken = time.monotonic(), 0
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        allowed = int((time.monotonic() - began) * bytes_per_s) - taken
        if allowed > 1000:
            try:
                data = sock.recv(min(allowed, 8192))
            except BlockingIOError:
                data = b""
            taken = max(taken + len(data), int((time.monotonic() - began - 0.1) * bytes_per_s))
            viewer.receive(data)
        try:
            if not os.read(0, 100):
                return
            _say({"bytes": taken, "measured": [viewer.figures()]})
        except BlockingIOError:
            time.sleep(0.005)


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _kind, _port, _path, _count = sys.argv[1:5]
    if len(sys.argv) > 5:
        be_slow(int(_port), _path, float(sys.argv[5]))
    else:
        take(_kind, int(_port), _path, int(_count))
