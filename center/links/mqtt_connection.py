"""One connection to an MQTT broker.

Knows: how to sign in, to keep the connection alive, and to notice that the broker has gone silent.
Refuses to know: what is subscribed or published, and when to connect again. Never says a credential.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from center.links.connection import Connection
from center.links.mqtt_frames import (
    CONNACK_REFUSALS,
    DISCONNECT,
    PINGREQ,
    Connack,
    FrameReader,
    Frames,
    Will,
    connect,
)


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a broker is and how to sign in there. `keepalive_s`: a broker silent for that long is given up."""

    host: str
    port: int = 1883
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    keepalive_s: int = 30
    connect_s: float = 10.0

    def __post_init__(self) -> None:
        if not 1 <= self.keepalive_s <= 65_535:
            raise ValueError("keepalive_s is 1 to 65535; some brokers refuse 0")
        if self.password is not None and self.username is None:
            raise ValueError("a password without a user name")

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"


class MqttConnection(Connection, asyncio.BufferedProtocol):
    """Reads into one large buffer and hands over all packets of a read at once."""

    def __init__(
        self,
        broker: Broker,
        received: Callable[[MqttConnection, Frames, int], None],
        writable: Callable[[], None],
        window_bytes: int,
        limit_bytes: int,
    ) -> None:
        super().__init__(window_bytes, broker.keepalive_s)
        self.connack: Connack | None = None
        self.answered = asyncio.Event()
        self.can_write = True
        self._received = received
        self._writable = writable
        self._reader = FrameReader(limit_bytes)

    def prompt(self) -> None:
        """Section 3.1.2.10: something is sent in every keepalive interval, and a PINGREQ is answered."""
        if self.connack is not None:
            self.send(PINGREQ)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        return self._reader.buffer()

    def buffer_updated(self, nbytes: int) -> None:
        self.heard()
        frames = self._reader.received(nbytes)
        if self.connack is None and frames.replies and isinstance(frames.replies[0], Connack):
            self.connack = frames.replies[0]
            self.answered.set()
        if frames.publishes or frames.replies:
            self._received(self, frames, nbytes)
        if frames.error is not None:
            self.close(f"what comes is not MQTT: {frames.error.why}, at byte {frames.error.offset}")

    def pause_writing(self) -> None:
        self.can_write = False

    def resume_writing(self) -> None:
        self.can_write = True
        self._writable()

    def connection_lost(self, exc: Exception | None) -> None:
        self.can_write = False
        self.answered.set()
        super().connection_lost(exc)


@asynccontextmanager
async def signed_in(
    broker: Broker,
    client_id: str,
    received: Callable[[MqttConnection, Frames, int], None],
    *,
    clean_session: bool,
    writable: Callable[[], None] = lambda: None,
    will: Will | None = None,
    window_bytes: int = 4 << 20,
    limit_bytes: int = 4 << 20,
) -> AsyncIterator[MqttConnection]:
    """A connection whose CONNECT the broker has accepted; OSError when there is none to be had. Left with a
    DISCONNECT. `received` gets the packets of each read and the read's size in bytes, perhaps before this returns."""
    hello = connect(client_id, broker.keepalive_s, clean_session, broker.username, broker.password, will)
    connection = MqttConnection(broker, received, writable, window_bytes, limit_bytes)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + broker.connect_s
    with _in_time(broker):
        async with asyncio.timeout_at(deadline):
            await loop.create_connection(lambda: connection, broker.host, broker.port, ssl=broker.tls)
    try:
        connection.send(hello)
        with _in_time(broker):
            async with asyncio.timeout_at(deadline):
                await connection.answered.wait()
        if connection.connack is None:
            raise ConnectionError(f"not accepted (wrong user name or password?): {await connection.over()}")
        if connection.connack.code:
            raise ConnectionError(CONNACK_REFUSALS.get(connection.connack.code, "refused without a known reason"))
        yield connection
    finally:
        connection.send(DISCONNECT)
        connection.close("left")
        await connection.over()


@contextmanager
def _in_time(broker: Broker) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise TimeoutError(f"no answer within {broker.connect_s:g} s") from None
