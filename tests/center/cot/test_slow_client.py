"""A TAK client that does not read, on a real socket: it is let go, it is said why, and nobody else feels it."""

from __future__ import annotations

import asyncio
import re
import socket

from center.api.board import feed_view
from center.assembly import Assembly
from center.core.center import Center
from center.core.events import FeedFaulted, UnitMoved
from center.cot.listening import FEED, CotSink
from center.cot.server import BACKLOG_BYTES, STUCK_S, CotServer, Wall
from center.durability import Durability
from center.links.tcp import TcpListenLink
from center.site import from_tables
from center.store.pictures import MemoryPictures
from tests.center.cot.test_cot_on_wire import hello
from tests.center.doubles import HandClock, Ledger, QuickJournal
from tests.running import PATIENCE_S, tables
from tests.servers import LOOPBACK

SMALL_BYTES = 4096
UNITS = [f"SO-{number}" for number in range(80)]
LAST = re.compile(rb'uid="unit.SO-79".*?lat="30\.(\d{6})"', re.DOTALL)


def assembled() -> Assembly:
    """A center in memory whose journal is durable at once, with units enough that a second's news is tens of KiB."""
    rows = [{"unit": unit, "agency": "SO"} for unit in UNITS]
    site = from_tables({**tables(), "feeds": [], "units": rows}, "the test's site")
    ledger = Ledger()
    parts = {"messenger": ledger, "router": ledger, "audit": ledger, "pictures": MemoryPictures()}
    assembly = Assembly(site, center=Center(), journal=QuickJournal(), clock=HandClock(), **parts)
    assembly.start()
    return assembly


def test_who_does_not_read_is_let_go_and_nobody_else_misses_anything() -> None:
    """The one has a small buffer and never reads; the other reads, and sees every position there was, in order. Fails
    when the first is waited for, when it is kept for ever, or when the feed's row does not say what was wrong."""
    seconds, told = [0.0], list[str]()
    server = CotServer(
        {"SLOW": "SO-1", "FAST": "SO-2"},
        told.append,
        named_by_themselves=True,
        trust_times=False,
        wall=Wall(seconds=lambda: seconds[0]),
    )

    async def story() -> None:
        assembly = assembled()
        assembly.add(FEED, "cot", link="tcp-listen", options={}, opened=server.open_feed)
        intake = assembly.intakes[FEED]
        server.join(assembly, intake)
        link = TcpListenLink(FEED, LOOPBACK, 0, greet=server.greet, unread_bytes=SMALL_BYTES)
        listening = asyncio.create_task(link.run(CotSink(intake, Durability(assembly.host), server)))
        await link.ready()
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BYTES)
        await asyncio.to_thread(slow.connect, link.address)
        await asyncio.to_thread(slow.sendall, hello("SLOW", "U-1"))
        fast, says = await asyncio.open_connection(*link.address)
        says.write(hello("FAST", "U-2"))
        async with asyncio.timeout(PATIENCE_S):
            while len(callers := server.guests()) < 2:
                await asyncio.sleep(0)
        unread, seen, now = next(one for one in callers if one.whose == "SO-1").caller, [], assembly.clock.now()
        for round_ in range(1, 200):
            place = {"at": now, "source": "avl", "lat": 30 + round_ / 1e6, "lon": -93.2}
            assembly.host.submit([UnitMoved(unit=unit, **place) for unit in UNITS])
            for guest, out in server.look():
                guest.caller.send(out)
            held = b""
            async with asyncio.timeout(PATIENCE_S):
                while not (last := LAST.search(held)):
                    held += await fast.read(1 << 16)
            seen.append(int(last[1]))
            if unread.backlog_bytes > BACKLOG_BYTES and seconds[0] == 0.0:
                seconds[0] = STUCK_S - 1
            elif seconds[0]:
                seconds[0] += 1
            if told:
                break
        assert seen == list(range(1, round_ + 1))
        assert told == [f"cot: SO-1 has left 256 KiB unread for {STUCK_S:g} s and was let go"]
        assert unread.backlog_bytes < BACKLOG_BYTES + 80 * 1024
        (fault,) = [one for one in assembly.journal.events if isinstance(one, FeedFaulted)]
        assert fault.why in told[0]
        row = feed_view(intake, now)
        assert (row.faults, row.trouble) == (1, fault.why)
        async with asyncio.timeout(PATIENCE_S):
            while len(server.guests()) > 1:
                await asyncio.sleep(0)
        slow.close()
        says.close()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    asyncio.run(story())
