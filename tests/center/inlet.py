"""One feed of a site on its real link, from the site file's table to the center's picture.

Knows: how a feed's link, intake, host and core are joined; the clock stands still but for `step_s` before each arrival.
Refuses to know: any format, and who is at the other end of the link.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from center.intake import Intake
from center.site import from_tables
from center.wiring import open_wires
from tests.center.doubles import Bench
from tests.center.links.basin import PATIENCE_S


class Inlet:
    """The sink of one link; what came of its bytes is in `bench`."""

    def __init__(self, feed: dict[str, Any], step_s: float) -> None:
        self.bench = Bench()
        self.intake = Intake(
            feed["name"],
            feed["format"],
            self.bench.host,
            self.bench.ledger,
            link=feed["link"],
            options=feed.get("options"),
        )
        self.replies, self.gone, self.trouble = self.intake.replies, self.intake.gone, self.intake.trouble
        self.lose = self.intake.lose
        self._step_s = step_s

    def arrive(self, items: Sequence[tuple[str, bytes]]) -> int:
        self.bench.clock.advance(self._step_s)
        return self.intake.arrive(items)

    async def kept(self, receipt: int) -> None:
        """The journal of a bench is durable at once."""


@asynccontextmanager
async def listening(feed: dict[str, Any], *, step_s: float = 0.0, up: bool = True) -> AsyncIterator[Inlet]:
    """Runs the feed's link from when it is ready (unless `up` is False) until the block ends."""
    inlet = Inlet(feed, step_s)
    (wire,) = open_wires(from_tables({"site": {"name": "here"}, "feeds": [feed]}, "test"), Path())
    running = asyncio.ensure_future(wire.run({feed["name"]: inlet}))
    try:
        if up:
            async with asyncio.timeout(PATIENCE_S):
                await wire.ready()
        yield inlet
    finally:
        running.cancel()
        await asyncio.wait([running])
