"""Other ends for MQTT tests: paho as a publisher, and a broker that misbehaves on command.

Knows: paho's blocking interface, and how a client's packets are told apart.
Refuses to know: the code under test.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from paho.mqtt.publish import multiple

CONNACK = b"\x20\x02\x00\x00"
SUBACK = b"\x90\x03\x00\x01\x01"
CONNECT, PUBLISH, SUBSCRIBE, PUBACK, PINGREQ, DISCONNECT = 1, 3, 8, 4, 12, 14


async def publish_with_paho(port: int, messages: Iterable[tuple[str, bytes]], qos: int = 1) -> None:
    """Returns when the broker has taken them all."""
    batch: list[Any] = [(topic, payload, qos, False) for topic, payload in messages]
    await asyncio.to_thread(multiple, batch, hostname="127.0.0.1", port=port)


class Client:
    """A client as the misbehaving broker sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def packet(self) -> tuple[int, int, bytes]:
        """(type, flags, body) of the next packet; ConnectionError when the client takes its leave."""
        head = (await self._reader.readexactly(1))[0]
        length = shift = 0
        while True:
            byte = (await self._reader.readexactly(1))[0]
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        if head >> 4 == DISCONNECT:
            raise ConnectionError("the client has left")
        return head >> 4, head & 15, await self._reader.readexactly(length)

    async def expect(self, kind: int) -> tuple[int, bytes]:
        """(flags, body) of the next packet, which has to be of that type; pings are passed over."""
        while True:
            found, flags, body = await self.packet()
            if found != PINGREQ:
                assert found == kind, f"packet type {found}, not {kind}"
                return flags, body

    async def welcome(self) -> None:
        """Accepts the connection and its first subscription."""
        await self.expect(CONNECT)
        await self.say(CONNACK)
        await self.expect(SUBSCRIBE)
        await self.say(SUBACK)

    async def say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def wait_closed(self) -> None:
        """Returns when the client has hung up."""
        while await self._reader.read(65_536):
            pass


@asynccontextmanager
async def scripted(script: Callable[[Client], Awaitable[None]]) -> AsyncIterator[int]:
    """A broker that does what `script` says with each client in turn, then hangs up. Gives its port."""
    scenes: set[asyncio.Task[None]] = set()
    failed: list[BaseException] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        scenes.add(task)
        try:
            await script(Client(reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        except AssertionError as error:
            failed.append(error)
        finally:
            scenes.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for scene in list(scenes):
            scene.cancel()
        await asyncio.gather(*scenes)
    assert not failed, failed
