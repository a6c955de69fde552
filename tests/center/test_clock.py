"""What time it is, and being called when it is later: on the wall's clock, for real."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
import uvloop

from center.clock import WallClock
from center.core.events import DAY, SECOND, Micros


def wall() -> int:
    return time.time_ns() // 1000


def on_a_loop(story: Callable[[asyncio.AbstractEventLoop], Awaitable[None]]) -> None:
    """On both loops: uvloop's timer knows whole milliseconds only, and may be half of one early."""

    async def run() -> None:
        async with asyncio.timeout(20):
            await story(asyncio.get_running_loop())

    for factory in (asyncio.new_event_loop, uvloop.new_event_loop):
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(run())


async def called(clock: WallClock, when: int) -> Micros:
    """The time when the clock called."""
    future: asyncio.Future[Micros] = asyncio.get_running_loop().create_future()
    clock.call_at(Micros(when), lambda: future.set_result(clock.now()))
    assert not future.done(), "never from inside call_at"
    return await future


def test_by_itself_it_is_the_walls_time() -> None:
    async def story(loop: asyncio.AbstractEventLoop) -> None:
        clock = WallClock(loop)
        before, now, after = wall(), clock.now(), wall()
        assert before - 1000 <= now <= after + 1000

    on_a_loop(story)


def test_an_exercise_has_its_own_time_which_runs_faster() -> None:
    """A shift of years ago at thirty times the speed: it began when the wall said so, and a restarted process
    agrees."""

    async def story(loop: asyncio.AbstractEventLoop) -> None:
        began = wall() - 2 * SECOND
        epoch = Micros(began - 1000 * DAY)
        one, other = (WallClock(loop, rate=30.0, epoch=epoch, origin=Micros(began)) for _ in range(2))
        first = one.now()
        assert abs(first - (epoch + 30 * (wall() - began))) < SECOND
        assert abs(one.now() - other.now()) < SECOND
        start = wall()
        at = await called(one, one.now() + 3 * SECOND)
        assert at >= first + 3 * SECOND
        assert wall() - start >= 0.99 * SECOND / 10

    on_a_loop(story)


def test_an_exercise_that_has_not_begun_stands_at_its_beginning() -> None:
    async def story(loop: asyncio.AbstractEventLoop) -> None:
        clock = WallClock(loop, rate=5.0, epoch=Micros(7 * DAY), origin=Micros(wall() + 3600 * SECOND))
        assert {clock.now() for _ in range(100)} == {7 * DAY}

    on_a_loop(story)


def test_time_never_goes_back() -> None:
    async def story(loop: asyncio.AbstractEventLoop) -> None:
        clock = WallClock(loop, rate=0.5)
        times = [clock.now() for _ in range(20_000)]
        assert times == sorted(times)

    on_a_loop(story)


def test_a_restarted_center_does_not_go_back_behind_what_it_has_heard() -> None:
    """The wall was wrong by an hour, and was put right while the center was down: it goes on from its last fact. Breaks
    when each start believes the wall: timers set before would be an hour late."""

    async def story(loop: asyncio.AbstractEventLoop) -> None:
        heard = Micros(wall() + 3600 * SECOND)
        clock = WallClock(loop, not_before=heard)
        assert heard <= clock.now() < heard + 5 * SECOND
        assert await called(clock, heard + SECOND // 50) >= heard + SECOND // 50
        assert abs(WallClock(loop, not_before=Micros(wall() - SECOND)).now() - wall()) < SECOND

    on_a_loop(story)


@pytest.mark.parametrize("rate", [0.25, 1.0, 100.0])
def test_nobody_is_called_early(rate: float) -> None:
    """Whatever the loop's timer rounds to. Breaks when the loop's word is taken for the clock's."""

    async def story(loop: asyncio.AbstractEventLoop) -> None:
        clock = WallClock(loop, rate=rate)
        for wait_us in (1, 300, 999, 1001, 7_777):
            due = Micros(clock.now() + round(wait_us * rate))
            assert await called(clock, due) >= due

    on_a_loop(story)


def test_a_time_that_is_past_is_now() -> None:
    """Including one before there were clocks; and those due at once are called in the order they were asked."""

    async def story(loop: asyncio.AbstractEventLoop) -> None:
        clock = WallClock(loop)
        now = clock.now()
        for due in (now, now - 1, 0, -DAY):
            assert await called(clock, due) < now + 20 * SECOND
        order: list[int] = []
        done = loop.create_future()
        for n in range(5):
            clock.call_at(Micros(now - n), lambda n=n: order.append(n))  # type: ignore[misc]  # the loop's n, now
        clock.call_at(now, lambda: done.set_result(None))
        await done
        assert order == [0, 1, 2, 3, 4]

    on_a_loop(story)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan")])
def test_a_clock_that_does_not_run_forward_is_refused(rate: float) -> None:
    async def story(loop: asyncio.AbstractEventLoop) -> None:
        with pytest.raises(ValueError, match="a clock's rate must be above 0"):
            WallClock(loop, rate=rate)

    on_a_loop(story)
