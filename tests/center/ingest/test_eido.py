"""EIDO documents: what a call is told as, what counts as news, references in every form, units, conveyance."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from center.core.events import CallChanged, CallClosed, CallOpened, Event, FeedFaulted, UnitMoved, UnitReported
from center.ingest import eido
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import NOW, moment
from tests.center.ingest.test_pidf_lo import CIVIC, POINT, circle, presence

INCIDENT, CALL = "urn:emergency:uid:incidentid:1:cpso.example", "urn:emergency:uid:callid:1:cpso.example"


def located(name: str, kind: str, *shapes: str) -> dict[str, Any]:
    return {"$id": name, "locationTypeDescriptionRegistryText": kind, "locationByValue": presence(*shapes)}


def document(minute: int = 0, **changed: Any) -> dict[str, Any]:
    """A call as its switch first tells it."""
    return {
        "$id": INCIDENT,
        "lastUpdateTimeStamp": f"2026-03-23T12:{minute:02d}:00Z",
        "updatedByAgencyReference": {"$ref": "cpso.example"},
        "eidoVersion": "1.0",
        "issuingElementIdentification": "cad.cpso.example",
        "callComponent": [
            {
                "$id": CALL,
                "direction": "incoming",
                "standardPrimaryCallType": "emergency",
                "callStartTimestamp": "2026-03-23T06:58:30.5-05:00",
                "callStateRegistryText": "callAnswered",
                "callBackReference": {"$ref": "cb"},
                "locationReference": [{"$ref": "here"}],
                "notesReference": [{"$ref": "n1"}],
            }
        ],
        "callbackComponent": [{"$id": "cb", "callBackInformationUri": ["sip:x@y.example", "tel:3375551234"]}],
        "locationComponent": [located("here", "Caller", circle("40"), CIVIC)],
        "notesComponent": [{"$id": "n1", "notesActionComments": "<p>Two cars &amp; smoke</p>"}],
        "agencyComponent": [{"$id": "cpso.example"}],
    } | changed


def incident(status: str = "Active", /, **said: Any) -> dict[str, Any]:
    return {
        "$id": "i",
        "incidentTypeCommonRegistryText": "MVA",
        "incidentStatusCommonRegistryText": [status],
        "internalIncidentId": "26-004512",
        "incidentCommonPriorityNumber": 8,
    } | said


def posted(*documents: object) -> list[Event]:
    """What one feed makes of these POSTs."""
    return events_of(feed_of("eido", "application/json", whole=True), *(json.dumps(d).encode() for d in documents))


def with_call(minute: int = 0, /, **changed: Any) -> dict[str, Any]:
    """The document with something else in its call."""
    told = document(minute)
    told["callComponent"][0] |= changed
    return told


# --- opening --------------------------------------------------------------------------------------------------------


def test_a_call_opens_with_all_that_is_known() -> None:
    """Times in UTC, the telephone number without its scheme, the note without its mark-up."""
    assert the(CallOpened, posted(document())) == CallOpened(
        at=NOW,
        source="test/eido",
        seen=moment("2026-03-23 11:58:30.5"),
        call=CALL,
        system="cpso.example",
        incident=INCIDENT,
        lat=30.2266,
        lon=-93.2174,
        uncertainty_m=40.0,
        address="Ryan, LA",
        callback="3375551234",
        text="Two cars & smoke",
    )


def test_the_incident_gives_kind_number_and_priority() -> None:
    """The CAD's own number; 1 is the most urgent, while the standard counts up to 10."""
    opened = the(CallOpened, posted(document(incidentComponent=incident())))
    assert (opened.incident, opened.kind, opened.priority) == ("26-004512", "MVA", 3)
    listed = incident(incidentTypeCommonRegistryText=["MVA", "Fire"])
    assert the(CallOpened, posted(document(incidentComponent=listed))).kind == "MVA"


@pytest.mark.parametrize(("number", "priority"), [(10, 1), (0, 11), ("7", 4), (11, None), (-1, None), ("P1", None)])
def test_only_the_standards_priorities_count(number: object, priority: int | None) -> None:
    """Section 2.9: 0 to 10."""
    told = document(incidentComponent=incident(incidentCommonPriorityNumber=number))
    assert the(CallOpened, posted(told)).priority == priority


def test_without_an_incident_the_calls_own_priority_counts() -> None:
    """STA-023's words on the same scale."""
    assert the(CallOpened, posted(with_call(priorityIdentifier="highest"))).priority == 1


def test_an_incident_nobody_called_in_is_a_call_of_its_own() -> None:
    """An officer's traffic stop, or an alarm: the call's id is the incident's."""
    told = document(incidentComponent=incident(locationReference={"$ref": "here"}))
    del told["callComponent"]
    opened = the(CallOpened, posted(told))
    assert (opened.call, opened.incident, opened.lat) == (INCIDENT, "26-004512", 30.2266)


def test_several_calls_of_one_document_all_open() -> None:
    """One crash, many callers."""
    told = document()
    told["callComponent"] += [told["callComponent"][0] | {"$id": f"call-{n}"} for n in (2, 3)]
    assert [event.call for event in only(CallOpened, posted(told))] == [CALL, "call-2", "call-3"]


@pytest.mark.parametrize("direction", ["outgoing", "internal"])
def test_the_dispatchers_own_calls_are_not_calls_for_help(direction: str) -> None:
    """Calling back is no second call."""
    assert posted(with_call(direction=direction)) == []


def test_the_owning_agency_names_the_system() -> None:
    """Whoever relays the document, the number is the owner's."""
    agencies = [{"$id": "idx.example"}, {"$id": "lcpd.example", "incidentOwningAgencyIndicator": True}]
    assert the(CallOpened, posted(document(agencyComponent=agencies))).system == "lcpd.example"


def test_a_document_without_agencies_names_what_issued_it() -> None:
    """There is always some name."""
    told = document()
    del told["updatedByAgencyReference"], told["agencyComponent"]
    assert the(CallOpened, posted(told)).system == "cad.cpso.example"
    del told["issuingElementIdentification"]
    assert the(CallOpened, posted(told)).system == "test/eido"


# --- places ---------------------------------------------------------------------------------------------------------


def at_places(*places: dict[str, Any]) -> CallOpened:
    told = with_call(locationReference=[{"$ref": place["$id"]} for place in places])
    return the(CallOpened, posted(told | {"locationComponent": list(places)}))


def test_the_callers_place_is_better_than_the_one_used_for_routing() -> None:
    """However sure the router was."""
    opened = at_places(
        located("r", "RoutingLocation", circle("5", "30.1")), located("c", "Caller", circle("900", "30.3"))
    )
    assert (opened.lat, opened.uncertainty_m) == (30.3, 900.0)


def test_the_dispatchers_place_is_better_than_the_callers() -> None:
    """The caller looks at the fire from across the river."""
    opened = at_places(
        located("c", "Caller", circle("5", "30.1")), located("d", "CurrentIncident", circle("50", "30.3"))
    )
    assert opened.lat == 30.3


def test_of_two_alike_the_surer_is_taken() -> None:
    """Smallest radius."""
    opened = at_places(located("a", "Caller", circle("500", "30.1")), located("b", "Caller", circle("20", "30.3")))
    assert opened.uncertainty_m == 20.0


def test_a_position_from_one_and_an_address_from_another() -> None:
    """A civic address does not hide the only coordinates there are."""
    opened = at_places(located("d", "CurrentIncident", CIVIC), located("t", "TowerLocation", circle("3000")))
    assert (opened.lat, opened.uncertainty_m, opened.address) == (30.2266, 3000.0, "Ryan, LA")


@pytest.mark.parametrize("kind", ["Staging", "UnitLocation"])
def test_a_staging_area_or_a_unit_is_not_where_the_call_is(kind: str) -> None:
    """Sending everybody to the staging area would be a mistake."""
    assert at_places(located("s", kind, POINT)).lat is None


def test_a_place_by_reference_only_is_no_fault() -> None:
    """Somebody who may dereference it will send the value."""
    by_reference = {"$id": "u", "locationTypeDescriptionRegistryText": "Caller", "locationByReferenceUrl": "https://x"}
    assert at_places(by_reference).lat is None


def test_a_description_serves_as_an_address() -> None:
    """When there is no civic one."""
    told = located("c", "Caller", POINT) | {"locationDescriptionText": "behind the old mill"}
    assert at_places(told).address == "behind the old mill"


def test_a_place_nothing_refers_to_is_taken_when_nothing_refers_to_any() -> None:
    """Some senders list the one place and leave the reference out."""
    told = document()
    del told["callComponent"][0]["locationReference"]
    assert the(CallOpened, posted(told)).lat == 30.2266


def test_a_broken_place_is_a_fault_and_the_call_opens() -> None:
    """An attack in the XML does not cost the call."""
    laughs = '<!DOCTYPE p [<!ENTITY a "ha">]><presence>&a;</presence>'
    told = document(locationComponent=[located("here", "Caller") | {"locationByValue": laughs}])
    events = posted(told)
    assert only(CallOpened, events)[0].lat is None
    assert whys(events) == ["PIDF-LO with a document type or entities: refused"]


# --- references -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["ref", "id", "inline", "single"])
def test_a_reference_may_take_any_of_its_forms(form: str) -> None:
    """`{"$ref": id}`, a bare id, the component itself, or no list around it."""
    told = document()
    here: dict[str, Any] = told["locationComponent"][0]
    forms: dict[str, Any] = {"ref": [{"$ref": "here"}], "id": ["here"], "inline": [here], "single": {"$ref": "here"}}
    told["callComponent"][0]["locationReference"] = forms[form]
    assert the(CallOpened, posted(told)).lat == 30.2266


def test_arrays_may_be_single_objects() -> None:
    """One call, one place, one callback, without brackets."""
    told = {name: value[0] if isinstance(value, list) else value for name, value in document().items()}
    assert posted(told) == posted(document())


def test_a_reference_to_nothing_is_a_fault_and_the_call_opens() -> None:
    """The fault names what is missing."""
    events = posted(document(locationComponent=[]))
    assert only(CallOpened, events)[0].callback == "3375551234"
    assert whys(events) == ["locationComponent lacks what is referred to (here)"]


def test_references_that_go_round_in_a_circle_end() -> None:
    """A component that is only a reference to itself, or two to each other."""
    ring = [{"$id": "here", "$ref": "there"}, {"$id": "there", "$ref": "here"}]
    events = posted(document(locationComponent=ring))
    assert only(CallOpened, events)[0].lat is None
    assert whys(events) == ["references go round in a circle"]


def test_a_telephone_number_is_preferred_and_a_sip_address_kept() -> None:
    """A later number for calling back counts too."""
    sip = [{"$id": "cb", "callBackInformationUri": "sip:x@y.example"}]
    assert the(CallOpened, posted(document(callbackComponent=sip))).callback == "sip:x@y.example"
    sip[0]["updatedCbn"] = {"updatedCbnIdentifierUri": "TEL:+13375550000"}  # type: ignore[assignment]
    assert the(CallOpened, posted(document(callbackComponent=sip))).callback == "+13375550000"


def test_notes_of_call_and_incident_are_lines() -> None:
    """Each once; a note with a `<` in it is no mark-up."""
    notes = [
        {"$id": "n1", "notesActionComments": "speed < 40 and <b>smoke</b>"},
        {"$id": "n2", "notesActionComments": "engine 3 sent"},
    ]
    told = document(notesComponent=notes, incidentComponent=incident(notesReference=[{"$ref": "n1"}, {"$ref": "n2"}]))
    assert the(CallOpened, posted(told)).text == "speed < 40 and smoke\nengine 3 sent"


# --- news -----------------------------------------------------------------------------------------------------------


def test_the_same_again_is_no_news() -> None:
    """Notifiers repeat whole documents."""
    assert len(posted(document(0), document(0), document(5))) == 1


def test_a_change_tells_only_what_is_new() -> None:
    """A position is told whole."""
    better = document(1, locationComponent=[located("here", "Caller", circle("8", "30.25"), CIVIC)])
    _, change = posted(document(), better)
    assert change == CallChanged(
        at=NOW,
        source="test/eido",
        seen=moment("2026-03-23 12:01:00"),
        call=CALL,
        system="cpso.example",
        lat=30.25,
        lon=-93.2174,
        uncertainty_m=8.0,
    )


def test_what_is_no_longer_said_is_not_unsaid() -> None:
    """A later document may be about something else."""
    later = with_call(1)
    del later["callComponent"][0]["locationReference"], later["locationComponent"]
    assert len(posted(document(), later)) == 1


def test_a_bare_point_does_not_keep_the_radius_of_the_place_before() -> None:
    """A radius cannot be unsaid, so a supposed one takes its place."""
    later = document(1, locationComponent=[located("here", "Caller", POINT.replace("30.2266", "30.3"), CIVIC)])
    change = posted(document(locationComponent=[located("here", "Caller", circle("2000"), CIVIC)]), later)[1]
    assert isinstance(change, CallChanged)
    assert (change.lat, change.uncertainty_m) == (30.3, 100.0)


def test_an_overtaken_document_is_passed_over() -> None:
    """Older than what the same sender said before; another sender's clock says nothing."""
    older = document(1, locationComponent=[located("here", "Caller", circle("900", "30.9"))])
    assert len(posted(document(0), document(2), older)) == 1
    other = older | {"issuingElementIdentification": "idx.example"}
    assert isinstance(posted(document(0), document(2), other)[1], CallChanged)


def test_an_incident_closes_its_calls() -> None:
    """With the primary disposition."""
    codes = [
        {"dispositionCommonRegistryCode": "02"},
        {"dispositionPrimaryIndicator": True, "dispositionDescriptionText": "Report taken"},
    ]
    active = document(incidentComponent=incident())
    closed = document(9, incidentComponent=incident("Closed", dispositionComponent=codes))
    _, event = posted(active, closed)
    assert event == CallClosed(
        at=NOW,
        source="test/eido",
        seen=moment("2026-03-23 12:09:00"),
        call=CALL,
        system="cpso.example",
        incident="26-004512",
        disposition="Report taken",
    )
    assert [type(event) for event in posted(active, closed, closed)] == [CallOpened, CallClosed]


def test_hanging_up_does_not_close_an_incident() -> None:
    """The telephone call is over in two minutes, the crash is not."""
    hung_up = with_call(3, callStateRegistryText="callEnd") | {"incidentComponent": incident()}
    assert [type(e) for e in posted(document(incidentComponent=incident()), hung_up)] == [CallOpened]
    without_incident = with_call(4, callStateRegistryText="callEnd")
    assert [type(e) for e in posted(document(incidentComponent=incident()), without_incident)] == [
        CallOpened,
        CallChanged,
    ]


def test_hanging_up_closes_a_call_that_belongs_to_no_incident() -> None:
    """A telephone switch on its own knows nothing else."""
    assert [type(e) for e in posted(document(), with_call(3, callStateRegistryText="callEnd"))] == [
        CallOpened,
        CallClosed,
    ]


def test_a_closing_document_without_calls_closes_all_of_the_incidents() -> None:
    """The standard lets call components go when the calls have ended (section 2.15)."""
    first = document(incidentComponent=incident())
    second = document(1, incidentComponent=incident())
    second["callComponent"][0]["$id"] = "call-2"
    last = document(9, incidentComponent=incident("Cancelled"))
    del last["callComponent"]
    assert [(type(e), getattr(e, "call", "")) for e in posted(first, second, last)] == [
        (CallOpened, CALL),
        (CallOpened, "call-2"),
        (CallClosed, CALL),
        (CallClosed, "call-2"),
    ]


def test_a_reopened_incident_opens_its_call_again() -> None:
    """With everything that is known of it."""
    closed = document(5, incidentComponent=incident("Closed"))
    again = document(6, incidentComponent=incident("ReOpened"))
    events = posted(document(incidentComponent=incident()), closed, again)
    assert [type(e) for e in events] == [CallOpened, CallClosed, CallOpened]
    assert events[2].callback == "3375551234"  # type: ignore[attr-defined]


def test_a_call_first_met_closed_opens_and_closes() -> None:
    """A center that starts late still has it on record."""
    assert [type(e) for e in posted(document(incidentComponent=incident("Closed")))] == [CallOpened, CallClosed]


def test_a_merged_incident_takes_the_new_number() -> None:
    """Direction REPLACING: the incident goes on under the other id."""
    merge = [{"$id": "m", "incidentMergeDirectionCode": "REPLACING", "incidentTrackingIdentifier": "urn:new"}]
    change = posted(document(), document(1, mergeComponent=merge))[1]
    assert isinstance(change, CallChanged)
    assert change.incident == "urn:new"


def test_memory_of_calls_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The call spoken of longest ago is forgotten, and would open anew."""
    monkeypatch.setattr(eido, "MAX_CALLS", 2)
    calls = [with_call(**{"$id": name}) for name in ("a", "b", "a", "c", "b", "a")]
    assert [event.call for event in only(CallOpened, posted(*calls))] == ["a", "b", "c", "b", "a"]


# --- units ----------------------------------------------------------------------------------------------------------


def with_unit(
    minute: int = 0, lat: str = "30.2266", *, primary: str = "NotAvailable", secondary: str = "EnRoute"
) -> Any:
    place = located("u", "UnitLocation", circle("15", lat)) | {"lastUpdateTimeStamp": f"2026-03-23T12:{minute:02d}:00Z"}
    unit = {
        "$id": "CPSO-12",
        "primaryUnitStatusRegistryText": primary,
        "secondaryUnitStatusRegistryText": [secondary],
        "unitLocationReference": {"$ref": "u"},
    }
    told = document(minute, emergencyResourceComponent=[unit], locationComponent=[place])
    del told["callComponent"]
    return told


def test_an_emergency_resource_is_a_unit() -> None:
    """Position and status, as one CAD shows its units to another."""
    moved, reported = posted(with_unit())
    assert moved == UnitMoved(
        at=NOW,
        source="test/eido",
        seen=moment("2026-03-23 12:00:00"),
        unit="CPSO-12",
        lat=30.2266,
        lon=-93.2174,
        accuracy_m=15.0,
    )
    assert isinstance(reported, UnitReported)
    assert (reported.unit, reported.status, reported.text) == ("CPSO-12", "enroute", "EnRoute, NotAvailable")


@pytest.mark.parametrize(
    ("primary", "secondary", "status"),
    [
        ("Available", "InService", "available"),
        ("ConditionallyAvailable", "Meal", "available"),
        ("NotAvailable", "Dispatched", "dispatched"),
        ("NotAvailable", "OnScene", "on-scene"),
        ("NotAvailable", "TrafficStop", "on-scene"),
        ("NotAvailable", "OutofService", "out-of-service"),
        ("NotAvailable", "Transporting", "transporting"),
        ("NotAvailable", "Court", "busy"),
        ("", "Court", "court"),
    ],
)
def test_the_registries_statuses_become_the_events(primary: str, secondary: str, status: str) -> None:
    """Sections 3.9 and 3.10; a word that fits none is passed on."""
    (reported,) = only(UnitReported, posted(with_unit(primary=primary, secondary=secondary)))
    assert reported.status == status


def test_a_unit_is_told_only_when_something_is_new() -> None:
    """Documents repeat every unit; an older place that was overtaken does not move it back."""
    events = posted(with_unit(1), with_unit(1), with_unit(2, "30.3"), with_unit(1))
    assert [event.lat for event in only(UnitMoved, events)] == [30.2266, 30.3]
    assert len(only(UnitReported, events)) == 1


def test_an_overtaken_status_is_passed_over() -> None:
    """Place and status have each their own time."""

    def told(minute: int, secondary: str) -> Any:
        document = with_unit(1, secondary=secondary)
        document["emergencyResourceComponent"][0]["lastUpdateTimeStamp"] = f"2026-03-23T12:{minute:02d}:00Z"
        return document

    events = posted(told(5, "OnScene"), told(3, "EnRoute"), told(9, "Cleared"))
    assert [(event.status, event.seen) for event in only(UnitReported, events)] == [
        ("on-scene", moment("2026-03-23 12:05:00")),
        ("busy", moment("2026-03-23 12:09:00")),
    ]
    assert len(only(UnitMoved, events)) == 1


# --- conveyance -----------------------------------------------------------------------------------------------------


def test_an_event_message_is_unwrapped_and_answered() -> None:
    """NENA-STA-024.1a: the notifier waits for an eventResponse."""
    feed = feed_of("eido", whole=True)
    event = {"event": {"subscriptionId": "s1", "transactionId": "t1", "notification": [document()]}}
    assert len(only(CallOpened, feed.receive(json.dumps(event).encode(), NOW))) == 1
    reply = json.loads(feed.to_send())
    assert reply == {"eventResponse": {"transactionId": "t1", "statusCode": 200, "statusText": "OK"}}
    assert feed.to_send() == b""


@pytest.mark.parametrize(
    "wrapped", [{"eido": document()}, {"notification": document()}, {"event": {"eido": [document()]}}]
)
def test_other_envelopes_are_unwrapped(wrapped: object) -> None:
    """As gateways put them round."""
    assert isinstance(the(CallOpened, posted(wrapped)), CallOpened)


def test_talk_about_subscriptions_is_no_fact() -> None:
    """Understood and passed over; an ended subscription is worth a fault, for nothing more will come."""
    assert posted({"subscribeResponse": {"requestId": "r", "statusCode": 200}}) == []
    feed = feed_of("eido", whole=True)
    ended = feed.receive(json.dumps({"terminate": {"requestId": "r", "subscriptionId": "s"}}).encode(), NOW)
    assert whys(ended) == ["the other side ended the subscription"]
    assert json.loads(feed.to_send())["terminateResponse"]["requestId"] == "r"


@pytest.mark.parametrize("bad", [{"event": 7}, {"event": {}}, {"notification": ["x"]}, {"hello": 1}, [], 7, "text"])
def test_what_is_no_eido_is_a_fault(bad: object) -> None:
    """Named, and nothing else."""
    assert all(isinstance(event, FeedFaulted) for event in posted(bad))


def test_envelopes_inside_envelopes_end() -> None:
    """Nobody is led down for ever."""
    nested: Any = document()
    for _ in range(30):
        nested = {"event": nested}
    assert whys(posted(nested)) == ["an envelope without an EIDO in it"]


# --- dialects -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 0, "\t"])
def test_batches_come_as_lines_arrays_and_pieces(indent: int | str | None) -> None:
    """However they are printed and cut."""
    calls = [with_call(**{"$id": f"call-{number}"}) for number in range(4)]
    lines = "\n".join(json.dumps(call, indent=indent) for call in calls).encode()
    array = json.dumps(calls, indent=indent).encode()
    for data in (lines, array):
        pieces = [data[at : at + 11] for at in range(0, len(data), 11)]
        for events in (events_of(feed_of("eido", whole=True), data), events_of(feed_of("eido"), *pieces)):
            assert [event.call for event in only(CallOpened, events)] == [f"call-{number}" for number in range(4)]


@pytest.mark.parametrize(
    "name", ["callComponent", "incidentComponent", "locationComponent", "emergencyResourceComponent"]
)
@pytest.mark.parametrize("junk", [7, "x", None, [], {}, [7, "x", None], [[[]]], {"$id": 5}, True])
def test_junk_in_a_component_never_raises(name: str, junk: object) -> None:
    """Whatever stands where a component should."""
    for told in (document(), with_unit(), document(incidentComponent=incident())):
        posted(deepcopy(told) | {name: junk})


@pytest.mark.parametrize("junk", [7, "x", [], {}, ["x"], [7], True, {"$ref": 7}, {"$ref": {"$ref": "here"}}, -1e308])
def test_junk_in_a_field_costs_at_most_the_field(junk: object) -> None:
    """The call opens whatever one field holds."""
    for name in document()["callComponent"][0]:
        if name != "$id":
            assert only(CallOpened, posted(with_call(**{name: junk}))), name
    for name in incident():
        assert only(CallOpened, posted(document(incidentComponent=incident(**{name: junk})))), name


def test_options_are_refused() -> None:
    """There are none."""
    with pytest.raises(ValueError, match="takes no options"):
        feed_of("eido", options={"name": "x"})
