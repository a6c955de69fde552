"""What every route shares: the center behind it, the person before it, and the door between.

Knows: how an act is put to the center and its durable reply awaited.
Refuses to know: paths, and what an act does.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

from fastapi import Depends, HTTPException, Request

from center.api import bodies
from center.api.live import Live
from center.api.map import SiteMap
from center.api.openid import OpenId
from center.api.sessions import ACTING, Sessions, cookie
from center.assembly import Assembly
from center.core import access, audiences
from center.core.effects import Audit, Reply
from center.core.events import Micros, OperatorActed
from center.core.session_events import SessionChanged
from center.limits import MAX_KEYS, Limit, kin
from center.portal.portal import Portal
from center.relaying import Relaying
from center.site_sign_in import OperatorSettings
from center.store.audit import Line

REPLY_TIMEOUT_S = 10.0
"""How long a client waits for the disk before it is told to come back."""

SIGN_IN_FIRST = "sign in first"
SIGN_INS, SIGN_INS_PER_S = 300, 5.0
"""From one address, behind which there may be a whole room."""
FAILURES, FAILURES_PER_S = 10, 0.2
"""From one address, and as one person; the latter not where that person has come in from before, so that nobody can
keep them out of their own room by guessing."""
SEARCHES, SEARCHES_PER_S = 60, 1.0
READS, READS_PER_S = 600, 20.0
"""A page asks for some twenty things when it is opened, and for a picture of each read that is looked at: three windows
of a busy person stay far below."""
SPELL_PER_S = 1 / 600
"""Who reads faster than that is told each time, and stands in the trail once in ten minutes."""
CROWDED_PER_S = 1 / 60
"""A page that is one too many comes again and again; the trail has one line a minute of it."""

Durable = TypeVar("Durable")


class Trail(Protocol):
    """The audit trail, to be read (store/audit.py)."""

    def latest(self, most: int, before: Micros | None, since: int = 0, **equal: str | bool | None) -> list[Audit]: ...
    def pages(self, since: int = 0, until: int = 2**62) -> Iterator[list[Line]]: ...
    def looks(self, since: int, until: int, acts: tuple[str, ...]) -> list[Audit]: ...
    def about(self, subjects: Sequence[str], acts: tuple[str, ...]) -> list[Audit]: ...
    def line(self, identity: str) -> Audit | None: ...
    def digest_before(self, at: int) -> str: ...


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
        portal: Portal | None = None,
        openid: OpenId | None = None,
    ) -> None:
        self.assembly = assembly
        self.sessions = sessions
        self.live = live
        self.map = site_map
        self.trail = trail
        self.video = video
        self.portal = portal
        self.openid = openid
        self.is_secure = assembly.site.api.is_secure
        self.cookie = cookie(is_secure=self.is_secure)
        self.public = (assembly.site.api.public or "").rstrip("/") or None
        self.started_s = asyncio.get_running_loop().time()
        seconds = sessions.seconds
        self._sign_ins = Limit(SIGN_INS, SIGN_INS_PER_S, seconds)
        self._failures = Limit(FAILURES, FAILURES_PER_S, seconds)
        self._searches = Limit(SEARCHES, SEARCHES_PER_S, seconds)
        self._reads = Limit(READS, READS_PER_S, seconds)
        self._hurried = Limit(1, SPELL_PER_S, seconds)
        self._crowded = Limit(1, CROWDED_PER_S, seconds)
        self._been_here: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def ask(self, who: OperatorSettings, act: str, subject: str, body: bodies.Act, **said: str | None) -> Reply:
        """Put an act to the center and wait for the durable answer. Raises HTTPException unless it is granted."""
        if (session := ACTING.get()) is not None:
            session.did(act, self.assembly.clock.now())
        request = f"{who.operator}/{_request(body.request, who.operator, act, subject, said)}"
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

    def kept(self, clip: str) -> Path | None:
        """Where a clip that is kept lies."""
        keeper = self.video.keeper if self.video else self.portal.keeper if self.portal else None
        return keeper.path(clip) if keeper else None

    async def record(self, operator: str, what: str, address: str, why: str = "") -> None:
        """Put down what happened at the door; returns when it cannot be lost any more."""
        await in_time(self.live.kept(self.note(operator, what, address, why)))

    def note(self, operator: str, what: str, address: str, why: str = "", *, cameras_close: bool = False) -> int:
        """The same for what has happened whether it is kept or not. The position it has in the journal."""
        event = SessionChanged(
            at=self.assembly.clock.now(),
            source="console",
            operator=operator,
            what=what,
            address=address,
            why=why,
            cameras_close=cameras_close,
        )
        return self.assembly.host.submit((event,))

    def crowded(self, who: OperatorSettings, address: str, why: str) -> None:
        """A person was refused one more page."""
        if not self._crowded.wait_s(who.operator):
            self._crowded.spend(who.operator)
            self.note(who.operator, "crowded", address, why)

    def slow_down(self, address: str, person: str = "") -> None:
        """Raises HTTPException when somebody has tried to sign in too often: from there, or as that person."""
        address = kin(address)
        waits = [self._sign_ins.wait_s(address), self._failures.wait_s(address)]
        if person and (person, address) not in self._been_here:
            waits.append(self._failures.wait_s(f"as {person}"))
        _unless_soon(max(waits), "too many sign-ins")
        self._sign_ins.spend(address)

    def failed(self, address: str, person: str = "") -> None:
        """Somebody was not let in."""
        self._failures.spend(kin(address))
        if person:
            self._failures.spend(f"as {person}")

    def came_in(self, address: str, person: str) -> None:
        """Somebody was let in: what others guess elsewhere in their name does not keep them out where they work."""
        here = (person, kin(address))
        self._been_here[here] = None
        self._been_here.move_to_end(here)
        while len(self._been_here) > MAX_KEYS:
            self._been_here.popitem(last=False)

    def searches(self, who: OperatorSettings) -> None:
        """Raises HTTPException when a person searches faster than anybody reads."""
        _unless_soon(self._searches.wait_s(who.operator), "too many searches")
        self._searches.spend(who.operator)

    def reads(self, who: OperatorSettings, address: str) -> None:
        """Raises HTTPException when somebody asks for more than a person looks at."""
        wait_s = self._reads.wait_s(who.operator)
        if wait_s and not self._hurried.wait_s(who.operator):
            self._hurried.spend(who.operator)
            self.note(who.operator, "hurried", address, "reads faster than any page does")
        _unless_soon(wait_s, "too much is read at once")
        self._reads.spend(who.operator)

    def may(self, who: OperatorSettings, act: str) -> None:
        """Ask the door about what shows nothing of any person or case, and leaves no line. Raises RefusedError."""
        answer = access.allow(
            who.operator, act, "", access.Why(), self.assembly.clock.now(), self.assembly.center.picture
        )
        if isinstance(answer, access.Refusal):
            raise RefusedError(403, answer.why)

    def audience(self, who: OperatorSettings) -> audiences.Audience:
        """Whom the person is shown the room with."""
        return audiences.of(who.operator, self.assembly.center.picture)

    def withheld(self, who: OperatorSettings) -> tuple[str, ...]:
        """The lists of which the person is shown nothing."""
        return access.withheld(who.operator, self.assembly.center.picture)


def _request(given: str | None, who: str, act: str, subject: str, said: Mapping[str, str | None]) -> str:
    """By what an act is known, so that the same one sent twice is one. Who asks for what is part of it: a client's word
    for a request that was granted must not open the door for another, nor for somebody whose name ends otherwise."""
    if given is None:
        return secrets.token_hex(8)
    words = sorted((key, value) for key, value in said.items() if value is not None)
    asked = json.dumps([who, act, subject, words])
    return f"{given}/{hashlib.sha256(asked.encode()).hexdigest()[:16]}"


def _unless_soon(wait_s: int, what: str) -> None:
    if wait_s:
        raise HTTPException(429, f"{what}; wait {wait_s} s", {"Retry-After": str(wait_s)})


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


async def _secret(front: Annotated[Front, Depends(_front)], request: Request) -> str | None:
    return request.cookies.get(front.cookie)


async def _signed_in(
    front: Annotated[Front, Depends(_front)], secret: Annotated[str | None, Depends(_secret)], request: Request
) -> OperatorSettings:
    session = front.sessions.session(secret)
    if session is None:
        raise HTTPException(401, front.sessions.why_over(secret) or SIGN_IN_FIRST)
    ACTING.set(session)
    if request.method == "GET":
        front.reads(session.operator, request.client.host if request.client else "")
    return session.operator


FrontHere = Annotated[Front, Depends(_front)]
Secret = Annotated[str | None, Depends(_secret)]
"""What the browser's cookie holds; None where it has none."""
Who = Annotated[OperatorSettings, Depends(_signed_in)]


def _searching(front: FrontHere, who: Who) -> OperatorSettings:
    front.searches(who)
    return who


Searcher = Annotated[OperatorSettings, Depends(_searching)]
"""Who, of a route that looks persons or plates up: not too many at once."""
