"""Cursor-on-Target as TAK clients write it: positions, chat, receipts, emergencies, and what is wrong with the rest."""

from __future__ import annotations

import subprocess
import sys

import pytest

from center.core.events import Event, FeedFaulted, MessageAcked, UnitMoved, UnitReported
from center.core.message_facts import MessageDelivered, MessageReplied
from center.ingest import open_feed
from center.ingest.cot_xml import MAX_EVENT_BYTES, CotSplitter
from center.ingest.feed import Origin
from tests.center.ingest.feeding import events_of, feed_of, the, whys
from tests.center.ingest.position_feeds import NOW, moment

TIMES = 'time="2026-03-23T11:59:58.25Z" start="2026-03-23T11:59:58.25Z" stale="2026-03-23T12:05:00Z"'
POINT = '<point lat="30.2266" lon="-93.2174" hae="9999999.0" ce="4.5" le="9999999.0"/>'
SEEN = moment("2026-03-23 11:59:58.25")


def event(uid: str, kind: str, detail: str = "", point: str = POINT, times: str = TIMES) -> bytes:
    inside = f"<detail>{detail}</detail>" if detail else ""
    return f'<event version="2.0" uid="{uid}" type="{kind}" how="m-g" {times}>{point}{inside}</event>'.encode()


def sa(callsign: str, lat: float = 30.2266) -> bytes:
    point = POINT.replace("30.2266", f"{lat:.4f}")
    detail = f'<contact callsign="{callsign}" endpoint="*:-1:stcp"/><track course="90.0" speed="12.0"/>'
    return event(f"ANDROID-{callsign}", "a-f-G-U-C", detail, point)


def chat(text: str, message: str = "c1", sender: str = "PD-7") -> bytes:
    detail = (
        f'<__chat parent="RootContactGroup" groupOwner="false" messageId="{message}" chatroom="RTCC" id="RTCC"'
        f' senderCallsign="{sender}"><chatgrp uid0="ANDROID-7" uid1="RTCC" id="RTCC"/></__chat>'
        f'<link uid="ANDROID-7" type="a-f-G-U-C" relation="p-p"/>'
        f'<remarks source="BAO.F.ATAK.ANDROID-7" to="RTCC">{text}</remarks>'
    )
    return event(f"GeoChat.ANDROID-7.RTCC.{message}", "b-t-f", detail)


def receipt(kind: str, message: str) -> bytes:
    detail = f'<__chatreceipt messageId="{message}" chatroom="RTCC" id="RTCC" senderCallsign="PD-7"/>'
    return event(message, kind, detail + '<link uid="ANDROID-7" type="a-f-G-U-C" relation="p-p"/>')


def ping() -> bytes:
    return event("takPing", "t-x-c-t", point='<point lat="0.0" lon="0.0" hae="0.0" ce="9999999" le="9999999"/>')


def read(data: bytes, **options: str) -> list[Event]:
    return events_of(feed_of("cot", options=options), data)


def test_a_position_has_its_units_call_sign_course_speed_and_time() -> None:
    """What is 9999999 is not known, and is left out."""
    assert the(UnitMoved, read(sa("PD-7"))) == UnitMoved(
        at=NOW,
        source="test/cot",
        seen=SEEN,
        unit="PD-7",
        lat=30.2266,
        lon=-93.2174,
        speed_mps=12.0,
        course_deg=90.0,
        accuracy_m=4.5,
    )


def test_by_what_a_unit_is_known_is_the_sites_to_say() -> None:
    """Without a call sign it is the uid, whatever was asked for."""
    assert the(UnitMoved, read(sa("PD-7"), identity="uid")).unit == "ANDROID-PD-7"
    assert the(UnitMoved, read(sa("PD-7"), unit="SO-1")).unit == "SO-1"
    assert the(UnitMoved, read(event("U1", "a-f-G"))).unit == "U1"


@pytest.mark.parametrize(
    ("detail", "speed", "course"),
    [("", None, None), ('<track course="NaN" speed="9999999.0"/>', None, None), ('<track course="-90"/>', None, 270.0)],
)
def test_a_track_that_says_nothing_is_no_track(detail: str, speed: float | None, course: float | None) -> None:
    moved = the(UnitMoved, read(event("U1", "a-f-G-U-C", detail)))
    assert (moved.speed_mps, moved.course_deg) == (speed, course)


def test_a_client_without_a_fix_says_so_and_is_not_in_the_gulf_of_guinea() -> None:
    point = '<point lat="0.0" lon="0.0" hae="9999999.0" ce="9999999.0" le="9999999.0"/>'
    assert the(UnitReported, read(event("U1", "a-f-G-U-C", point=point))).status == "no-fix"


def test_an_emergency_and_its_end() -> None:
    detail = '<link uid="ANDROID-7" type="a-f-G-U-C" relation="p-p"/><contact callsign="PD-7-Alert"/>'
    told = read(
        event("ANDROID-7-9-1-1", "b-a-o-tbl", detail + '<emergency type="911 Alert">PD-7</emergency>'), identity="uid"
    )
    told += read(event("ANDROID-7-9-1-1", "b-a-o-can", detail + '<emergency cancel="true"/>'), identity="uid")
    assert [(it.unit, it.status, it.text) for it in told if isinstance(it, UnitReported)] == [
        ("ANDROID-7", "emergency", "911 Alert"),
        ("ANDROID-7", "emergency-cancelled", None),
    ]


def test_chat_and_both_receipts() -> None:
    """The sender's id of a message goes along, so that a repeat can be told."""
    said = the(MessageReplied, read(chat("need a second car &amp; a dog")))
    assert (said.unit, said.text, said.mark) == ("PD-7", "need a second car & a dog", "c1")
    assert the(MessageDelivered, read(receipt("b-t-f-d", "m3.1"), unit="SO-1")).message == "m3.1"
    assert the(MessageAcked, read(receipt("b-t-f-r", "m3.1"), unit="SO-1")).answers == "m3.1"


def test_nobody_on_a_feed_speaks_for_a_person_of_the_room() -> None:
    """Whoever writes a person's name as a call sign, or a uid, is told of as a fault: they send no message in that
    name, read nothing for it and are nowhere. Fails when anybody on a mesh network can write as the supervisor."""
    for feed in (read, lambda data: read(data, identity="uid")):
        for data in (chat("stand down", sender="person/sue"), sa("person/sue")):
            told = feed(data.replace(b'uid="ANDROID', b'uid="person/sue"  x="ANDROID'))
            assert [type(one) for one in told] == [FeedFaulted]
            assert whys(told) == ["nobody on a feed speaks for a person of the room (person/sue)"]
    assert read(chat("10-4", sender="PD-7")) != []


def test_a_ping_is_answered_and_is_no_fact() -> None:
    feed = feed_of("cot")
    assert events_of(feed, ping()) == []
    assert b'type="t-x-c-t-r"' in feed.to_send()
    assert feed.to_send() == b""


def test_what_is_nobodys_here_says_nothing() -> None:
    """Hostile and unknown tracks, drawings, tasks, offers of another protocol."""
    for kind in ("a-h-G-U-C", "u-d-f", "t-x-takp-v", "t-x-d-d", "b-m-p-s-m"):
        assert read(event("U1", kind)) == []


def test_events_are_found_wherever_the_stream_is_cut() -> None:
    """Namespaces, declarations and comments between included; byte by byte it is the same."""
    named = sa("PD-8").replace(b"<event ", b'<event xmlns="urn:cot" ')
    prefixed = sa("PD-9").replace(b"<event ", b'<c:event xmlns:c="urn:c" ').replace(b"</event>", b"</c:event >")
    stream = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        + sa("PD-7")
        + named
        + b" \n"
        + prefixed.replace(b"<point", b"<c:point")
    )
    whole = read(stream)
    assert [it.unit for it in whole if isinstance(it, UnitMoved)] == ["PD-7", "PD-8", "PD-9"]
    feed = feed_of("cot")
    assert events_of(feed, *(stream[at : at + 1] for at in range(len(stream)))) == whole


BOMB = b'<!DOCTYPE event [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"hello" + sa("PD-7"), "bytes outside an event"),
        (BOMB + sa("PD-7"), "a document type"),
        (sa("&b;"), "not XML (undefined entity"),
        (sa("PD-7").replace(b"UNITS", b""), ""),
        (event("", "a-f-G"), "an event without uid"),
        (event("U1", "a-f-G", point=""), "an event without a point"),
        (b'<event uid="U1" type="a-f-G"/>', "an event without a point"),
        (event("U1", "a-f-G", point='<point lon="1"/>'), "a point without lat"),
        (event("U1", "a-f-G", point='<point lat="NaN" lon="1"/>'), "lat is not degrees from -90 to 90 (NaN)"),
        (event("U1", "a-f-G", point='<point lat="1" lon="inf"/>'), "lon is not degrees from -180 to 180 (inf)"),
        (event("U1", "a-f-G", point='<point lat="x" lon="1"/>'), "lat is no number (x)"),
        (event("U1", "a-f-G", times=TIMES.replace("58.25Z", "58.25")), "time has no zone"),
        (event("U1", "a-f-G", times='time="yesterday" stale="2026-03-23T12:05:00Z"'), "time is no time"),
        (event("U1", "a-f-G", times='time="1815-06-18T12:00:00Z" stale="2026-03-23T12:05:00Z"'), "time lies before"),
        (event("U1", "a-f-G", times='time="2026-03-23T12:05:00Z"'), "an event without stale"),
        (chat(" "), "a chat message without remarks"),
        (sa("PD-7")[:60] + sa("PD-8"), "an event that does not end"),
        (b"\xbf\x01\xbfprotobuf" + sa("PD-7"), "TAK protocol version 1"),
        (sa("PD-7").replace(b"</detail>", b""), "not XML (mismatched tag"),
        (event("U1", "a-f-G", "<x>" + "y" * MAX_EVENT_BYTES + "</x>"), "an event of over 65536 bytes"),
    ],
)
def test_what_makes_no_sense_says_why(data: bytes, why: str) -> None:
    """One fault, and what comes behind it is read."""
    told = read(data + sa("the-last"))
    assert [one[: len(why)] for one in whys(told)] == ([why] if why else [])
    assert isinstance(told[-1], UnitMoved)
    assert told[-1].unit == "the-last"


@pytest.mark.parametrize("piece", [b"<event ", b"<event>", b"<t:event x>"])
@pytest.mark.parametrize("end", [b"", b"</event>"])
def test_beginnings_without_ends_are_told_in_no_more_bytes_than_they_came_in(piece: bytes, end: bytes) -> None:
    """Each is told once and what stands behind it is not looked at for it: else a stranger's 128 KiB become hundreds of
    megabytes, and the room stands still while they do."""
    data = piece * (2 * MAX_EVENT_BYTES // len(piece)) + end
    splitter = CotSplitter()
    out = [*splitter.feed(data[:MAX_EVENT_BYTES]), *splitter.feed(data[MAX_EVENT_BYTES:]), *splitter.rest()]
    assert sum(len(said) for _, said, _ in out) <= len(data)
    assert [place for place, *_ in out] == list(range(0, len(data) - len(end), len(piece)))


def test_a_datagram_is_whole() -> None:
    """What it does not finish is not waited for."""
    feed = feed_of("cot", whole=True)
    told = events_of(feed, sa("PD-7")[:80], sa("PD-8"))
    assert whys(told) == ["an event that does not end"]
    assert the(UnitMoved, told[1:]).unit == "PD-8"


@pytest.mark.parametrize(("options", "why"), [({"x": "1"}, "no option x"), ({"identity": "face"}, "neither callsign")])
def test_an_option_that_does_not_exist_is_refused(options: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        open_feed("cot", Origin("t"), options)


def test_another_vendors_client_is_understood() -> None:
    """pytak writes an event; in a process of its own, for it warns about what it does not find."""
    said = "pytak.gen_cot(30.2, -93.2, 4.5, '3', uid='PYTAK-1', cot_type='a-f-G-U-C', callsign='PD-7')"
    code = f"import pytak, sys; sys.stdout.buffer.write({said})"
    made = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, check=True).stdout
    moved = the(UnitMoved, read(made))
    assert (moved.unit, moved.lat, moved.lon) == ("PD-7", 30.2, -93.2)
