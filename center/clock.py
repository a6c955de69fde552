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
    """The wall's time. With `rate` and `epoch`, the time of a paced exercise: it is `epoch` until the wall says
    `origin`, and from then on `rate` of its seconds pass in one of the wall's. It begins at `not_before` at the
    earliest: a wall that was set back meanwhile must not take a restarted center back behind what it has heard."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        rate: float = 1.0,
        epoch: Micros | None = None,
        origin: Micros | None = None,
        not_before: int = 0,
    ) -> None:
        if not rate > 0:
            raise ValueError(f"a clock's rate must be above 0, not {rate}")
        self._loop = loop
        self.rate = rate
        wall = time.time_ns() // 1000
        origin = Micros(wall) if origin is None else origin
        self._epoch = origin if epoch is None else epoch
        self._origin_ns = time.monotonic_ns() + (origin - wall) * 1000
        self._epoch = Micros(self._epoch + max(0, not_before - self.now()))

    def now(self) -> Micros:
        return Micros(self._epoch + int(max(0, self._since_origin_ns()) / 1000 * self.rate))

    def call_at(self, when: Micros, then: Callable[[], None]) -> None:
        wait_s = 0.0
        if when > self.now():
            wait_s = max(0.0, (when - self._epoch) / SECOND / self.rate - self._since_origin_ns() / 1e9)

        def due() -> None:
            if self.now() < when:  # the loop's timer may be early by its resolution
                self.call_at(when, then)
            else:
                then()

        self._loop.call_later(wait_s, due)

    def _since_origin_ns(self) -> int:
        return time.monotonic_ns() - self._origin_ns
