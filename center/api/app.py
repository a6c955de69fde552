"""The operators' HTTP server as an ASGI application.

Knows: which routes there are, and where the built page lies.
Refuses to know: what any route does, and what stands before all of them (see guard.py).
"""

from __future__ import annotations

import json
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from center.api.audit_routes import auditing
from center.api.bulletin_routes import telling
from center.api.community_routes import asking
from center.api.count_routes import counting
from center.api.front import Front, RefusedError
from center.api.guard import guard
from center.api.hold_routes import holding
from center.api.log_routes import log
from center.api.lookup_routes import looking_up
from center.api.message_routes import writing
from center.api.pattern_routes import patrolling
from center.api.routes import acting, reading
from center.api.session_routes import session
from center.api.sharing_routes import sharing
from center.api.signed_in_routes import signed_in
from center.api.socket import watch
from center.api.tip_routes import tipping
from center.api.video_routes import watching
from center.console import DIST

ROUTERS = (
    *(session, reading, acting, watching, patrolling, auditing, holding, log, asking, counting, writing, telling),
    *(sharing, looking_up, tipping, signed_in),
)
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
    for router in ROUTERS:
        app.include_router(router)
    app.add_api_websocket_route("/ws/operators", watch)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.middleware("http")(guard)
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
