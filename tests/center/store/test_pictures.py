"""Pictures that came with reads: there when somebody looks, never in the way, never too many."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.ingest.feed import Attachment
from center.store import pictures
from center.store.pictures import MemoryPictures, PictureFile
from tests.center.store.small_disk import small_disk
from tests.patience import PATIENCE_S


def picture(number: int, size: int = 100) -> Attachment:
    data = (0xFFD8_0000 | number).to_bytes(4, "big") * (size // 4)  # begins as a JPEG does; zeros would be a purged one
    return Attachment(sha256(data).hexdigest()[:32], "image/jpeg", data)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pictures.db"


@pytest.fixture
def file(path: Path) -> Iterator[PictureFile]:
    with closing(PictureFile(path, 1000)) as kept:
        yield kept


@pytest.mark.parametrize("make", [lambda _: MemoryPictures(1000), lambda path: PictureFile(path, 1000)])
def test_a_picture_can_be_looked_at_at_once(make: Callable[[Path], MemoryPictures | PictureFile], path: Path) -> None:
    """Before anything was written, by the reference in its read; the same picture again is one picture."""
    kept = make(path)
    for number in (1, 2, 1):
        kept.keep(picture(number))
    assert kept.get(picture(1).ref) == picture(1)
    assert kept.get(picture(2).ref) == picture(2)
    assert kept.get("no such picture") is None
    assert kept.get("") is None
    if isinstance(kept, PictureFile):
        kept.close()


def test_in_memory_the_oldest_go_first() -> None:
    kept = MemoryPictures(1000)
    for number in range(25):
        kept.keep(picture(number))
    assert [number for number in range(25) if kept.get(picture(number).ref)] == list(range(15, 25))
    kept.keep(picture(99, 5000))
    assert kept.get(picture(99, 5000).ref) is None, "one that is too large by itself is not kept either"


def test_what_was_written_is_there_after_a_restart(file: PictureFile, path: Path) -> None:
    """Nobody said goodbye. Breaks when pictures are written only at the end."""
    for number in range(5):
        file.keep(picture(number, 20 * (number + 1)))
    file.write()
    with closing(PictureFile(path, 1000)) as again:
        for number in range(5):
            assert again.get(picture(number, 20 * (number + 1)).ref) == picture(number, 20 * (number + 1))
        again.keep(picture(7))
        again.write()
        assert again.get(picture(7).ref) == picture(7)
        assert again.get(picture(3, 80).ref) == picture(3, 80)


def test_closing_writes_what_waits(file: PictureFile, path: Path) -> None:
    file.keep(picture(1))
    file.close()
    with closing(PictureFile(path)) as again:
        assert again.get(picture(1).ref) == picture(1)


def test_on_disk_the_oldest_go_first_as_well(file: PictureFile, path: Path) -> None:
    """In the file too, not only out of sight."""
    for number in range(25):
        file.keep(picture(number))
        file.write()
    kept = [number for number in range(25) if file.get(picture(number).ref)]
    assert kept == list(range(15, 25))
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*), sum(length(jpegs)) FROM bundles").fetchone() == (10, 1000)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(("keep", "keep", "keep", "write", "restart")), max_size=40), st.data())
def test_a_picture_is_the_right_one_or_none(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], data: st.DataObject
) -> None:
    """Whatever was kept, written and restarted in whatever order: what is given out is what was kept under that
    reference, the newest is always there, and the file holds no more than it may and one bundle."""
    path = tmp_path_factory.mktemp("pictures") / "pictures.db"
    kept = PictureFile(path, 1000)
    seen: list[Attachment] = []
    for step in steps:
        if step == "keep":
            seen.append(picture(data.draw(st.integers(0, 30)), data.draw(st.sampled_from((4, 100, 300)))))
            kept.keep(seen[-1])
            assert kept.get(seen[-1].ref) == seen[-1]
        elif step == "write":
            kept.write()
        else:
            kept.close()
            kept = PictureFile(path, 1000)
        for one in seen:
            assert kept.get(one.ref) in (one, None)
    kept.close()
    with closing(sqlite3.connect(path)) as db:
        (size,) = db.execute("SELECT coalesce(sum(length(jpegs)), 0) FROM bundles").fetchone()
    assert size <= 1000


def test_two_threads_keep_and_write_at_the_same_time(file: PictureFile) -> None:
    """As in the running center. Breaks when the two share their books without a lock."""
    over = threading.Event()
    broken: list[BaseException] = []

    def write() -> None:
        try:
            while not over.is_set():
                file.write()
        except BaseException as error:
            broken.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(2000):
        file.keep(picture(number % 300))
        given = file.get(picture(number % 300).ref)
        assert given in (picture(number % 300), None)
    over.set()
    writer.join(PATIENCE_S)
    assert broken == []
    assert file.trouble == ""


def test_pictures_that_come_faster_than_the_disk_are_dropped_aloud(
    file: PictureFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Losing one loses no fact; filling the memory would lose them all. It passes with the next write."""
    monkeypatch.setattr(pictures, "MAX_WAITING_BYTES", 250)
    for number in range(5):
        file.keep(picture(number))
    assert [number for number in range(5) if file.get(picture(number).ref)] == [0, 1]
    assert file.trouble == "pictures come faster than they can be written"
    file.write()
    assert file.trouble == ""
    file.keep(picture(4))
    assert file.get(picture(4).ref) == picture(4)


@pytest.mark.parametrize("content", [b"rubbish" * 1000, b"SQLite format 3\0" + bytes(5000)])
def test_a_file_that_cannot_be_read_is_put_aside(content: bytes, path: Path) -> None:
    """It stops no center: a new one is begun, the old one stays for whoever wants to look at it."""
    path.write_bytes(content)
    with closing(PictureFile(path)) as kept:
        kept.keep(picture(1))
        kept.write()
        assert kept.get(picture(1).ref) == picture(1)
    assert path.with_suffix(".unreadable").read_bytes() == content


def test_a_full_disk_is_told_and_passes(tmp_path: Path) -> None:
    """Pictures wait in memory meanwhile, where they can be looked at."""
    with small_disk(tmp_path / "disk", "1m") as disk, closing(PictureFile(disk / "pictures.db")) as kept:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(800 << 10))
        kept.keep(picture(1, 400 << 10))
        kept.write()
        assert "pictures cannot be kept" in kept.trouble
        assert kept.get(picture(1, 400 << 10).ref) == picture(1, 400 << 10)
        ballast.unlink()
        kept.write()
        assert kept.trouble == ""
        assert kept.get(picture(1, 400 << 10).ref) == picture(1, 400 << 10)
