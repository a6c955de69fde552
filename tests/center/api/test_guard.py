"""What another site, a slow client and a session that is over may not do."""

from __future__ import annotations

import asyncio
import contextlib
import json

import pytest
from websockets.asyncio.client import ClientConnection

from center import limits as limits_module
from center.api import front as front_module
from center.api import server as server_module
from center.limits import Limit
from tests.center.api.room import Room, frame_with, get, play, posted, room, until
from tests.running import PATIENCE_S, Answer, Console, ask

pytestmark = pytest.mark.wire


async def changing(here: Room, console: Console, method: str = "POST", **headers: str) -> Answer:
    """A changing request as a browser would send it."""
    told = {key.replace("_", "-"): value for key, value in headers.items()}
    path, body = ("/api/session", None) if method == "DELETE" else ("/api/units/SO-1/look", b'{"what": "position"}')
    return await asyncio.to_thread(
        ask, here.at, method, path, body, {"Content-Type": "application/json", **console.headers, **told}
    )


def test_another_sites_page_changes_nothing() -> None:
    """Whatever it is that shows where a page came from; our own page says so and is believed; a program that is no
    browser has nothing to prove. Fails when one of the three is not looked at."""

    async def story() -> None:
        async with room() as here:
            ada = await here.console()
            own = f"http://{here.at[0]}:{here.at[1]}"
            assert (await changing(here, ada)).status == 200
            assert (await changing(here, ada, Origin=own, Sec_Fetch_Site="same-origin", X_RTCC="1")).status == 200
            events = here.journal.last
            for method in ("POST", "DELETE"):
                for headers in (
                    {"Origin": "http://evil.example", "X_RTCC": "1"},
                    {"Origin": "null", "X_RTCC": "1"},
                    {"Origin": own, "Sec_Fetch_Site": "cross-site", "X_RTCC": "1"},
                    {"Sec_Fetch_Site": "same-site", "X_RTCC": "1"},
                    {"Origin": own, "Sec_Fetch_Site": "same-origin"},
                    {"Origin": own},
                ):
                    assert (await changing(here, ada, method, **headers)).status == 403, headers
            assert here.journal.last == events
            assert (await get(ada, "/api/session")).status == 200, "and nobody was signed out by it"

    play(story())


def test_under_tls_cookies_and_browsers_stay_there() -> None:
    """Secure cookies, HSTS, and no page that came without TLS; also where a proxy in front ends it."""

    async def story() -> None:
        async with room(more={"api": {"public": "https://rtcc.example"}}) as here:
            answer = await posted(Console(here.at), "/api/session", {"operator": "ada"})
            assert "; secure" in answer.headers["set-cookie"].lower()
            assert answer.headers["strict-transport-security"].startswith("max-age=")
            ada = await here.console()
            assert (await changing(here, ada, Origin="https://rtcc.example", X_RTCC="1")).status == 200
            assert (await changing(here, ada, Origin=f"http://{here.at[0]}:{here.at[1]}", X_RTCC="1")).status == 403
        async with room() as here:
            answer = await posted(Console(here.at), "/api/session", {"operator": "ada"})
            assert "secure" not in answer.headers["set-cookie"].lower()
            assert "strict-transport-security" not in answer.headers

    play(story())


def test_a_socket_ends_with_its_session() -> None:
    """At sign-out, at a sign-out everywhere from another desk, and when its time is over; others stay."""

    async def story() -> None:
        async with room() as here:
            one, other, ben = await here.console(), await here.console(), await here.console("ben")
            async with here.watch(one) as first, here.watch(other) as second, here.watch(ben) as bens:
                await asyncio.to_thread(one.delete, "/api/session")
                await _ended(first)
                here.learn(here.listed("WNT001"), here.read("WNT001"))
                assert await frame_with(second, "alerts")
                third = await here.console()
                await asyncio.to_thread(third.delete, "/api/session?everywhere=true")
                await _ended(second)
                assert (await get(other, "/api/session")).status == 401
                assert await frame_with(bens, "alerts")
                here.ahead_s += 3_601.0
                await _ended(bens)
            await until(lambda: here.live.watching == 0)
            ends = [(line.operator, line.why) for line in here.audited if line.act == "session.end"]
            assert ends == [("ada", ""), ("ada", "and 1 more")]

    play(story())


async def _ended(watching: ClientConnection) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await watching.wait_closed()
    assert watching.close_code == 4401


def test_signing_in_anew_leaves_the_old_session() -> None:
    """A cookie that was there before, whoever put it there, is worth nothing afterwards."""

    async def story() -> None:
        async with room() as here:
            ada = await here.console()
            old = dict(ada.headers)
            answer = await posted(ada, "/api/session", {"operator": "ben"})
            ada.headers = old
            assert (await get(ada, "/api/session")).status == 401
            ada.headers = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
            assert (await get(ada, "/api/session")).said["operator"] == "ben"

    play(story())


def test_nobody_searches_faster_than_anybody_reads() -> None:
    """The sixty-first search of a minute is told when to come again; another person's goes on. Fails when a limit is
    shared, or forgets."""

    async def story() -> None:
        async with room() as here:
            ada, ben = await here.console(), await here.console("ben")
            search = {"plate": "ABC123"}
            answers = [await posted(ada, "/api/plates/search", search)]
            while answers[-1].status == 403:
                answers.append(await posted(ada, "/api/plates/search", search))
            assert answers[-1].status == 429
            assert len(answers) > 60
            assert (await posted(ben, "/api/plates/search", search)).status == 403
            here.ahead_s += int(answers[-1].headers["retry-after"])
            assert (await posted(ada, "/api/plates/search", search)).status == 403

    play(story())


def test_nobody_reads_faster_than_a_page_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told when to come again, and noted once however often they try; another person's reading goes on, and acts are
    not counted with it. After a while a new spell is noted anew."""
    monkeypatch.setattr(front_module, "READS", 20)
    monkeypatch.setattr(front_module, "READS_PER_S", 0.02)

    async def story() -> None:
        async with room() as here:
            ada, ben = await here.console(), await here.console("ben")
            for _ in range(2):
                answers = [await get(ada, "/api/site") for _ in range(25)]
                assert [answer.status for answer in answers] == [200] * 20 + [429] * 5
                wait_s = int(answers[-1].headers["retry-after"])
                assert 0 < wait_s <= 50
                assert answers[-1].said["detail"] == f"too much is read at once; wait {wait_s} s"
                assert (await get(ben, "/api/site")).status == 200
                assert (await posted(ada, "/api/log", {"text": "hello"})).status == 200
                here.ahead_s += 1_001
            lines = [line for line in here.audited if line.act == "room.read"]
            told = [(line.operator, line.granted, line.why) for line in lines]
            assert told == [("ada", False, "reads faster than any page does")] * 2

    play(story())


def test_a_limit_fills_with_time_and_its_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes from many addresses cannot fill the memory."""
    monkeypatch.setattr(limits_module, "MAX_KEYS", 3)
    now = 0.0
    limit = Limit(2, 0.5, lambda: now)
    for _ in range(2):
        assert limit.wait_s("a") == 0
        limit.spend("a")
    assert limit.wait_s("a") == 2
    assert limit.wait_s("b") == 0
    now = 2.0
    assert limit.wait_s("a") == 0
    limit.spend("a")
    assert limit.wait_s("a") == 2
    for key in "bcd":
        limit.spend(key)
    assert limit.wait_s("a") == 0, "the one unused for longest is forgotten"


def test_a_slow_client_is_let_go_and_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request must be here in time, from its first byte to its last; a socket that is open may be silent."""
    monkeypatch.setattr(server_module, "LIMITS", server_module.LIMITS._replace(receive_s=0.2))

    async def story() -> None:
        async with room() as here:
            ada = await here.console()
            async with here.watch(ada) as watching:
                reader, writer = await asyncio.open_connection(*here.at)
                writer.write(b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
                assert (await get(ada, "/api/state")).status == 200
                with contextlib.suppress(ConnectionError):  # let go with a reset, which is the same
                    assert await reader.read() == b""
                writer.close()
                here.learn(here.listed("WNT001"), here.read("WNT001"))
                assert await frame_with(watching, "alerts")

    play(story())


def test_a_body_that_is_too_large_or_none_changes_nothing() -> None:
    """Each is told in words what was wrong, and the next is served."""

    async def story() -> None:
        async with room() as here:
            ada = await here.console()
            events = here.journal.last
            for body, status in ((b"x" * 70_000, 413), (b"{", 422), (b"\xff\xfe", 422), (b"[" * 5_000, 400)):
                answer = await asyncio.to_thread(
                    ask,
                    here.at,
                    "POST",
                    "/api/plates/search",
                    body,
                    {"Content-Type": "application/json", **ada.headers},
                )
                assert answer.status == status, body[:10]
                assert json.loads(answer.body)["detail"]
            assert here.journal.last == events
            assert (await get(ada, "/api/state")).status == 200

    play(story())
