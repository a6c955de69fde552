"""What a deputy's terminal is told, as docs/feeds/terminal.md writes it down.

Knows: the JSON of a message to a terminal, and its topic.
Refuses to know: who is told, and when to try again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from center.core.effects import Remark, Send
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
    photo: str | None = None
    verified_by: str | None = None
    thread: str | None = None
    expires: int | None = None


class TerminalRemark(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """`refers` is the message that it is about: the center's own, or one of the terminal's."""

    v: int
    id: str
    level: int
    sent: int
    kind: str
    headline: str
    refers: str


_encode = msgspec.json.Encoder().encode


def to_bytes(effect: Send) -> bytes:
    """One message. Times are milliseconds since the epoch; the id is that of its first try, so that a repeat can be
    told."""
    return _encode(
        TerminalMessage(
            v=VERSION,
            id=effect.message or effect.id,
            level=effect.level,
            sent=effect.sent * 1000 // SECOND,
            kind=effect.kind,
            headline=effect.headline,
            plate=effect.plate,
            vehicle=effect.vehicle,
            lat=effect.lat,
            lon=effect.lon,
            note=effect.note,
            photo=effect.photo,
            verified_by=effect.verified_by,
            thread=effect.thread or None,
            expires=None if effect.expires is None else effect.expires * 1000 // SECOND,
        )
    )


def remark_to_bytes(effect: Remark) -> bytes:
    """What became of a message: nothing to acknowledge, and nothing that an older terminal could not pass over."""
    sent = effect.at * 1000 // SECOND
    return _encode(
        TerminalRemark(
            v=VERSION, id=effect.id, level=0, sent=sent, kind=effect.what, headline="", refers=effect.message
        )
    )


class Way(Protocol):
    """One way to whoever is told something."""

    def send(self, effect: Send) -> None: ...
    def remark(self, effect: Remark) -> None: ...
    def withdraw(self, request: str) -> None: ...


class Ways:
    """Each message by the way it names; what became of one, and that it is no longer wanted, by both."""

    def __init__(self, terminals: Way, cot: Way) -> None:
        self._terminals = terminals
        self._cot = cot

    def send(self, effect: Send) -> None:
        (self._cot if effect.link == "cot" else self._terminals).send(effect)

    def remark(self, effect: Remark) -> None:
        self._terminals.remark(effect)
        self._cot.remark(effect)

    def withdraw(self, request: str) -> None:
        self._terminals.withdraw(request)
        self._cot.withdraw(request)


class TerminalMessenger:
    """Sends by whatever publishes: `publish(topic, payload)` must not block, and keeps trying on its own."""

    def __init__(self, publish: Callable[[str, bytes], object], prefix: str = "terminals") -> None:
        self._publish = publish
        self._prefix = prefix

    def send(self, effect: Send) -> None:
        self._publish(f"{self._prefix}/{effect.terminal}/in", to_bytes(effect))

    def remark(self, effect: Remark) -> None:
        if effect.terminal:
            self._publish(f"{self._prefix}/{effect.terminal}/in", remark_to_bytes(effect))

    def withdraw(self, request: str) -> None:
        """A message that has left cannot be called back; the terminal's late answer is welcome."""
