"""When a JPEG says that it was taken (Exif 2.32, CIPA DC-008).

Knows: the APP1 segment, TIFF's directories as far as three tags: DateTimeOriginal, its fraction, its offset from UTC.
Refuses to know: everything else that a camera writes there, and the picture.
"""

from __future__ import annotations

import struct
from datetime import datetime, timedelta, timezone, tzinfo

from center.core.events import Micros
from center.ingest.timestamps import checked, micros_of

LOOKED_AT_BYTES = 70_000  # a segment holds 64 KiB, and stands at the front
ENTRIES = 64  # of a directory, at most
LONGEST = 40  # characters of a text

_EXIF = b"Exif\0\0"
_DIRECTORY, _TAKEN, _OFFSET, _FRACTION = 0x8769, 0x9003, 0x9011, 0x9291
_ASCII = 2


def taken_at(jpeg: bytes, zone: tzinfo) -> Micros | None:
    """None when it does not say; a time without an offset is by the clocks of `zone`. Raises ValueError for a time that
    cannot be."""
    tiff = _tiff(jpeg[:LOOKED_AT_BYTES])
    if tiff is None:
        return None
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return None
    first = _entries(tiff, order, struct.unpack(f"{order}I", tiff[4:8])[0])
    if _DIRECTORY not in first:
        return None
    told = _entries(tiff, order, struct.unpack(f"{order}I", first[_DIRECTORY][2])[0])
    text = _text(tiff, order, told.get(_TAKEN))
    if not text.strip(" :0"):  # a camera that does not know writes blanks or zeros
        return None
    return _moment(text, _text(tiff, order, told.get(_FRACTION)), _text(tiff, order, told.get(_OFFSET)), zone)


def _moment(text: str, fraction: str, offset: str, zone: tzinfo) -> Micros:
    try:
        moment = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  # the zone is put in below
        if len(offset) == 6 and offset[0] in "+-":
            minutes = int(offset[1:3]) * 60 + int(offset[4:6])
            zone = timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
        micros = int(fraction.strip()[:6].ljust(6, "0")) if fraction.strip().isdigit() else 0
        return checked(Micros(micros_of(moment.replace(tzinfo=zone)) + micros))
    except (ValueError, OverflowError):
        raise ValueError("DateTimeOriginal is not a time between 1970 and 2100") from None


def _tiff(head: bytes) -> bytes | None:
    """The APP1 segment's content. Segments before it are passed over; behind the first scan there is none."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:
        marker, size = head[at + 1], int.from_bytes(head[at + 2 : at + 4], "big")
        if marker == 0xFF:
            at += 1
            continue
        if marker in (0xD9, 0xDA) or size < 2:
            return None
        body = head[at + 4 : at + 2 + size]
        if marker == 0xE1 and body.startswith(_EXIF):
            return body[len(_EXIF) :]
        at += 2 + size
    return None


def _entries(tiff: bytes, order: str, at: int) -> dict[int, tuple[int, int, bytes]]:
    """A directory's entries: tag -> type, count, the four bytes that are its value or say where it stands."""
    if at + 2 > len(tiff):
        return {}
    count = min(struct.unpack(f"{order}H", tiff[at : at + 2])[0], ENTRIES)
    found = {}
    for place in range(at + 2, at + 2 + 12 * count, 12):
        if place + 12 > len(tiff):
            break
        tag, kind, many = struct.unpack(f"{order}HHI", tiff[place : place + 8])
        found[tag] = (kind, many, tiff[place + 8 : place + 12])
    return found


def _text(tiff: bytes, order: str, entry: tuple[int, int, bytes] | None) -> str:
    if entry is None or entry[0] != _ASCII or entry[1] > LONGEST:
        return ""
    _, many, value = entry
    if many > 4:
        (at,) = struct.unpack(f"{order}I", value)
        value = tiff[at : at + many]
    return value[:many].rstrip(b"\0").decode("latin-1")
