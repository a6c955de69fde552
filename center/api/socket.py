"""`/ws/operators`: the room, live.

Knows: who may open the socket, and what goes over it first.
Refuses to know: what is in a frame.
"""

from __future__ import annotations

import asyncio

from fastapi import HTTPException, WebSocket, WebSocketDisconnect

from center.api import bodies
from center.api.board import encode
from center.api.front import Front, RefusedError
from center.api.live import Live, TooManyWatchersError, Watcher
from center.api.routes import person_out
from center.api.sessions import COOKIE
from center.site import OperatorSettings

SIGN_IN_FIRST, REFUSED, TRY_LATER = 4401, 4403, 1013


async def watch(socket: WebSocket) -> None:
    """Hello, the state, then what changes, until the client goes. The client has nothing to say here."""
    front: Front = socket.app.state.front
    who = front.sessions.who(socket.cookies.get(COOKIE))
    if who is None or not _same_origin(socket):
        await socket.close(SIGN_IN_FIRST, "sign in first")
        return
    try:
        await front.ask(who, "room.watch", "room", bodies.Act())
        async with front.live.watch(front.withheld(who)) as watcher:
            await socket.accept()
            await socket.send_text(_hello(front, who))
            sending = asyncio.ensure_future(_send(socket, front.live, watcher))
            try:
                while (await socket.receive())["type"] != "websocket.disconnect":
                    pass
            finally:
                sending.cancel()
    except (RefusedError, HTTPException):
        await socket.close(REFUSED, "refused")
    except TooManyWatchersError:
        await socket.close(TRY_LATER, "too many watchers")


async def _send(socket: WebSocket, live: Live, watcher: Watcher) -> None:
    try:
        async for text in live.frames(watcher):
            await socket.send_text(text)
    except WebSocketDisconnect:
        return  # the receiving side notices too, and ends the watch


def _hello(front: Front, who: OperatorSettings) -> str:
    site = front.assembly.site
    hello = {
        "type": "hello",
        "now": front.assembly.clock.now(),
        "rate": site.clock.rate if site.clock else 1.0,
        "simulated": site.site.simulated,
        "site": site.site.name,
        "operator": person_out(who).model_dump(),
    }
    return encode(hello).decode()


def _same_origin(socket: WebSocket) -> bool:
    """Browsers send where a page came from; another site's page must not ride on this one's cookie."""
    origin = socket.headers.get("origin")
    return origin is None or origin.partition("://")[2] == socket.headers.get("host")
