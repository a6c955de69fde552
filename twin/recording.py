"""Recordings of runs: raw bytes by feed, and what really happened.

Knows: docs/recordings.md, written and read.
Refuses to know: what the bytes mean.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import zstandard
from mcap.exceptions import McapError
from mcap.records import Attachment, Channel, Message
from mcap.stream_reader import StreamReader
from mcap.writer import CompressionType, Writer

CHUNK_BYTES = 64 * 1024
FLUSH_US = 10_000_000
RECORD_LIMIT_BYTES = 1 << 30
TRUTH, JOURNAL = "/truth", "/journal"

_pack = msgspec.msgpack.Encoder().encode
_DAMAGE = (McapError, EOFError, ValueError, LookupError, TypeError, MemoryError, struct.error, zstandard.ZstdError)
"""What the reader raises where the bytes make no sense."""


class RecordingError(ValueError):
    """The file is no recording; the message names it."""


class Carried(NamedTuple):
    """A message of a feed. `at_us`: microseconds since the epoch."""

    at_us: int
    feed: str
    peer: str
    data: bytes


class _Body(msgspec.Struct, frozen=True, gc=False):
    """A feed's message in the file."""

    peer: str
    data: bytes


_carried = msgspec.msgpack.Decoder(_Body).decode


class RunRecorder:
    """Writes one recording, as a stream: nothing of it is kept in memory. Everything comes in order of time. `carried`
    and `happened` may be called as long as `finish` has not been."""

    def __init__(self, path: Path, feeds: Mapping[str, tuple[str, str]]) -> None:
        """`feeds`: format and link by name. Raises OSError."""
        self._file = path.open("wb")
        self._writer = Writer(self._file, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
        self._writer.start(profile="rtcc", library="rtcc-twin")
        self._channels = {
            name: self._writer.register_channel(name, "msgpack", 0, {"format": form, "link": link})
            for name, (form, link) in feeds.items()
        }
        self._channels[TRUTH] = self._writer.register_channel(TRUTH, "json", 0)
        self._sequence = dict.fromkeys(self._channels, 0)
        self._flushed_us = 0

    def attach(self, name: str, facts: Mapping[str, Any]) -> None:
        """Say something about the whole run; before anything is carried."""
        self._writer.add_attachment(0, 0, name, "application/json", json.dumps(facts).encode())

    def carried(self, at_us: int, feed: str, peer: str, data: bytes) -> None:
        """A message leaves. `at_us`: microseconds since the epoch."""
        self._write(at_us, feed, _pack({"peer": peer, "data": data}))

    def happened(self, at_us: int, fact: bytes) -> None:
        """Something really happened: a Fact as JSON."""
        self._write(at_us, TRUTH, fact)

    def finish(self, journal: Iterable[tuple[int, int, bytes]] = ()) -> None:
        """Add what the center learned, as (position, at, JSON), and close the file."""
        events: int | None = None
        for position, at_us, body in journal:
            if events is None:
                events = self._writer.register_channel(JOURNAL, "json", 0)
            self._writer.add_message(events, at_us * 1000, body, at_us * 1000, position)
        self._writer.finish()
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it is: what is in it can be read."""
        self._writer.flush()
        self._file.close()

    def _write(self, at_us: int, topic: str, body: bytes) -> None:
        self._sequence[topic] += 1
        self._writer.add_message(self._channels[topic], at_us * 1000, body, at_us * 1000, self._sequence[topic])
        if at_us - self._flushed_us > FLUSH_US:
            self._flushed_us = at_us
            self._writer.flush()


class Recording:
    """A file to read, whole or damaged. `about`, `site`, `scenario` (as JSON) and `feeds` (format and link by name) are
    filled as reading comes by them, `damage` when it comes to a place that cannot be read."""

    def __init__(self, path: Path) -> None:
        """Raises RecordingError, OSError."""
        self.path = path
        self.about: dict[str, Any] = {}
        self.site: dict[str, Any] = {}
        self.scenario = b""
        self.feeds: dict[str, tuple[str, str]] = {}
        self.damage = ""
        with path.open("rb") as file:
            if file.read(8) != b"\x89MCAP0\r\n":
                raise RecordingError(f"{path}: not an MCAP file")

    def messages(self) -> Iterator[Carried]:
        """The feeds' messages in the order in which they were written, up to the end or the damage."""
        for channel, message in self._records():
            if channel.topic.startswith("/"):
                continue
            try:
                body = _carried(message.data)
            except msgspec.MsgspecError as error:
                self.damage = f"{self.path}: {channel.topic} message {message.sequence} is none: {error}"
                return
            yield Carried(message.log_time // 1000, channel.topic, body.peer, body.data)

    def notes(self, topic: str) -> Iterator[tuple[int, int, bytes]]:
        """What a run added: (position, microseconds since the epoch, JSON) of `/truth` or `/journal`."""
        for channel, message in self._records():
            if channel.topic == topic:
                yield message.sequence, message.log_time // 1000, message.data

    def read_about(self) -> None:
        """Fill `about`, `site` and `scenario`, which stand at the beginning, and `feeds` as far as they do too."""
        for _ in self._records():
            return

    def _records(self) -> Iterator[tuple[Channel, Message]]:
        channels: dict[int, Channel] = {}
        count = 0
        with self.path.open("rb") as file:
            reader = StreamReader(file, validate_crcs=True, record_size_limit=RECORD_LIMIT_BYTES)
            try:
                for record in reader.records:
                    if isinstance(record, Channel):
                        channels[record.id] = record
                        self._meet(record)
                    elif isinstance(record, Attachment):
                        self._note(record)
                    elif isinstance(record, Message):
                        count += 1
                        yield channels[record.channel_id], record
            except _DAMAGE as error:
                what = ": ".join(filter(None, (type(error).__name__, str(error))))
                self.damage = f"{self.path}: damaged behind message {count}: {what}"

    def _meet(self, channel: Channel) -> None:
        if not channel.topic.startswith("/"):
            self.feeds[channel.topic] = (channel.metadata.get("format", ""), channel.metadata.get("link", ""))

    def _note(self, attachment: Attachment) -> None:
        if attachment.name == "scenario":
            self.scenario = attachment.data
        elif attachment.name in ("run", "site"):
            facts = json.loads(attachment.data)
            if attachment.name == "run":
                self.about = facts
            else:
                self.site = facts
