"""Promise E, for every format in the registry: nothing from the wire can raise, and what follows damage is read.

It breaks when a decoder lets an exception out, holds on to damage, says more than the bytes could mean, or reads a
stream differently when it is cut differently.
"""

from __future__ import annotations

import json
from functools import reduce
from math import isfinite
from operator import xor
from time import perf_counter
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from center.core.events import AnyEvent, Event, FeedFaulted, HotlistSpoiled
from center.decode import to_ndjson
from center.ingest import FORMATS
from center.ingest.feed import Feed
from tests.center.ingest import transponder as say
from tests.center.ingest.feeding import events_of, feed_of
from tests.center.ingest.position_feeds import CUTS, NOW, cut, damaged
from tests.center.ingest.test_aircraft_json import craft
from tests.center.ingest.test_aircraft_json import document as sky
from tests.center.ingest.test_beast import CONFIGURATION, HEARTBEAT, PING, RECEIVER, frame
from tests.center.ingest.test_cot import chat, ping, sa
from tests.center.ingest.test_eido import document, incident, with_call, with_unit
from tests.center.ingest.test_frigate import event as tracked
from tests.center.ingest.test_frigate import update as recognised
from tests.center.ingest.test_hikvision import alert, form
from tests.center.ingest.test_klv import looked
from tests.center.ingest.test_rekor import group
from tests.center.ingest.test_sbs import msg
from tests.center.ingest.test_tips import tip

SLOWEST_S = 20.0
"""For ten megabytes of the worst; a decoder that is not linear takes hours."""


class Sample(NamedTuple):
    """Good messages of one format, and one more that can be told from them by `mark`."""

    peer: str
    good: bytes
    last: bytes
    mark: str


def nmea(body: str) -> str:
    return f"${body}*{reduce(xor, body.encode()):02X}\r\n"


def rmc(second: int, lat: str = "3013.6000") -> str:
    return nmea(f"GPRMC,1159{second:02d}.00,A,{lat},N,09313.0440,W,12.0,90.0,230326,,,A")


def lines(*documents: Any) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in documents)


def pretty(*documents: Any) -> bytes:
    return "".join(json.dumps(each, indent=2) + "\n" for each in documents).encode()


MODE_S = (
    *(say.squitter(say.airborne((30.2 + n / 1000, -93.2), odd=bool(n % 2))) for n in range(4)),
    say.squitter(say.identification("N12LA"), icao=0x1A1A1A),
    say.squitter(say.velocity(100, -50, -13)),
    say.squitter(say.surface(), low=4),
    say.all_call(),
    say.reply(5, say.id13("7500")),
    say.reply(20, say.ac13(3500), mb=bytes(7)),
)
FACADE = say.squitter(say.identification("LAST"), icao=0xFACADE)


def avr(*messages: bytes) -> bytes:
    return b"".join(b"*%b;\r\n" % message.hex().encode() for message in messages)


LISTED = "#VERSION,{0}\nPLATE,STATE,REASON,EXPIRES\nABC123,LA,stolen,2026-04-01\nXYZ9,TX,bolo,\n#END,2\n"

SAMPLES = {
    "nmea": Sample(
        "", "".join(rmc(second) for second in range(6)).encode(), rmc(50, "3100.0000").encode(), '"lat":31.0'
    ),
    "cradlepoint": Sample(
        "",
        b"".join(b"unit%d,1159%02d,3013.6000,N,09313.0440,W,12.0,90.0\r\n" % (n, n) for n in range(5)),
        b"unitlast,115950,3013.6000,N,09313.0440,W,12.0,90.0\r\n",
        "unitlast",
    ),
    "taip": Sample(
        "",
        b"".join(b">RPV4319%d+3022667-0932174000009012;ID=000%d<\r\n" % (n, n) for n in range(5)),
        b">RPV43199+3022667-0932174000009012;ID=0099<\r\n",
        '"0099"',
    ),
    "owntracks": Sample(
        "owntracks/cpso/u1",
        lines(*({"_type": "location", "lat": 30.2, "lon": -93.2, "tst": NOW // 10**6 - n} for n in range(9, 0, -1))),
        lines({"_type": "location", "lat": 31.25, "lon": -93.2, "tst": NOW // 10**6}),
        '"lat":31.25',
    ),
    "cot": Sample(
        "",
        b'<?xml version="1.0"?>' + b"\n".join(sa(f"U{n}", 30.2 + n / 100) for n in range(4)) + chat("hello") + ping(),
        sa("the-last", 31.25),
        '"the-last"',
    ),
    "sbs": Sample(
        "",
        "".join(msg(kind, altitude=3500, lat=30.2, lon=-93.2, squawk=33) + "\r\n" for kind in range(1, 9)).encode(),
        (msg(8, icao="FACADE") + "\r\n").encode(),
        '"facade"',
    ),
    "beast": Sample(
        "",
        HEARTBEAT + b"".join(map(frame, MODE_S)) + CONFIGURATION + RECEIVER + frame(MODE_S[0]) + PING,
        frame(FACADE),
        '"facade"',
    ),
    "avr": Sample("", b"*0000;\r\n" + avr(*MODE_S), avr(FACADE), '"facade"'),
    "aircraft-json": Sample(
        "receiver:80",
        sky(*(craft(hex=f"a1b2c{n}") for n in range(4))) + b"\n" + sky(craft(messages=101), now=NOW / 1e6 + 1) + b"\n",
        sky(craft(hex="facade"), now=NOW / 1e6 + 2) + b"\n",
        '"facade"',
    ),
    "klv": Sample("", b"".join(looked(n) for n in range(4)), looked(50, (31.25, -93.2)), '"lat":31.25'),
    "rekor": Sample(
        "application/json",
        lines(*(group(best_uuid=f"u{n}", uuids=[]) for n in range(3))) + pretty(group(best_uuid="u3", uuids=[])),
        lines(group(best_uuid="the-last", uuids=[])),
        '"the-last"',
    ),
    "frigate": Sample(
        "frigate/events",
        b"\n".join((tracked("new"), *(tracked(id=f"o{n}") for n in range(3)), recognised(id="o9"), b"")),
        tracked("end", id="the-last") + b"\n",
        '"the-last/ABC123"',
    ),
    "hikvision": Sample(
        "multipart/form-data; boundary=x",
        form(alert(uuid="u1")) + alert("XYZ789", "u2").encode() + form(alert("unknown", "u3"), {}),
        alert(uuid="the-last").encode(),
        '"the-last"',
    ),
    "eido": Sample(
        "application/json",
        lines(document(), document(1, incidentComponent=incident())) + pretty(with_unit()),
        lines(with_call(9, **{"$id": "the-last"})),
        '"the-last"',
    ),
    "hotlist": Sample("parish.csv", LISTED.format(1).encode(), LISTED.format("the-last").encode(), '"the-last"'),
    "tips": Sample(
        "application/json",
        lines(*(tip(f"26-{n}") for n in range(3))) + pretty(tip("26-9"), {"tips": [tip("26-10"), tip("26-11")]}),
        lines(tip("the-last")),
        '"the-last"',
    ),
    "terminal": Sample(
        "terminals/u1/out",
        lines(*({"v": 1, "ack": f"m{n}.0", "at": NOW // 1000} for n in range(4)), {"v": 1, "status": "enroute"}),
        lines({"v": 1, "ack": "the-last"}),
        '"the-last"',
    ),
}

TEXTS = sorted(name for name, one in FORMATS.items() if not one.named)
"""All but camera frames, whose every message is one picture: test_lpr_frames.py damages those."""
formats = pytest.mark.parametrize("name", TEXTS)


def opened(name: str, whole: bool = False) -> Feed:
    return feed_of(name, SAMPLES[name].peer, whole)


def shown(events: list[Event]) -> list[str]:
    """Each event as people and the journal see it; an event that cannot be written down, or is read back as another, or
    holds what no instrument can mean, fails here."""
    out = []
    for event in events:
        packed = msgspec.msgpack.encode(event)
        assert msgspec.msgpack.decode(packed, type=AnyEvent) == event
        check_numbers(msgspec.to_builtins(event))
        out.append(to_ndjson(event).decode())
    return out


def check_numbers(value: Any, name: str = "") -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            check_numbers(inner, key)
    elif isinstance(value, list):
        for inner in value:
            check_numbers(inner, name)
    elif isinstance(value, float):
        assert isfinite(value), name
        bounds = {"lat": 90.0, "lon": 180.0, "course_deg": 360.0, "confidence": 1.0, "speed_mps": 2500.0}
        assert abs(value) <= bounds.get(name, 1e9), (name, value)


def tells_of_the_last(name: str, events: list[str]) -> bool:
    return any(SAMPLES[name].mark in event and '"FeedFaulted"' not in event for event in events)


# --- the samples themselves -----------------------------------------------------------------------------------------


@formats
def test_the_samples_are_good(name: str) -> None:
    """Undamaged they give events and no fault, in a stream and as whole messages; only the last tells of itself."""
    sample = SAMPLES[name]
    for whole in (True, False):
        if name == "hotlist" and not whole:
            continue  # one delivery a stream
        events = shown(events_of(opened(name, whole), sample.good, sample.last))
        assert not any("FeedFaulted" in event for event in events), events
        assert tells_of_the_last(name, events)
        assert not tells_of_the_last(name, shown(events_of(opened(name, whole), sample.good)))


# --- damage ---------------------------------------------------------------------------------------------------------


@formats
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_never_raises_and_what_follows_is_read(name: str, data: st.DataObject) -> None:
    """Bits flipped, bytes lost, put in, cut off: the next message on a line of its own comes through, and there are not
    more events than lines and objects could hold."""
    sample = SAMPLES[name]
    bad = data.draw(damaged(sample.good))
    whole = name == "hotlist" or data.draw(st.booleans())
    feed = opened(name, whole)
    told = [event for piece in ([bad] if whole else cut(bad, data.draw(CUTS))) for event in feed.receive(piece, NOW)]
    told += feed.receive(sample.last if whole else b"\n" + sample.last, NOW)
    told += feed.finish(NOW)
    events = shown(told)
    assert tells_of_the_last(name, events), events
    assert len(events) <= 10 + 3 * sum(map(bad.count, (b"\n", b"{", b"$", b">", b";", b"\x1a", b"\x06")))


@formats
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_stream_reads_the_same_however_it_is_cut(name: str, data: st.DataObject) -> None:
    """Good or damaged, in one piece, in some, or byte by byte."""
    sample = SAMPLES[name]
    stream = sample.good + sample.last
    if data.draw(st.booleans()):
        stream = data.draw(damaged(stream))
    at_once = shown(events_of(opened(name), stream))
    assert shown(events_of(opened(name), *cut(stream, data.draw(CUTS)))) == at_once
    assert shown(events_of(opened(name), *(stream[at : at + 1] for at in range(len(stream))))) == at_once


@formats
@settings(max_examples=80, deadline=None)
@given(pieces=st.lists(st.binary(max_size=200), max_size=20))
def test_random_bytes_never_raise(name: str, pieces: list[bytes]) -> None:
    """Nor do they keep the next message from being read."""
    for whole in (True, False):
        feed = opened(name, whole)
        for piece in pieces:
            shown([*feed.receive(piece, NOW)])
        if whole:
            assert tells_of_the_last(name, shown([*feed.receive(SAMPLES[name].last, NOW)]))
        shown([*feed.finish(NOW)])


@formats
@pytest.mark.parametrize("other", TEXTS)
def test_other_formats_are_faults_and_pass(name: str, other: str) -> None:
    """Somebody has crossed two cables: no exception, and the right format is read when it comes back."""
    feed = opened(name, whole=name == "hotlist")
    events = shown([*feed.receive(SAMPLES[other].good, NOW), *feed.receive(b"\n" + SAMPLES[name].last, NOW)])
    events += shown([*feed.finish(NOW)])
    assert tells_of_the_last(name, events), events


@formats
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_formats_mixed_up_never_raise(name: str, data: st.DataObject) -> None:
    """Pieces of every format in one stream."""
    mixed = b"".join(data.draw(damaged(SAMPLES[data.draw(st.sampled_from(TEXTS))].good)) for _ in range(3))
    shown(events_of(opened(name), *cut(mixed, data.draw(CUTS))))


# --- bombs ----------------------------------------------------------------------------------------------------------

MEGABYTES = 10 << 20
LAUGHS = (
    "<!DOCTYPE p ["
    + '<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]><presence><location-info>&a11;</location-info></presence>"
)
HUGE = (1e308, -1e308, 10**400, 1 << 63, -(1 << 70), "9" * 400, "1e308", "nan", "-inf", "Infinity", "\ud800", "\x00")


def huge_numbers() -> bytes:
    """Every number and string of the JSON samples, one after another, replaced by what no field can hold."""
    said = [group(), document(incidentComponent=incident()), with_unit(), {"v": 1, "ack": "m"}, tip("T")]
    said += [json.loads(recognised()), json.loads(tracked())["after"]]
    said += [craft(now=NOW / 1e6), {"now": 1, "aircraft": []}]
    said += [{"_type": "location", "lat": 1, "lon": 1, "tst": 1, "vel": 1, "alt": 1, "cog": 1, "acc": 1}]
    return b"".join(lines(each | {name: huge}) for each in said for name in each for huge in HUGE)


BOMBS = {
    "one endless line": b"A" * MEGABYTES,
    "one endless string": b'{"v":1,"data_type":"' + b"A" * MEGABYTES,
    "commas": b"," * MEGABYTES,
    "newlines": b"\r\n" * (MEGABYTES // 2),
    "opening brackets": b"[" * MEGABYTES,
    "opening braces": b'{"a":' * (MEGABYTES // 5),
    "opening braces on lines": b"{\n" * (MEGABYTES // 20),
    "nested deep and closed": b'{"v":' + b"[" * 200_000 + b"]" * 200_000 + b"}\n",
    "quotes": b'{"' * (MEGABYTES // 2),
    "backslashes": b'{"' + b"\\" * MEGABYTES,
    "delimiters": b">$!;:|\t#" * (MEGABYTES // 80),
    "nul bytes": bytes(MEGABYTES),
    "escapes": b"\x1a" * MEGABYTES,
    "frames cut short": b"\x1a3" * (MEGABYTES // 20),
    "frames whose message never comes": b"\x1a\xe3" + b"\x1a\x1a" * (MEGABYTES // 2),
    "delimiters of parts": b"--x\r\nContent-" * (MEGABYTES // 140),
    "openings of alerts": b"<EventNotificationAlert>" * (MEGABYTES // 24),
    "elements in elements": b"<EventNotificationAlert>" + b"<ANPR>" * 40_000 + b"</EventNotificationAlert>\n",
    "dashes": b"-" * MEGABYTES,
    "stars and semicolons": b"*;" * (MEGABYTES // 20),
    "byte order marks": b"\xef\xbb\xbf\xff\xfe" * (MEGABYTES // 50),
    "laughs": lines(document(locationComponent=[{"$id": "here", "locationByValue": LAUGHS}])) + LAUGHS.encode(),
    "huge numbers": huge_numbers(),
    "not a number": b'{"v":1,"lat":NaN,"_type":"location","data_type":"alpr_group","epoch_start":-Infinity}\n' * 50,
    "lone surrogates": b'{"v":1,"ack":"\\ud800","_type":"\\udc00","data_type":"\\udfff","event":"\\ud800"}\n' * 50,
    "huge fields": b",".join([b"MSG", *[b"9" * 400] * 21])
    + b"\n"
    + b"$GPRMC"
    + b",9" * 400
    + b"*00\n>RPV"
    + b"9" * 900
    + b"<\n",
}


@formats
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_does_not_go_off(name: str, bomb: str) -> None:
    """Ten megabytes of the worst take seconds and tell little, in 64 KiB pieces and as one message; then the next
    message is read."""
    data = BOMBS[bomb]
    for whole in (True, False):
        if name == "hotlist" and not whole:
            continue
        feed = opened(name, whole)
        started = perf_counter()
        size = len(data) if whole else 1 << 16
        told = [event for at in range(0, len(data), size) for event in feed.receive(data[at : at + size], NOW)]
        assert len(told) < 2000, len(told)
        shown(told)
        events = shown([*feed.receive((b"" if whole else b"\n") + SAMPLES[name].last, NOW), *feed.finish(NOW)])
        assert perf_counter() - started < SLOWEST_S
        assert tells_of_the_last(name, events), events


def test_a_flood_of_faults_is_folded_everywhere() -> None:
    """A sender that says nothing but rubbish cannot fill the journal; the hotlist says it once for a whole file."""
    for name in TEXTS:
        events = events_of(opened(name, whole=name == "hotlist"), b"rubbish, and more of it\n" * 20_000)
        assert 0 < len(events) < 100, name
        assert all(isinstance(event, FeedFaulted | HotlistSpoiled) for event in events), name
