"""`[[feeds]]` of the site file: sources of bytes, and what each has to say of itself.

Knows: the shape of a feed's table, which of its keys its link needs, and which links its format comes by.
Refuses to know: how a feed is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from center.addresses import wrong_address, wrong_broker
from center.ingest import FORMATS, open_feed
from center.ingest.feed import Origin
from center.site_cameras import wrong_streams
from center.site_table import Table


class FeedSettings(Table):
    """`[[feeds]]`: one source of bytes and the format it speaks.

    `link` decides which of the addresses is needed: `udp` and `tcp-listen` want `listen`; `tcp` wants `connect`; `mqtt`
    wants `connect` and `topic` (QoS 1: what is not durable is not acknowledged; 0 is faster); `http` wants `listen`
    and `path` (feeds may share a listener); `folder` wants `folder`; `poll` wants `url`, which is fetched every
    `every_s` (1); `rtsp` wants `streams`, cameras' addresses by name, and takes a picture every `every_s` (0.1). A TCP
    peer silent for `idle_s` is disconnected, and of a fetched document that stays the same for so long operators are
    told; a folder is looked at every `poll_s` and a file taken once it has not changed for `settle_s`; the feed is said
    to be silent after `quiet_after_s`. `options` go to the decoder. Credentials may be put in
    `username`, `password` and `token` or, so that they stay out of the file, named there as `env:VARIABLE`.

    A broker at `mqtts://host:port` is spoken to by TLS: `ca` is whom to believe (by default the system's authorities),
    `certificate` and `key` what this center shows. An `http` listener with `certificate` and `key` serves by TLS.
    Files are PEM, relative to the site file.
    """

    name: str
    format: str
    link: Literal["udp", "tcp", "tcp-listen", "mqtt", "http", "folder", "poll", "rtsp"]
    listen: str | None = None
    connect: str | None = None
    topic: str | None = None
    qos: Literal[0, 1] = 1
    path: str | None = None
    folder: str | None = None
    pattern: str = "*"
    url: str | None = None
    streams: dict[str, str] = msgspec.field(default_factory=dict)
    every_s: float | None = None
    username: str | None = None
    password: str | None = None
    token: str | None = None
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None
    quiet_after_s: float | None = None
    idle_s: float | None = 300.0
    settle_s: float = 2.0
    poll_s: float = 1.0
    options: dict[str, str] = msgspec.field(default_factory=dict)


_NEEDS = {
    "udp": ("listen",),
    "tcp": ("connect",),
    "tcp-listen": ("listen",),
    "mqtt": ("connect", "topic"),
    "http": ("listen", "path"),
    "folder": ("folder",),
    "poll": ("url",),
    "rtsp": ("streams",),
}


def wrong_feed(where: str, feed: FeedSettings) -> Iterator[str]:
    for key in _NEEDS[feed.link]:
        value = getattr(feed, key)
        if not value:
            yield f"{where}.{key}: missing; link {feed.link!r} needs it"
        elif feed.link == "mqtt" and key == "connect":
            yield from wrong_broker(f"{where}.{key}", value, feed.ca, feed.certificate, feed.key)
        elif key in ("listen", "connect"):
            yield from wrong_address(f"{where}.{key}", value)
        elif key == "path" and not value.startswith("/"):
            yield f"{where}.path: {value!r} does not begin with /"
        elif key == "streams":
            yield from wrong_streams(f"{where}.streams", value)
    if (feed.certificate is None) != (feed.key is None):
        yield f"{where}: certificate and key go together"
    if feed.format not in FORMATS:
        yield f"{where}.format: {feed.format!r} is not one of {', '.join(FORMATS)}"
        return
    by = FORMATS[feed.format].named
    if feed.link not in by and (by or feed.link == "rtsp"):
        yield f"{where}.link: {feed.format} comes by {' or '.join(by) or 'any other link'}, not by {feed.link}"
    try:
        open_feed(feed.format, Origin(feed.name), feed.options)
    except ValueError as error:
        yield f"{where}.options: {error}"
