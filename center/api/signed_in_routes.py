"""The routes for the sessions of others: who is signed in, and ending that.

Knows: paths and bodies.
Refuses to know: who may do it (the door says), and every secret by which a session is had: a session has a name that
opens nothing.
"""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from center.api import bodies
from center.api.front import FrontHere, RefusedError, Who
from center.api.routes import BEHIND, LATE, REFUSED, SIZES, STRANGER
from center.api.sessions import ACTING, Session

signed_in = APIRouter(prefix="/api/sessions", tags=["sign-in"], responses={**STRANGER, **REFUSED, **BEHIND})


class SessionOut(BaseModel):
    """`since`, where from, and what its person asked the door for last; `mine`: the one that asks."""

    session: str
    operator: str
    name: str
    agency: str
    role: str
    since: int
    address: str
    last_act: str
    last_at: int
    mine: bool


class EndSession(bodies.Act):
    reason: bodies.Line


@signed_in.get("")
async def get_sessions(front: FrontHere, who: Who) -> list[SessionOut]:
    """Who is signed in, the oldest first."""
    await front.ask(who, "session.look", "sessions", bodies.Act())
    return [_out(session) for session in front.sessions.living()]


@signed_in.post("/{session}/end", responses={**SIZES, **LATE})
async def end_session(session: bodies.Id, body: EndSession, front: FrontHere, who: Who) -> bodies.Granted:
    """End somebody's session at once, and its sockets; its page says by whom and why."""
    theirs = next((one for one in front.sessions.living() if one.session == session), None)
    subject = f"{theirs.operator.operator} {session}" if theirs else session
    await front.ask(who, "session.revoke", subject, body, reason=body.reason)
    if theirs is None or not front.sessions.end(session, f"{who.name} has ended it: {body.reason}"):
        raise RefusedError(409, "this session is over already")
    why = f"by {who.operator}: {body.reason}"[:200]
    front.note(theirs.operator.operator, "ended", theirs.address, why, cameras_close=True)
    return bodies.Granted()


def _out(it: Session) -> SessionOut:
    who = it.operator
    return SessionOut(
        session=it.session,
        operator=who.operator,
        name=who.name,
        agency=who.agency,
        role=who.role,
        since=it.since,
        address=it.address,
        last_act=it.last_act,
        last_at=it.last_at,
        mine=it is ACTING.get(),
    )
