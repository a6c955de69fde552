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

from twin.truth import Fact

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
    """Writes one run. `carried` may be called as long as `finish` has not been."""

    def __init__(self, path: Path, feeds: Mapping[str, tuple[str, str]]) -> None:
        """`feeds`: format and link by name. Raises OSError."""
        self._file = path.open("wb")
        self._writer = Writer(self._file, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
        self._writer.start(profile="rtcc", library="rtcc-twin")
        self._channels = {
            name: self._writer.register_channel(name, "msgpack", 0, {"format": form, "link": link})
            for name, (form, link) in feeds.items()
        }
        self._sequence = dict.fromkeys(self._channels, 0)
        self._flushed_us = 0

    def attach(self, name: str, facts: Mapping[str, Any]) -> None:
        """Say something about the whole run; before anything is carried."""
        self._writer.add_attachment(0, 0, name, "application/json", json.dumps(facts).encode())

    def carried(self, at_us: int, feed: str, peer: str, data: bytes) -> None:
        """A message leaves. `at_us`: microseconds since the epoch."""
        self._sequence[feed] += 1
        body = _pack({"peer": peer, "data": data})
        self._writer.add_message(self._channels[feed], at_us * 1000, body, at_us * 1000, self._sequence[feed])
        if at_us - self._flushed_us > FLUSH_US:
            self._flushed_us = at_us
            self._writer.flush()

    def finish(self, epoch: int, facts: Iterable[Fact], journal: Iterable[tuple[int, int, bytes]]) -> None:
        """Add what happened and what the center learned, `journal` as (position, at, JSON), and close the file."""
        truth = self._writer.register_channel(TRUTH, "json", 0)
        for number, fact in enumerate(facts, 1):
            at_ns = (epoch + fact.at_us) * 1000
            self._writer.add_message(truth, at_ns, msgspec.json.encode(fact), at_ns, number)
        events = self._writer.register_channel(JOURNAL, "json", 0)
        for position, at_us, body in journal:
            self._writer.add_message(events, at_us * 1000, body, at_us * 1000, position)
        self._writer.finish()
        self._file.close()


class Recording:
    """A file to read, whole or damaged. `about` and `site` are filled as reading comes by them, `damage` when it
    comes to a place that cannot be read."""

    def __init__(self, path: Path) -> None:
        """Raises RecordingError, OSError."""
        self.path = path
        self.about: dict[str, Any] = {}
        self.site: dict[str, Any] = {}
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
        """Fill `about` and `site`, which stand at the beginning."""
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
                    elif isinstance(record, Attachment):
                        self._note(record)
                    elif isinstance(record, Message):
                        count += 1
                        yield channels[record.channel_id], record
            except _DAMAGE as error:
                what = ": ".join(filter(None, (type(error).__name__, str(error))))
                self.damage = f"{self.path}: damaged behind message {count}: {what}"

    def _note(self, attachment: Attachment) -> None:
        facts = json.loads(attachment.data)
        if attachment.name == "run":
            self.about = facts
        elif attachment.name == "site":
            self.site = facts
