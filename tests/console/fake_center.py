"""A stand-in for the center that speaks docs/api.md, for the page's own tests.

Knows: the interface, and how to be told to refuse, to die and to come back.
Refuses to know: detection of any kind; what it shows is scenery.
`python -m tests.console.fake_center --port 8100` runs it by hand.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, JSONResponse
from starlette.middleware.base import RequestResponseEndpoint
from starlette.requests import HTTPConnection

from center.console import DIST
from center.core import access
from center.core.audiences import KINDS
from tests.console.fake_parish import AGENCIES, BOUNDS, Parish, View, map_geojson, plate_picture
from tests.console.fake_scene import READERS, starting_views
from tests.patience import PATIENCE_S

START = 1_773_475_800_000_000  # 2026-03-14 08:10 UTC, ten past two at night in the parish
PEOPLE: list[View] = [
    {"operator": "landry", "name": "D. Landry", "agency": "cpso", "role": "operator"},
    {"operator": "fontenot", "name": "M. Fontenot", "agency": "cpso", "role": "supervisor"},
    {"operator": "savoie", "name": "G. Savoie", "agency": "cpso", "role": "auditor"},
    {"operator": "guidry", "name": "R. Guidry", "agency": "lcpd", "role": "operator"},
]
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
IDS = {
    "units": "unit",
    "aircraft": "icao",
    "alerts": "alert",
    "incidents": "incident",
    "feeds": "feed",
    "cameras": "camera",
}


class FakeCenter:
    """Everything a test may look at or change. Methods may be called from any thread."""

    def __init__(self, *, simulated: bool = True, units: int = 80, rate: float = 1.0, moving: bool = True) -> None:
        self.simulated, self.rate, self.moving = simulated, rate, moving
        self.began = time.monotonic()
        self.position = 0
        self.sessions: set[str] = set()
        self.received: list[tuple[str, View]] = []  # every request to act, repeats and refusals too
        self.acts: list[tuple[str, View]] = []  # what was done
        self.answers: dict[str, tuple[int, View]] = {}
        self.refusals: dict[str, tuple[int, str]] = {}
        self.turned_away = ""
        """Why nobody is shown the room."""
        self.parish = Parish(units_wanted=units)
        self.views: dict[str, dict[str, View]] = {kind: {} for kind in IDS}
        for kind, views in starting_views(self.now(), self.parish).items():
            self.put(kind, views)
        self.queues: set[asyncio.Queue[bytes | None]] = set()
        self.server: uvicorn.Server | None = None
        self.thread: threading.Thread | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def running(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    # --- the clock and what is true ------------------------------------------------------------------------------

    def now(self) -> int:
        return START + round((time.monotonic() - self.began) * 1e6 * self.rate)

    def put(self, kind: str, views: list[View]) -> None:
        for view in views:
            self.views[kind][view[IDS[kind]]] = view

    def state(self) -> View:
        lists = {kind: list(views.values()) for kind, views in self.views.items()}
        return {"type": "state", "position": self.position, "now": self.now(), **lists}

    def delta(self, **views: Any) -> None:
        """Changes what is true and tells every page; for tests, from their own thread."""
        self.call(lambda: self.tell(views))

    def tell(self, views: dict[str, Any]) -> None:
        for kind, items in views.items():
            if kind in IDS:
                self.put(kind, items)
        for kind, ids in views.get("gone", {}).items():
            for name in ids:
                self.views[kind].pop(name, None)
        self.position += 1
        frame = msgspec.json.encode({"type": "delta", "position": self.position, "now": self.now(), **views})
        for queue in self.queues:
            queue.put_nowait(frame)

    async def turn(self) -> None:
        """Once a second of wall time everything moves and every feed says something."""
        while True:
            moved, flown = self.parish.step(self.now(), self.rate)
            for feed in self.views["feeds"].values():
                if feed["state"] == "alive":
                    feed["last"] = self.now() - 200_000
                    feed["messages"] += 7
                    feed["events"] += 6
            if self.moving:
                self.tell({"units": moved, "aircraft": flown, "feeds": list(self.views["feeds"].values())})
            await asyncio.sleep(1)

    # --- acts ----------------------------------------------------------------------------------------------------

    def act(self, path: str, body: View, operator: str) -> tuple[int, View]:
        self.received.append((path, body))
        request = body.get("request")
        if request in self.answers:
            return self.answers[request]
        if path in self.refusals:
            status, why = self.refusals[path]
            return status, {"granted": False, "why": why}
        self.acts.append((path, body))
        kind, name, what = path.split("/")
        if kind == "alerts":
            self.decide(name, what, body, operator)
        elif (
            kind == "units" and what == "look" and not self.views["units"][name]["media"] and body["what"] != "position"
        ):
            return 403, {"granted": False, "why": "Other agencies share position only."}
        answer = (200, {"granted": True})
        if request is not None:
            self.answers[request] = answer
        return answer

    def decide(self, name: str, what: str, body: View, operator: str) -> None:
        alert = dict(self.views["alerts"][name])
        state = {"acknowledge": "acknowledged", "confirm": "confirmed", "dismiss": "dismissed"}[what]
        entry = {
            "at": self.now(),
            "operator": operator,
            "act": what,
            "action": body.get("action"),
            "note": body.get("note"),
            "disposition": body.get("disposition"),
        }
        alert |= {"state": state, "history": [*alert.get("history", []), entry]}
        if what == "confirm":
            sent = [
                {"message": f"{name}-{unit}", "unit": unit, "sent_at": self.now(), "state": "sent", "level": 0}
                for unit in ("C104", "C111", "C118")
            ]
            alert |= {"lead": False, "disposition": "correct", "messages": sent}
        elif what == "dismiss":
            alert["disposition"] = body["disposition"]
        self.tell({"alerts": [alert]})

    # --- living and dying ----------------------------------------------------------------------------------------

    def start(self, port: int | None = None) -> None:
        """Serves until `stop`, at the port it had before if it had one."""
        listener = socket.create_server(("127.0.0.1", self.port if port is None else port))
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            build_app(self), lifespan="off", log_level="warning", ws="websockets-sansio", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        started = threading.Event()

        async def serve() -> None:
            self.loop = asyncio.get_running_loop()
            turning = asyncio.create_task(self.turn())
            started.set()
            assert self.server is not None
            await self.server.serve(sockets=[listener])
            turning.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await turning

        self.thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
        self.thread.start()
        assert started.wait(10)

    def stop(self) -> None:
        """Dies: every connection is closed and the port refuses."""
        assert self.server is not None
        assert self.thread is not None
        self.call(self.hang_up)
        self.server.should_exit = True
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()
        self.queues.clear()

    def hang_up(self) -> None:
        for queue in self.queues:
            queue.put_nowait(None)

    def call(self, then: Callable[[], object]) -> None:
        """Runs `then` where the server runs, and waits until it has."""
        done = threading.Event()

        def run() -> None:
            then()
            done.set()

        assert self.loop is not None
        self.loop.call_soon_threadsafe(run)
        assert done.wait(10)


def build_app(center: FakeCenter) -> FastAPI:
    app = FastAPI(docs_url=None, openapi_url=None)
    add_guard(app, center)
    add_session(app, center)
    add_reading(app, center)
    add_acting(app, center)
    add_live(app, center)
    add_page(app)
    return app


def who(center: FakeCenter, request: HTTPConnection) -> View | None:
    name = request.cookies.get("rtcc_session")
    return next((person for person in PEOPLE if person["operator"] == name and name in center.sessions), None)


def add_guard(app: FastAPI, center: FakeCenter) -> None:
    open_paths = {"/api/session", "/api/session/demo", "/api/status"}

    @app.middleware("http")
    async def guard(request: Request, follow: RequestResponseEndpoint) -> Response:
        path = request.url.path
        if path.startswith("/api/") and path not in open_paths and who(center, request) is None:
            return JSONResponse({"detail": "sign in first"}, 401)
        response = await follow(request)
        response.headers["content-security-policy"] = CSP
        return response


def add_session(app: FastAPI, center: FakeCenter) -> None:
    @app.get("/api/session")
    def session(request: Request) -> Response:
        person = who(center, request)
        return JSONResponse(person, 200) if person else JSONResponse({"detail": "sign in first"}, 401)

    @app.get("/api/session/demo")
    def demo() -> Response:
        return JSONResponse(PEOPLE) if center.simulated else JSONResponse({"detail": "a real site"}, 404)

    @app.post("/api/session")
    async def enter(request: Request) -> Response:
        body = await request.json()
        known = any(person["operator"] == body["operator"] for person in PEOPLE)
        if not known or not (center.simulated or body.get("token") == "secret"):
            return JSONResponse({"granted": False, "why": "unknown"}, 401)
        center.sessions.add(body["operator"])
        response = JSONResponse({"granted": True})
        response.set_cookie("rtcc_session", body["operator"], httponly=True, samesite="strict")
        return response

    @app.delete("/api/session")
    def leave(request: Request) -> Response:
        center.sessions.discard(request.cookies.get("rtcc_session", ""))
        response = JSONResponse({"granted": True})
        response.delete_cookie("rtcc_session")
        return response


def add_reading(app: FastAPI, center: FakeCenter) -> None:
    @app.get("/api/site")
    def site() -> View:
        agencies = [
            {"agency": agency, "name": name, "own": own, "sees": [] if own else ["incidents"]}
            for agency, name, own, *_ in AGENCIES
        ]
        place = {"name": "Calcasieu Parish", "bounds": BOUNDS, "timezone": "America/Chicago"}
        return {**place, "simulated": center.simulated, "agencies": agencies, "readers": READERS}

    @app.get("/api/map")
    def place() -> View:
        return map_geojson()

    @app.get("/api/status")
    def status() -> View:
        return {"position": center.position, "durable": center.position, "uptime_s": 1, "operators": 1}

    @app.get("/api/pictures/{ref}")
    def picture(ref: str) -> Response:
        text, state = ref.removesuffix(".jpg").split("-")[:2]
        return Response(plate_picture(text, state, len(ref)), media_type="image/jpeg")


def add_acting(app: FastAPI, center: FakeCenter) -> None:
    @app.post("/api/{kind}/{name}/{what}")
    async def act(kind: str, name: str, what: str, request: Request) -> Response:
        person = who(center, request)
        assert person is not None
        code, answer = center.act(f"{kind}/{name}/{what}", await request.json(), person["operator"])
        return JSONResponse(answer, code)


REASONS = {"reasons": ["call", "stolen vehicle"]}


def add_live(app: FastAPI, center: FakeCenter) -> None:
    @app.websocket("/ws/operators")
    async def operators(websocket: WebSocket) -> None:
        person = who(center, websocket)
        if person is None:
            await websocket.close(1008)
            return
        await websocket.accept()
        if center.turned_away:
            await websocket.close(1013, center.turned_away)
            return
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        center.queues.add(queue)
        hello = {"type": "hello", "now": center.now(), "rate": center.rate, "simulated": center.simulated}
        acts = access.acts_of(person["role"])
        try:
            await websocket.send_text(
                text({**hello, "site": "Calcasieu Parish", "operator": person, "acts": acts, "kinds": KINDS} | REASONS)
            )
            await websocket.send_text(text(center.state()))
            while (frame := await queue.get()) is not None:
                await websocket.send_text(frame.decode())
            await websocket.close(1012)
        except WebSocketDisconnect:
            pass
        finally:
            center.queues.discard(queue)


def text(frame: View) -> str:
    return msgspec.json.encode(frame).decode()


def add_page(app: FastAPI) -> None:
    @app.get("/{path:path}")
    def page(path: str) -> Response:
        file = (DIST / path).resolve()
        if not file.is_relative_to(DIST.resolve()) or not file.is_file():
            file = DIST / "index.html"
        return FileResponse(file, media_type="text/javascript" if file.suffix in {".js", ".mjs"} else None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8100)
    parser.add_argument("--units", type=int, default=80)
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--real", action="store_true", help="not simulated; the token is `secret`")
    chosen = parser.parse_args()
    center = FakeCenter(simulated=not chosen.real, units=chosen.units, rate=chosen.rate)
    center.start(chosen.port)
    print(center.url, flush=True)  # noqa: T201 - the address is the program's output
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
    center.stop()


if __name__ == "__main__":
    main()
