"""The people in the room, at a real center's consoles.

Knows: signing in, the WebSocket of frames, and POSTing acts, as docs/api.md has them.
Refuses to know: what a person makes of a frame (see devices/operator.py).
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable
from typing import Any

import websockets

from twin.wire_links import HttpPoster

RETRY_S = 0.3
AUDIT_PAGE = 1_000
MAX_FRAME_BYTES = 64 << 20


class SignInError(RuntimeError):
    """The center does not let this person in."""


class Seat:
    """One person's console. `shown(frame)` is called on the event loop for every frame; after a lost connection the
    next frames begin with the whole state again."""

    def __init__(
        self, center: tuple[str, int], operator: str, token: str | None, shown: Callable[[bytes], None]
    ) -> None:
        self._center = center
        self._operator = operator
        self._token = token
        self._shown = shown
        self._cookie = ""
        self._poster: HttpPoster | None = None
        self._watching: asyncio.Task[None] | None = None

    async def sit_down(self) -> None:
        """Sign in and watch. Raises SignInError."""
        await self._sign_in()
        self._watching = asyncio.create_task(self._watch())

    def post(self, path: str, body: dict[str, str], answered: Callable[[bool], None]) -> None:
        """Put an act to the center; `answered(granted)` is called on the event loop if there is an answer."""
        if self._poster is not None:
            self._poster.post(path, "application/json", json.dumps(body).encode(), answered)

    async def leave(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._poster is not None:
            await asyncio.to_thread(self._poster.close)

    async def _sign_in(self) -> None:
        self._cookie = await asyncio.to_thread(_sign_in, self._center, self._operator, self._token)
        if self._poster is not None:
            await asyncio.to_thread(self._poster.close)
        self._poster = HttpPoster(self._center, {"Cookie": self._cookie})

    async def _watch(self) -> None:
        host, port = self._center
        while True:
            try:
                async with websockets.connect(
                    f"ws://{host}:{port}/ws/operators",
                    additional_headers={"Cookie": self._cookie},
                    compression=None,
                    max_size=MAX_FRAME_BYTES,
                ) as socket:
                    async for frame in socket:
                        self._shown(frame if isinstance(frame, bytes) else frame.encode())
            except (OSError, websockets.WebSocketException):
                pass  # the center is away; sessions end with it
            await asyncio.sleep(RETRY_S)
            try:
                await self._sign_in()
            except (OSError, http.client.HTTPException, SignInError):
                continue


def audit_trail(center: tuple[str, int], auditor: str) -> tuple[dict[str, Any], ...]:
    """All lines of the center's audit trail, oldest first, as its auditor reads them. Raises SignInError, OSError."""
    cookie = _sign_in(center, auditor, None)
    connection = http.client.HTTPConnection(*center, timeout=5.0)
    lines: dict[str, dict[str, Any]] = {}
    before = ""
    try:
        while True:
            connection.request("GET", f"/api/audit?limit={AUDIT_PAGE}{before}", headers={"Cookie": cookie})
            response = connection.getresponse()
            said = response.read()
            if response.status != 200:
                raise SignInError(f"{auditor}: {response.status} {said[:500]!r}")
            page = {line["id"]: line for line in json.loads(said)}
            if page.keys() <= lines.keys():
                return tuple(reversed(lines.values()))
            lines |= page  # what has the same moment as the page's last line comes again
            before = f"&before={lines[next(reversed(lines))]['at'] + 1}"
    finally:
        connection.close()


def _sign_in(center: tuple[str, int], operator: str, token: str | None) -> str:
    connection = http.client.HTTPConnection(*center, timeout=5.0)
    try:
        body = {"operator": operator} | ({"token": token} if token else {})
        connection.request("POST", "/api/session", json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            raise SignInError(f"{operator}: {response.status} {response.read(500)!r}")
        return str(response.headers["set-cookie"]).partition(";")[0]
    finally:
        connection.close()
