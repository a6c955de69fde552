"""The twin's client, and a broker that dies under it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from tests.center.links.basin import becomes
from twin.broker import Broker
from twin.center_process import LOOPBACK, free_port
from twin.wire_mqtt import Mqtt


def test_what_is_published_while_the_broker_is_dead_arrives_when_it_is_back(tmp_path: Path) -> None:
    """Killed with a hundred messages around: after it is back the client connects by itself, subscribes anew, and what
    was said meanwhile is heard, on the event loop; nothing is counted as lost and nothing keeps waiting."""
    heard: list[bytes] = []
    where: set[int] = set()

    def hear(topic: str, payload: bytes) -> None:
        assert topic == "terminals/SO-1/in"
        where.add(threading.get_ident())
        heard.append(payload)

    async def told() -> None:
        port = free_port(set())
        broker = Broker(tmp_path, port)
        await asyncio.to_thread(broker.start)
        client = Mqtt((LOOPBACK, port), "twin", ["terminals/+/in"], hear)
        await client.open()
        for number in range(100):
            client.send("terminals/SO-1/in", b"before %d" % number)
        await becomes(lambda: len(heard) >= 100 and client.waiting == 0)
        assert heard == [b"before %d" % number for number in range(100)]
        assert client.slowest_s > 0.0
        await asyncio.to_thread(broker.kill)
        for number in range(50):
            client.send("terminals/SO-1/in", b"meanwhile %d" % number)
        assert client.waiting == 50
        broker = Broker(tmp_path, port)
        await asyncio.to_thread(broker.start)
        await becomes(lambda: client.waiting == 0)
        client.send("terminals/SO-1/in", b"after")
        await becomes(lambda: heard[-1] == b"after")
        assert client.lost == 0
        await client.close()
        await asyncio.to_thread(broker.stop)

    asyncio.run(told())
    assert where == {threading.get_ident()}


def test_who_is_told_to_stop_while_it_connects_stops(tmp_path: Path) -> None:
    """Also where both happen at once. Fails with `asyncio.wait_for` on Python 3.11, which forgets the word to stop: a
    twin that got SIGTERM as its broker let it in played on."""

    async def told() -> None:
        client = Mqtt((LOOPBACK, free_port(set())), "twin", [], lambda _topic, _payload: None)
        opening = asyncio.create_task(client.open())
        await asyncio.sleep(0)
        client._up.set()
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        await client.close()

    asyncio.run(told())


def test_a_broker_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    async def told() -> None:
        port = free_port(set())
        client = Mqtt((LOOPBACK, port), "twin", [], lambda _topic, _payload: None)
        opening = asyncio.create_task(client.open())
        await asyncio.sleep(0)
        broker = Broker(tmp_path, port)
        await asyncio.to_thread(broker.start)
        await opening
        await client.close()
        await asyncio.to_thread(broker.stop)

    asyncio.run(told())
