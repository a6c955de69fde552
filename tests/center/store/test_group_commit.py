"""Group commit: what is reported durable is in the file, whatever happens to the disk or to the process."""

from __future__ import annotations

import os
import queue
import resource
import select
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import msgspec
import pytest

from center.store.group_commit import GroupCommitJournal
from center.store.journal import JournalFile, last_position, read
from tests.center.store.keeping import PATIENCE_S, Appender, facts, numbered
from tests.center.store.small_disk import small_disk

KILLS = 12


def kept(path: Path) -> list[Any]:
    return [event for _, event in read(path)]


@pytest.fixture
def appender() -> Appender:
    return Appender()


def test_every_report_is_true_when_it_is_made(appender: Appender, tmp_path: Path) -> None:
    """At each rise another reader of the file finds everything up to there. Reports only rise, and end with the last.
    Breaks when durability is told before the commit: what was acknowledged could be lost."""
    path = tmp_path / "journal.db"
    journal = appender.journal(path)
    reports: list[int] = []

    def check(durable: int) -> None:
        assert last_position(path) >= durable == journal.durable
        reports.append(durable)

    journal.when_durable(check)
    dice = Random(1)
    while journal.last < 5000:
        count = dice.choice((1, 3, 200))
        assert journal.append(facts(count, journal.last)) == journal.last
        if not appender.calls.empty():
            appender.once()
    while journal.durable < journal.last:
        appender.once()
    assert reports == sorted(reports)
    assert reports[-1] == journal.last
    journal.close()
    assert kept(path) == facts(journal.last)


def test_nothing_is_durable_while_the_file_cannot_be_written(appender: Appender, tmp_path: Path) -> None:
    """Somebody else holds the file's lock: appending goes on, and no report comes until the lock is gone."""
    path = tmp_path / "journal.db"
    journal = appender.journal(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        journal.append(facts(10))
        journal.append(facts(10, 10))
        with pytest.raises(queue.Empty):
            appender.calls.get(timeout=0.3)
        assert (journal.last, journal.durable) == (20, 0)
        other.execute("ROLLBACK")
    appender.until(20)
    journal.close()
    assert kept(path) == facts(20)


def test_many_appends_share_a_commit(appender: Appender, tmp_path: Path) -> None:
    """Two thousand single events do not cost two thousand fsyncs, and the first does not wait for company."""
    path = tmp_path / "journal.db"
    journal = appender.journal(path)
    journal.append([numbered(1)])
    appender.until(1)
    for number in range(2, 2002):
        journal.append([numbered(number)])
    appender.until(2001)
    assert appender.durable[0] == 1
    assert len(appender.durable) < 500
    journal.close()
    assert kept(path) == facts(2001)


def test_closing_writes_everything_and_tells_whoever_waits(appender: Appender, tmp_path: Path) -> None:
    """No event that was taken is left behind, and a closed journal takes no more. Breaks when close() does not wait."""
    path = tmp_path / "journal.db"
    journal = appender.journal(path)
    journal.append(facts(20_000))
    journal.close()
    assert (journal.durable, appender.durable[-1]) == (20_000, 20_000)
    assert kept(path) == facts(20_000)
    with pytest.raises(AssertionError, match="the journal has ended: it was closed"):
        journal.append(facts(1))


def test_the_next_journal_goes_on_behind_the_last(appender: Appender, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    for run in range(3):
        journal = appender.journal(path)
        assert journal.last == journal.durable == run * 10
        journal.append(facts(10, run * 10))
        journal.close()
    assert kept(path) == facts(30)


def test_what_must_not_be_lost_with_the_events_is_written_before_them(tmp_path: Path) -> None:
    """Pictures, in the running center: on the writing thread, before every commit that holds events."""
    path, seen, calls = tmp_path / "journal.db", [], queue.SimpleQueue[Any]()
    journal = GroupCommitJournal(
        JournalFile(path), calls.put, lambda: seen.append((threading.current_thread().name, last_position(path)))
    )
    for number in range(1, 6):
        journal.append([numbered(number)])
        calls.get(timeout=PATIENCE_S)()
    journal.close()
    assert seen == [("journal", position) for position in range(5)]


def test_an_event_that_cannot_be_written_down_stops_the_center(
    appender: Appender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No decoder makes one; should it happen, whoever appends next is told, and it never looks as if all were well.
    Breaks when the writing thread dies alone: the center would go on taking input and keep none of it."""
    died: queue.SimpleQueue[threading.ExceptHookArgs] = queue.SimpleQueue()
    monkeypatch.setattr(threading, "excepthook", died.put)
    journal = appender.journal(tmp_path / "journal.db")
    journal.append([numbered(1)])
    appender.until(1)
    journal.append([msgspec.structs.replace(numbered(2), seen=2**80)])
    how = died.get(timeout=PATIENCE_S)
    assert how.thread is not None
    how.thread.join(PATIENCE_S)
    assert "OverflowError" in journal.trouble
    with pytest.raises(AssertionError, match="the journal has ended: OverflowError"):
        journal.append([numbered(3)])
    journal.close()
    assert kept(tmp_path / "journal.db") == facts(1)


# --- the disk is full -------------------------------------------------------------------------------------------------


def test_a_full_disk_is_told_loses_nothing_and_passes(appender: Appender, tmp_path: Path) -> None:
    """ENOSPC for real: `trouble` says so, nothing more is reported durable, what was reported is in the file. When
    there is space again everything that was appended meanwhile follows, in order. Breaks when a failed commit is
    dropped or taken for done."""
    with small_disk(tmp_path / "disk", "3m") as disk:
        path, ballast = disk / "journal.db", disk / "ballast"
        ballast.write_bytes(bytes(2 << 20))
        journal = appender.journal(path)
        until = monotonic() + PATIENCE_S
        while not journal.trouble:
            assert monotonic() < until
            journal.append(facts(200, journal.last))
            with suppress(queue.Empty):
                appender.calls.get(timeout=0.05)()
        assert "full" in journal.trouble
        while not appender.calls.empty():
            appender.once()
        stuck = journal.durable
        journal.append(facts(200, journal.last))
        assert kept(path)[:stuck] == facts(stuck)
        with pytest.raises(queue.Empty):
            appender.calls.get(timeout=0.6)  # it tries again and again meanwhile
        assert (journal.durable, last_position(path)) == (stuck, stuck)
        ballast.unlink()
        appender.until(journal.last)
        assert journal.trouble == ""
        journal.close()
        assert kept(path) == facts(journal.last)


def test_a_center_stopped_on_a_full_disk_loses_only_what_it_never_reported(appender: Appender, tmp_path: Path) -> None:
    """Nobody need wait for a disk that stays full: closing gives up, and the file is whole up to the last report."""
    with small_disk(tmp_path / "disk", "2m") as disk:
        path = disk / "journal.db"
        journal = appender.journal(path)
        (disk / "ballast").write_bytes(bytes((1 << 20) + (1 << 19)))
        journal.append(facts(50_000))
        until = monotonic() + PATIENCE_S
        while not journal.trouble:
            assert monotonic() < until
        journal.close()
        assert journal.durable < journal.last
        (disk / "ballast").unlink()
        assert kept(path) == facts(journal.durable)


# --- the process is killed --------------------------------------------------------------------------------------------


@contextmanager
def writing(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that writes for ever and says what is durable."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.center.store.keeping", str(path)], stdout=subprocess.PIPE
    ) as it:
        try:
            yield it
        finally:
            it.kill()


def said(process: subprocess.Popen[bytes], for_s: float) -> bytes:
    """What it says within a time; all that is left once it is dead."""
    assert process.stdout is not None
    number, until, heard = process.stdout.fileno(), monotonic() + for_s, b""
    while select.select([number], [], [], max(0.0, until - monotonic()))[0]:
        piece = os.read(number, 1 << 16)
        if not piece:
            break
        heard += piece
    return heard


def highest(heard: bytes) -> int:
    """The last position that was reported whole."""
    return int(heard[: heard.rfind(b"\n")].rpartition(b"\n")[2])


def test_kill_9_loses_nothing_that_was_reported_durable(tmp_path: Path) -> None:
    """A dozen times at random moments, on one journal that grows: all that had been reported is there, without a gap or
    a repeat, and the next process goes on behind it. Breaks when a position is reported before its commit."""
    path, dice = tmp_path / "journal.db", Random(12)
    reported = 0
    for _ in range(KILLS):
        with writing(path) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert int(first) >= reported
            heard = first + said(process, dice.random() * 0.12)
            process.kill()
            heard += said(process, PATIENCE_S)
        reported = highest(heard)
        assert last_position(path) >= reported
    given = kept(path)
    assert given == facts(len(given))
    assert reported > KILLS


def test_a_file_that_may_not_grow_is_a_full_disk_too(tmp_path: Path) -> None:
    """A quota instead of a full device; set and lifted while the process runs. It neither dies nor loses anything."""
    path = tmp_path / "journal.db"
    with writing(path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, before[1]))
        last = highest(b"0\n" + said(process, 0.7))
        assert said(process, 0.5) == b"", "nothing more can have become durable"
        assert process.poll() is None
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
        process.stdout.readline()
        process.kill()
        more = highest(f"{last}\n".encode() + said(process, PATIENCE_S))
    given = kept(path)
    assert given == facts(len(given))
    assert len(given) >= more >= last
