"""A world at the wall's pace."""

from __future__ import annotations

import asyncio
import time

import pytest
from simpy import Environment

from twin.devices.clock import call_later
from twin.pacing import Pacer
from twin.progress import unwatched

HOUR_S = 3_600.0
SECOND_US = 1_000_000


def test_a_wall_clock_that_is_set_meanwhile_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set back by an hour, the parish does not stand still for an hour; set on, it does not skip one."""
    pacer = Pacer(Environment(), time.time(), rate=10.0)
    before, really = pacer.due_us(), time.time
    monkeypatch.setattr(time, "time", lambda: really() - HOUR_S)
    back = pacer.due_us()
    monkeypatch.setattr(time, "time", lambda: really() + HOUR_S)
    on = pacer.due_us()
    assert before <= back <= on < before + HOUR_S * SECOND_US


def test_a_world_that_is_late_lets_others_speak() -> None:
    """A thousand things of a millisecond each are due at once: somebody else on the loop gets many words in before the
    last of them."""
    env = Environment()
    pacer = Pacer(env, time.time() - 1.0, rate=1.0)
    words = 0

    def work() -> None:
        until = time.perf_counter() + 0.001
        while time.perf_counter() < until:
            pass

    async def talk() -> None:
        nonlocal words
        while True:
            words += 1
            await asyncio.sleep(0)

    async def told() -> None:
        talking = asyncio.create_task(talk())
        await pacer.run(SECOND_US, unwatched)
        talking.cancel()

    for _ in range(1_000):
        call_later(env, 0, work)
    asyncio.run(told())
    assert words >= 300
    assert pacer.late.most_s > 0.0
