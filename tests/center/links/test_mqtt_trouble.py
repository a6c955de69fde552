"""What goes wrong on the way to a broker is told to operators, once, and mended without them."""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import Any

import pytest

from center.links.mqtt import MqttLink
from center.links.mqtt_connection import Broker
from center.links.mqtt_frames import publish
from center.links.retry import Retry
from tests.center.links.basin import Basin, carrying, turns
from tests.center.links.brokers import (
    CONNACK,
    CONNECT,
    PINGREQ,
    PUBACK,
    SUBACK,
    SUBSCRIBE,
    Client,
    publish_with_paho,
    scripted,
)
from tests.center.links.conftest import Certificate, Play
from tests.servers import LOOPBACK, embedded_broker, free_port, mosquitto

pytestmark = pytest.mark.wire


def link_to(
    port: int, filters: dict[str, int] | None = None, *, window_bytes: int = 4 << 20, **broker: Any
) -> MqttLink:
    retry = Retry(first_s=0.02, most_s=0.2, steady_s=0.0)
    return MqttLink(
        "mqtt", Broker(LOOPBACK, port, **broker), filters or {"a/#": 1}, retry=retry, window_bytes=window_bytes
    )


async def hang(client: Client) -> None:
    await client.wait_closed()


def test_a_broker_that_is_not_there_yet_is_found_when_it_comes(play: Play) -> None:
    """Refused connections are told once, however many there are, and end when somebody listens."""

    async def story() -> None:
        basin = Basin()
        port = free_port()
        link = link_to(port)
        async with carrying(link, {"a/#": basin}, up=False):
            await basin.until(lambda: bool(basin.troubles))
            attempts = 0

            async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                nonlocal attempts
                attempts += 1
                client = Client(reader, writer)
                if attempts > 3:
                    await client.welcome()
                    await client.say(publish("a/1", b"found"))
                    await client.wait_closed()
                writer.transport.abort()

            server = await asyncio.start_server(count, LOOPBACK, port)
            await basin.until(lambda: basin.data == [b"found"])
            server.close()
        assert basin.troubles[0] == f"MQTT broker {LOOPBACK}:{port}: Connection refused"
        assert attempts == 4
        assert len(basin.troubles) == 2  # refused, then closed before accepting; each once

    play(story())


@pytest.mark.parametrize("start", [embedded_broker, mosquitto])
def test_wrong_credentials_are_named_and_never_shown(play: Play, caplog: pytest.LogCaptureFixture, start: Any) -> None:
    """The operator reads that the password is wrong; neither the sentence nor the log nor a repr holds it."""
    caplog.set_level(logging.DEBUG)

    async def story() -> None:
        with start(users={"center": "right-secret"}) as server:
            refused, served = Basin(), Basin()
            wrong = link_to(server.port, username="center", password="wrong-secret")
            async with carrying(wrong, {"a/#": refused}, up=False):
                await refused.until(lambda: bool(refused.troubles))
            right = link_to(server.port, username="center", password="right-secret")
            async with carrying(right, {"a/#": served}):
                assert served.troubles == []
            assert "password" in refused.troubles[0] or "not authorized" in refused.troubles[0]
            shown = " ".join([*refused.troubles, caplog.text, repr(vars(wrong)), repr(vars(right))])
            assert "secret" not in shown

    play(story())


def test_a_silent_broker_is_given_up_and_connected_to_again(play: Play) -> None:
    """A connection that is only half there (no ping is answered) ends after the keepalive, not after hours."""

    async def story() -> None:
        basin = Basin()
        times = 0

        async def script(client: Client) -> None:
            nonlocal times
            times += 1
            await client.welcome()
            if times == 2:
                await client.say(publish("a/1", b"again"))
            await client.wait_closed()

        async with scripted(script) as port, carrying(link_to(port, keepalive_s=1), {"a/#": basin}):
            await basin.until(lambda: basin.data == [b"again"])
        assert basin.troubles == [f"MQTT broker {LOOPBACK}:{port}: silent for 1 s"]

    play(story())


def test_a_quiet_feed_stays_connected(play: Play) -> None:
    """Where nothing is published for longer than the keepalive, pings and their answers keep the connection."""

    async def story() -> None:
        basin = Basin()

        async def script(client: Client) -> None:
            await client.welcome()
            for _ in range(5):  # three in a keepalive
                assert (await client.packet())[0] == PINGREQ
                await client.say(b"\xd0\x00")
            await client.say(publish("a/1", b"still here"))
            await client.wait_closed()

        async with scripted(script) as port, carrying(link_to(port, keepalive_s=1), {"a/#": basin}):
            await basin.until(lambda: basin.data == [b"still here"])
        assert basin.troubles == []

    play(story())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not MQTT: PUBACK with flags 1000"),
        (CONNACK + SUBACK + publish("a/1", b"x") + b"\x00\x00", "at byte 17"),
        (b"\x20\x02\x00\x05", "not authorized"),
        (b"\x20\x02\x00\x09", "without a known reason"),
        (b"", "user name or password"),
    ],
)
def test_what_a_broker_does_wrong_is_told_in_a_sentence(play: Play, said: bytes, why: str) -> None:
    """Noise in place of MQTT, refusals with and without a known code, and hanging up each have their sentence."""

    async def story() -> None:
        basin = Basin()

        async def script(client: Client) -> None:
            await client.expect(CONNECT)
            await client.say(said)
            if said:
                await client.wait_closed()

        async with scripted(script) as port, carrying(link_to(port), {"a/#": basin}, up=False):
            await basin.until(lambda: bool(basin.troubles))
        assert why in basin.troubles[0]

    play(story())


@pytest.mark.parametrize("welcome", [b"", CONNACK])
def test_a_broker_that_never_answers_is_given_up(play: Play, welcome: bytes) -> None:
    """Neither a missing CONNACK nor a missing SUBACK holds a link for longer than it was told to wait."""

    async def story() -> None:
        basin = Basin()

        async def script(client: Client) -> None:
            await client.expect(CONNECT)
            await client.say(welcome)
            await client.wait_closed()

        async with scripted(script) as port, carrying(link_to(port, connect_s=0.1), {"a/#": basin}, up=False):
            await basin.until(lambda: bool(basin.troubles))
        assert "answer" in basin.troubles[0]

    play(story())


def test_a_refused_subscription_troubles_its_own_feed_only(play: Play) -> None:
    """The broker refuses one filter and lowers another; the third feed's operators hear nothing of it."""

    async def story() -> None:
        refused, lowered, served = Basin(), Basin(), Basin()

        async def script(client: Client) -> None:
            await client.expect(CONNECT)
            await client.say(CONNACK)
            _, body = await client.expect(SUBSCRIBE)
            assert body == b"\x00\x01\x00\x03a/#\x01\x00\x03b/#\x01\x00\x03c/#\x01"
            await client.say(b"\x90\x05\x00\x01\x80\x00\x01" + publish("c/1", b"x"))
            await client.wait_closed()

        async with scripted(script) as port:
            link = link_to(port, {"a/#": 1, "b/#": 1, "c/#": 1})
            async with carrying(link, {"a/#": refused, "b/#": lowered, "c/#": served}):
                await served.until(lambda: served.data == [b"x"])
                assert refused.troubles == [f"{LOOPBACK}:{port} refuses the subscription to a/#"]
                assert lowered.troubles == [f"{LOOPBACK}:{port} serves b/# at QoS 0 only"]
                assert served.troubles == []

    play(story())


def test_topics_of_an_old_session_are_acknowledged_and_told(play: Play) -> None:
    """A session that still subscribes to what the site no longer wants cannot clog the connection."""

    async def story() -> None:
        with mosquitto() as server:
            async with carrying(link_to(server.port, {"old/#": 1}), {"old/#": Basin()}):
                pass
            await publish_with_paho(server.port, [("old/1", b"stray")] * 3)
            basin = Basin()
            async with carrying(link_to(server.port, {"new/#": 1}), {"new/#": basin}):
                await publish_with_paho(server.port, [("new/1", b"wanted")])
                await basin.until(lambda: basin.data == [b"wanted"])
                await basin.until(lambda: len(basin.troubles) == 1)
            assert "old/1 matches no filter" in basin.troubles[0]
            again = Basin()
            async with carrying(link_to(server.port, {"new/#": 1}), {"new/#": again}):
                await publish_with_paho(server.port, [("new/1", b"wanted")])
                await again.until(lambda: again.data == [b"wanted"])
            assert again.troubles == []

    play(story())


def test_acknowledgements_go_out_in_order_over_all_feeds(play: Play) -> None:
    """Section 4.6, and rumqttd insists: a feed that is kept at once waits for the one before it that is not."""

    async def story() -> None:
        slow, fast = Basin(durable=False), Basin()
        acknowledged: list[int] = []
        all_read = asyncio.Event()

        async def script(client: Client) -> None:
            await client.welcome()
            await client.say(b"".join(publish(topic, b"x", 1, at) for at, topic in enumerate("abab", 1)))
            for _ in range(4):
                _, body = await client.expect(PUBACK)
                acknowledged.append(int.from_bytes(body, "big"))
            all_read.set()
            await client.wait_closed()

        async with scripted(script) as port, carrying(link_to(port, {"a": 1, "b": 1}), {"a": slow, "b": fast}):
            await fast.until(lambda: len(fast.items) == 2)
            await turns(50)
            assert acknowledged == []
            slow.durable.set()
            await all_read.wait()
        assert acknowledged == [1, 2, 3, 4]
        assert slow.batches == fast.batches == [2]  # one call of each sink for the whole read

    play(story())


def test_reading_stops_while_the_sink_cannot_keep(play: Play) -> None:
    """A journal that hangs costs a bounded amount of memory, and when it goes on nothing is missing."""
    window_bytes, count = 1 << 20, 40_000

    async def story() -> None:
        basin = Basin(durable=False)

        async def script(client: Client) -> None:
            await client.welcome()
            for at in range(0, count, 100):
                await client.say(b"".join(publish("a", b"%06d" % n + bytes(994)) for n in range(at, at + 100)))
            await client.wait_closed()

        async with (
            scripted(script) as port,
            carrying(link_to(port, {"a": 0}, window_bytes=window_bytes), {"a": basin}),
        ):
            await basin.until(lambda: len(basin.items) * 1000 > window_bytes // 2)
            await turns(2000)
            assert sum(map(len, basin.data)) <= window_bytes + (256 << 10)
            basin.durable.set()
            await basin.until(lambda: len(basin.items) == count)
        assert [int(data[:6]) for data in basin.data] == list(range(count))

    play(story())


def test_a_broker_behind_tls_is_verified(play: Play, certificate: Certificate) -> None:
    """The connection is made over TLS to the certificate's holder, and not at all to anybody else."""

    async def story() -> None:
        port = free_port()
        config = f"listener {port} {LOOPBACK}\ncertfile {certificate.certificate}\nkeyfile {certificate.key}"
        with mosquitto(config=config):
            basin, wary = Basin(), Basin()
            link = MqttLink("mqtt", Broker("localhost", port, tls=certificate.client()), {"a/#": 1})
            async with carrying(link, {"a/#": basin}):
                assert basin.troubles == []
            stranger = MqttLink("mqtt", Broker("localhost", port, tls=ssl.create_default_context()), {"a/#": 1})
            async with carrying(stranger, {"a/#": wary}, up=False):
                await wary.until(lambda: bool(wary.troubles))
            assert "certificate" in wary.troubles[0]

    play(story())


@pytest.mark.parametrize(
    ("filters", "why"),
    [
        ({}, "no topic filter"),
        ({"a/#": 1, "a/b": 1}, "same topic"),
        ({"a": 2}, "QoS 2"),
        ({"a/#/b": 0}, "not a topic filter"),
    ],
)
def test_filters_that_cannot_be_told_apart_are_refused(filters: dict[str, int], why: str) -> None:
    """A message has one home: a site whose feeds overlap is refused when it is read, not when it matters."""
    with pytest.raises(ValueError, match=why):
        MqttLink("mqtt", Broker(LOOPBACK), filters)


def test_every_filter_needs_its_sink(play: Play) -> None:
    """A feed that is configured but pours nowhere is a ValueError at the start."""

    async def story() -> None:
        link = link_to(1, {"a": 0, "b": 0})
        with pytest.raises(ValueError, match="routes"):
            await link.run({"a": Basin()})

    play(story())


@pytest.mark.parametrize("keepalive_s", [0, 65_536])
def test_a_keepalive_must_be_one(keepalive_s: int) -> None:
    """0 means never to MQTT and is refused by some brokers; more does not fit."""
    with pytest.raises(ValueError, match="keepalive"):
        Broker(LOOPBACK, keepalive_s=keepalive_s)
