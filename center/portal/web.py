"""The portal by HTTP.

Knows: paths, headers and bodies that come in pieces; that a clip is looked at by another process before it is kept, and
that an app is told so when the fact is durable.
Refuses to know: what any of it means (see portal).
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from center.links.http_server import Limits, serve
from center.portal.inspecting import found_in
from center.portal.portal import PATH, Answered, Portal, Upload
from center.portal.quarantine import FullError

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LOOKED_AT_ONCE = 2
"""So many clips are looked at at a time; whoever comes besides waits."""
MOST_AT_ONCE = 64
_LIMITS = Limits(connections=256, receive_s=300.0)
_ANSWERS = re.compile(re.escape(f"{PATH}/answers/") + r"([A-Za-z0-9_-]{1,64})")


class PortalWeb:
    """`kept(position)` returns when the journal is durable up to there."""

    def __init__(self, portal: Portal, kept: Callable[[int], Awaitable[None]]) -> None:
        self._portal = portal
        self._kept = kept
        self._looking = asyncio.Semaphore(LOOKED_AT_ONCE)
        self._coming = 0

    async def run(self, sock: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        """Serves until cancelled."""
        await serve(self, sock, _LIMITS, tls, lambda: None, lambda: None)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        answers = _ANSWERS.fullmatch(scope["path"])
        if scope["method"] == "GET" and scope["path"] == f"{PATH}/asks":
            owner = self._portal.who(headers.get("authorization", ""))
            answer = self._portal.asks(owner) if owner else Answered(401, {"why": "who is this?"})
        elif scope["method"] == "POST" and answers:
            answer = await self._answered(answers[1], headers, receive)
        else:
            answer = Answered(404, {"why": "there is nothing here"})
        await self._kept(answer.position)
        await _reply(send, answer)

    async def _answered(self, token: str, headers: dict[str, str], receive: Receive) -> Answered:
        if self._coming >= MOST_AT_ONCE:
            return Answered(503, {"why": "too many at once; try again later"})
        begun = self._portal.begin(token, headers.get("community-manifest", ""), headers.get("community-signature", ""))
        if isinstance(begun, Answered):
            return begun
        self._coming += 1
        try:
            return await self._taken(begun, receive)
        except BaseException:
            begun.incoming.forget()
            raise
        finally:
            self._coming -= 1

    async def _taken(self, upload: Upload, receive: Receive) -> Answered:
        while True:
            part = await receive()
            if part["type"] == "http.disconnect":
                upload.incoming.forget()
                return Answered(400, {"why": "it broke off"})
            try:
                upload.incoming.write(part.get("body", b""))
            except (FullError, OSError):
                upload.incoming.forget()
                return Answered(413, {"why": "it is larger than its manifest says"})
            if not part.get("more_body"):
                break
        wrong = self._portal.complete(upload)
        if wrong is not None:
            return wrong
        async with self._looking:
            found = await found_in(upload.incoming.path, self._portal.most_s)
        return self._portal.finish(upload, found)


async def _reply(send: Send, answer: Answered) -> None:
    body = json.dumps(answer.said).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
