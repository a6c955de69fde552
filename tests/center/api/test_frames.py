"""`/ws/operators`: what is sent, in which order, to whom, and only when it is durable."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from center.api import live as live_module
from center.core.access import ACTS
from center.core.audiences import KINDS
from center.core.events import MINUTE, SECOND, AircraftSeen, OperatorActed, StopClosed, StopOpened, UnitMoved
from tests.center.api.room import BUFFER_BYTES, Room, frame, frame_with, play, room, until
from tests.running import Console, tables

pytestmark = pytest.mark.wire

CROWD = 200
SO_MANY = "2 pages are open for you already: close one"


def test_first_hello_then_the_state_then_what_changes() -> None:
    """The state is what GET /api/state gives; items of a delta are complete. The hello has the reasons of the person's
    own agency."""
    own, partner = tables()["agencies"]

    async def story() -> None:
        async with room(more={"agencies": [{**own, "reasons": ["warrant"]}, partner]}) as here:
            here.learn(here.listed("WNT001"), here.read("WNT001"))
            console = await here.console("sup")
            async with here.knock(console) as watching:
                assert await frame(watching) == {
                    "type": "hello",
                    "now": here.clock.now(),
                    "rate": 1.0,
                    "simulated": True,
                    "site": "test",
                    "operator": {"operator": "sup", "name": "Sup", "agency": "SO", "role": "supervisor"},
                    "acts": [act for act, rule in ACTS.items() if "supervisor" in rule.roles],
                    "kinds": list(KINDS),
                    "reasons": ["warrant"],
                    "people": {who: who.title() for who in ("ada", "ben", "sup", "aud", "pat")},
                }
                state = await frame(watching)
                assert state["type"] == "state"
                assert [alert["subject"] for alert in state["alerts"]] == ["WNT001"]
                asked = await asyncio.to_thread(console.state)
                assert asked == state | {"position": state["position"] + 1}  # to ask is an act, which is audited
                here.learn(here.read("WNT001", serial=1))
                while (delta := await frame_with(watching, "alerts"))["position"] == state["position"]:
                    pass  # what the state has already may be said once more
                assert delta["type"] == "delta"
                (alert,) = delta["alerts"]
                assert len(alert["reads"]) == alert["reads_in_all"] == 2
                assert (await asyncio.to_thread(console.state))["alerts"] == [alert]

    play(story())


def test_no_frame_shows_what_is_not_durable() -> None:
    """Neither a delta nor the state of whoever asks now; when the disk goes on, both come."""

    async def story() -> None:
        async with room() as here:
            console = await here.console()
            async with here.watch(console) as watching:
                frames: list[dict[str, Any]] = []
                gathering = asyncio.create_task(_gather(watching, frames))
                with here.journal.shut():
                    durable = here.journal.durable
                    here.learn(here.listed("WNT001"), here.read("WNT001"))
                    asking = asyncio.create_task(asyncio.to_thread(console.state))
                    for _ in range(200):  # several times as long as a frame takes
                        await asyncio.sleep(0.001)
                    assert here.assembly.center.picture.alerts.alerts
                    assert not asking.done()
                    assert all(shown["position"] <= durable for shown in frames)
                await until(lambda: any(shown.get("alerts") for shown in frames))
                assert (await asking)["alerts"]
                gathering.cancel()

    play(story())


async def _gather(watching: ClientConnection, frames: list[dict[str, Any]]) -> None:
    while True:
        frames.append(await frame(watching))


def test_what_is_gone_is_named() -> None:
    """An aircraft that has not been heard for minutes leaves the page."""

    async def story() -> None:
        async with room() as here, here.watch(await here.console()) as watching:
            here.learn(AircraftSeen(at=here.clock.now(), source="adsb", icao="a1b2c3", lat=30.2, lon=-93.2))
            assert (await frame_with(watching, "aircraft"))["aircraft"][0]["icao"] == "a1b2c3"
            here.clock.advance(6 * MINUTE / SECOND)
            here.learn(AircraftSeen(at=here.clock.now(), source="adsb", icao="d4e5f6"))
            assert (await frame_with(watching, "gone"))["gone"] == {"aircraft": ["a1b2c3"]}

    play(story())


def test_a_stop_is_shown_with_its_unit_and_goes_when_it_ends() -> None:
    """The unit is complete in every frame, with the stop while there is one."""

    async def story() -> None:
        async with room() as here, here.watch(await here.console()) as watching:
            now = here.clock.now()
            here.learn(StopOpened(at=now, source="mdt", unit="SO-1", stop="s1", plate="ABC123", state="LA", last="X"))
            (unit,) = (await frame_with(watching, "units"))["units"]
            assert unit["stop"] == {"stop": "s1", "at": now, "plate": "ABC123", "state": "LA"}
            here.learn(StopClosed(at=now, source="mdt", unit="SO-1", stop="s1", outcome="warning"))
            (unit,) = (await frame_with(watching, "units"))["units"]
            assert "stop" not in unit

    play(story())


def test_silence_makes_a_unit_stale_without_anybody_saying_so() -> None:
    """That a position grows old is news too."""

    async def story() -> None:
        async with room(unit_stale_s=60) as here, here.watch(await here.console()) as watching:
            here.learn(UnitMoved(at=here.clock.now(), source="avl", unit="SO-1", lat=30.2, lon=-93.2))
            assert not (await frame_with(watching, "units"))["units"][0].get("stale")
            here.clock.advance(61)
            here.learn(UnitMoved(at=here.clock.now(), source="avl", unit="SO-2", lat=30.3, lon=-93.2))
            units: dict[str, Any] = {}
            while not units.get("SO-1", {}).get("stale"):
                units |= {unit["unit"]: unit for unit in (await frame_with(watching, "units"))["units"]}

    play(story())


def test_a_client_that_does_not_read_delays_nobody_and_then_gets_the_whole_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is not queued for: whatever it missed, the next it is sent is everything."""
    monkeypatch.setattr(live_module, "QUEUED_FRAMES", 4)
    plates, last = [f"WNT{number:03d}" for number in range(40)], 40

    async def story() -> None:
        async with room() as here:
            here.learn(here.listed(*plates), *(here.read(plate) for plate in plates))
            console = await here.console()
            small = socket.create_connection(here.at)
            small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            async with (
                here.watch(console, sock=small, max_queue=1, ping_interval=None) as slow,
                here.watch(console) as quick,
            ):
                for serial in range(1, last + 1):
                    here.learn(*(here.read(plate, serial) for plate in plates))
                    delta = await frame_with(quick, "alerts")
                    assert [alert["reads_in_all"] for alert in delta["alerts"]] == [serial + 1] * len(plates)
                frames = 0
                while (shown := await frame(slow))["type"] != "state":
                    frames += 1
                assert frames < last, "every frame was queued for it"
                while (alerts := shown.get("alerts", [{}]))[0].get("reads_in_all") != last + 1:
                    shown = await frame(slow)
                assert len(alerts) == len(plates)

    play(story())


def test_two_hundred_people_are_shown_the_same_at_once() -> None:
    """Each gets the alert, in one frame."""

    async def story() -> None:
        async with room(more={"api": {"pages_each": CROWD}}) as here, AsyncExitStack() as stack:
            here.learn(here.listed("WNT001"))
            console = await here.console()
            watching = [await stack.enter_async_context(here.watch(console)) for _ in range(CROWD)]
            assert here.live.watching == CROWD
            here.learn(here.read("WNT001"))
            shown = await asyncio.gather(*(frame_with(one, "alerts") for one in watching))
            assert len(shown) == CROWD
            assert all(one["alerts"] == shown[0]["alerts"] for one in shown)

    play(story())


async def turned_away(here: Room, console: Console, **options: Any) -> int:
    """With which HTTP status; 101 is not turned away."""
    try:
        async with here.knock(console, **options):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def test_who_may_not_watch_is_turned_away() -> None:
    """Nobody without a session, and nobody of another agency, which is audited; auditors may watch."""

    async def story() -> None:
        async with room() as here:
            assert await turned_away(here, await here.console()) == 101
            assert await turned_away(here, await here.console("aud")) == 101
            assert await turned_away(here, Console(here.at)) == 403
            assert await turned_away(here, await here.console("pat")) == 403
            acts = [event for event in here.journal.events if isinstance(event, OperatorActed)]
            assert [(act.operator, act.act) for act in acts] == [
                ("ada", "room.watch"),
                ("aud", "room.watch"),
                ("pat", "room.watch"),
            ]

    play(story())


def test_a_page_of_another_site_cannot_ride_on_the_cookie() -> None:
    """Browsers say where a page came from (RFC 6455, section 10.2); a program that is no browser says nothing."""

    async def story() -> None:
        async with room() as here:
            console = await here.console()
            host, port = here.at
            assert await turned_away(here, console, origin=f"http://{host}:{port}") == 101
            for origin in ("http://evil.example", f"http://{host}:{port + 1}", "null", f"http://{host}:{port}.example"):
                assert await turned_away(here, console, origin=origin) == 403

    play(story())


def test_the_room_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """One too many is turned away; when somebody leaves there is room again."""
    monkeypatch.setattr(live_module, "MAX_WATCHERS", 2)

    async def story() -> None:
        async with room() as here:
            console = await here.console()
            async with here.watch(console):
                async with here.watch(console):
                    assert await turned_away(here, console) == 403
                await until(lambda: here.live.watching == 1)
                assert await turned_away(here, console) == 101

    play(story())


def test_one_person_does_not_fill_the_room() -> None:
    """Whose pages are as many as may be is told so and put down once, however often they come again; others come in."""

    async def story() -> None:
        async with room(more={"api": {"pages_each": 2}}) as here:
            console = await here.console()
            async with here.watch(console):
                async with here.watch(console):
                    for _ in range(3):
                        async with here.knock(console) as third:
                            await third.wait_closed()
                        assert (third.close_code, third.close_reason) == (1013, SO_MANY)
                    assert await turned_away(here, await here.console("sup")) == 101
                await until(lambda: here.live.watching == 1)
                async with here.watch(console):
                    pass
            lines = [line for line in here.front.trail.latest(100, None) if line.act == "room.watch"]
            assert [(line.operator, line.why) for line in lines if not line.granted] == [("ada", SO_MANY)]

    play(story())


def test_what_a_client_says_is_passed_over() -> None:
    """The interface is one way; nothing that is said on it stops it."""

    async def story() -> None:
        async with room() as here:
            here.learn(here.listed("WNT001"))
            async with here.watch(await here.console()) as watching:
                for said in ("{}", b"\0\1\2", "x" * 4000, json.dumps({"type": "state"})):
                    await watching.send(said)
                here.learn(here.read("WNT001"))
                assert (await frame_with(watching, "alerts"))["alerts"]

    play(story())


def test_whoever_leaves_is_forgotten() -> None:
    """Politely or not."""

    async def story() -> None:
        async with room() as here:
            console = await here.console()
            async with here.watch(console):
                rude = await here.knock(console)
                await until(lambda: here.live.watching == 2)
                rude.transport.abort()
                await until(lambda: here.live.watching == 1)
            await until(lambda: here.live.watching == 0)

    play(story())
