"""Pictures that came with reads, kept apart from the journal.

Knows: a bounded store by content reference; the oldest go first.
Refuses to know: what a picture shows, and who may look (see access).
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from pathlib import Path

from center.ingest.feed import Attachment

MAX_BYTES = 512 * 1024 * 1024
MAX_WAITING_BYTES = 64 * 1024 * 1024
_SCHEMA = """
CREATE TABLE IF NOT EXISTS pictures (
    serial INTEGER PRIMARY KEY,     -- in order of arrival
    ref TEXT NOT NULL,
    size INTEGER NOT NULL,
    jpeg BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS contents ON pictures (serial, ref, size);    -- so that a start reads no picture
"""


class MemoryPictures:
    """In memory, for runs that end with their process."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._kept: OrderedDict[str, Attachment] = OrderedDict()
        self._bytes = 0
        self._max_bytes = max_bytes

    def keep(self, picture: Attachment) -> None:
        if picture.ref in self._kept:
            return
        self._kept[picture.ref] = picture
        self._bytes += len(picture.data)
        while self._bytes > self._max_bytes:
            _, old = self._kept.popitem(last=False)
            self._bytes -= len(old.data)

    def get(self, ref: str) -> Attachment | None:
        return self._kept.get(ref)


class PictureFile:
    """One SQLite file. `keep` only puts a picture into memory, where it can be looked at already; `write`, called by
    the thread that writes the journal and before it does, puts all that wait into the file at once: whenever an event
    survives a kill -9, so do its pictures. A power cut may take the last ones; losing one loses no fact.

    `trouble` is empty, or says why pictures cannot be kept at the moment.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        """A file that cannot be read is put aside, and a new one begun."""
        self.trouble = ""
        self._max_bytes = max_bytes
        self._lock = threading.Lock()  # for what waits
        self._waiting: dict[int, Attachment] = {}
        self._waiting_bytes = 0
        self._kept: OrderedDict[str, tuple[int, int]] = OrderedDict()  # by reference: serial number and size
        try:
            self._open(path)
        except sqlite3.DatabaseError:
            path.replace(path.with_suffix(".unreadable"))
            self._open(path)
        serials = [serial for serial, _ in self._kept.values()] or [0]
        self._oldest, self._serial = serials[0], serials[-1]
        self._bytes = sum(size for _, size in self._kept.values())

    def _open(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10.0)
        self._db.execute("PRAGMA page_size=16384")  # a few pictures a page: half the cost of the usual 4096
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)
        self._reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10.0)
        for serial, ref, size in self._reader.execute("SELECT serial, ref, size FROM pictures ORDER BY serial"):
            self._kept[ref] = serial, size

    def keep(self, picture: Attachment) -> None:
        ref, size = picture.ref, len(picture.data)
        if ref in self._kept:
            return
        if self._waiting_bytes + size > MAX_WAITING_BYTES:
            self.trouble = self.trouble or "pictures come faster than they can be written"
            return
        self._serial += 1
        self._kept[ref] = self._serial, size
        self._bytes += size
        with self._lock:
            self._waiting[self._serial] = picture
            self._waiting_bytes += size
        while self._bytes > self._max_bytes:
            _, (serial, old) = self._kept.popitem(last=False)
            self._oldest = serial + 1
            self._bytes -= old

    def write(self) -> None:
        """Put what waits into the file, and out of it what is too old. On another thread than `keep`, if need be."""
        with self._lock:
            rows = [(serial, one.ref, len(one.data), one.data) for serial, one in self._waiting.items()]
        if not rows:
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO pictures VALUES (?, ?, ?, ?)", rows)
            self._db.execute("DELETE FROM pictures WHERE serial < ?", (self._oldest,))
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self.trouble = f"pictures cannot be kept: {error}"
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            return
        self.trouble = ""
        with self._lock:
            for serial, _, size, _ in rows:
                del self._waiting[serial]
                self._waiting_bytes -= size

    def get(self, ref: str) -> Attachment | None:
        serial, _ = self._kept.get(ref, (0, 0))
        waiting = self._waiting.get(serial)
        if waiting is not None:
            return waiting
        try:
            row = self._reader.execute("SELECT jpeg FROM pictures WHERE serial = ?", (serial,)).fetchone()
        except sqlite3.Error:
            return None
        return Attachment(ref, "image/jpeg", row[0]) if row else None

    def close(self) -> None:
        """Write what waits, and let go of the file."""
        self.write()
        self._reader.close()
        self._db.close()
