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
from center.core.picture import Picture
from center.store import snapshot
from center.store.audit import AuditFile
from center.store.journal import JournalError, last_position, purged_position, read


def recover(
    journal: Path,
    on_effect: Callable[[Effect], None] = lambda _: None,
    *,
    fresh: bool = False,
    fits: Callable[[Picture], bool] = lambda _: True,
) -> Center:
    """A center that has handled every event in the journal. `on_effect` sees each effect that followed, in order: those
    that must be derived again are, those that act on the world must not be done twice and are not.

    With `fresh`, from the first event on; so also where the snapshot's picture does not fit what is to be derived, and
    all events are still there. Raises JournalError, also where facts have been purged and no picture from
    behind them can be read.
    """
    center = Center()
    if journal.exists():
        purged = purged_position(journal)
        if not fresh:
            center = Center(snapshot.load(journal, at_most=last_position(journal), at_least=purged))
            if not fits(center.picture) and not purged:
                center = Center()
        if center.picture.position < purged:
            raise JournalError(
                f"{journal}: facts up to position {purged} are past their days and gone, and no snapshot from behind"
                " them can be read; a backup may have one"
            )
        for _, event in read(journal, after=center.picture.position):
            for effect in center.handle(event):
                on_effect(effect)
    return center


def recover_with_trail(journal: Path, trail: AuditFile, told: Callable[[str], None] = lambda _: None) -> Center:
    """The same, and the trail with it. A trail that lacks a line of which the snapshot knows has been cut short: then
    all of it is derived again, as far as the journal still has what it is derived from. Raises JournalError."""

    def keep(effect: Effect) -> None:
        if isinstance(effect, Audit):
            trail.keep(effect)

    def fits(picture: Picture) -> bool:
        if not trail.lacks(picture.access.line):
            return True
        how = "cannot be derived any more" if purged_position(journal) else "is derived again from the journal"
        told(f"THE AUDIT TRAIL HAS BEEN CUT SHORT before {picture.access.line}; what is missing {how}")
        return False

    return recover(journal, keep, fits=fits)


def take_snapshot(journal: Path, audit: Path) -> Path:
    """Bring the audit trail and the snapshot up to the journal's end."""
    trail = AuditFile(audit)
    try:
        center = recover_with_trail(journal, trail)
        trail.sync()  # a snapshot must never be ahead of what is only derived before it
    finally:
        trail.close()
    return snapshot.save(center.picture, journal)


if __name__ == "__main__":
    take_snapshot(Path(sys.argv[1]), Path(sys.argv[2]))
