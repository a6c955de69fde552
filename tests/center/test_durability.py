"""Waiting until what was taken in cannot be lost any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

from center.core.events import FeedRecovered
from center.durability import Durability
from tests.center.core.facts import when
from tests.center.doubles import Bench, SlowJournal
from tests.center.links.basin import turns


def play(story: Callable[[Bench, Durability], Awaitable[None]]) -> None:
    async def run() -> None:
        bench = Bench(SlowJournal())
        async with asyncio.timeout(20):
            await story(bench, Durability(bench.host))

    asyncio.run(run())


def take(bench: Bench, count: int = 1) -> int:
    """So many events with no effects at all: waiting must not depend on there being any."""
    return bench.host.submit([FeedRecovered(at=when(0), source="x", feed="x")] * count)


def test_whoever_waits_is_woken_when_his_position_is_durable_and_not_before() -> None:
    """Breaks when a link acknowledges on arrival."""

    async def story(bench: Bench, durability: Durability) -> None:
        first, second = take(bench), take(bench)
        waits = [asyncio.ensure_future(durability.kept(position)) for position in (second, first, second)]
        await turns(5)
        assert not any(wait.done() for wait in waits)
        bench.journal.let_through(first)
        await turns(5)
        assert [wait.done() for wait in waits] == [False, True, False]
        bench.journal.let_through(second)
        await asyncio.gather(*waits)

    play(story)


def test_what_is_durable_already_is_not_waited_for() -> None:
    async def story(bench: Bench, durability: Durability) -> None:
        last = take(bench, 5)
        bench.journal.let_through()
        for position in (0, 1, last):
            await durability.kept(position)

    play(story)


def test_one_commit_wakes_everybody_it_covers_and_nobody_else() -> None:
    """A thousand waiters in any order, durability in any steps."""

    async def story(bench: Bench, durability: Durability) -> None:
        last, dice = take(bench, 1000), Random(5)
        waits = {n: asyncio.ensure_future(durability.kept(n)) for n in dice.sample(range(1, last + 1), last)}
        await turns(2)
        for position in (*sorted(dice.sample(range(1, last), 20)), last):
            bench.journal.let_through(position)
            await turns(3)
            assert {n for n, wait in waits.items() if wait.done()} == set(range(1, position + 1))

    play(story)


def test_who_has_given_up_does_not_hold_up_the_others() -> None:
    """A client hangs up while its act waits for the disk. Breaks when a cancelled wait is woken."""

    async def story(bench: Bench, durability: Durability) -> None:
        last = take(bench)
        gone, stays = (asyncio.ensure_future(durability.kept(last)) for _ in range(2))
        await turns(2)
        gone.cancel()
        await turns(2)
        bench.journal.let_through()
        await stays
        assert gone.cancelled()

    play(story)
