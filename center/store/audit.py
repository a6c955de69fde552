"""The audit trail: who asked for what, and whether the door let them.

Knows: one line per decision, in the order of the journal, each with a digest of itself and of the line before it; that
a line derived again is the line that is there; and that lines are added and never changed.
Refuses to know: who may read it.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from center.core.effects import Audit
from center.core.events import Micros
from center.store.audit_schema import KEPT, RELEASE, prepare
from center.store.chain import FIELDS, ROOT, Head, is_behind, link, moment
from center.store.signing import SigningKey

BUSY_MS = 50
MAX_WAITING = 100_000
BATCH = 1_000
SIGN_EVERY = 256
PAGE = 500
MOST_EACH = 10_000
REMEMBERED = "audit-head.json"
"""Beside the trail: the last signed head, so that a trail that was cut short is found out."""

_COLUMNS = ", ".join(f'"{name}"' for name in FIELDS)
_SEARCHED = frozenset(("operator", "act", "subject", "granted"))
_INSERT = f"INSERT INTO audit VALUES ({', '.join('?' * (len(FIELDS) + 1))})"  # noqa: S608  # our own names


class Line(msgspec.Struct, frozen=True):
    """A line as it is exported: what its digest covers, and the digest."""

    number: int
    id: str
    at: int
    operator: str
    act: str
    subject: str
    granted: bool
    why: str
    reason: str | None
    case: str | None
    previous: str
    chain: str


def _audit(row: tuple[Any, ...]) -> Audit:
    return Audit(**dict(zip(FIELDS[1:], row, strict=True)) | {"granted": bool(row[5])})


class AuditFile:
    """An SQLite file. Lines survive a kill -9 at once; what a power cut may take is derived again from the journal.

    A line that the disk refuses waits, up to `MAX_WAITING` of them, and goes in with the next: a full disk, or somebody
    else's lock, passes. `trouble` is empty, or says why lines wait.

    Lines come in the order of the journal, whoever derives them. So a line from before the last one is there already,
    and is passed over even where today's source would word it, or number it, otherwise.
    """

    def __init__(self, path: Path | str, key: SigningKey | None = None) -> None:
        """With a key, heads of the chain are signed. A trail of an earlier version gets its chain here."""
        self.trouble = ""
        self._key = key
        self._remembered = None if str(path) == ":memory:" else Path(path).with_name(REMEMBERED)
        self._waiting: deque[tuple[Any, ...]] = deque()
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10.0)
        prepare(self._db)
        self._db.execute(f"PRAGMA busy_timeout={BUSY_MS}")  # whoever calls `keep` has other things to do

    def keep(self, effect: Audit) -> None:
        """Fails for nothing that may pass. With too many lines waiting an assertion does: a new start derives them."""
        assert len(self._waiting) < MAX_WAITING, f"the audit trail cannot be written: {self.trouble}"
        line = (effect.id, effect.at, effect.operator, effect.act, effect.subject, int(effect.granted))
        self._waiting.append((*line, effect.why, effect.reason, effect.case))
        try:
            self._write()
        except sqlite3.OperationalError as error:
            self.trouble = str(error)

    def lacks(self, identity: str) -> bool:
        """Whether a line that went to the trail once belongs behind its last one: somebody has cut it short."""
        return is_behind(identity, self._end()[1])

    def _write(self) -> None:
        while self._waiting:
            batch = tuple(islice(self._waiting, BATCH))
            self._db.execute("BEGIN IMMEDIATE")  # another process may derive the same lines
            try:
                self._append(batch)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            for _ in batch:
                self._waiting.popleft()
        self.trouble = ""

    def _append(self, lines: tuple[tuple[Any, ...], ...]) -> None:
        head, last = self._end()
        before = head.number
        for identity, at, *rest in lines:
            if self._is_known(identity, last):
                continue
            values = (head.number + 1, identity, at, *rest)
            head = Head(head.number + 1, link(head.chain, values), at)
            self._db.execute(_INSERT, (*values, head.chain))
            last = identity
        if head.number > before:
            self._db.execute(KEPT, ("head", msgspec.json.encode(head).decode()))
        if self._key is not None and head.number // SIGN_EVERY > before // SIGN_EVERY:
            self._sign(head, self._key)

    def _end(self) -> tuple[Head, str]:
        row = self._db.execute("SELECT number, chain, at, id FROM audit ORDER BY number DESC LIMIT 1").fetchone()
        return (Head(*row[:3]), row[3]) if row else (self._start(), "")

    def _start(self) -> Head:
        row = self._db.execute("SELECT value FROM about WHERE what = 'start'").fetchone()
        return msgspec.json.decode(row[0], type=Head) if row else Head(0, ROOT, 0)

    def _is_known(self, identity: str, last: str) -> bool:
        if moment(identity) is not None and moment(last) is not None:
            return not is_behind(identity, last)
        return self._db.execute("SELECT 1 FROM audit WHERE id = ?", (identity,)).fetchone() is not None

    def _sign(self, head: Head, key: SigningKey) -> None:
        signed = msgspec.structs.replace(head, key=key.public, signature=key.sign(head.said()))
        self._db.execute("INSERT OR IGNORE INTO heads VALUES (?, ?, ?, ?, ?)", msgspec.structs.astuple(signed))
        if self._remembered is not None:
            partial = self._remembered.with_suffix(".partial")
            partial.write_bytes(msgspec.json.encode(signed))
            partial.replace(self._remembered)

    # --- reading ------------------------------------------------------------------------------------------------------

    def lines(self) -> Iterator[Audit]:
        """The trail, oldest first."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM audit ORDER BY at, number")  # noqa: S608
        return (_audit(row[1:]) for row in rows)

    def latest(self, most: int, before: Micros | None, since: int = 0, **equal: str | bool | None) -> list[Audit]:
        """The newest lines first, from `since` and older than `before`; `equal` names columns and what must stand in
        them, None for anything."""
        wanted = {column: value for column, value in equal.items() if value is not None}
        assert wanted.keys() <= _SEARCHED, wanted.keys()
        where = " AND ".join(("at >= ?", "at < ?", *(f"{column} = ?" for column in wanted)))
        sql = f"SELECT {_COLUMNS} FROM audit WHERE {where} ORDER BY at DESC, number DESC LIMIT ?"  # noqa: S608
        limit = 2**62 if before is None else before
        return [_audit(row[1:]) for row in self._db.execute(sql, (since, limit, *wanted.values(), most))]

    def pages(self, since: int = 0, until: int = 2**62) -> Iterator[list[Line]]:
        """Lines from `since` and before `until`, in the order they were written, a page at a time: whatever the trail's
        length, no more of it is in memory."""
        previous, number = self._start().chain, self._start().number
        first = self._db.execute("SELECT MIN(number) FROM audit WHERE at >= ?", (since,)).fetchone()[0]
        if first is not None and first > number + 1:
            number = first - 1
            previous = self._db.execute("SELECT chain FROM audit WHERE number = ?", (number,)).fetchone()[0]
        sql = f"SELECT {_COLUMNS}, chain FROM audit WHERE number > ? ORDER BY number LIMIT ?"  # noqa: S608
        while rows := self._db.execute(sql, (number, PAGE)).fetchall():
            page = []
            for *values, chain in rows:
                line = dict(zip(FIELDS, values, strict=True)) | {"granted": bool(values[6])}
                page.append(Line(**line, previous=previous, chain=chain))
                previous, number = chain, values[0]
            yield [line for line in page if since <= line.at < until]
            if page[-1].at >= until:
                return

    def looks(self, since: int, until: int, acts: tuple[str, ...]) -> list[Audit]:
        """Lines of that time about these acts, oldest first; of each person the latest `MOST_EACH` of them, so that
        nobody pushes others out."""
        marks = ", ".join("?" * len(acts))
        nth = "ROW_NUMBER() OVER (PARTITION BY operator ORDER BY number DESC) AS nth"
        of_each = f"SELECT *, {nth} FROM audit WHERE at >= ? AND at < ? AND act IN ({marks})"  # noqa: S608
        sql = f"SELECT {_COLUMNS} FROM ({of_each}) WHERE nth <= ? ORDER BY number"  # noqa: S608
        return [_audit(row[1:]) for row in self._db.execute(sql, (since, until, *acts, MOST_EACH))]

    def about(self, subjects: Sequence[str], acts: tuple[str, ...]) -> list[Audit]:
        """All lines of these acts about these subjects, oldest first."""
        marks, kinds = ("?, " * len(of) for of in (subjects, acts))
        sql = f"SELECT {_COLUMNS} FROM audit WHERE subject IN ({marks[:-2]}) AND act IN ({kinds[:-2]}) ORDER BY number"  # noqa: S608
        return [_audit(row[1:]) for row in self._db.execute(sql, (*subjects, *acts))]

    def line(self, identity: str) -> Audit | None:
        row = self._db.execute(f"SELECT {_COLUMNS} FROM audit WHERE id = ?", (identity,)).fetchone()  # noqa: S608
        return _audit(row[1:]) if row else None

    def digest_before(self, at: int) -> str:
        """The digest of the last line from before a moment."""
        row = self._db.execute("SELECT chain FROM audit WHERE at < ? ORDER BY at DESC, number DESC LIMIT 1", (at,))
        found = row.fetchone()
        return str(found[0]) if found else self._start().chain

    # --- keeping ------------------------------------------------------------------------------------------------------

    def release(self, before: int) -> int:
        """Let lines from before that moment go, the oldest first; how many went. The chain then begins behind them, at
        a start that remembers where it hung."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            row = self._db.execute("SELECT MIN(number) FROM audit WHERE at >= ?", (before,)).fetchone()
            last = (self._end()[0].number if row[0] is None else row[0]) - 1  # the last line tells where it goes on
            gone = self._db.execute("SELECT number, chain, at FROM audit WHERE number = ?", (last,)).fetchone()
            count = 0
            if gone is not None:
                self._db.execute(KEPT, ("start", msgspec.json.encode(Head(*gone)).decode()))
                count = self._released(last)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        return count

    def _released(self, last: int) -> int:
        triggers, restore = RELEASE
        for statement in triggers:
            self._db.execute(statement)
        count = self._db.execute("DELETE FROM audit WHERE number <= ?", (last,)).rowcount
        self._db.execute("DELETE FROM heads WHERE number <= ?", (last,))
        for statement in restore:
            self._db.execute(statement)
        return count

    def sync(self) -> None:
        """Make every line durable against a power cut as well. Raises sqlite3.OperationalError if the disk refuses."""
        self._write()
        head, _ = self._end()
        if self._key is not None and head.number:
            self._sign(head, self._key)
        self._db.execute("PRAGMA wal_checkpoint(FULL)")

    def close(self) -> None:
        self._db.close()
