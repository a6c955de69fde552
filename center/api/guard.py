"""What stands before every route: no large bodies, no other site's page, and strict headers on every answer.

Knows: HTTP's headers, and which of them a browser does not let a page forge.
Refuses to know: any route, and who is signed in.

A changing request from a browser must come from our own page: the browser says so (`Sec-Fetch-Site`, `Origin`), and the
page adds a header that no form and no other site's script can send without asking first (`X-RTCC`). A program that is
no browser sends none of them and has no cookie that another site could use.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from center.api.front import Front

MAX_BODY_BYTES = 64 * 1024
MOST_DIGITS = 10
"""Nobody writes the length of a body with more; zeros before it would be taken for less than it is."""
OURS = "x-rtcc"
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; media-src blob:; worker-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
SECURE = {"Strict-Transport-Security": "max-age=31536000"}
_POLICY = "Content-Security-Policy"
_HOST = re.compile(r"[A-Za-z0-9.-]+")
"""Names a policy may hold; whoever is asked by another one serves no video to that page."""
FOR_EVER = "public, max-age=31536000, immutable"


async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """No large bodies in, nothing that another site asks for, strict headers out."""
    front: Front = request.app.state.front
    response = _unfit(request) or _foreign(request, front) or await call_next(request)
    response.headers.update(HEADERS | (SECURE if front.is_secure else {}))
    if front.video is not None and _HOST.fullmatch(request.url.hostname or ""):
        relay = f"connect-src 'self' {front.video.address(request.url.hostname)};"
        response.headers[_POLICY] = HEADERS[_POLICY].replace("connect-src 'self';", relay)
    path = request.url.path
    if path.startswith("/assets/") and response.status_code < 400:
        response.headers["Cache-Control"] = FOR_EVER  # their names change with their content
    else:
        response.headers["Cache-Control"] = "no-store" if path.startswith("/api/") else "no-cache"
    return response


def _unfit(request: Request) -> Response | None:
    """The answer to a body that is not even read."""
    if request.method not in CHANGING:
        return None
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or len(length) > MOST_DIGITS or int(length) > MAX_BODY_BYTES:
        return JSONResponse({"detail": f"a body may have at most {MAX_BODY_BYTES} bytes"}, 413)
    if "transfer-encoding" in request.headers:
        return JSONResponse({"detail": "a body must state its length"}, 411)
    return None


def _foreign(request: Request, front: Front) -> Response | None:
    """The answer to what another site's page has a browser ask for."""
    if request.method not in CHANGING:
        return None
    headers = request.headers
    told = headers.get("sec-fetch-site")
    if told not in (None, "same-origin", "none") or not is_ours(headers, front):
        return JSONResponse({"detail": "asked for by a page of another site"}, 403)
    if (told is not None or "origin" in headers) and OURS not in headers:
        return JSONResponse({"detail": f"a page says with the header {OURS} that it is ours"}, 403)
    return None


def is_ours(headers: Mapping[str, str], front: Front) -> bool:
    """Whether the page that asks, if it is one, came from here (RFC 6454; RFC 6455, section 10.2)."""
    origin = headers.get("origin")
    if origin is None or origin == front.public:
        return True
    scheme, _, authority = origin.partition("://")
    return authority == headers.get("host") and (scheme == "https" or not front.is_secure)
