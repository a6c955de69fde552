"""Letting a simulated world run at the pace of the wall's clock.

Knows: when each event of the world is due by the wall, how late it was, and how the outside gets a word in.
Refuses to know: what happens in the world.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from math import inf
from typing import TypeVarTuple

from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import SECOND_US
from twin.lateness import Lateness

Args = TypeVarTuple("Args")

BURST_S = 0.002
"""So long the world has the event loop for itself when it is late. What it says leaves between its turns: with longer
ones its messages would wait for each other, and with them all that people and centers answer."""
NAP_S = 0.05


def on_steady_clock(wall_s: float) -> float:
    """A moment of the wall's clock (seconds since the epoch) as one of a clock that nobody sets."""
    return time.monotonic() + (wall_s - time.time())


class Pacer:
    """The world's moment 0 is `origin_s` of the wall (seconds since the epoch), and `rate` of its seconds pass in one
    of the wall's; the wall may be set meanwhile. `late` is how late events were, in wall seconds."""

    def __init__(self, env: Environment, origin_s: float, rate: float) -> None:
        self._env = env
        self._origin_s = on_steady_clock(origin_s)
        self._rate = rate
        self.late = Lateness()

    def due_us(self) -> int:
        """The moment of the world that it ought to be now."""
        return int((time.monotonic() - self._origin_s) * self._rate * SECOND_US)

    def inject(self, then: Callable[[*Args], None], *args: *Args) -> None:
        """Something from outside reaches the world now."""
        call_later(self._env, max(0, self.due_us() - now_us(self._env)), then, *args)

    async def run(self, until_us: int, progress: Callable[[float], None]) -> None:
        """Play the world up to a moment of it."""
        told = 0.0
        while True:
            upcoming = self._env.peek()
            if upcoming == inf or upcoming >= until_us:
                if self.due_us() >= until_us:
                    return
                await asyncio.sleep(NAP_S / 10)
                continue
            ahead_us = int(upcoming) - self.due_us()
            if ahead_us > 0:
                await asyncio.sleep(min(NAP_S, ahead_us / SECOND_US / self._rate))
                continue
            self.late.add(-ahead_us / SECOND_US / self._rate)
            turn_over = time.monotonic() + BURST_S
            while True:
                self._env.step()
                if self._env.peek() > min(self.due_us(), until_us - 1) or time.monotonic() > turn_over:
                    break
            await asyncio.sleep(0)
            share = now_us(self._env) / until_us
            if share - told > 0.001:
                told = share
                progress(share)
