"""One TCP connection, whatever is said on it.

Knows: whether it is still there, why it is over, and when to stop reading from it.
Refuses to know: what is said.
"""

from __future__ import annotations

import asyncio
from typing import cast

from center.links.flow import Flow
from center.links.retry import sentence


class Connection(asyncio.BaseProtocol):
    """What streams and MQTT connections have in common. Subclasses call `heard` for whatever comes, and may `prompt`
    the other end to say something, which is asked of them three times in `silence_s` (None: silence is no fault)."""

    def __init__(self, window_bytes: int, silence_s: float | None) -> None:
        self.flow: Flow
        self._transport: asyncio.Transport
        self._loop = asyncio.get_running_loop()
        self._window_bytes = window_bytes
        self._silence_s = silence_s
        self._heard_at = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._ended = asyncio.Event()
        self._why = ""

    async def over(self) -> str:
        """Returns the sentence why the connection is over, once it is."""
        await self._ended.wait()
        return self._why

    def send(self, data: bytes) -> None:
        """Goes nowhere when the connection is over."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def close(self, why: str) -> None:
        """At once; the first reason given is the one that `over` tells."""
        self._why = self._why or why
        self._transport.abort()

    def heard(self) -> None:
        self._heard_at = self._loop.time()

    def prompt(self) -> None:
        pass

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self.flow = Flow(self._transport, self._window_bytes)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._why = self._why or (sentence(exc) if isinstance(exc, OSError) else "the other end closed the connection")
        self._ended.set()

    def _watch(self) -> None:
        """While the sink holds us back the silence is our own doing; while our replies are not read it is not."""
        if self._silence_s is None or self._transport.is_closing():
            return
        if self.flow.held:
            self.heard()
        if self._loop.time() - self._heard_at > self._silence_s:
            self.close(f"silent for {self._silence_s:g} s")
            return
        self.prompt()
        self._timer = self._loop.call_later(self._silence_s / 3, self._watch)
