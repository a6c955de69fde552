"""The moment a picture was taken, written into the JPEG as cameras do (Exif 2.32).

Knows: an APP1 segment with three tags: the local time, its fraction, its offset from UTC.
Refuses to know: the picture.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

_IFD_POINTER, _TAKEN, _OFFSET, _FRACTION = 0x8769, 0x9003, 0x9011, 0x9291
_ASCII, _LONG = 2, 4


def stamped(jpeg: bytes, at_us: int, offset_min: int | None = None) -> bytes:
    """The JPEG with the moment in it, by a clock that is `offset_min` off UTC and says so; without it the clock runs on
    UTC and does not say so."""
    local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us, minutes=offset_min or 0)
    texts = [(_TAKEN, f"{local:%Y:%m:%d %H:%M:%S}")]
    if offset_min is not None:
        sign, away = "-" if offset_min < 0 else "+", abs(offset_min)
        texts.append((_OFFSET, f"{sign}{away // 60:02d}:{away % 60:02d}"))
    texts.append((_FRACTION, f"{local.microsecond:06d}"))
    # Big-endian TIFF: header, a directory that points to Exif's own, that one, and the texts behind it.
    head = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIII", 1, _IFD_POINTER, _LONG, 1, 26, 0)
    behind = len(head) + 2 + 12 * len(texts) + 4
    entries, tail = b"", b""
    for tag, text in texts:
        data = text.encode() + b"\0"
        entries += struct.pack(">HHII", tag, _ASCII, len(data), behind + len(tail))
        tail += data
    body = b"Exif\0\0" + head + struct.pack(">H", len(texts)) + entries + b"\0\0\0\0" + tail
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]
