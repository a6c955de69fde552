"""The audit trail: who asked for what, and whether the door let them.

Knows: one line per decision, by effect id, so that deriving a line again changes nothing.
Refuses to know: who may read it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from center.core.effects import Audit
from center.core.events import Micros

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


class AuditFile:
    """An SQLite file. Lines survive a kill -9 at once; what a power cut may take is derived again from the journal."""

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10.0)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    def keep(self, effect: Audit) -> None:
        line = (effect.id, effect.at, effect.operator, effect.act, effect.subject, effect.granted)
        self._db.execute(
            "INSERT OR IGNORE INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*line, effect.why, effect.reason, effect.case),
        )

    def lines(self) -> Iterator[Audit]:
        """The trail, oldest first."""
        for row in self._db.execute("SELECT * FROM audit ORDER BY at, rowid"):
            identity, at, operator, act, subject, granted, why, reason, case = row
            yield Audit(
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

    def sync(self) -> None:
        """Make every line durable against a power cut as well."""
        self._db.execute("PRAGMA wal_checkpoint(FULL)")

    def close(self) -> None:
        self._db.close()
