"""The messages of a vehicle's terminal, over MQTT.

Knows: what the center says on `terminals/<unit>/in` and a terminal on `terminals/<unit>/out` (docs/devices.md).
Refuses to know: screens, people, and when anything is sent.
"""

from __future__ import annotations

import msgspec

from twin.devices.things import SECOND_US

VERSION = 1
LIMIT_BYTES = 65_536

_encode = msgspec.json.Encoder().encode


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message to a deputy. `level` 0 is the first sending, 1 and up are escalations; `sent` and `expires` are
    milliseconds since the epoch; `plate`, `vehicle`, `lat` and `lon` say what to look for and where. `thread` names the
    conversation it belongs to; `refers` is the message that a remark is about."""

    v: int
    id: str
    level: int = 0
    sent: int | None = None
    kind: str = ""
    headline: str = ""
    plate: str | None = None
    vehicle: str | None = None
    lat: float | None = None
    lon: float | None = None
    note: str | None = None
    photo: str | None = None
    verified_by: str | None = None
    expires: int | None = None
    thread: str | None = None
    refers: str | None = None


REMARKS = ("delivered", "read", "withdrawn")
"""Kinds that say what became of a message, and are no message themselves."""

_decode = msgspec.json.Decoder(Message).decode


def decode(data: bytes) -> Message | None:
    """The message, or None for anything a terminal of this version cannot show."""
    if len(data) > LIMIT_BYTES:
        return None
    try:
        message = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return message if message.v == VERSION and message.id else None


def ack(message_id: str, utc_us: int) -> bytes:
    """The deputy pressed the key at `utc_us` by the terminal's clock."""
    return _encode({"v": VERSION, "ack": message_id, "at": utc_us * 1000 // SECOND_US})


def delivered(message_id: str) -> bytes:
    """The message is on the screen."""
    return _encode({"v": VERSION, "delivered": message_id})


def reply(reply_id: str, to: str, text: str, utc_us: int) -> bytes:
    """The deputy answers a message. `reply_id` is the terminal's own, so that a repeat can be told."""
    said = {"id": reply_id, "to": to, "text": text}
    return _encode({"v": VERSION, "at": utc_us * 1000 // SECOND_US, "reply": said})


def status(word: str) -> bytes:
    """A status button: `available`, `enroute`, `on-scene`, `out-of-service`, `pursuit`, `code-3`."""
    return _encode({"v": VERSION, "status": word})


def crash(kmh: float, utc_us: int) -> bytes:
    """The crash sensor has felt an impact at that speed, at `utc_us` by the terminal's clock."""
    text = f"crash sensor: impact at {kmh:.0f} km/h"
    return _encode({"v": VERSION, "at": utc_us * 1000 // SECOND_US, "status": "crash", "text": text})


def emergency() -> bytes:
    """The panic button."""
    return _encode({"v": VERSION, "emergency": True})


class Driver(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Who a driver says they are; `born` YYYY-MM-DD, `licence` its number, `without` that they say they have none."""

    last: str | None = None
    first: str | None = None
    born: str | None = None
    licence: str | None = None
    without: bool | None = None


class Photo(msgspec.Struct, frozen=True, gc=False):
    """A picture on file that the deputy has held against the driver."""

    id: str
    is_driver: bool


class Stop(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A traffic stop as a deputy types it in; what is not known yet is left out. `id` is the terminal's own."""

    id: str
    lat: float | None = None
    lon: float | None = None
    place: str | None = None
    plate: str | None = None
    state: str | None = None
    why: str | None = None
    driver: Driver | None = None
    photo: Photo | None = None


def stop(opened: Stop, utc_us: int) -> bytes:
    """A car has been stopped, at `utc_us` by the terminal's clock."""
    return _encode({"v": VERSION, "at": utc_us * 1000 // SECOND_US, "stop": opened})


def stop_update(known: Stop, utc_us: int) -> bytes:
    """What became known since: usually the driver."""
    return _encode({"v": VERSION, "at": utc_us * 1000 // SECOND_US, "stop_update": known})


def stop_end(stop_id: str, outcome: str, utc_us: int) -> bytes:
    """The stop is over: `warning`, `citation`, `arrest`, `none`."""
    return _encode({"v": VERSION, "at": utc_us * 1000 // SECOND_US, "stop_end": {"id": stop_id, "outcome": outcome}})


def recovered(plate: str, state: str, utc_us: int) -> bytes:
    """A wanted car is back."""
    found = {"plate": plate, "state": state}
    return _encode({"v": VERSION, "at": utc_us * 1000 // SECOND_US, "recovered": found})


def hello(model: str) -> bytes:
    """The terminal was switched on."""
    return _encode({"v": VERSION, "hello": model})
