"""Snapshots: the picture at a journal position, so that a restart need not handle the whole journal again.

Knows: how a picture lies on disk, and that it is only good for the code that wrote it.
Refuses to know: when to take one.

A snapshot is a file beside the journal, written whole and renamed into place. It begins with a magic word, the
fingerprint of the core's source, the position and a CRC-32; one that does not fit is passed over, never repaired.
"""

from __future__ import annotations

import functools
import hashlib
import os
import struct
import zlib
from pathlib import Path

import msgspec

import center.core
from center.core.center import freeze, thaw
from center.core.picture import Picture

_MAGIC = b"RTCCpic1"
_HEADER = struct.Struct(">8s16sQI")


@functools.cache
def core_fingerprint() -> bytes:
    """16 bytes that change when any source file of the core does: a picture means what its code says it means."""
    running = hashlib.sha256()
    for source in sorted(Path(center.core.__file__).parent.glob("*.py")):
        running.update(source.name.encode() + b"\0" + source.read_bytes())
    return running.digest()[:16]


def save(picture: Picture, journal: Path) -> Path:
    """Write a snapshot beside the journal, durable when this returns; older ones but the last are removed."""
    body = freeze(picture)
    path = journal.with_name(f"{journal.name}-snapshot-{picture.position:012d}")
    partial = path.with_suffix(".partial")
    with partial.open("wb") as out:
        out.write(_HEADER.pack(_MAGIC, core_fingerprint(), picture.position, zlib.crc32(body)))
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(path)
    for old in _snapshots(journal)[2:]:
        old.unlink(missing_ok=True)
    return path


def load(journal: Path, at_most: int) -> Picture:
    """The newest usable picture at or before position `at_most`; an empty one when there is none."""
    for path in _snapshots(journal):
        picture = _read(path)
        if picture is not None and picture.position <= at_most:
            return picture
    return Picture()


def _snapshots(journal: Path) -> list[Path]:
    return sorted(journal.parent.glob(f"{journal.name}-snapshot-" + "[0-9]" * 12), reverse=True)


def _read(path: Path) -> Picture | None:
    try:
        data = path.read_bytes()
        magic, fingerprint, position, crc = _HEADER.unpack_from(data)
        body = data[_HEADER.size :]
        if magic != _MAGIC or fingerprint != core_fingerprint() or zlib.crc32(body) != crc:
            return None
        picture = thaw(body)
    except (OSError, struct.error, msgspec.DecodeError):
        return None
    return picture if picture.position == position else None
