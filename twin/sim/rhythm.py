"""When things happen: events at random, more of them at some hours than at others.

Knows: a non-homogeneous Poisson process by hour of the week, on SimPy's clock.
Refuses to know: what happens then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from simpy import Environment

from twin.devices.clock import call_later, now_us

HOUR_US = 3_600_000_000

DRIVING = (0.14, 0.09, 0.08, 0.10, 0.22, 0.55, 1.05, 1.55, 1.40, 1.20, 1.20, 1.30,
           1.40, 1.40, 1.45, 1.60, 1.75, 1.75, 1.35, 1.05, 0.85, 0.65, 0.45, 0.27)  # fmt: skip
"""Traffic by hour of the day, 1 on average: the two-humped weekday of any county road (assumption)."""


def by_hour(start: datetime, day: Sequence[float], weekend: float = 1.0) -> Callable[[int], float]:
    """The rate factor at a moment since `start` (local time, microseconds), `weekend` times as much on Saturday and
    Sunday; scaled to 1 over an average week."""
    mean = sum(day) / 24 * (5 + 2 * weekend) / 7

    def factor(now_us: int) -> float:
        local = start + timedelta(microseconds=now_us)
        return day[local.hour] * (weekend if local.weekday() >= 5 else 1.0) / mean

    return factor


class Rhythm:
    """Calls `then()` `a_day` times a day on average, by thinning: candidates come at the highest rate, and each happens
    with the share that its hour deserves."""

    def __init__(
        self, env: Environment, a_day: float, factor: Callable[[int], float], dice: Random, then: Callable[[], None]
    ) -> None:
        self._env = env
        self._factor = factor
        self._dice = dice
        self._then = then
        self._highest = max(factor(hour * HOUR_US) for hour in range(7 * 24))
        self._mean_us = 24 * HOUR_US / (a_day * self._highest) if a_day > 0 else 0.0
        if self._mean_us:
            self._wait()

    def _wait(self) -> None:
        call_later(self._env, 1 + int(self._dice.expovariate(1.0) * self._mean_us), self._candidate)

    def _candidate(self) -> None:
        if self._dice.random() * self._highest < self._factor(now_us(self._env)):
            self._then()
        self._wait()
