"""World and center apart, joined by real sockets: the world paced by the wall, the center a process of its own.

Knows: in which order broker, center, world and people start and stop.
Refuses to know: what any of them does.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from twin import parish_site
from twin.broker import Broker
from twin.center_process import CenterError, CenterProcess, addresses
from twin.devices.cameras.camera import Clock
from twin.devices.operator import Operator
from twin.devices.things import SECOND_US
from twin.outcome import Outcome
from twin.pacing import Pacer
from twin.parish_files import map_file, roads_file
from twin.progress import Progress, unwatched
from twin.records_http import RecordsHttp
from twin.room import Seat, audit_trail
from twin.scenarios.schema import Scenario
from twin.wire_cameras import WireCameras
from twin.wire_carrier import Tap, WireCarrier
from twin.world import World

BOOT_S = 4.0
BOOTS = 3
SETTLE_S = 1.5
FOREVER_US = 10**18


class Wired(NamedTuple):
    """A wire run's outcome, and how late the world ran behind the wall (median, 95th percentile, seconds)."""

    outcome: Outcome
    late_p50_s: float
    late_p95_s: float
    lost: int


class Wire:
    """One run. `told(line)` is for people; `page` asks for the operators' page on its usual port; `digest` knows how to
    read a center's journal."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        folder: Path,
        *,
        rate: float,
        page: bool = False,
        digest: Callable[[Path], str],
        tap: Tap | None = None,
        told: Callable[[str], None] = print,
    ) -> None:
        """Raises WorldError."""
        self._scenario = scenario
        self._seed = seed
        self._folder = folder
        self._rate = rate
        self._told = told
        self._tap = tap
        self._digest = digest
        links = parish_site.links(scenario.world)
        self._addresses = addresses({name: link for name, (_, link) in links.items()}, 8000 if page else None)
        self._page = page
        self._late = _Late()
        self.world = World(scenario, seed, self._late)
        self.site = self._tables()
        self.center: CenterProcess | None = None

    def run(self, progress: Progress, over: Callable[[Outcome], None] | None = None) -> Wired:
        """Play the scenario. With `over`, it is called with the outcome, and the world goes on until Ctrl-C. Raises
        CenterError."""
        return asyncio.run(self._run(progress, over))

    async def _run(self, progress: Progress, over: Callable[[Outcome], None] | None) -> Wired:
        async with AsyncExitStack() as stack:
            broker = Broker(self._folder, int(self._addresses.broker.rpartition(":")[2]))
            await asyncio.to_thread(broker.start)
            stack.callback(broker.stop)
            origin_s = await self._boot(stack)
            pacer = Pacer(self.world.setting.env, origin_s, self._rate)
            carrier = self._carrier(pacer)
            self._late.carrier = carrier
            await carrier.open()
            stack.push_async_callback(carrier.close)
            await self._open_records(pacer, stack)
            await self._open_cameras(pacer, stack)
            operators = await self._seat_operators(pacer, stack)
            await pacer.run(self.world.setting.ends_us, progress)
            await asyncio.sleep(SETTLE_S)
            assert self.center is not None
            audit = await asyncio.to_thread(audit_trail, self.center.api, parish_site.AUDITOR)
            outcome = Outcome.of(self.world, "wire", "", operators[0], self.center.journal, audit)
            late, lost = pacer.lateness_s(), carrier.lost
            if over is not None:
                over(outcome)
                await _until_interrupted(pacer)
        return Wired(outcome._replace(digest=self._digest(outcome.journal)), *late, lost)

    async def _boot(self, stack: AsyncExitStack) -> float:
        """Start the center with a clock that begins a little later than now; again, if it took longer than that."""
        setting = self.world.setting
        for attempt in range(1, BOOTS + 1):
            origin_s = time.time() + BOOT_S * attempt
            clock = {"epoch_us": setting.epoch, "origin_us": round(origin_s * SECOND_US), "rate": self._rate}
            center = CenterProcess(self._folder, {**self.site, "clock": clock})
            center.start()
            await center.ready()
            if time.time() < origin_s:
                self.center = center
                stack.callback(center.stop)
                host, port = center.api
                self._told(f"operators' page: http://{host}:{port}" if self._page else f"center at {host}:{port}")
                return origin_s
            center.stop()
            center.forget()
        raise CenterError(f"the center needs more than {BOOT_S * BOOTS:g} s to start")

    def _tables(self) -> dict[str, Any]:
        setting = self.world.setting
        return parish_site.tables(
            self._scenario.name,
            setting.parish,
            self.world.fleet.roster,
            self.world.roadside.cameras,
            self.world.reader_cars.cameras,
            self.world.filming.facts,
            world=self._scenario.world,
            addresses=self._addresses,
            maps={
                "map": str(map_file(setting.parish, setting.network)),
                "roads": str(roads_file(setting.parish, setting.network)),
            },
        )

    async def _open_records(self, pacer: Pacer, stack: AsyncExitStack) -> None:
        host, _, port = self._addresses.records.rpartition(":")
        records = RecordsHttp(self.world.records, pacer.inject, host, int(port))
        await records.open()
        stack.push_async_callback(records.close)
        self._told(f"records server: http://{self._addresses.records}/query")

    async def _open_cameras(self, pacer: Pacer, stack: AsyncExitStack) -> None:
        host, _, port = self._addresses.cameras.rpartition(":")
        clock = Clock(pacer.due_us, self.world.setting.epoch)
        cameras = WireCameras(self.world.filming, clock, host, int(port))
        await asyncio.to_thread(cameras.open)
        stack.push_async_callback(asyncio.to_thread, cameras.close)
        self._told(cameras.said())

    def _carrier(self, pacer: Pacer) -> WireCarrier:
        def heard(topic: str, payload: bytes) -> None:
            terminal = self.world.fleet.terminals.get(topic.split("/")[1])
            if terminal is not None:
                pacer.inject(terminal.receive, payload)

        topics = {self._addresses.broker: ["terminals/+/in"]}
        return WireCarrier(self.site["feeds"], self._folder, topics, heard, self._tap)

    async def _seat_operators(self, pacer: Pacer, stack: AsyncExitStack) -> list[Operator]:
        setting, world = self.world.setting, self._scenario.world
        assert self.center is not None
        operators = []
        for name, _ in parish_site.operators(world.operators):
            seats: list[Seat] = []
            operator = Operator(
                setting.env,
                name,
                setting.dice("operator", name),
                setting.truth.on_picture,
                partial(_post, pacer, seats),
                think_s=world.think_s,
                acts=world.operators > 0,
                log=setting.truth.log,
                plans=self.world.asks.get(name, ()),
            )
            seat = Seat(self.center.api, name, None, partial(_show, pacer, operator))
            seats.append(seat)
            await seat.sit_down()
            stack.push_async_callback(seat.leave)
            operators.append(operator)
        return operators


async def _until_interrupted(pacer: Pacer) -> None:
    """The world goes on until Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    going_on = asyncio.create_task(pacer.run(FOREVER_US, unwatched))
    await stop.wait()
    going_on.cancel()
    await asyncio.gather(going_on, return_exceptions=True)


class _Late:
    """Stands in for the carrier until there is one: the world is made before the center, and says nothing before it
    runs."""

    carrier: WireCarrier

    def send(self, link: str, peer: str, data: bytes) -> None:
        self.carrier.send(link, peer, data)

    def post(self, link: str, peer: str, data: bytes, answered: Callable[[bool], None]) -> None:
        self.carrier.post(link, peer, data, answered)

    def cut(self, link: str, peer: str) -> None:
        self.carrier.cut(link, peer)


def _show(pacer: Pacer, operator: Operator, frame: bytes) -> None:
    pacer.inject(operator.receive, frame)


def _post(pacer: Pacer, seats: list[Seat], path: str, body: dict[str, str], answered: Callable[[bool], None]) -> None:
    seats[0].post(path, body, lambda granted: pacer.inject(answered, granted))
