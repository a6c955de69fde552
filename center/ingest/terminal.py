"""What deputies' terminals say, in a small JSON of our own (docs/feeds/terminal.md).

Knows: acknowledgements, status, emergency and hello as a terminal publishes them to `terminals/<unit>/out`, version 1.
Refuses to know: what was sent to it, and whether the unit was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from center.core.events import Event, MessageAcked, Micros, UnitReported
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet
from center.ingest.json_documents import Document, JsonDocuments
from center.ingest.timestamps import micros_of_epoch_ms, micros_of_iso

VERSION = 1
MAX_MESSAGE_BYTES = 64 * 1024
MAX_ID_CHARS = 128
MAX_STATUS_CHARS = 32
MAX_TEXT_CHARS = 500

_TOPIC = re.compile(r"(?:.*/)?terminals/([^/]+)/out/?")
_STATUS = re.compile(r"[a-z][a-z0-9-]*")


class _Said(msgspec.Struct, gc=False):
    """Each of `ack`, `status`, `emergency` and `hello` is a thing said; one message may say several."""

    v: int
    at: str | float | None = None
    ack: str | None = None
    status: str | None = None
    emergency: bool = False
    hello: Any = None
    text: str | None = None


class TerminalFeed(Quiet):
    """One terminal. Option `unit` names whose it is where the topic does not."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        unknown = sorted(set(options) - {"unit"})
        if unknown:
            raise ValueError(f"terminal has no option {', '.join(unknown)}; it has unit")
        topic = _TOPIC.fullmatch(origin.peer)
        self._unit = options.get("unit") or (topic[1] if topic else "")
        self._origin = origin
        self._documents = JsonDocuments(msgspec.json.Decoder(_Said).decode, MAX_MESSAGE_BYTES)
        self._faults = Faults(origin)

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(self._documents.feed(data, self._origin.whole), at)

    def finish(self, at: Micros) -> Sequence[Event]:
        return [*self._read(self._documents.feed(b"", True), at), *self._faults.rest(at)]

    def _read(self, documents: Iterable[Document[_Said]], at: Micros) -> list[Event]:
        out: list[Event] = []
        for document in documents:
            why = document.why
            if document.value is not None:
                try:
                    out += self._events(document.value, at)
                except ValueError as problem:
                    why = str(problem)
            if why:
                out += self._faults.tell(at, why, document.raw, document.offset)
        return out

    def _events(self, said: _Said, at: Micros) -> list[Event]:
        """Raises ValueError when the message as a whole makes no sense; then nothing of it is believed."""
        if said.v != VERSION:
            raise ValueError(f"a terminal's messages are of version {VERSION}")
        if not self._unit:
            raise ValueError("whose terminal it is: neither the topic nor option unit says")
        seen = _moment(said.at)
        out: list[Event] = []
        if said.ack is not None:
            if not 0 < len(said.ack) <= MAX_ID_CHARS:
                raise ValueError("ack is not a message's id")
            out.append(MessageAcked(at=at, source=self._origin.source, seen=seen, answers=said.ack, unit=self._unit))
        statuses = [_status(said.status)] if said.status is not None else []
        statuses += ["emergency"] * said.emergency + ["alive"] * (said.hello is not None)
        text = said.text or (said.hello if isinstance(said.hello, str) else None)
        text = text[:MAX_TEXT_CHARS] if text else None
        out += [
            UnitReported(at=at, source=self._origin.source, seen=seen, unit=self._unit, status=status, text=text)
            for status in statuses
        ]
        if not out:
            raise ValueError("a message that says nothing")
        return out


def _status(text: str) -> str:
    status = text.strip().lower().replace(" ", "-").replace("_", "-")
    if len(status) > MAX_STATUS_CHARS or not _STATUS.fullmatch(status):
        raise ValueError("status is not a word")
    return status


def _moment(said: str | float | None) -> Micros | None:
    if said is None:
        return None
    try:
        return micros_of_iso(said) if isinstance(said, str) else micros_of_epoch_ms(said)
    except (ValueError, OverflowError):
        raise ValueError("at is neither an ISO 8601 time nor Unix milliseconds") from None
