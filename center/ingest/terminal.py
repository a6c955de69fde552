"""What deputies' terminals say, in a small JSON of our own (docs/feeds/terminal.md).

Knows: receipts, replies, status, emergency, hello and traffic stops as a terminal publishes them to
`terminals/<unit>/out`, version 1.
Refuses to know: what was sent to it, and whether the unit was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from center.core.events import Event, MessageAcked, Micros, StopChanged, StopClosed, StopOpened, UnitReported
from center.core.message_facts import MessageDelivered, MessageReplied
from center.core.outcome_facts import VehicleRecovered
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet
from center.ingest.json_documents import Document, JsonDocuments
from center.ingest.timestamps import micros_of_epoch_ms, micros_of_iso

VERSION = 1
MAX_MESSAGE_BYTES = 64 * 1024
MAX_ID_CHARS = 128
MAX_STATUS_CHARS = 32
MAX_TEXT_CHARS = 500
MAX_LINE_CHARS = 120
MAX_PLATE_CHARS = 12

_TOPIC = re.compile(r"(?:.*/)?terminals/([^/]+)/out/?")
_POSTAL = re.compile(r"[A-Z]{2}")
_STATUS = re.compile(r"[a-z][a-z0-9-]*")


class _Driver(msgspec.Struct, gc=False):
    last: str | None = None
    first: str | None = None
    born: str | None = None
    licence: str | None = None
    without: bool | None = None


class _Photo(msgspec.Struct, gc=False):
    id: str
    is_driver: bool


class _Stop(msgspec.Struct, gc=False):
    id: str
    lat: float | None = None
    lon: float | None = None
    place: str | None = None
    plate: str | None = None
    state: str | None = None
    why: str | None = None
    driver: _Driver | None = None
    photo: _Photo | None = None


class _StopEnd(msgspec.Struct, gc=False):
    id: str
    outcome: str | None = None


class _Reply(msgspec.Struct, gc=False):
    id: str
    text: str
    to: str = ""


class _Recovered(msgspec.Struct, gc=False):
    plate: str
    state: str | None = None


class _Said(msgspec.Struct, gc=False):
    """Each of `ack`, `delivered`, `reply`, `status`, `emergency`, `hello`, `stop`, `stop_update`, `stop_end` and
    `recovered` is a thing said; one message may say several."""

    v: int
    at: str | float | None = None
    ack: str | None = None
    delivered: str | None = None
    reply: _Reply | None = None
    status: str | None = None
    emergency: bool = False
    hello: Any = None
    text: str | None = None
    stop: _Stop | None = None
    stop_update: _Stop | None = None
    stop_end: _StopEnd | None = None
    recovered: _Recovered | None = None


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
        out: list[Event] = [*self._messages(said, at, seen)]
        statuses = [_status(said.status)] if said.status is not None else []
        statuses += ["emergency"] * said.emergency + ["alive"] * (said.hello is not None)
        text = said.text or (said.hello if isinstance(said.hello, str) else None)
        text = text[:MAX_TEXT_CHARS] if text else None
        out += [
            UnitReported(at=at, source=self._origin.source, seen=seen, unit=self._unit, status=status, text=text)
            for status in statuses
        ]
        if said.recovered is not None:
            out.append(self._recovered(said.recovered, at, seen))
        out += self._stops(said, at, seen)
        if not out:
            raise ValueError("a message that says nothing")
        return out

    def _messages(self, said: _Said, at: Micros, seen: Micros | None) -> Iterator[Event]:
        """Raises ValueError."""
        source, unit = self._origin.source, self._unit
        if said.delivered is not None:
            message = _id(said.delivered, "delivered is not a message's id")
            yield MessageDelivered(at=at, source=source, seen=seen, unit=unit, message=message)
        if said.ack is not None:
            answers = _id(said.ack, "ack is not a message's id")
            yield MessageAcked(at=at, source=source, seen=seen, answers=answers, unit=unit)
        if said.reply is not None:
            mark, text = _id(said.reply.id, "id is not a reply's id"), said.reply.text.strip()[:MAX_TEXT_CHARS]
            if not text:
                raise ValueError("a reply that says nothing")
            to = said.reply.to and _id(said.reply.to, "to is not a message's id")
            yield MessageReplied(at=at, source=source, seen=seen, unit=unit, text=text, mark=mark, to=to)

    def _recovered(self, said: _Recovered, at: Micros, seen: Micros | None) -> Event:
        """Raises ValueError."""
        plate, state = _plate(said.plate), None if said.state is None else _state(said.state)
        return VehicleRecovered(at=at, source=self._origin.source, seen=seen, unit=self._unit, plate=plate, state=state)

    def _stops(self, said: _Said, at: Micros, seen: Micros | None) -> Iterator[Event]:
        """Raises ValueError."""
        source, unit = self._origin.source, self._unit
        if said.stop is not None:
            stop, known = _id(said.stop.id), _known(said.stop)
            yield StopOpened(at=at, source=source, seen=seen, unit=unit, stop=stop, **known)
        if said.stop_update is not None:
            stop, known = _id(said.stop_update.id), _known(said.stop_update)
            yield StopChanged(at=at, source=source, seen=seen, unit=unit, stop=stop, **known)
        if said.stop_end is not None:
            outcome = None if said.stop_end.outcome is None else _status(said.stop_end.outcome)
            yield StopClosed(at=at, source=source, seen=seen, unit=unit, stop=_id(said.stop_end.id), outcome=outcome)


def _id(text: str, otherwise: str = "id is not a stop's id") -> str:
    if not 0 < len(text) <= MAX_ID_CHARS:
        raise ValueError(otherwise)
    return text


def _known(stop: _Stop) -> dict[str, Any]:
    """What is said of a stop. Raises ValueError for a place that is none, a plate without a letter or digit, a state
    that is no postal code, a birth date that is no date."""
    if (stop.lat is None) != (stop.lon is None):
        raise ValueError("a stop's place is half a place")
    if stop.lat is not None and stop.lon is not None and not (abs(stop.lat) <= 90 and abs(stop.lon) <= 180):
        raise ValueError("a stop's place is not on earth")
    driver = stop.driver or _Driver()
    said = {
        "lat": stop.lat,
        "lon": stop.lon,
        "place": _line(stop.place),
        "plate": None if stop.plate is None else _plate(stop.plate),
        "state": None if stop.state is None else _state(stop.state),
        "why": _line(stop.why),
        "last": _line(driver.last),
        "first": _line(driver.first),
        "born": None if driver.born is None else _born(driver.born),
        "licence": _line(driver.licence),
        "without": driver.without,
        "photo": None if stop.photo is None else _id(stop.photo.id),
        "is_driver": None if stop.photo is None else stop.photo.is_driver,
    }
    return {name: value for name, value in said.items() if value is not None}


def _line(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())[:MAX_LINE_CHARS] or None


def _plate(text: str) -> str:
    plate = "".join(c for c in text.upper() if c.isascii() and c.isalnum())
    if not 0 < len(plate) <= MAX_PLATE_CHARS:
        raise ValueError("plate has no letters or digits, or too many")
    return plate


def _state(text: str) -> str:
    state = text.strip().upper()
    if not _POSTAL.fullmatch(state):
        raise ValueError("state is not a postal code")
    return state


def _born(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("born is not a date (YYYY-MM-DD)") from None


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
