"""The audit trail: who asked for what, and whether the door let them.

Knows: one line per decision, by effect id, so that deriving a line again changes nothing.
Refuses to know: who may read it.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from center.core.effects import Audit
from center.core.events import Micros

BUSY_MS = 50
MAX_WAITING = 100_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS audit (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    operator TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    granted INTEGER NOT NULL,
    why TEXT NOT NULL,
    reason TEXT,
    "case" TEXT
);
CREATE INDEX IF NOT EXISTS audit_at ON audit (at);
"""


_SEARCHED = frozenset(("operator", "act", "subject", "granted"))


def _line(row: tuple[Any, ...]) -> Audit:
    identity, at, operator, act, subject, granted, why, reason, case = row
    return Audit(
        id=identity,
        at=Micros(at),
        operator=operator,
        act=act,
        subject=subject,
        granted=bool(granted),
        why=why,
        reason=reason,
        case=case,
    )


class AuditFile:
    """An SQLite file. Lines survive a kill -9 at once; what a power cut may take is derived again from the journal.

    A line that the disk refuses waits, up to `MAX_WAITING` of them, and goes in with the next: a full disk, or somebody
    else's lock, passes. `trouble` is empty, or says why lines wait.
    """

    def __init__(self, path: Path | str) -> None:
        self.trouble = ""
        self._waiting: deque[tuple[object, ...]] = deque()
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10.0)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)
        self._db.execute(f"PRAGMA busy_timeout={BUSY_MS}")  # whoever calls `keep` has other things to do

    def keep(self, effect: Audit) -> None:
        """Fails for nothing that may pass. With too many lines waiting an assertion does: a new start derives them."""
        assert len(self._waiting) < MAX_WAITING, f"the audit trail cannot be written: {self.trouble}"
        line = (effect.id, effect.at, effect.operator, effect.act, effect.subject, effect.granted)
        self._waiting.append((*line, effect.why, effect.reason, effect.case))
        try:
            self._write()
        except sqlite3.OperationalError as error:
            self.trouble = str(error)

    def _write(self) -> None:
        """Put what waits into the file, one line a transaction: a line that went in need not go again."""
        while self._waiting:
            self._db.execute("INSERT OR IGNORE INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", self._waiting[0])
            self._waiting.popleft()
        self.trouble = ""

    def lines(self) -> Iterator[Audit]:
        """The trail, oldest first."""
        return map(_line, self._db.execute("SELECT * FROM audit ORDER BY at, rowid"))

    def latest(self, most: int, before: Micros | None, **equal: str | bool | None) -> list[Audit]:
        """The newest lines first, older than `before`; `equal` names columns and what must stand in them, None for
        anything."""
        wanted = {column: value for column, value in equal.items() if value is not None}
        assert wanted.keys() <= _SEARCHED, wanted.keys()
        where = " AND ".join(("at < ?", *(f"{column} = ?" for column in wanted)))
        sql = f"SELECT * FROM audit WHERE {where} ORDER BY at DESC, rowid DESC LIMIT ?"  # noqa: S608  # our own names
        limit = 2**62 if before is None else before
        return [_line(row) for row in self._db.execute(sql, (limit, *wanted.values(), most))]

    def sync(self) -> None:
        """Make every line durable against a power cut as well. Raises sqlite3.OperationalError if the disk refuses."""
        self._write()
        self._db.execute("PRAGMA wal_checkpoint(FULL)")

    def close(self) -> None:
        self._db.close()
