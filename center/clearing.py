"""When a running center forgets, and who carries it out.

Knows: that it is due once a day, and that a process beside this one clears the stores, so that the room's loop never
waits for it.
Refuses to know: what is past its days (core/retention.py), and how a store is cleared (store/purging.py).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from center.core.effects import Forget
from center.core.events import DAY
from center.core.retention_facts import RetentionDue
from center.hands import Cleared
from center.host import Host
from center.store.purging import Outcome

FIRST_S = 600.0
"""After a start the room has other things to do."""
LOOK_S = 3600.0
AWAY, WARNED_S = 7 * DAY, 24 * 3600.0
"""A clock by which nothing was heard for so long may be wrong, and what a wrong clock takes for past cannot be brought
back: people have a day to notice."""


class Clearing:
    """The stores of a running center. `alone` is held while the folder's snapshots are written or removed. `away`: for
    how many microseconds, by the clock, the center had heard nothing when it started."""

    def __init__(self, state: Path, told: Callable[[str], None], away: int = 0) -> None:
        self.alone = asyncio.Lock()
        self._state = state
        self._told = told
        self._away = away
        self._wanted: asyncio.Queue[Callable[[Cleared], None]] = asyncio.Queue()

    def forget(self, effect: Forget, then: Callable[[Cleared], None]) -> None:  # noqa: ARG002
        self._wanted.put_nowait(then)

    async def run(self) -> None:
        """Clear whenever it is asked for."""
        while True:
            then = await self._wanted.get()
            async with self.alone:
                cleared = await self._clear()
            if cleared.trouble:
                self._told(f"not everything that is past its days is gone: {cleared.trouble}")
            then(cleared)

    async def _clear(self) -> Cleared:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "center.store.purging", str(self._state)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            said, _ = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
        if process.returncode != 0:
            return Cleared({}, trouble="the stores could not be cleared; the next day will try again")
        outcome = msgspec.json.decode(said, type=Outcome)
        return Cleared(outcome.removed, outcome.held, outcome.trouble)

    async def remind(self, host: Host) -> None:
        """Say once a day of the center's clock that it is time."""
        pause_s = FIRST_S
        if self._away > AWAY:
            pause_s = WARNED_S
            self._told(
                f"by the clock this center has heard nothing for {self._away // DAY} days. If the clock is wrong, stop"
                f" the center and set it: in {WARNED_S / 3600:g} hours what is past its days is removed"
            )
        while True:
            await asyncio.sleep(pause_s)
            now = host.clock.now()
            if now - host.center.picture.retention.due_at >= DAY:
                host.submit_one(RetentionDue(at=now, source="retention"))
            pause_s = LOOK_S
