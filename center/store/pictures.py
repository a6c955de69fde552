"""Pictures that came with reads, kept apart from the journal.

Knows: a bounded store by content reference; the oldest go first.
Refuses to know: what a picture shows, and who may look (see access).
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict, deque
from pathlib import Path
from typing import NamedTuple

import msgspec

from center.ingest.feed import Attachment

MAX_BYTES = 512 * 1024 * 1024
MAX_WAITING_BYTES = 64 * 1024 * 1024
_SCHEMA = """
CREATE TABLE IF NOT EXISTS bundles (
    number INTEGER PRIMARY KEY,     -- in order of arrival
    contents BLOB NOT NULL,         -- MessagePack: reference and size of each picture, in order
    jpegs BLOB NOT NULL             -- the pictures, one behind the other
);
"""

_encode = msgspec.msgpack.Encoder().encode
_decode_contents = msgspec.msgpack.Decoder(list[tuple[str, int]]).decode


class _Bundle(NamedTuple):
    number: int
    contents: list[tuple[str, int]]


class _Place(NamedTuple):
    bundle: int
    offset: int
    size: int


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
    the thread that writes the journal and before it does, puts all that wait into the file in one piece: whenever an
    event survives a kill -9, so do its pictures. A power cut may take the last ones; losing one loses no fact.

    `trouble` is empty, or says why pictures cannot be kept at the moment.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        """A file that cannot be read is put aside, and a new one begun."""
        self.trouble = ""
        self._max_bytes = max_bytes
        self._lock = threading.Lock()  # for all below, which two threads use
        self._waiting: dict[str, Attachment] = {}
        self._waiting_bytes = 0
        self._places: dict[str, _Place] = {}
        self._bundles: deque[_Bundle] = deque()
        self._bytes = 0
        try:
            self._open(path)
        except (sqlite3.DatabaseError, msgspec.DecodeError):
            path.replace(path.with_suffix(".unreadable"))
            self._open(path)

    def _open(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10.0)
        self._db.execute("PRAGMA page_size=16384")  # a picture in a page: half the cost of the usual 4096
        self._db.execute("PRAGMA journal_mode=PERSIST")  # new pages are written once; WAL writes everything twice
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute("PRAGMA secure_delete=ON")  # what makes room leaves nothing of itself in free pages
        self._db.executescript(_SCHEMA)
        self._reader = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10.0)
        for number, contents in self._reader.execute("SELECT number, contents FROM bundles ORDER BY number"):
            self._file(_Bundle(number, _decode_contents(contents)))

    def keep(self, picture: Attachment) -> None:
        with self._lock:
            if picture.ref in self._waiting or picture.ref in self._places:
                return
            if self._waiting_bytes + len(picture.data) > MAX_WAITING_BYTES:
                self.trouble = self.trouble or "pictures come faster than they can be written"
                return
            self._waiting[picture.ref] = picture
            self._waiting_bytes += len(picture.data)

    def write(self) -> None:
        """Put what waits into the file, and out of it what is too old."""
        with self._lock:
            waiting = tuple(self._waiting.values())
            number = self._bundles[-1].number + 1 if self._bundles else 1
        if not waiting:
            return
        bundle = _Bundle(number, [(one.ref, len(one.data)) for one in waiting])
        try:
            # One statement, one transaction: each gives up the interpreter, and may wait long to get it back.
            row = (number, _encode(bundle.contents), b"".join([one.data for one in waiting]))
            self._db.execute("INSERT INTO bundles VALUES (?, ?, ?)", row)
            with self._lock:
                self._file(bundle)
                for one in waiting:
                    del self._waiting[one.ref]
                    self._waiting_bytes -= len(one.data)
                gone = self._make_room()
            if gone:
                self._db.execute("DELETE FROM bundles WHERE number <= ?", (gone,))
        except sqlite3.Error as error:
            self.trouble = f"pictures cannot be kept: {error}"
        else:
            self.trouble = ""

    def get(self, ref: str) -> Attachment | None:
        with self._lock:
            waiting, place = self._waiting.get(ref), self._places.get(ref)
        if waiting is not None or place is None:
            return waiting
        try:
            with self._reader.blobopen("bundles", "jpegs", place.bundle, readonly=True) as blob:
                blob.seek(place.offset)
                data = blob.read(place.size)
                return Attachment(ref, "image/jpeg", data) if any(data[:2]) else None  # zeros: it is past its days
        except sqlite3.Error:
            return None

    def close(self) -> None:
        """Write what waits, and let go of the file."""
        self.write()
        self._reader.close()
        self._db.close()

    def _file(self, bundle: _Bundle) -> None:
        self._bundles.append(bundle)
        offset = 0
        for ref, size in bundle.contents:
            self._places[ref] = _Place(bundle.number, offset, size)
            offset += size
        self._bytes += offset

    def _make_room(self) -> int:
        """Forget the oldest bundles while there is too much; the number of the last one forgotten, or 0."""
        gone = 0
        while self._bytes > self._max_bytes:
            gone, contents = self._bundles.popleft()
            for ref, size in contents:
                del self._places[ref]
                self._bytes -= size
        return gone
