"""The audit trail: added to, never changed; and whoever changes it anyway is found out.

Breaks when a digest leaves a field out, when a line derived again moves the chain, when a removed line leaves no gap,
or when a trail that was cut short still looks whole.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from center.cli import app
from center.core.effects import Audit
from center.core.events import Micros
from center.store import audit
from center.store.audit import REMEMBERED, SIGN_EVERY, AuditFile
from center.store.chain import FIELDS, Head, verify_export, verify_file
from center.store.signing import SigningKey

COUNT = 40
BEGAN = 1_773_000_000_000_000


def line(number: int) -> Audit:
    return Audit(
        id=f"u{number}.1",
        at=Micros(BEGAN + number * 1_000_000),
        operator="ada" if number % 3 else "Bén",
        act="plates.search",
        subject=f"PLATE{number}",
        granted=number % 2 == 0,
        why="" if number % 2 == 0 else "a case, call or stop number must be given",
        reason="hit and run" if number % 5 else None,
        case="26-000131" if number % 2 == 0 else None,
    )


def written(path: Path, count: int = COUNT, key: SigningKey | None = None) -> Path:
    with closing(AuditFile(path, key)) as file:
        for number in range(1, count + 1):
            file.keep(line(number))
        file.sync()
    return path


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trail")
    return written(folder / "audit.db", key=SigningKey(folder / "clips"))


@pytest.fixture
def trail(original: Path, tmp_path: Path) -> Path:
    """The same in a folder of its own, with the head that was remembered beside it."""
    shutil.copy(original.with_name(REMEMBERED), tmp_path)
    return Path(shutil.copy(original, tmp_path))


def forced(path: Path, *statements: str) -> None:
    """What somebody does who may write the file and knows SQL."""
    with closing(sqlite3.connect(path)) as db, db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)


# --- added to, never changed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET granted = 1 WHERE number = 3",
        "DELETE FROM audit WHERE number = 3",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT number, id, at, 'ben', act, subject, 1, '', '', '', chain FROM audit",
        "INSERT OR REPLACE INTO audit SELECT 99, id, at, operator, act, subject, 1, '', '', '', chain FROM audit",
        "UPDATE heads SET chain = ''",
        "DELETE FROM heads",
    ],
)
def test_the_file_refuses_every_change(trail: Path, statement: str) -> None:
    with closing(sqlite3.connect(trail)) as db, pytest.raises(sqlite3.IntegrityError, match="audit trail is"):
        db.execute(statement)
    assert verify_file(trail).fault == ""


def test_lines_derived_again_leave_the_chain_as_it_was(trail: Path) -> None:
    """After a crash the journal is handled once more; under newer source an old decision may have another id, and what
    was decided then still stands as it was decided."""
    before = verify_file(trail)
    with closing(AuditFile(trail)) as file:
        for number in range(1, COUNT + 1):
            file.keep(line(number))
        file.keep(msgspec.structs.replace(line(7), id="u7.2", why="as a later version would have put it"))
        assert len(list(file.lines())) == COUNT
        file.keep(line(COUNT + 1))
    assert verify_file(trail)._replace(head="") == before._replace(head="", lines=COUNT + 1)


def test_two_processes_write_one_chain(tmp_path: Path) -> None:
    """The center and the taker of snapshots derive the same lines; either may be ahead."""
    with closing(AuditFile(tmp_path / "audit.db")) as live, closing(AuditFile(tmp_path / "audit.db")) as taker:
        for number in range(1, 30):
            first, second = (live, taker) if number % 3 else (taker, live)
            first.keep(line(number))
            second.keep(line(number))
        assert [one.id for one in live.lines()] == [f"u{number}.1" for number in range(1, 30)]
    assert verify_file(tmp_path / "audit.db").lines == 29


def test_a_trail_of_the_first_version_gets_its_chain_and_says_since_when(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "CREATE TABLE audit (id TEXT PRIMARY KEY, at INTEGER NOT NULL, operator TEXT NOT NULL, act TEXT NOT NULL,"
            ' subject TEXT NOT NULL, granted INTEGER NOT NULL, why TEXT NOT NULL, reason TEXT, "case" TEXT)'
        )
        db.execute("CREATE INDEX audit_at ON audit (at)")
        for number in (1, 2, 3):
            db.execute("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?,?)", old(line(number)))
    written(path, 5)
    with closing(AuditFile(path)) as file:
        lines = list(file.lines())
    assert [one.act for one in lines] == [*["plates.search"] * 3, "audit.chained", *["plates.search"] * 2]
    assert lines[3].why == "the chain begins here; the 3 lines before it are as they were found"
    assert [one for one in lines if one.act != "audit.chained"] == [line(number) for number in range(1, 6)]
    assert verify_file(path).lines == 6


def old(of: Audit) -> tuple[object, ...]:
    return (of.id, of.at, of.operator, of.act, of.subject, of.granted, of.why, of.reason, of.case)


# --- found out --------------------------------------------------------------------------------------------------------


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_one_changed_byte_of_a_line_on_disk_is_found_and_its_line_named(
    original: Path, tmp_path: Path, data: st.DataObject
) -> None:
    """Any byte of any column of any line as it lies in the file, changed to any other."""
    number = data.draw(st.integers(1, COUNT), "line")
    column = data.draw(st.sampled_from((*FIELDS[1:], "chain")), "column")
    with closing(sqlite3.connect(original)) as db:
        columns = ", ".join(f'CAST("{name}" AS BLOB)' for name in (*FIELDS[1:], "chain"))
        row = db.execute(f"SELECT {columns}, at FROM audit WHERE number = ?", (number,)).fetchone()
    whole = original.read_bytes()
    texts = {"at": row[-1].to_bytes(8, "big"), "granted": b""}
    cells = [texts.get(name, cell or b"") for name, cell in zip((*FIELDS[1:], "chain"), row[:-1], strict=True)]
    begin = whole.index(b"".join(cells))  # a record holds its columns one behind the other; so small ones once each
    index = (*FIELDS[1:], "chain").index(column)
    if not cells[index]:
        return
    place = begin + sum(map(len, cells[:index])) + data.draw(st.integers(0, len(cells[index]) - 1), "byte")
    changed = bytearray(whole)
    changed[place] ^= data.draw(st.integers(1, 255), "by")
    spoilt = tmp_path / "spoilt.db"
    spoilt.write_bytes(changed)
    found = verify_file(spoilt)
    assert found.number == number, found
    assert f"line {number} " in found.fault


@pytest.mark.parametrize(
    ("done", "number"),
    [
        ("UPDATE audit SET granted = 1 - granted WHERE number = 21", 21),
        ('UPDATE audit SET "case" = NULL WHERE number = 20', 20),
        ("DELETE FROM audit WHERE number = 17", 17),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number > 30", 31),
    ],
)
def test_a_changed_or_missing_line_is_named(trail: Path, done: str, number: int) -> None:
    forced(trail, done)
    assert verify_file(trail).number == number


def test_two_lines_that_change_places_are_found(trail: Path) -> None:
    forced(trail, *(f"UPDATE audit SET number = {to} WHERE number = {of}" for of, to in ((8, 99), (9, 8), (99, 9))))
    found = verify_file(trail)
    assert (found.number, found.lines) == (8, 7)


def test_a_tail_cut_off_with_all_that_the_file_knows_of_it_is_missed_beside_it(trail: Path) -> None:
    """Whoever cuts the file short and makes it forget: the signed head outside it remembers."""
    chain = sqlite3.connect(trail).execute("SELECT chain, at FROM audit WHERE number = 30").fetchone()
    said = msgspec.json.encode(Head(30, *chain)).decode()
    forced(
        trail,
        "DELETE FROM audit WHERE number > 30",
        "DELETE FROM heads",
        f"UPDATE about SET value = '{said}' WHERE what = 'head'",
    )
    assert verify_file(trail).fault == ""
    remembered = msgspec.json.decode(trail.with_name(REMEMBERED).read_bytes(), type=Head)
    found = verify_file(trail, remembered=[remembered])
    assert found.fault == f"the trail ends at line 30, and there were {COUNT}"


def test_a_chain_made_anew_is_not_the_one_that_was_signed(original: Path, tmp_path: Path) -> None:
    """Every digest fits, for somebody took the trouble to reckon them again; the signed head is of another chain, and
    a head signed with another key is none."""
    with closing(AuditFile(tmp_path / "audit.db")) as file:
        for number in range(1, COUNT + 1):
            file.keep(msgspec.structs.replace(line(number), operator="ada"))
    remembered = msgspec.json.decode(original.with_name(REMEMBERED).read_bytes(), type=Head)
    assert verify_file(tmp_path / "audit.db").fault == ""
    assert verify_file(tmp_path / "audit.db", remembered=[remembered]).number == COUNT
    assert verify_file(original, remembered=[remembered], key=remembered.key).signed == 2
    assert "not signed by the center's key" in verify_file(original, key="ab" * 32).fault


def test_nobodys_many_looks_push_out_somebody_elses_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each person the latest are handed to the reviewers. Fails when the first so many of all are: who searches fast
    in the morning would leave nothing of the afternoon to be seen."""
    monkeypatch.setattr(audit, "MOST_EACH", 10)
    with closing(AuditFile(tmp_path / "audit.db")) as file:
        for number in range(1, 41):
            file.keep(msgspec.structs.replace(line(number), operator="ben" if number < 38 else "ada"))
        looks = file.looks(0, 2**62, ("plates.search", "posts.search"))
        assert [one.id for one in looks] == [f"u{number}.1" for number in range(28, 41)]
        assert file.looks(0, 2**62, ("posts.search",)) == []


def test_heads_are_signed_as_the_trail_grows(tmp_path: Path) -> None:
    """Not only at the end: a center that is killed has signed what is older than a few hundred lines."""
    key = SigningKey(tmp_path / "clips")
    with closing(AuditFile(tmp_path / "audit.db", key)) as file:
        for number in range(1, 2 * SIGN_EVERY + 10):
            file.keep(line(number))
        assert verify_file(tmp_path / "audit.db", key.public).signed == 2


# --- exported, and let go ---------------------------------------------------------------------------------------------


def test_an_export_is_the_trail_and_can_be_walked_like_it(trail: Path, tmp_path: Path) -> None:
    """A part from the middle as well; and one changed word in it is found."""
    with closing(AuditFile(trail)) as file:
        lines = [one for page in file.pages(since=BEGAN + 10_000_000, until=BEGAN + 30_000_000) for one in page]
    assert [one.number for one in lines] == list(range(10, 30))
    out = tmp_path / "part.ndjson"
    out.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in lines))
    assert verify_export(out)[:2] == (10, 20)
    out.write_bytes(out.read_bytes().replace(b'"PLATE17"', b'"PLATE18"'))
    assert verify_export(out).number == 17


def test_what_retention_lets_go_leaves_a_chain_that_holds(trail: Path) -> None:
    """From the front only; the bytes are gone; the chain begins behind it, and nothing derived comes back."""
    with closing(AuditFile(trail)) as file:
        assert file.release(before=BEGAN + 11_000_000) == 10
        file.keep(line(3))
        assert file.release(before=BEGAN + 11_000_000) == 0
        file.sync()
    found = verify_file(trail)
    assert (found.begins, found.lines, found.fault) == (11, COUNT - 10, "")
    assert b"PLATE3\x00" not in trail.read_bytes()
    forced(trail, "DELETE FROM audit WHERE number = 11")
    assert verify_file(trail).number == 11


def test_the_commands_say_which_line_and_end_accordingly(trail: Path, tmp_path: Path) -> None:
    """0 it holds, 1 it does not, 2 there is nothing to walk. What was exported is checked like the file, and a head
    noted on paper is looked for in it."""
    run = CliRunner().invoke
    whole = run(app, ["audit", "verify", str(trail)])
    assert whole.exit_code == 0
    assert f"lines 1 to {COUNT}" in whole.stdout
    head = whole.stdout.split()[-1]
    assert run(app, ["audit", "verify", str(trail), "--head", head]).exit_code == 0
    out = tmp_path / "all.ndjson"
    out.write_bytes(run(app, ["audit", "export", str(trail), "--until", "2030-01-01"]).stdout_bytes)
    assert run(app, ["audit", "verify", str(out), "--head", head]).exit_code == 0
    forced(trail, "UPDATE audit SET subject = 'XYZ' WHERE number = 12")
    spoilt = run(app, ["audit", "verify", str(trail)])
    assert spoilt.exit_code == 1
    assert "line 12 has been changed" in spoilt.stdout
    assert run(app, ["audit", "verify", str(tmp_path / "none.db")]).exit_code == 2
