"""The operators' interface on a real socket, over a center whose journal and clock the test turns by hand.

Knows: how the interface is put in front of a host inside the test's own event loop.
Refuses to know: links and disks.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from center.api.app import create
from center.api.front import Front
from center.api.live import Live
from center.api.map import SiteMap
from center.api.server import serve
from center.api.sessions import Sessions
from center.assembly import Assembly
from center.core.center import Center
from center.core.effects import Audit
from center.core.events import Event, HotlistLoaded, Listing, PlateRead
from center.durability import Durability
from center.relaying import Relaying, open_relay
from center.site import from_tables
from center.store.audit import AuditFile
from center.store.pictures import MemoryPictures
from tests.center.doubles import HandClock, Ledger, SlowJournal
from tests.running import PATIENCE_S, Answer, Console, becomes, tables
from tests.servers import LOOPBACK

BUFFER_BYTES = 64 << 10
"""Of a socket: small, so that it soon shows when somebody does not read."""


class Gate(SlowJournal):
    """Durable a moment after it was appended to, like the real one, except while it is shut."""

    def __init__(self) -> None:
        super().__init__()
        self._shut = False

    def append(self, events: Sequence[Event]) -> int:
        last = super().append(events)
        if not self._shut:
            asyncio.get_running_loop().call_soon(self.let_through)
        return last

    @contextmanager
    def shut(self) -> Iterator[None]:
        self._shut = True
        yield
        self._shut = False
        self.let_through()


class Room:
    """`at` is where it listens; `journal` and `clock` are the test's to turn."""

    def __init__(
        self,
        assembly: Assembly,
        journal: Gate,
        clock: HandClock,
        live: Live,
        ledger: Ledger,
        video: Relaying | None = None,
    ) -> None:
        self.video = video
        self.assembly = assembly
        self.journal = journal
        self.clock = clock
        self.live = live
        self._ledger = ledger
        self.at = ("", 0)

    def learn(self, *events: Event) -> int:
        """Facts come in; returns the position of the last."""
        return self.assembly.host.submit(events)

    def listed(self, *plates: str, hotlist: str = "w") -> Event:
        listings = tuple(Listing(plate, "LA") for plate in plates)
        return HotlistLoaded(at=self.clock.now(), source="wanted", hotlist=hotlist, version="1", listings=listings)

    def read(self, plate: str, serial: int = 0) -> Event:
        return PlateRead(
            at=self.clock.now(), source="lpr", reader="R1", plate=plate, read=f"{plate}-{serial}", state="LA"
        )

    async def console(self, operator: str = "ada", token: str | None = None) -> Console:
        return await asyncio.to_thread(Console, self.at, operator, token)

    @property
    def audit(self) -> list[tuple[str, str, str, bool]]:
        """Operator, act, subject and whether it was granted, of every line."""
        return [(line.operator, line.act, line.subject, line.granted) for line in self.audited]

    @property
    def audited(self) -> list[Audit]:
        return [line for line in self._ledger.done if isinstance(line, Audit)]

    def knock(self, console: Console, **options: Any) -> connect:
        """A WebSocket, as `websockets` opens it."""
        host, port = self.at
        place = f"ws://{host}:{port}/ws/operators"
        return connect(place, additional_headers=console.headers, compression=None, max_size=1 << 26, **options)

    @asynccontextmanager
    async def watch(self, console: Console, **options: Any) -> AsyncIterator[ClientConnection]:
        """A watcher who has been greeted and has the state."""
        async with self.knock(console, **options) as watching:
            assert (await frame(watching))["type"] == "hello"
            assert (await frame(watching))["type"] == "state"
            yield watching


@asynccontextmanager
async def room(
    dist: Path = Path("/nowhere"),
    hotlists: Sequence[dict[str, Any]] = (),
    cameras: Sequence[dict[str, Any]] = (),
    clips: Path = Path("/nowhere"),
    **policy: Any,
) -> AsyncIterator[Room]:
    """A room of the small site without feeds but those of `hotlists`, on a free port, with a relay where
    there are `cameras`."""
    loop = asyncio.get_running_loop()
    feeds = [
        {"name": f"list {number}", "format": "hotlist", "link": "folder", "folder": "lists", "options": {"name": name}}
        for number, name in enumerate(one["hotlist"] for one in hotlists)
    ]
    told = {**tables(**policy), "feeds": feeds, "hotlists": list(hotlists), "cameras": list(cameras)}
    site = from_tables(told, "the test's site")
    journal, clock, ledger = Gate(), HandClock(), Ledger()
    video = open_relay(site, clips, clock, ThreadPoolExecutor(1), lambda _: None)
    assembly = Assembly(
        site,
        center=Center(),
        journal=journal,
        clock=clock,
        messenger=ledger,
        router=ledger,
        audit=ledger,
        pictures=MemoryPictures(),
        video=video[1] if video else None,
    )
    durability = Durability(assembly.host)
    live = Live(assembly.board, durability, clock)
    trail = AuditFile(":memory:")
    ledger.then = lambda effect: trail.keep(effect) if isinstance(effect, Audit) else None
    front = Front(assembly, Sessions(site, loop.time), live, SiteMap(None), trail, video[1] if video else None)
    sock = socket.create_server((LOOPBACK, 0), backlog=512)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)  # its connections inherit it
    here = Room(assembly, journal, clock, live, ledger, video[1] if video else None)
    here.at = sock.getsockname()
    started = asyncio.Event()
    assembly.start()
    works = [asyncio.create_task(work) for work in (live.run(), serve(create(front, dist), sock, started.set))]
    if video is not None:
        works.append(asyncio.create_task(video[0].run()))
    await started.wait()
    try:
        yield here
        for work in works:
            assert not work.done(), work
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)


def play(story: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(3 * PATIENCE_S):
            await story

    asyncio.run(limited())


async def until(condition: Callable[[], object]) -> None:
    await asyncio.to_thread(becomes, condition)


async def get(console: Console, path: str) -> Answer:
    return await asyncio.to_thread(console.get, path)


async def posted(console: Console, path: str, body: object = None) -> Answer:
    return await asyncio.to_thread(console.post, path, body)


async def frame(watching: ClientConnection) -> dict[str, Any]:
    """The next frame."""
    said: dict[str, Any] = json.loads(await asyncio.wait_for(watching.recv(), PATIENCE_S))
    return said


async def frame_with(watching: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame that has something of that kind."""
    while not (found := await frame(watching)).get(kind):
        pass
    return found
