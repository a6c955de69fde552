"""What every route shares: the center behind it, the person before it, and the door between.

Knows: how an act is put to the center and its durable reply awaited.
Refuses to know: paths, and what an act does.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable
from typing import Annotated, Protocol, TypeVar

from fastapi import Cookie, Depends, HTTPException, Request

from center.api import bodies
from center.api.live import Live
from center.api.map import SiteMap
from center.api.sessions import Sessions
from center.assembly import Assembly
from center.core import access
from center.core.effects import Audit, Reply
from center.core.events import Micros, OperatorActed
from center.relaying import Relaying
from center.site import OperatorSettings

REPLY_TIMEOUT_S = 10.0
"""How long a client waits for the disk before it is told to come back."""

Durable = TypeVar("Durable")


class Trail(Protocol):
    """The audit trail, to be read: the newest lines first, older than `before`, in which the named fields are so."""

    def latest(self, most: int, before: Micros | None, **equal: str | bool | None) -> list[Audit]: ...


class Front:
    """What the routes share. `started_s` and `seconds` are of a monotonic clock."""

    def __init__(
        self,
        assembly: Assembly,
        sessions: Sessions,
        live: Live,
        site_map: SiteMap,
        trail: Trail,
        video: Relaying | None = None,
    ) -> None:
        self.assembly = assembly
        self.sessions = sessions
        self.live = live
        self.map = site_map
        self.trail = trail
        self.video = video
        self.started_s = asyncio.get_running_loop().time()

    async def ask(self, who: OperatorSettings, act: str, subject: str, body: bodies.Act, **said: str | None) -> Reply:
        """Put an act to the center and wait for the durable answer. Raises HTTPException unless it is granted."""
        request = f"{who.operator}/{body.request or secrets.token_hex(8)}"
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

        def replied(reply: Reply) -> None:
            if not answer.done():
                answer.set_result(reply)

        self.assembly.act(
            OperatorActed(
                at=self.assembly.clock.now(),
                source="console",
                operator=who.operator,
                act=act,
                subject=subject,
                request=request,
                reason=said.pop("reason", None),
                case=said.pop("case", None),
                details={key: value for key, value in said.items() if value is not None},
            ),
            replied,
        )
        reply = await in_time(answer)
        if not reply.granted:
            raise RefusedError(409 if reply.late else 403, reply.why)
        return reply

    def withheld(self, who: OperatorSettings) -> tuple[str, ...]:
        """The lists of which the person is shown nothing."""
        return access.withheld(who.operator, self.assembly.center.picture)


async def in_time(waiting: Awaitable[Durable]) -> Durable:
    """What the disk must answer for. Raises HTTPException when it does not in time."""
    try:
        return await asyncio.wait_for(waiting, REPLY_TIMEOUT_S)
    except TimeoutError:
        raise HTTPException(503, "the disk is behind; come again", {"Retry-After": "2"}) from None


class RefusedError(Exception):
    """A refusal on its way to the client."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(status, why)
        self.status = status
        self.why = why


def _front(request: Request) -> Front:
    front: Front = request.app.state.front
    return front


def _signed_in(
    front: Annotated[Front, Depends(_front)], rtcc_session: Annotated[str | None, Cookie()] = None
) -> OperatorSettings:
    person = front.sessions.who(rtcc_session)
    if person is None:
        raise HTTPException(401, "sign in first")
    return person


FrontHere = Annotated[Front, Depends(_front)]
Who = Annotated[OperatorSettings, Depends(_signed_in)]
