"""Files from strangers, until somebody has decided about them.

Knows: a folder with a bound on all it holds, a file that is being written, and what its owner said of it.
Refuses to know: what is in a file, and who decides.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from center.store.evidence import Given

OLD_S = 60 * 86_400.0
"""What has been here for so long is left over from a center that did not end well."""


COMING_EACH = 3
"""So many files of one owner come at a time: nobody holds all the room there is by being slow."""


class FullError(Exception):
    """There is no room for more."""


class Incoming:
    """A file on its way in. `write` raises FullError for more than `most` bytes; `over` is called once, when it is kept
    or forgotten."""

    def __init__(self, path: Path, most: int, over: Callable[[], None]) -> None:
        self.path = path
        self.size = 0
        self._most = most
        self._over = over
        self._hash = hashlib.sha256()
        self._file: BinaryIO = path.open("xb")

    def write(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self._most:
            raise FullError
        self._hash.update(data)
        self._file.write(data)

    def close(self) -> str:
        """Nothing comes any more; the hexadecimal SHA-256 of what came."""
        self._file.close()
        return self._hash.hexdigest()

    def forget(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)
        self.done()

    def done(self) -> None:
        over, self._over = self._over, lambda: None
        over()


class Quarantine:
    """`hold` bytes at most wait here together."""

    def __init__(self, folder: Path, hold: int) -> None:
        """Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._folder = folder
        self._hold = hold
        self._serial = 0
        now = time.time()
        for path in folder.iterdir():
            if path.suffix == ".part" or now - path.stat().st_mtime > OLD_S:
                path.unlink()
        self._bytes = sum(path.stat().st_size for path in folder.iterdir())
        self._promised = 0
        self._coming: Counter[str] = Counter()

    @property
    def held(self) -> int:
        """Bytes of clips that are here."""
        return self._bytes

    def open(self, most: int, owner: str) -> Incoming:
        """Raises FullError, OSError."""
        if self._coming[owner] >= COMING_EACH or self._bytes + self._promised + most > self._hold:
            raise FullError  # what is still coming counts as if it were here
        self._serial += 1
        path = self._folder / f"{self._serial}.part"
        path.unlink(missing_ok=True)
        incoming = Incoming(path, most, lambda: self._expect(owner, -1, -most))
        self._expect(owner, 1, most)
        return incoming

    def _expect(self, owner: str, files: int, many: int) -> None:
        self._promised += many
        self._coming[owner] += files
        if not self._coming[owner]:
            del self._coming[owner]

    def keep(self, incoming: Incoming, name: str, still: bytes, given: Given) -> None:
        """In the place of the same file, if it is here already. Raises OSError."""
        for suffix, data in ((".jpg", still), (".json", msgspec.json.encode(given))):
            self._path(name, suffix).write_bytes(data)
        here = self._path(name, ".mp4")
        before = here.stat().st_size if here.exists() else 0
        incoming.path.replace(here)
        self._bytes += incoming.size - before
        incoming.done()

    def still(self, name: str) -> bytes | None:
        return self._read(name, ".jpg")

    def clip(self, name: str) -> tuple[bytes, Given] | None:
        """A file and what was said of it; None when it is not here any more."""
        data, said = self._read(name, ".mp4"), self._read(name, ".json")
        return None if data is None or said is None else (data, msgspec.json.decode(said, type=Given))

    def drop(self, name: str) -> None:
        path = self._path(name, ".mp4")
        if path.exists():
            self._bytes -= path.stat().st_size
        for suffix in (".mp4", ".jpg", ".json"):
            self._path(name, suffix).unlink(missing_ok=True)

    def _read(self, name: str, suffix: str) -> bytes | None:
        try:
            return self._path(name, suffix).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, name: str, suffix: str) -> Path:
        assert name.isalnum(), "names are digests"
        return self._folder / f"{name}{suffix}"
