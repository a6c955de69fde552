"""MQTT feeds on real brokers: what was not durable comes again, and nothing is lost on the way back."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from center.links.mqtt import MqttLink
from center.links.mqtt_connection import Broker
from center.links.mqtt_frames import connect, publish
from center.links.retry import Retry
from tests.center.links.basin import Basin, carrying
from tests.center.links.brokers import CONNACK, publish_with_paho
from tests.center.links.conftest import Play
from tests.servers import LOOPBACK, Server, embedded_broker, mosquitto

pytestmark = pytest.mark.wire


def broker_at(port: int, **more: Any) -> Broker:
    return Broker(LOOPBACK, port, **more)


def hasty() -> Retry:
    return Retry(first_s=0.02, most_s=0.2, steady_s=0.0)


def link_to(port: int, filters: dict[str, int], **more: Any) -> MqttLink:
    return MqttLink("mqtt", broker_at(port), filters, retry=hasty(), **more)


@pytest.fixture(params=[embedded_broker, mosquitto])
def broker(request: pytest.FixtureRequest) -> Iterator[Server]:
    started: AbstractContextManager[Server] = request.param()
    with started as server:
        yield server


def test_each_message_reaches_the_sink_of_its_filter(play: Play, broker: Server) -> None:
    """Several feeds share a connection; each gets its own topics, in order, and no other's."""

    async def story() -> None:
        units, plates = Basin(), Basin()
        link = link_to(broker.port, {"avl/#": 0, "plates/+/read": 1})
        async with carrying(link, {"avl/#": units, "plates/+/read": plates}):
            sent = [(f"avl/{n % 3}", b"%d" % n) for n in range(50)] + [
                ("plates/i10/read", b"%d" % n) for n in range(50)
            ]
            await publish_with_paho(broker.port, [*sent, ("plates/i10/status", b"no"), ("weather", b"no")])
            await units.until(lambda: len(units.items) >= 50)
            await plates.until(lambda: len(plates.items) >= 50)
        assert units.items == sent[:50]
        assert plates.items == sent[50:]
        assert units.troubles == plates.troubles == []

    play(story())


def test_a_hundred_thousand_messages_arrive(play: Play, broker: Server) -> None:
    """A flood arrives whole and in order."""

    async def story() -> None:
        basin = Basin()
        async with carrying(link_to(broker.port, {"avl/#": 0}), {"avl/#": basin}):
            stream = b"".join(publish(f"avl/{n % 100}", b"%d" % n) for n in range(100_000))
            await asyncio.to_thread(blast, broker.port, stream)
            await basin.until(lambda: len(basin.items) >= 100_000)
        assert basin.items == [(f"avl/{n % 100}", b"%d" % n) for n in range(100_000)]

    play(story())


def blast(port: int, stream: bytes) -> None:
    with socket.create_connection((LOOPBACK, port)) as sock:
        sock.sendall(connect("blast", 60, True))
        assert sock.recv(4) == CONNACK
        sock.sendall(stream)
        sock.sendall(b"\xe0\x00")
        assert sock.recv(1) == b""


def test_what_was_not_durable_comes_again(play: Play, broker: Server) -> None:
    """A message is acknowledged only after `kept`: a center killed before that gets it again, one killed after does
    not. (Acknowledge in `pour` and the second center waits in vain.)"""

    async def story() -> None:
        messages = [("plates/1", b"%d" % n) for n in range(10)]
        killed, restarted, third = Basin(durable=False), Basin(), Basin()
        filters = {"plates/#": 1}
        async with carrying(link_to(broker.port, filters), {"plates/#": killed}):
            await publish_with_paho(broker.port, messages)
            await killed.until(lambda: len(killed.items) == 10)
        async with carrying(link_to(broker.port, filters), {"plates/#": restarted}):
            await restarted.until(lambda: len(restarted.items) == 10)
            await publish_with_paho(broker.port, [("plates/1", b"acknowledged after these")])
            await restarted.until(lambda: len(restarted.items) == 11)
            await settled(broker.port)
        async with carrying(link_to(broker.port, filters), {"plates/#": third}):
            await publish_with_paho(broker.port, [("plates/1", b"fresh")])
            await third.until(lambda: b"fresh" in third.data)
        assert killed.items == restarted.items[:10] == messages
        assert third.data == [b"fresh"]

    play(story())


async def settled(port: int) -> None:
    """The broker has read what was sent to it before this: another connection's round trip came after."""
    await publish_with_paho(port, [("settled", b"")])


def test_the_link_comes_back_when_the_broker_does(play: Play, broker: Server) -> None:
    """A broker killed with SIGKILL and started again on its port is subscribed to again, unasked."""

    async def story() -> None:
        basin = Basin()
        link = link_to(broker.port, {"avl/#": 1})
        async with carrying(link, {"avl/#": basin}):
            for round_number in range(2):
                await publish_with_paho(broker.port, [("avl/1", b"%d" % round_number)])
                await basin.until(lambda: len(basin.items) == round_number + 1)  # noqa: B023
                await asyncio.to_thread(broker.kill)
                await basin.until(lambda: len(basin.troubles) > round_number)  # noqa: B023
                await asyncio.to_thread(broker.start)
                await link.ready()
            await publish_with_paho(broker.port, [("avl/1", b"back")])
            await basin.until(lambda: b"back" in basin.data)
        assert basin.data == [b"0", b"1", b"back"]
        assert all(why.startswith(f"MQTT broker {LOOPBACK}:{broker.port}: ") for why in basin.troubles)

    play(story())


def test_what_was_published_while_the_center_was_away_arrives(play: Play) -> None:
    """A broker that keeps its state on disk is killed and started; messages at QoS 1 that came meanwhile are waiting
    for the center when it returns."""

    async def story() -> None:
        with mosquitto(persistent=True) as broker:
            away, back = Basin(), Basin()
            async with carrying(link_to(broker.port, {"plates/#": 1}), {"plates/#": away}):
                await publish_with_paho(broker.port, [("plates/1", b"before")])
                await away.until(lambda: away.data == [b"before"])
            await asyncio.to_thread(broker.kill)
            await asyncio.to_thread(broker.start)
            messages = [("plates/1", b"%d" % n) for n in range(100)]
            await publish_with_paho(broker.port, messages)
            async with carrying(link_to(broker.port, {"plates/#": 1}), {"plates/#": back}):
                await back.until(lambda: len(back.items) >= 100)
            assert [item for item in back.items if item[1] != b"before"] == messages

    play(story())
