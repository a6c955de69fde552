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
from typing import NamedTuple, Protocol

from center import tls
from center.addresses import split_address, split_broker
from center.ingest import FORMATS
from center.links.film import FilmLink
from center.links.folder import FolderLink
from center.links.http import HttpLink, HttpRoute
from center.links.link import Link, Sink, Trunk
from center.links.mqtt import MqttLink
from center.links.mqtt_connection import Broker
from center.links.poll import PollLink
from center.links.tcp import TcpConnectLink, TcpListenLink
from center.links.udp import UdpLink
from center.site import Site, SiteError
from center.site_feeds import FeedSettings

POLL_EVERY_S, FILM_EVERY_S = 1.0, 0.1  # where a feed does not say


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
            shared.setdefault(("http", feed.listen or "", *_files(feed)), []).append(feed)
        elif feed.link == "mqtt":
            user, password = secret(feed.username), secret(feed.password)
            key = ("mqtt", feed.connect or "", user or "", password or "", *_files(feed))
            shared.setdefault(key, []).append(feed)
        else:
            wires.append(_single(feed, folder))
    for (kind, *_), feeds in shared.items():
        if kind == "http":
            wires.append(_http(feeds, folder))
        else:
            wires.append(_mqtt(feeds, folder, client_id(listener, site, feeds[0].username)))
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


class Reached(Protocol):
    """A table of the site file that says how a broker is reached."""

    @property
    def connect(self) -> str | None: ...
    @property
    def username(self) -> str | None: ...
    @property
    def password(self) -> str | None: ...
    @property
    def ca(self) -> str | None: ...
    @property
    def certificate(self) -> str | None: ...
    @property
    def key(self) -> str | None: ...


def broker(there: Reached, folder: Path) -> Broker:
    """By TLS where its address says so. Raises SiteError."""
    secure, place = split_broker(there.connect or "")
    host, port = _address(place)
    context = None
    if secure:
        ca, certificate, key = (folder / name if name else None for name in (there.ca, there.certificate, there.key))
        try:
            context = tls.client(ca, certificate, key)
        except ValueError as error:
            raise SiteError(str(error)) from None
    return Broker(host, port, secret(there.username), secret(there.password), context)


def _files(feed: FeedSettings) -> tuple[str, str, str]:
    return feed.ca or "", feed.certificate or "", feed.key or ""


def _single(feed: FeedSettings, folder: Path) -> Wire:
    link: Link
    if feed.link == "folder":
        link = FolderLink(
            feed.name, folder / (feed.folder or "."), feed.pattern, settle_s=feed.settle_s, poll_s=feed.poll_s
        )
    elif feed.link == "poll":
        link = _poll(feed)
    elif feed.link == "rtsp":
        streams = {camera: secret(url) or "" for camera, url in feed.streams.items()}
        link = FilmLink(feed.name, streams, every_s=FILM_EVERY_S if feed.every_s is None else feed.every_s)
    elif feed.link == "udp":
        link = UdpLink(feed.name, *_address(feed.listen))
    elif feed.link == "tcp":
        link = TcpConnectLink(feed.name, *_address(feed.connect), idle_s=feed.idle_s)
    else:
        link = TcpListenLink(feed.name, *_address(feed.listen), idle_s=feed.idle_s)
    return Wire(feed.name, (feed.name,), lambda sinks: link.run(sinks[feed.name]), link.ready, lambda: link.address)


def _poll(feed: FeedSettings) -> PollLink:
    every_s = POLL_EVERY_S if feed.every_s is None else feed.every_s
    try:
        return PollLink(
            feed.name,
            feed.url or "",
            every_s=every_s,
            idle_s=None if feed.idle_s is None else max(feed.idle_s, 3 * every_s),
            bearer=secret(feed.token),
            basic=_basic(feed),
        )
    except ValueError as error:
        raise SiteError(f"feed {feed.name}: {error}") from error


def _basic(feed: FeedSettings) -> tuple[str, str] | None:
    return (secret(feed.username) or "", secret(feed.password) or "") if feed.username else None


def _http(feeds: list[FeedSettings], folder: Path) -> Wire:
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
    first = feeds[0]
    context = None
    if first.certificate and first.key:
        try:
            context = tls.server(folder / first.certificate, folder / first.key)
        except ValueError as error:
            raise SiteError(f"feed {first.name}: {error}") from None
    return _trunk(HttpLink(first.name, *_address(first.listen), routes, tls=context), names)


def _mqtt(feeds: list[FeedSettings], folder: Path, client_id: str) -> Wire:
    first = feeds[0]
    names = {feed.topic or "": feed.name for feed in feeds}
    if len(names) < len(feeds):
        raise SiteError(f"feeds {', '.join(feed.name for feed in feeds)}: two of them share a topic")
    try:
        link = MqttLink(
            first.name,
            broker(first, folder),
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
