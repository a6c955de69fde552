"""Pictures taken out of the file that a running center keeps them in.

Knows: where in the file each picture lies, and that zeros in its place leave nothing of it.
Refuses to know: which pictures, and why.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec

_decode_contents = msgspec.msgpack.Decoder(list[tuple[str, int]]).decode


class Scrubber:
    """`unreadable` is a damaged file that was put aside once; nobody can tell what is in it."""

    def __init__(self, path: Path, unreadable: Path) -> None:
        self._unreadable = unreadable
        self._places: dict[str, tuple[int, int, int]] = {}
        self._db: sqlite3.Connection | None = None
        if not path.exists():
            return
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10.0)
        self._db.execute("PRAGMA journal_mode=TRUNCATE")  # what was, is not left in the rollback journal
        for number, contents in self._db.execute("SELECT number, contents FROM bundles"):
            offset = 0
            for ref, size in _decode_contents(contents):
                self._places[ref] = (number, offset, size)
                offset += size

    def scrub(self, refs: Iterable[str]) -> int:
        """Write zeros over these pictures; how many there were. A bundle that has gone meanwhile was the oldest."""
        done = 0
        for ref in refs:
            place = self._places.pop(ref, None)
            if place is None or self._db is None:
                continue
            bundle, offset, size = place
            try:
                with self._db.blobopen("bundles", "jpegs", bundle) as blob:
                    blob.seek(offset)
                    blob.write(bytes(size))
            except sqlite3.OperationalError as error:
                if "no such rowid" not in str(error):
                    raise
            else:
                done += 1
        return done

    def forget_unreadable(self, before: int) -> None:
        """Remove the file that was put aside, once everything in it must be past."""
        if self._unreadable.exists() and self._unreadable.stat().st_mtime * 1_000_000 < before:
            self._unreadable.unlink()

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
