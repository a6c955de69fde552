"""The EIDO decoder against NENA's sample and NENA's published schema.

Oracle: the schema (NENA-STA-021.1, OpenAPI 3.0) read by jsonschema. It is published with `minItems: '1,'`, a string
that no validator takes: that one value is mended here. Its references to NIEM's components, which are other files, are
let through. `pytest tests/real/test_eido_samples.py -s` prints the shares.
"""

from __future__ import annotations

import json
import os
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft4Validator
from rich.console import Console
from rich.table import Table

from center.core.events import CallChanged, CallClosed, CallOpened, UnitMoved, UnitReported
from center.decode import decode
from tests.center.ingest.feeding import events_of, feed_of, the, whys
from tests.center.ingest.position_feeds import NOW, moment
from tests.center.ingest.test_pidf_lo import circle, presence

ROOT = Path(os.environ.get("RTCC_SAMPLES") or Path(__file__).parents[2].parent / "shared" / "samples") / "cad" / "eido"
SAMPLE, SCHEMA = ROOT / "sample_call_transfer_EIDO.json", ROOT / "openapi.yaml"

pytestmark = pytest.mark.skipif(
    not (SAMPLE.exists() and SCHEMA.exists()), reason=f"NENA's EIDO sample and schema are not at {ROOT}"
)

AGENCY = {"$ref": "state.pa.us"}


def mended(value: Any) -> Any:
    """The schema with its one broken value put right, and what is in other files allowed to be anything."""
    if isinstance(value, list):
        return [mended(each) for each in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        return {}
    changed = {name: mended(each) for name, each in value.items()}
    if changed.get("minItems") == "1,":
        changed["minItems"] = 1
    return changed


@cache
def validator() -> Draft4Validator:
    """OpenAPI 3.0 schemas are an early JSON Schema with a few words more."""
    published = yaml.safe_load(SCHEMA.read_text())
    schema = mended(published) | {"$ref": "#/components/schemas/EmergencyIncidentDataObjectType"}
    return Draft4Validator(schema)


def sample() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(SAMPLE.read_text())
    return document


def component(name: str, minute: int, **said: Any) -> dict[str, Any]:
    stamp = f"2021-04-30T14:{minute}:00-04:00"
    return {"$id": name, "lastUpdateTimeStamp": stamp, "updatedByAgencyReference": AGENCY} | said


def developed(minute: int, status: str, radius: str) -> dict[str, Any]:
    """The sample's incident some minutes later: a place, a unit, a note, and in the end a disposition."""
    document = deepcopy(sample()) | {"lastUpdateTimeStamp": f"2021-04-30T14:{minute}:00-04:00"}
    document["callComponent"][0] |= {"locationReference": [{"$ref": "scene"}], "notesReference": [{"$ref": "note"}]}
    document["locationComponent"] += [
        component(
            "scene",
            minute,
            locationTypeDescriptionRegistryText="CurrentIncident",
            locationByValue=presence(circle(radius)),
        ),
        component(
            "at", minute, locationTypeDescriptionRegistryText="UnitLocation", locationByValue=presence(circle("9"))
        ),
    ]
    document["notesComponent"] = [component("note", minute, notesActionComments="<p>smoke seen</p>")]
    document["emergencyResourceComponent"] = [
        component(
            "urn:unit:12",
            minute,
            agentReference=[{"$ref": "tjones.atroop@state.pa.us"}],
            emergencyResourceTypeCommonRegistryText="PatrolUnit",
            primaryUnitStatusRegistryText="NotAvailable",
            secondaryUnitStatusRegistryText=["EnRoute"],
            resourceAttributeRegistryText=[],
            unitLocationReference={"$ref": "at"},
        )
    ]
    document["incidentComponent"] = component(
        "inc",
        minute,
        incidentTypeCommonRegistryText="STRFIRE",
        incidentStatusCommonRegistryText=[status],
        incidentCommonPriorityNumber=9,
        internalIncidentId="21-0042",
        dispositionComponent=[component("d", minute, dispositionCommonRegistryCode="01")] if status == "Closed" else [],
    )
    return document


def test_the_schema_takes_the_sample() -> None:
    """And would not take anything: an oracle that accepts all is none."""
    assert list(validator().iter_errors(sample())) == []
    broken = sample()
    del broken["callComponent"][0]["callStateRegistryText"]
    broken["agentComponent"][0]["agentRoleRegistryText"] = []
    assert len(list(validator().iter_errors(broken))) == 2


def test_the_sample_is_its_call() -> None:
    """The caller's place is by reference only, so the civic address used for routing is what is known."""
    opened = the(CallOpened, decode("eido", [SAMPLE.read_bytes()], NOW))
    assert opened == CallOpened(
        at=NOW,
        source="eido",
        seen=moment("2021-04-30 18:40:00"),
        call="urn:emergency:uid:callid:a56e556d871:bcf.state.pa.us",
        system="state.pa.us",
        incident="urn:emergency:uid:incidentid:a56e556d871:bcf.state.pa.us",
        address="42 W Cellular Street, Wilmington, DE",
        callback="8195551212",
    )


def test_what_the_schema_allows_is_read() -> None:
    """The sample's incident as it goes on, each step valid by the schema: places, units, notes, disposition."""
    steps = [sample(), developed(50, "Active", "300"), developed(52, "Active", "20"), developed(59, "Closed", "20")]
    for step in steps:
        assert list(validator().iter_errors(step)) == []
    events = events_of(feed_of("eido", whole=True), *(json.dumps(step).encode() for step in steps))
    kinds = [CallOpened, CallChanged, UnitMoved, UnitReported, CallChanged, UnitMoved, CallClosed, UnitMoved]
    assert [type(event) for event in events] == kinds
    changed, better, closed = events[1], events[4], events[6]
    assert isinstance(changed, CallChanged)
    assert (changed.incident, changed.kind, changed.priority) == ("21-0042", "STRFIRE", 2)
    assert (changed.lat, changed.uncertainty_m, changed.text) == (30.2266, 300.0, "smoke seen")
    assert isinstance(better, CallChanged)
    assert (better.uncertainty_m, better.kind, better.text) == (20.0, None, None)
    assert isinstance(closed, CallClosed)
    assert closed.disposition == "01"


def test_the_share_that_decodes() -> None:
    """The one sample there is, whole, in lines, conveyed and in pieces, without a fault."""
    one_line = json.dumps(sample()).encode()
    conveyed = b'{"event":{"subscriptionId":"s","transactionId":"t","notification":[' + one_line + b"]}}"
    table = Table("form", "events", "faults", title=SAMPLE.name)
    for name, data in {"as published": SAMPLE.read_bytes(), "one line": one_line, "conveyed": conveyed}.items():
        for size in (len(data), 500):
            events = events_of(feed_of("eido"), *(data[at : at + size] for at in range(0, len(data), size)))
            kinds = ", ".join(type(event).__name__ for event in events)
            table.add_row(f"{name}, {'whole' if size == len(data) else 'in pieces'}", kinds, str(len(whys(events))))
            the(CallOpened, events)
    Console().print("\n", table)
