"""MQTT out: messages at QoS 1, each until a broker has acknowledged it.

Knows: what was handed over and not acknowledged yet, and sends it again after a reconnection.
Refuses to know: what the messages mean, and whether anybody received them; that is an answer of its own.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from center.links.flow import ITEM_BYTES
from center.links.link import Endpoint, worth_telling
from center.links.mqtt_connection import Broker, MqttConnection, signed_in
from center.links.mqtt_frames import Frames, Puback, Will, publish
from center.links.mqtt_topics import check_topic
from center.links.retry import Retry


class MqttSender(Endpoint):
    """`publish` can be called before `run` and while there is no connection: up to `queue_limit` messages or
    `queue_bytes` wait, of which up to `in_flight` are sent and not acknowledged. A message can arrive twice (the
    second time marked DUP), never out of order with others of its topic for the first time.

    The queue is memory: what is pending when the process dies is lost here, so the caller keeps its own record.
    """

    def __init__(
        self,
        name: str,
        broker: Broker,
        *,
        client_id: str = "",
        will: Will | None = None,
        in_flight: int = 64,
        queue_limit: int = 10_000,
        queue_bytes: int = 16 << 20,
        retry: Retry | None = None,
    ) -> None:
        super().__init__(name)
        self._broker = broker
        self._client_id = client_id or name
        self._will = will
        self._in_flight = in_flight
        self._queue_limit = queue_limit
        self._queue_bytes = queue_bytes
        self._retry = retry or Retry()
        self._queue: deque[tuple[str, bytes, bool]] = deque()
        self._sent: dict[int, tuple[str, bytes, bool]] = {}
        self._pending_bytes = 0
        self._packet_id = 0
        self._connection: MqttConnection | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._refused = 0
        self._trouble: Callable[[str], None] | None = None

    @property
    def pending(self) -> int:
        """Messages handed over and not acknowledged."""
        return len(self._queue) + len(self._sent)

    async def drained(self) -> None:
        """Returns when nothing is pending."""
        await self._idle.wait()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> bool:
        """Hands over one message; never blocks. False, and a word to the operators, when the queue has no room for it.
        ValueError when `topic` is not one."""
        check_topic(topic)
        size_bytes = _size_bytes(topic, payload)
        if self.pending >= self._queue_limit or self._pending_bytes + size_bytes > self._queue_bytes:
            self._refused += 1
            if self._trouble is not None and worth_telling(self._refused):
                self._trouble(f"no room for a message to {topic}: {self.pending} wait ({self._refused} refused)")
            return False
        self._queue.append((topic, payload, retain))
        self._pending_bytes += size_bytes
        self._idle.clear()
        self._pump()
        return True

    async def run(self, trouble: Callable[[str], None]) -> None:
        """Sends until cancelled; `trouble` gets sentences for operators."""

        def tell(why: str) -> None:
            trouble(f"MQTT broker {self._broker.place}: {why}")

        self._trouble = tell
        await self._retry.forever(self._attempt, tell)

    async def _attempt(self) -> str:
        async with signed_in(
            self._broker,
            self._client_id,
            self._received,
            clean_session=False,
            writable=self._pump,
            will=self._will,
        ) as connection:
            again = (_frame(packet_id, message, dup=True) for packet_id, message in self._sent.items())
            connection.send(b"".join(again))
            self._connection = connection
            self._retry.succeeded()
            self._up.set()
            self._pump()
            try:
                return await connection.over()
            finally:
                self._connection = None
                self._up.clear()

    def _received(self, connection: MqttConnection, frames: Frames, size_bytes: int) -> None:  # noqa: ARG002
        for reply in frames.replies:
            if isinstance(reply, Puback) and (message := self._sent.pop(reply.packet_id, None)) is not None:
                self._pending_bytes -= _size_bytes(message[0], message[1])
        self._pump()
        if not self.pending:
            self._idle.set()

    def _pump(self) -> None:
        """Sends what the broker and the window have room for."""
        if self._connection is None or not self._connection.can_write:
            return
        out: list[bytes] = []
        while self._queue and len(self._sent) < self._in_flight:
            packet_id = self._next_packet_id()
            self._sent[packet_id] = self._queue.popleft()
            out.append(_frame(packet_id, self._sent[packet_id]))
        if out:
            self._connection.send(b"".join(out))

    def _next_packet_id(self) -> int:
        while True:
            self._packet_id = self._packet_id % 65_535 + 1
            if self._packet_id not in self._sent:
                return self._packet_id


def _frame(packet_id: int, message: tuple[str, bytes, bool], *, dup: bool = False) -> bytes:
    topic, payload, retain = message
    return publish(topic, payload, 1, packet_id, retain=retain, dup=dup)


def _size_bytes(topic: str, payload: bytes) -> int:
    return len(topic) + len(payload) + ITEM_BYTES
