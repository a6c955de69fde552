"""Copies of a state's folder, made while the center runs, and the list of them.

Knows: in which order the stores are copied, so that what a copy lacks can be derived from what it has; and where every
copy went, so that what must be forgotten is forgotten there as well.
Refuses to know: when a copy is made, and what in it is past its days.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from center.core.events import Micros
from center.store.audit import REMEMBERED
from center.store.journal import last_position
from center.store.signing import NAME

LIST = "backups.json"


class Backup(msgspec.Struct, frozen=True):
    """One copy: where, when, and up to which position of the journal."""

    folder: str
    at: Micros
    position: int


def listed(state: Path) -> list[Backup]:
    """The copies of a state. Raises ValueError where the list cannot be read."""
    path = state / LIST
    return msgspec.json.decode(path.read_bytes(), type=list[Backup]) if path.exists() else []


def relisted(state: Path, backups: Sequence[Backup]) -> None:
    partial = (state / LIST).with_suffix(".partial")
    partial.write_bytes(msgspec.json.encode(list(backups)))
    partial.replace(state / LIST)


def make(state: Path, where: Path, at: Micros) -> Backup:
    """Copy a state into a new folder in `where`, which is a state itself. The signing key is not copied. The list is
    written first: a copy that was cut short is known, too. Raises OSError, sqlite3.Error, JournalError."""
    named = datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    folder = (where / f"{state.resolve().name}-{named}").resolve()
    folder.mkdir(parents=True)
    known = listed(state)
    relisted(state, [*known, Backup(str(folder), at, 0)])
    # Snapshot, then trail, then journal: what the trail lacks is behind the snapshot and is derived from the journal.
    for kept in sorted(state.glob("journal.db-snapshot-*"))[-1:]:
        shutil.copy2(kept, folder)
    for name in ("audit.db", "pictures.db", "journal.db"):
        if (state / name).exists():
            _copied(state / name, folder / name)
    if (state / REMEMBERED).exists():
        shutil.copy2(state / REMEMBERED, folder)
    (folder / "clips").mkdir()
    for clip in sorted((state / "clips").glob("*")):
        if clip.is_file() and clip.name != NAME:
            shutil.copy2(clip, folder / "clips")
    made = Backup(str(folder), at, last_position(folder / "journal.db"))
    relisted(state, [*known, made])
    return made


def _copied(source: Path, target: Path) -> None:
    """By SQLite's own means, in one piece: whoever writes meanwhile goes on, and is not in it."""
    with closing(sqlite3.connect(source, timeout=30.0)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
