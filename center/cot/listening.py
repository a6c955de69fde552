"""The Cursor-on-Target server of a site on its port.

Knows: how server, link and intake are joined, as `[cot]` says.
Refuses to know: what is said.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path

from center.addresses import split_address
from center.assembly import Assembly
from center.cot.server import CotServer
from center.durability import Durability
from center.intake import Intake
from center.links.tcp import Caller, TcpListenLink
from center.site import Site, SiteError
from center.site_cot import CotSettings, tls, whose
from center.terminals import Way, Ways

FEED = "cot"
MAX_GUESTS = 200
UNREAD_BYTES = 64 * 1024
"""What the system keeps for a client: else it would take megabytes, and minutes, before one that does not read is seen,
and one that reads slowly would be shown where everybody was minutes ago."""


def port(cot: CotSettings, context: ssl.SSLContext | None, greet: Callable[[Caller], None] | None) -> TcpListenLink:
    """Where clients connect. With no `greet` nobody is ever told anything."""
    host, number = split_address(cot.listen)
    return TcpListenLink(FEED, host, number, peers=MAX_GUESTS, tls=context, greet=greet, unread_bytes=UNREAD_BYTES)


def unheard_port(cot: CotSettings, folder: Path) -> TcpListenLink:
    """The same for somebody who only listens. Raises SiteError."""
    return port(cot, _tls(cot, folder), None)


def _tls(cot: CotSettings, folder: Path) -> ssl.SSLContext | None:
    """Raises SiteError."""
    try:
        return tls(cot, folder)
    except ValueError as error:
        raise SiteError(str(error)) from error


class CotListening:
    """`joined` gives an assembly its intake, `run` carries until cancelled."""

    def __init__(self, site: Site, cot: CotSettings, folder: Path, told: Callable[[str], None]) -> None:
        """Raises SiteError."""
        context = _tls(cot, folder)
        clients = whose(cot.clients)
        self._server = CotServer(clients, told, named_by_themselves=context is None, trust_times=site.clock is None)
        self.link = port(cot, context, self._server.greet)

    def messenger(self, terminals: Way) -> Ways:
        return Ways(terminals, self._server)

    def joined(self, assembly: Assembly) -> None:
        assembly.add(FEED, "cot", link="tcp-listen", options={}, opened=self._server.open_feed)
        self._server.join(assembly, assembly.intakes[FEED])

    async def run(self, intake: Intake, durability: Durability) -> None:
        async with asyncio.TaskGroup() as works:
            works.create_task(self.link.run(CotSink(intake, durability, self._server)))
            works.create_task(self._server.run(durability))


class CotSink:
    """The intake as the link's sink; the server learns who is gone."""

    def __init__(self, intake: Intake, durability: Durability, server: CotServer) -> None:
        self._intake = intake
        self._server = server
        self.arrive: Callable[[Sequence[tuple[str, bytes]]], int] = intake.arrive
        self.replies = intake.replies
        self.trouble = intake.trouble
        self.lose = intake.lose
        self.kept = durability.kept

    def gone(self, peer: str) -> None:
        self._server.left(peer)
        self._intake.gone(peer)
