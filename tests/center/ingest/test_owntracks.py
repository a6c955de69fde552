"""OwnTracks JSON into positions. Messages follow the OwnTracks Booklet."""

from __future__ import annotations

import msgspec
import pytest

from center.ingest.feed import Origin
from center.ingest.owntracks import OwntracksFeed, unit_of
from tests.center.ingest.position_feeds import (
    NOW,
    faults,
    moves,
    only_move,
    reports,
)
from tests.center.ingest.written import SECOND, location, owntracks

TOPIC = "owntracks/cpso/unit12"


# --- what a message says ----------------------------------------------------------------------------------------


def test_a_location_is_a_position() -> None:
    """Decimal degrees, km/h, metres, seconds since 1970."""
    sent = location(acc=5, alt=4, batt=46, cog=271, vel=61, vac=2, t="u", conn="w", created_at=SECOND + 9)
    fix = only_move(owntracks(sent, peer=TOPIC, whole=True))
    assert (fix.unit, fix.lat, fix.lon, fix.seen) == ("cpso/unit12", 30.2252, -93.2146, NOW)
    assert (fix.course_deg, fix.altitude_m, fix.accuracy_m) == (271.0, 4.0, 5.0)
    assert fix.speed_mps == pytest.approx(61 / 3.6)


def test_numbers_may_be_strings_and_fields_may_repeat() -> None:
    """Old clients quote numbers; of a field told twice the last counts; unknown fields do no harm."""
    sent = (
        b'{"_type":"location","lat":"1.5","lat":"30.2252","lon":"-93.2146","tst":"%d","vel":"36","x":{"y":[1]},"tid":7}'
    )
    fix = only_move(owntracks(sent % SECOND))
    assert (fix.lat, fix.lon, fix.seen, fix.unit) == (30.2252, -93.2146, NOW, "7")
    assert fix.speed_mps == pytest.approx(10.0)


def test_minus_one_is_unknown() -> None:
    """Phones write it for speed, course and accuracy; null is unknown too."""
    sent = b'{"_type":"location","lat":30,"lon":-93,"tst":%d,"vel":-1,"cog":-1,"acc":-1,"alt":null}' % SECOND
    fix = only_move(owntracks(sent))
    assert (fix.speed_mps, fix.course_deg, fix.accuracy_m, fix.altitude_m) == (None, None, None, None)


def test_zero_zero_is_no_position() -> None:
    """A phone that does not know where it is."""
    events = owntracks(location(lat=0, lon=0.0))
    assert not moves(events)
    assert [report.status for report in reports(events)] == ["no-fix"]


def test_a_position_without_a_time_has_none() -> None:
    """Nothing is invented; a phone whose GPS week rolled over is put right."""
    assert only_move(owntracks(location(tst=None))).seen is None
    assert only_move(owntracks(location(tst=SECOND - 1024 * 7 * 86400))).seen == NOW


def test_a_location_delivered_again_is_dropped() -> None:
    """MQTT may deliver twice; two topics' fixes are two units'."""
    assert len(owntracks(location() + b"\n" + location())) == 1
    both = location(topic="owntracks/cpso/a1") + location(topic="owntracks/cpso/b2")
    assert [fix.unit for fix in moves(owntracks(both))] == ["cpso/a1", "cpso/b2"]


def test_a_last_will_says_that_the_unit_is_offline() -> None:
    """The broker publishes it when the phone's connection dies. Its time is when the phone had connected."""
    (event,) = owntracks(b'{"_type":"lwt","tst":%d}' % SECOND, peer=TOPIC, whole=True)
    (report,) = reports([event])
    assert (report.unit, report.status, report.seen) == ("cpso/unit12", "offline", None)


@pytest.mark.parametrize(
    "sent",
    [
        b'{"_type":"transition","wtst":1,"lat":30.2,"lon":-93.2,"tst":2,"acc":5,"tid":"12","event":"enter","desc":"home"}',
        b'{"_type":"waypoint","desc":"jail","lat":30.2,"lon":-93.2,"rad":50,"tst":1}',
        b'{"_type":"waypoints","waypoints":[{"_type":"waypoint","desc":"jail","lat":30.2,"lon":-93.2,"rad":50,"tst":1}]}',
        b'{"_type":"status","iOS":{"version":"17"}}',
        b'{"_type":"steps","tst":1,"steps":100,"from":0,"to":1}',
        b'{"_type":"card","name":"Unit 12","face":"iVBORw0KGgo=","tid":"12"}',
        b'{"_type":"cmd","action":"reportLocation"}',
        b'{"_type":"beacon","uuid":"u","major":1,"minor":2,"tst":1,"acc":"near","rssi":-58,"prox":1}',
        b'{"_type":"configuration","tid":["x"],"lat":{}}',
        b'{"_type":"encrypted","data":"Ow3u"}',
        b'{"_type":"request","request":"tour"}',
    ],
)
def test_other_types_are_no_faults_and_move_nobody(sent: bytes) -> None:
    """Even where they use a location's names for other things."""
    assert owntracks(sent) == []


# --- who speaks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peer", "topic", "tid", "unit"),
    [
        ("owntracks/cpso/unit12", "owntracks/other/liar", "99", "cpso/unit12"),
        ("owntracks/cpso/unit12/event", None, "99", "cpso/unit12"),
        ("parish/owntracks/cpso/unit12", None, None, "cpso/unit12"),
        ("parish/phones/cpso/unit12/waypoints", None, "99", "cpso/unit12"),
        ("application/json", "owntracks/cpso/22A67880-15C3", "99", "cpso/22A67880-15C3"),
        ("application/json; charset=utf-8", None, "99", "99"),
        ("application/json", None, None, "avl"),
        ("10.64.3.2:5000", None, None, "10.64.3.2"),
        ("", "cpso/unit12", None, "cpso/unit12"),
        ("", "", "", "avl"),
        ("", "\x07", "99", "99"),
    ],
)
def test_the_topic_names_the_unit(peer: str, topic: str | None, tid: str | None, unit: str) -> None:
    """First the topic the broker delivered, then the message's own, then the tracker id, then the sender."""
    assert only_move(owntracks(location(topic=topic, tid=tid), peer=peer, whole=True)).unit == unit


@pytest.mark.parametrize("topic", ["", "/", "owntracks", "owntracks//", "///", "status"])
def test_any_topic_can_be_asked(topic: str) -> None:
    """A topic that names nobody gives no more than a level of itself."""
    assert unit_of(topic) in ("", "owntracks", "status", "/")


# --- how messages arrive ----------------------------------------------------------------------------------------

THREE = [location(tst=SECOND + step) for step in range(3)]


@pytest.mark.parametrize(
    "stream",
    [
        b"\n".join(THREE),
        b"\r\n".join(THREE) + b"\r\n",
        b"".join(THREE),
        b"[" + b",".join(THREE) + b"]",
        b"[\n" + b",\n".join(THREE) + b"\n]\n",
        b"\n".join(msgspec.json.format(document, indent=2) for document in THREE),
        msgspec.json.format(b"[" + b",".join(THREE) + b"]", indent=4),
    ],
    ids=["a line each", "CRLF", "nothing between", "an array", "an array over lines", "pretty", "a pretty array"],
)
@pytest.mark.parametrize("whole", [True, False])
def test_batches_are_read_however_they_are_laid_out(stream: bytes, whole: bool) -> None:
    """A gateway's batch, as a message or in a stream that comes byte by byte."""
    pieces = [stream] if whole else [bytes((byte,)) for byte in stream]
    assert [fix.seen for fix in moves(owntracks(*pieces, whole=whole))] == [NOW, NOW + 1_000_000, NOW + 2_000_000]


IMPOSSIBLE = {
    "lat: missing, or beyond 90 degrees": location(lat=90.001),
    "lat: missing, or beyond 90 degrees ": location(lat=None),
    "lon: missing, or beyond 180 degrees": location(lon=-180.001),
    "cog: beyond 360 degrees": location(cog=361),
    "vel: too large": location(vel=1e12),
    "acc: too large": location(acc=1e12),
    "alt: beyond 100000 m": location(alt=-1e6),
    "tst: not seconds since 1970": location(tst=SECOND * 1000),
    "tst: not seconds since 1970 ": location(tst=-5),
    "$.lat": location(lat="thirty"),
    "$.lon": location(lon=[1]),
    "$.tst": location(tst=True),
    "$.vel": b'{"_type":"location","lat":30,"lon":-93,"vel":{}}',
    "_type": b'{"lat":30,"lon":-93}',
    "$._type": b'{"_type":5}',
    "JSON": b"{]}",
    "not a JSON object": b"hello",
}


@pytest.mark.parametrize("sent", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_cannot_be_is_a_fault_that_names_the_field(sent: bytes) -> None:
    """And what follows it decodes."""
    why = next(name.strip() for name, text in IMPOSSIBLE.items() if text == sent)
    events = owntracks(sent, b"\n", location())
    assert len(faults(events)) == 1
    assert why in faults(events)[0].why or why == "JSON"
    assert len(moves(events)) == 1


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 400])
def test_numbers_that_are_none_never_place_a_unit(value: str) -> None:
    """Not a number, infinite, or with hundreds of digits."""
    events = owntracks(b'{"_type":"location","lat":%s,"lon":-93.2}\n' % value.encode(), location())
    assert len(moves(events)) == 1
    assert faults(events)


def test_an_endless_document_is_given_up() -> None:
    """And what follows it decodes."""
    events = owntracks(b'{"_type":"location","x":"' + b"x" * 100_000, b"\n" + location())
    assert len(faults(events)) == 1
    assert len(moves(events)) == 1


def test_options_nobody_knows_are_refused() -> None:
    """A mistake in the site file is found when the center starts."""
    with pytest.raises(ValueError, match="topic"):
        OwntracksFeed(Origin("avl"), {"topic": "owntracks/#"})
