"""Files in: what is dropped into a watched folder, by SFTP or by hand.

Knows: when a file is whole, and which files it has given since it was started.
Refuses to know: what is in a file, and what was given before a restart. A file that is still there is given again, and
whoever reads it recognises the content.
"""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from center.links.link import Endpoint, Sink
from center.links.retry import sentence

T = TypeVar("T")

_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", "~")
"""How programs mark a file they are still writing."""


class Version(NamedTuple):
    """One state of one file; a change of either figure makes another."""

    name: str
    mtime_ns: int
    size_bytes: int


@dataclass(slots=True)
class _Watched:
    version: Version
    since: float
    given: bool = False
    told: str = ""


class FolderLink(Endpoint):
    """A Link; the peer of a file's bytes is its name. Each version of a file is given once, whole and alone, oldest
    first, and then its peer is gone.

    A file is taken for whole when size and time stamp have stood still for `settle_s`; one that was renamed into place
    waits as long. Passed over are names that begin with a dot or end like an unfinished file, and whatever is not a
    regular file: a symbolic link could point at anything on this machine. `after` says what becomes of a file once it
    is durable: `keep` leaves it, `done` moves it into the folder `done` beside it. The first `files` names are looked
    at; a file larger than `limit_bytes` is not read. All reading is done in one thread of the link's own, so a disk
    that hangs holds up nothing else.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        pattern: str = "*",
        *,
        after: Literal["keep", "done"] = "keep",
        poll_s: float = 1.0,
        settle_s: float = 2.0,
        limit_bytes: int = 64 << 20,
        files: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name)
        self._folder = folder
        self._pattern = pattern
        self._after = after
        self._poll_s = poll_s
        self._settle_s = settle_s
        self._limit_bytes = limit_bytes
        self._files = files
        self._clock = clock
        self._watched: dict[str, _Watched] = {}
        self._told = ""

    async def run(self, sink: Sink) -> None:
        executor = ThreadPoolExecutor(1, thread_name_prefix=self.name)
        try:
            while True:
                await self._look(sink, executor)
                await asyncio.sleep(self._poll_s)
        finally:
            self._up.clear()
            executor.shutdown(wait=False, cancel_futures=True)

    async def _look(self, sink: Sink, executor: ThreadPoolExecutor) -> None:
        """Once through the folder."""
        why = ""
        try:
            versions = await _in(executor, self._scan)
        except OSError as error:
            self._up.clear()
            why = f"{self._folder}: {sentence(error)}"
        else:
            self._up.set()
            if len(versions) > self._files:
                why = f"{self._folder}: more than {self._files} files; the rest are not looked at"
            for watched in self._settled(versions[: self._files]):
                await self._take(watched, sink, executor)
        if why != self._told:
            self._told = why
            if why:
                sink.trouble(why)

    def _scan(self) -> list[Version]:
        """What is there, up to one more than may be; runs in the thread."""
        versions: list[Version] = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if not self._wanted(entry.name):
                    continue
                try:
                    status = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if stat.S_ISREG(status.st_mode):
                    versions.append(Version(entry.name, status.st_mtime_ns, status.st_size))
                if len(versions) > self._files:
                    break
        return versions

    def _wanted(self, name: str) -> bool:
        return not name.startswith(".") and not name.endswith(_UNFINISHED) and fnmatchcase(name, self._pattern)

    def _settled(self, versions: list[Version]) -> list[_Watched]:
        """Those that are whole and not given yet, oldest first. Forgets what is no longer there."""
        now = self._clock()
        before, self._watched = self._watched, {}
        for version in sorted(versions, key=lambda version: (version.mtime_ns, version.name)):
            known = before.get(version.name)
            if known is None or known.version != version:
                known = _Watched(version, now)
            self._watched[version.name] = known
        return [
            watched for watched in self._watched.values() if not watched.given and now - watched.since >= self._settle_s
        ]

    async def _take(self, watched: _Watched, sink: Sink, executor: ThreadPoolExecutor) -> None:
        version = watched.version
        try:
            if version.size_bytes > self._limit_bytes:
                raise OSError(f"{version.size_bytes} bytes; the limit is {self._limit_bytes}")
            data = await _in(executor, lambda: _read(self._folder / version.name, version))
        except OSError as error:
            self._tell(watched, error, sink)
            return
        if data is None:
            return
        watched.given = True
        receipt = sink.arrive([(_shown(version.name), data)])
        sink.gone(_shown(version.name))
        await sink.kept(receipt)
        if self._after == "done":
            try:
                await _in(executor, lambda: _move(self._folder, version))
            except OSError as error:
                self._tell(watched, error, sink)

    def _tell(self, watched: _Watched, error: OSError, sink: Sink) -> None:
        why = f"{self._folder}/{_shown(watched.version.name)}: {sentence(error)}"
        if why != watched.told:
            watched.told = why
            sink.trouble(why)


def _shown(name: str) -> str:
    """A name can be any bytes; as text it must be one that can be written down."""
    return name.encode(errors="backslashreplace").decode()


async def _in(executor: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, work)


def _is(version: Version, status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) and (status.st_mtime_ns, status.st_size) == version[1:]


def _read(path: Path, version: Version) -> bytes | None:
    """The bytes of exactly that version; None when the file has changed since, or while we read. A name that has
    become a link or a pipe in the meantime is neither followed nor waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not _is(version, os.fstat(descriptor)):
            return None
        pieces: list[bytes] = []
        left = version.size_bytes + 1  # one more than there should be
        while left and (piece := os.read(descriptor, left)):  # nearly always one, which join then does not copy
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces) if left == 1 and _is(version, os.fstat(descriptor)) else None
    finally:
        os.close(descriptor)


def _move(folder: Path, version: Version) -> None:
    """Into `done`, under its own name or, where one of that name lies there already, with its time stamp before it."""
    path = folder / version.name
    if not _is(version, path.lstat()):
        return
    done = folder / "done"
    done.mkdir(exist_ok=True)
    target = done / version.name
    path.rename(done / f"{version.mtime_ns}-{version.name}" if target.exists() else target)
