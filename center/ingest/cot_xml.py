"""Cursor-on-Target events out of a stream of XML.

Knows: where an event begins and ends, its attributes, and the parts of its detail that are used here (MITRE's CoT 2.0
base schema; contact, track, chat, receipts and emergencies as TAK clients write them).
Refuses to know: whose an event is, and what follows from it.

There is no root element around a stream and no newline between its events: one ends at its end tag. What stands outside
an event (a document type with its entities, say) never reaches the parser.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, TypeAlias
from xml.etree.ElementTree import Element, ParseError  # the type and the error; defusedxml parses

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from center.core.events import Micros
from center.ingest.timestamps import checked, micros_of

MAX_EVENT_BYTES = 64 * 1024
MAX_ID_CHARS = 200
MAX_TEXT_CHARS = 500
UNKNOWN_M = 999_999.0
"""From here on a height, an error, a speed or a course is a way to say that it is not known."""
NO_PLACE_CE = 9_000_000.0

_BEGIN = re.compile(rb"<(?:[\w.-]+:)?event[\s/>]")
_END = re.compile(rb"</(?:[\w.-]+:)?event\s*>|<(?:[\w.-]+:)?event\b[^<>]*/>")
_PROLOG = re.compile(rb"\s+|<\?xml[^>]*\?>")
_LONGEST_TAG = 64

Piece: TypeAlias = tuple[int, bytes, str]
"""(where it began in the stream, its bytes, why it is no event: empty where it may be one)"""


class CotSplitter:
    """Bounded. What comes out of a stream does not depend on how it was cut into pieces. With `whole`, each piece is
    one datagram: what it does not finish never ends."""

    def __init__(self, whole: bool = False) -> None:
        self._whole = whole
        self._held = b""
        self._at = 0  # in `_held`, what is not done with
        self._position = 0  # of that in the stream
        self._scanned = 0  # in `_held`: before it no tag begins that would decide anything
        self._inside = False  # an event has begun there
        self._told = False  # that what is held at the moment is none

    def feed(self, data: bytes) -> list[Piece]:
        out: list[Piece] = []
        self._held += data
        while self._take(out):
            pass
        self._held, self._scanned, self._at = self._held[self._at :], self._scanned - self._at, 0
        if self._whole:
            out += self.rest()
            self._position = 0
        return out

    def rest(self) -> list[Piece]:
        """What is left when the stream has ended."""
        out: list[Piece] = []
        if self._inside:
            out.append((self._position, self._held, "an event that does not end"))
        else:
            self._outside(len(self._held), out)
        self._drop(len(self._held))
        self._held, self._at, self._scanned, self._told = b"", 0, 0, False
        return out

    def _take(self, out: list[Piece]) -> bool:
        """One step; False when more bytes are needed. No step looks again at what lies behind the next beginning: else
        whoever sends beginnings and no ends has all of them looked at for each."""
        if not self._inside and not self._begins(out):
            return False
        again = _BEGIN.search(self._held, max(self._at + 1, self._scanned))
        behind = again.start() if again else len(self._held)
        end = _END.search(self._held, self._scanned, behind)
        size = (end.end() if end else behind) - self._at
        if size > MAX_EVENT_BYTES:
            piece = self._held[self._at : self._at + MAX_EVENT_BYTES]
            out.append((self._position, piece, f"an event of over {MAX_EVENT_BYTES} bytes"))
            self._drop(1)
            self._told = True
            return True
        if end is None and again is None:
            self._scanned = self._last_tag()
            return False
        why = "" if end else "an event that does not end"
        out.append((self._position, self._held[self._at : self._at + size], why))
        self._drop(size)
        return True

    def _begins(self, out: list[Piece]) -> bool:
        """Pass over what stands before an event; False where there is none yet."""
        begin = _BEGIN.search(self._held, self._scanned)
        if begin is None:
            self._scanned = self._last_tag()
            many = len(self._held) - self._at
            if many > MAX_EVENT_BYTES:
                self._outside(many - _LONGEST_TAG, out)
                self._drop(many - _LONGEST_TAG)
                self._told = True
            return False
        if begin.start() > self._at:
            self._outside(begin.start() - self._at, out)
            self._drop(begin.start() - self._at)
        self._told, self._inside = False, True
        return True

    def _last_tag(self) -> int:
        """Whatever begins or ends an event has one "<", at its beginning."""
        last = self._held.rfind(b"<", self._at)
        return last if last >= 0 else len(self._held)

    def _outside(self, size: int, out: list[Piece]) -> None:
        """Between events there is white space, or an XML declaration."""
        between = self._held[self._at : self._at + size]
        if not self._told and _PROLOG.sub(b"", between[:MAX_EVENT_BYTES]):
            lead = len(between) - len(between.lstrip())
            out.append((self._position + lead, between[lead : lead + MAX_EVENT_BYTES], _outside_why(between)))

    def _drop(self, size: int) -> None:
        self._at += size
        self._position += size
        self._scanned, self._inside = self._at, False


def _outside_why(between: bytes) -> str:
    if between.lstrip().startswith(b"\xbf"):
        return "TAK protocol version 1 (protobuf), which is not read here: set the sender to XML"
    return "a document type, which is not read here" if b"<!DOCTYPE" in between else "bytes outside an event"


class Chat(NamedTuple):
    """`message` is the sender's id of it, `room` where it was said, `sender` a call sign, `to` a uid."""

    message: str
    room: str
    sender: str
    text: str
    to: str


class CotEvent(NamedTuple):
    """One event. A place that is not known is None, and so is whatever else was left out. `receipt` is the id of the
    message that a receipt is about."""

    uid: str
    type: str
    time: Micros
    stale: Micros
    how: str
    lat: float | None
    lon: float | None
    hae_m: float | None
    ce_m: float | None
    callsign: str
    course_deg: float | None
    speed_mps: float | None
    remarks: str
    chat: Chat | None
    receipt: str
    emergency: str
    of_uid: str


def parse(data: bytes) -> CotEvent:
    """Raises ValueError with a sentence."""
    try:
        event = fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise ValueError("a document type or entities, which are not read here") from None
    except (ParseError, ValueError, LookupError) as error:
        raise ValueError(f"not XML ({error})") from None
    _without_namespaces(event)
    point, detail = event.find("point"), event.find("detail")
    if point is None:
        raise ValueError("an event without a point")
    detail = Element("detail") if detail is None else detail
    track, contact, link = detail.find("track"), detail.find("contact"), detail.find("link")
    lat, lon, ce = _degrees(point, "lat", 90.0), _degrees(point, "lon", 180.0), _known(point, "ce")
    nowhere = lat == 0.0 and lon == 0.0 and (ce is None or ce >= NO_PLACE_CE)
    receipt = detail.find("__chatreceipt")
    emergency = detail.find("emergency")
    return CotEvent(
        uid=_needed(event, "uid"),
        type=_needed(event, "type"),
        time=_moment(event, "time"),
        stale=_moment(event, "stale"),
        how=event.get("how", "")[:MAX_ID_CHARS],
        lat=None if nowhere else lat,
        lon=None if nowhere else lon,
        hae_m=_known(point, "hae"),
        ce_m=ce,
        callsign=_line(contact.get("callsign", "") if contact is not None else ""),
        course_deg=_known(track, "course"),
        speed_mps=_known(track, "speed"),
        remarks=_line(detail.findtext("remarks") or "", MAX_TEXT_CHARS),
        chat=_chat(detail),
        receipt="" if receipt is None else _line(receipt.get("messageId", "")),
        emergency="" if emergency is None else _line(emergency.get("type") or emergency.text or ""),
        of_uid="" if link is None else _line(link.get("uid", "")),
    )


def _without_namespaces(event: Element) -> None:
    for element in event.iter():
        element.tag = str(element.tag).rpartition("}")[2]


def _chat(detail: Element) -> Chat | None:
    chat, remarks = detail.find("__chat"), detail.find("remarks")
    if chat is None:
        return None
    text = "" if remarks is None else (remarks.text or "").strip()[:MAX_TEXT_CHARS]
    if not text:
        raise ValueError("a chat message without remarks")
    to = "" if remarks is None else remarks.get("to", "")
    return Chat(
        message=_line(chat.get("messageId", "")),
        room=_line(chat.get("chatroom", "")),
        sender=_line(chat.get("senderCallsign", "")),
        text=text,
        to=_line(to or chat.get("id", "")),
    )


def _line(text: str, most: int = MAX_ID_CHARS) -> str:
    return " ".join(text.split())[:most]


def _needed(event: Element, name: str) -> str:
    text = _line(event.get(name, ""))
    if not text:
        raise ValueError(f"an event without {name}")
    return text


def _moment(event: Element, name: str) -> Micros:
    """A W3C date-time with its zone: without one it may be hours off, and nobody would see it."""
    text = _needed(event, name)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name} is no time ({text[:40]})") from None
    if moment.tzinfo is None:
        raise ValueError(f"{name} has no zone ({text[:40]})")
    try:
        return checked(micros_of(moment))
    except (ValueError, OverflowError):
        raise ValueError(f"{name} lies before 1970 or after 2099 ({text[:40]})") from None


def _degrees(point: Element, name: str, most: float) -> float:
    value = _number(point, name)
    if value is None:
        raise ValueError(f"a point without {name}")
    if not abs(value) <= most:  # NaN is not
        raise ValueError(f"{name} is not degrees from -{most:g} to {most:g} ({point.get(name, '')[:20]})")
    return value


def _known(element: Element | None, name: str) -> float | None:
    """A number, unless it is one of those that say that nothing is known."""
    value = None if element is None else _number(element, name)
    return None if value is None or not math.isfinite(value) or abs(value) >= UNKNOWN_M else value


def _number(element: Element, name: str) -> float | None:
    text = element.get(name)
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{name} is no number ({text[:20]})") from None


def pieces_of(splitter: CotSplitter, data: bytes | None) -> Iterator[tuple[Piece, CotEvent | None, str]]:
    """Each piece with the event that it is, or why it is none; the last ones where `data` is None."""
    for piece in splitter.rest() if data is None else splitter.feed(data):
        event, why = None, piece[2]
        if not why:
            try:
                event = parse(piece[1])
            except ValueError as error:
                why = str(error)
        yield piece, event, why
