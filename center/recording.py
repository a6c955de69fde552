"""Recordings: the raw bytes of every feed, as they came.

Knows: MCAP, one channel a feed, and that what is on disk must outlive a crash up to its last chunk
(docs/recordings.md).
Refuses to know: formats. Bytes are recorded before anything has looked at them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import msgspec
from mcap.writer import CompressionType, Writer

from center.core.events import SECOND, Micros
from center.site import Site

CHUNK_BYTES = 64 * 1024
FLUSH_US = 2 * SECOND
PROFILE = "rtcc"
ENCODING = "msgpack"

_encode = msgspec.msgpack.Encoder().encode


class Recorder:
    """One file. A message is MessagePack `{"peer": str, "data": bin}`; its log time is when it arrived."""

    def __init__(self, path: Path, feeds: Sequence[tuple[str, str, str]]) -> None:
        """`feeds` as (name, format, link). Raises OSError."""
        self.messages = self.bytes = 0
        self._file = path.open("wb")
        self._writer = Writer(self._file, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
        self._writer.start(profile=PROFILE, library="rtcc")
        self._channels = {
            name: self._writer.register_channel(name, ENCODING, 0, {"format": form, "link": link})
            for name, form, link in feeds
        }
        self._sequence = dict.fromkeys(self._channels, 0)
        self._flushed = Micros(0)

    def about(self, name: str, facts: Mapping[str, Any]) -> None:
        """A JSON document about the whole recording, such as the site file's tables."""
        self._writer.add_attachment(0, 0, name, "application/json", json.dumps(facts).encode())

    def write(self, feed: str, peer: str, data: bytes, at: Micros) -> None:
        """One message of a feed."""
        self._sequence[feed] += 1
        body = _encode({"peer": peer, "data": data})
        self._writer.add_message(self._channels[feed], at * 1000, body, at * 1000, self._sequence[feed])
        self.messages += 1
        self.bytes += len(data)
        if at - self._flushed > FLUSH_US:
            self._flushed = at
            self._writer.flush()
            self._file.flush()

    def close(self) -> None:
        self._writer.finish()
        self._file.close()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


class Recorded(Protocol):
    """A clock, for the tap."""

    def now(self) -> Micros: ...


class Tap:
    """A sink that only records: what arrives is as safe as the file, and nothing is ever said back."""

    def __init__(self, feed: str, recorder: Recorder, clock: Recorded) -> None:
        self.troubled = ""
        self._feed = feed
        self._recorder = recorder
        self._clock = clock

    def arrive(self, items: Sequence[tuple[str, bytes]]) -> int:
        at = self._clock.now()
        for peer, data in items:
            self._recorder.write(self._feed, peer, data, at)
        return 0

    async def kept(self, receipt: int) -> None:
        """Recorded is kept."""

    def replies(self, peer: str) -> bytes:  # noqa: ARG002
        return b""

    def gone(self, peer: str) -> None:
        """The next bytes of that peer begin a new stream; a recording does not mark it."""

    def lose(self, count: int) -> None:
        """What never came is in no recording."""

    def trouble(self, why: str) -> None:
        self.troubled = why


def recorder_for(site: Site, path: Path) -> Recorder:
    """A recorder with a channel for every feed of a site, and one for its TAK clients. Raises OSError."""
    tak = [] if site.cot is None else [("cot", "cot", "tcp-listen")]
    return Recorder(path, [*((feed.name, feed.format, feed.link) for feed in site.feeds), *tak])
