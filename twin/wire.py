"""World and center apart, joined by real sockets: the world paced by the wall, the center a process of its own.

Knows: in which order broker, center, world and people start and stop.
Refuses to know: what any of them does.
"""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

from twin import parish_people, parish_site
from twin.broker import Broker
from twin.center_process import CenterError, CenterProcess, addresses
from twin.community_http import CommunityHttp
from twin.devices.cameras.camera import Camera, Clock
from twin.devices.operator import Operator
from twin.devices.things import SECOND_US
from twin.happening_now import EXAMPLE, HOST, HappeningNow
from twin.issuer import Issuer
from twin.issuer_http import IssuerHttp
from twin.outcome import Outcome
from twin.pacing import Pacer
from twin.parish_files import map_file, roads_file
from twin.progress import Progress, unwatched
from twin.records_http import RecordsHttp
from twin.room import Seat, audit_trail, read_as
from twin.scenarios.schema import Scenario
from twin.social_http import SocialHttp
from twin.tablet_sockets import TabletSockets
from twin.wire_cameras import WireCameras, filmed
from twin.wire_carrier import Tap, WireCarrier
from twin.world import World, record_of, sergeant

BOOT_S = 4.0
SETTLE_S = 1.5
RECORDS_S = 5
"""So long a center waits for the records, by the wall: a real server's answer does not come sooner because the parish's
clock runs faster."""
FOREVER_US = 10**18
KEPT_UP_S = 20.0
"""A third of the shortest time that a site gives people for an answer, by the parish's clock."""


class Pace(NamedTuple):
    """How well a machine kept up with a wire run, in seconds of the wall: how late the world was (`rate` of its seconds
    pass in one of the wall's), the longest that a message waited until center or broker had it, and how many were
    lost."""

    rate: float
    late_p50_s: float
    late_p95_s: float
    late_max_s: float
    slowest_s: float
    lost: int

    @property
    def behind_s(self) -> float:
        """So many seconds of the parish were cause and effect apart, at most, for no reason of the parish's."""
        return max(self.late_max_s, self.slowest_s) * self.rate

    @property
    def kept_up(self) -> bool:
        """Where not, people may have been late, and alerts raised, that at a slower pace would not have been."""
        return self.behind_s <= KEPT_UP_S


class Wired(NamedTuple):
    """A wire run's outcome, and whether the machine kept up with it."""

    outcome: Outcome
    pace: Pace


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
        self._pacer: Pacer | None = None

    @property
    def pace(self) -> Pace:
        """How well the machine has kept up until now."""
        if self._pacer is None:
            return Pace(self._rate, 0.0, 0.0, 0.0, 0.0, 0)
        late, carrier = self._pacer.late, self._late.carrier
        return Pace(self._rate, late.at(0.50), late.at(0.95), late.most_s, carrier.slowest_s, carrier.lost)

    def run(self, progress: Progress, over: Callable[[Outcome], None] | None = None) -> Wired:
        """Play the scenario. With `over`, it is called with the outcome, and the world goes on until Ctrl-C. Raises
        CenterError, and KeyboardInterrupt when it is asked to stop before."""
        try:
            return asyncio.run(self._run(progress, over))
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None

    async def _run(self, progress: Progress, over: Callable[[Outcome], None] | None) -> Wired:
        _end_politely()
        async with AsyncExitStack() as stack:
            broker = Broker(self._folder, int(self._addresses.broker.rpartition(":")[2]))
            stack.callback(broker.stop)
            await _to_its_end(broker.start)
            origin_s = await self._boot(stack)
            pacer = self._pacer = Pacer(self.world.setting.env, origin_s, self._rate)
            carrier = self._carrier(pacer)
            self._late.carrier = carrier
            await carrier.open()
            stack.push_async_callback(carrier.close)
            await self._open_records(pacer, stack)
            await self._open_posts(pacer, stack)
            await self._open_cameras(pacer, stack)
            self._open_apps(pacer, stack)
            self._open_tablets(pacer, stack)
            await self._open_issuer(stack)
            await self._open_trainer(pacer, stack)
            operators = await self._seat_operators(pacer, stack)
            await pacer.run(self.world.setting.ends_us, progress)
            await carrier.drained()
            await asyncio.sleep(SETTLE_S)
            assert self.center is not None
            audit = await asyncio.to_thread(audit_trail, self.center.api, parish_people.AUDITOR)
            patterns = await asyncio.to_thread(self._patterns, self.center)
            outcome = Outcome.of(self.world, "wire", "", operators[0], self.center.journal, audit, patterns)
            pace = self.pace
            if over is not None:
                over(outcome)
                await _until_interrupted(pacer)
        return Wired(outcome._replace(digest=self._digest(outcome.journal)), pace)

    async def _boot(self, stack: AsyncExitStack) -> float:
        """Start the center with a clock that begins a little later than now; again with twice the time, if it took
        longer than that: a newcomer's machine may be a slow or a busy one."""
        setting = self.world.setting
        waits = [BOOT_S, 2 * BOOT_S, 4 * BOOT_S, 8 * BOOT_S]
        for wait_s in waits:
            origin_s = time.time() + wait_s
            clock = {"epoch_us": setting.epoch, "origin_us": round(origin_s * SECOND_US), "rate": self._rate}
            center = CenterProcess(self._folder, {**self.site, "clock": clock})
            stack.callback(center.stop)
            center.start()
            await center.ready()
            if time.time() < origin_s:
                self.center = center
                host, port = center.api
                self._told(f"operators' page: http://{host}:{port}" if self._page else f"center at {host}:{port}")
                return origin_s
            center.stop()
            center.forget()
        raise CenterError(f"the center needs more than {waits[-1]:g} s to start: the machine is too busy")

    def _patterns(self, center: CenterProcess) -> dict[str, Any] | None:
        if self._scenario.world.patterns is None:
            return None
        found: dict[str, Any] = read_as(center.api, parish_people.SUPERVISOR, "/api/patterns")
        return found

    def _tables(self) -> dict[str, Any]:
        setting = self.world.setting
        return (
            parish_site.tables(
                self._scenario.name,
                setting.parish,
                self.world.fleet.roster,
                self.world.roadside.cameras,
                self.world.reader_cars.cameras,
                self.world.filming.facts,
                world=self._scenario.world,
                cases=parish_people.cases_of(self._scenario),
                owners=self.world.neighbours.site_rows(),
                addresses=self._addresses,
                record=record_of(self.world, self._folder / "past.csv"),
                maps={
                    "map": str(map_file(setting.parish, setting.network)),
                    "roads": str(roads_file(setting.parish, setting.network)),
                },
            )
            | self.world.posting.site_table(self._addresses.posts)
            | self.world.tablets.site_table(self._addresses.cot)
            | {"policy": {"check_patience_s": ceil(RECORDS_S * max(1.0, self._rate))}}
        )

    async def _open_records(self, pacer: Pacer, stack: AsyncExitStack) -> None:
        host, _, port = self._addresses.records.rpartition(":")
        records = RecordsHttp(self.world.records, pacer.inject, host, int(port))
        await records.open()
        stack.push_async_callback(records.close)
        self._told(f"records server: http://{self._addresses.records}/query")

    async def _open_posts(self, pacer: Pacer, stack: AsyncExitStack) -> None:
        if not self._scenario.world.posts:
            return
        host, _, port = self._addresses.posts.rpartition(":")
        network = SocialHttp(self.world.posting.network, pacer.inject, host, int(port))
        await network.open()
        stack.push_async_callback(network.close)
        self._told(f"social network: http://{self._addresses.posts}")

    async def _open_cameras(self, pacer: Pacer, stack: AsyncExitStack) -> None:
        host, _, port = self._addresses.cameras.rpartition(":")
        clock = Clock(pacer.due_us, self.world.setting.epoch)
        cameras = WireCameras(self.world.filming, clock, host, int(port), self._filmed(clock))
        await asyncio.to_thread(cameras.open)
        stack.push_async_callback(asyncio.to_thread, cameras.close)
        self._told(cameras.said())

    def _filmed(self, clock: Clock) -> dict[str, Camera]:
        """Readers' cameras whose film the center reads: what they show is what leaves them as frames."""
        world, feed = self._scenario.world, parish_site.reader_feed("frames-rtsp")
        return {
            parish_site.FILMED.format(name): filmed(
                name,
                clock,
                partial(self._late.carrier.shown, feed, parish_site.FRAMES_PATH.format(name)),
                self.world.setting.faults(f"lpr/{name}"),
            )
            for name in parish_site.films_of(self.world.roadside.cameras, world)
        }

    def _open_apps(self, pacer: Pacer, stack: AsyncExitStack) -> None:
        if not self.world.neighbours.all:
            return
        host, _, port = self._addresses.portal.rpartition(":")
        community = CommunityHttp(pacer.inject, host, int(port))
        stack.push_async_callback(community.close)
        self.world.neighbours.visit_by(community.visit)
        self._told(f"{len(self.world.neighbours.all)} owners of cameras ask at http://{host}:{port}")

    def _open_tablets(self, pacer: Pacer, stack: AsyncExitStack) -> None:
        if self._scenario.world.cot is None:
            return
        host, _, port = self._addresses.cot.rpartition(":")
        tablets = self.world.tablets
        sockets = TabletSockets(pacer.inject, host, int(port), self._tap)
        stack.callback(sockets.close)
        tablets.connect_by(sockets)
        who = ", ".join(tablets.callsigns)
        self._told(f"TAK clients connect to {host}:{port} by TCP, as {who or 'nobody'}; {len(tablets.tablets)} do")

    async def _open_issuer(self, stack: AsyncExitStack) -> None:
        said = self.site["sign_in"]
        issuer = Issuer(
            said["issuer"],
            self.site["operators"],
            client_id=said["client_id"],
            client_secret=said["client_secret"],
            redirect=said["redirect"],
        )
        served = IssuerHttp(issuer)
        await asyncio.to_thread(served.open)
        stack.push_async_callback(asyncio.to_thread, served.close)
        self._told(f"training issuer: {issuer.address}")

    async def _open_trainer(self, pacer: Pacer, stack: AsyncExitStack) -> None:
        """Where there is a page there are people, and somebody who has more happen to them."""
        if not self._page:
            return
        happening = HappeningNow(self.world, pacer.due_us)
        port = await happening.open()
        stack.push_async_callback(happening.close)
        self._told(f"more can happen: twin happen {HOST}:{port} '{EXAMPLE}'")

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
        for name in parish_people.seated(setting.scenario):
            seats: list[Seat] = []
            post = partial(_post, pacer, seats)
            operator = Operator(
                setting.env,
                name,
                setting.dice("operator", name),
                setting.truth.on_picture,
                post,
                think_s=world.think_s,
                acts=world.operators > 0 and name != parish_people.SUPERVISOR,
                log=setting.truth.log,
                plans=self.world.asks.get(name, ()),
                moderates=name == parish_people.SUPERVISOR,
                sergeant=sergeant(setting, name, post),
            )
            seat = Seat(self.center.api, name, None, partial(_show, pacer, operator))
            seats.append(seat)
            await seat.sit_down()
            stack.push_async_callback(seat.leave)
            operators.append(operator)
        return operators


def _end_politely() -> None:
    """SIGTERM ends the play as asyncio has Ctrl-C end it: what is open is closed in its order."""
    playing = asyncio.current_task()
    assert playing is not None
    if threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)


async def _to_its_end(opens: Callable[[], None]) -> None:
    """A thread cannot be called off: who waits for it and is, ends what it has begun when it has returned."""
    thread = asyncio.ensure_future(asyncio.to_thread(opens))
    try:
        await asyncio.shield(thread)
    finally:
        await asyncio.wait([thread])


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


def _post(pacer: Pacer, seats: list[Seat], path: str, body: dict[str, Any], answered: Callable[[bool], None]) -> None:
    seats[0].post(path, body, lambda granted: pacer.inject(answered, granted))
