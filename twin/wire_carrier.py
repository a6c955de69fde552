"""Carries devices' bytes to a center over real links, as its site file names them.

Knows: which sending end each feed of a site needs.
Refuses to know: what a message says, and whether the center is the twin's own or somebody's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from twin.devices.carrier import Answered
from twin.wire_documents import DocumentServer
from twin.wire_http import HttpPoster
from twin.wire_links import FolderDrop, Sender, TcpSender, TcpServer, UdpSender, address
from twin.wire_mqtt import Mqtt
from twin.wire_screens import Screens

LOOK_S = 0.005
JPEG = "image/jpeg"

Tap = Callable[[str, str, bytes], None]


class WireCarrier:
    """A Carrier. `feeds` are the `[[feeds]]` of a site file, relative folders counting from `folder`; `heard(topic,
    payload)` gets what is published on `topics`. `tap(link, peer, data)` sees every message as it leaves."""

    def __init__(
        self,
        feeds: list[Mapping[str, Any]],
        folder: Path,
        topics: Mapping[str, list[str]],
        heard: Callable[[str, bytes], None],
        tap: Tap | None = None,
        client: str = "rtcc-twin",
    ) -> None:
        """`topics` by broker address; `client` is what brokers know this one by."""
        self._senders: dict[str, Sender] = {}
        self._posters: dict[str, tuple[HttpPoster, str]] = {}
        self._brokers: dict[str, Mqtt] = {}
        self._tap = tap
        hosts: dict[str, HttpPoster] = {}
        for feed in feeds:
            name, link = feed["name"], feed["link"]
            if link == "http":
                poster = hosts.setdefault(feed["listen"], HttpPoster(address(feed["listen"])))
                self._posters[name] = (poster, feed["path"])
            elif link == "mqtt":
                at = feed["connect"]
                if at not in self._brokers:
                    self._brokers[at] = Mqtt(address(at), client, topics.get(at, []), heard)
                self._senders[name] = self._brokers[at]
            else:
                self._senders[name] = _sender(feed, folder)

    @property
    def lost(self) -> int:
        """Messages that could not leave."""
        ends = {id(end): end.lost for end in self._senders.values()}
        posts = {id(poster): poster.lost for poster, _ in self._posters.values()}
        return sum(ends.values()) + sum(posts.values())

    @property
    def waiting(self) -> int:
        """The longest queue of messages that have not left yet."""
        ends = [sender.waiting for sender in self._senders.values()]
        return max([*ends, *(poster.waiting for poster, _ in self._posters.values())], default=0)

    @property
    def slowest_s(self) -> float:
        """The longest that a message waited until a center or a broker had it, where they say so (HTTP, MQTT)."""
        ends = [*(broker.slowest_s for broker in self._brokers.values())]
        return max([*ends, *(poster.slowest_s for poster, _ in self._posters.values())], default=0.0)

    async def drained(self, to: int = 0, within_s: float = 30.0) -> None:
        """Returns when no queue holds more than `to` messages, or the time is up."""
        deadline = time.monotonic() + within_s
        while self.waiting > to and time.monotonic() < deadline:
            await asyncio.sleep(LOOK_S)

    async def open(self) -> None:
        for sender in _distinct(self._senders):
            await sender.open()

    async def close(self) -> None:
        await asyncio.gather(*(sender.close() for sender in _distinct(self._senders)))
        for poster, _ in self._posters.values():
            await poster.close()

    def send(self, link: str, peer: str, data: bytes) -> None:
        if self._tap is not None:
            self._tap(link, peer, data)
        self._senders[link].send(peer, data)

    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None:
        if self._tap is not None:
            self._tap(link, peer, data)
        poster, path = self._posters[link]
        if peer.startswith(("/", "?")):  # who sends is named by the path, and what is sent are pictures
            poster.post(path + peer, JPEG, data, answered)
        else:
            poster.post(path, peer, data, answered)

    def shown(self, link: str, peer: str) -> bytes | None:
        """The newest picture of a camera that films."""
        screens = self._senders.get(link)
        return screens.newest.get(peer) if isinstance(screens, Screens) else None

    def cut(self, link: str, peer: str) -> None:
        sender = self._senders.get(link)
        if sender is not None:
            sender.cut(peer)


def _sender(feed: Mapping[str, Any], folder: Path) -> Sender:
    link = feed["link"]
    if link == "udp":
        return UdpSender(address(feed["listen"]))
    if link == "rtsp":
        return Screens()
    if link == "tcp-listen":
        return TcpSender(address(feed["listen"]))
    if link == "poll":
        return DocumentServer(feed["url"])
    if link == "tcp":
        return TcpServer(address(feed["connect"]))
    return FolderDrop(folder / feed["folder"])


def _distinct(senders: Mapping[str, Sender]) -> list[Sender]:
    return list({id(sender): sender for sender in senders.values()}.values())
