"""From the site file's feeds to open links.

Knows: which link each feed asks for, that feeds may share a broker's connection or an HTTP listener, and whose senders
are told apart by the path.
Refuses to know: what a format says, and events; it joins a link's end to an intake's.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from center.addresses import split_address
from center.ingest import FORMATS
from center.links.folder import FolderLink
from center.links.http import HttpLink, HttpRoute
from center.links.link import Link, Sink, Trunk
from center.links.mqtt import MqttLink
from center.links.mqtt_connection import Broker
from center.links.poll import PollLink
from center.links.tcp import TcpConnectLink, TcpListenLink
from center.links.udp import UdpLink
from center.site import FeedSettings, Site, SiteError


class Wire(NamedTuple):
    """One link, the feeds it carries, and how to run it when each feed's sink is known."""

    name: str
    feeds: tuple[str, ...]
    run: Callable[[Mapping[str, Sink]], Awaitable[None]]
    ready: Callable[[], Awaitable[None]]
    address: Callable[[], tuple[str, int] | None]


def open_wires(site: Site, folder: Path, *, listener: str = "center") -> list[Wire]:
    """A wire for every link of the site, none of them running yet.

    `folder` is where relative paths start. `listener` names who listens at a broker: two programs of one name would
    throw each other out, so a tap takes another than the center it sits beside. Raises SiteError.
    """
    wires: list[Wire] = []
    shared: dict[tuple[str, ...], list[FeedSettings]] = {}
    for feed in site.feeds:
        if feed.link == "http":
            shared.setdefault(("http", feed.listen or ""), []).append(feed)
        elif feed.link == "mqtt":
            user, password = secret(feed.username), secret(feed.password)
            shared.setdefault(("mqtt", feed.connect or "", user or "", password or ""), []).append(feed)
        else:
            wires.append(_single(feed, folder))
    for (kind, *_), feeds in shared.items():
        wires.append(_http(feeds) if kind == "http" else _mqtt(feeds, client_id(listener, site, feeds[0].username)))
    return wires


def secret(text: str | None) -> str | None:
    """A credential as written, or from the environment where the file says `env:NAME`. Raises SiteError."""
    if text is None or not text.startswith("env:"):
        return text
    value = os.environ.get(text[4:])
    if value is None:
        raise SiteError(f"the environment has no variable {text[4:]}, which the site file refers to")
    return value


def client_id(who: str, site: Site, username: str | None) -> str:
    """A name for an MQTT session that outlives its process, and that nobody else on that broker has: not another site's
    center, not this one under another user."""
    whose = "\0".join((site.site.name, username or ""))
    return f"{who}-{hashlib.sha256(whose.encode()).hexdigest()[:12]}"


def broker(address: str, username: str | None, password: str | None) -> Broker:
    """Raises SiteError."""
    host, port = _address(address)
    return Broker(host, port, secret(username), secret(password))


def _single(feed: FeedSettings, folder: Path) -> Wire:
    link: Link
    if feed.link == "folder":
        link = FolderLink(
            feed.name, folder / (feed.folder or "."), feed.pattern, settle_s=feed.settle_s, poll_s=feed.poll_s
        )
    elif feed.link == "poll":
        link = _poll(feed)
    elif feed.link == "udp":
        link = UdpLink(feed.name, *_address(feed.listen))
    elif feed.link == "tcp":
        link = TcpConnectLink(feed.name, *_address(feed.connect), idle_s=feed.idle_s)
    else:
        link = TcpListenLink(feed.name, *_address(feed.listen), idle_s=feed.idle_s)
    return Wire(feed.name, (feed.name,), lambda sinks: link.run(sinks[feed.name]), link.ready, lambda: link.address)


def _poll(feed: FeedSettings) -> PollLink:
    try:
        return PollLink(
            feed.name,
            feed.url or "",
            every_s=feed.every_s,
            idle_s=None if feed.idle_s is None else max(feed.idle_s, 3 * feed.every_s),
            bearer=secret(feed.token),
            basic=_basic(feed),
        )
    except ValueError as error:
        raise SiteError(f"feed {feed.name}: {error}") from error


def _basic(feed: FeedSettings) -> tuple[str, str] | None:
    return (secret(feed.username) or "", secret(feed.password) or "") if feed.username else None


def _http(feeds: list[FeedSettings]) -> Wire:
    names = {feed.path or "/": feed.name for feed in feeds}
    if len(names) < len(feeds):
        raise SiteError(f"feeds {', '.join(feed.name for feed in feeds)}: two of them share a path")
    routes = {
        feed.path or "/": HttpRoute(
            bearer=secret(feed.token),
            basic=_basic(feed),
            below=bool(FORMATS[feed.format].named),
        )
        for feed in feeds
    }
    return _trunk(HttpLink(feeds[0].name, *_address(feeds[0].listen), routes), names)


def _mqtt(feeds: list[FeedSettings], client_id: str) -> Wire:
    first = feeds[0]
    names = {feed.topic or "": feed.name for feed in feeds}
    if len(names) < len(feeds):
        raise SiteError(f"feeds {', '.join(feed.name for feed in feeds)}: two of them share a topic")
    try:
        link = MqttLink(
            first.name,
            broker(first.connect or "", first.username, first.password),
            {feed.topic or "": feed.qos for feed in feeds},
            client_id=client_id,
        )
    except ValueError as error:
        raise SiteError(f"feeds {', '.join(feed.name for feed in feeds)}: {error}") from error
    return _trunk(link, names)


def _trunk(trunk: Trunk, names: Mapping[str, str]) -> Wire:
    def run(sinks: Mapping[str, Sink]) -> Awaitable[None]:
        return trunk.run({route: sinks[feed] for route, feed in names.items()})

    return Wire(trunk.name, tuple(names.values()), run, trunk.ready, lambda: trunk.address)


def _address(text: str | None) -> tuple[str, int]:
    try:
        return split_address(text or "")
    except ValueError as error:
        raise SiteError(str(error)) from error
