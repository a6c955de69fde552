"""What tip lines hand over: each field, the spellings of senders, and that nothing says who told it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.core.events import Event, FeedFaulted
from center.core.tip_facts import TipReceived
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import NOW, moment

JSON = "application/json"
SAW = "Two men tried car doors. They left in a grey truck."
WHOM = ("Marie Fontenot", "337-555-0142", "marie@example.org", "198.51.100.7")


def tip(number: str = "26-000417", **said: Any) -> dict[str, Any]:
    """As docs/feeds/tips.md has it."""
    return {
        "tipNumber": number,
        "receivedAt": "2026-03-23T06:58:00-05:00",
        "channel": "web",
        "offenseType": "Burglary",
        "narrative": SAW,
        "occurred": {"from": "2026-03-23T01:30:00-05:00", "to": "2026-03-23T02:00:00-05:00"},
        "location": {"address": "100 Ash Street", "latitude": 30.2366, "longitude": -93.3774, "accuracyMeters": 120},
        "vehicle": {"plate": "ktr 482", "state": "Louisiana", "make": "Ford", "model": "F-150", "color": "gray"},
    } | said


def heard(*documents: object) -> list[Event]:
    return events_of(feed_of("tips", JSON, whole=True), *(json.dumps(one).encode() for one in documents))


def test_every_field_of_a_tip() -> None:
    assert the(TipReceived, heard(tip())) == TipReceived(
        at=NOW,
        source="test/tips",
        seen=moment("2026-03-23 11:58:00"),
        tip="26-000417",
        line="test/tips",
        channel="web",
        offence="Burglary",
        text=SAW,
        begins=moment("2026-03-23 06:30:00"),
        ends=moment("2026-03-23 07:00:00"),
        lat=30.2366,
        lon=-93.3774,
        off_m=120.0,
        address="100 Ash Street",
        plate="KTR482",
        state="LA",
        make="Ford",
        model="F-150",
        color="gray",
    )


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ({"TipNumber": 417, "Details": "x"}, "tip", "417"),
        ({"tip_id": "A-1", "text": "x"}, "tip", "A-1"),
        ({"tip": {"id": "A-1", "description": "x"}}, "text", "x"),
        ({"id": "1", "OFFENSE_TYPE": "Narcotics"}, "offence", "Narcotics"),
        ({"id": "1", "text": "x", "latitude": "30.2", "longitude": "-93.2"}, "lat", 30.2),
        ({"id": "1", "text": "x", "location": "Ash and First"}, "address", "Ash and First"),
        ({"id": "1", "text": "x", "occurredAt": 1774240200000}, "begins", 1774240200000000),
        ({"id": "1", "text": "x", "occurred": 1774240200}, "begins", 1774240200000000),
        ({"id": "1", "text": "x", "vehicles": [{"tag": "abc-123"}]}, "plate", "ABC123"),
        ({"id": "1", "text": "x", "licensePlate": "abc123"}, "plate", "ABC123"),
    ],
)
def test_spellings(said: dict[str, Any], name: str, value: object) -> None:
    """Names of fields are one whatever stands between their words; what is nested may be plain."""
    assert getattr(the(TipReceived, heard(said)), name) == value


def test_a_batch_is_as_many_tips_and_a_number_is_needed() -> None:
    events = heard({"tips": [tip("1"), tip("2"), {"text": "x"}, 7]})
    assert [one.tip for one in only(TipReceived, events)] == ["1", "2"]
    assert sorted(whys(events)) == ["a tip that is no object", "a tip without a number"]
    assert len(only(TipReceived, heard({"tips": [tip(str(n)) for n in range(150)]}))) == 100


@pytest.mark.parametrize(
    ("said", "why", "name"),
    [
        ({"receivedAt": "yesterday"}, "a time that is none", "seen"),
        ({"location": {"latitude": 91, "longitude": 0}}, "a place that is none", "lat"),
        ({"location": {"latitude": 30.2}}, "a place that is none", "lat"),
        ({"vehicle": {"plate": "grey truck, no plate seen"}}, "a plate that is none", "plate"),
        ({"vehicle": {"plate": "KTR482", "state": "Acadiana"}}, "a state that is none", "state"),
    ],
)
def test_a_field_that_makes_no_sense_is_told_and_the_rest_is_read(said: dict[str, Any], why: str, name: str) -> None:
    events = heard(tip(**said))
    assert whys(events) == [why]
    (told,) = only(TipReceived, events)
    assert getattr(told, name) is None
    assert told.text == SAW


@pytest.mark.parametrize(
    ("said", "dropped"),
    [
        ({"tipster": {"name": WHOM[0], "phone": WHOM[1]}}, 1),
        ({"callerId": WHOM[1], "ip": WHOM[3], "reporter_email": WHOM[2]}, 3),
        ({"metadata": {"device": {"imei": "490154203237518"}, "IP-Address": WHOM[3]}}, 2),
        ({"contact": None, "email": ""}, 0),
        ({"suspects": [{"name": "a neighbour"}]}, 1),
        ({"narrative": f"{SAW} Call me at {WHOM[1]} or (337) 555-0142, or {WHOM[2]}."}, 3),
        ({"location": {"address": f"call {WHOM[1]}"}}, 1),
        ({"channel": WHOM[1], "offenseType": f"ask {WHOM[2]}", "vehicle": {"model": f"call {WHOM[1]}"}}, 3),
    ],
)
def test_nothing_that_says_who_told_it_is_kept(said: dict[str, Any], dropped: int) -> None:
    """Neither in the event nor in the fault that counts it, however it is nested or worded."""
    events = heard(tip(**said))
    (told,) = only(TipReceived, events)
    assert told.withheld == dropped
    assert len(only(FeedFaulted, events)) == (1 if dropped else 0)
    shown = msgspec.json.encode(events)
    for word in (*WHOM, "(337) 555-0142", "490154203237518"):
        assert word.encode() not in shown


@pytest.mark.parametrize("text", ["plate 337555", "at 2:30, 4 cars, 1200 block", "26-000417 said so", "unit 12-34-56"])
def test_numbers_that_reach_nobody_stay(text: str) -> None:
    assert the(TipReceived, heard(tip(narrative=text))).text == text


@given(st.binary(max_size=300), st.sampled_from(WHOM))
def test_a_fault_shows_no_byte_of_a_tip(noise: bytes, whom: str) -> None:
    """Whatever comes in broken may be somebody's name: that it was broken is told, and nothing else."""
    broken = b'{"tipNumber": "1", "tipster": "' + whom.encode() + noise
    events = events_of(feed_of("tips", JSON, whole=True), broken)
    assert all(fault.excerpt == "" for fault in only(FeedFaulted, events))
    assert whom.encode() not in msgspec.json.encode(events)


def test_text_is_bounded_and_can_be_shown() -> None:
    told = the(TipReceived, heard(tip(narrative="a\x00b\u202e\nc" + "x" * 9_000)))
    assert told.text is not None
    assert told.text.startswith("a b \nc")
    assert len(told.text) == 4_000
