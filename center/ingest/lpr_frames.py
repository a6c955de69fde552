"""Frames of plate-reader cameras that do not read themselves: one JPEG a message, as cameras POST or publish them.

Knows: which camera a frame is of, when it was taken, and what is no JPEG.
Refuses to know: what it shows. Whoever looks at it (`take`) tells later.

A frame is no event: a passage is, once it has been read. So a camera that is heard is told of now and then, and the
frames go by beside the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

from center.core.events import MINUTE, DeviceReported, Event, Micros
from center.ingest.exif import taken_at
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet
from center.ingest.multipart import Multipart
from center.ingest.timestamps import zone_of

MAX_FRAME_BYTES = 4 << 20
MAX_NAME_CHARS = 100
SECOND_LEVEL = 2
SHOWN_BYTES = 256

_JPEG_START = b"\xff\xd8\xff"


class Frame(NamedTuple):
    """`at`: when it came; `seen`: when the camera says that it was taken, or else the same."""

    camera: str
    at: Micros
    seen: Micros
    data: bytes


def _nobody(_: Frame) -> None:
    """Where only the bytes are looked at: `center decode`, `center check`."""


class LprFramesFeed(Quiet):
    """One camera's frames. Option `level`: which part of an MQTT topic or HTTP path names the camera, counted from 1; 2
    when left out (`frames/<camera>`). Option `tz`: the IANA zone of cameras whose times have no offset; UTC when left
    out."""

    def __init__(self, origin: Origin, options: Mapping[str, str], take: Callable[[Frame], None] = _nobody) -> None:
        unknown = sorted(set(options) - {"level", "tz"})
        if unknown:
            raise ValueError(f"lpr-frames has no option {', '.join(unknown)}; it has level and tz")
        level = options.get("level", str(SECOND_LEVEL))
        if not (level.isascii() and level.isdigit() and 1 <= int(level) <= 20):
            raise ValueError(f"option level: {level!r} is not a number from 1 to 20")
        self._zone: tzinfo = zone_of(options["tz"]) if "tz" in options else UTC
        self._take = take
        self._faults = Faults(origin)
        self._source = origin.source
        self._camera = camera_of(origin.peer, int(level))
        self._told_until = Micros(0)
        self._whole = origin.whole
        self._held = b""  # of a file in pieces, which is one frame

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        if self._whole:
            return self._message(data, at)
        self._held = (self._held + data)[: MAX_FRAME_BYTES + 1]
        return []

    def finish(self, at: Micros) -> Sequence[Event]:
        held, self._held = self._held, b""
        return [*self._message(held, at), *self._faults.rest(at)]

    def _message(self, data: bytes, at: Micros) -> list[Event]:
        events: list[Event] = []
        for jpeg in _pictures(data) if data else ():
            try:
                events += self._frame(jpeg, at)
            except ValueError as problem:
                events += self._faults.tell(at, str(problem), jpeg[:SHOWN_BYTES])
        return events

    def _frame(self, jpeg: bytes, at: Micros) -> list[Event]:
        if not self._camera:
            raise ValueError("no camera is named by the topic, path or query")
        if not jpeg.startswith(_JPEG_START):
            raise ValueError("not a JPEG")
        if len(jpeg) > MAX_FRAME_BYTES:
            raise ValueError(f"frame larger than {MAX_FRAME_BYTES} bytes")
        events: list[Event] = []
        seen = None
        try:
            seen = taken_at(jpeg, self._zone)
        except ValueError as problem:
            events += self._faults.tell(at, str(problem), jpeg[:SHOWN_BYTES])
        if at >= self._told_until:
            self._told_until = Micros(at + MINUTE)
            events.append(DeviceReported(at=at, source=self._source, seen=seen, device=self._camera, status="alive"))
        self._take(Frame(self._camera, at, at if seen is None else seen, jpeg))
        return events


def camera_of(peer: str, level: int) -> str:
    """The camera in `frames/<camera>`, `/<camera>` or `?camera=<camera>`; empty when there is none."""
    path, _, query = peer.partition("?")
    asked = parse_qs(query, max_num_fields=20, errors="replace").get("camera") if query.count("&") < 20 else None
    parts = path.split("/")
    named = asked[0] if asked else unquote(parts[level - 1], errors="replace") if level <= len(parts) else ""
    return named if len(named) <= MAX_NAME_CHARS and named.isprintable() and "/" not in named else ""


def _pictures(data: bytes) -> Iterator[bytes]:
    """The body, or the files of a form."""
    if not data.startswith(b"--"):
        yield data
        return
    for piece in Multipart().feed(data, True):
        if piece.data and (piece.why or piece.data.startswith(_JPEG_START)):
            yield piece.data
