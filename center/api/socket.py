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
from center.api.guard import is_ours
from center.api.live import Live, TooManyPagesError, TooManyWatchersError, Watcher
from center.api.session_routes import person_out
from center.api.sessions import ACTING
from center.core import access
from center.site_sign_in import OperatorSettings

SIGN_IN_FIRST, REFUSED, TRY_LATER = 4401, 4403, 1013


async def watch(socket: WebSocket) -> None:
    """Hello, the state, then what changes, until the client goes. The client has nothing to say here."""
    front: Front = socket.app.state.front
    secret = socket.cookies.get(front.cookie, "")
    session = front.sessions.session(secret)
    if session is None or not is_ours(socket.headers, front):
        await socket.close(SIGN_IN_FIRST, "sign in first")
        return
    ACTING.set(session)
    who = session.operator
    try:
        with front.live.page(who.operator):
            await front.ask(who, "room.watch", "room", bodies.Act())
            await _show(socket, front, who, secret)
    except TooManyPagesError as error:
        front.crowded(who, socket.client.host if socket.client else "", str(error))
        await socket.accept()  # a page cannot read the answer to a handshake
        await socket.close(TRY_LATER, str(error))
    except (RefusedError, HTTPException):
        await socket.close(REFUSED, "refused")
    except TooManyWatchersError:
        await socket.close(TRY_LATER, "too many watchers")


async def _show(socket: WebSocket, front: Front, who: OperatorSettings, secret: str) -> None:
    """Until the client or its session goes. Raises TooManyWatchersError."""
    async with front.live.watch(front.audience(who)) as watcher:
        await socket.accept()
        await socket.send_text(_hello(front, who))
        works = [
            asyncio.ensure_future(work)
            for work in (_send(socket, front.live, watcher), _listen(socket), front.sessions.ended(secret))
        ]
        try:
            await asyncio.wait(works[1:], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for work in works:
                work.cancel()
        if works[2].done() and not works[2].cancelled():
            await socket.close(SIGN_IN_FIRST, "the session is over")


async def _listen(socket: WebSocket) -> None:
    """Until the client goes."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _send(socket: WebSocket, live: Live, watcher: Watcher) -> None:
    try:
        async for text in live.frames(watcher):
            await socket.send_text(text)
    except WebSocketDisconnect:
        return  # the receiving side notices too, and ends the watch


def _people(front: Front, who: OperatorSettings) -> dict[str, str]:
    """What sign-in names stand for: everybody to the center's own people, to others who is of their agency."""
    site = front.assembly.site
    own = {agency.agency for agency in site.agencies if agency.own}
    return {one.operator: one.name for one in site.operators if who.agency in own or one.agency == who.agency}


def _hello(front: Front, who: OperatorSettings) -> str:
    site = front.assembly.site
    hello = {
        "type": "hello",
        "now": front.assembly.clock.now(),
        "rate": site.clock.rate if site.clock else 1.0,
        "simulated": site.site.simulated,
        "site": site.site.name,
        "operator": person_out(who).model_dump(),
        "acts": access.acts_of(who.role),
        "kinds": front.audience(who).kinds,
        "reasons": front.assembly.center.picture.site.grounds_of(who.agency).reasons,
        "people": _people(front, who),
    }
    return encode(hello).decode()
