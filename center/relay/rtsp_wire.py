"""What stands on an RTSP connection (RFC 2326): responses, and packets between them (10.12).

Knows: where one ends and the next begins, also after bytes that are neither.
Refuses to know: sockets, and what is asked and answered. Nothing raises, and what is kept unparsed is bounded.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from center.relay.rtp import MOST_UNIT_BYTES

MOST_HEAD_BYTES = 16 << 10
MOST_BODY_BYTES = 64 << 10
MOST_GARBAGE_BYTES = 4 * MOST_UNIT_BYTES
"""After so much that is neither response nor packet the connection is worth nothing."""
_DOLLAR = 0x24
_PLACE = memoryview(bytearray(256 << 10))


class Response(NamedTuple):
    """Header names are in lower case; of a header that comes more than once the values are in `several`."""

    status: int
    headers: Mapping[str, str]
    several: Mapping[str, Sequence[str]]
    body: bytes


Tap = Callable[[memoryview, int, int], int]
"""Takes a packet with its framing where it stands: between these two places of the bytes. It may take whole ones of its
channel behind it as well; returns where it has come to."""


class Wire:
    """Bytes in, responses out; packets go to the tap of their channel. `garbage` counts bytes that were neither.

    What is read is put where `room` says, and taken from there at once: it is the same place for every connection, so
    that it stays near the processor. What is not complete yet is kept apart, and put before what comes next."""

    def __init__(self, taps: Mapping[int, Tap]) -> None:
        self.tap(taps)
        self.garbage = 0
        self.is_hopeless = False
        self._rest = b""

    def tap(self, taps: Mapping[int, Tap]) -> None:
        """By channel. Packets of others are garbage."""
        self._taps, self._begins = taps, _begins(taps)

    def room(self) -> memoryview:
        """For the next bytes, until `received` says how many they were."""
        if not self._rest:
            return _PLACE
        size = len(self._rest)
        _PLACE[:size] = self._rest
        return _PLACE[size:]

    def received(self, count: int) -> list[Response]:
        found: list[Response] = []
        at, end = 0, len(self._rest) + count
        data, words = _PLACE[:end], b""
        taps = self._taps
        while at + 4 <= end:
            if data[at] == _DOLLAR and (tap := taps.get(data[at + 1])):
                stop = at + 4 + (data[at + 2] << 8 | data[at + 3])
                if stop > end:
                    break
                at = tap(data, at, stop)
                continue
            words = words or bytes(data)
            step = self._message(words, at, found)
            if step == 0:
                break
            at += step
        self._rest = bytes(data[at:]) if at < end else b""
        return found

    def _message(self, data: bytes, at: int, found: list[Response]) -> int:
        """How many bytes to go on; 0 when more must come first."""
        if not data.startswith(b"RTSP", at):
            return self._skipped(data, at, at + 1)
        head_end = data.find(b"\r\n\r\n", at, at + MOST_HEAD_BYTES)
        if head_end < 0:
            return self._skipped(data, at, at + MOST_HEAD_BYTES) if len(data) - at >= MOST_HEAD_BYTES else 0
        response = _response(data[at:head_end])
        if response is None:
            return self._skipped(data, at, head_end)
        size = response.headers.get("content-length", "0")
        if not (size.isascii() and size.isdigit()) or len(size) > 6 or int(size) > MOST_BODY_BYTES:
            return self._skipped(data, at, head_end)
        stop = head_end + 4 + int(size)
        if stop > len(data):
            return 0
        found.append(response._replace(body=data[head_end + 4 : stop]))
        return stop - at

    def _skipped(self, data: bytes, at: int, after: int) -> int:
        """To the first place from `after` on where a packet or response may begin. A camera's own requests to us are
        skipped, too. No byte is looked at again and again, whatever they are: others wait meanwhile."""
        found = self._begins.search(data, after)
        stop = found.start() if found else max(after, len(data) - 3)
        self.garbage += stop - at
        self.is_hopeless = self.garbage > MOST_GARBAGE_BYTES
        return stop - at


def _begins(channels: Iterable[int]) -> re.Pattern[bytes]:
    """Where a packet of one of these may begin, or a response."""
    return re.compile(b"|".join((b"RTSP", *(re.escape(bytes((_DOLLAR, channel))) for channel in channels))))


def _response(head: bytes) -> Response | None:
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2)
    if len(words) < 2 or not words[0].startswith("RTSP/") or not (words[1].isascii() and words[1].isdigit()):
        return None
    headers: dict[str, str] = {}
    several: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            name = name.strip().lower()
            headers[name] = value.strip()
            several[name].append(value.strip())
    return Response(int(words[1][:3]), headers, several, b"")


def request(method: str, url: str, number: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {url} RTSP/1.0", f"CSeq: {number}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
