"""Clearing a state's folder of what is past its days: journal, pictures, clips, snapshots, audit trail, backups.

Knows: in which order, so that a crash in between leaves nothing that the next pass does not find; in steps of a block.
Refuses to know: what is past and what is held: the picture says that (core/retention.py).

Run as `python -m center.store.purging STATE` it is what a running center starts: a process beside it, which brings
itself to the end of the journal, leaves a snapshot from which everything past has gone, and clears what lies behind it
(docs/decisions/0006-purging.md). It prints what came of it as JSON.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec

from center.core.camera_events import ClipKept
from center.core.center import Center
from center.core.effects import Audit, Effect, Forget
from center.core.events import Event, Micros
from center.core.picture import Picture
from center.core.retention import RetentionSlice, is_held, is_past, kind_of
from center.core.retention_facts import Forgotten, Purged, RetentionDue
from center.store import snapshot
from center.store.audit import AuditFile
from center.store.backups import Backup, listed, relisted
from center.store.journal import JournalFile, encode
from center.store.recovery import recover, recover_with_trail
from center.store.redaction import Redaction
from center.store.scrubbing import Scrubber
from center.store.signing import NAME, SigningKey

PICTURED = ("crop", "frame", "picture", "photo")
"""Fields of facts that refer to pictures."""
NICE = 10


class Outcome(msgspec.Struct):
    """What was removed, by kind; how many facts are past and held; with `trouble`, why not everything went."""

    removed: dict[str, int]
    held: int = 0
    trouble: str = ""


class _Looked(NamedTuple):
    """What becomes of one block."""

    events: list[Event]
    removed: Counter[str]
    held: int
    purged: int
    pictures: dict[str, None]
    clips: list[str]


def purge(folder: Path, picture: Picture, *, dry_run: bool = False) -> Outcome:
    """Clear a folder of what the picture says is past. Its snapshot must be on disk already: behind it nothing of the
    past is needed any more. With `dry_run` only count."""
    here = picture.retention
    removed: Counter[str] = Counter()
    held, trouble = 0, []
    with (
        closing(Redaction(folder / "journal.db")) as journal,
        closing(Scrubber(folder / "pictures.db", folder / "pictures.unreadable")) as pictures,
    ):
        for first, events in journal.blocks(here.before, picture.position):
            looked = _look(first, events, here)
            removed += looked.removed
            held += looked.held
            if dry_run:
                continue
            # Pictures and clips first: a fact that is still there leads to them once more after a crash.
            removed["pictures"] += pictures.scrub(looked.pictures)
            for clip in looked.clips:
                (folder / "clips" / f"{clip}.mp4").unlink(missing_ok=True)
            journal.write(first, looked.events, looked.held, looked.purged)
        if not dry_run:
            journal.passed(here.before)
            pictures.forget_unreadable(here.before.get("pictures", 0))
            if not journal.scrub():
                trouble.append("the journal's log could not be emptied, somebody reads in it; the next pass will")
    if not dry_run:
        removed["audit"] += _released(folder, here.before.get("audit", Micros(0)))
    return Outcome({kind: count for kind, count in sorted(removed.items()) if count}, held, "; ".join(trouble))


def _look(first: int, events: Sequence[Event], here: RetentionSlice) -> _Looked:
    kept: list[Event] = []
    removed: Counter[str] = Counter()
    held = purged = 0
    going: dict[str, None] = {}
    staying: dict[str, None] = {}
    clips: list[str] = []
    for position, event in enumerate(events, first):
        refs = dict.fromkeys(ref for name in PICTURED if isinstance(ref := getattr(event, name, None), str))
        is_old = bool(refs) and event.at < here.before.get("pictures", 0)
        past = is_past(event, here)
        if (past or is_old) and is_held(event, here):
            held += past
            staying |= refs
            kept.append(event)
        elif past:
            removed[kind_of(event, here)] += 1
            purged = position
            going |= refs
            if isinstance(event, ClipKept):
                clips.append(event.answers)
            kept.append(Purged(at=event.at, source="", kind=type(event).__name__))
        else:
            if is_old:
                going |= refs
            else:
                staying |= refs
            kept.append(event)
    return _Looked(kept, removed, held, purged, {ref: None for ref in going if ref not in staying}, clips)


def _released(folder: Path, before: Micros) -> int:
    key = SigningKey(folder / "clips") if (folder / "clips" / NAME).exists() else None
    with closing(AuditFile(folder / "audit.db", key)) as trail:
        return trail.release(before)


def settle(folder: Path, at: Micros, holds: RetentionSlice | None = None) -> Outcome:
    """Clear a folder that no center runs on: a stopped center's, or a backup, in which `holds` are those of today. What
    is done is written into its journal, like a running center does. Raises JournalError, OSError, sqlite3.Error."""
    with closing(AuditFile(folder / "audit.db")) as trail:
        center = recover_with_trail(folder / "journal.db", trail)
        if holds is not None:
            center.picture.retention.holds = dict(holds.holds)
        with closing(JournalFile(folder / "journal.db")) as file:
            due = RetentionDue(at=Micros(max(at, center.picture.now)), source="retention")
            forget = [effect for effect in _told(center, file, trail, due) if isinstance(effect, Forget)]
            asked = forget[0].id if forget else center.picture.retention.asked
            trail.sync()
            _only(snapshot.save(center.picture, folder / "journal.db"))
            outcome = purge(folder, center.picture)
            done = Forgotten(at=center.picture.now, source="stores", answers=asked, **msgspec.structs.asdict(outcome))
            _told(center, file, trail, done)
            trail.sync()
            _only(snapshot.save(center.picture, folder / "journal.db"))
    return outcome


def _told(center: Center, file: JournalFile, trail: AuditFile, event: Event) -> list[Effect]:
    file.write([encode(event)])
    effects = list(center.handle(event))
    for effect in effects:
        _keeping(trail)(effect)
    return effects


def _keeping(trail: AuditFile) -> Callable[[Effect], None]:
    return lambda effect: trail.keep(effect) if isinstance(effect, Audit) else None


def _only(newest: Path) -> None:
    """A snapshot from before the past was let go still holds it."""
    stem = newest.name.rpartition("-")[0]
    for other in newest.parent.glob(f"{stem}-*"):
        if other != newest:
            other.unlink(missing_ok=True)


def counted(folder: Path, at: Micros) -> Outcome:
    """What `settle` would remove; nothing is written. A center may run on the folder."""
    center = recover(folder / "journal.db")
    center.handle(RetentionDue(at=Micros(max(at, center.picture.now)), source="retention"))
    return purge(folder, center.picture, dry_run=True)


def backups_cleared(folder: Path, picture: Picture) -> Iterator[str]:
    """Clear, or remove, the copies that this center made; says of each that could not be, why."""
    keep: list[Backup] = []
    for one in listed(folder):
        place = Path(one.folder)
        try:
            if one.at < picture.retention.before.get("backups", 0):
                if place.exists():
                    shutil.rmtree(place)
                elif not place.parent.exists():
                    raise FileNotFoundError(f"{place.parent} is not there")
                continue
            settle(place, picture.now, picture.retention)
        except (OSError, ValueError, sqlite3.Error) as error:
            yield f"backup {one.folder}: {error}"
        keep.append(one)
    relisted(folder, keep)


def main(folder: Path) -> Outcome:
    """Beside a running center, whose journal says already that it is time."""
    os.nice(NICE)
    with closing(AuditFile(folder / "audit.db")) as trail:
        center = recover_with_trail(folder / "journal.db", trail)
        trail.sync()
    _only(snapshot.save(center.picture, folder / "journal.db"))
    outcome = purge(folder, center.picture)
    troubles = [outcome.trouble, *backups_cleared(folder, center.picture)]
    outcome.trouble = "; ".join(filter(None, troubles))[:500]
    return outcome


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(main(Path(sys.argv[1]))))
