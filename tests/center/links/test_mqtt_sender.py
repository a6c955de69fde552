"""What the center sends by MQTT is sent until a broker has acknowledged it."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from center.links.mqtt import MqttLink
from center.links.mqtt_connection import Broker
from center.links.mqtt_frames import Will
from center.links.mqtt_sender import MqttSender
from center.links.retry import Retry
from tests.center.links.basin import PATIENCE_S, Basin, becomes, carrying, turns
from tests.center.links.brokers import CONNACK, CONNECT, PUBLISH, Client, scripted
from tests.center.links.conftest import Play
from tests.servers import LOOPBACK, embedded_broker, free_port, mosquitto

pytestmark = pytest.mark.wire


def hasty() -> Retry:
    return Retry(first_s=0.02, most_s=0.2, steady_s=0.0)


def sender_to(port: int, **more: Any) -> MqttSender:
    return MqttSender("out", Broker(LOOPBACK, port), retry=hasty(), **more)


async def drained(sender: MqttSender) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await sender.drained()


def no_trouble(why: str) -> None:
    raise AssertionError(why)


@pytest.mark.parametrize("start", [embedded_broker, mosquitto])
def test_messages_arrive_in_order(play: Play, start: Any) -> None:
    """What is handed over before and after the connection stands reaches a subscriber in the order given."""

    async def story() -> None:
        with start() as server:
            basin = Basin()
            inbox = MqttLink("in", Broker(LOOPBACK, server.port), {"terminals/+": 1}, retry=hasty())
            sender = sender_to(server.port)
            sent = [(f"terminals/{n % 7}", b"%d" % n) for n in range(500)]
            async with carrying(inbox, {"terminals/+": basin}):
                for topic, payload in sent[:200]:
                    assert sender.publish(topic, payload)
                assert sender.pending == 200
                async with carrying(sender, no_trouble):
                    for topic, payload in sent[200:]:
                        assert sender.publish(topic, payload)
                    await drained(sender)
                    assert sender.pending == 0
                await basin.until(lambda: len(basin.items) == 500)
            assert basin.items == sent

    play(story())


def test_nothing_is_lost_when_the_broker_is_restarted(play: Play) -> None:
    """A broker restarted in the middle, twice, gets again what it had not acknowledged. (Restarted, not killed:
    Mosquitto acknowledges before it writes, so a kill loses messages it has taken responsibility for.)"""

    async def story() -> None:
        with mosquitto(persistent=True) as server:
            basin, troubles = Basin(), Basin()
            inbox = MqttLink("in", Broker(LOOPBACK, server.port), {"t": 1}, retry=hasty())
            sender = sender_to(server.port, in_flight=8)
            async with carrying(inbox, {"t": basin}), carrying(sender, troubles.trouble):
                for n in range(300):
                    sender.publish("t", b"%d" % n)
                    if n in (100, 200):
                        await becomes(lambda: sender.pending < 50)
                        await asyncio.to_thread(server.stop)
                        await asyncio.to_thread(server.start)
                await drained(sender)
                await basin.until(lambda: set(basin.data) == {b"%d" % n for n in range(300)})
            first_times = list(dict.fromkeys(basin.data))
            assert first_times == [b"%d" % n for n in range(300)]
            assert troubles.troubles

    play(story())


def test_what_was_not_acknowledged_is_marked_when_it_comes_again(play: Play) -> None:
    """Section 4.4: the same packet ids, in the same order, with DUP; what was acknowledged is not among them, and what
    was never sent has no DUP."""

    async def story() -> None:
        came: list[tuple[int, bytes]] = []
        times = 0

        async def script(client: Client) -> None:
            nonlocal times
            times += 1
            await client.expect(CONNECT)
            await client.say(CONNACK)
            for at in range(4):
                flags, body = await client.expect(PUBLISH)
                came.append((flags, body))
                if times == 2 or at == 0:
                    await client.say(b"\x40\x02" + body[3:5])
            if times == 2:
                await client.wait_closed()

        async with scripted(script) as port:
            sender = sender_to(port, in_flight=3)
            for payload in (b"a", b"b", b"c", b"d", b"e"):
                sender.publish("t", payload)
            told = Basin()
            async with carrying(sender, told.trouble):
                await drained(sender)
        first = [
            (2, b"\x00\x01t\x00\x01a"),
            (2, b"\x00\x01t\x00\x02b"),
            (2, b"\x00\x01t\x00\x03c"),
            (2, b"\x00\x01t\x00\x04d"),
        ]
        again = [(10, body) for _, body in first[1:]]
        assert came == [*first, *again, (2, b"\x00\x01t\x00\x05e")]

    play(story())


def test_no_more_is_in_flight_than_allowed(play: Play) -> None:
    """A broker that acknowledges nothing gets `in_flight` messages and no more."""

    async def story() -> None:
        came = 0
        enough = asyncio.Event()

        async def script(client: Client) -> None:
            nonlocal came
            await client.expect(CONNECT)
            await client.say(CONNACK)
            while True:
                await client.expect(PUBLISH)
                came += 1
                if came == 5:
                    enough.set()

        async with scripted(script) as port:
            sender = sender_to(port, in_flight=5)
            async with carrying(sender, no_trouble):
                for n in range(50):
                    sender.publish("t", b"%d" % n)
                await enough.wait()
                await turns(100)
                assert (came, sender.pending) == (5, 50)

    play(story())


@pytest.mark.parametrize("bound", [{"queue_limit": 4}, {"queue_bytes": 4 * 1300}])
def test_a_full_queue_is_reported(play: Play, bound: dict[str, int]) -> None:
    """What finds no room is refused to the caller's face and told to operators at the 1st, 2nd and 4th time; what had
    found room is sent when the broker comes."""

    async def story() -> None:
        port = free_port()
        basin = Basin()
        sender = sender_to(port, **bound)
        async with carrying(sender, basin.trouble, up=False):
            await basin.until(lambda: len(basin.troubles) == 1)
            accepted = [sender.publish("t", b"%d" % n + bytes(1000)) for n in range(9)]
            assert accepted == [True] * 4 + [False] * 5
            assert ["no room" in why for why in basin.troubles] == [False, True, True, True]
            assert "4 refused" in basin.troubles[-1]
        assert sender.pending == 4

    play(story())


VANISHING = """
import asyncio, sys
from center.links.mqtt_connection import Broker
from center.links.mqtt_frames import Will
from center.links.mqtt_sender import MqttSender

async def main():
    sender = MqttSender("out", Broker("127.0.0.1", int(sys.argv[1])), will=Will("center/state", b"gone", 1))
    sender.publish("center/state", b"here")
    await sender.run(print)

asyncio.run(main())
"""


def test_the_will_is_said_when_the_center_vanishes(play: Play) -> None:
    """Terminals learn from the broker that the center was killed; they hear nothing when it leaves properly."""

    async def story() -> None:
        with mosquitto() as server:
            basin = Basin()
            inbox = MqttLink("in", Broker(LOOPBACK, server.port), {"center/#": 1}, retry=hasty())
            async with carrying(inbox, {"center/#": basin}):
                async with carrying(sender_to(server.port, will=Will("center/state", b"left", 1)), no_trouble):
                    pass
                center = await asyncio.create_subprocess_exec(sys.executable, "-c", VANISHING, str(server.port))
                await basin.until(lambda: b"here" in basin.data)
                center.kill()
                await center.wait()
                await basin.until(lambda: b"gone" in basin.data)
            assert basin.data == [b"here", b"gone"]

    play(story())


def test_a_bad_topic_is_the_callers_mistake() -> None:
    """A wildcard in a topic is a ValueError at once, not a broken connection later."""
    with pytest.raises(ValueError, match="not a topic"):
        sender_to(1).publish("terminals/#", b"")
