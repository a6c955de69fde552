"""What time it is, and being called when it is later.

Knows: integer microseconds UTC, and that the time of a site under test may start elsewhere and run faster.
Refuses to know: who asks. The core never does: it is told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from center.core.events import SECOND, Micros


class Clock(Protocol):
    """`now` never goes back."""

    def now(self) -> Micros: ...

    def call_at(self, when: Micros, then: Callable[[], None]) -> None:
        """Call `then` once, not before `when`; at the next opportunity if that is past. Never from inside call_at."""
        ...


class WallClock:
    """The wall's time. With `rate` and `epoch`, the time of a paced exercise: it was `epoch` when the wall said
    `origin`, and `rate` of its seconds pass in one of the wall's."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        rate: float = 1.0,
        epoch: Micros | None = None,
        origin: Micros | None = None,
    ) -> None:
        if not rate > 0:
            raise ValueError(f"a clock's rate must be above 0, not {rate}")
        self._loop = loop
        self.rate = rate
        wall = time.time_ns() // 1000
        self._started = time.monotonic_ns()
        origin = Micros(wall) if origin is None else origin
        epoch = origin if epoch is None else epoch
        self._base = epoch + round((wall - origin) * rate)

    def now(self) -> Micros:
        elapsed_us = (time.monotonic_ns() - self._started) / 1000
        return Micros(self._base + int(elapsed_us * self.rate))

    def call_at(self, when: Micros, then: Callable[[], None]) -> None:
        wait_s = max(0.0, (when - self.now()) / SECOND / self.rate)

        def due() -> None:
            if self.now() < when:  # the loop's timer may be early by its resolution
                self.call_at(when, then)
            else:
                then()

        self._loop.call_later(wait_s, due)
