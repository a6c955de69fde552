"""A relay for tests: the real process, and somebody who watches.

Knows: how to start it beside cameras, wait for what it tells, and read what a viewer gets.
Refuses to know: what is tested.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from websockets.asyncio.client import ClientConnection, connect

from center.relay import Changed, Limits, RelayProcess, Source
from tests.patience import PATIENCE_S

SECOND = 1_000_000


def now() -> int:
    return time.time_ns() // 1000


class House:
    """`ahead_us`: how far its clock has been set ahead."""

    def __init__(self, sources: Sequence[Source], limits: Limits, tls: tuple[str, str] | None = None) -> None:
        self.told: list[Changed] = []
        self.ahead_us = 0
        self._more = asyncio.Event()
        self.relay = RelayProcess(sources, limits, self._changed, now=self.now, tls=tls)

    def now(self) -> int:
        return now() + self.ahead_us

    def _changed(self, message: Changed) -> None:
        self.told.append(message)
        self._more.set()

    async def hears(self, fits: Callable[[Changed], bool]) -> Changed:
        """The first message that fits, also one told before."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for message in self.told:
                    if fits(message):
                        return message
                self._more.clear()
                await self._more.wait()

    def token(
        self, ticket: str = "t1", camera: str = "c1", *, lasts_s: float = 60.0, audio: bool = False, holder: str = ""
    ) -> str:
        return self.relay.admit(ticket, camera, self.now() + int(lasts_s * SECOND), audio=audio, holder=holder)

    def address(self, token: str, scheme: str = "ws") -> str:
        host, port = self.relay.address
        return f"{scheme}://{host}:{port}/{token}"

    def watch(self, token: str, scheme: str = "ws", **more: Any) -> connect:
        """`max_queue`: what a test does not read must not hold up the closing."""
        options: dict[str, Any] = {"compression": None, "max_size": 1 << 24, "max_queue": None}
        return connect(self.address(token, scheme), open_timeout=PATIENCE_S, **options, **more)

    async def ask(self, path: str, headers: str = "") -> tuple[bytes, bytes]:
        """Head and body of the whole answer."""
        reader, writer = await asyncio.open_connection(*self.relay.address)
        writer.write(f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())
        async with asyncio.timeout(PATIENCE_S):
            answer = await reader.read()
        writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        return head, body

    async def still(self, token: str, headers: str = "") -> tuple[bytes, bytes]:
        """A picture, once there is one: on a busy machine the relay may have waited for it in vain."""
        async with asyncio.timeout(PATIENCE_S):
            while (answer := await self.ask(f"{token}.jpg", headers))[0].startswith(b"HTTP/1.1 503"):
                pass
        return answer


@asynccontextmanager
async def house(*sources: Source, tls: tuple[str, str] | None = None, **limits: Any) -> AsyncIterator[House]:
    one = House(sources, Limits(**{"linger_s": 0.5, "stale_s": 0.6, "offline_s": 0.8, "look_s": 2.0} | limits), tls)
    running = asyncio.create_task(one.relay.run())
    try:
        yield one
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


class Shown(NamedTuple):
    """A fragment as a page takes it apart."""

    sample: bytes
    decode: int
    is_key: bool


def shown(message: bytes) -> Shown:
    assert message[36:40] == b"moof"
    return Shown(message[144:], int.from_bytes(message[92:100], "big"), message[128:132] == b"\x02\0\0\0")


async def pictures(socket: ClientConnection, count: int) -> list[Shown]:
    """The next ones, without what else is said."""
    found: list[Shown] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < count:
            message = await socket.recv()
            if isinstance(message, bytes) and message[4:8] == b"prft":
                found.append(shown(message))
    return found


async def said(socket: ClientConnection, **fields: object) -> dict[str, Any]:
    """The next word that has these fields."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message = await socket.recv()
            if isinstance(message, str):
                word: dict[str, Any] = json.loads(message)
                if fields.items() <= word.items():
                    return word
