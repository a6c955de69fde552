"""AVR lines: every prefix, heartbeats, and what is no line."""

from __future__ import annotations

import pytest

from center.core.events import AircraftSeen, Event, FeedFaulted
from tests.center.ingest import transponder as say
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import NOW
from tests.center.ingest.transponder import HERE

NAMED = say.squitter(say.identification("N12LA")).hex().upper()
STAMP = "0123456789AB"


def line(message: bytes) -> bytes:
    return f"*{message.hex().upper()};\r\n".encode()


LAST = line(say.squitter(say.identification("LAST"), icao=0xFACADE))


def read(*pieces: bytes, **options: str) -> list[Event]:
    return events_of(feed_of("avr", options=options), *pieces)


@pytest.mark.parametrize(
    "written",
    [f"*{NAMED};", f":{NAMED};", f"@{STAMP}{NAMED};", f"%{STAMP}{NAMED};", f"<{STAMP}7F{NAMED};", f"*{NAMED.lower()};"],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\r", ""])
def test_every_prefix_and_ending_is_read(written: str, ending: str) -> None:
    """With and without a time stamp and a signal; a semicolon ends a line by itself."""
    seen = the(AircraftSeen, read((written + ending).encode()))
    assert (seen.icao, seen.callsign, seen.at, seen.seen, seen.source) == ("a1b2c3", "N12LA", NOW, None, "test/avr")


def test_lines_without_an_ending_between_them_are_read() -> None:
    """Some senders write nothing but semicolons."""
    assert len(only(AircraftSeen, read(f"*{NAMED};*{NAMED};@{STAMP}{NAMED};".encode()))) == 3


@pytest.mark.parametrize("written", ["*0000;\r\n", "\r\n", "  \r\n", ";;;\n", "*7700;\n", "@0123456789AB1200;\n"])
def test_heartbeats_and_mode_a_and_c_are_passed_over(written: str) -> None:
    """Two bytes of pulses name nobody."""
    assert read(written.encode() * 3) == []


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (f"{NAMED};", "not an AVR line"),
        ("<html><title>404", "not hexadecimal digits"),
        (f"*{NAMED[:-1]};", "not hexadecimal digits"),
        (f"*{NAMED[:-1]}G;", "not hexadecimal digits"),
        (f"*{NAMED[:-2]};", "not the length of a message (2, 7 or 14 bytes)"),
        ("*;", "not the length of a message (2, 7 or 14 bytes)"),
        (f"*{NAMED[:-2]}00;", "checksum wrong"),
        (f"*{NAMED[:14]};", "a Mode S message whose length does not fit its format"),
        ("x" * 300, "line longer than 256 bytes"),
    ],
)
def test_what_is_no_message_is_a_fault_and_the_next_line_is_read(written: str, why: str) -> None:
    """The fault shows the line."""
    fault, last = read(written.encode() + b"\n", LAST)
    assert isinstance(fault, FeedFaulted)
    assert fault.why == why
    assert fault.excerpt == written.rstrip(";")[:80]
    assert isinstance(last, AircraftSeen)
    assert last.callsign == "LAST"


def test_positions_and_the_receiver_s_place() -> None:
    """A pair in the air; with options `lat` and `lon` on the ground as well."""
    flying = [line(say.squitter(say.airborne(odd=odd))) for odd in (False, True)]
    assert only(AircraftSeen, read(*flying))[-1].lat == pytest.approx(HERE[0], abs=1e-4)
    parked = [line(say.squitter(say.surface(odd=odd), low=4)) for odd in (False, True)]
    assert only(AircraftSeen, read(*parked))[-1].lat is None
    assert only(AircraftSeen, read(*parked, lat="30.1", lon="-93.4"))[-1].lat == pytest.approx(HERE[0], abs=1e-4)


def test_a_flood_of_garbage_is_folded() -> None:
    """Every line of it is counted."""
    events = read(b"rubbish\n" * 10_000)
    assert len(events) < 25
    assert set(whys(events)) == {"not an AVR line"}
    assert sum(1 + fault.repeats for fault in only(FeedFaulted, events)) == 10_000
