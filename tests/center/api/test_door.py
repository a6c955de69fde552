"""One door: nothing that is about anybody answers without it, and whatever it says is in the trail."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import Route
from websockets.exceptions import InvalidStatus

from center.api.app import create
from center.core.events import SiteLoaded
from tests.center.api.room import Room, play, room
from tests.center.api.test_withheld import BODIES
from tests.running import Answer, Console, ask

pytestmark = pytest.mark.wire

WITHOUT_A_SESSION = {
    "/": "the page itself, as it was built",
    "/api/openapi.json": "what there is to ask",
    "/api/status": "whether the center is up",
    "/api/session": "who is signed in; signing in and out",
    "/api/session/demo": "the people of a simulated site",
    "/api/session/ways": "how one signs in",
    "/api/session/provider": "on to the provider",
    "/api/session/callback": "and back",
}
NO_LINE = {
    "/api/site": "its name and its agencies",
    "/api/map": "streets",
    "/api/feeds": "which devices are heard",
    "/api/tickets/{ticket}": "one's own ticket, whose opening and whose end are lines",
}
"""What shows nothing of any person or case: behind the door, but it leaves no line."""


def walk(front: Any) -> Iterator[tuple[str, str]]:
    """Every method and path that the application answers; sockets have the method WS."""
    routes: list[Any] = list(create(front, Path("/nowhere")).routes)
    while routes:
        route = routes.pop(0)
        if isinstance(route, APIWebSocketRoute):
            yield "WS", route.path
        elif isinstance(route, APIRoute | Route):
            yield from ((method, route.path) for method in sorted(route.methods or ()) if method != "HEAD")
        else:
            routes += route.original_router.routes


async def asked(here: Room, console: Console, method: str, path: str) -> Answer:
    said = msgspec.json.encode(BODIES.get(path, {})).replace(b"{alert}", b"none").replace(b"{about}", b"alert/none")
    body = None if method == "GET" else said
    place = re.sub("{.*?}", "none", path)
    return await asyncio.to_thread(
        ask, here.at, method, place, body, {"Content-Type": "application/json", **console.headers}
    )


def test_no_route_and_no_socket_answers_without_the_door() -> None:
    """Walks all there are. A stranger gets 401 and leaves no trace. Somebody who was let go an hour ago and still has a
    session gets 403 everywhere, and each try is a line. Fails when a route is added that looks at the center without
    asking, or asks only whether somebody is signed in."""

    async def story() -> None:
        async with room() as here:
            every = list(walk(here.front))
            assert len(every) > 60
            assert {path for method, path in every if method == "WS"} == {"/ws/operators"}
            behind = [(method, path) for method, path in every if path not in WITHOUT_A_SESSION and method != "WS"]
            stranger, gone = Console(here.at), await here.console("sup")
            before = here.journal.last
            for method, path in behind:
                assert (await asked(here, stranger, method, path)).status == 401, (method, path)
            assert here.journal.last == before
            site = here.assembly.center.picture.site.loaded
            assert isinstance(site, SiteLoaded)
            here.learn(msgspec.structs.replace(site, operators=()))
            for method, path in behind:
                lines = len(here.audited)
                answer = await asked(here, gone, method, path)
                assert answer.status == 403, (method, path, answer)
                assert answer.said["why"] == "sup does not work here"
                new = [line.granted for line in here.audited[lines:]]
                assert new == ([] if path in NO_LINE else [False]), (method, path)
            for console in (stranger, gone):
                with pytest.raises(InvalidStatus):
                    async with here.knock(console):
                        pass

    play(story())


def test_both_answers_of_the_door_are_lines() -> None:
    """A supervisor, an auditor and a deputy ask for everything: whatever the answer, there is a line of the asker's
    for it, which says the same. Fails when something is done on the quiet."""

    async def story() -> None:
        async with room() as here:
            granted = refused = 0
            for who in ("sup", "aud", "pat"):
                console = await here.console(who)
                for method, path in walk(here.front):
                    if path in WITHOUT_A_SESSION or path in NO_LINE or method == "WS":
                        continue
                    lines = len(here.audited)
                    answer = await asked(here, console, method, path)
                    assert answer.status < 500, (method, path, answer)
                    assert answer.status != 422, (method, path, answer)
                    new = [line for line in here.audited[lines:] if line.operator == who]
                    assert new, (who, method, path)
                    if answer.status == 200:
                        assert all(line.granted for line in new), (who, method, path)
                    if not new[-1].granted:
                        assert answer.status in (403, 409), (who, method, path)
                    granted, refused = granted + new[-1].granted, refused + (not new[-1].granted)
            assert granted > 20
            assert refused > 60

    play(story())
