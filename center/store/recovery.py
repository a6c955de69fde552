"""Starting and starting again are one path: snapshot, then journal.

Knows: how a center is brought to the end of its journal, and that whatever can be derived from the journal (the audit
trail) is derived again on the way.
Refuses to know: what comes after; the host takes over.

Run as `python -m center.store.recovery JOURNAL` it is the snapshot taker: another process that reads the same journal
and, because the same journal means the same decisions, ends with the same picture. The live center never stops for
it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from center.core.center import Center
from center.core.effects import Audit, Effect
from center.store import snapshot
from center.store.audit import AuditFile
from center.store.journal import last_position, read


def recover(journal: Path, on_effect: Callable[[Effect], None] = lambda _: None, *, fresh: bool = False) -> Center:
    """A center that has handled every event in the journal. `on_effect` sees each effect that followed, in order: those
    that must be derived again are, those that act on the world must not be done twice and are not.

    With `fresh`, from the first event on. Raises JournalError.
    """
    center = Center()
    if journal.exists():
        if not fresh:
            center = Center(snapshot.load(journal, at_most=last_position(journal)))
        for _, event in read(journal, after=center.picture.position):
            for effect in center.handle(event):
                on_effect(effect)
    return center


def take_snapshot(journal: Path, audit: Path) -> Path:
    """Bring the audit trail and the snapshot up to the journal's end."""
    trail = AuditFile(audit)
    try:
        center = recover(journal, lambda effect: trail.keep(effect) if isinstance(effect, Audit) else None)
        trail.sync()  # a snapshot must never be ahead of what is only derived before it
    finally:
        trail.close()
    return snapshot.save(center.picture, journal)


if __name__ == "__main__":
    take_snapshot(Path(sys.argv[1]), Path(sys.argv[2]))
