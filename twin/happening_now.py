"""What a trainer has happen while the world plays: a line of YAML comes in, a line of words goes out.

Knows: which happenings can still be planned when a world runs, and the socket at which they are asked for.
Refuses to know: who asks, and what comes of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from twin.devices.clock import now_us
from twin.devices.things import SECOND_US
from twin.scenarios.crashes import UnitCrash
from twin.scenarios.reading import ScenarioError, read
from twin.scenarios.schema import Fly, Incident, Panic, StolenCar, TrafficStop
from twin.scenarios.tips import Tell
from twin.setting import WorldError
from twin.sim.gazetteer import UnknownPlaceError
from twin.world import World

HOST = "127.0.0.1"
MOST_BYTES = 10_000
EXAMPLE = "{do: incident, name: crash, place: Vinton, callers: 3}"

Now = Incident | StolenCar | TrafficStop | Panic | UnitCrash | Fly | Tell
"""What needs nobody and nothing that had to be known before the center started."""


class HappeningNow:
    """`due_us` says which moment of the world it is now."""

    def __init__(self, world: World, due_us: Callable[[], int]) -> None:
        self._world = world
        self._due_us = due_us
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """Its port, which is free."""
        self._server = await asyncio.start_server(self._hear, HOST, 0, limit=MOST_BYTES)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def happen(self, line: bytes) -> str:
        """What was planned, or why nothing was, in words."""
        at_us = max(now_us(self._world.setting.env), self._due_us())
        try:
            said = read(line, "happening")[1]
            if not isinstance(said, dict):
                return f"error: expected a happening, such as {EXAMPLE}"
            happening = msgspec.convert({**said, "at_s": at_us / SECOND_US}, Now)
            self._world.happen(happening)
        except (ScenarioError, msgspec.ValidationError, WorldError, UnknownPlaceError) as error:
            return f"error: {error}"
        return f"{said['do']} happens now"

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
        except ValueError:
            line = b""  # longer than any happening
        writer.write(f"{self.happen(line)}\n".encode())
        await writer.drain()
        writer.close()
