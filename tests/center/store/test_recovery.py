"""Starting and starting again are one path: snapshot, then journal. Whatever is on disk, the picture is the same."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
import pytest
from typer.testing import CliRunner

import center
from center.cli import app
from center.core.center import Center, freeze, thaw
from center.core.effects import Audit, Effect
from center.core.events import Micros
from center.core.picture import Picture
from center.store import snapshot
from center.store.audit import REMEMBERED, AuditFile
from center.store.chain import Head, verify_file
from center.store.journal import JournalError, JournalFile, encode
from center.store.recovery import recover, recover_with_trail, take_snapshot
from center.store.signing import SigningKey
from tests.center.core.shift import shift

COUNT = 1500


class Lived(NamedTuple):
    """A center that has lived through a shift: its journal, what it asked for after each event, and where it ended."""

    path: Path
    followed: list[list[Effect]]
    end: bytes
    pictures: dict[int, bytes]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    path = tmp_path_factory.mktemp("lived") / "journal.db"
    facts = shift(Random(3), COUNT)
    file = JournalFile(path, synchronous="OFF")
    for start in range(0, COUNT, 311):
        file.write([encode(fact) for fact in facts[start : start + 311]])
    file.close()
    lived, followed, pictures = Center(), [], {}
    for fact in facts:
        followed.append(list(lived.handle(fact)))
        if lived.picture.position in (0, 400, 1000, COUNT):
            pictures[lived.picture.position] = freeze(lived.picture)
    return Lived(path, followed, freeze(lived.picture), pictures)


@pytest.fixture
def lived(original: Lived, tmp_path: Path) -> Lived:
    """The same with a folder of its own."""
    return original._replace(path=Path(shutil.copy(original.path, tmp_path)))


def snapshots(lived: Lived) -> list[str]:
    return sorted(path.name for path in lived.path.parent.iterdir() if "snapshot" in path.name)


def picture_at(lived: Lived, position: int) -> Picture:
    return thaw(lived.pictures[position])


def lines(effects: list[list[Effect]]) -> list[Audit]:
    return [effect for each in effects for effect in each if isinstance(effect, Audit)]


# --- with and without a snapshot --------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [None, 400, 1000, COUNT])
def test_a_recovered_center_is_the_one_that_was_lost(lived: Lived, at: int | None) -> None:
    """From the first event or from any snapshot: byte for byte the same picture, and the effects since the snapshot, in
    order, for whoever derives what can be derived. Breaks when a snapshot forgets anything."""
    if at is not None:
        snapshot.save(picture_at(lived, at), lived.path)
    seen: list[Effect] = []
    center = recover(lived.path, seen.append)
    assert freeze(center.picture) == lived.end
    assert seen == [effect for effects in lived.followed[at or 0 :] for effect in effects]


def test_a_fresh_start_looks_at_no_snapshot(lived: Lived) -> None:
    snapshot.save(picture_at(lived, 1000), lived.path)
    seen: list[Effect] = []
    assert freeze(recover(lived.path, seen.append, fresh=True).picture) == lived.end
    assert seen == [effect for effects in lived.followed for effect in effects]


def test_without_a_journal_there_is_nothing_yet(tmp_path: Path) -> None:
    """The first start. A snapshot without its journal counts for nothing."""
    assert recover(tmp_path / "journal.db").picture.position == 0
    snapshot.save(Picture(position=7), tmp_path / "journal.db")
    assert recover(tmp_path / "journal.db").picture.position == 0


def test_a_snapshot_from_beyond_the_journals_end_is_passed_over(lived: Lived) -> None:
    """The journal was restored from last night's backup, the snapshot beside it is from this morning. Breaks when the
    newest is taken unseen: the center would know what its journal does not, and refuse to start."""
    snapshot.save(picture_at(lived, 1000), lived.path)
    ahead = picture_at(lived, COUNT)
    ahead.position += 1
    snapshot.save(ahead, lived.path)
    assert freeze(recover(lived.path).picture) == lived.end


# --- snapshots that cannot be used ------------------------------------------------------------------------------------


def cut(length: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:length]


def flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[: at % len(data)] + bytes([data[at] ^ 1]) + data[at % len(data) + 1 :]


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "empty": cut(0),
    "half a header": cut(20),
    "a header": cut(36),
    "half": lambda data: data[: len(data) // 2],
    "a byte short": cut(-1),
    "a byte too long": lambda data: data + b"\0",
    "another magic word": flip(0),
    "other source": flip(8),
    "another position": flip(31),
    "another checksum": flip(35),
    "its first byte": flip(36),
    "its middle": flip(3000),
    "its last byte": flip(-1),
    "zeros": lambda data: bytes(len(data)),
    "somebody else's file": lambda data: b"\x89PNG\r\n" + data,
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_snapshot_is_passed_over_for_the_one_before(lived: Lived, how: str) -> None:
    """Truncated, flipped, of other source, of another position: never repaired, never believed, never in the way; the
    older one or the journal alone lead to the same picture."""
    older = snapshot.save(picture_at(lived, 400), lived.path)
    newer = snapshot.save(picture_at(lived, 1000), lived.path)
    newer.write_bytes(SPOILT[how](newer.read_bytes()))
    assert snapshot.load(lived.path, COUNT).position == 400
    assert freeze(recover(lived.path).picture) == lived.end
    older.write_bytes(SPOILT[how](older.read_bytes()))
    assert snapshot.load(lived.path, COUNT).position == 0
    assert freeze(recover(lived.path).picture) == lived.end


def test_the_last_two_snapshots_are_kept(lived: Lived) -> None:
    """And a half-written one is no snapshot."""
    for position in (400, 1000, COUNT):
        snapshot.save(picture_at(lived, position), lived.path)
    (lived.path.parent / "journal.partial").write_bytes(b"half of one")
    assert snapshots(lived) == ["journal.db-snapshot-000000001000", f"journal.db-snapshot-{COUNT:012d}"]
    assert snapshot.load(lived.path, COUNT).position == COUNT
    assert snapshot.load(lived.path, COUNT - 1).position == 1000
    assert snapshot.load(lived.path, 999).position == 0


def test_a_snapshot_is_only_good_for_the_source_that_made_it(tmp_path: Path) -> None:
    """One changed line in any desk, and the old pictures are passed over. Breaks when a version number must be raised
    by hand."""
    package = tmp_path / "center"
    shutil.copytree(Path(center.__file__).parent, package, ignore=shutil.ignore_patterns("console", "__pycache__"))

    def fingerprint() -> str:
        program = "from center.store.snapshot import core_fingerprint as f; print(f().hex())"
        ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    assert fingerprint() == snapshot.core_fingerprint().hex()
    with (package / "core" / "geo.py").open("a") as source:
        source.write("# as before\n")
    assert fingerprint() != snapshot.core_fingerprint().hex()


# --- damage -----------------------------------------------------------------------------------------------------------


def test_a_damaged_journal_stops_the_start_and_names_the_place(lived: Lived) -> None:
    """Rather no center than one that knows half. Behind a good snapshot old damage does no harm."""
    with closing(sqlite3.connect(lived.path)) as db, db:
        db.execute("UPDATE journal SET crc32 = 0 WHERE first = 312")
    with pytest.raises(JournalError, match="block at position 312 fails its checksum"):
        recover(lived.path)
    snapshot.save(picture_at(lived, 1000), lived.path)
    assert freeze(recover(lived.path).picture) == lived.end


# --- as a process of its own, and the audit trail ---------------------------------------------------------------------


def run_taker(lived: Lived) -> None:
    command = [sys.executable, "-m", "center.store.recovery", str(lived.path), str(lived.path.with_name("audit.db"))]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": "99"})


def trail(lived: Lived) -> list[Audit]:
    with closing(AuditFile(lived.path.with_name("audit.db"))) as file:
        return list(file.lines())


def test_another_process_that_reads_the_same_journal_ends_with_the_same_picture(lived: Lived) -> None:
    """`python -m center.store.recovery`, the snapshot taker: promise B across processes. Breaks when anything but the
    journal decides."""
    run_taker(lived)
    assert snapshots(lived) == [f"journal.db-snapshot-{COUNT:012d}"]
    assert freeze(snapshot.load(lived.path, COUNT)) == lived.end
    assert trail(lived) == lines(lived.followed)
    run_taker(lived)
    assert trail(lived) == lines(lived.followed), "and the second time it changes nothing"


def test_an_audit_trail_that_was_lost_is_derived_again(lived: Lived) -> None:
    """Line for line, as long as the journal is there. (Lines before the last snapshot were durable before it was.)"""
    take_snapshot(lived.path, lived.path.with_name("audit.db"))
    before = trail(lived)
    assert len(before) > 20
    for file in lived.path.parent.glob("audit.db*"):
        file.unlink()
    for file in lived.path.parent.glob("*-snapshot-*"):
        file.unlink()
    take_snapshot(lived.path, lived.path.with_name("audit.db"))
    assert trail(lived) == before


def line(number: int, at: int = 0) -> Audit:
    return Audit(
        id=f"u{number}.1",
        at=Micros(at or number),
        operator="ada",
        act="unit.video",
        subject="SO-1",
        granted=number % 2 == 0,
        why="" if number % 2 == 0 else "a reason must be given",
        reason=None if number % 2 else "stop",
    )


def test_deriving_a_line_again_changes_nothing(tmp_path: Path) -> None:
    """The same id is the same line, however often; and it is there for the next process although nobody said
    goodbye."""
    file = AuditFile(tmp_path / "audit.db")
    for number in (1, 2, 3, 2, 1):
        file.keep(line(number))
    with closing(AuditFile(tmp_path / "audit.db")) as other:
        assert list(other.lines()) == [line(1), line(2), line(3)]
        other.keep(line(3))
    assert list(file.lines()) == [line(1), line(2), line(3)]
    at_once = [line(number, 9) for number in (9, 10, 11)]
    for one in (*at_once, at_once[0]):
        file.keep(one)
    assert list(file.lines())[3:] == at_once, "nor the order of what was asked in one moment"
    file.close()


def test_the_trail_is_read_in_order_of_time(tmp_path: Path) -> None:
    with closing(AuditFile(tmp_path / "audit.db")) as file:
        for number, at in ((1, 30), (2, 10), (3, 20), (4, 20)):
            file.keep(line(number, at))
        assert [kept.id for kept in file.lines()] == ["u2.1", "u3.1", "u4.1", "u1.1"]


def test_lines_the_disk_refuses_for_a_while_are_not_lost(tmp_path: Path) -> None:
    """Somebody looks at the trail with a tool that locks it. Nobody waits for him, `trouble` says so, and the lines
    go in when he has gone. Breaks when the refusal is dropped, or passed on to whoever was only carrying out
    effects."""
    file = AuditFile(tmp_path / "audit.db")
    with closing(sqlite3.connect(tmp_path / "audit.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        file.keep(line(1))
        file.keep(line(2))
        assert "locked" in file.trouble
        assert list(file.lines()) == []
        other.execute("ROLLBACK")
    file.keep(line(3))
    assert file.trouble == ""
    assert list(file.lines()) == [line(1), line(2), line(3)]
    file.sync()
    file.close()


CUT = 20


def cut_trail(lived: Lived) -> Path:
    """A trail without its last lines, which somebody made forget that there were any: with the head that was signed
    for what is left put back beside it, nothing in it or beside it says otherwise."""
    path = lived.path.with_name("audit.db")
    with closing(AuditFile(path, SigningKey(lived.path.parent / "clips"))) as trail:
        for number, effect in enumerate(lines(lived.followed), 1):
            trail.keep(effect)
            if number == CUT:
                trail.sync()
                early = path.with_name(REMEMBERED).read_bytes()
        trail.sync()
    with closing(sqlite3.connect(path)) as db, db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("DELETE FROM audit WHERE number > ?", (CUT,))
        db.execute("DELETE FROM heads WHERE number > ?", (CUT,))
        db.execute("UPDATE about SET value = ? WHERE what = 'head'", (early.decode(),))
    path.with_name(REMEMBERED).write_bytes(early)
    return path


def test_a_trail_that_was_cut_short_is_found_out_and_derived_again(lived: Lived) -> None:
    """A signed head of earlier stands in the trail for whoever wants to put it in the newest one's place. The snapshot
    knows to which line the trail had come, so a walk says that it is cut, and the next start has all of it again, byte
    for byte. Fails when the center goes on behind the gap, which no walk can see afterwards."""
    snapshot.save(picture_at(lived, COUNT), lived.path)
    path = cut_trail(lived)
    whole = lines(lived.followed)
    remembered = [msgspec.json.decode(path.with_name(REMEMBERED).read_bytes(), type=Head)]
    assert verify_file(path, remembered=remembered).fault == ""
    found = CliRunner().invoke(app, ["audit", "verify", str(path)])
    assert found.exit_code == 1
    assert f"ends before {whole[-1].id}" in found.stdout
    told: list[str] = []
    with closing(AuditFile(path)) as trail:
        assert freeze(recover_with_trail(lived.path, trail, told.append).picture) == lived.end
        assert list(trail.lines()) == sorted(whole, key=lambda line: line.at)
    assert ["CUT SHORT" in line and "derived again" in line for line in told] == [True]
    assert CliRunner().invoke(app, ["audit", "verify", str(path)]).exit_code == 0


def test_a_trail_that_is_whole_is_not_derived_again(lived: Lived) -> None:
    snapshot.save(picture_at(lived, 1000), lived.path)
    told: list[str] = []
    with closing(AuditFile(lived.path.with_name("audit.db"))) as trail:
        for effect in lines(lived.followed[:1000]):
            trail.keep(effect)
        assert freeze(recover_with_trail(lived.path, trail, told.append).picture) == lived.end
        assert sorted(line.id for line in trail.lines()) == sorted(line.id for line in lines(lived.followed))
    assert told == []
