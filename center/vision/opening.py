"""Opening a picture that came from outside.

Knows: what a picture's first bytes say about its size, how large one may be, and what is no picture of anything.
Refuses to know: plates.

Everything here is told by a camera nobody vouches for: a header may lie, a body may end early, a few kilobytes may
ask for
gigabytes. The size is read from the header before anything is decoded.
"""

from __future__ import annotations

import struct
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]  # height x width x 3, blue green red

LARGEST_BYTES = 32 << 20
LARGEST_PIXELS = 40_000_000
SMALLEST_SIDE = 16
BLANK_DEVIATION = 1.5  # grey levels; a covered lens and a dead sensor stay below it

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAME_HEADERS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # JPEG's SOFn (ITU T.81, table B.1)


class UnreadableError(ValueError):
    """The bytes are no picture that can be looked at; the text says why."""


def opened(data: bytes) -> Image:
    """The picture, upright. Raises UnreadableError."""
    if len(data) > LARGEST_BYTES:
        raise UnreadableError(f"{len(data):,} bytes; at most {LARGEST_BYTES:,} are looked at")
    width, height = size_of(data)
    if width * height > LARGEST_PIXELS:
        raise UnreadableError(f"{width} x {height} pixels; at most {LARGEST_PIXELS:,} are looked at")
    if min(width, height) < SMALLEST_SIDE:
        raise UnreadableError(f"{width} x {height} pixels are too few")
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise UnreadableError(f"broken picture: {error.err if hasattr(error, 'err') else error}") from None
    if picture is None:
        raise UnreadableError("broken picture: it cannot be decoded")
    seen = np.asarray(picture, np.uint8)
    if (
        float(cv2.meanStdDev(np.ascontiguousarray(seen[::4, ::4]))[1].max()) < BLANK_DEVIATION
    ):  # of the liveliest colour
        raise UnreadableError("blank picture: nothing stands out in it")
    return seen


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height as the header of a JPEG, PNG, WebP or BMP states them. Raises UnreadableError."""
    if data[:3] == b"\xff\xd8\xff":
        return _jpeg_size(data)
    if data[:8] == _PNG and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP" and len(data) >= 30:
        return _webp_size(data)
    if data[:2] == b"BM" and len(data) >= 26:
        width, height = struct.unpack("<ii", data[18:26])
        return abs(width), abs(height)
    raise UnreadableError("not a JPEG, PNG, WebP or BMP" if data else "no bytes")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _FRAME_HEADERS:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:  # markers without a body
            at += 2
        elif marker in (0xD9, 0xDA):
            break
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise UnreadableError("broken JPEG: no frame header")


def _webp_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
