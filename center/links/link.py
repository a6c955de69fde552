"""What a link is, and what it pours into.

Knows: that bytes come from a named peer, in order, and that what was poured becomes durable a little later.
Refuses to know: events, wire formats, the site file, and what becomes of the bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol


class Sink(Protocol):
    """Where a link pours; the host has one for each feed. Every method is called on the event loop's thread."""

    def arrive(self, items: Sequence[tuple[str, bytes]]) -> int:
        """Take (peer, data) pairs in order of arrival; returns a receipt. Neither raises nor blocks."""
        ...

    async def kept(self, receipt: int) -> None:
        """Returns once everything up to the receipt is durable (group commit: a few milliseconds)."""
        ...

    def replies(self, peer: str) -> bytes:
        """What the decoder wants said back to that peer, as of the last `arrive`; taking it empties it."""
        ...

    def gone(self, peer: str) -> None:
        """That peer's connection has ended: nothing more comes from it unless it connects again."""
        ...

    def lose(self, count: int) -> None:
        """So many messages were given up before they got here, since nobody had time for them."""
        ...

    def trouble(self, why: str) -> None:
        """The link itself has a problem (refused, unreachable, bad credentials), in a sentence for operators. The same
        lasting problem is told once, and what is counted (dropped, refused) at its 1st, 2nd, 4th, 8th … time."""
        ...


class Link(Protocol):
    """One connection or listener for one feed. `address` is where it ended up listening, for port 0; a link that does
    not listen has none."""

    name: str
    address: tuple[str, int] | None

    async def run(self, sink: Sink) -> None:
        """Carry until cancelled. A lost or refused connection is tried again by itself, ever more patiently. When this
        has ended, by whatever way, no task, socket or thread of the link is left and every peer is `gone`."""
        ...

    async def ready(self) -> None:
        """Returns when the link is up: listening, connected, or subscribed."""
        ...


class Trunk(Protocol):
    """One connection or listener that carries several feeds, told apart by route: an MQTT topic filter, an HTTP path.
    A Link in all else; `sinks` has one entry for each route the trunk was made with."""

    name: str
    address: tuple[str, int] | None

    async def run(self, sinks: Mapping[str, Sink]) -> None: ...

    async def ready(self) -> None: ...


class Endpoint:
    """What can be asked of every link: its name, its address, and whether it is up."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.address: tuple[str, int] | None = None
        self._up = asyncio.Event()

    async def ready(self) -> None:
        await self._up.wait()


def sinks_of(routes: Mapping[str, object], sinks: Mapping[str, Sink]) -> list[Sink]:
    """The distinct sinks of a trunk. A route without a sink, or a sink without a route, is a ValueError."""
    if routes.keys() != sinks.keys():
        raise ValueError(f"routes {sorted(routes)} but sinks for {sorted(sinks)}")
    return list({id(sink): sink for sink in sinks.values()}.values())


def worth_telling(count: int) -> bool:
    """Whether the `count`-th repetition of a mishap is told: 1, 2, 4, 8 … so that a flood of them stays readable."""
    return count & (count - 1) == 0


def peer_name(address: tuple[str, int] | tuple[str, int, int, int]) -> str:
    """`host:port`, with an IPv6 host in brackets."""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
