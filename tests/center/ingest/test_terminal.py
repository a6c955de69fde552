"""What terminals say: each message, whose it is, and what is refused."""

from __future__ import annotations

import json

import pytest

from center.core.events import Event, FeedFaulted, MessageAcked, StopChanged, StopClosed, StopOpened, UnitReported
from center.core.message_facts import MessageDelivered, MessageReplied
from center.core.outcome_facts import VehicleRecovered
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import NOW, moment

TOPIC = "terminals/CPSO-12/out"
PRESSED = moment("2026-03-23 11:59:58.25")


def said(*messages: object, peer: str = TOPIC, **options: str) -> list[Event]:
    feed = feed_of("terminal", peer, whole=True, options=options)
    return events_of(feed, *(json.dumps(message).encode() for message in messages))


@pytest.mark.parametrize("at", ["2026-03-23T11:59:58.25Z", "2026-03-23T05:59:58.25-06:00", PRESSED // 1000])
def test_an_acknowledgement_answers_its_message(at: object) -> None:
    """The unit is the topic's; the key was pressed when the terminal says."""
    assert the(MessageAcked, said({"v": 1, "ack": "m12.0", "at": at})) == MessageAcked(
        at=NOW, source="test/terminal", seen=PRESSED, answers="m12.0", unit="CPSO-12"
    )


def test_a_terminal_says_that_it_shows_a_message_and_its_deputy_answers() -> None:
    """The reply has the terminal's own id, so that a repeat can be told, and may answer nothing in particular."""
    here = {"at": NOW, "source": "test/terminal", "unit": "CPSO-12"}
    assert the(MessageDelivered, said({"v": 1, "delivered": "m12.0"})) == MessageDelivered(message="m12.0", **here)
    reply = {"id": "r1", "to": "m12.0", "text": " behind it now "}
    assert the(MessageReplied, said({"v": 1, "reply": reply})) == MessageReplied(
        text="behind it now", mark="r1", to="m12.0", **here
    )
    assert the(MessageReplied, said({"v": 1, "reply": {"id": "r2", "text": "hello"}})).to == ""


@pytest.mark.parametrize(
    "message",
    [{"delivered": ""}, {"reply": {"id": "", "text": "x"}}, {"reply": {"id": "r1", "text": " "}}, {"reply": "10-4"}],
)
def test_a_receipt_of_nothing_and_a_reply_without_words_are_faults(message: dict[str, object]) -> None:
    assert len(whys(said({"v": 1} | message))) == 1


@pytest.mark.parametrize(
    ("message", "status", "text"),
    [
        ({"status": "enroute"}, "enroute", None),
        ({"status": " On_Scene "}, "on-scene", None),
        ({"status": "out of service", "text": "flat tyre"}, "out-of-service", "flat tyre"),
        ({"emergency": True}, "emergency", None),
        ({"hello": "MDT-9"}, "alive", "MDT-9"),
        ({"hello": {"app": "3.1"}}, "alive", None),
        ({"status": "available", "battery": 80}, "available", None),
    ],
)
def test_status_emergency_and_hello_are_reports(message: dict[str, object], status: str, text: str | None) -> None:
    """Fields that are not known are passed over, so that newer terminals may say more."""
    report = the(UnitReported, said({"v": 1} | message))
    assert (report.unit, report.status, report.text) == ("CPSO-12", status, text)


def test_a_stop_is_opened_with_place_plate_and_whom_the_driver_says_they_are() -> None:
    """The plate as letters and digits, the state as a postal code, the text on one line."""
    stop = {
        "id": "CPSO-12-3",
        "lat": 30.22,
        "lon": -93.21,
        "place": " 120  Ryan\nStreet ",
        "plate": "123-abc",
        "state": "la",
        "why": "speeding",
        "driver": {"last": "Landry", "first": "James", "born": "1990-04-02"},
    }
    assert the(StopOpened, said({"v": 1, "at": PRESSED // 1000, "stop": stop})) == StopOpened(
        at=NOW,
        source="test/terminal",
        seen=PRESSED,
        unit="CPSO-12",
        stop="CPSO-12-3",
        lat=30.22,
        lon=-93.21,
        place="120 Ryan Street",
        plate="123ABC",
        state="LA",
        why="speeding",
        last="Landry",
        first="James",
        born="1990-04-02",
    )


def test_a_licences_number_that_there_is_none_and_a_photo_held_against_the_driver() -> None:
    driver = {"licence": " 77 00", "without": True}
    photo = {"id": "SYN-PHOTO-1", "is_driver": False}
    changed = the(StopChanged, said({"v": 1, "stop_update": {"id": "s1", "driver": driver, "photo": photo}}))
    assert (changed.licence, changed.without, changed.photo, changed.is_driver) == ("77 00", True, "SYN-PHOTO-1", False)
    for wrong in ({"id": "s1", "photo": {"id": "P"}}, {"id": "s1", "photo": {"id": "", "is_driver": True}}):
        assert whys(said({"v": 1, "stop_update": wrong}))


def test_what_becomes_known_of_a_stop_and_how_it_ends() -> None:
    driver = {"last": "Guidry", "first": "Ann", "born": "1981-12-31"}
    changed = the(StopChanged, said({"v": 1, "stop_update": {"id": "s1", "driver": driver}}))
    assert (changed.stop, changed.plate, changed.last, changed.born) == ("s1", None, "Guidry", "1981-12-31")
    assert the(StopClosed, said({"v": 1, "stop_end": {"id": "s1", "outcome": "Citation"}})).outcome == "citation"
    assert the(StopClosed, said({"v": 1, "stop_end": {"id": "s1"}})).outcome is None


def test_a_wanted_car_that_is_back() -> None:
    found = the(VehicleRecovered, said({"v": 1, "recovered": {"plate": "abc-123", "state": "la"}}))
    assert (found.plate, found.state) == ("ABC123", "LA")
    assert the(VehicleRecovered, said({"v": 1, "recovered": {"plate": "ABC123"}})).state is None


def test_one_message_may_say_several_things() -> None:
    """In the order acknowledgement, status, emergency, hello."""
    events = said({"v": 1, "ack": "m1.0", "status": "enroute", "emergency": True, "hello": 1})
    assert [getattr(event, "status", "acked") for event in events] == ["acked", "enroute", "emergency", "alive"]


@pytest.mark.parametrize("peer", ["terminals/CPSO-12/out", "site/7/terminals/CPSO-12/out", "/terminals/CPSO-12/out/"])
def test_the_topic_says_whose_terminal_it_is(peer: str) -> None:
    """Behind any prefix a broker's bridge puts before it."""
    assert the(UnitReported, said({"v": 1, "status": "enroute"}, peer=peer)).unit == "CPSO-12"


def test_option_unit_says_it_where_the_topic_does_not() -> None:
    """Without either nothing can be believed."""
    assert the(UnitReported, said({"v": 1, "status": "enroute"}, peer="x", unit="U7")).unit == "U7"
    assert "whose terminal" in whys(said({"v": 1, "status": "enroute"}, peer="x"))[0]


@pytest.mark.parametrize(
    "message",
    [
        {"v": 2, "ack": "m1.0"},
        {"ack": "m1.0"},
        {"v": 1},
        {"v": 1, "ack": ""},
        {"v": 1, "ack": "m" * 200},
        {"v": 1, "ack": 12},
        {"v": 1, "ack": "m1.0", "at": "noon"},
        {"v": 1, "ack": "m1.0", "at": 1e300},
        {"v": 1, "ack": "m1.0", "at": -5},
        {"v": 1, "status": ""},
        {"v": 1, "stop": {"plate": "123ABC"}},
        {"v": 1, "stop": {"id": ""}},
        {"v": 1, "stop": {"id": "s", "lat": 30.0}},
        {"v": 1, "stop": {"id": "s", "lat": 91.0, "lon": 0.0}},
        {"v": 1, "stop": {"id": "s", "plate": " - "}},
        {"v": 1, "stop": {"id": "s", "plate": "ABCDEFGHIJKLM"}},
        {"v": 1, "stop": {"id": "s", "state": "Louisiana"}},
        {"v": 1, "stop_update": {"id": "s", "driver": {"born": "tomorrow"}}},
        {"v": 1, "recovered": {"plate": "--"}},
        {"v": 1, "recovered": {"plate": "ABC123", "state": "Louisiana"}},
        {"v": 1, "stop_end": {"id": "s", "outcome": "?"}},
        {"v": 1, "status": "<b>"},
        {"v": 1, "status": "x" * 99},
        {"v": 1, "emergency": "yes"},
        {"v": 1, "emergency": False},
        {"v": 1, "hello": None},
        [],
        "text",
    ],
)
def test_what_makes_no_sense_is_a_fault_and_nothing_of_it_is_believed(message: object) -> None:
    """And the next message is read."""
    *faults, good = said(message, {"v": 1, "status": "enroute"})
    assert isinstance(good, UnitReported)
    assert all(isinstance(fault, FeedFaulted) for fault in faults)


def test_a_batch_is_read_line_by_line() -> None:
    """A gateway may put several messages of one terminal into one payload."""
    batch = b'{"v":1,"status":"enroute"}\n{"v":1,"sta\n{"v":1,"status":"on-scene"}\n'
    events = events_of(feed_of("terminal", TOPIC, whole=True), batch)
    assert [event.status for event in only(UnitReported, events)] == ["enroute", "on-scene"]
    assert len(whys(events)) == 1


def test_an_empty_payload_is_nothing() -> None:
    """How a retained message is cleared."""
    assert events_of(feed_of("terminal", TOPIC, whole=True), b"") == []


def test_a_mistaken_option_is_refused_at_once() -> None:
    """A site file's mistake shows when it is read."""
    with pytest.raises(ValueError, match="it has unit"):
        feed_of("terminal", TOPIC, options={"units": "x"})
