"""Trying again.

Knows: how long to wait before the next attempt, and when a failure is news.
Refuses to know: what is attempted.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import NoReturn


class Retry:
    """Waits double from `first_s` to at most `most_s`; each is drawn between half of that and all of it, so that links
    which failed together do not come back together.

    Only a connection that stood for `steady_s` makes the next wait short again: two clients that throw each other out
    under one name get slower, and tell it once.
    """

    def __init__(
        self,
        first_s: float = 0.5,
        most_s: float = 30.0,
        steady_s: float = 10.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._steady_s = steady_s
        self._sleep = sleep
        self._span_s = first_s
        self._up_at: float | None = None
        self._told = ""

    def succeeded(self) -> None:
        """The attempt under way has got its connection."""
        self._up_at = asyncio.get_running_loop().time()

    async def forever(self, attempt: Callable[[], Awaitable[str]], trouble: Callable[[str], None]) -> NoReturn:
        """Makes one attempt after another. An attempt returns the sentence why it ended, or raises OSError."""
        while True:
            self._up_at = None
            try:
                why = await attempt()
            except OSError as error:
                why = sentence(error)
            self._forget_if_steady()
            if why != self._told:
                self._told = why
                trouble(why)
            await self._sleep(self._next_s())

    def _forget_if_steady(self) -> None:
        if self._up_at is not None and asyncio.get_running_loop().time() - self._up_at >= self._steady_s:
            self._span_s = self._first_s
            self._told = ""

    def _next_s(self) -> float:
        span_s, self._span_s = self._span_s, min(2 * self._span_s, self._most_s)
        return span_s * random.uniform(0.5, 1.0)


def sentence(error: OSError) -> str:
    """Why, in the system's words; the same under every event loop, so that a repetition is recognised."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate refused: {error.verify_message}"
    if isinstance(error, ssl.SSLError | socket.gaierror) and error.strerror:
        return error.strerror
    if not error.errno:
        return str(error) or type(error).__name__
    return os.strerror(error.errno)
