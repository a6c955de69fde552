"""Facts taken out of a journal whose places stay.

Knows: which blocks may hold something that is past its days, and how a block is written anew so that nothing of the old
one is left in the file.
Refuses to know: what is past its days.

A block that has been looked at is noted with the span of its times, so that a later pass opens only those which a limit
has passed since, and those in which something is held.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from center.core.events import AnyEvent, Event
from center.store.journal import JournalError, encode

_decode_block = msgspec.msgpack.Decoder(list[AnyEvent]).decode
_decode_limits = msgspec.json.Decoder(dict[str, int]).decode
_TABLE = """
CREATE TABLE IF NOT EXISTS visited (
    first INTEGER PRIMARY KEY,      -- the block's first position
    began INTEGER NOT NULL,         -- times of its first and its last event
    ended INTEGER NOT NULL,
    held INTEGER NOT NULL           -- how many of its events are past their days and stay
)
"""
_KEEP = "INSERT INTO about VALUES (?, ?) ON CONFLICT (what) DO UPDATE SET value = excluded.value"
_VISIT = """
INSERT INTO visited VALUES (?, ?, ?, ?)
ON CONFLICT (first) DO UPDATE SET began = excluded.began, ended = excluded.ended, held = excluded.held
"""


class Redaction:
    """One pass over a journal's file; another connection may write to its end meanwhile."""

    def __init__(self, journal: Path) -> None:
        self._path = journal
        self._db = sqlite3.connect(journal, isolation_level=None, timeout=10.0)
        self._db.execute("PRAGMA secure_delete=ON")  # what is let go is overwritten with zeros
        self._db.execute(_TABLE)
        row = self._db.execute("SELECT value FROM about WHERE what = 'limits'").fetchone()
        self._limits = _decode_limits(row[0]) if row else {}

    def blocks(self, limits: Mapping[str, int], last: int) -> Iterator[tuple[int, list[AnyEvent]]]:
        """The blocks that end at or before position `last` and may hold something past one of the limits. Raises
        JournalError."""
        rows = self._db.execute(
            "SELECT journal.first, began, ended, held FROM journal LEFT JOIN visited USING (first)"
            " WHERE journal.first + count - 1 <= ? ORDER BY journal.first",
            (last,),
        ).fetchall()
        latest = max(limits.values(), default=0)
        for first, began, ended, held in rows:
            if began is not None and not held and not self._is_passed(began, ended, limits):
                continue
            events = self._read(first)
            if events[0].at >= latest:
                return  # all that follows is younger
            yield first, events

    def _is_passed(self, began: int, ended: int, limits: Mapping[str, int]) -> bool:
        return any(began < limit and ended >= self._limits.get(kind, 0) for kind, limit in limits.items())

    def _read(self, first: int) -> list[AnyEvent]:
        crc, blob = self._db.execute("SELECT crc32, events FROM journal WHERE first = ?", (first,)).fetchone()
        if zlib.crc32(blob) != crc:
            raise JournalError(f"{self._path}: block at position {first} fails its checksum")
        return _decode_block(blob)

    def write(self, first: int, events: Sequence[Event], held: int, purged: int) -> None:
        """Put these events in the place of the block's, in one transaction; `purged` is the last position that was
        cleared, 0 for none."""
        blob = b"".join((b"\xdd", len(events).to_bytes(4, "big"), *map(encode, events)))
        self._db.execute("BEGIN IMMEDIATE")
        try:
            if purged:
                self._db.execute(
                    "UPDATE journal SET crc32 = ?, events = ? WHERE first = ?", (zlib.crc32(blob), blob, first)
                )
                before = self._db.execute("SELECT value FROM about WHERE what = 'purged'").fetchone()
                self._db.execute(_KEEP, ("purged", str(max(purged, int(before[0]) if before else 0))))
            self._db.execute(_VISIT, (first, events[0].at, events[-1].at, held))
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def passed(self, limits: Mapping[str, int]) -> None:
        """The pass is complete: what is past these limits has been looked at."""
        self._db.execute(_KEEP, ("limits", msgspec.json.encode(dict(limits)).decode()))

    def scrub(self) -> bool:
        """Empty the write-ahead log, which holds blocks as they were; False while somebody reads in it."""
        busy, *_ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        self._db.close()
