"""MQTT in: several feeds on one connection to a broker.

Knows: which topic filter belongs to which sink, and that a message is acknowledged only when it is durable.
Refuses to know: what the messages mean.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import combinations

from center.links.flow import ITEM_BYTES, Keeper
from center.links.link import Endpoint, Sink, sinks_of, worth_telling
from center.links.mqtt_connection import Broker, MqttConnection, signed_in
from center.links.mqtt_frames import LONGEST_REMEMBERED, REFUSED, Frames, Publish, Suback, puback, subscribe
from center.links.mqtt_topics import check_filter, matches, overlap
from center.links.retry import Retry

_SUBSCRIBE_ID = 1
_TOPICS = 65_536


class MqttLink(Endpoint):
    """A Trunk whose routes are topic filters; the peer of an item is its topic.

    `filters` maps each filter to the QoS it is subscribed with, 0 or 1. No topic may match two of them. A QoS 1
    message is acknowledged when `kept` has returned for it, so what a killed center had not made durable comes again;
    for that the session must outlive the connection (`clean_session=False`) and the client id must stay the same.
    Messages can come twice. Replies have nowhere to go, and topics are never `gone`.
    """

    def __init__(
        self,
        name: str,
        broker: Broker,
        filters: Mapping[str, int],
        *,
        client_id: str = "",
        clean_session: bool = False,
        window_bytes: int = 4 << 20,
        limit_bytes: int = 4 << 20,
        retry: Retry | None = None,
    ) -> None:
        super().__init__(name)
        _check(filters)
        self._broker = broker
        self._filters = dict(filters)
        self._client_id = client_id or name
        self._clean_session = clean_session
        self._window_bytes = window_bytes
        self._limit_bytes = limit_bytes
        self._retry = retry or Retry()

    async def run(self, sinks: Mapping[str, Sink]) -> None:
        distinct = sinks_of(self._filters, sinks)

        def trouble(why: str) -> None:
            for sink in distinct:
                sink.trouble(f"MQTT broker {self._broker.place}: {why}")

        keeper = Keeper()
        sorter = _Sorter(sinks, keeper, trouble)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keeper.run())
            await self._retry.forever(partial(self._attempt, sinks, sorter), trouble)

    async def _attempt(self, sinks: Mapping[str, Sink], sorter: _Sorter) -> str:
        def received(connection: MqttConnection, frames: Frames, size_bytes: int) -> None:
            for reply in frames.replies:
                if isinstance(reply, Suback):
                    self._subscribed(reply, sinks)
            if frames.publishes:
                sorter.pour(connection, frames.publishes, size_bytes)

        def lose_patience(connection: MqttConnection) -> None:
            if not self._up.is_set():
                connection.close("the subscription was not answered")

        async with signed_in(
            self._broker,
            self._client_id,
            received,
            clean_session=self._clean_session,
            window_bytes=self._window_bytes,
            limit_bytes=self._limit_bytes,
        ) as connection:
            connection.send(subscribe(_SUBSCRIBE_ID, list(self._filters.items())))
            timer = asyncio.get_running_loop().call_later(self._broker.connect_s, lose_patience, connection)
            try:
                return await connection.over()
            finally:
                timer.cancel()
                self._up.clear()

    def _subscribed(self, suback: Suback, sinks: Mapping[str, Sink]) -> None:
        self._retry.succeeded()
        self._up.set()
        for (topic_filter, asked), granted in zip(self._filters.items(), suback.granted, strict=False):
            if granted == REFUSED:
                sinks[topic_filter].trouble(f"{self._broker.place} refuses the subscription to {topic_filter}")
            elif granted < asked:
                sinks[topic_filter].trouble(f"{self._broker.place} serves {topic_filter} at QoS {granted} only")


class _Route:
    """A sink and what of the read under way goes there. No sink: what nobody here subscribed to."""

    def __init__(self, sink: Sink | None) -> None:
        self.sink = sink
        self.items: list[tuple[str, bytes]] = []


class _Sorter:
    """Sorts the messages of one read by sink, pours them, and acknowledges them in order when all are durable."""

    def __init__(self, sinks: Mapping[str, Sink], keeper: Keeper, trouble: Callable[[str], None]) -> None:
        self._routes = {topic_filter: _Route(sink) for topic_filter, sink in sinks.items()}
        self._nowhere = _Route(None)
        self._known: dict[str, _Route] = {}
        self._keeper = keeper
        self._trouble = trouble
        self._strays = 0

    def pour(self, connection: MqttConnection, publishes: Sequence[Publish], size_bytes: int) -> None:
        known = self._known
        touched: list[_Route] = []
        acks: list[bytes] = []
        for topic, payload, qos, packet_id, _, _ in publishes:
            route = known.get(topic) or self._route(topic)
            if not route.items:
                touched.append(route)
            route.items.append((topic, payload))
            if qos:
                acks.append(puback(packet_id))
        poured: list[tuple[Sink, int]] = []
        for route in touched:
            items, route.items = route.items, []
            if route.sink is not None:
                poured.append((route.sink, route.sink.arrive(items)))
        size_bytes += ITEM_BYTES * len(publishes)
        connection.flow.poured(size_bytes)
        self._keeper.when_kept(poured, partial(_acknowledge, connection, b"".join(acks), size_bytes))

    def _route(self, topic: str) -> _Route:
        found = next((self._routes[wanted] for wanted in self._routes if matches(wanted, topic)), self._nowhere)
        if found is self._nowhere:
            self._strays += 1
            if worth_telling(self._strays):
                self._trouble(f"{topic[:80]} matches no filter of ours; an old session of this client id?")
        if len(self._known) >= _TOPICS:
            self._known.clear()
        if len(topic) <= LONGEST_REMEMBERED:
            self._known[topic] = found
        return found


def _acknowledge(connection: MqttConnection, acks: bytes, size_bytes: int) -> None:
    connection.flow.kept(size_bytes)
    if acks:
        connection.send(acks)


def _check(filters: Mapping[str, int]) -> None:
    if not filters:
        raise ValueError("no topic filter")
    for topic_filter, qos in filters.items():
        check_filter(topic_filter)
        if qos not in (0, 1):
            raise ValueError(f"{topic_filter} at QoS {qos}; 0 or 1")
    for one, other in combinations(filters, 2):
        if overlap(one, other):
            raise ValueError(f"{one} and {other} can match the same topic")
