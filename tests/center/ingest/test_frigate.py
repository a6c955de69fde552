"""Frigate over MQTT: objects that change their plate, updates that tell it bare, and whether it is alive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from center.core.events import SECOND, DeviceReported, Event, FeedFaulted, Micros, PlateRead
from center.ingest.frigate import MAX_REMEMBERED
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import NOW

ID = "1774267198.475377-mxklsc"
NOW_S = NOW / SECOND


def thing(**changed: Any) -> dict[str, Any]:
    """A tracked car as an event shows it."""
    return {
        "id": ID,
        "camera": "gate",
        "frame_time": NOW_S - 1.5,
        "snapshot": {"frame_time": NOW_S - 1.5, "box": [1, 2, 3, 4], "score": 0.8, "attributes": []},
        "label": "car",
        "sub_label": None,
        "top_score": 0.95,
        "false_positive": False,
        "start_time": NOW_S - 2.0,
        "end_time": None,
        "score": 0.9,
        "box": [424, 500, 536, 712],
        "current_zones": ["drive"],
        "stationary": False,
        "attributes": {"license_plate": 0.8},
        "recognized_license_plate": "abc 123",
        "recognized_license_plate_score": 0.93,
    } | changed


def event(kind: str = "update", **changed: Any) -> bytes:
    before = thing(recognized_license_plate=None, recognized_license_plate_score=None)
    return json.dumps({"type": kind, "before": before, "after": thing(**changed)}).encode()


def update(**changed: Any) -> bytes:
    said = {
        "type": "lpr",
        "id": ID,
        "name": None,
        "plate": "ABC123",
        "score": 0.91,
        "camera": "gate",
        "timestamp": NOW_S - 1.0,
        "plate_box": [917, 487, 1029, 529],
    }
    return json.dumps(said | changed).encode()


def published(*payloads: bytes, topic: str = "frigate/events") -> list[Event]:
    return events_of(feed_of("frigate", topic, whole=True), *payloads)


# --- objects --------------------------------------------------------------------------------------------------------


def test_a_plate_on_a_tracked_object_is_a_read() -> None:
    """Of what it is after the change; `before` is what was told before."""
    assert the(PlateRead, published(event())) == PlateRead(
        at=NOW,
        source="test/frigate",
        seen=Micros(NOW - 1_500_000),
        reader="gate",
        plate="ABC123",
        read=f"{ID}/ABC123",
        confidence=0.93,
        body="car",
    )


@pytest.mark.parametrize(
    "written",
    [
        {"recognized_license_plate": ["abc123", 0.93], "recognized_license_plate_score": None},
        {"recognized_license_plate": ["abc123", 0.93]},
        {
            "recognized_license_plate": None,
            "data": {"recognized_license_plate": "abc123", "recognized_license_plate_score": 0.93},
        },
        {"recognized_license_plate": None, "data": {"recognized_license_plate": ["abc123", 0.93]}},
    ],
)
def test_a_plate_may_stand_beside_its_score_or_with_it(written: dict[str, Any]) -> None:
    """A bare text in one place, `[plate, score]` in another, and in `data` where the database keeps it."""
    read = the(PlateRead, published(event(**written)))
    assert (read.plate, read.confidence) == ("ABC123", 0.93)


def test_a_score_may_be_a_whole_number() -> None:
    """JSON does not tell 1 from 1.0."""
    assert the(PlateRead, published(event(recognized_license_plate=["abc123", 1]))).confidence == 1.0
    assert the(PlateRead, published(event(recognized_license_plate_score=1))).confidence == 1.0


def test_a_plate_without_a_score_is_a_read_without_confidence() -> None:
    """Early versions tell none."""
    read = the(PlateRead, published(event(recognized_license_plate_score=None)))
    assert (read.plate, read.confidence) == ("ABC123", None)


@pytest.mark.parametrize("written", [None, "", "  ", [], [None, None], ["", 0.0]])
def test_an_object_without_a_plate_says_nothing(written: object) -> None:
    """Most are people, and cars from behind."""
    assert published(event(recognized_license_plate=written)) == []


def test_a_plate_is_told_once_though_its_object_changes_all_the_time() -> None:
    """With every better picture, and when it leaves."""
    told = published(event("new"), event(), event(recognized_license_plate_score=0.99), event("end"))
    assert [read.plate for read in only(PlateRead, told)] == ["ABC123"]


def test_a_better_reading_of_the_same_object_is_another_read() -> None:
    """A worse one is not, unless it is Frigate's last word."""
    told = published(
        event(recognized_license_plate="A8C123", recognized_license_plate_score=0.8),
        event(recognized_license_plate="ABC123", recognized_license_plate_score=0.9),
        event(recognized_license_plate="ABC12", recognized_license_plate_score=0.7),
        event("end", recognized_license_plate="ABC128", recognized_license_plate_score=0.6),
    )
    assert [read.read for read in only(PlateRead, told)] == [
        f"{ID}/{plate}" for plate in ("A8C123", "ABC123", "ABC128")
    ]


def test_two_objects_with_one_plate_are_two_reads() -> None:
    """A car that comes back."""
    assert len(only(PlateRead, published(event(), event(id="another")))) == 2


def test_what_is_no_vehicle_has_no_body() -> None:
    """A camera for plates only calls its objects `license_plate`."""
    assert the(PlateRead, published(event(label="license_plate"))).body is None


def test_memory_is_bounded() -> None:
    """The object met first is forgotten first."""
    objects = [event(id=f"{number}") for number in range(MAX_REMEMBERED + 1)]
    feed = feed_of("frigate", "frigate/events", whole=True)
    assert len(only(PlateRead, events_of(feed, *objects, objects[-1], objects[0]))) == MAX_REMEMBERED + 2


# --- updates --------------------------------------------------------------------------------------------------------


def test_an_update_tells_the_plate_bare() -> None:
    """The same read under the same id as the event's, so that whoever subscribes to both has one."""
    read = the(PlateRead, published(update(), topic="frigate/tracked_object_update"))
    assert (read.plate, read.confidence, read.reader, read.seen) == ("ABC123", 0.91, "gate", Micros(NOW - SECOND))
    assert read.read == the(PlateRead, published(event())).read


@pytest.mark.parametrize(
    "other",
    [
        {"type": "description", "id": ID, "description": "a red car, plate ABC123"},
        {"type": "face", "id": ID, "name": "John", "score": 0.95, "camera": "gate", "timestamp": NOW_S},
        {"type": "classification", "id": ID, "camera": "gate", "timestamp": NOW_S, "model": "m", "attribute": "yes"},
        {"type": "lpr", "id": ID, "name": None, "plate": None, "score": 0.0, "camera": "gate", "timestamp": NOW_S},
    ],
)
def test_updates_about_other_things_are_passed_over(other: dict[str, Any]) -> None:
    """Faces and descriptions too: people are not read here."""
    assert published(json.dumps(other).encode(), topic="frigate/tracked_object_update") == []


# --- topics ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "topic",
    [
        "frigate/gate/car",
        "frigate/gate/car/snapshot",
        "frigate/stats",
        "frigate/reviews",
        "frigate/gate/motion",
        "frigate/events/x",
    ],
)
def test_other_topics_are_passed_over(topic: str) -> None:
    """`frigate/#` may be subscribed to: counts, pictures, statistics are no fault."""
    assert published(b"1", b"\xff\xd8\xff\xe0picture", b"{not json", event(), topic=topic) == []


@pytest.mark.parametrize(("word", "status"), [("online", "alive"), ("offline", "offline"), ("stopped", "stopped")])
def test_whether_frigate_is_there_is_reported(word: str, status: str) -> None:
    """Its last will says `offline`."""
    report = the(DeviceReported, published(word.encode(), topic="frigate/available"))
    assert (report.device, report.status, report.text) == ("frigate", status, None)


@pytest.mark.parametrize(("word", "status"), [("online", "alive"), ("offline", "offline"), ("disabled", "disabled")])
def test_whether_a_camera_is_there_is_reported(word: str, status: str) -> None:
    """By the same name as its reads; the role in words."""
    report = the(DeviceReported, published(word.encode(), topic="frigate/gate/status/detect"))
    assert (report.device, report.status, report.text) == ("gate", status, "detect")


def test_several_frigates_on_one_broker_keep_their_cameras_apart() -> None:
    """Each has a prefix of its own, which may have levels."""
    read = the(PlateRead, published(event(), topic="north/frigate/events"))
    assert read.reader == "north/frigate/gate"
    report = the(DeviceReported, published(b"online", topic="north/frigate/gate/status/record"))
    assert report.device == "north/frigate/gate"
    assert the(DeviceReported, published(b"online", topic="frigate-b/available")).device == "frigate-b"


def test_a_file_of_messages_is_read_without_a_topic() -> None:
    """`center decode frigate capture.jsonl`."""
    feed = feed_of("frigate", "capture.jsonl")
    assert len(only(PlateRead, events_of(feed, event() + b"\n" + update(id="b") + b"\n"))) == 2


# --- what is not believed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (event(recognized_license_plate="A" * 13), "too long to be a plate"),
        (event(recognized_license_plate="AB<C>"), "not a plate"),
        (event(id=""), "a plate without its object's id"),
        (event(camera=""), "no camera"),
        (b'{"before":{},"after":{}}', "no type: not a message about a tracked object"),
        (b"[1,2]", "not a JSON object"),
        (b"online", "not a JSON object"),
    ],
)
def test_what_is_no_read_is_a_fault_and_the_next_message_is_read(payload: bytes, why: str) -> None:
    """It says which."""
    first, *_, last = published(payload, event(id="next"))
    assert isinstance(first, FeedFaulted)
    assert first.why == why
    assert isinstance(last, PlateRead)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"recognized_license_plate_score": 1.5}, "score out of range"),
        ({"frame_time": -5.0}, "not a moment"),
        ({"frame_time": "soon"}, "left out: Expected"),
        ({"box": None, "start_time": [1]}, "left out: Expected"),
    ],
)
def test_a_field_that_cannot_be_costs_only_itself(changed: dict[str, Any], why: str) -> None:
    """The plate counts."""
    told = published(event(**changed))
    assert only(PlateRead, told)[0].plate == "ABC123"
    assert len(whys(told)) == 1
    assert why in whys(told)[0]


def test_a_health_topic_that_says_something_else_is_a_fault() -> None:
    assert whys(published(b"{}", topic="frigate/available")) == ["not a word about a device's health"]


def test_options_are_refused() -> None:
    with pytest.raises(ValueError, match="frigate takes no options"):
        feed_of("frigate", options={"prefix": "x"})
