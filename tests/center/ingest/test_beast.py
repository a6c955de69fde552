"""Beast frames: where each begins and ends, what is doubled, and where reading goes on behind damage."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.core.events import AircraftSeen, Event, FeedFaulted
from tests.center.ingest import transponder as say
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import CUTS, NOW, cut, unhurried
from tests.center.ingest.transponder import HERE

HEARTBEAT = b"\x1a1" + bytes(9)
MODE_AC = b"\x1a1" + b"\0\0\0\0\0\1\x50" + b"\x12\0"
CONFIGURATION = b"\x1a4" + bytes(7) + b"\x1a\x1a" + bytes(13)
POSITION = b"\x1a5" + bytes(28)
RECEIVER = b"\x1a\xe3" + b"\x01\x23\x1a\x1a\x45\x67\x89\xab\xcd"
PING = b"\x1a\xe8" + b"\0\1\2"


def frame(message: bytes, stamp: bytes = bytes(6), signal: int = 0x80) -> bytes:
    """A message as a receiver sends it: every 1a behind the type is doubled."""
    kind = {2: b"1", 7: b"2", 14: b"3"}[len(message)]
    return b"\x1a" + kind + (stamp + bytes((signal,)) + message).replace(b"\x1a", b"\x1a\x1a")


NAMED = frame(say.squitter(say.identification("N12LA")))
LAST = frame(say.squitter(say.identification("LAST"), icao=0xFACADE))


def read(*pieces: bytes, **options: str) -> list[Event]:
    return events_of(feed_of("beast", options=options), *pieces)


def callsigns(events: list[Event]) -> list[str | None]:
    return [seen.callsign for seen in only(AircraftSeen, events)]


# --- frames ---------------------------------------------------------------------------------------------------------


def test_long_and_short_messages_are_read() -> None:
    """Types 3 and 2; what they say is told by test_mode_s."""
    named, asked = read(NAMED, frame(say.all_call()))
    assert isinstance(named, AircraftSeen)
    assert (named.icao, named.callsign, named.at, named.seen, named.source) == (
        "a1b2c3",
        "N12LA",
        NOW,
        None,
        "test/beast",
    )
    assert isinstance(asked, AircraftSeen)
    assert asked.icao == "a1b2c3"


@unhurried
@given(icao=st.integers(1, 0xFFFFFE), stamp=st.binary(min_size=6, max_size=6), signal=st.integers(0, 255))
def test_whatever_is_doubled_is_read_once(icao: int, stamp: bytes, signal: int) -> None:
    """A time stamp, a signal and a message may hold any number of 1a."""
    sent = frame(say.squitter(say.identification("N12LA"), icao=icao), stamp, signal)
    assert the(AircraftSeen, read(sent)).icao == f"{icao:06x}"


@pytest.mark.parametrize("where", ["stamp", "signal", "address", "message"])
def test_a_1a_is_doubled_wherever_it_stands(where: str) -> None:
    """In one place at a time, and everywhere."""
    stamp = b"\x1a" * 6 if where == "stamp" else bytes(6)
    icao = 0x1A1A1A if where == "address" else say.ICAO
    me = 0x1A1A << 24 if where == "message" else say.identification("N12LA")
    sent = frame(say.squitter(me, icao=icao), stamp, 0x1A if where == "signal" else 0)
    assert b"\x1a\x1a" in sent
    assert the(AircraftSeen, read(sent)).icao == f"{icao:06x}"


def test_heartbeats_and_the_receiver_s_own_words_are_passed_over() -> None:
    """Zeros in a frame of Mode A and C, real Mode A and C, status, position, whose message follows, pings."""
    said = HEARTBEAT + MODE_AC + CONFIGURATION + POSITION + RECEIVER + NAMED + PING + LAST + HEARTBEAT * 3
    assert callsigns(read(said)) == ["N12LA", "LAST"]
    assert whys(read(said)) == []


@unhurried
@given(places=CUTS)
def test_pieces_make_no_difference(places: list[int]) -> None:
    """Also between the two halves of a doubled byte."""
    stream = HEARTBEAT + frame(say.squitter(say.airborne(), icao=0x1A1A1A), b"\x1a" * 6) + CONFIGURATION + NAMED + LAST
    assert read(*cut(stream, places)) == read(stream)


def test_a_frame_is_told_as_soon_as_it_is_whole() -> None:
    """Not when the next one comes, unless it ends where a doubled byte could go on."""
    feed = feed_of("beast")
    assert len(feed.receive(NAMED, NOW)) == 1


def test_positions_need_no_option_in_the_air_and_the_receiver_s_place_on_the_ground() -> None:
    """`lat` and `lon` reach what reads the messages."""
    parked = [frame(say.squitter(say.surface(odd=odd), low=4)) for odd in (False, True)]
    assert only(AircraftSeen, read(*parked))[-1].lat is None
    seen = only(AircraftSeen, read(*parked, lat="30.1", lon="-93.4"))[-1]
    assert (seen.lat, seen.lon) == (pytest.approx(HERE[0], abs=1e-4), pytest.approx(HERE[1], abs=1e-4))
    flying = [frame(say.squitter(say.airborne(odd=odd))) for odd in (False, True)]
    assert only(AircraftSeen, read(*flying))[-1].lat == pytest.approx(HERE[0], abs=1e-4)


# --- damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", range(2, len(NAMED)))
def test_a_frame_cut_short_costs_only_itself(kept: int) -> None:
    """Wherever it was cut, the fault says so, and the next frame is read."""
    events = read(LAST, NAMED[:kept], LAST)
    assert whys(events) == ["frame cut short"]
    assert callsigns(events) == ["LAST", "LAST"]
    assert only(FeedFaulted, events)[0].offset == len(LAST)


def test_a_stream_that_begins_in_the_middle_of_a_frame_is_caught_up_with() -> None:
    """As whoever connects while others listen."""
    for start in range(1, len(NAMED)):
        events = read(NAMED[start:] + LAST)
        assert callsigns(events) == ["LAST"]
        assert whys(events) == ["not a Beast frame"]


def test_a_wrong_checksum_is_a_fault_that_shows_the_message() -> None:
    """And names nobody."""
    wrong = bytearray(say.squitter(say.airborne()))
    wrong[6] ^= 1
    fault, last = read(frame(bytes(wrong)), LAST)
    assert isinstance(fault, FeedFaulted)
    assert (fault.why, fault.offset) == ("checksum wrong", 0)
    assert fault.excerpt.startswith(r"\x8d\xa1\xb2\xc3")
    assert isinstance(last, AircraftSeen)


def test_a_byte_that_was_not_doubled_costs_only_its_frame() -> None:
    """A sender that forgets is told of."""
    events = read(frame(say.squitter(say.airborne(), icao=0x1A4142)).replace(b"\x1a\x1a", b"\x1a"), LAST)
    assert callsigns(events) == ["LAST"]
    assert len(whys(events)) >= 1


def test_rubbish_is_told_once_however_long_and_memory_stays_bounded() -> None:
    """A megabyte between two frames is one fault, with its start shown."""
    feed = feed_of("beast")
    events = [*feed.receive(NAMED, NOW)]
    for _ in range(1000):
        events += feed.receive(b"rubbish " * 125, NOW)
    events += [*feed.receive(LAST, NOW), *feed.finish(NOW)]
    assert whys(events) == ["not a Beast frame"]
    assert callsigns(events) == ["N12LA", "LAST"]
    assert only(FeedFaulted, events)[0].excerpt == "rubbish " * 10


def test_an_unfinished_last_frame_is_a_fault_at_the_end() -> None:
    """And not before it."""
    feed = feed_of("beast")
    assert list(feed.receive(NAMED[:-1], NOW)) == []
    assert whys([*feed.finish(NOW)]) == ["frame cut short"]


def test_a_frame_costs_microseconds() -> None:
    """A busy receiver sends thousands a second. The bound is ten times what it takes on a small machine."""
    pair = b"".join(frame(say.squitter(say.airborne(odd=odd))) for odd in (False, True))
    feed = feed_of("beast")
    started = perf_counter()
    assert len(feed.receive(pair * 5000, NOW)) == 10_000
    assert perf_counter() - started < 2.0
