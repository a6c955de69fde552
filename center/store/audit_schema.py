"""The audit trail's tables, and how a trail of an earlier version comes to a chain.

Knows: tables, and the triggers that refuse every change of what is written.
Refuses to know: what a line says.
"""

from __future__ import annotations

import sqlite3

import msgspec

from center.store.chain import ROOT, Head, link

KEPT = "INSERT INTO about VALUES (?, ?) ON CONFLICT (what) DO UPDATE SET value = excluded.value"
_TABLES = (
    "CREATE TABLE IF NOT EXISTS about (what TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE IF NOT EXISTS audit (
        number INTEGER PRIMARY KEY,     -- without a gap, in the order of the journal
        id TEXT NOT NULL UNIQUE,
        at INTEGER NOT NULL,
        operator TEXT NOT NULL,
        act TEXT NOT NULL,
        subject TEXT NOT NULL,
        granted INTEGER NOT NULL,
        why TEXT NOT NULL,
        reason TEXT,
        "case" TEXT,
        chain TEXT NOT NULL             -- SHA-256 of all this and of the line before
    )
    """,
    "CREATE INDEX IF NOT EXISTS audit_by_at ON audit (at)",
    """
    CREATE TABLE IF NOT EXISTS heads (
        number INTEGER PRIMARY KEY,
        chain TEXT NOT NULL,
        at INTEGER NOT NULL,
        key TEXT NOT NULL,
        signature TEXT NOT NULL
    )
    """,
)
_NEVER = """
CREATE TRIGGER IF NOT EXISTS {table}_{act} BEFORE {act} ON {table}
BEGIN SELECT RAISE(ABORT, 'the audit trail is never changed'); END
"""
_IN_ORDER = """
CREATE TRIGGER IF NOT EXISTS audit_in_order BEFORE INSERT ON audit
WHEN NEW.number <= (SELECT COALESCE(MAX(number), 0) FROM audit) OR EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END
"""
_DELETES = tuple(_NEVER.format(table=table, act="DELETE") for table in ("audit", "heads"))
_TRIGGERS = (*_DELETES, *(_NEVER.format(table=table, act="UPDATE") for table in ("audit", "heads")), _IN_ORDER)
RELEASE = (tuple(f"DROP TRIGGER {table}_DELETE" for table in ("audit", "heads")), _DELETES)
"""Inside one transaction, around what retention removes: what lets deletions through, and what stops them again."""


def prepare(db: sqlite3.Connection) -> None:
    """Bring a file, new or of any version, to what this program writes."""
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("PRAGMA secure_delete=ON")
    names = {row[1] for row in db.execute("PRAGMA table_info(audit)")}
    db.execute("BEGIN IMMEDIATE")
    try:
        if names and "chain" not in names:
            _chained(db)
        for statement in (*_TABLES, *_TRIGGERS):
            db.execute(statement)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _chained(db: sqlite3.Connection) -> None:
    """Version 1 had no chain. Its lines are taken over as they are found, and the line behind them says that what is
    older than itself is only vouched for from then on."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit_old'").fetchone() is None:
        db.execute("ALTER TABLE audit RENAME TO audit_old")
    for statement in _TABLES:
        db.execute(statement)
    head = Head(0, ROOT, 0)
    insert = "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    rows = db.execute(
        'SELECT id, at, operator, act, subject, granted, why, reason, "case" FROM audit_old ORDER BY rowid'
    )
    for row in rows:
        values = (head.number + 1, *row)
        head = Head(head.number + 1, link(head.chain, values), row[1])
        db.execute(insert, (*values, head.chain))
    if head.number:
        why = f"the chain begins here; the {head.number} lines before it are as they were found"
        last = db.execute("SELECT id FROM audit WHERE number = ?", (head.number,)).fetchone()[0]
        said = (f"c{last[1:]}", head.at, "center", "audit.chained", "audit trail", 1, why, None, None)
        values = (head.number + 1, *said)
        head = Head(head.number + 1, link(head.chain, values), head.at)
        db.execute(insert, (*values, head.chain))
        db.execute(KEPT, ("head", msgspec.json.encode(head).decode()))
    db.execute("DROP TABLE audit_old")
