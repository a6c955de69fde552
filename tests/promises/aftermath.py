"""What a center left on disk, and whether it is what the storm was told.

Knows: journal, snapshot and audit trail of a center that is dead (or alive: it reads a copy), and the storm's record.
Refuses to know: how the center died.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from center.core.center import Center, freeze
from center.core.effects import Audit, Effect, Send
from center.core.events import Event, PlateRead, UnitMoved
from center.store.audit import AuditFile
from center.store.journal import read
from center.store.recovery import recover
from center.terminals import to_bytes
from tests.promises.storm import Storm
from tests.running import Office


class Left(NamedTuple):
    """Every event, every effect that follows, and the center as it would come up."""

    events: list[Event]
    effects: list[Effect]
    center: Center

    @property
    def sent(self) -> dict[str, bytes]:
        """What terminals are told, by id."""
        return {effect.id: to_bytes(effect) for effect in self.effects if isinstance(effect, Send)}

    @property
    def fixes(self) -> set[float]:
        return {round(event.lat, 6) for event in self.events if isinstance(event, UnitMoved)}


def left(center: Office, scratch: Path) -> Left:
    """Of a copy, so that the next start finds the files just as they are. Positions must be contiguous, and what a
    snapshot says must be what the journal says."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for file in center.journal.parent.glob("journal.db*"):
        if not file.name.endswith("-shm"):  # the next to open makes its own
            shutil.copy(file, scratch)
    journal = scratch / center.journal.name
    if not journal.exists():
        return Left([], [], Center())
    events: list[Event] = []
    for position, event in read(journal):
        assert position == len(events) + 1, f"position {position} behind {len(events)}"
        events.append(event)
    effects: list[Effect] = []
    fresh = recover(journal, effects.append, fresh=True)
    assert freeze(recover(journal).picture) == freeze(fresh.picture), "snapshot and journal differ"
    return Left(events, effects, fresh)


def check_nothing_is_lost(storm: Storm, found: Left) -> None:
    """Whatever was acknowledged is in the journal and follows from it, and no id has ever stood for two things."""
    reads = {event.read for event in found.events if isinstance(event, PlateRead)}
    assert storm.reads <= reads, f"answered 200, and gone: {sorted(storm.reads - reads)[:5]}"
    alerts = found.center.picture.alerts.alerts
    for granted in tuple(storm.granted):
        steps = [(step.operator, step.act, step.action) for step in alerts[granted.alert].history]
        assert (granted.operator, granted.act, granted.action) in steps, f"granted, and gone: {granted}"
    sent = found.sent
    for message, bodies in tuple(storm.heard.items()):
        assert set(bodies) == {sent.get(message)}, f"{message} is not what follows from the journal"
    for alert, shown in tuple(storm.shown.items()):
        it = alerts[alert]
        assert shown == {(it.kind, it.subject, it.at)}, f"{alert} has stood for something else"


def check_audit(center: Office, found: Left) -> None:
    """Every line that follows from the journal is in the trail, once, as it was decided."""
    trail = AuditFile(center.audit)
    lines = list(trail.lines())
    trail.close()
    assert lines == [effect for effect in found.effects if isinstance(effect, Audit)]
