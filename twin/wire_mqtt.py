"""The twin's end of an MQTT broker: one client for all its devices.

Knows: MQTT 3.1.1 by paho, on the event loop, and coming back when the broker was away.
Refuses to know: topics' meaning, payloads, and who else is connected.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from socket import socket
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

QUEUE_MESSAGES = 2_000
RECONNECT_S = 0.25
KEEPALIVE_S = 30
CONNECT_S = 15.0


class Mqtt:
    """`heard(topic, payload)` is called on the event loop. `waiting` is what the broker has not acknowledged yet,
    `slowest_s` the longest that one message waited for that."""

    def __init__(
        self, broker: tuple[str, int], name: str, topics: list[str], heard: Callable[[str, bytes], None]
    ) -> None:
        self.lost = 0
        self.slowest_s = 0.0
        self._topics = topics
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._up = asyncio.Event()
        self._since: deque[float] = deque()  # brokers acknowledge in the order of publishing
        self._tending: asyncio.Task[None] | None = None
        client = self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
        client.max_queued_messages_set(QUEUE_MESSAGES)
        client.on_connect = self._connected
        client.on_message = self._message
        client.on_publish = self._gone_out
        client.on_socket_open = self._opened
        client.on_socket_close = self._closed
        client.on_socket_register_write = self._to_write
        client.on_socket_unregister_write = self._written
        client.connect_async(*broker, keepalive=KEEPALIVE_S)

    @property
    def waiting(self) -> int:
        return len(self._since)

    async def open(self) -> None:
        """Returns when it is connected."""
        self._tending = asyncio.create_task(self._tend())
        async with asyncio.timeout(CONNECT_S):  # wait_for of Python 3.11 may swallow the word to stop
            await self._up.wait()

    def send(self, peer: str, data: bytes) -> None:
        if self._client.publish(peer, data, qos=1).rc == paho.MQTT_ERR_QUEUE_SIZE:
            self.lost += 1
        else:
            self._since.append(time.monotonic())

    def cut(self, peer: str) -> None:
        """Devices share the client; its connection is not theirs to cut."""

    async def close(self) -> None:
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.gather(self._tending, return_exceptions=True)
        self._client.disconnect()
        self._client.loop_write()

    async def _tend(self) -> None:
        """Connect, and again whenever the connection is gone; keep a quiet one alive."""
        while True:
            if self._client.socket() is None:
                with contextlib.suppress(OSError):
                    await asyncio.to_thread(self._client.reconnect)
            else:
                self._client.loop_misc()
            await asyncio.sleep(RECONNECT_S)

    def _opened(self, _client: Any, _userdata: Any, sock: Any) -> None:
        self._on_loop(self._watch, sock)

    def _to_write(self, _client: Any, _userdata: Any, sock: Any) -> None:
        self._on_loop(self._watch_writing, sock)

    def _on_loop(self, then: Callable[[socket], None], sock: socket) -> None:
        """Connecting may take its time, so a thread does it, and event loops are not to be touched by another."""
        if threading.get_ident() == self._thread:
            then(sock)
        else:
            self._loop.call_soon_threadsafe(then, sock)

    def _watch(self, sock: socket) -> None:
        if sock is self._client.socket():
            self._loop.add_reader(sock, self._client.loop_read)

    def _watch_writing(self, sock: socket) -> None:
        if sock is self._client.socket():
            self._loop.add_writer(sock, self._client.loop_write)

    def _closed(self, _client: Any, _userdata: Any, sock: Any) -> None:
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)

    def _written(self, _client: Any, _userdata: Any, sock: Any) -> None:
        self._loop.remove_writer(sock)

    def _connected(self, client: Any, _userdata: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        for topic in self._topics:
            client.subscribe(topic, qos=1)
        self._up.set()

    def _gone_out(self, _client: Any, _userdata: Any, _mid: Any, _reason: Any, _properties: Any) -> None:
        if self._since:
            self.slowest_s = max(self.slowest_s, time.monotonic() - self._since.popleft())

    def _message(self, _client: Any, _userdata: Any, message: Any) -> None:
        self._heard(message.topic, message.payload)
