"""The journal: every event, in order, durable.

Knows: how events are kept in an SQLite file (WAL), how damage is noticed, and what the digest of a journal is.
Refuses to know: what an event means.

Events are kept in blocks, one row each: a MessagePack array with its CRC-32, which costs a tenth of a row an event. The
digest is SHA-256 over the encoded events in order and does not depend on how they were cut into blocks.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from center.core.events import AnyEvent, Event

BLOCK_EVENTS = 1000
SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (what TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journal (
    first INTEGER PRIMARY KEY,      -- position of the block's first event, counted from 1
    count INTEGER NOT NULL,
    crc32 INTEGER NOT NULL,
    events BLOB NOT NULL
);
"""
_INSERT = "INSERT INTO journal VALUES (?, ?, ?, ?)"

_DAMAGE = (sqlite3.Error, msgspec.DecodeError, TypeError, ValueError)
"""What reading a damaged file raises: damage may turn a number into text, and a table's name into no text at all."""

encode = msgspec.msgpack.Encoder().encode
_decode_block = msgspec.msgpack.Decoder(list[AnyEvent]).decode


class JournalError(Exception):
    """The file does not hold what was written; the message names the position."""


class Journal(Protocol):
    """Append-only. Positions count from 1. `durable` is the highest position that survives a kill -9."""

    @property
    def last(self) -> int: ...
    @property
    def durable(self) -> int: ...

    def append(self, events: Sequence[Event]) -> int:
        """Take the events and return the position of the last one. Does not wait for the disk."""
        ...

    def when_durable(self, then: Callable[[int], None]) -> None:
        """Call `then(position)` after every rise of `durable`, on the thread that appends."""
        ...

    def close(self) -> None:
        """Make everything durable, then let go of the file."""
        ...


class JournalFile:
    """The file behind a journal. Not thread-safe: one thread writes; readers open their own."""

    def __init__(self, path: Path | str, *, synchronous: str = "FULL") -> None:
        self.path = str(path)
        try:
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10.0)
        except sqlite3.OperationalError as error:
            raise JournalError(f"{self.path}: {error}") from error
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute(f"PRAGMA synchronous={synchronous}")
            self._db.execute("PRAGMA journal_size_limit=67108864")
            self._db.executescript(_SCHEMA)
            self._db.execute("INSERT OR IGNORE INTO about VALUES ('schema', ?)", (str(SCHEMA_VERSION),))
            (schema,) = self._db.execute("SELECT value FROM about WHERE what = 'schema'").fetchone()
            gone = self._db.execute("SELECT value FROM about WHERE what = 'purged'").fetchone()
            self.purged = int(gone[0]) if gone else 0
            row = self._db.execute("SELECT first + count - 1 FROM journal ORDER BY first DESC LIMIT 1").fetchone()
            self.last = int(row[0]) if row else 0
        except _DAMAGE as error:
            self._db.close()
            raise JournalError(f"{self.path}: not a journal, or damaged ({error})") from error
        if schema != str(SCHEMA_VERSION):
            self._db.close()
            raise JournalError(f"{self.path}: journal format {schema}, this program reads {SCHEMA_VERSION}")

    def write(self, encoded: Sequence[bytes]) -> None:
        """Append encoded events in one transaction. On any error nothing of it is in the file."""
        rows, position = [], self.last
        for start in range(0, len(encoded), BLOCK_EVENTS):
            block = encoded[start : start + BLOCK_EVENTS]
            blob = b"".join((b"\xdd", len(block).to_bytes(4, "big"), *block))  # MessagePack array 32
            rows.append((position + 1, len(block), zlib.crc32(blob), blob))
            position += len(block)
        try:
            if len(rows) == 1:  # a transaction by itself; each statement gives up the interpreter and waits for it
                self._db.execute(_INSERT, rows[0])
            else:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany(_INSERT, rows)
                self._db.execute("COMMIT")
        except sqlite3.Error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self.last = position

    def blocks(self, after: int = 0) -> Iterator[tuple[int, list[AnyEvent]]]:
        """Blocks of (position of the first event, events) that hold anything behind `after`. Raises JournalError."""
        query = "SELECT first, count, crc32, events FROM journal WHERE first + count > ? ORDER BY first"
        expected = after + 1
        try:
            for first, count, crc, blob in self._db.execute(query, (after + 1,)):
                if first != expected and first > after + 1:
                    raise JournalError(f"{self.path}: position {expected - 1} is followed by position {first}")
                if zlib.crc32(blob) != crc:
                    raise JournalError(f"{self.path}: block at position {first} fails its checksum")
                events = _decode_block(blob)
                if len(events) != count:
                    raise JournalError(f"{self.path}: block at position {first} has {len(events)} events, not {count}")
                yield first, events
                expected = first + count
        except _DAMAGE as error:
            raise JournalError(f"{self.path}: behind position {expected - 1}: {error}") from error

    def close(self) -> None:
        self._db.close()


def read(path: Path | str, after: int = 0) -> Iterator[tuple[int, AnyEvent]]:
    """Events behind position `after`, with their positions. Raises JournalError, FileNotFoundError."""
    if not Path(path).exists():
        raise FileNotFoundError(f"{path}: no such journal")
    file = JournalFile(path)
    try:
        for first, events in file.blocks(after):
            for position, event in enumerate(events, first):
                if position > after:
                    yield position, event
    finally:
        file.close()


def last_position(path: Path | str) -> int:
    """Where the journal ends. Raises JournalError."""
    file = JournalFile(path)
    file.close()
    return file.last


def purged_position(path: Path | str) -> int:
    """The last position whose fact is past its days and gone; 0 where all are there. Raises JournalError."""
    file = JournalFile(path)
    file.close()
    return file.purged


def digest(events: Iterable[Event]) -> str:
    """SHA-256 of the events in order, in hex: equal for two runs that learned exactly the same."""
    running = hashlib.sha256()
    for event in events:
        running.update(encode(event))
    return running.hexdigest()


class DirectJournal:
    """A journal that is durable as soon as it is appended to, as far as its user can tell: for runs in simulated time,
    where a crash of the machine means running again. Writes go to the file in large transactions."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file
        self._pending: list[bytes] = []
        self._running = hashlib.sha256()
        self.last = file.last

    @property
    def durable(self) -> int:
        return self.last

    @property
    def digest(self) -> str:
        """The digest of what was appended here."""
        return self._running.hexdigest()

    def append(self, events: Sequence[Event]) -> int:
        for event in events:
            data = encode(event)
            self._running.update(data)
            self._pending.append(data)
        self.last += len(events)
        if len(self._pending) >= BLOCK_EVENTS * 4:
            self._flush()
        return self.last

    def when_durable(self, then: Callable[[int], None]) -> None:
        """Nothing to wait for: whoever appends may act at once."""

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        self._file.write(pending)

    def close(self) -> None:
        self._flush()
        self._file.close()
