"""The people in the room, at a real center's consoles.

Knows: signing in, the WebSocket of frames, and POSTing acts, as docs/api.md has them.
Refuses to know: what a person makes of a frame (see devices/operator.py).
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import websockets

from twin.wire_http import HttpPoster

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

    def post(self, path: str, body: dict[str, Any], answered: Callable[[bool], None]) -> None:
        """Put an act to the center; `answered(granted)` is called on the event loop if there is an answer."""
        if self._poster is not None:
            self._poster.post(path, "application/json", json.dumps(body).encode(), answered)

    async def leave(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._poster is not None:
            await self._poster.close()

    async def _sign_in(self) -> None:
        self._cookie = await asyncio.to_thread(_sign_in, self._center, self._operator, self._token)
        if self._poster is not None:
            await self._poster.close()
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


def read_as(center: tuple[str, int], operator: str, path: str) -> Any:
    """What a route answers to somebody. Raises SignInError, OSError."""
    cookie = _sign_in(center, operator, None)
    connection = http.client.HTTPConnection(*center, timeout=30.0)
    try:
        connection.request("GET", path, headers={"Cookie": cookie})
        response = connection.getresponse()
        said = response.read()
        if response.status != 200:
            raise SignInError(f"{operator}: {response.status} {said[:500]!r}")
        return json.loads(said)
    finally:
        connection.close()


def _sign_in(center: tuple[str, int], operator: str, token: str | None) -> str:
    """The cookie of a new session: by the provider where the center has one, as a browser would."""
    status, _, body = _asked(center, "GET", "/api/session/ways")
    if token is None and status == 200 and json.loads(body)["provider"]:
        return _by_provider(center, operator)
    said = json.dumps({"operator": operator} | ({"token": token} if token else {}))
    status, headers, body = _asked(center, "POST", "/api/session", said, {"Content-Type": "application/json"})
    if status != 200:
        raise SignInError(f"{operator}: {status} {body[:500]!r}")
    return _cookie(headers)


def _by_provider(center: tuple[str, int], operator: str) -> str:
    """To the provider with a cookie that says who began, and back with a code."""
    status, headers, body = _asked(center, "GET", f"/api/session/provider?{urlencode({'person': operator})}")
    if status == 303:
        begun = _cookie(headers)
        provider = urlsplit(headers["location"])
        there = (provider.hostname or "", provider.port or 80)
        status, headers, body = _asked(there, "GET", f"{provider.path}?{provider.query}")
    if status == 303:
        back = urlsplit(headers["location"])
        status, headers, body = _asked(center, "GET", f"{back.path}?{back.query}", None, {"Cookie": begun})
    if status != 303:
        raise SignInError(f"{operator}: {status} {body[:500]!r}")
    return next(cookie for cookie in _cookies(headers) if cookie.startswith("rtcc_session="))


def _cookies(headers: http.client.HTTPMessage) -> list[str]:
    return [cookie.partition(";")[0] for cookie in headers.get_all("set-cookie", [])]


def _cookie(headers: http.client.HTTPMessage) -> str:
    return _cookies(headers)[0]


def _asked(
    there: tuple[str, int], method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(*there, timeout=5.0)
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()
