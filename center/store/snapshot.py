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


def load(journal: Path, at_most: int, at_least: int = 0) -> Picture:
    """The newest usable picture at or before position `at_most`; an empty one when there is none.

    Facts up to `at_least` are gone from the journal, so nothing could be put in the place of a picture from behind
    them: there one that other source wrote is taken as well, as long as it can be read."""
    for any_source in (False, True) if at_least else (False,):
        for path in _snapshots(journal):
            picture = _read(path, any_source=any_source)
            if picture is not None and at_least <= picture.position <= at_most:
                return picture
    return Picture()


def _snapshots(journal: Path) -> list[Path]:
    return sorted(journal.parent.glob(f"{journal.name}-snapshot-" + "[0-9]" * 12), reverse=True)


def _read(path: Path, *, any_source: bool) -> Picture | None:
    try:
        data = path.read_bytes()
        magic, fingerprint, position, crc = _HEADER.unpack_from(data)
        body = data[_HEADER.size :]
        is_ours = fingerprint == core_fingerprint() or any_source
        if magic != _MAGIC or not is_ours or zlib.crc32(body) != crc:
            return None
        picture = thaw(body)
    except (OSError, struct.error, msgspec.DecodeError):
        return None
    return picture if picture.position == position else None
