"""The operators' interface on a real socket, over a center whose journal and clock the test turns by hand.

Knows: how the interface is put in front of a host inside the test's own event loop.
Refuses to know: links and disks.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from center.api.app import create
from center.api.front import Front
from center.api.live import Live
from center.api.map import SiteMap
from center.api.openid import OpenId
from center.api.openid_http import Ask
from center.api.server import serve
from center.api.sessions import Sessions
from center.assembly import Assembly
from center.core.center import Center
from center.core.effects import Audit
from center.core.events import Event, HotlistLoaded, Listing, PlateRead
from center.durability import Durability
from center.open_sources import OpenSources
from center.portal.portal import Portal
from center.portal.web import PortalWeb
from center.records import Records
from center.relaying import Relaying, open_relay
from center.site import Site, from_tables
from center.store.audit import AuditFile
from center.store.evidence import Keeper
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
        self.ahead_s = 0.0
        """By how much sessions and limits take it to be later than the event loop does."""
        self.front: Front | None = None
        self.at = self.portal_at = ("", 0)

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
        """Operator, act, subject and whether it was granted, of every line but those of people coming and leaving."""
        return [
            (line.operator, line.act, line.subject, line.granted)
            for line in self.audited
            if not line.act.startswith("session.")
        ]

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


def _site(
    hotlists: Sequence[dict[str, Any]],
    cameras: Sequence[dict[str, Any]],
    community: dict[str, Any] | None,
    more: Mapping[str, Any],
    policy: Mapping[str, Any],
) -> Site:
    feeds = [
        {"name": f"list {number}", "format": "hotlist", "link": "folder", "folder": "lists", "options": {"name": name}}
        for number, name in enumerate(one["hotlist"] for one in hotlists)
    ]
    told = {**tables(**policy), "feeds": feeds, "hotlists": list(hotlists), "cameras": list(cameras)}
    told |= {"community": {"listen": f"{LOOPBACK}:0", **community}} if community is not None else {}
    return from_tables({**told, **more}, "the test's site")


@asynccontextmanager
async def room(
    dist: Path = Path("/nowhere"),
    hotlists: Sequence[dict[str, Any]] = (),
    cameras: Sequence[dict[str, Any]] = (),
    clips: Path = Path("/nowhere"),
    community: dict[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
    ask: Ask | None = None,
    records: Records | None = None,
    open_sources: OpenSources | None = None,
    **policy: Any,
) -> AsyncIterator[Room]:
    """A room of the small site without feeds but those of `hotlists`, on a free port, with a relay where
    there are `cameras` and a portal where there is a `community`. `more` goes into the site file; `ask` reaches the
    provider of its `[sign_in]`; `records` and `open_sources` answer what is looked up."""
    loop = asyncio.get_running_loop()
    site = _site(hotlists, cameras, community, more or {}, policy)
    journal, clock, ledger = Gate(), HandClock(), Ledger()
    video = open_relay(site, clips, clock, ThreadPoolExecutor(1), lambda _: None)
    portal = None
    if site.community is not None:
        portal = Portal("test", site.community, clips / "quarantine", Keeper(clips / "kept", "test"), clock)
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
        community=portal,
        records=records,
        open_sources=open_sources,
    )
    durability = Durability(assembly.host)
    live = Live(assembly.board, durability, clock, site.api.pages_each)
    trail = AuditFile(":memory:")
    ledger.then = lambda effect: trail.keep(effect) if isinstance(effect, Audit) else None
    here = Room(assembly, journal, clock, live, ledger, video[1] if video else None)
    seconds = lambda: loop.time() + here.ahead_s  # noqa: E731
    openid = None if ask is None else OpenId(site.sign_in, site.sign_in.client_secret, ask, seconds)
    sessions = Sessions(site, seconds)
    front = here.front = Front(assembly, sessions, live, SiteMap(None), trail, here.video, portal, openid)
    sock = socket.create_server((LOOPBACK, 0), backlog=512)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)  # its connections inherit it
    here.at = sock.getsockname()
    started = asyncio.Event()
    assembly.start()
    serving = serve(create(front, dist), sock, started.set, None, site.api.believed)
    works = [asyncio.create_task(work) for work in (live.run(), serving)]
    if video is not None:
        works.append(asyncio.create_task(video[0].run()))
    if portal is not None:
        portal.submit = assembly.host.submit
        listening = socket.create_server((LOOPBACK, 0))
        here.portal_at = listening.getsockname()
        web = PortalWeb(portal, durability.kept, site.site.timezone, seconds=seconds)
        works.append(asyncio.create_task(web.run(listening)))
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
