"""TAK clients of a world that runs in lockstep with its center: their connections are function calls.

Knows: what is on its way to a client, and what lies unread.
Refuses to know: what is said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from simpy import Environment

from twin.devices.clock import call_later
from twin.devices.tablet import Client
from twin.parish_site import COT_FEED

CARRY_US = 40_000

Tap = Callable[[str, str, bytes], None]


class Center(Protocol):
    """The center as whoever connects to it sees it (center.embedded)."""

    def enter(self, caller: Line) -> None: ...
    def hear(self, peer: str, data: bytes) -> None: ...
    def leave(self, peer: str) -> None: ...


class Line:
    """One connection, as the center sees its caller."""

    def __init__(self, env: Environment, peer: str, client: Client, gone: Callable[[Line, str], None]) -> None:
        self.peer = peer
        self.client = client
        self.is_over = False
        self._env = env
        self._gone = gone
        self._held = False
        self._unread: list[bytes] = []

    @property
    def name(self) -> str:
        """No certificate."""
        return ""

    @property
    def backlog_bytes(self) -> int:
        return sum(len(data) for data in self._unread)

    def send(self, data: bytes) -> None:
        call_later(self._env, CARRY_US, self._arrive, data)

    def close(self, why: str) -> None:
        call_later(self._env, 0, self._gone, self, why)

    def hold(self, unread: bool) -> None:
        self._held = unread
        left, self._unread = self._unread, []
        for data in left:
            self._arrive(data)

    def _arrive(self, data: bytes) -> None:
        if self._held:
            self._unread.append(data)
        elif not self.is_over:
            self.client.heard(data)


class TabletCalls:
    """A Way. `tap(feed, peer, data)` sees what clients say just before the center does; a peer is one connection."""

    def __init__(self, env: Environment, center: Center, tap: Tap | None = None) -> None:
        self._env = env
        self._tap = tap
        self._center = center
        self._lines: dict[str, Line] = {}
        self._serial = 0

    def connect(self, name: str, client: Client) -> None:
        self._serial += 1
        self._lines[name] = Line(self._env, f"{name}:{self._serial}", client, self._closed)
        self._center.enter(self._lines[name])
        call_later(self._env, CARRY_US, self._open, self._lines[name])

    def send(self, name: str, data: bytes) -> None:
        if name in self._lines:
            if self._tap is not None:
                self._tap(COT_FEED, self._lines[name].peer, data)
            self._center.hear(self._lines[name].peer, data)

    def hang_up(self, name: str) -> None:
        line = self._lines.pop(name, None)
        if line is not None:
            line.is_over = True
            self._center.leave(line.peer)

    def hold(self, name: str, unread: bool) -> None:
        if name in self._lines:
            self._lines[name].hold(unread)

    def _open(self, line: Line) -> None:
        if not line.is_over:
            line.client.connected()

    def _closed(self, line: Line, why: str) -> None:
        """The center has let it go."""
        if line.is_over:
            return
        line.is_over = True
        self._lines = {name: one for name, one in self._lines.items() if one is not line}
        self._center.leave(line.peer)
        line.client.lost(f"the center closed it: {why}")
