"""A 911 call as an Emergency Incident Data Object (NENA-STA-021.1a), the way a CAD publishes it.

Knows: the components of an EIDO, their prologues and references, PIDF-LO (RFC 4119, 5139, 5491) inside them, and how
two CAD systems differ in numbers, clocks and habits.
Refuses to know: when a call is answered, and who reads the object.

An object is a snapshot: each update says everything that is known now. The object's `$id` names the incident, the call
component's the call. `incidentCommonPriorityNumber` runs from 10 (most urgent) down to 0, as the standard says; the
CAD's own priority is text.
"""

from __future__ import annotations

from html import escape
from typing import Any

import msgspec

from twin.devices.things import CallFact
from twin.devices.utc import iso

_encode = msgspec.json.Encoder().encode

WGS84 = "urn:ogc:def:crs:EPSG::4326"
METRE = "urn:ogc:def:uom:EPSG::9001"

PRIMARY_STATUS = {
    "dispatched": "NotAvailable",
    "enroute": "NotAvailable",
    "on-scene": "NotAvailable",
    "cleared": "Available",
}
SECONDARY_STATUS = {"dispatched": "Dispatched", "enroute": "EnRoute", "on-scene": "OnScene", "cleared": "Available"}

MOST_URGENT = 10  # of the standard's common priority numbers (section 2.9)


class Cad(msgspec.Struct, frozen=True):
    """One CAD system. `agency` is a domain name, as NENA identifies agencies; `incident_pattern` is a format of `year`
    and `serial`; `offset_min` is its clock's offset from UTC; without `circle` it never tells an uncertainty."""

    system: str
    agency: str
    agent: str
    incident_pattern: str
    priority_prefix: str = ""
    offset_min: int = 0
    circle: bool = True


CPSO_CAD = Cad(
    system="cad.cpso.example",
    agency="cpso.example",
    agent="calltaker3@cpso.example",
    incident_pattern="{year:02d}-{serial:06d}",
)
CITY_CAD = Cad(
    system="cad.lakecharles911.example",
    agency="lakecharles911.example",
    agent="position7@lakecharles911.example",
    incident_pattern="LC20{year:02d}{serial:07d}",
    priority_prefix="P",
    offset_min=-360,
)


def incident_number(cad: Cad, year: int, serial: int) -> str:
    """The CAD's number of its `serial`th incident of `year`."""
    return cad.incident_pattern.format(year=year % 100, serial=serial)


def opened(cad: Cad, fact: CallFact, epoch: int, at_us: int) -> bytes:
    """The call was answered and an incident opened. `at_us` is now, since the scenario's start."""
    return _encode(_object(cad, fact, epoch, at_us, fact.state, "Active", None))


def updated(cad: Cad, fact: CallFact, epoch: int, at_us: int) -> bytes:
    """Something became known: usually a better location."""
    return _encode(_object(cad, fact, epoch, at_us, fact.state, "Active", None))


def closed(cad: Cad, fact: CallFact, epoch: int, at_us: int, disposition: str) -> bytes:
    """The call ended and the incident was closed with the CAD's own `disposition` text."""
    return _encode(_object(cad, fact, epoch, at_us, "callEnd", "Closed", disposition))


def pidf_lo(fact: CallFact, *, circle: bool = True) -> str:
    """A presence document with the shape RFC 5491 asks for: Circle with an uncertainty, else Point, latitude first; the
    address as a civic address (RFC 5139), alone when there is no position."""
    shapes = "" if fact.address is None else _civic(fact.address)
    if fact.lat is not None and fact.lon is not None:
        shapes = _geodetic(fact.lat, fact.lon, fact.uncertainty_m if circle else None) + shapes
    return (
        '<?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf"'
        ' xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"'
        ' xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr" xmlns:gml="http://www.opengis.net/gml"'
        f' xmlns:gs="http://www.opengis.net/pidflo/1.0" entity="pres:{escape(fact.call)}@calls.example">'
        f'<dm:device id="caller"><gp:geopriv><gp:location-info>{shapes}</gp:location-info><gp:usage-rules/>'
        f"<gp:method>{escape(fact.method)}</gp:method></gp:geopriv></dm:device></presence>"
    )


def _geodetic(lat: float, lon: float, radius_m: float | None) -> str:
    place = f"<gml:pos>{lat:.6f} {lon:.6f}</gml:pos>"
    if radius_m is None:
        return f'<gml:Point srsName="{WGS84}">{place}</gml:Point>'
    return f'<gs:Circle srsName="{WGS84}">{place}<gs:radius uom="{METRE}">{radius_m:.1f}</gs:radius></gs:Circle>'


def _civic(address: str) -> str:
    number, _, street = address.partition(" ")
    road = f"<ca:RD>{escape(street)}</ca:RD><ca:HNO>{number}</ca:HNO>"
    if not number.isdigit():
        road = f"<ca:RD>{escape(address)}</ca:RD>"
    area = "<ca:country>US</ca:country><ca:A1>LA</ca:A1><ca:A2>Calcasieu</ca:A2>"
    return f"<ca:civicAddress>{area}{road}</ca:civicAddress>"


def _object(
    cad: Cad, fact: CallFact, epoch: int, at_us: int, state: str, status: str, disposition: str | None
) -> dict[str, Any]:
    stamp = iso(epoch + at_us, cad.offset_min)
    agency, agent = {"$ref": cad.agency}, {"$ref": cad.agent}
    prologue = {"lastUpdateTimeStamp": stamp, "updatedByAgencyReference": agency, "updatedByAgentReference": agent}
    call_id = f"urn:emergency:uid:callid:{fact.call}:{cad.agency}"
    location_id, notes_id, callback_id = f"{fact.call}-location", f"{fact.call}-notes", f"{fact.call}-callback"
    located = [{"$ref": location_id}] if fact.lat is not None or fact.address is not None else []
    noted = [{"$ref": notes_id}] if fact.text is not None else []
    said: dict[str, Any] = {
        "$id": f"urn:emergency:uid:incidentid:{fact.incident}:{cad.agency}",
        **prologue,
        "eidoVersion": "1.0",
        "issuingElementIdentification": cad.system,
        "incidentComponent": _incident(cad, fact, prologue, status, disposition, located, noted),
        "callComponent": [
            {
                "$id": call_id,
                **prologue,
                "standardPrimaryCallType": "emergency",
                "direction": "incoming",
                "callStartTimestamp": iso(epoch + fact.at_us, cad.offset_min),
                "callStateRegistryText": state,
                "callBackReference": {"$ref": callback_id},
                "agentReference": [agent],
                **({"locationReference": located} if located else {}),
                **({"notesReference": noted} if noted else {}),
            }
        ],
        "callbackComponent": [{"$id": callback_id, **prologue, "callBackInformationUri": [f"tel:{fact.callback}"]}],
        "agencyComponent": [
            {
                "$id": cad.agency,
                **prologue,
                "agencyRoleDescriptionRegistryText": ["CallReceiving"],
                "agencyType": ["psap"],
            }
        ],
        "agentComponent": [
            {"$id": cad.agent, **prologue, "agentRoleRegistryText": ["Call Taking"], "agencyReference": agency}
        ],
    }
    if located:
        said["locationComponent"] = [_location(cad, fact, prologue, location_id)]
    if noted:
        said["notesComponent"] = [{"$id": notes_id, **prologue, "notesActionComments": escape(fact.text or "")}]
    if fact.units:
        said |= _resources(cad, fact, prologue, epoch)
    return said


def _resources(cad: Cad, fact: CallFact, prologue: dict[str, Any], epoch: int) -> dict[str, Any]:
    """The cars on the incident. The format has no table of times: a component's own stamp says since when its status
    holds. The dispatch component names who was sent."""

    def stamped(at_us: int) -> dict[str, Any]:
        return {**prologue, "lastUpdateTimeStamp": iso(epoch + at_us, cad.offset_min)}

    first_us = min(unit.at_us for unit in fact.units)
    return {
        "emergencyResourceComponent": [
            {
                "$id": unit.unit,
                **stamped(unit.at_us),
                "agentReference": [{"$ref": cad.agent}],
                "emergencyResourceTypeCommonRegistryText": "Law Enforcement Unit",
                "resourceAttributeRegistryText": ["Other"],
                "resourceAttributeInternalText": ["patrol"],
                "emergencyResourceName": unit.unit,
                "primaryUnitStatusRegistryText": PRIMARY_STATUS[unit.status],
                "secondaryUnitStatusRegistryText": [SECONDARY_STATUS[unit.status]],
                "unitStatusInternal": [unit.status],
            }
            for unit in fact.units
        ],
        "dispatchComponent": [
            {
                "$id": f"{fact.incident}-dispatch",
                **stamped(first_us),
                "agencyReference": {"$ref": cad.agency},
                "agentReference": {"$ref": cad.agent},
                "emergencyResourceReference": [{"$ref": unit.unit} for unit in fact.units],
            }
        ],
    }


def _incident(
    cad: Cad,
    fact: CallFact,
    prologue: dict[str, Any],
    status: str,
    disposition: str | None,
    located: list[dict[str, str]],
    noted: list[dict[str, str]],
) -> dict[str, Any]:
    said: dict[str, Any] = {
        "$id": f"{fact.incident}-incident",
        **prologue,
        "incidentTypeCommonRegistryText": fact.kind,
        "incidentTypeInternalText": fact.kind,
        "incidentStatusCommonRegistryText": [status],
        "internalIncidentId": fact.incident,
        "incidentPriorityInternalText": f"{cad.priority_prefix}{fact.priority}",
        "incidentCommonPriorityNumber": MOST_URGENT + 1 - fact.priority,
    }
    if located:
        said["locationReference"] = located
    if noted:
        said["notesReference"] = noted
    if disposition is not None:
        said["dispositionComponent"] = [
            {
                "$id": f"{fact.incident}-disposition",
                **prologue,
                "dispositionCommonRegistryCode": "Other",
                "dispositionPrimaryIndicator": True,
                "dispositionDescriptionText": disposition,
            }
        ]
    return said


def _location(cad: Cad, fact: CallFact, prologue: dict[str, Any], location_id: str) -> dict[str, Any]:
    said = {
        "$id": location_id,
        **prologue,
        "locationTypeDescriptionRegistryText": "Caller",
        "locationByValue": pidf_lo(fact, circle=cad.circle),
    }
    if fact.address is not None:
        said["locationDescriptionText"] = fact.address
    return said
