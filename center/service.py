"""`center run`: a center on real links, real disks and the wall's clock.

Knows: in which order everything starts and stops.
Refuses to know: what any of it does.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from center import open_sources, routing
from center.addresses import split_address
from center.api.app import create
from center.api.front import Front
from center.api.live import Live
from center.api.map import SiteMap
from center.api.server import serve
from center.api.sessions import Sessions
from center.assembly import Assembly
from center.clearing import Clearing
from center.clock import WallClock
from center.core.events import Micros
from center.cot.listening import FEED as COT
from center.cot.listening import CotListening
from center.durability import Durability
from center.forecaster import ProcessForecaster
from center.frames import Eyes, Watch, WorkerEyes
from center.hands import KeptClip
from center.intake import Intake
from center.links.mqtt_sender import MqttSender
from center.looks import ask, intake_name, tellers, told_beside
from center.open_sources import OpenSources
from center.portal.portal import Portal
from center.portal.web import PortalWeb
from center.records import Records, by_http
from center.relaying import certificate, open_relay
from center.signing_in import provider, served_by
from center.site import Site, SiteError
from center.site_patterns import record
from center.store import snapshot
from center.store.audit import AuditFile
from center.store.evidence import Keeper
from center.store.group_commit import GroupCommitJournal
from center.store.journal import JournalFile
from center.store.pictures import PictureFile
from center.store.recovery import recover_with_trail
from center.store.signing import SigningKey
from center.terminals import TerminalMessenger
from center.wiring import broker, client_id, open_wires


class Inlet:
    """An intake as a link's sink: what arrived is acknowledged when it is durable."""

    def __init__(self, intake: Intake, durability: Durability) -> None:
        self.arrive = intake.arrive
        self.replies = intake.replies
        self.gone = intake.gone
        self.lose = intake.lose
        self.trouble = intake.trouble
        self.kept = durability.kept


class State:
    """The site's folder on disk, held by one center at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises SiteError when another center holds it, or when it cannot be held."""
        self.journal = folder / "journal.db"
        self.audit = folder / "audit.db"
        self.pictures = folder / "pictures.db"
        self.clips = folder / "clips"
        self.quarantine = folder / "quarantine"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock: IO[str] = (folder / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SiteError(f"{folder}: another center is running on it") from error
        except OSError as error:
            raise SiteError(f"{folder}: {error.strerror}") from error

    def let_go(self) -> None:
        self._lock.close()

    def key(self) -> SigningKey:
        """What signs clips and the audit trail. Raises SiteError."""
        try:
            return SigningKey(self.clips)
        except (OSError, ValueError) as error:
            raise SiteError(str(error)) from error


class Service:
    """One running center. `told` is called with a line for people when something has happened that they should know."""

    def __init__(self, site: Site, folder: Path, told: Callable[[str], None]) -> None:
        """Recovers from the state folder. Raises SiteError, JournalError."""
        loop = asyncio.get_running_loop()
        self._site = site
        self._told = told
        self._state = State(folder / site.site.state)
        map_path = folder / site.site.map if site.site.map else None
        try:
            self._map = SiteMap(map_path)
            roads_path = folder / site.site.roads if site.site.roads else map_path
            roads = routing.load(roads_path)
        except ValueError as error:
            raise SiteError(str(error)) from error
        self._audit = AuditFile(self._state.audit, self._state.key())
        center = recover_with_trail(self._state.journal, self._audit, told)
        if center.picture.position:
            told(f"recovered {center.picture.position} events")
        self._pictures = PictureFile(self._state.pictures)
        self._journal = GroupCommitJournal(
            JournalFile(self._state.journal), loop.call_soon_threadsafe, self._pictures.write
        )
        self._executor = ThreadPoolExecutor(1, "router")
        self._clerks = ThreadPoolExecutor(4, "records")
        self._wires = open_wires(site, folder)
        self._sender = self._terminals(site, folder)
        self._reader: WorkerEyes | None = None
        self._forecaster = self._asked(site, folder, loop, roads_path)
        publish = self._sender.publish if self._sender else _nowhere
        self._clock = _clock(site, loop, center.picture.now)
        self._video = open_relay(site, self._state.clips, self._clock, self._clerks, told, certificate(site, folder))
        self._portal = self._opened_portal(site, told)
        self._cot = CotListening(site, site.cot, folder, told) if site.cot else None
        terminals = TerminalMessenger(publish, site.terminals.prefix if site.terminals else "")
        away = self._clock.now() - center.picture.now if center.picture.position and site.clock is None else 0
        self._clearing = Clearing(self._state.journal.parent, told, away)
        self.assembly = Assembly(
            site,
            center=center,
            journal=self._journal,
            clock=self._clock,
            messenger=self._cot.messenger(terminals) if self._cot else terminals,
            router=routing.ExecutorRouter(self._executor, loop.call_soon_threadsafe, roads.answer),
            audit=self._audit,
            pictures=self._pictures,
            records=self._records(site, loop),
            open_sources=self._open_sources(site, loop),
            eyes=self._eyes,
            video=self._video[1] if self._video else None,
            forecaster=self._forecaster,
            community=self._portal,
            forgetting=self._clearing,
        )
        if self._cot:
            self._cot.joined(self.assembly)
        if self._portal:
            self._portal.submit = self.assembly.host.submit
        if self._video:
            self._video[1].submit = self.assembly.host.submit_one
            self._video[1].hear = self._heard
        self._tellers = tellers(site)
        for camera in (*self._tellers, *told_beside(site)):
            self.assembly.add(intake_name(camera), "klv", link="track", options={"camera": camera})
        self._tls, self._portal_tls = served_by("api", site.api, folder), served_by("community", site.community, folder)
        self._openid = provider(site.sign_in, folder, loop.time)
        self._durability = Durability(self.assembly.host)
        self._snapshot_at = center.picture.position + site.site.snapshot_every_events

    async def run(self, ready: Callable[[str], None]) -> None:
        """Serve until cancelled; `ready` gets the page's address."""
        host, _ = split_address(self._site.api.listen)
        sock = _listening("api.listen", self._site.api.listen)
        live = Live(self.assembly.board, self._durability, self.assembly.clock, self._site.api.pages_each)
        sessions = Sessions(self._site, asyncio.get_running_loop().time)
        relaying = self._video[1] if self._video else None
        front = Front(self.assembly, sessions, live, self._map, self._audit, relaying, self._portal, self._openid)
        sinks = {name: Inlet(intake, self._durability) for name, intake in self.assembly.intakes.items()}
        self.assembly.start()
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
        page = f"{'https' if self._tls else 'http'}://{shown}:{sock.getsockname()[1]}"
        works: list[Awaitable[None]] = [
            *(wire.run(sinks) for wire in self._wires),
            live.run(),
            self._take_snapshots(),
            self._clearing.run(),
            self._clearing.remind(self.assembly.host),
            serve(create(front), sock, lambda: ready(page), self._tls, self._site.api.believed),
        ]
        if self._portal and self._site.community:
            at = _listening("community.listen", self._site.community.listen)
            secure, zone = self._site.community.is_secure, self._site.site.timezone
            web = PortalWeb(self._portal, self._durability.kept, zone, is_secure=secure)
            works.append(web.run(at, self._portal_tls, self._site.community.believed))
        if self._cot:
            works.append(self._cot.run(self.assembly.intakes[COT], self._durability))
        if self._reader:
            works.append(self._reader.run())
        if self._video:
            works.append(self._video[0].run())
        if self._tellers:
            works.append(ask(self._tellers, self.assembly.intakes))
        if self._sender:
            works.append(self._sender.run(lambda why: self._told(f"terminals: {why}")))
        try:
            await _all(works)
        except asyncio.CancelledError:
            self._stop()
            raise

    def _heard(self, camera: str, data: bytes) -> None:
        """What an aircraft's camera says beside its pictures; another's words are nobody's."""
        intake = self.assembly.intakes.get(intake_name(camera))
        if intake is not None:
            intake.arrive([(camera, data)])

    def _stop(self) -> None:
        """Nothing comes in any more: make what came durable, and leave a snapshot for the next start."""
        self._journal.close()
        self._pictures.close()
        self._executor.shutdown(cancel_futures=True)
        if self._forecaster is not None:
            self._forecaster.close()
        self._clerks.shutdown(wait=False, cancel_futures=True)
        picture = self.assembly.center.picture
        try:
            self._audit.sync()
            if picture.position == self._journal.last and not self._journal.trouble:
                snapshot.save(picture, self._state.journal)
        except (OSError, sqlite3.Error) as error:
            self._told(f"no snapshot is left for the next start: {error}")
        self._audit.close()

    def _asked(
        self, site: Site, folder: Path, loop: asyncio.AbstractEventLoop, roads: Path | None
    ) -> ProcessForecaster | None:
        if site.patterns is None:
            return None
        try:
            files = record(site.patterns, folder)
        except ValueError as error:
            raise SiteError(str(error)) from error
        return ProcessForecaster(site.site.timezone, loop.call_soon_threadsafe, files, roads)

    def _opened_portal(self, site: Site, told: Callable[[str], None]) -> Portal | None:
        if site.community is None:
            return None
        try:
            keeper = self._video[1].keeper if self._video else Keeper(self._state.clips, site.site.name, told)
            return Portal(site.site.name, site.community, self._state.quarantine, keeper, self._clock, self._by_a_clerk)
        except (OSError, ValueError) as error:
            raise SiteError(f"community: {error}") from error

    def _by_a_clerk(self, work: Callable[[], KeptClip], then: Callable[[KeptClip], None]) -> None:
        post = asyncio.get_running_loop().call_soon_threadsafe
        self._clerks.submit(work).add_done_callback(lambda done: post(then, done.result()))

    def _open_sources(self, site: Site, loop: asyncio.AbstractEventLoop) -> OpenSources | None:
        told = site.open_sources
        if told is None:
            return None
        return OpenSources(open_sources.by_http(told.url, self._clerks, loop.call_soon_threadsafe), told.run)

    def _records(self, site: Site, loop: asyncio.AbstractEventLoop) -> Records | None:
        if site.records is None:
            return None
        return Records(by_http(site.records.url, self._clerks, loop.call_soon_threadsafe))

    def _eyes(self, watch: Watch) -> Eyes:
        self._reader = WorkerEyes(watch, self._site.vision.workers, self._clock)
        return self._reader

    def _terminals(self, site: Site, folder: Path) -> MqttSender | None:
        if site.terminals is None:
            return None
        there = site.terminals
        return MqttSender(
            "terminals",
            broker(there, folder),
            client_id=client_id("terminals", site, there.username),
        )

    async def _take_snapshots(self) -> None:
        """Another process reads the journal and writes the snapshot; this one never stops for it."""
        while True:
            await asyncio.sleep(5.0)
            if self._journal.durable < self._snapshot_at:
                continue
            self._snapshot_at = self._journal.durable + self._site.site.snapshot_every_events
            async with self._clearing.alone:
                await self._take_snapshot()

    async def _take_snapshot(self) -> None:
        taker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "center.store.recovery", str(self._state.journal), str(self._state.audit)),
            stdin=asyncio.subprocess.DEVNULL,
        )
        try:
            if await taker.wait() != 0:
                self._told("a snapshot could not be taken; the journal is not affected")
        except asyncio.CancelledError:
            taker.kill()
            await taker.wait()
            raise


async def _all(works: Sequence[Awaitable[None]]) -> None:
    """Run them together; the first to fail stops the others."""
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(_coroutine(work))


async def _coroutine(work: Awaitable[None]) -> None:
    await work


def _listening(key: str, address: str) -> socket.socket:
    """Raises SiteError."""
    host, port = split_address(address)
    try:
        return socket.create_server((host, port), backlog=512)
    except OSError as error:
        raise SiteError(f"{key}: {host}:{port}: {error.strerror}") from error


def _clock(site: Site, loop: asyncio.AbstractEventLoop, not_before: Micros) -> WallClock:
    paced = site.clock
    if paced is None:
        return WallClock(loop, not_before=not_before)
    epoch, origin = Micros(paced.epoch_us), Micros(paced.origin_us)
    return WallClock(loop, rate=paced.rate, epoch=epoch, origin=origin, not_before=not_before)


def _nowhere(topic: str, payload: bytes) -> bool:  # noqa: ARG001
    """A site without terminals: nobody acknowledges, and the desk says so."""
    return False


def run(
    site: Site,
    folder: Path,
    ready: Callable[[str], None],
    told: Callable[[str], None],
    held_by: IO[bytes] | None = None,
) -> None:
    """`center run`, until SIGINT or SIGTERM, or until whoever holds the other end of the pipe `held_by` is gone. Raises
    SiteError, JournalError."""

    _collect_seldom()

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(_stop_if_broken)
        service = Service(site, folder, told)
        serving = asyncio.ensure_future(service.run(ready))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, serving.cancel)
        if held_by is not None:
            loop.add_reader(held_by, lambda: _let_go(held_by) and serving.cancel())
        with contextlib.suppress(asyncio.CancelledError):
            await serving

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(main())


def _let_go(pipe: IO[bytes]) -> bool:
    """Whether a pipe that has something to read has its end to tell. Words are passed over."""
    return not os.read(pipe.fileno(), 4096)


def _collect_seldom() -> None:
    """A full garbage collection looks at every read of a day, which takes a tenth of a second and more; what a center
    keeps holds no cycles, so almost none are needed."""
    gc.set_threshold(10_000, 10, 1_000)


def _stop_if_broken(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Trouble with a socket passes. Anything else that nobody caught is a broken invariant: stop at once, write no
    snapshot of a picture that may be wrong, and let the restart rebuild it from the journal."""
    loop.default_exception_handler(context)
    if not isinstance(context.get("exception"), OSError | asyncio.CancelledError | None):
        os._exit(os.EX_SOFTWARE)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not every platform has it; slower, not different
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
