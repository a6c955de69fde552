"""What a deputy's terminal is told, as docs/feeds/terminal.md writes it down.

Knows: the JSON of a message to a terminal, and its topic.
Refuses to know: who is told, and when to try again.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from center.core.effects import Send
from center.core.events import SECOND

VERSION = 1


class TerminalMessage(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    v: int
    id: str
    level: int
    sent: int
    kind: str
    headline: str
    plate: str | None = None
    vehicle: str | None = None
    lat: float | None = None
    lon: float | None = None
    note: str | None = None
    verified_by: str | None = None


_encode = msgspec.json.Encoder().encode


def to_bytes(effect: Send) -> bytes:
    """One message. Times are milliseconds since the epoch; the id is the effect's, so that a repeat can be told."""
    return _encode(
        TerminalMessage(
            v=VERSION,
            id=effect.id,
            level=effect.level,
            sent=effect.sent * 1000 // SECOND,
            kind=effect.kind,
            headline=effect.headline,
            plate=effect.plate,
            vehicle=effect.vehicle,
            lat=effect.lat,
            lon=effect.lon,
            note=effect.note,
            verified_by=effect.verified_by,
        )
    )


class TerminalMessenger:
    """Sends by whatever publishes: `publish(topic, payload)` must not block, and keeps trying on its own."""

    def __init__(self, publish: Callable[[str, bytes], object], prefix: str = "terminals") -> None:
        self._publish = publish
        self._prefix = prefix

    def send(self, effect: Send) -> None:
        self._publish(f"{self._prefix}/{effect.terminal}/in", to_bytes(effect))

    def withdraw(self, request: str) -> None:
        """A message that has left cannot be called back; the terminal's late answer is welcome."""
