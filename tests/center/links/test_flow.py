"""Durability is waited for in order, in rounds, and its failure is nobody's secret."""

from __future__ import annotations

import asyncio

import pytest

from center.links.flow import Keeper
from center.links.link import worth_telling
from center.links.tcp import TcpListenLink
from tests.center.links.basin import Basin, carrying, turns
from tests.center.links.conftest import Play
from tests.servers import LOOPBACK


class Counting(Basin):
    """Counts how often durability was waited for."""

    waits = 0

    async def kept(self, receipt: int) -> None:
        self.waits += 1
        await super().kept(receipt)


def test_one_wait_serves_all_that_came_meanwhile(play: Play) -> None:
    """A thousand pours during one commit need one more commit, not a thousand; they are answered in order."""

    async def story() -> None:
        sink, keeper = Counting(durable=False), Keeper()
        running = asyncio.create_task(keeper.run())
        done: list[int] = []
        keeper.when_kept([(sink, sink.arrive([("peer", b"first")]))], lambda: done.append(-1))
        await turns(3)
        for n in range(1000):
            receipt = sink.arrive([("peer", b"x")])
            keeper.when_kept([(sink, receipt)], lambda n=n: done.append(n))  # type: ignore[misc]
        await turns(3)
        assert (sink.waits, done) == (1, [])
        sink.durable.set()
        await turns(5)
        assert sink.waits == 2
        assert done == [-1, *range(1000)]
        running.cancel()
        await asyncio.wait([running])

    play(story())


class Broken(Basin):
    """A journal whose disk is gone."""

    async def kept(self, receipt: int) -> None:  # noqa: ARG002
        raise RuntimeError("the disk is gone")


def test_a_journal_that_breaks_stops_the_link(play: Play) -> None:
    """A broken invariant ends `run` with that error, for the process to stop on; connections do not survive it."""

    async def story() -> None:
        link, sink = TcpListenLink("tcp", LOOPBACK, 0), Broken()
        with pytest.raises(ExceptionGroup) as raised:  # noqa: PT012
            async with carrying(link, sink):
                assert link.address is not None
                reader, writer = await asyncio.open_connection(*link.address)
                writer.write(b"x")
                assert await reader.read() == b""
                writer.transport.abort()
        assert raised.group_contains(RuntimeError, match="the disk is gone")
        assert len(sink.ended) == 1

    play(story())


def test_what_repeats_is_told_ever_more_rarely() -> None:
    """A million mishaps are twenty sentences."""
    assert [count for count in range(1, 20) if worth_telling(count)] == [1, 2, 4, 8, 16]
    assert sum(map(worth_telling, range(1, 1_000_001))) == 20
