"""Files dropped into a folder: whole, once, and nothing but files."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from center.links.folder import FolderLink
from tests.center.links.basin import Basin, becomes, carrying
from tests.center.links.conftest import Play


def watch(folder: Path, pattern: str = "*", *, settle_s: float = 0.03, **more: Any) -> FolderLink:
    return FolderLink("folder", folder, pattern, poll_s=0.005, settle_s=settle_s, **more)


async def rounds(folder: Path, basin: Basin) -> None:
    """The link has looked at everything there now: a file dropped after it has come."""
    marker = folder / f"marker-{len(basin.items)}"
    marker.write_bytes(b"marker")
    await basin.until(lambda: (marker.name, b"marker") in basin.items)
    basin.items.remove((marker.name, b"marker"))
    marker.unlink()


def test_each_file_is_given_once_with_its_name(play: Play, tmp_path: Path) -> None:
    """What is there at the start and what comes later: each file whole, once, and its peer ended with it."""

    async def story() -> None:
        basin = Basin()
        (tmp_path / "ncic-0600.csv").write_bytes(b"ABC123;LA\n")
        async with carrying(watch(tmp_path), basin):
            await basin.until(lambda: basin.items == [("ncic-0600.csv", b"ABC123;LA\n")])
            (tmp_path / "ncic-1800.csv").write_bytes(b"")
            await basin.until(lambda: len(basin.items) == 2)
            await rounds(tmp_path, basin)
        assert basin.items == [("ncic-0600.csv", b"ABC123;LA\n"), ("ncic-1800.csv", b"")]
        assert basin.ended[:2] == ["ncic-0600.csv", "ncic-1800.csv"]
        assert basin.troubles == []

    play(story())


class Clock:
    """Stands still until it is moved; the link asks it once each time it looks."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0

    def __call__(self) -> float:
        self.asked += 1
        return self.now

    async def looked(self) -> None:
        """The link has looked, from beginning to end, since this was called."""
        asked = self.asked
        await becomes(lambda: self.asked >= asked + 3)


def test_a_file_that_is_still_growing_is_left_alone(play: Play, tmp_path: Path) -> None:
    """A half-written list is never given: not while it grows, however slowly, and whole once it has stood still for
    the settle time to the full."""

    async def story() -> None:
        basin, clock = Basin(), Clock()
        link = FolderLink("folder", tmp_path, poll_s=0.0, settle_s=2.0, clock=clock)
        async with carrying(link, basin):
            with (tmp_path / "hotlist.csv").open("wb", buffering=0) as file:
                for _ in range(5):
                    file.write(b"ABC123;LA;stolen\n")
                    await clock.looked()
                    clock.now += 1.75
                    await clock.looked()
                    assert basin.items == []
            clock.now += 0.25
            await basin.until(lambda: bool(basin.items))
        assert basin.items == [("hotlist.csv", b"ABC123;LA;stolen\n" * 5)]

    play(story())


def test_a_new_version_is_given_again_and_a_moment_later_not(play: Play, tmp_path: Path) -> None:
    """A list that is replaced, in place or by renaming, is a new delivery; one that lies there is not."""

    async def story() -> None:
        basin = Basin()
        path = tmp_path / "hotlist.csv"
        async with carrying(watch(tmp_path), basin):
            path.write_bytes(b"one")
            await basin.until(lambda: basin.data == [b"one"])
            path.write_bytes(b"second")
            await basin.until(lambda: basin.data == [b"one", b"second"])
            (tmp_path / "upload.tmp").write_bytes(b"third one")
            (tmp_path / "upload.tmp").rename(path)
            await basin.until(lambda: basin.data == [b"one", b"second", b"third one"])
            await rounds(tmp_path, basin)
        assert basin.data == [b"one", b"second", b"third one"]

    play(story())


@pytest.mark.parametrize(
    "name",
    [".hidden.csv", ".hotlist.csv.Xa3f", "hotlist.csv.tmp", "hotlist.csv.part", "hotlist.csv.filepart", "hotlist.csv~"],
)
def test_unfinished_names_are_passed_over(play: Play, tmp_path: Path, name: str) -> None:
    """What a program marks as being written is not read, however long it lies there."""

    async def story() -> None:
        basin = Basin()
        (tmp_path / name).write_bytes(b"half")
        async with carrying(watch(tmp_path), basin):
            await rounds(tmp_path, basin)
        assert basin.items == []

    play(story())


def test_only_regular_files_that_fit_the_pattern_are_read(play: Play, tmp_path: Path) -> None:
    """Whoever may drop files could drop a link to a secret, or a pipe to hang on: neither is opened."""

    async def story() -> None:
        basin = Basin()
        secret = tmp_path / "secret"
        secret.write_bytes(b"root:x:0:0")
        folder = tmp_path / "drop"
        folder.mkdir()
        (folder / "link.csv").symlink_to(secret)
        (folder / "folder.csv").mkdir()
        os.mkfifo(folder / "pipe.csv")
        (folder / "notes.txt").write_bytes(b"not a list")
        (folder / "LIST.CSV").write_bytes(b"other case")
        async with carrying(watch(folder, "*.csv"), basin):
            (folder / "list.csv").write_bytes(b"list")
            await basin.until(lambda: basin.items == [("list.csv", b"list")])
        assert basin.troubles == []

    play(story())


def test_a_file_done_with_is_moved_once_it_is_durable(play: Play, tmp_path: Path) -> None:
    """With `after="done"` a file stays where it is until it is kept, then lies in `done`; two of one name both stay."""

    async def story() -> None:
        basin = Basin(durable=False)
        path, done = tmp_path / "list.csv", tmp_path / "done"
        async with carrying(watch(tmp_path, after="done"), basin):
            path.write_bytes(b"one")
            await basin.until(lambda: basin.data == [b"one"])
            assert path.exists()
            basin.durable.set()
            await becomes(lambda: not path.exists())
            path.write_bytes(b"two")
            await becomes(lambda: not path.exists() and len(list(done.iterdir())) == 2)
        assert (done / "list.csv").read_bytes() == b"one"
        assert sorted(file.read_bytes() for file in done.iterdir()) == [b"one", b"two"]
        assert basin.data == [b"one", b"two"]
        assert basin.troubles == []

    play(story())


def test_a_file_that_is_too_large_is_told_once(play: Play, tmp_path: Path) -> None:
    """It is not read, operators learn its size, and the files beside it are given."""

    async def story() -> None:
        basin = Basin()
        (tmp_path / "huge.csv").write_bytes(bytes(1001))
        (tmp_path / "right.csv").write_bytes(bytes(1000))
        async with carrying(watch(tmp_path, limit_bytes=1000), basin):
            await basin.until(lambda: basin.data == [bytes(1000)])
            await rounds(tmp_path, basin)
        assert basin.troubles == [f"{tmp_path}/huge.csv: 1001 bytes; the limit is 1000"]

    play(story())


def test_a_folder_that_comes_and_goes_is_told_each_time(play: Play, tmp_path: Path) -> None:
    """A share that is not mounted is a sentence for operators; when it is there, its files are given."""

    async def story() -> None:
        basin = Basin()
        folder = tmp_path / "share"
        async with carrying(watch(folder), basin, up=False):
            await basin.until(lambda: basin.troubles == [f"{folder}: No such file or directory"])
            folder.mkdir()
            (folder / "list.csv").write_bytes(b"list")
            await basin.until(lambda: basin.data == [b"list"])
            (folder / "list.csv").unlink()
            folder.rmdir()
            await basin.until(lambda: basin.troubles == [f"{folder}: No such file or directory"] * 2)

    play(story())


@contextmanager
def nobody_special() -> Iterator[None]:
    """Root may read everything; for a while we are not root."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_file_that_may_not_be_read_is_told_and_given_later(play: Play) -> None:
    """Wrong permissions are told once, and mended without a restart."""

    async def story(folder: Path) -> None:
        basin = Basin()
        path, hidden = folder / "list.csv", folder / ".list.csv"
        async with carrying(watch(folder), basin):
            with nobody_special():
                hidden.write_bytes(b"list")
                hidden.chmod(0)
                hidden.rename(path)
                await basin.until(lambda: basin.troubles == [f"{path}: Permission denied"])
            path.chmod(0o600)
            await basin.until(lambda: basin.data == [b"list"])

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        play(story(Path(folder)))


def test_names_that_are_not_text_can_be_written_down(play: Play, tmp_path: Path) -> None:
    """A file name can be any bytes; as a peer it is text that a journal can hold."""

    async def story() -> None:
        basin = Basin()
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/liste-\xe9.csv")).write_bytes(b"list")
        async with carrying(watch(tmp_path), basin):
            await basin.until(lambda: basin.data == [b"list"])
        assert basin.items[0][0].encode() == b"liste-\\udce9.csv"

    play(story())


def test_the_number_of_files_is_bounded(play: Play, tmp_path: Path) -> None:
    """A folder that nobody empties costs bounded work, and operators learn that files are being ignored."""

    async def story() -> None:
        basin = Basin()
        for n in range(20):
            (tmp_path / f"{n}.csv").write_bytes(b"%d" % n)
        async with carrying(watch(tmp_path, files=10), basin):
            await basin.until(lambda: len(basin.items) == 10 and len(basin.troubles) == 1)
        assert basin.troubles == [f"{tmp_path}: more than 10 files; the rest are not looked at"]

    play(story())


OPENED: list[tuple[str, bool]] = []


def remember(event: str, details: tuple[Any, ...]) -> None:
    if event in ("open", "os.scandir") and isinstance(details[0], os.PathLike | str):
        OPENED.append((os.fspath(details[0]), threading.current_thread() is threading.main_thread()))


def test_the_disk_is_read_beside_the_event_loop(play: Play, tmp_path: Path) -> None:
    """Neither the folder nor a file is ever opened in the event loop's own thread, where a slow disk would stop all."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"list")
    sys.addaudithook(remember)

    async def story() -> None:
        basin = Basin()
        OPENED.clear()
        async with carrying(watch(tmp_path), basin):
            await basin.until(lambda: basin.data == [b"list"])
        assert {(name, main) for name, main in OPENED if name.startswith(str(tmp_path))} == {
            (str(tmp_path), False),
            (str(path), False),
        }

    play(story())


def test_files_come_oldest_first(play: Play, tmp_path: Path) -> None:
    """Two lists that waited together are given in the order they were written, so that the newer one stands."""

    async def story() -> None:
        basin = Basin()
        for age, name in enumerate(("b.csv", "c.csv", "a.csv")):
            (tmp_path / name).write_bytes(name.encode())
            os.utime(tmp_path / name, (1_700_000_000 - age, 1_700_000_000 - age))
        async with carrying(watch(tmp_path), basin):
            await basin.until(lambda: len(basin.items) == 3)
        assert [name for name, _ in basin.items] == ["a.csv", "c.csv", "b.csv"]

    play(story())
