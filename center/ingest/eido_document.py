"""Reading one Emergency Incident Data Object (NENA-STA-021.1a/b, JSON).

Knows: the components we need (calls, the incident, places, callbacks, notes, emergency resources), how they refer to
one another, and which of several places is the best one.
Refuses to know: what earlier documents said of the same call.

Senders differ: a reference may be `{"$ref": id}`, a bare id or the component itself; arrays may be single objects. What
is referred to and missing is named in `whys`, and the rest is read without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple

from center.core.events import Micros
from center.ingest.pidf_lo import PidfError, Place, read_pidf_lo, supposed_m
from center.ingest.timestamps import micros_of_iso

MAX_COMPONENTS = 1000
MAX_REFERENCES = 64
MAX_HOPS = 8
MAX_WHYS = 8
MAX_ID_CHARS = 160
MAX_WORD_CHARS = 120
MAX_NOTE_CHARS = 16_384
MAX_TEXT_CHARS = 4_000

_PLACE_RANK = {  # section 3.8, best first; a staging area or a unit's position is not where the call is
    "currentincident": 0,
    "caller": 1,
    "initialincident": 1,
    "initial": 1,
    "investigation": 2,
    "other": 2,
    "routinglocation": 3,
    "towerlocation": 4,
}
_NOT_THE_CALLS = ("staging", "unitlocation")
_CLOSED = ("closed", "cancelled", "canceled")
_ENDED = ("callend", "callended", "terminated", "abandoned")
_KINDS = ("incidentTypeCommonRegistryText", "incidentTypeInternalText", "incidentTypeInternalCode")
_PRIORITIES = frozenset(map(str, range(11)))
_CALL_PRIORITY = {"highest": 10, "high": 8, "normal": 5, "low": 2, "lowest": 0}  # on the incident's scale
LEAST_URGENT = 11
_STATUS = (  # sections 3.9 and 3.10; the first that applies
    ("out-of-service", ("outofservice", "offduty", "unmanned")),
    ("on-scene", ("onscene", "arrived", "trafficstop", "patientcontact")),
    ("transporting", ("transporting",)),
    ("enroute", ("enroute",)),
    ("dispatched", ("dispatched", "assigned", "acknowledgedtransmission")),
    ("available", ("available", "conditionallyavailable")),
    ("busy", ("notavailable",)),
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_SPACES = re.compile(r"[ \t\r\f\v]+")

Component = dict[str, Any]


class CallReading(NamedTuple):
    """What a document says of one call; `said` holds the fields of CallOpened that it states."""

    call: str
    said: dict[str, Any]
    started: Micros | None = None
    ended: bool = False


class UnitReading(NamedTuple):
    """An emergency resource as the CAD shows it: its status as of `reported`, its place as of `placed`."""

    unit: str
    status: str | None
    text: str | None
    reported: Micros | None
    place: Place | None
    placed: Micros | None


class Reading(NamedTuple):
    """One document. `incident` is its incident tracking id; `closed` is None when it has no incident component;
    `said` is what it says of the incident, whoever called."""

    incident: str
    system: str
    issuer: str
    stamp: Micros | None
    closed: bool | None
    disposition: str | None
    said: dict[str, Any]
    calls: list[CallReading]
    units: list[UnitReading]


def read_eido(document: Component, whys: list[str]) -> Reading:
    """Never raises; what is wrong goes to `whys` (at most a few)."""
    return _Document(document, whys).read()


class _Document:
    def __init__(self, document: Component, whys: list[str]) -> None:
        self._document = document
        self._whys = whys
        self._index: dict[str, dict[str, Component]] = {}

    def read(self) -> Reading:
        document = self._document
        tracking = _text(document.get("$id"), MAX_ID_CHARS) or ""
        incident = next(iter(self._components("incidentComponent")), None)
        known = incident or {}
        return Reading(
            incident=tracking,
            system=self._system(),
            issuer=_text(document.get("issuingElementIdentification"), MAX_ID_CHARS) or "",
            stamp=self._stamp(document),
            closed=None if incident is None else _is_closed(incident),
            disposition=_disposition(known),
            said=self._said({}, known, tracking),
            calls=list(filter(None, (self._call(call, known, tracking) for call in self._components("callComponent")))),
            units=list(filter(None, map(self._unit, self._components("emergencyResourceComponent")))),
        )

    # --- finding components ---------------------------------------------------------------------------------------

    def _components(self, kind: str) -> list[Component]:
        found = _listed(self._document.get(kind))[:MAX_COMPONENTS]
        return [each for each in found if isinstance(each, dict)]

    def _refer(self, holder: Component, name: str, kind: str) -> Iterator[Component]:
        """The components of a kind that a component refers to."""
        for reference in _listed(holder.get(name))[:MAX_REFERENCES]:
            found = self._follow(reference, kind)
            if found is not None:
                yield found

    def _follow(self, reference: object, kind: str) -> Component | None:
        for _ in range(MAX_HOPS):
            target = reference.get("$ref") if isinstance(reference, dict) else reference
            if target is None and isinstance(reference, dict):
                return reference
            if not isinstance(target, str):
                self._wrong("a reference is not an id")
                return None
            if kind not in self._index:
                named = ((each.get("$id"), each) for each in reversed(self._components(kind)))
                self._index[kind] = {name: each for name, each in named if isinstance(name, str)}
            found = self._index[kind].get(target)
            if found is None:
                self._wrong(f"{kind} lacks what is referred to ({target[:MAX_ID_CHARS]})")
                return None
            reference = found
        self._wrong("references go round in a circle")
        return None

    def _wrong(self, why: str) -> None:
        if len(self._whys) < MAX_WHYS and why not in self._whys:
            self._whys.append(why)

    def _moment(self, value: object) -> Micros | None:
        if not value:
            return None
        try:
            return micros_of_iso(str(value)[:40])
        except (ValueError, OverflowError):
            self._wrong("a time is not a date-time (RFC 3339)")
            return None

    def _stamp(self, component: Component) -> Micros | None:
        """When it was last touched; some write the name otherwise than the schema."""
        return self._moment(component.get("lastUpdateTimeStamp") or component.get("lastUpdateTimestamp"))

    # --- what they say --------------------------------------------------------------------------------------------

    def _system(self) -> str:
        """The agency that owns the incident, or else the one that wrote the document."""
        owners = [each for each in self._components("agencyComponent") if each.get("incidentOwningAgencyIndicator")]
        writer = self._document.get("updatedByAgencyReference")
        named = (
            owners[0].get("$id") if owners else None,
            writer.get("$ref") or writer.get("$id") if isinstance(writer, dict) else writer,
            self._document.get("issuingElementIdentification"),
        )
        return next((name for each in named if (name := _text(each, MAX_ID_CHARS))), "")

    def _merged_into(self) -> str | None:
        for merge in self._components("mergeComponent"):
            if str(merge.get("incidentMergeDirectionCode", "")).upper() == "REPLACING":
                return _text(merge.get("incidentTrackingIdentifier"), MAX_ID_CHARS)
        return None

    def _call(self, call: Component, incident: Component, tracking: str) -> CallReading | None:
        """None for a call that is not one for help: one the dispatchers made themselves."""
        name = _text(call.get("$id"), MAX_ID_CHARS)
        if name is None:
            self._wrong("callComponent without $id")
            return None
        if _word(call.get("direction")) in ("outgoing", "internal"):
            return None
        started = self._moment(call.get("callStartTimestamp"))
        return CallReading(
            name, self._said(call, incident, tracking), started, _word(call.get("callStateRegistryText")) in _ENDED
        )

    def _said(self, call: Component, incident: Component, tracking: str) -> dict[str, Any]:
        """The fields of CallOpened that are known from a call and its incident."""
        number = self._merged_into() or _text(incident.get("internalIncidentId"), MAX_ID_CHARS) or tracking
        kinds = [incident.get(name) for name in _KINDS] + [call.get("localCallType")]
        said = {
            "incident": number or None,
            "kind": next((kind for each in kinds if (kind := _text(each, MAX_WORD_CHARS))), None),
            "priority": _priority(call, incident),
            "callback": self._callback(call),
            "text": self._notes(call, incident),
        } | self._where(call, incident)
        return {name: value for name, value in said.items() if value is not None}

    def _where(self, call: Component, incident: Component) -> dict[str, Any]:
        """The best position and the best address: by what kind of place it is, then by how sure it is."""
        locations = [
            location
            for holder in (call, incident)
            for location in self._refer(holder, "locationReference", "locationComponent")
        ]
        ranked: list[tuple[int, Place]] = []
        for location in locations or self._unreferred():
            kind = _word(location.get("locationTypeDescriptionRegistryText"))
            place = None if kind in _NOT_THE_CALLS else self._place(location)
            if place is not None:
                ranked.append((_PLACE_RANK.get(kind, 2), place))
        said: dict[str, Any] = {}
        placed = [(rank, place) for rank, place in ranked if place.lat is not None]
        if placed:
            best = min(placed, key=lambda each: (each[0], supposed_m(each[1].uncertainty_m)))[1]
            said = {"lat": best.lat, "lon": best.lon, "uncertainty_m": best.uncertainty_m}
        addressed = [(rank, place) for rank, place in ranked if place.address]
        if addressed:
            said["address"] = min(addressed, key=lambda each: each[0])[1].address
        return said

    def _unreferred(self) -> list[Component]:
        """Every place, for a document that has places and in which no call or incident refers to one."""
        holders = self._components("callComponent") + self._components("incidentComponent")
        return [] if any("locationReference" in each for each in holders) else self._components("locationComponent")

    def _place(self, location: Component) -> Place | None:
        """None when it is given by reference only: who can look it up will send what is there."""
        value, place = location.get("locationByValue"), Place()
        if isinstance(value, str) and value.strip():
            try:
                place = read_pidf_lo(value)
            except PidfError as problem:
                self._wrong(str(problem))
        elif value is not None:
            self._wrong("locationByValue is not text")
        if place.address is None:
            place = place._replace(address=_text(location.get("locationDescriptionText"), MAX_WORD_CHARS))
        return place if place.address or place.lat is not None else None

    def _callback(self, call: Component) -> str | None:
        """A number to call back, without its scheme, or else a SIP address as it is."""
        uris: list[str] = []
        for callback in self._refer(call, "callBackReference", "callbackComponent"):
            updates = _listed(callback.get("updatedCbn"))
            later = [each.get("updatedCbnIdentifierUri") for each in updates if isinstance(each, dict)]
            given = [*_listed(callback.get("callBackInformationUri")), *later]
            uris += [uri for each in given[:MAX_REFERENCES] if (uri := _text(each, MAX_ID_CHARS))]
        numbers = [uri[4:] for uri in uris if uri.lower().startswith("tel:")]
        return next(iter(numbers + uris), None)

    def _notes(self, *holders: Component) -> str | None:
        """Each note on a line of its own, without its mark-up."""
        notes: list[str] = []
        for holder in holders:
            for note in self._refer(holder, "notesReference", "notesComponent"):
                comment = _text(note.get("notesActionComments"), MAX_NOTE_CHARS) or ""
                plain = _SPACES.sub(" ", unescape(_TAG.sub(" ", comment))).strip()
                if plain and plain not in notes:
                    notes.append(plain)
        return "\n".join(notes)[:MAX_TEXT_CHARS] or None

    def _unit(self, resource: Component) -> UnitReading | None:
        unit = _text(resource.get("$id"), MAX_ID_CHARS)
        if unit is None:
            self._wrong("emergencyResourceComponent without $id")
            return None
        words = [
            *_listed(resource.get("secondaryUnitStatusRegistryText")),
            resource.get("primaryUnitStatusRegistryText"),
        ]
        stated = [word for each in words[:MAX_REFERENCES] if (word := _text(each, MAX_WORD_CHARS))]
        location = next(self._refer(resource, "unitLocationReference", "locationComponent"), None)
        return UnitReading(
            unit=unit,
            status=_status(stated),
            text=", ".join(stated)[:MAX_WORD_CHARS] or None,
            reported=self._stamp(resource),
            place=None if location is None else self._place(location),
            placed=self._stamp(location or resource),
        )


# --- words and lists --------------------------------------------------------------------------------------------------


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: object, most: int) -> str | None:
    """Of a string or a number, the first where a list stands instead of one; None when there is nothing in it."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip()[:most] or None


def _word(value: object) -> str:
    """A registry's value in the form it is compared in: registries and senders differ in case and blanks."""
    return (_text(value, MAX_WORD_CHARS) or "").lower().replace(" ", "").replace("_", "")


def _priority(call: Component, incident: Component) -> int | None:
    """1 is the most urgent, as dispatchers count; the standard's number (section 2.9) runs the other way, from 0 to 10.
    The agency's own priority text is left out: it means something else at the next agency."""
    common = _text(incident.get("incidentCommonPriorityNumber"), MAX_WORD_CHARS)
    if common in _PRIORITIES:
        return LEAST_URGENT - int(common)
    of_call = _CALL_PRIORITY.get(_word(call.get("priorityIdentifier")))
    return None if of_call is None else LEAST_URGENT - of_call


def _is_closed(incident: Component) -> bool:
    """Section 3.3: closed or cancelled, and not opened again."""
    states = incident.get("incidentStatusCommonRegistryText") or incident.get("incidentStatusInternalText")
    words = set(map(_word, _listed(states)))
    return not words.isdisjoint(_CLOSED) and "reopened" not in words


def _disposition(incident: Component) -> str | None:
    """How it was closed: the primary disposition's description, or else its category or common code."""
    given = _listed(incident.get("dispositionComponent") or incident.get("disposition"))
    given = [each for each in given if isinstance(each, dict)]
    given.sort(key=lambda each: each.get("dispositionPrimaryIndicator") is not True)
    names = ("dispositionDescriptionText", "dispositionCategoryText", "dispositionCommonRegistryCode")
    stated = (_text(each.get(name), MAX_WORD_CHARS) for each in given[:1] for name in names)
    return next(filter(None, stated), None)


def _status(stated: list[str]) -> str | None:
    """The unit's status in the events' words; a word of the sender's own where none of them fits."""
    words = set(map(_word, stated))
    for status, signs in _STATUS:
        if not words.isdisjoint(signs):
            return status
    return stated[0].lower() if stated else None
