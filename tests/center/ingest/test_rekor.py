"""Rekor Scout / OpenALPR messages: groups, alerts, vehicles, heartbeats, frames, pictures, repetitions."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from time import perf_counter
from typing import Any

import pytest

from center.core.events import Candidate, DeviceReported, Event, FeedFaulted, Micros, PlateRead, VehicleSeen
from center.ingest import rekor
from center.ingest.pictures import MAX_PICTURE_BYTES
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import NOW

JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 10 + b"\xff\xd9"
REF = sha256(JPEG).hexdigest()[:32]
EPOCH_MS = 1_774_267_200_500


def group(**changed: Any) -> dict[str, Any]:
    """One passage as an agent of version 4 tells it."""
    return {
        "data_type": "alpr_group",
        "version": 3,
        "epoch_start": EPOCH_MS,
        "epoch_end": EPOCH_MS + 3000,
        "agent_uid": "AGENT",
        "camera_id": 1000,
        "gps_latitude": 30.2266,
        "gps_longitude": -93.2174,
        "uuids": ["AGENT-1000-1", "AGENT-1000-2"],
        "best_uuid": "AGENT-1000-1",
        "best_plate_number": "xyz-123",
        "best_confidence": 91.5,
        "best_region": "us-la",
        "travel_direction": 270.25,
        "candidates": [{"plate": "XYZ123", "confidence": 91.5}, {"plate": "XY2123", "confidence": 71.0}],
        "best_plate": {"plate": "XYZ123", "confidence": 90.0, "region": "us-tx", "plate_crop_jpeg": ""},
        "vehicle": {
            "make": [{"name": "honda", "confidence": 9.0}, {"name": "ford", "confidence": 88.0}],
            "make_model": [{"name": "ford_f-150", "confidence": 80.0}],
            "color": [{"name": "silver-gray", "confidence": 77.0}],
            "body_type": [{"name": "truck-standard", "confidence": 99.0}],
        },
    } | changed


def post(*messages: object, **options: str) -> list[Event]:
    """What one feed makes of these POSTs."""
    feed = feed_of("rekor", "application/json", whole=True, options=options)
    return events_of(feed, *(json.dumps(message).encode() for message in messages))


def read(**changed: Any) -> PlateRead:
    return the(PlateRead, post(group(**changed)))


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in group().items() if name not in names}


# --- groups ---------------------------------------------------------------------------------------------------------


def test_a_group_is_one_read() -> None:
    """Every field the event has room for, in the event's units."""
    assert read() == PlateRead(
        at=NOW,
        source="test/rekor",
        seen=Micros(EPOCH_MS * 1000),
        reader="AGENT/1000",
        plate="XYZ123",
        read="AGENT-1000-1",
        state="LA",
        confidence=0.915,
        candidates=(Candidate("XYZ123", 0.915), Candidate("XY2123", 0.71)),
        lat=30.2266,
        lon=-93.2174,
        course_deg=270.25,
        make="ford",
        model="f-150",
        color="silver-gray",
        body="truck-standard",
    )


def test_numbers_may_come_as_text() -> None:
    """Some forwarders turn every value into a string."""
    text = group(epoch_start=str(EPOCH_MS), best_confidence="91.5", gps_latitude="30.2266", gps_longitude="-93.2174")
    assert the(PlateRead, post(text | {"camera_id": "1000", "travel_direction": "270.25"})) == read()


def test_certainty_may_come_as_a_share_of_one() -> None:
    """Behind some gateways: what is at most 1 is no percentage. Fails when a read of 91 % becomes one of 0.9 %, which
    no list would believe."""
    seen = read(best_confidence=0.915, candidates=[{"plate": "XYZ123", "confidence": 0.915}])
    assert (seen.confidence, seen.candidates) == (0.915, (Candidate("XYZ123", 0.915),))
    assert read(best_confidence=93.1).confidence == 0.931


def test_a_start_in_seconds_is_that_moment() -> None:
    assert read(epoch_start=EPOCH_MS / 1000).seen == EPOCH_MS * 1000


def test_what_is_null_is_left_out_and_no_fault() -> None:
    """Fails when every read of an agent behind a gateway that writes nulls is a fault as well."""
    seen = read(candidates=None, vehicle=None, uuids=None, gps_latitude=None, best_plate={"plate": None})
    assert (seen.plate, seen.candidates, seen.make) == ("XYZ123", (), None)


def test_a_plate_of_digits_may_come_as_a_number() -> None:
    """Forwarders in loosely typed languages do this to number plates."""
    assert read(best_plate_number=1234567).plate == "1234567"


@pytest.mark.parametrize(
    ("region", "state"),
    [("us-la", "LA"), ("US-TX", "TX"), ("ca-on", "ON"), ("la", "LA"), ("us", None), ("eu-de", None), ("", None)],
)
def test_the_state_comes_from_the_region(region: str, state: str | None) -> None:
    """Germany is not Delaware: only regions of the United States and Canada name a state."""
    assert the(PlateRead, post(group(best_region=region, best_plate={"plate": "X"}))).state == state


@pytest.mark.parametrize("gps", [(0, 0), (-1, -1), (None, None), (30.2, None)])
def test_no_gps_is_no_position(gps: tuple[object, object]) -> None:
    """0,0 and -1,-1 are what an agent without GPS sends."""
    seen = read(gps_latitude=gps[0], gps_longitude=gps[1])
    assert (seen.lat, seen.lon) == (None, None)


def test_version_2_says_less_and_is_read() -> None:
    """What is not at the top is taken from the best plate, and an id is made up that a repetition repeats."""
    old = without("best_plate_number", "best_confidence", "best_region", "candidates", "best_uuid", "vehicle")
    seen, *more = post(old, old)
    assert more == []
    assert isinstance(seen, PlateRead)
    assert (seen.plate, seen.state, seen.confidence) == ("XYZ123", "TX", 0.9)
    assert seen.read == "AGENT-1000-1"
    assert seen.make is None
    nameless = post(old | {"uuids": []}, old | {"uuids": []})
    assert the(PlateRead, nameless).read == f"AGENT/1000/{EPOCH_MS}/"


def test_version_1_calls_the_agent_a_site() -> None:
    """And writes the state without its country, which means a state only in the United States and Canada."""
    old = without("agent_uid") | {"version": 1, "site_id": "bridge", "best_region": "la"}
    seen = the(PlateRead, post(old))
    assert (seen.reader, seen.state) == ("bridge/1000", "LA")
    assert the(PlateRead, post(old | {"country": "eu", "best_region": "de"})).state is None


def test_a_vehicle_may_be_a_list() -> None:
    """Version 4 agents list the vehicles; the first is the plate's."""
    assert read(vehicle=[group()["vehicle"], {}]).make == "ford"
    assert read(vehicle=[]).make is None


def test_at_most_ten_candidates_the_likeliest_first() -> None:
    """Candidates that are no plates are left out."""
    many = [{"plate": f"A{number:02d}", "confidence": number} for number in range(30)]
    candidates = read(candidates=[*many, {"plate": "-", "confidence": 99.0}]).candidates
    assert [candidate.plate for candidate in candidates] == [f"A{number:02d}" for number in range(29, 20, -1)]


def test_a_group_without_a_plate_is_a_vehicle() -> None:
    """Nothing to match, but somebody passed."""
    assert the(VehicleSeen, post(group(best_plate_number="", best_plate=None))).make == "ford"


# --- alerts, vehicles, heartbeats, frames ---------------------------------------------------------------------------


def test_an_alert_is_the_read_inside_it() -> None:
    """Their lists are not ours: the alert's group is a read like any other, and its group told before is no second."""
    alert = {"data_type": "alpr_alert", "plate_number": "XYZ123", "list_type": "Blacklist", "group": group()}
    assert the(PlateRead, post(alert, group())) == read()


def test_an_alert_without_its_group_is_a_read_with_little_in_it() -> None:
    """Plate, camera and time are enough."""
    alert = {
        "data_type": "alpr_alert",
        "plate_number": "XYZ123",
        "agent_uid": "AGENT",
        "camera_number": 7,
        "epoch_time": EPOCH_MS,
    }
    seen = the(PlateRead, post(alert))
    assert (seen.plate, seen.reader, seen.seen) == ("XYZ123", "AGENT/7", EPOCH_MS * 1000)


def test_a_vehicle_without_a_plate_is_told() -> None:
    """With the picture of it."""
    message = group(data_type="vehicle", vehicle_crop_jpeg=b64encode(JPEG).decode())
    del message["best_plate_number"], message["best_plate"]
    seen = the(VehicleSeen, post(message))
    assert (seen.reader, seen.color, seen.crop) == ("AGENT/1000", "silver-gray", REF)


def test_a_vehicle_and_a_read_may_share_an_id() -> None:
    """Agents name both after the frame; neither is a repetition of the other."""
    vehicle = without("best_plate_number", "best_plate") | {"data_type": "vehicle"}
    assert [type(event) for event in post(group(), vehicle)] == [PlateRead, VehicleSeen]


def test_a_heartbeat_reports_the_agent_and_each_camera() -> None:
    """A camera that has stopped streaming is told as such."""
    beat = {
        "data_type": "heartbeat",
        "timestamp": EPOCH_MS,
        "agent_uid": "AGENT",
        "agent_hostname": "pole-12",
        "license_valid": False,
        "video_streams": [
            {"camera_id": 1000, "camera_name": "east", "is_streaming": True, "fps": 0},
            {"camera_id": 1001, "camera_name": "west", "is_streaming": False},
        ],
    }
    reports = only(DeviceReported, post(beat))
    assert [(report.device, report.status, report.text) for report in reports] == [
        ("AGENT", "no-license", "pole-12"),
        ("AGENT/1000", "alive", "east"),
        ("AGENT/1001", "no-video", "west"),
    ]
    assert {report.seen for report in reports} == {EPOCH_MS * 1000}


def test_the_servers_test_button_is_answered_with_a_report() -> None:
    """An engineer who presses it sees the feed come alive."""
    assert the(DeviceReported, post({"openalpr_webhook": "test"})).status == "test"


FRAME = {
    "data_type": "alpr_results",
    "uuid": "AGENT-1000-9",
    "agent_uid": "AGENT",
    "camera_id": 1000,
    "epoch_time": EPOCH_MS,
    "results": [{"plate": "AAA111", "confidence": 80.0, "region": "us-la"}, {"plate": "BBB222", "confidence": 70.0}],
}


def test_frames_are_left_to_the_group_and_say_so_once() -> None:
    """An agent that sends only frames must not look as if it saw nothing."""
    (why,) = whys(post(FRAME, FRAME | {"uuid": "AGENT-1000-10"}))
    assert "option frames" in why


def test_frames_are_reads_when_asked_for() -> None:
    """Each plate in a frame, once."""
    reads = only(PlateRead, post(FRAME, FRAME, frames="true"))
    assert [(one.plate, one.read, one.state) for one in reads] == [
        ("AAA111", "AGENT-1000-9-0", "LA"),
        ("BBB222", "AGENT-1000-9-1", None),
    ]


# --- repetitions ----------------------------------------------------------------------------------------------------


def test_a_retransmission_is_dropped() -> None:
    """Agents repeat what was not acknowledged; one passage is one read."""
    assert len(post(*[group()] * 5)) == 1


def test_the_final_form_of_a_preview_is_no_second_read() -> None:
    """A preview is told at once; the group it becomes shares frames with it, and is told only if the plate changed."""
    preview = group(is_preview=True, best_uuid="AGENT-1000-2")
    assert [event.read for event in only(PlateRead, post(preview, group()))] == ["AGENT-1000-2"]
    better = post(preview, group(best_plate_number="XYZ128"))
    assert [event.plate for event in only(PlateRead, better)] == ["XYZ123", "XYZ128"]


def test_memory_of_reads_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten, so that a repetition of it counts anew."""
    monkeypatch.setattr(rekor, "MAX_REMEMBERED", 3)
    reads = [group(best_uuid=f"u{number}", uuids=[]) for number in (1, 2, 3, 3, 4, 4, 1)]
    assert [event.read for event in only(PlateRead, post(*reads))] == ["u1", "u2", "u3", "u4", "u1"]


# --- pictures -------------------------------------------------------------------------------------------------------


def test_pictures_become_attachments() -> None:
    """The same picture twice is one attachment; taking empties."""
    picture = b64encode(JPEG).decode()
    feed = feed_of("rekor", whole=True)
    message = group(best_plate={"plate": "XYZ123", "plate_crop_jpeg": picture}, vehicle_crop_jpeg=picture)
    seen = the(PlateRead, feed.receive(json.dumps(message).encode(), NOW))
    assert (seen.crop, seen.frame) == (REF, REF)
    (attachment,) = feed.attachments()
    assert attachment == (REF, "image/jpeg", JPEG)
    assert list(feed.attachments()) == []


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        ("not base64 …", "picture is not base64"),
        (b64encode(b"GIF89a").decode(), "picture is not a JPEG"),
        (b64encode(JPEG[:3] + bytes(MAX_PICTURE_BYTES)).decode(), f"picture larger than {MAX_PICTURE_BYTES} bytes"),
        ("A" * (MAX_PICTURE_BYTES * 2), f"picture larger than {MAX_PICTURE_BYTES} bytes"),
    ],
)
def test_a_bad_picture_is_a_fault_and_the_read_survives(picture: str, why: str) -> None:
    """A plate without its picture is worth more than neither."""
    events = post(group(best_plate={"plate": "XYZ123", "plate_crop_jpeg": picture}))
    assert whys(events) == [why]
    assert only(PlateRead, events)[0].crop is None


def test_pictures_nobody_takes_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound reads go on without pictures."""
    monkeypatch.setattr("center.ingest.pictures.MAX_WAITING_BYTES", 250)
    pictures = [b64encode(JPEG + bytes([number])).decode() for number in range(4)]
    events = post(*(group(best_uuid=f"u{n}", vehicle_crop_jpeg=picture) for n, picture in enumerate(pictures)))
    assert [event.frame is not None for event in only(PlateRead, events)] == [True, True, False, False]
    assert set(whys(events)) == {"too many pictures are waiting to be taken"}


# --- damage and dialects --------------------------------------------------------------------------------------------


def test_a_field_of_the_wrong_type_costs_only_itself() -> None:
    """The rest of the message is read, and the fault names the field."""
    bad = group(gps_latitude={"deg": 30}, candidates=[{"plate": "XYZ123", "confidence": "high"}])
    events = post(bad | {"best_plate": {"plate": ["?"], "region": "us-tx"}})
    seen = only(PlateRead, events)[0]
    assert (seen.plate, seen.lat, seen.state) == ("XYZ123", None, "LA")
    assert seen.candidates == (Candidate("XYZ123", 0.0),)
    (why,) = whys(events)
    assert why.startswith("left out: ")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"best_confidence": 930.0}, "confidence out of range"),
        ({"gps_latitude": 99.0}, "gps position out of range"),
        ({"travel_direction": -4.0}, "travel_direction out of range"),
        ({"epoch_start": 1.7e18}, "1.7e+18 is not a moment in Unix milliseconds"),
        ({"best_confidence": "nan"}, "confidence out of range"),
    ],
)
def test_an_impossible_value_is_a_fault_and_the_read_survives(changed: dict[str, Any], why: str) -> None:
    """What cannot be is left out; a plate that was seen was seen."""
    events = post(group(**changed))
    assert whys(events) == [why]
    assert only(PlateRead, events)[0].plate == "XYZ123"


@pytest.mark.parametrize("plate", ["ABCDEFGHIJKLMNOP", "A\u0000B", "A<B>"])
def test_what_cannot_be_a_plate_is_not_read(plate: str) -> None:
    """Too long, or written with what no plate has on it."""
    assert isinstance(the(FeedFaulted, post(group(best_plate_number=plate))), FeedFaulted)


def test_bytes_that_are_not_utf8_cost_only_their_characters() -> None:
    """An agent once wrote uninitialised memory into the region; NaN is what Python's own encoder writes."""
    raw = json.dumps(group(best_region="us-la")).replace("us-la", "\xff\xfe").replace("270.25", "NaN").encode("latin-1")
    events = events_of(feed_of("rekor", whole=True), raw)
    seen = only(PlateRead, events)[0]
    assert (seen.plate, seen.course_deg, seen.state) == ("XYZ123", None, None)
    assert whys(events)[0].startswith("read after mending")


@pytest.mark.parametrize("message", [{"data_type": "alpr_novelty"}, {"plate": "XYZ123"}, [], [1, 2], "text", 7])
def test_what_is_not_an_agents_message_is_a_fault(message: object) -> None:
    """Named, and nothing else."""
    assert all(isinstance(event, FeedFaulted) for event in post(message))


@pytest.mark.parametrize("indent", [None, 0, 1, 4])
@pytest.mark.parametrize("batch", ["lines", "array", "pieces"])
def test_batches_come_as_lines_arrays_and_pieces(indent: int | None, batch: str) -> None:
    """However the agent or its gateway prints and cuts them, the reads are the same."""
    reads = [group(best_uuid=f"u{number}", uuids=[]) for number in range(5)]
    if batch == "array":
        data = json.dumps(reads, indent=indent).encode()
    else:
        data = "\n".join(json.dumps(one, indent=indent) for one in reads).encode()
    step = 7 if batch == "pieces" else len(data)
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    events = events_of(feed_of("rekor", whole=batch != "pieces"), *pieces)
    assert [event.read for event in only(PlateRead, events)] == [f"u{number}" for number in range(5)]
    assert whys(events) == []


@pytest.mark.parametrize("options", [{"frames": "yes"}, {"frame": "true"}])
def test_a_mistaken_option_is_refused_at_once(options: dict[str, str]) -> None:
    """A site file's mistake shows when it is read."""
    with pytest.raises(ValueError, match="frames"):
        feed_of("rekor", options=options)


def test_a_read_costs_microseconds() -> None:
    """The bound is ten times what a message without pictures takes on a small machine."""
    feed = feed_of("rekor", whole=True)
    messages = [json.dumps(group(best_uuid=f"u{number}", uuids=[])).encode() for number in range(2000)]
    started = perf_counter()
    reads = [event for message in messages for event in feed.receive(message, NOW)]
    assert perf_counter() - started < 0.3
    assert len(reads) == 2000
