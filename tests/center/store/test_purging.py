"""Purging, proven on the bytes: what is past its days is in no file of the center's, and whatever follows is decided as
if it were still there.

Breaks when a store is forgotten, when SQLite keeps a copy in a free page or a log, when a place in the journal is lost,
or when a crash in the middle leaves something that nobody comes back for.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from center.core.camera_events import ClipKept
from center.core.center import Center, freeze
from center.core.effects import Effect
from center.core.events import DAY, Event, Micros
from center.core.retention_facts import Purged, Retention
from center.ingest.feed import Attachment
from center.store import backups, purging, snapshot
from center.store.audit import AuditFile
from center.store.chain import verify_file
from center.store.journal import JournalError, JournalFile, encode, read
from center.store.pictures import PictureFile
from center.store.purging import counted, settle
from center.store.recovery import recover
from tests.center.core.facts import T0, act, called, hotlist, listed, moved, site, when
from tests.center.core.facts import read as passed

PAST, LATER = "GXB771", "HHT902"
HIT = "KTR482"


def at(days: float) -> Micros:
    return Micros(int(T0) + round(days * DAY))


def story() -> list[Event]:
    """A hit, a read without one, a call, a message, a position; six thousand other reads; then, days later, more."""
    days = Retention(calls_days=40)
    first: list[Event] = [msgspec.structs.replace(site(), retention=days), hotlist(listed(HIT))]
    first += [moved("SO-1", 1), passed(HIT, 2, crop="c" * 8), passed(PAST, 3, crop="p" * 8)]
    first += [called("c-77", 4, address="12 Elm Street")]
    first += [passed(f"ZZ{number:04}", 5 + number / 100) for number in range(6_000)]
    first += [ClipKept(at=at(0.01), source="relay", answers="k7.1", size=3)]
    second = [
        msgspec.structs.replace(passed(LATER, 1), at=at(20)),
        msgspec.structs.replace(moved("SO-2", 2), at=at(20)),
    ]
    return [*first, *second]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder as a center leaves it, killed: journal, trail, two snapshots, pictures, a clip."""
    folder = tmp_path / "state"
    (folder / "clips").mkdir(parents=True)
    (folder / "clips" / "k7.1.mp4").write_bytes(b"a film of 12 Elm Street")
    file = JournalFile(folder / "journal.db")
    center = Center()
    with closing(AuditFile(folder / "audit.db")) as trail:
        for number, event in enumerate(story(), 1):
            for effect in center.handle(event):
                purging._keeping(trail)(effect)
            if number in (2_000, 5_000):
                snapshot.save(center.picture, folder / "journal.db")
    events = story()
    for start in range(0, len(events), 700):
        file.write([encode(event) for event in events[start : start + 700]])
    file.close()
    pictures = PictureFile(folder / "pictures.db")
    for letter, text in (("c", b"\xff\xd8the hit's picture\xff\xd9"), ("p", b"\xff\xd8a picture of nobody\xff\xd9")):
        pictures.keep(Attachment(letter * 8, "image/jpeg", text))
    pictures.close()
    return folder


def files_with(folder: Path, trace: bytes) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and trace in path.read_bytes()
    )


def test_what_is_past_is_in_no_file_and_what_is_not_is_where_it_was(state: Path) -> None:
    """By grep: the plate, the picture, the unit's place, but neither the hit nor what is younger."""
    assert files_with(state, PAST.encode())
    assert files_with(state, b"picture of nobody")
    outcome = settle(state, at(31))
    assert files_with(state, PAST.encode()) == []
    assert files_with(state, b"ZZ0042") == []
    assert files_with(state, b"picture of nobody") == []
    assert outcome.removed["reads"] == 6_001
    assert outcome.removed["positions"] == 1
    assert outcome.trouble == ""
    for trace in (HIT.encode(), LATER.encode(), b"12 Elm Street", b"the hit's picture"):
        assert files_with(state, trace), trace
    settle(state, at(41))
    assert files_with(state, b"Elm Street") == ["clips/k7.1.mp4"], "a clip has its own days"
    settle(state, at(366))
    for trace in (b"Elm Street", b"the hit's picture", b"k7.1"):
        assert files_with(state, trace) == []
    assert settle(state, at(366)).removed == {}, "and then there is nothing left to do"


def test_places_stay_and_say_what_stood_there_and_when(state: Path) -> None:
    before = list(read(state / "journal.db"))
    settle(state, at(31))
    after = list(read(state / "journal.db"))
    assert [(position, event.at) for position, event in after][: len(before)] == [
        (position, event.at) for position, event in before
    ]
    gone = [(old, new) for (_, old), (_, new) in zip(before, after, strict=False) if old != new]
    assert len(gone) == 6_001 + 1 + 1, "the reads, a position, the list"
    for old, new in gone:
        assert isinstance(new, Purged)
        assert (new.kind, new.source, new.seen) == (type(old).__name__, "", None)


def test_whatever_follows_is_decided_as_if_nothing_had_been_purged(state: Path) -> None:
    """Promise B beside purging: one center lives on, another starts from what is left. Effect by effect and byte by
    byte the same."""
    settle(state, at(31))
    lived = recover(state / "journal.db")
    following: list[Event] = [
        act("alert.confirm", next(iter(lived.picture.alerts.alerts)), 32 * 86_400.0, "sue", action="go"),
        msgspec.structs.replace(passed(HIT, 9, "R2"), at=at(32)),
        called("c-78", 33 * 86_400.0),
    ]
    file = JournalFile(state / "journal.db")
    file.write([encode(event) for event in following])
    file.close()
    expected = [effect for event in following for effect in lived.handle(event)]
    again: list[Effect] = []
    assert freeze(recover(state / "journal.db", again.append).picture) == freeze(lived.picture)
    assert again == expected
    assert len(again) > 5


def test_newer_source_goes_on_from_the_picture_and_without_one_nothing_is_made_up(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The facts behind a purged journal's picture are gone: a picture of other source that can be read is taken, and
    where none can be, the center refuses to start."""
    settle(state, at(31))
    before = freeze(recover(state / "journal.db").picture)
    monkeypatch.setattr(snapshot, "core_fingerprint", lambda: b"another source  ")
    assert freeze(recover(state / "journal.db").picture) == before
    for path in state.glob("journal.db-snapshot-*"):
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(JournalError, match="past their days and gone, and no snapshot"):
        recover(state / "journal.db")


@pytest.mark.parametrize(
    ("subject", "kept", "gone", "of"),
    [
        (f"plate:{PAST}", f"R1/{PAST}".encode(), b"ZZ0042", {}),
        ("incident:", b"Elm Street", PAST.encode(), {}),
        ("all:", f"R1/{PAST}".encode(), b"ZZ0042", {"start": str(when(2.5)), "end": str(when(4.5))}),
    ],
)
def test_what_a_hold_keeps_is_kept_with_its_picture_until_the_hold_ends(
    state: Path, subject: str, kept: bytes, gone: bytes, of: dict[str, str]
) -> None:
    """A plate, an incident with its call, and everything of two seconds, which is neither what was before nor after."""
    incident = next(iter(recover(state / "journal.db").picture.incidents.incidents))
    subject = subject + incident if subject == "incident:" else subject
    placed = act("hold.place", subject, 21 * 86_400.0, "sue", reason="trial", case="26-9", days="100", **of)
    file = JournalFile(state / "journal.db")
    file.write([encode(placed)])
    file.close()
    assert settle(state, at(60)).held > 0
    assert "journal.db" in files_with(state, kept)
    assert files_with(state, gone) == []
    assert bool(files_with(state, b"picture of nobody")) == subject.startswith(("plate:", "all:"))
    settle(state, at(122))
    assert [name for name in files_with(state, kept) if name.startswith(("journal", "pictures"))] == []
    assert files_with(state, b"picture of nobody") == []


def test_a_crash_in_the_middle_is_made_good_by_the_next_pass(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies after a few blocks. Nothing is lost that is not past, nothing that is stays for good."""
    calls = []
    write = purging.Redaction.write

    def dying(self: purging.Redaction, *args: object) -> None:
        calls.append(args)
        if len(calls) > 2:
            raise KeyboardInterrupt
        write(self, *args)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(purging.Redaction, "write", dying)
    with pytest.raises(KeyboardInterrupt):
        settle(state, at(31))
    monkeypatch.undo()
    settle(state, at(31))
    assert files_with(state, PAST.encode()) == []
    assert files_with(state, b"picture of nobody") == []
    assert verify_file(state / "audit.db").fault == ""


def test_copies_are_cleared_with_the_rest_and_removed_in_their_time(state: Path, tmp_path: Path) -> None:
    """A copy is a state: a center starts on it. One that is out of reach is named, and comes to its turn."""
    made = backups.make(state, tmp_path / "elsewhere", at(21))
    copy = Path(made.folder)
    assert freeze(recover(copy / "journal.db").picture) == freeze(recover(state / "journal.db").picture)
    assert files_with(copy, PAST.encode())
    settle(state, at(31))
    picture = recover(state / "journal.db").picture
    assert list(purging.backups_cleared(state, picture)) == []
    assert files_with(copy, PAST.encode()) == []
    assert files_with(copy, b"picture of nobody") == []
    assert files_with(copy, HIT.encode())
    away = copy.rename(tmp_path / "away")
    (trouble,) = purging.backups_cleared(state, picture)
    assert made.folder in trouble
    away.rename(copy)
    settle(state, at(60))
    assert list(purging.backups_cleared(state, recover(state / "journal.db").picture)) == []
    assert not copy.exists()
    assert backups.listed(state) == []


def test_a_dry_run_counts_and_touches_no_fact(state: Path) -> None:
    before = list(read(state / "journal.db"))
    assert counted(state, at(31)).removed["reads"] == 6_001
    assert list(read(state / "journal.db")) == before
    assert settle(state, at(31)).removed["reads"] == 6_001


def test_a_picture_that_was_cleared_beside_a_running_center_is_not_there_for_it(state: Path) -> None:
    running = PictureFile(state / "pictures.db")
    assert running.get("p" * 8) is not None
    settle(state, at(31))
    assert running.get("p" * 8) is None
    assert running.get("c" * 8) is not None
    running.keep(Attachment("new", "image/jpeg", b"\xff\xd8new\xff\xd9"))
    running.close()
    with closing(sqlite3.connect(state / "pictures.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
