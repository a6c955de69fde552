"""Pictures that came with reads, kept apart from the journal.

Knows: a bounded store by content reference; the oldest go first.
Refuses to know: what a picture shows, and who may look (see access).
"""

from __future__ import annotations

import os
from collections import OrderedDict
from pathlib import Path

from center.ingest.feed import Attachment

MAX_BYTES = 512 * 1024 * 1024


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


class PictureFolder:
    """One file a picture, named by its reference, in sub-folders by its first two characters. A picture is only ever
    read back whole: it is renamed into place. Losing one loses no fact."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self.trouble = ""
        folder.mkdir(parents=True, exist_ok=True)
        found = sorted((file.stat().st_mtime_ns, file) for file in folder.glob("??/*.jpg"))
        for _, file in found:
            self._sizes[file.stem] = file.stat().st_size
        self._bytes = sum(self._sizes.values())

    def keep(self, picture: Attachment) -> None:
        if picture.ref in self._sizes:
            return
        path = self._path(picture.ref)
        partial = path.with_suffix(f".{os.getpid()}")
        try:
            path.parent.mkdir(exist_ok=True)
            partial.write_bytes(picture.data)
            partial.replace(path)
        except OSError as error:
            self.trouble = f"pictures cannot be kept: {error.strerror}"
            return
        self.trouble = ""
        self._sizes[picture.ref] = len(picture.data)
        self._bytes += len(picture.data)
        while self._bytes > self._max_bytes:
            ref, size = self._sizes.popitem(last=False)
            self._path(ref).unlink(missing_ok=True)
            self._bytes -= size

    def get(self, ref: str) -> Attachment | None:
        if ref not in self._sizes:
            return None
        try:
            return Attachment(ref, "image/jpeg", self._path(ref).read_bytes())
        except OSError:
            return None

    def _path(self, ref: str) -> Path:
        return self._folder / ref[:2] / f"{ref}.jpg"
