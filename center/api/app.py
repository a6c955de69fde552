"""The operators' HTTP server as an ASGI application.

Knows: which routes there are, which headers every answer carries, and where the built page lies.
Refuses to know: what any route does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from center.api.front import Front, RefusedError
from center.api.pattern_routes import patrolling
from center.api.routes import acting, reading, session
from center.api.socket import watch
from center.api.video_routes import watching
from center.console import DIST

MAX_BODY_BYTES = 64 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; media-src blob:; worker-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_POLICY = "Content-Security-Policy"
_HOST = re.compile(r"[A-Za-z0-9.-]+")
"""Names a policy may hold; whoever is asked by another one serves no video to that page."""
FOR_EVER = "public, max-age=31536000, immutable"
NOT_BUILT = """<!doctype html><title>RTCC</title>
<h1>The operators' page has not been built</h1>
<p>Run <code>make console</code>. The interface under <code>/api</code> works without it: see
<code>/api/openapi.json</code>.</p>"""


def create(front: Front, dist: Path = DIST) -> FastAPI:
    """The application in front of one center."""
    app = FastAPI(
        title="RTCC operators' interface",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.front = front
    for router in (session, reading, acting, watching, patrolling):
        app.include_router(router)
    app.add_api_websocket_route("/ws/operators", watch)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.middleware("http")(_guard)
    if (dist / "index.html").exists():
        app.mount("/", StaticFiles(directory=dist, html=True), name="console")
    else:
        app.add_api_route("/", _not_built, include_in_schema=False, response_class=HTMLResponse)
    return app


async def _not_built() -> HTMLResponse:
    return HTMLResponse(NOT_BUILT, 503)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RefusedError)
    return JSONResponse({"granted": False, "why": error.why}, error.status)


async def _malformed(_: Request, error: Exception) -> Response:
    """Names the fields. What was said there is not said back: it may be a secret, or nothing that UTF-8 can hold."""
    assert isinstance(error, RequestValidationError)
    detail = [{key: one[key] for key in ("loc", "msg", "type")} for one in error.errors()]
    return Response(json.dumps({"detail": detail}), 422, media_type="application/json")


async def _guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """No large bodies in, strict headers out."""
    response = _unfit(request) or await call_next(request)
    response.headers.update(HEADERS)
    front: Front = request.app.state.front
    if front.video is not None and _HOST.fullmatch(request.url.hostname or ""):
        relay = f"connect-src 'self' {front.video.address(request.url.hostname)};"
        response.headers[_POLICY] = HEADERS[_POLICY].replace("connect-src 'self';", relay)
    if request.url.path.startswith("/assets/") and response.status_code < 400:
        response.headers["Cache-Control"] = FOR_EVER  # their names change with their content
    else:
        response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _unfit(request: Request) -> Response | None:
    """The answer to a body that is not even read."""
    length = request.headers.get("content-length", "0")
    if request.method == "POST" and (not length.isdigit() or int(length) > MAX_BODY_BYTES):
        return JSONResponse({"detail": f"a body may have at most {MAX_BODY_BYTES} bytes"}, 413)
    if request.method == "POST" and "transfer-encoding" in request.headers:
        return JSONResponse({"detail": "a body must state its length"}, 411)
    return None
