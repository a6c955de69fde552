"""How soon what a camera sends is taken in.

Knows: that a picture which nobody waits for may lie in the kernel until some more are there: taking several together
costs half of taking each when it comes. And when each of them came, although all were read later.
Refuses to know: what is in the bytes, and who waits.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import Protocol

GATHERED_BYTES = 64 << 10
"""So much wakes us in any case: half of what the kernel takes before a camera would have to wait with the next."""


class _Options(Protocol):
    def setsockopt(self, level: int, name: int, value: int, /) -> None: ...


class Pace:
    """At first, and while somebody waits, all is taken at once. `now` is the center's clock."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._connection: _Options | None = None
        self._is_calm = self._is_gathering = self._is_late = False
        self._least = 1
        self._read_at = self._read_before = now()
        self._came_at = self._due = 0
        self.is_slow = False
        """Something may be late: it is told of what is read, and asked when it came. Else it came when it was read."""

    def begin(self, connection: _Options | None) -> None:
        """A new connection, or that there is none any more."""
        self._connection, self._least = connection, 1
        self._is_gathering = self._is_late = False
        self.is_slow = self._is_calm

    def calm(self, *, is_calm: bool, came_at: int, due: int) -> None:
        """Nobody waits any more, or somebody does. The newest picture came then, and was due then."""
        if is_calm and not self._is_gathering:
            self._read_at, self._came_at, self._due = came_at, came_at, due
        self._is_calm = is_calm
        self.is_slow = self.is_slow or is_calm
        self._is_gathering = self._is_gathering or is_calm
        self._wait_for(GATHERED_BYTES if is_calm else 1)

    def clock_set(self, step_us: int) -> None:
        self._read_at += step_us
        self._read_before += step_us
        self._came_at += step_us

    @property
    def is_behind(self) -> bool:
        """There may be something that was not taken yet."""
        return self._is_gathering

    def look(self) -> None:
        """What has gathered, however little, is taken now; to be called now and then."""
        self._wait_for(1)

    def taken(self) -> None:
        """Something was read, if it is slow."""
        self._is_late, self._is_gathering = self._is_gathering, self._is_calm
        self.is_slow = self._is_late or self._is_calm
        if self.is_slow:
            self._read_before, self._read_at = self._read_at, self._now()
            self._wait_for(GATHERED_BYTES if self._is_calm else 1)

    def came_at(self, now: int, due: int, timescale: int) -> int:
        """When a picture came that is due then, if it is slow. One that is late was not there yet when we read before
        that; in between pictures are as far apart as they are due."""
        if self._is_late:
            at = self._came_at + (due - self._due) * 1_000_000 // timescale
            at = min(max(at, self._read_before), now)
        else:
            at = now
        self._came_at, self._due = at, due
        return at

    def _wait_for(self, least: int) -> None:
        if self._connection is not None and least != self._least:
            self._least = least
            with contextlib.suppress(OSError):  # it is closed, and we have yet to hear of it
                self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, least)
