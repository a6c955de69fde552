"""WebSocket (RFC 6455) as far as a relay needs it.

Knows: the opening answer, messages to a client made once for all of them, and what a client says: pings, pongs, close.
Refuses to know: sockets, and what is in a message. No extension is ever agreed on: what is compressed for one client
would have to be compressed for each. Nothing raises, and what is kept of an unfinished frame is bounded.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Mapping
from typing import NamedTuple

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MOST_CLIENT_BYTES = 4096
"""A viewer has nothing to say. More than this in a frame is no viewer."""
_MIDDLING = struct.Struct(">BBH").pack
NORMAL, GOING_AWAY, PROTOCOL_ERROR, TRY_LATER = 1000, 1001, 1002, 1013


def is_wanted(headers: Mapping[bytes, bytes]) -> bool:
    return headers.get(b"upgrade", b"").lower() == b"websocket"


def accepted(headers: Mapping[bytes, bytes]) -> bytes | None:
    """The answer that opens (4.2.2); None when what was asked is not version 13."""
    key = headers.get(b"sec-websocket-key", b"")
    if headers.get(b"sec-websocket-version") != b"13" or not 16 <= len(key) <= 64:
        return None
    proof = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + proof + b"\r\n\r\n"
    )


def prefix(code: int, size: int) -> bytes:
    """What stands before a payload of `size` bytes."""
    if size < 126:
        return bytes((0x80 | code, size))
    if size < 1 << 16:
        return _MIDDLING(0x80 | code, 126, size)
    return bytes((0x80 | code, 127)) + size.to_bytes(8, "big")


def message(code: int, payload: bytes) -> bytes:
    return prefix(code, len(payload)) + payload


def closing(code: int, why: str) -> bytes:
    return message(CLOSE, code.to_bytes(2, "big") + why.encode()[:120].decode("utf-8", "ignore").encode())


class Said(NamedTuple):
    code: int
    payload: bytes


class Listener:
    """Bytes from a client in, its frames out. `is_broken` once it has said something that no client may."""

    def __init__(self) -> None:
        self.is_broken = False
        self._rest = b""

    def receive(self, data: bytes) -> list[Said]:
        rest = self._rest + data
        found: list[Said] = []
        at = 0
        while not self.is_broken and at + 2 <= len(rest):
            first, second = rest[at], rest[at + 1]
            size, begin = second & 0x7F, at + 2
            if size == 126:
                if at + 4 > len(rest):
                    break
                size, begin = int.from_bytes(rest[at + 2 : at + 4], "big"), at + 4
            if first & 0x70 or not second & 0x80 or size > MOST_CLIENT_BYTES or second & 0x7F == 127:
                self.is_broken = True
                return found
            end = begin + 4 + size
            if end > len(rest):
                break
            found.append(Said(first & 0x0F, _unmasked(rest[begin + 4 : end], rest[begin : begin + 4])))
            at = end
        self._rest = rest[at:]
        return found


def _unmasked(data: bytes, mask: bytes) -> bytes:
    return bytes(byte ^ mask[number & 3] for number, byte in enumerate(data))
