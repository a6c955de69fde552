"""The engine of `center decode`: streams in small pieces, lines of JSON out."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator

import msgspec
import pytest

from center.core.events import AnyEvent, FeedFaulted, HotlistLoaded, Listing, UnitReported
from center.decode import chunks_of, decode, to_ndjson
from tests.center.ingest.position_feeds import NOW
from tests.center.ingest.test_sbs import msg

LINES = "".join(f"{msg(3, altitude=35000, lat=30.21, lon=-93.25)}\n" for _ in range(5)).encode()


def test_a_file_becomes_lines_of_json() -> None:
    """One object a line, with a `type`; what is unknown is left out, floats are as they are."""
    lines = [to_ndjson(event) for event in decode("sbs", chunks_of(io.BytesIO(LINES)), NOW)]
    assert len(lines) == 5
    assert lines[0].endswith(b"}\n")
    shown = json.loads(lines[0])
    assert shown.pop("seen") > 0
    assert shown == {
        "type": "AircraftSeen",
        "at": NOW,
        "source": "sbs",
        "icao": "a1b2c3",
        "lat": 30.21,
        "lon": -93.25,
        "altitude_m": 10668.0,
    }


def test_what_is_written_is_the_event() -> None:
    """Nothing but pictures is lost: the line read back is equal to the event."""
    events = list(decode("hotlist", [b"PLATE,STATE\nABC1,LA\nBAD\nABC2,TX\n"], NOW, peer="state.csv"))
    assert [msgspec.json.decode(to_ndjson(event), type=AnyEvent) for event in events] == events
    assert isinstance(events[1], HotlistLoaded)
    assert events[1].listings == (Listing("ABC1", "LA"), Listing("ABC2", "TX"))
    assert events[1].hotlist == "state"


def test_the_last_line_needs_no_ending() -> None:
    """A file that was cut short still gives what it has."""
    assert len(list(decode("sbs", [LINES.rstrip()], NOW))) == 5


def test_events_come_while_the_stream_flows() -> None:
    """Nothing waits for the end of a live pipe."""
    sent: list[bytes] = []

    def lines() -> Iterator[bytes]:
        for line in LINES.splitlines(keepends=True):
            sent.append(line)
            yield line

    events = decode("sbs", lines(), NOW)
    assert next(events).source == "sbs"
    assert len(sent) == 1


def test_a_pipe_is_read_as_it_flows() -> None:
    """A reader of a pipe gets what is there, not what fills a chunk."""
    reading, writing = os.pipe()
    with open(reading, "rb") as pipe, open(writing, "wb", buffering=0) as sender:
        chunks = chunks_of(pipe)
        sender.write(b"one")
        assert next(chunks) == b"one"
        sender.write(b"two")
        assert next(chunks) == b"two"
        sender.close()
        assert list(chunks) == []


def test_a_large_file_is_read_in_small_pieces() -> None:
    """64 KiB at a time, none of it lost."""
    data = os.urandom(1 << 20)
    pieces = list(chunks_of(io.BytesIO(data)))
    assert max(map(len, pieces)) <= 64 * 1024
    assert b"".join(pieces) == data


def test_garbage_is_faults_and_not_an_exception() -> None:
    """Whatever the bytes."""
    events = list(decode("rekor", [b"\x00\xff<html>\n" * 100], NOW))
    assert events
    assert all(isinstance(event, FeedFaulted) for event in events)


def test_peer_and_options_reach_the_decoder() -> None:
    """A terminal's unit is in the topic, or given."""
    message = b'{"v":1,"status":"enroute"}\n'
    for events in (
        decode("terminal", [message], NOW, peer="terminals/U1/out"),
        decode("terminal", [message], NOW, {"unit": "U1"}),
    ):
        (report,) = events
        assert isinstance(report, UnitReported)
        assert report.unit == "U1"


@pytest.mark.parametrize(("name", "options"), [("sbs1", {}), ("sbs", {"zzz": "1"})])
def test_a_mistake_is_told_before_the_first_byte(name: str, options: dict[str, str]) -> None:
    """At the call, not when the first event is asked for."""
    with pytest.raises(ValueError, match="sbs"):
        decode(name, iter(()), NOW, options)
