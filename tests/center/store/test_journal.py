"""The file that holds every event, in order: what is in it, and that damage never passes for truth."""

from __future__ import annotations

import sqlite3
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.core.events import AnyEvent
from center.store import journal
from center.store.journal import BLOCK_EVENTS, DirectJournal, JournalError, JournalFile, encode, last_position, read
from tests.center.store.keeping import facts

HALF_AN_EVENT = b"\xdd\0\0\0\1\x81"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def keep(path: Path, count: int, *sizes: int) -> None:
    """`count` numbered facts, in transactions of these sizes and one for the rest."""
    file = JournalFile(path, synchronous="OFF")
    for size in (*sizes, count - sum(sizes)):
        file.write([encode(fact) for fact in facts(size, file.last)])
    file.close()


def kept(path: Path, after: int = 0) -> list[AnyEvent]:
    return [event for _, event in read(path, after)]


def rewrite(path: Path, damage: str, *values: object) -> None:
    with sqlite3.connect(path) as db:
        assert db.execute(damage, values).rowcount == 1
    db.close()


def test_what_is_written_is_read_in_order_with_its_position(path: Path) -> None:
    """Over many blocks, from the first or from the middle of one."""
    keep(path, 2 * BLOCK_EVENTS + 5, 3, 1, BLOCK_EVENTS)
    told = facts(2 * BLOCK_EVENTS + 5)
    assert list(read(path)) == list(enumerate(told, 1))
    for after in (1, 2, 3, 4, 500, BLOCK_EVENTS + 4, 2 * BLOCK_EVENTS + 4, 2 * BLOCK_EVENTS + 5, 10**6):
        assert list(read(path, after)) == list(enumerate(told, 1))[after:]
    assert last_position(path) == 2 * BLOCK_EVENTS + 5


def test_a_journal_goes_on_where_it_ended(path: Path) -> None:
    keep(path, 10)
    keep(path, 5)
    assert kept(path) == facts(15)


def test_an_empty_journal_is_a_journal(path: Path) -> None:
    keep(path, 0)
    assert kept(path) == []
    assert last_position(path) == 0


@settings(max_examples=30)
@given(st.lists(st.integers(0, 40), max_size=6))
def test_the_digest_does_not_depend_on_how_events_were_cut(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    """Into blocks, transactions, or calls: it is the SHA-256 of the encoded events, one behind the other."""
    path = tmp_path_factory.mktemp("digest") / "journal.db"
    keep(path, 200, *sizes[:4])
    expected = sha256(b"".join(map(encode, facts(200)))).hexdigest()
    assert journal.digest(kept(path)) == expected
    direct = DirectJournal(JournalFile(path.with_name("direct.db"), synchronous="OFF"))
    for size in sizes[:4]:
        direct.append(facts(size, direct.last))
    direct.append(facts(200 - direct.last, direct.last))
    assert (direct.last, direct.durable, direct.digest) == (200, 200, expected)
    direct.close()
    assert kept(path.with_name("direct.db")) == facts(200)


def test_a_different_event_is_a_different_digest() -> None:
    """Or a missing one, or two that changed places."""
    told = facts(10)
    variants = [told, told[:-1], told[1:], [told[1], told[0], *told[2:]], [*told[:9], facts(11)[10]]]
    assert len({journal.digest(variant) for variant in variants}) == len(variants)


def test_a_journal_in_simulated_time_writes_everything_when_it_closes(path: Path) -> None:
    """It may be durable as far as its user can tell, but what it was given is in the file in the end."""
    direct = DirectJournal(JournalFile(path, synchronous="OFF"))
    told = facts(BLOCK_EVENTS * 5 + 7)
    for start in range(0, len(told), 311):
        assert direct.append(told[start : start + 311]) == direct.last == direct.durable
    direct.close()
    assert kept(path) == told


# --- damage -----------------------------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(data=st.data())
def test_a_flipped_bit_anywhere_in_a_block_is_noticed_and_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """What was written before it is still given out, then the position is named. Breaks when blocks are believed
    without their checksum: a changed digit in a plate is a plausible plate."""
    path = tmp_path_factory.mktemp("flip") / "journal.db"
    keep(path, 60, 20, 20)
    with sqlite3.connect(path) as db:
        (blob,) = db.execute("SELECT events FROM journal WHERE first = 21").fetchone()
        at = data.draw(st.integers(0, len(blob) * 8 - 1))
        bad = bytearray(blob)
        bad[at // 8] ^= 1 << at % 8
        db.execute("UPDATE journal SET events = ? WHERE first = 21", (bytes(bad),))
    db.close()
    given: list[AnyEvent] = []
    with pytest.raises(JournalError, match=r"journal\.db: block at position 21 fails its checksum"):
        given += (event for _, event in read(path))
    reading = read(path)
    assert [next(reading)[1] for _ in range(20)] == facts(20)
    with pytest.raises(JournalError):
        next(reading)
    assert kept(path, 40) == facts(60)[40:], "what lies behind can still be looked at by who asks for it"


@pytest.mark.parametrize(
    ("damage", "values", "why"),
    [
        ("DELETE FROM journal WHERE first = 1", (), "position 0 is followed by position 21"),
        ("DELETE FROM journal WHERE first = 21", (), "position 20 is followed by position 41"),
        ("UPDATE journal SET first = 31 WHERE first = 21", (), "position 20 is followed by position 31"),
        ("UPDATE journal SET first = 11 WHERE first = 21", (), "position 20 is followed by position 11"),
        ("UPDATE journal SET crc32 = crc32 + 1 WHERE first = 1", (), "block at position 1 fails its checksum"),
        ("UPDATE journal SET count = 19 WHERE first = 21", (), "block at position 21 has 20 events, not 19"),
        ("UPDATE journal SET count = 21 WHERE first = 41", (), "block at position 41 has 20 events, not 21"),
        (
            "UPDATE journal SET events = ?, crc32 = ? WHERE first = 21",
            (HALF_AN_EVENT, crc32(HALF_AN_EVENT)),
            "behind position 20: Input data was truncated",
        ),
    ],
)
def test_a_journal_with_a_hole_is_never_read_past_it(
    path: Path, damage: str, values: tuple[object, ...], why: str
) -> None:
    """Rows lost, moved, renumbered or rewritten: the place is named. Breaks when the first block is believed to be the
    first: a journal without its beginning would make another picture, and nobody would know."""
    keep(path, 60, 20, 20)
    rewrite(path, damage, *values)
    with pytest.raises(JournalError, match=f"journal.db: {why}"):
        kept(path)


def test_damage_to_the_file_itself_never_gives_a_wrong_event(path: Path) -> None:
    """Bytes of the file overwritten one after another: reading gives what was written from the start on, as far as it
    goes, or says that it cannot. Never something else, never an exception of another kind."""
    keep(path, 300, 100, 100)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    good, told, outcomes = path.read_bytes(), facts(300), set()
    for at in range(0, len(good), 61):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
        try:
            given = kept(path)
        except JournalError:
            outcomes.add("refused")
        else:
            assert given == told[: len(given)]
            outcomes.add("whole" if given == told else "short")
    assert {"refused", "whole"} <= outcomes


@pytest.mark.parametrize(
    "content", [b"not a database at all, but quite long enough to be one" * 100, b"SQLite format 3\0"]
)
def test_what_is_no_journal_is_not_taken_for_one(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(JournalError, match=r"journal\.db: not a journal"):
        JournalFile(path)
    assert path.read_bytes() == content


def test_a_journal_of_another_format_is_refused_by_its_number(path: Path) -> None:
    keep(path, 10)
    rewrite(path, "UPDATE about SET value = '2' WHERE what = 'schema'")
    with pytest.raises(JournalError, match=r"journal\.db: journal format 2, this program reads 1"):
        JournalFile(path)


def test_a_journal_that_cannot_be_opened_says_which(tmp_path: Path) -> None:
    """A folder, or a folder that is not there: not a traceback of the database's."""
    for where in (tmp_path, tmp_path / "none" / "journal.db"):
        with pytest.raises(JournalError, match=str(where)):
            JournalFile(where)
    with pytest.raises(FileNotFoundError, match="no such journal"):
        kept(tmp_path / "missing.db")
    assert list(tmp_path.iterdir()) == [], "and asking makes none"


def test_a_failed_write_leaves_nothing_of_itself(path: Path) -> None:
    """All blocks of a transaction or none, and the next one goes on at the right position. Breaks when blocks are
    written one by one."""
    file = JournalFile(path)
    file.write([encode(fact) for fact in facts(3)])
    with sqlite3.connect(path) as other:
        other.execute(
            f"INSERT INTO journal VALUES ({3 + BLOCK_EVENTS + 1}, 1, 0, x'')"
        )  # in the way of the second block
    with pytest.raises(sqlite3.IntegrityError):
        file.write([encode(fact) for fact in facts(BLOCK_EVENTS + 5, 3)])
    assert file.last == 3
    with other:
        assert other.execute("SELECT count(*) FROM journal").fetchone() == (2,)
        other.execute("DELETE FROM journal WHERE first > 3")
    other.close()
    file.write([encode(fact) for fact in facts(BLOCK_EVENTS + 5, 3)])
    file.close()
    assert kept(path) == facts(BLOCK_EVENTS + 8)
