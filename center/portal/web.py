"""The portal by HTTP.

Knows: paths and headers; that an app or a page is told so when the fact is durable.
Refuses to know: what any of it means (see portal), and forms (see owner_page).
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from center.links.http_server import Limits, serve
from center.portal import guesses, owner_page
from center.portal.guesses import Guesses
from center.portal.owner_page import OwnerPage, Said
from center.portal.portal import PATH, Answered, Portal
from center.portal.taking import BUSY, BrokenOffError, Receive, Taking, pieces

Scope: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LIMITS = Limits(connections=256, receive_s=300.0)
_ANSWERS = re.compile(re.escape(f"{PATH}/answers/") + r"([A-Za-z0-9_-]{1,64})")
_FOR_APPS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class PortalWeb:
    """`kept(position)` returns when the journal is durable up to there; times on the page are of `timezone`."""

    def __init__(
        self,
        portal: Portal,
        kept: Callable[[int], Awaitable[None]],
        timezone: str = "UTC",
        *,
        is_secure: bool = False,
        seconds: Callable[[], float] | None = None,
    ) -> None:
        self._portal = portal
        self._kept = kept
        self._taking = Taking(portal)
        seconds = seconds or asyncio.get_running_loop().time
        self._guesses = Guesses(seconds, portal.guessed)
        zone = ZoneInfo(timezone)
        self._page = OwnerPage(portal, self._taking, self._guesses, zone, seconds, is_secure=is_secure)

    async def run(self, sock: socket.socket, tls: ssl.SSLContext | None = None, proxies: Sequence[str] = ()) -> None:
        """Serves until cancelled. Where somebody comes from is believed of `proxies` only."""
        await serve(self, sock, _LIMITS, tls, lambda: None, lambda: None, proxies)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method, path, address = scope["method"], scope["path"], (scope.get("client") or ("",))[0]
        if path == owner_page.PATH or path.startswith(f"{owner_page.PATH}/"):
            try:
                said = await self._page.said(method, path, headers, receive, address)
            except BrokenOffError:
                return  # nobody is there to be told
            await self._kept(said.position)
            await _reply(send, said, self._page.headers)
            return
        if (method, path) == ("GET", f"{PATH}/asks"):
            answer, wait_s = self._asks(headers.get("authorization", ""), address)
        else:
            answer, wait_s = await self._app(method, path, headers, receive), 0
        await self._kept(answer.position)
        later = (("retry-after", str(wait_s)),) if wait_s else ()
        await _reply(send, Said(answer.status, json.dumps(answer.said), "application/json", later), _FOR_APPS)

    def _asks(self, authorization: str, address: str) -> tuple[Answered, int]:
        """The answer, and for how many seconds none is given."""
        wait_s = self._guesses.wait_s(address)
        if wait_s:
            return Answered(429, {"why": f"{guesses.WHY}; wait {wait_s} s"}), wait_s
        owner = self._portal.who(authorization)
        if owner is None:
            self._guesses.wrong(address)
            return Answered(401, {"why": "who is this?"}), 0
        return self._portal.asks(owner), 0

    async def _app(self, method: str, path: str, headers: dict[str, str], receive: Receive) -> Answered:
        answers = _ANSWERS.fullmatch(path)
        if method == "POST" and answers:
            return await self._answered(answers[1], headers, receive)
        return Answered(404, {"why": "there is nothing here"})

    async def _answered(self, token: str, headers: dict[str, str], receive: Receive) -> Answered:
        if self._taking.is_full:
            return BUSY
        begun = self._portal.begin(token, headers.get("community-manifest", ""), headers.get("community-signature", ""))
        return begun if isinstance(begun, Answered) else await self._taking.take(begun, pieces(receive))


async def _reply(send: Send, said: Said, beside: Mapping[str, str]) -> None:
    body = said.body.encode()
    shown = [("content-type", said.kind), ("content-length", str(len(body))), *beside.items(), *said.headers]
    headers = [(name.encode(), value.encode()) for name, value in shown]
    await send({"type": "http.response.start", "status": said.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
