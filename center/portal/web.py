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
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from center.links.http_server import Limits, serve
from center.portal import owner_page
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
    ) -> None:
        self._portal = portal
        self._kept = kept
        self._taking = Taking(portal)
        seconds = asyncio.get_running_loop().time
        self._page = OwnerPage(portal, self._taking, ZoneInfo(timezone), seconds, is_secure=is_secure)

    async def run(self, sock: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        """Serves until cancelled."""
        await serve(self, sock, _LIMITS, tls, lambda: None, lambda: None)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method, path = scope["method"], scope["path"]
        if path == owner_page.PATH or path.startswith(f"{owner_page.PATH}/"):
            try:
                said = await self._page.said(method, path, headers, receive)
            except BrokenOffError:
                return  # nobody is there to be told
            await self._kept(said.position)
            await _reply(send, said, self._page.headers)
            return
        answer = await self._app(method, path, headers, receive)
        await self._kept(answer.position)
        await _reply(send, Said(answer.status, json.dumps(answer.said), "application/json"), _FOR_APPS)

    async def _app(self, method: str, path: str, headers: dict[str, str], receive: Receive) -> Answered:
        answers = _ANSWERS.fullmatch(path)
        if method == "GET" and path == f"{PATH}/asks":
            owner = self._portal.who(headers.get("authorization", ""))
            return self._portal.asks(owner) if owner else Answered(401, {"why": "who is this?"})
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
