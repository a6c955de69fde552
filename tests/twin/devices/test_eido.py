"""The CAD's EIDOs, against NENA's published schema and field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import yaml
from defusedxml import ElementTree
from jsonschema import Draft7Validator

from tests.twin.devices.samples import sample
from twin.devices import eido
from twin.devices.things import CallFact

EPOCH = 1_772_323_200_000_000
SAID = "red F-150 & a <knife>"
CALL = CallFact(
    60_000_000, "c-81", "26-000117", "Vehicle Theft", 2, "+13375550100", 30.2266, -93.2174, 42.5, "1011 Ryan St", SAID
)
NOWHERE = msgspec.structs.replace(CALL, lat=None, lon=None, uncertainty_m=None)
BARE = msgspec.structs.replace(NOWHERE, address=None, text=None)
CADS = {"sheriff": eido.CPSO_CAD, "city": eido.CITY_CAD}
NAMESPACES = {
    "gs": "http://www.opengis.net/pidflo/1.0",
    "gml": "http://www.opengis.net/gml",
    "ca": "urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr",
}


def objects() -> Iterator[dict[str, Any]]:
    """Every kind of message, of every kind of call, of both systems."""
    for cad in CADS.values():
        for fact in (CALL, NOWHERE, BARE):
            yield json.loads(eido.opened(cad, fact, EPOCH, 70_000_000))
            yield json.loads(eido.updated(cad, fact, EPOCH, 80_000_000))
            yield json.loads(eido.closed(cad, fact, EPOCH, 90_000_000, "report taken"))


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """NENA's schema, the one broken value mended, and the NIEM parts, which were not published with it, left open."""

    def mended(node: Any) -> Any:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str) and node["$ref"].startswith("NIEM"):
                return {}
            return {name: 1 if name == "minItems" and value == "1," else mended(value) for name, value in node.items()}
        return [mended(value) for value in node] if isinstance(node, list) else node

    published = mended(yaml.safe_load(sample("cad/eido/openapi.yaml").read_text()))
    return {"$ref": "#/components/schemas/EmergencyIncidentDataObjectType", "components": published["components"]}


def test_every_message_holds_to_nenas_schema(schema: dict[str, Any]) -> None:
    """Openings, updates and closings of both systems validate, with a location and without; a damaged one does not."""
    validator = Draft7Validator(schema)
    for said in objects():
        assert [error.message for error in validator.iter_errors(said)] == []
    del said["callComponent"][0]["direction"]
    assert not validator.is_valid(said)


def test_every_reference_leads_somewhere() -> None:
    """Each `$ref` names the `$id` of a component of the same object."""

    def named(node: Any, key: str) -> Iterator[str]:
        if isinstance(node, dict):
            for name, value in node.items():
                if name == key:
                    yield value
                else:
                    yield from named(value, key)
        elif isinstance(node, list):
            for value in node:
                yield from named(value, key)

    for said in objects():
        assert set(named(said, "$ref")) <= set(named(said, "$id"))


def test_a_call_says_who_what_when_and_how_urgent() -> None:
    """Incident and call ids, kind, both priorities, callback and notes stand in their components."""
    said = json.loads(eido.opened(eido.CITY_CAD, CALL, EPOCH, 70_000_000))
    incident, call = said["incidentComponent"], said["callComponent"][0]
    assert said["$id"] == "urn:emergency:uid:incidentid:26-000117:lakecharles911.example"
    assert call["$id"] == "urn:emergency:uid:callid:c-81:lakecharles911.example"
    assert incident["incidentTypeCommonRegistryText"] == "Vehicle Theft"
    assert (incident["incidentPriorityInternalText"], incident["incidentCommonPriorityNumber"]) == ("P2", 9)
    assert incident["internalIncidentId"] == "26-000117"
    assert (call["callStateRegistryText"], incident["incidentStatusCommonRegistryText"]) == ("callAnswered", ["Active"])
    assert said["callbackComponent"][0]["callBackInformationUri"] == ["tel:+13375550100"]
    assert said["notesComponent"][0]["notesActionComments"] == "red F-150 &amp; a &lt;knife&gt;"
    assert call["callStartTimestamp"] == "2026-02-28T18:01:00.000-06:00"
    assert said["lastUpdateTimeStamp"] == "2026-02-28T18:01:10.000-06:00"


def test_a_closing_says_how_it_ended() -> None:
    """The call has ended, the incident is closed, and the disposition is in words."""
    said = json.loads(eido.closed(eido.CPSO_CAD, CALL, EPOCH, 90_000_000, "report taken"))
    assert said["callComponent"][0]["callStateRegistryText"] == "callEnd"
    assert said["incidentComponent"]["incidentStatusCommonRegistryText"] == ["Closed"]
    disposition = said["incidentComponent"]["dispositionComponent"][0]
    assert disposition["dispositionDescriptionText"] == "report taken"


def test_a_location_is_a_circle_with_latitude_first() -> None:
    """RFC 5491: WGS 84 by its URN, latitude then longitude, the radius in metres; and the address beside it."""
    location = json.loads(eido.opened(eido.CPSO_CAD, CALL, EPOCH, 0))["locationComponent"][0]
    tree = ElementTree.fromstring(location["locationByValue"])
    circle = tree.find(".//gs:Circle", NAMESPACES)
    assert circle is not None
    assert circle.get("srsName") == "urn:ogc:def:crs:EPSG::4326"
    assert circle.findtext("gml:pos", None, NAMESPACES) == "30.226600 -93.217400"
    assert circle.findtext("gs:radius", None, NAMESPACES) == "42.5"
    assert tree.findtext(".//ca:HNO", None, NAMESPACES) == "1011"
    assert tree.findtext(".//ca:RD", None, NAMESPACES) == "Ryan St"


def test_a_system_without_circles_says_a_point() -> None:
    """A CAD that knows no uncertainty publishes the bare point; one with no position at all only the address."""
    cad = msgspec.structs.replace(eido.CITY_CAD, circle=False)
    point = json.loads(eido.opened(cad, CALL, EPOCH, 0))["locationComponent"][0]["locationByValue"]
    assert ElementTree.fromstring(point).findtext(".//gml:Point/gml:pos", None, NAMESPACES) == "30.226600 -93.217400"
    civic = json.loads(eido.opened(cad, NOWHERE, EPOCH, 0))["locationComponent"][0]["locationByValue"]
    assert ElementTree.fromstring(civic).find(".//gml:pos", NAMESPACES) is None


def test_the_two_systems_number_the_same_incident_differently() -> None:
    """The sheriff's seventeenth and the city's seventeenth incident of a year look nothing alike."""
    assert eido.incident_number(eido.CPSO_CAD, 2026, 17) == "26-000017"
    assert eido.incident_number(eido.CITY_CAD, 2026, 17) == "LC20260000017"
