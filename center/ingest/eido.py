"""911 calls and CAD incidents as Emergency Incident Data Objects (NENA-STA-021.1a/b), POSTed, dereferenced or conveyed
(NENA-STA-024.1a: `event` messages on a WebSocket, which want an `eventResponse`).

Knows: which calls it has told of, so that only news is told: opened, changed in these fields, closed.
Refuses to know: what is inside a document (eido_document), and which calls are about the same thing.

A call is closed when its incident is (`Closed`, `Cancelled`); hanging up the telephone closes only a call that no
document ever tied to an incident. An incident that nobody called in, an officer's own for instance, is a call under
the incident's id. Emergency resources are units: this is how one CAD shows its units to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from center.core.events import CallChanged, CallClosed, CallOpened, Event, Micros, UnitMoved, UnitReported
from center.ingest.eido_document import CallReading, Component, Reading, UnitReading, read_eido
from center.ingest.faults import Faults
from center.ingest.feed import Attachment, Origin
from center.ingest.json_documents import Document, JsonDocuments
from center.ingest.pidf_lo import ASSUMED_UNCERTAINTY_M

MAX_CALLS = 4096
MAX_UNITS = 4096
MAX_ENVELOPES = 4
MAX_REPLY_BYTES = 64 * 1024
_THE_CALLERS_OWN = frozenset(("text", "lat", "lon", "uncertainty_m", "address"))

_MARKS = frozenset(
    ("eidoVersion", "issuingElementIdentification", "incidentComponent", "callComponent", "emergencyResourceComponent")
)
_ENVELOPES = ("event", "notification", "eido")
_CONVEYANCE = frozenset(
    ("subscribe", "subscribeResponse", "unsubscribe", "unsubscribeResponse", "eventResponse", "terminate")
)


class _Call(msgspec.Struct, gc=False):
    """What has been told of a call. `tracking` is its incident; `has_incident` once a document said what became of
    that; `issuer` and `stamp` are the last document's."""

    call: str
    tracking: str
    system: str
    said: dict[str, Any]
    has_incident: bool = False
    closed: bool = False
    issuer: str = ""
    stamp: Micros | None = None


class _Unit(msgspec.Struct, gc=False):
    """What has been told of a unit, and as of when."""

    status: str | None = None
    reported: Micros | None = None
    place: tuple[float, float] | None = None
    placed: Micros | None = None


def _decode(raw: bytes) -> Component:
    document = msgspec.json.decode(raw)
    if not isinstance(document, dict) or (_MARKS | _CONVEYANCE).union(_ENVELOPES).isdisjoint(document):
        raise ValueError("not an EIDO")
    return document


class EidoFeed:
    """One notifier or one webhook; keep it over many POSTs, it remembers calls. Takes no options."""

    def __init__(self, origin: Origin, options: Mapping[str, str]) -> None:
        if options:
            raise ValueError(f"eido takes no options, and was given {', '.join(sorted(options))}")
        self._origin = origin
        self._feed = origin.source.removesuffix(f"/{origin.peer}")
        self._documents = JsonDocuments(_decode)
        self._faults = Faults(origin)
        self._calls: dict[str, _Call] = {}
        self._of_incident: dict[str, list[str]] = {}
        self._units: dict[str, _Unit] = {}
        self._reply = b""

    def receive(self, data: bytes, at: Micros) -> Sequence[Event]:
        return self._read(self._documents.feed(data, self._origin.whole), at)

    def finish(self, at: Micros) -> Sequence[Event]:
        return [*self._read(self._documents.feed(b"", True), at), *self._faults.rest(at)]

    def to_send(self) -> bytes:
        reply, self._reply = self._reply, b""
        return reply

    def attachments(self) -> Sequence[Attachment]:
        return ()

    def _read(self, documents: Iterable[Document[Component]], at: Micros) -> list[Event]:
        out: list[Event] = []
        for document in documents:
            whys = [document.why] if document.why else []
            if document.value is not None:
                for eido in self._unwrap(document.value, MAX_ENVELOPES, whys):
                    out += self._tell(read_eido(eido, whys), at)
            for why in whys:
                out += self._faults.tell(at, why, document.raw, document.offset)
        return out

    # --- envelopes (NENA-STA-024.1a section 2.1) ------------------------------------------------------------------

    def _unwrap(self, document: Component, depth: int, whys: list[str]) -> Iterator[Component]:
        """The EIDOs in a document, which may be one itself."""
        if not _MARKS.isdisjoint(document):
            yield document
            return
        event = document.get("event")
        if isinstance(event, dict) and event.get("transactionId"):
            self._answer("eventResponse", {"transactionId": event["transactionId"]}, "OK")
        end = document.get("terminate")
        if isinstance(end, dict):
            whys.append("the other side ended the subscription")
            self._answer("terminateResponse", {key: end.get(key) for key in ("requestId", "subscriptionId")}, "OK")
        inside = [document[name] for name in _ENVELOPES if name in document]
        for each in inside:
            for one in each if isinstance(each, list) else [each]:
                if not isinstance(one, dict) or not depth:
                    whys.append("an envelope without an EIDO in it")
                else:
                    yield from self._unwrap(one, depth - 1, whys)
        if not inside and _CONVEYANCE.isdisjoint(document):
            whys.append("an envelope without an EIDO in it")

    def _answer(self, name: str, body: dict[str, Any], text: str) -> None:
        if len(self._reply) < MAX_REPLY_BYTES:
            self._reply += msgspec.json.encode({name: body | {"statusCode": 200, "statusText": text}})

    # --- what is news ---------------------------------------------------------------------------------------------

    def _tell(self, reading: Reading, at: Micros) -> Iterator[Event]:
        calls = list(reading.calls)
        if reading.closed is not None and reading.incident:
            named = {call.call for call in calls}
            others = [name for name in self._of_incident.get(reading.incident, ()) if name not in named]
            if not calls and not others:
                others = [reading.incident]
            calls += [CallReading(name, _shared(reading, name)) for name in others]
        for call in calls:
            yield from self._tell_call(call, reading, at)
        for unit in reading.units:
            yield from self._tell_unit(unit, at)

    def _tell_call(self, call: CallReading, reading: Reading, at: Micros) -> Iterator[Event]:
        source = self._origin.source
        known = self._calls.get(call.call)
        if known is not None and _is_late(known, reading):
            return
        is_new = known is None
        known = known or _Call(call.call, reading.incident, reading.system or self._feed, {})
        self._keep(known)
        known.issuer, known.stamp = reading.issuer, reading.stamp
        known.has_incident |= reading.closed is not None
        if known.has_incident:
            closed = known.closed if reading.closed is None else reading.closed
        else:
            closed = known.closed or call.ended
        news = _news(call.said, known.said)
        known.said |= news
        if is_new or (known.closed and not closed):
            seen = call.started or reading.stamp
            yield CallOpened(at=at, source=source, seen=seen, call=known.call, system=known.system, **known.said)
        elif news and not known.closed:
            yield CallChanged(at=at, source=source, seen=reading.stamp, call=known.call, system=known.system, **news)
        if closed and not known.closed:
            yield CallClosed(
                at=at,
                source=source,
                seen=reading.stamp,
                call=known.call,
                system=known.system,
                incident=known.said.get("incident"),
                disposition=reading.disposition,
            )
        known.closed = closed

    def _keep(self, call: _Call) -> None:
        """As the one spoken of last; the one spoken of longest ago is forgotten when there are too many."""
        if self._calls.pop(call.call, None) is None:
            self._of_incident.setdefault(call.tracking, []).append(call.call)
        self._calls[call.call] = call
        if len(self._calls) > MAX_CALLS:
            oldest = self._calls.pop(next(iter(self._calls)))
            self._of_incident[oldest.tracking].remove(oldest.call)
            if not self._of_incident[oldest.tracking]:
                del self._of_incident[oldest.tracking]

    def _tell_unit(self, unit: UnitReading, at: Micros) -> Iterator[Event]:
        known = self._units.pop(unit.unit, None) or _Unit()
        self._units[unit.unit] = known
        if len(self._units) > MAX_UNITS:
            del self._units[next(iter(self._units))]
        source, place = self._origin.source, unit.place
        if (
            place is not None
            and place.lat is not None
            and place.lon is not None
            and not _is_older(unit.placed, known.placed)
        ):
            where = (place.lat, place.lon)
            if (where, unit.placed) != (known.place, known.placed):
                yield UnitMoved(
                    at=at,
                    source=source,
                    seen=unit.placed,
                    unit=unit.unit,
                    lat=place.lat,
                    lon=place.lon,
                    altitude_m=place.altitude_m,
                    accuracy_m=place.uncertainty_m,
                )
            known.place, known.placed = where, unit.placed
        if unit.status is not None and not _is_older(unit.reported, known.reported):
            if unit.status != known.status:
                yield UnitReported(
                    at=at, source=source, seen=unit.reported, unit=unit.unit, status=unit.status, text=unit.text
                )
            known.status, known.reported = unit.status, unit.reported


def _shared(reading: Reading, name: str) -> dict[str, Any]:
    """What a document says of a call it does not list: what it says of the incident, but not in whose words, nor where:
    every caller stands somewhere else, and fifty callers to one crash would make each update fifty."""
    if name == reading.incident:
        return reading.said
    return {field: value for field, value in reading.said.items() if field not in _THE_CALLERS_OWN}


def _news(said: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """The fields that are new. A position is told whole, and with a radius when the one before had a radius: that can
    be replaced but not unsaid."""
    news = {field: value for field, value in said.items() if known.get(field) != value}
    if "lat" in news or "lon" in news:
        news |= {"lat": said["lat"], "lon": said["lon"]}
        if "uncertainty_m" in known and "uncertainty_m" not in said:
            news["uncertainty_m"] = ASSUMED_UNCERTAINTY_M
    return news


def _is_late(known: _Call, reading: Reading) -> bool:
    """An older document of the same sender that was overtaken on its way."""
    return known.issuer == reading.issuer and _is_older(reading.stamp, known.stamp)


def _is_older(stamp: Micros | None, than: Micros | None) -> bool:
    return stamp is not None and than is not None and stamp < than
