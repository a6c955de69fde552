"""Who gets a session, and what is answered without one."""

from __future__ import annotations

import asyncio
import re

import pytest

from center.api import sessions as sessions_module
from tests.center.api.room import get, play, posted, room
from tests.running import TOKEN, Console

pytestmark = pytest.mark.wire

OPEN = {"/api/status", "/api/session/demo", "/api/session/ways"}
"""What anybody may read."""


def test_on_a_simulated_site_the_demo_people_come_in_without_a_token() -> None:
    """The list names them; the cookie cannot be read by a page's script nor sent from another site."""

    async def story() -> None:
        async with room() as here:
            stranger = Console(here.at)
            people = (await get(stranger, "/api/session/demo")).said
            assert {"operator": "ada", "name": "Ada", "agency": "SO", "role": "operator"} in people
            assert {one["role"] for one in people} == {"operator", "supervisor", "auditor"}
            answer = await posted(stranger, "/api/session", {"operator": "ada"})
            assert (answer.status, answer.said["operator"]) == (200, "ada")
            cookie = answer.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=strict" in cookie
            assert (await get(await here.console(), "/api/session")).said == answer.said

    play(story())


def test_on_a_real_site_only_the_token_lets_in() -> None:
    """And there are no demo people to list."""

    async def story() -> None:
        async with room(simulated=False) as here:
            stranger = Console(here.at)
            assert (await get(stranger, "/api/session/demo")).status == 404
            for operator, token in (
                ("ada", None),
                ("ada", ""),
                ("ada", f"{TOKEN} "),
                ("nobody", TOKEN),
                ("ADA", TOKEN),
            ):
                body = {"operator": operator} | ({} if token is None else {"token": token})
                answer = await posted(stranger, "/api/session", body)
                assert answer.status == 401, body
                assert "set-cookie" not in answer.headers
            assert (await get(await here.console("ada", TOKEN), "/api/session")).said["operator"] == "ada"

    play(story())


def test_a_session_ends_at_sign_out_after_a_shift_when_idle_and_never_by_guessing() -> None:
    """Signing out ends one session, not the person's others, unless that is what is asked for."""

    async def story() -> None:
        async with room() as here:
            one, other, guess = await here.console(), await here.console(), Console(here.at)
            assert (await get(one, "/api/state")).status == 200
            assert (await asyncio.to_thread(one.delete, "/api/session")).status == 204
            assert (await get(one, "/api/state")).status == 401
            assert (await get(other, "/api/state")).status == 200
            for cookie in ("rtcc_session=", "rtcc_session=x", f"rtcc_session={'x' * 5000}", "rtcc_session=%00"):
                guess.headers = {"Cookie": cookie}
                assert (await get(guess, "/api/state")).status == 401
            here.ahead_s = 3599.0
            assert (await get(other, "/api/state")).status == 200
            here.ahead_s += 3599.0
            assert (await get(other, "/api/state")).status == 200, "it was used within the hour"
            here.ahead_s += 3601.0
            assert (await get(other, "/api/state")).status == 401, "nothing was done for an hour"
            long = await here.console()
            for _ in range(7):
                here.ahead_s += 3590.0
                assert (await get(long, "/api/state")).status == 200
            here.ahead_s += 3590.0 + 80.0
            await get(long, "/api/state")
            here.ahead_s += 1.0
            assert (await get(long, "/api/state")).status == 401, "eight hours are enough"

    play(story())


def test_nothing_is_answered_without_a_session() -> None:
    """Every route of the OpenAPI document but four."""

    async def story() -> None:
        async with room() as here:
            stranger = Console(here.at)
            paths = (await get(stranger, "/api/openapi.json")).said["paths"]
            assert len(paths) > 10
            for path, methods in paths.items():
                concrete = re.sub(r"\{\w+\}", "x", path)
                if "get" in methods and path not in OPEN:
                    assert (await get(stranger, concrete)).status == 401, path
                if "post" in methods and path != "/api/session":
                    assert (await posted(stranger, concrete, {})).status == 401, path
            assert here.journal.last == 1, "what was not signed in left no trace in the journal"

    play(story())


def test_a_crowd_of_sessions_ends_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signs in over and over cannot fill the memory."""
    monkeypatch.setattr(sessions_module, "MAX_SESSIONS", 3)

    async def story() -> None:
        async with room() as here:
            consoles = [await here.console() for _ in range(4)]
            assert [(await get(console, "/api/session")).status for console in consoles] == [401, 200, 200, 200]

    play(story())
