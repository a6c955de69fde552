"""Bytes of one format in, events out: what `center decode` and the tests run.

Knows: how a file is read through a decoder in small pieces, and how an event is written as a line of JSON.
Refuses to know: any format, and the terminal it prints to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

import msgspec

from center.core.events import Event, Micros
from center.ingest import open_feed
from center.ingest.feed import Feed, Origin

CHUNK_BYTES = 64 * 1024

_encoder = msgspec.json.Encoder()


def decode(
    format: str,  # noqa: A002
    chunks: Iterable[bytes],
    at: Micros,
    options: Mapping[str, str] | None = None,
    peer: str = "",
) -> Iterator[Event]:
    """The events in a stream of bytes, as they come; all stamped `at`, all from source `format`. `peer` is what a link
    would know of the other end: a file's name, an MQTT topic. Pictures are let go, the events keep their refs. Raises
    ValueError at once for an unknown format or option, and for nothing else."""
    feed = open_feed(format, Origin(source=format, peer=peer), options or {})
    return _events(feed, chunks, at)


def _events(feed: Feed, chunks: Iterable[bytes], at: Micros) -> Iterator[Event]:
    for chunk in chunks:
        yield from feed.receive(chunk, at)
        feed.attachments()
        feed.to_send()
    yield from feed.finish(at)


def chunks_of(file: BinaryIO, size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """A file's bytes in pieces; from a pipe as they come, so that a live stream is decoded while it flows."""
    read = getattr(file, "read1", file.read)
    while chunk := read(size):
        yield chunk


def to_ndjson(event: Event) -> bytes:
    """One line: an object with a `type` field; what is unknown is left out."""
    return _encoder.encode(event) + b"\n"
