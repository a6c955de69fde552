"""The routes by which people come in and leave.

Knows: paths, cookies and status codes of `/api/session`, and that whoever is not let in is told why, in words.
Refuses to know: how a provider's word is checked (see openid.py), and what a person may do once inside.

Whoever came in, was refused, or left is in the audit trail; a code, a token or a cookie is not, nor in any log.
"""

from __future__ import annotations

import html
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Cookie, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from center.api import bodies
from center.api.front import Front, FrontHere, Secret, Who
from center.api.openid import PENDING_FOR_S, SignInError
from center.api.routes import BEHIND, OFTEN, SIZES, STRANGER
from center.core.roster import ROLES
from center.site_sign_in import OperatorSettings, SignInSettings

BEGUN = "rtcc_sign_in"
PATH = "/api/session"
MAX_PARAMETER_CHARS = 4_096
ELSEWHERE = "you signed out everywhere, in another browser"
NOT_KNOWN = "no such person, or a wrong token"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Not signed in</title>
<h1>You were not signed in</h1><p>{why}</p><p><a href="/">Back to the sign-in page</a></p></html>"""

session = APIRouter(prefix=PATH, tags=["sign-in"])


def person_out(who: OperatorSettings) -> bodies.Person:
    return bodies.Person(operator=who.operator, name=who.name, agency=who.agency, role=who.role)


@session.get("", responses=STRANGER)
async def get_session(who: Who) -> bodies.Person:
    """Who is signed in. A page that is used says so by asking, and its session does not grow idle."""
    return person_out(who)


@session.get("/demo", responses={404: {"description": "a real site has no demo people"}})
async def get_demo_people(front: FrontHere) -> list[bodies.Person]:
    """The people anyone may sign in as, on a simulated site."""
    people = front.sessions.demo_people()
    if people is None:
        raise HTTPException(404, "this is not a simulated site")
    return [person_out(person) for person in people]


@session.get("/ways")
async def get_ways(front: FrontHere) -> bodies.Ways:
    """How one signs in here."""
    tokens = any(person.token_sha256 is not None for person in front.assembly.site.operators)
    return bodies.Ways(provider=front.openid is not None, tokens=tokens)


@session.post("", responses={401: {"description": NOT_KNOWN}, **SIZES, **OFTEN, **BEHIND})
async def sign_in(
    body: bodies.SignIn,
    front: FrontHere,
    request: Request,
    response: Response,
    secret: Secret,
) -> bodies.Person:
    """By a token; without one as a demo person of a simulated site, unless a provider stands before them."""
    address = _address(request)
    front.slow_down(address, body.operator)
    person = front.sessions.by_token(body.operator, body.token)
    if person is None:
        front.failed(address, body.operator)
        # A name that nobody has may be a token in the wrong field; the trail is no place for it.
        named = body.operator if front.sessions.known(body.operator) else ""
        await front.record(named, "refused", address, NOT_KNOWN)
        raise HTTPException(401, NOT_KNOWN)
    await _let_in(person, front, address, response, secret)
    return person_out(person)


@session.delete("", status_code=204)
async def sign_out(
    front: FrontHere,
    request: Request,
    response: Response,
    secret: Secret,
    everywhere: Annotated[bool, Query()] = False,
) -> None:
    """Here; `everywhere` also in every other browser of the same person."""
    person = front.sessions.sign_out(secret)
    response.delete_cookie(front.cookie, path="/", secure=front.is_secure)
    if person is None:
        return
    others = front.sessions.sign_out_everywhere(person.operator, ELSEWHERE) if everywhere else 0
    why, was_last = f"and {others} more" if others else "", not front.sessions.is_here(person.operator)
    front.note(person.operator, "ended", _address(request), why, cameras_close=was_last)


@session.get("/provider", include_in_schema=False)
async def to_provider(front: FrontHere, request: Request, person: str = "") -> Response:
    """On to the provider, which sends people back to `/callback`."""
    address = _address(request)
    front.slow_down(address)
    if front.openid is None:
        return _not_signed_in("This site has no provider to sign in with.", 404)
    home = urlsplit(front.openid.redirect)
    if request.headers.get("host") != home.netloc:  # the cookie must be where people come back to
        onward = urlencode({"person": person[:100]})
        return RedirectResponse(f"{home.scheme}://{home.netloc}{PATH}/provider?{onward}", 303)
    try:
        start = await front.openid.begin(person[:100] or None)
    except SignInError as error:
        return await _refused(front, address, error)
    response = RedirectResponse(start.url, 303)
    response.set_cookie(
        BEGUN, start.browser, int(PENDING_FOR_S), path=PATH, httponly=True, samesite="lax", secure=front.is_secure
    )
    return response


@session.get("/callback", include_in_schema=False)
async def from_provider(
    front: FrontHere,
    request: Request,
    secret: Secret,
    rtcc_sign_in: Annotated[str | None, Cookie()] = None,
) -> Response:
    """Back from the provider: in, or a page that says why not."""
    address = _address(request)
    front.slow_down(address)
    if front.openid is None:
        return _not_signed_in("This site has no provider to sign in with.", 404)
    said = {key: value for key, value in request.query_params.items() if len(value) <= MAX_PARAMETER_CHARS}
    try:
        person = known(await front.openid.finish(rtcc_sign_in, said), front)
    except SignInError as error:
        return await _refused(front, address, error)
    response = RedirectResponse("/", 303)
    response.delete_cookie(BEGUN, path=PATH)
    await _let_in(person, front, address, response, secret)
    return response


def known(claims: dict[str, Any], front: Front) -> OperatorSettings:
    """The person of this site whom a provider's claims mean. Raises SignInError."""
    wanted: SignInSettings = front.assembly.site.sign_in
    name = claims.get(wanted.person)
    if not isinstance(name, str) or not name or not name.isprintable():  # half a letter cannot even be written down
        raise SignInError("The provider does not say who you are.", f"no claim {wanted.person}")
    who = name[:100]
    person = front.sessions.known(name)
    if person is None:
        raise SignInError(f"The provider knows you as {who}; this site knows nobody of that name.", "unknown here", who)
    for claim, is_so in ((wanted.roles, person.role), (wanted.agency, person.agency)):
        said = claims.get(claim) if claim else None
        words = said if isinstance(said, list) else [said]
        if claim and wanted.called.get(is_so, is_so) not in words:
            raise SignInError(f"The provider does not say that you are {is_so}.", f"{claim} lacks {is_so}", who)
    return person


async def _let_in(
    person: OperatorSettings, front: Front, address: str, response: Response, instead_of: str | None
) -> None:
    assert person.role in ROLES
    await front.record(person.operator, "opened", address)
    front.came_in(address, person.operator)
    secret = front.sessions.open(person, instead_of, address, front.assembly.clock.now())
    response.set_cookie(
        front.cookie,
        secret,
        max_age=int(front.sessions.session_s),
        path="/",
        httponly=True,
        samesite="strict",
        secure=front.is_secure,
    )


async def _refused(front: Front, address: str, error: SignInError) -> Response:
    front.failed(address)
    await front.record(error.who, "refused", address, error.why)
    return _not_signed_in(error.said, 403)


def _not_signed_in(why: str, status: int) -> HTMLResponse:
    response = HTMLResponse(PAGE.format(why=html.escape(why)), status)
    response.delete_cookie(BEGUN, path=PATH)
    return response


def _address(request: Request) -> str:
    return request.client.host[:60] if request.client else ""
