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

Args = TypeVarTuple("Args")

BURST = 200
NAP_S = 0.05


class Pacer:
    """The world's moment 0 is `origin_s` of the wall (seconds since the epoch), and `rate` of its seconds pass in one
    of the wall's. `worst_late_s` and `late_s` (95th percentile, in wall seconds) say how well that was kept."""

    def __init__(self, env: Environment, origin_s: float, rate: float) -> None:
        self._env = env
        self._origin_s = origin_s
        self._rate = rate
        self._late: list[float] = []

    def due_us(self) -> int:
        """The moment of the world that it ought to be now."""
        return int((time.time() - self._origin_s) * self._rate * SECOND_US)

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
            self._late.append(-ahead_us / SECOND_US / self._rate)
            if len(self._late) > 200_000:
                del self._late[::2]
            for _ in range(BURST):
                self._env.step()
                if self._env.peek() > min(self.due_us(), until_us - 1):
                    break
            await asyncio.sleep(0)
            share = now_us(self._env) / until_us
            if share - told > 0.001:
                told = share
                progress(share)

    def lateness_s(self) -> tuple[float, float]:
        """Median and 95th percentile of how late events were, wall seconds."""
        late = sorted(self._late) or [0.0]
        return late[len(late) // 2], late[min(len(late) - 1, len(late) * 95 // 100)]
