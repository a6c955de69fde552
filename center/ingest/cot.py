"""Cursor-on-Target: where units are, what they say, and that they need help.

Knows: positions (situational awareness), GeoChat with its receipts, emergencies, pings (docs/feeds/cot.md).
Refuses to know: who may say what to whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr  # writes an attribute, reads nothing

from center.core.events import SECOND, Event, MessageAcked, Micros, UnitMoved, UnitReported
from center.core.message_facts import PERSON, MessageDelivered, MessageReplied
from center.ingest.cot_xml import CotEvent, CotSplitter, pieces_of
from center.ingest.faults import Faults
from center.ingest.feed import Origin, Quiet

PING, PONG = "t-x-c-t", "t-x-c-t-r"
OTHER_PROTOCOL, NO_OTHER = "t-x-takp-q", "t-x-takp-r"
CHAT, DELIVERED, READ = "b-t-f", "b-t-f-d", "b-t-f-r"
EMERGENCY, CANCELLED = "b-a-o", "b-a-o-can"
PONG_LASTS = 20 * SECOND
MAX_SPEED_MPS = 1_000.0
MAX_SHOWN = 60
_OPTIONS = ("identity", "unit")


class CotStream(Quiet):
    """A stream of events, in which pings are answered, and whoever asks for another protocol is told to go on with this
    one. What any other event says is `_told`'s; `_moment` is what an answer is stamped with."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._splitter = CotSplitter(origin.whole)
        self._faults = Faults(origin)
        self._replies: dict[str, bytes] = {}

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(data, at)

    def finish(self, at: Micros) -> Sequence[Event]:
        return [*self._read(None, at), *self._faults.rest(at)]

    def to_send(self) -> bytes:
        replies, self._replies = self._replies, {}
        return b"".join(replies.values())

    def _read(self, data: bytes | None, at: Micros) -> list[Event]:
        out: list[Event] = []
        for (offset, raw, _), event, why in pieces_of(self._splitter, data):
            if event is None:
                out += self._faults.tell(at, why, raw, offset)
            elif event.type == PING:
                self._replies[PING] = pong(self._moment(at))
            elif event.type == OTHER_PROTOCOL:
                self._replies[OTHER_PROTOCOL] = refused(self._moment(at), event.uid)
            else:
                out += self._told(event, at)
        return out

    def _moment(self, at: Micros) -> Micros:
        return at

    def _told(self, event: CotEvent, at: Micros) -> Iterable[Event]:
        raise NotImplementedError


class CotFeed(CotStream):
    """One connection, or one sender. Option `identity` says by what a unit is known here: its `callsign` (as long as it
    has one) or its `uid`; option `unit` that whoever speaks is always this one."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        unknown = sorted(set(options) - set(_OPTIONS))
        if unknown:
            raise ValueError(f"cot has no option {', '.join(unknown)}; it has {' and '.join(_OPTIONS)}")
        self._by = options.get("identity", "callsign")
        if self._by not in ("callsign", "uid"):
            raise ValueError(f"option identity: {self._by!r} is neither callsign nor uid")
        self._unit = options.get("unit", "")
        super().__init__(origin)

    def _told(self, event: CotEvent, at: Micros) -> Iterable[Event]:
        who = self._unit or self._who(event)
        if who.startswith(PERSON):  # people of the room are known by a certificate, never by what somebody writes
            return self._faults.tell(at, f"nobody on a feed speaks for a person of the room ({who[:MAX_SHOWN]})")
        return facts(event, who, self._origin.source, at, event.time)

    def _who(self, event: CotEvent) -> str:
        callsign = event.chat.sender if event.chat else event.callsign
        uid = event.of_uid if event.of_uid and not event.type.startswith("a-") else event.uid
        return callsign if callsign and self._by == "callsign" else uid


def facts(event: CotEvent, who: str, source: str, at: Micros, seen: Micros | None) -> Iterator[Event]:
    """What an event says, if `who` says it. What is neither a friend's position, nor a message, nor an emergency says
    nothing here."""
    if event.type.startswith("a-f-"):
        if event.lat is None or event.lon is None:
            yield UnitReported(at=at, source=source, seen=seen, unit=who, status="no-fix")
            return
        speed, course = event.speed_mps, event.course_deg
        yield UnitMoved(
            at=at,
            source=source,
            seen=seen,
            unit=who,
            lat=event.lat,
            lon=event.lon,
            speed_mps=speed if speed is not None and 0.0 <= speed <= MAX_SPEED_MPS else None,
            course_deg=course % 360.0 if course is not None else None,
            altitude_m=event.hae_m,
            accuracy_m=event.ce_m,
        )
    elif event.type.startswith(EMERGENCY):
        status = "emergency-cancelled" if event.type == CANCELLED else "emergency"
        yield UnitReported(at=at, source=source, seen=seen, unit=who, status=status, text=event.emergency or None)
    elif event.type == DELIVERED and event.receipt:
        yield MessageDelivered(at=at, source=source, seen=seen, unit=who, message=event.receipt)
    elif event.type == READ and event.receipt:
        yield MessageAcked(at=at, source=source, seen=seen, unit=who, answers=event.receipt)
    elif event.type == CHAT and event.chat is not None:
        mark = event.chat.message or event.uid
        yield MessageReplied(at=at, source=source, seen=seen, unit=who, text=event.chat.text, mark=mark)


def pong(at: Micros) -> bytes:
    """The answer to a ping; whoever gets none reconnects."""
    return _answer("takPong", PONG, at, "")


def refused(at: Micros, uid: str) -> bytes:
    """The answer to a request for TAK protocol version 1, after which a client says nothing until it has one."""
    return _answer(uid, NO_OTHER, at, '<detail><TakControl><TakResponse status="false"/></TakControl></detail>')


def _answer(uid: str, kind: str, at: Micros, detail: str) -> bytes:
    begin, end = _iso(at), _iso(Micros(at + PONG_LASTS))
    times = f"time={quoteattr(begin)} start={quoteattr(begin)} stale={quoteattr(end)}"
    point = '<point lat="0.0" lon="0.0" hae="0.0" ce="9999999.0" le="9999999.0"/>'
    named = f"uid={quoteattr(uid)} type={quoteattr(kind)}"
    return f'<event version="2.0" {named} how="h-g-i-g-o" {times}>{point}{detail}</event>\n'.encode()


def _iso(moment: Micros) -> str:
    return datetime.fromtimestamp(moment / SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
