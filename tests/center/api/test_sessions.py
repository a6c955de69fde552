"""The sessions of others: who sees them, who ends them, and what their holders are told."""

from __future__ import annotations

import asyncio
import json

import pytest

from center.core.events import CallOpened
from tests.center.api.room import get, play, posted, room, until
from tests.running import ADMINISTRATOR, PATIENCE_S, Console, tables

pytestmark = pytest.mark.wire

PEOPLE = [*tables()["operators"], ADMINISTRATOR]


def test_an_administrator_sees_who_is_signed_in_and_no_secret_of_theirs() -> None:
    """Since when, from where, and what each asked the door for last; of two sessions of one person each its own."""

    async def story() -> None:
        async with room(more={"operators": PEOPLE}) as here:
            ada, again, adm = await here.console(), await here.console(), await here.console("adm")
            since = here.clock.now()
            here.clock.advance(7.0)
            assert (await get(ada, "/api/state")).status == 200
            assert (await posted(again, "/api/plates/search", {"plate": "WNT001"})).status == 403
            answer = await get(adm, "/api/sessions")
            shown = [
                (one["operator"], one["since"], one["last_act"], one["last_at"], one["mine"]) for one in answer.said
            ]
            now = here.clock.now()
            assert shown == [
                ("ada", since, "room.watch", now, False),
                ("ada", since, "plates.search", now, False),
                ("adm", since, "session.look", now, True),
            ]
            assert {one["address"] for one in answer.said} == {"127.0.0.1"}
            for console in (ada, again, adm):
                assert console.headers["Cookie"].partition("=")[2].encode() not in answer.body
            for one in answer.said:
                ada.headers = {"Cookie": f"rtcc_session={one['session']}"}
                assert (await get(ada, "/api/session")).status == 401, "its name opens nothing"

    play(story())


def test_a_session_that_an_administrator_ends_is_over_at_once_and_says_why() -> None:
    """Its next request is refused, its socket closed, the person's other session goes on; both are in the trail, who
    with which reason. Only an administrator, only with a reason, and only once."""

    async def story() -> None:
        async with room(more={"operators": PEOPLE}) as here:
            ada, other, adm, sup = [await here.console(name) for name in ("ada", "ada", "adm", "sup")]
            first, *_ = (await get(adm, "/api/sessions")).said
            path, why = f"/api/sessions/{first['session']}/end", {"reason": "left open in the hall"}
            assert (await posted(sup, path, why)).status == 403
            assert (await get(sup, "/api/sessions")).status == 403
            assert (await posted(adm, path, {})).status == 422
            async with here.watch(ada) as watching, here.watch(other):
                assert (await posted(adm, path, why)).status == 200
                async with asyncio.timeout(PATIENCE_S):
                    await watching.wait_closed()
                assert watching.close_code == 4401
                refused = await get(ada, "/api/state")
                assert refused.status == 401
                assert json.loads(refused.body)["detail"] == "Adm has ended it: left open in the hall"
                assert (await get(other, "/api/state")).status == 200
                await until(lambda: here.live.watching == 1)
            assert (await posted(adm, path, why)).status == 409
            lines = [
                (line.operator, line.act, line.subject, line.granted, line.reason, line.why) for line in here.audited
            ]
            said = f"ada {first['session']}"
            assert ("adm", "session.revoke", said, True, "left open in the hall", "") in lines
            assert ("ada", "session.end", "127.0.0.1", True, None, "by adm: left open in the hall") in lines

    play(story())


def test_with_a_session_end_the_cameras_that_its_person_has_open() -> None:
    """A ticket lets its holder in at the relay, where nobody asks for a session. Ended by an administrator, or the last
    one signed out, its person's tickets are over; while another session goes on, leaving one closes nothing. Fails when
    whoever was sent away goes on watching for as long as the ticket lasts."""
    gate = {"id": "gate", "kind": "fixed", "agency": "SO", "at": [30.2, -93.2], "url": "rtsp://192.0.2.1/g"}

    async def story() -> None:
        async with room(more={"operators": PEOPLE}, cameras=[gate]) as here:
            now = here.clock.now()
            here.learn(CallOpened(at=now, source="911", call="c1", system="cad", kind="crash", lat=30.2, lon=-93.2))
            (incident,) = here.assembly.center.picture.incidents.incidents
            tickets = here.assembly.center.picture.video.tickets

            async def watch(console: Console) -> None:
                body = {"reason": "call", "case": incident}
                assert (await posted(console, "/api/cameras/gate/watch", body)).status == 200

            ben, adm = await here.console("ben"), await here.console("adm")
            await watch(ben)
            for end in ("revoked", "left"):
                ada, other = await here.console(), await here.console()
                await watch(ada)
                assert {one.operator for one in tickets.values()} == {"ada", "ben"}
                if end == "revoked":
                    theirs = [one for one in (await get(adm, "/api/sessions")).said if one["operator"] == "ada"]
                    path = f"/api/sessions/{theirs[0]['session']}/end"
                    assert (await posted(adm, path, {"reason": "left open"})).status == 200
                else:
                    assert (await asyncio.to_thread(other.delete, "/api/session")).status == 204
                    assert {one.operator for one in tickets.values()} == {"ada", "ben"}
                    assert (await asyncio.to_thread(ada.delete, "/api/session?everywhere=true")).status == 204
                await until(lambda: [one.operator for one in tickets.values()] == ["ben"])
                closed = [line for line in here.audited if line.act == "camera.closed"][-1]
                assert (closed.operator, closed.subject, closed.reason) == ("ada", "gate", "the session has ended")

    play(story())


def test_whoever_comes_back_is_told_why_their_session_is_over() -> None:
    """Signed out elsewhere, idle, or on for as long as anybody may be; whoever left by themselves, and whoever guesses,
    is told nothing but to sign in."""

    async def story() -> None:
        async with room() as here:
            one, other, gone = [await here.console() for _ in range(3)]
            assert (await asyncio.to_thread(gone.delete, "/api/session")).status == 204
            assert (await asyncio.to_thread(one.delete, "/api/session?everywhere=true")).status == 204
            idle, long = await here.console(), await here.console()
            here.ahead_s = 3_599.0
            assert (await get(long, "/api/session")).status == 200
            here.ahead_s = 3_601.0
            answer = await get(idle, "/api/session")
            assert (answer.status, answer.said["detail"]) == (401, "nothing was done for too long")
            while here.ahead_s < 8 * 3_600.0:
                assert (await get(long, "/api/session")).status == 200
                here.ahead_s += 3_599.0
            for console, why in (
                (one, "sign in first"),
                (gone, "sign in first"),
                (other, "you signed out everywhere, in another browser"),
                (long, "its hours are over"),
            ):
                answer = await get(console, "/api/session")
                assert (answer.status, answer.said["detail"]) == (401, why)

    play(story())
