"""Promise D: no effect leaves the center before the events that caused it are durable.

To see these tests fail: let `Host._release` ignore `durable`, leave `Host.resume` out of `Assembly.start`, let
`HttpLink`, `MqttLink` or `Live` not wait for `kept`, mint ids from anything but the journal position, or write audit
lines only while nothing is wrong.
"""

from __future__ import annotations

import asyncio
import random
import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from paho.mqtt.publish import single
from websockets.asyncio.client import connect

from center.links.mqtt_frames import puback, publish
from tests import devices
from tests.center.links.brokers import CONNACK, CONNECT, PINGREQ, PUBACK, PUBLISH, SUBSCRIBE, Client, scripted
from tests.devices import Wire
from tests.promises.aftermath import check_audit, check_nothing_is_lost, left
from tests.promises.storm import Storm
from tests.running import Console, Office, becomes, tables
from tests.servers import LOOPBACK, Server, embedded_broker, mosquitto

pytestmark = pytest.mark.wire

PINGRESP = b"\xd0\x00"
TWO_GRANTED = b"\x90\x04\x00\x01\x01\x01"

Brokers = Callable[[], AbstractContextManager[Server]]


@contextmanager
def stormy(folder: Path, broker: Server) -> Iterator[tuple[Office, Storm]]:
    """A center that has subscribed once, so that the broker keeps what comes while it is away; and load on it. In the
    end it is up again, and everything has settled."""
    center = Office(folder, tables(broker.port, notify_units=2))
    center.up()
    console = center.console()

    def is_subscribed() -> bool:
        single("owntracks/so/SO-4", devices.owntracks_report("SO-4"), qos=1, hostname=LOOPBACK, port=broker.port)
        return any(feed["feed"] == "phones" and feed.get("messages") for feed in console.get("/api/feeds").said)

    storm = Storm(center, broker.port)
    try:
        becomes(is_subscribed)
        storm.begin()
        yield center, storm
        assert not storm.failed
        storm.calm()
        becomes(lambda: left(center, folder / "copy").sent.keys() <= storm.heard.keys(), center.said)
        becomes(lambda: storm.fixes <= left(center, folder / "copy").fixes, center.said)
        center.stop()
        found = left(center, folder / "copy")
        check_nothing_is_lost(storm, found)
        check_audit(center, found)
        assert storm.reads
        assert storm.fixes
        assert storm.granted
        assert storm.heard
        assert storm.shown
        assert "Traceback" not in center.said()
    finally:
        storm.end()
        center.kill()


@pytest.mark.parametrize(("broker", "kills"), [(embedded_broker, 20), (lambda: mosquitto(persistent=True), 4)])
def test_kill_9_loses_nothing_and_gives_no_id_two_meanings(broker: Brokers, kills: int, tmp_path: Path) -> None:
    """At random moments, while starting too: what was answered is in the journal, and messages whose answer is missing
    come again as what they were."""
    dice, pause = random.Random(kills), threading.Event()
    with broker() as server, stormy(tmp_path, server) as (center, storm):
        for kill in range(kills):
            if kill % 4 == 3:  # while it starts
                pause.wait(dice.uniform(0.2, 0.9))
            else:
                asyncio.run(center.ready())
                pause.wait(dice.uniform(0.0, 0.6))
            center.kill()
            check_nothing_is_lost(storm, left(center, tmp_path / "copy"))
            center.start()
        asyncio.run(center.ready())
        pause.wait(0.5)
        becomes(lambda: any(len(bodies) > 1 for bodies in storm.heard.values()))


def test_a_full_disk_stops_every_answer_and_loses_nothing(tmp_path: Path) -> None:
    """While the journal cannot be written nothing is acknowledged; when there is space again it goes on by itself, and
    a kill in between changes nothing."""
    with embedded_broker() as server, stormy(tmp_path, server) as (center, storm):
        for killed in (True, False):
            becomes(lambda: storm.granted)
            unlimited = resource.prlimit(center.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(center.pid, resource.RLIMIT_FSIZE, (0, unlimited[1]))  # no file takes another byte
            becomes(lambda: center.status()["trouble"])
            full = center.status()
            becomes(lambda: center.status()["position"] > full["position"] + 100)  # noqa: B023  # called at once
            assert center.status()["durable"] == full["durable"]
            answered = len(storm.reads), len(storm.granted)
            becomes(lambda: center.status()["position"] > full["position"] + 200)  # noqa: B023
            assert (len(storm.reads), len(storm.granted)) == answered
            if killed:
                center.kill()
                check_nothing_is_lost(storm, left(center, tmp_path / "copy"))
                center.up()
            else:
                resource.prlimit(center.pid, resource.RLIMIT_FSIZE, unlimited)
                becomes(lambda: center.status()["durable"] > full["position"] + 200)  # noqa: B023
                assert not center.status()["trouble"]


def test_a_broker_that_dies_takes_no_message_with_it(tmp_path: Path) -> None:
    """The center stays up, says what is wrong, and goes on when the broker is back."""
    with mosquitto(persistent=True) as server, stormy(tmp_path, server) as (center, storm):
        console = center.console()

        def phones() -> Any:
            return next(feed for feed in console.get("/api/feeds").said if feed["feed"] == "phones")

        for _ in range(2):
            becomes(lambda: not phones().get("trouble"))
            heard = len(storm.heard)
            becomes(lambda: len(storm.heard) > heard)  # noqa: B023  # called at once
            server.stop()  # politely: what Mosquitto took in its last second before a kill is its own to lose
            becomes(lambda: "MQTT broker" in phones().get("trouble", ""))
            reads = len(storm.reads)
            becomes(lambda: len(storm.reads) > reads + 10)  # noqa: B023
            server.start()


@contextmanager
def held(journal: Path) -> Iterator[None]:
    """A disk that takes its time: nothing can be written while somebody else is at it."""
    other = sqlite3.connect(journal, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


class _FakeBroker:
    """Serves the center's two connections, and notes what the center acknowledges and what it sends to terminals."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []
        self.sent: list[bytes] = []
        self.feeds: Client | None = None

    async def serve(self, client: Client) -> None:
        await client.expect(CONNECT)
        await client.say(CONNACK)
        while True:
            kind, _, body = await client.packet()
            if kind == SUBSCRIBE:
                self.feeds = client
                await client.say(TWO_GRANTED)
            elif kind == PUBACK:
                self.acknowledged.append(int.from_bytes(body[:2], "big"))
            elif kind == PUBLISH:
                behind_topic = 2 + int.from_bytes(body[:2], "big")
                self.sent.append(body[behind_topic + 2 :])
                await client.say(puback(int.from_bytes(body[behind_topic : behind_topic + 2], "big")))
            elif kind == PINGREQ:
                await client.say(PINGRESP)


async def until(condition: Callable[[], object]) -> None:
    await asyncio.to_thread(becomes, condition)


def prepared(center: Office, wire: Wire, console: Console) -> str:
    """Units in place and an alert that somebody has taken; returns its id."""
    for unit in ("SO-1", "SO-2"):
        wire.udp("avl", devices.nmea_report(unit))
    wire.drop("wanted.csv", devices.hot_list(["WNT001", "WNT002"]))
    assert wire.post("lpr", devices.plate_read("WNT001", 1)) == 200
    becomes(lambda: len(console.state().get("units", ())) == 2 and console.alerts())
    alert = str(console.alerts()[0]["alert"])
    assert console.post(f"/api/alerts/{alert}/acknowledge").status == 200
    return alert


async def hold_and_release(center: Office, broker: _FakeBroker, wire: Wire) -> None:
    console = await asyncio.to_thread(center.console)
    await until(lambda: broker.feeds)
    assert broker.feeds is not None
    alert = await asyncio.to_thread(prepared, center, wire, console)
    shown: list[int] = []

    async def look() -> None:
        host, port = center.api
        async with connect(f"ws://{host}:{port}/ws/operators", additional_headers=console.headers) as socket:
            async for frame in socket:
                shown.append(msgspec.json.decode(frame).get("position", 0))  # noqa: PERF401  # looked at meanwhile

    looking = asyncio.create_task(look())
    await until(lambda: len(shown) > 1 and center.status()["durable"] == center.status()["position"])
    before = center.status()["durable"]
    with held(center.journal):
        reading = asyncio.create_task(asyncio.to_thread(wire.post, "lpr", devices.plate_read("WNT002", 2)))
        confirming = asyncio.create_task(
            asyncio.to_thread(console.post, f"/api/alerts/{alert}/confirm", {"action": "go"})
        )
        await broker.feeds.say(publish("owntracks/so/SO-3", devices.owntracks_report("SO-3"), 1, 7))
        await until(lambda: center.status()["position"] >= before + 3)
        for _ in range(50):  # as many chances to get out
            assert (await asyncio.to_thread(center.status))["durable"] == before
        assert not reading.done(), "a webhook was answered before its read was durable"
        assert not confirming.done(), "an act was granted before it was durable"
        assert not broker.acknowledged, "a message was acknowledged before it was durable"
        assert not broker.sent, "a terminal was told before the confirmation was durable"
        assert max(shown) <= before, "an operator was shown what was not durable"
    assert await reading == 200
    assert (await confirming).status == 200
    # SO-3 is told as well if its position came before the confirmation
    await until(lambda: broker.acknowledged == [7] and len(broker.sent) >= 2 and max(shown) >= before + 3)
    looking.cancel()


def test_while_the_disk_holds_nothing_gets_out(tmp_path: Path) -> None:
    """No 200, no `granted`, no PUBACK, no message to a terminal, no frame; and all of them as soon as it goes on."""

    async def story() -> None:
        broker = _FakeBroker()
        async with scripted(broker.serve) as port:
            center = Office(tmp_path, tables(port))
            center.start()
            try:
                await center.ready()
                with Wire(center) as wire:
                    await hold_and_release(center, broker, wire)
            finally:
                await asyncio.to_thread(center.stop)
            assert center.exit_code() == 0, center.said()

    asyncio.run(story())
