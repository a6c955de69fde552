"""What every decoder is: bytes in, events out, no I/O.

Knows: the contract between a link and a decoder, and how a fault is worded.
Refuses to know: any wire format, and what carries the bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from center.core.events import Event, FeedFaulted, Micros

EXCERPT_CHARS = 80


class Origin(NamedTuple):
    """Where the bytes of one feed come from.

    `source` goes into every event. `peer` is what the link knows of the other end: an MQTT topic, a UDP sender's
    `host:port`, an HTTP content type. `whole` says that each `receive` is one complete message (a datagram, an MQTT
    payload, an HTTP body) rather than a piece of a stream.
    """

    source: str
    peer: str = ""
    whole: bool = False


class Attachment(NamedTuple):
    """A picture that came with an event; the event holds only `ref`."""

    ref: str
    media_type: str
    data: bytes


class Feed(Protocol):
    """One per connection (or per MQTT topic, or per UDP sender).

    No method raises, whatever the bytes: bad input becomes a `FeedFaulted` and decoding goes on behind it. Memory is
    bounded. The caller gives `at` in non-decreasing order and calls `finish` once, when the connection ends.
    """

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        """Facts found in `data`, in order, each stamped `at`."""
        ...

    def finish(self, at: Micros) -> Sequence[Event]:
        """Facts still held back when the stream ends, such as a last line without its newline."""
        ...

    def to_send(self) -> bytes:
        """What the protocol wants said back on this connection; taking it empties it."""
        ...

    def attachments(self) -> Sequence[Attachment]:
        """Pictures found since the last call; taking them empties the list."""
        ...


def fault(origin: Origin, at: Micros, why: str, data: bytes = b"", offset: int | None = None) -> FeedFaulted:
    """A FeedFaulted that shows the start of the offending bytes in printable form."""
    excerpt = data[:EXCERPT_CHARS].decode("latin-1").encode("unicode_escape").decode("ascii")
    return FeedFaulted(at=at, source=origin.source, why=why, excerpt=excerpt[:EXCERPT_CHARS], offset=offset)


class Quiet:
    """The parts of `Feed` that most decoders do not need: nothing held back, nothing to say, no pictures."""

    def finish(self, at: Micros) -> Sequence[Event]:  # noqa: ARG002
        return ()

    def to_send(self) -> bytes:
        return b""

    def attachments(self) -> Sequence[Attachment]:
        return ()
