"""NMEA 0183 on the wire: checksums, line endings, damage, and fields that cannot be."""

from __future__ import annotations

import re
from functools import reduce
from itertools import product
from operator import xor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.ingest.feed import Origin
from center.ingest.nmea import NmeaFeed
from tests.center.ingest.position_feeds import faults, moves, only_move, unhurried
from tests.center.ingest.written import nmea, rmc, sentence

# --- checksums --------------------------------------------------------------------------------------------------


def test_a_damaged_checksum_never_moves_a_unit() -> None:
    """The position in a sentence whose checksum is wrong is not believed."""
    good = rmc()
    (event,) = faults(nmea(good.replace(b"3013", b"3113"), good))
    assert event.why == "checksum: wrong"
    assert event.excerpt.startswith("$GPRMC,115958.00,A,3113")
    assert moves(nmea(good.replace(b"3013", b"3113"))) == []


def with_check(wanted: str) -> tuple[bytes, str]:
    """A good sentence without its checksum, and a checksum that matches `wanted`."""
    for second, speed, mode in product(range(60), ("5.0", "15.0", "5"), (",A", "")):
        line = rmc(clock=f"1159{second:02d}", speed=speed, mode=mode)
        body, _, check = line.decode().strip().partition("*")
        if re.fullmatch(wanted, check):
            return body.encode(), check
    pytest.fail(f"no checksum matches {wanted}")


@pytest.mark.parametrize("tail", ["*{}", "", " * {}", "*{}   ", "*{},and,more", "*{}\0"])
def test_checksums_written_otherwise_are_accepted(tail: str) -> None:
    """Lower case, missing, with blanks around or text behind: the sentence counts."""
    body, check = with_check(".*[A-F].*")
    line = body + tail.format(check.lower()).encode() + b"\r\n"
    assert only_move(nmea(line)).lat == pytest.approx(30.2252)


def test_a_checksum_without_its_leading_zero_is_accepted() -> None:
    """Some firmware prints the number without padding."""
    body, check = with_check("0.")
    assert only_move(nmea(body + b"*" + check[1:].encode() + b"\r\n"))


@pytest.mark.parametrize("check", [b"*", b"*G7", b"*7", b"*\xff\xff"])
def test_half_a_checksum_is_a_fault(check: bytes) -> None:
    """A checksum that was cut short proves nothing."""
    line = rmc()
    events = nmea(line[: line.index(b"*")] + check + b"\r\n")
    assert not moves(events)
    assert faults(events)[0].why.startswith("checksum:")


# --- lines ------------------------------------------------------------------------------------------------------


def test_two_sentences_merged_on_a_line_both_count() -> None:
    """A lost line ending costs nothing."""
    assert len(moves(nmea(rmc().strip() + rmc(clock="115959.00")))) == 2


def test_a_damaged_sentence_does_not_spoil_its_neighbour() -> None:
    """The one cut short is a fault, the whole one behind it on the same line a position."""
    events = nmea(rmc()[:30] + rmc(clock="115959.00"))
    assert [fault.why for fault in faults(events)] == ["RMC: cut short"]
    assert len(moves(events)) == 1


@pytest.mark.parametrize(
    "noise", [b"\x00\xff\xfe", b",1.7,-30.40,M,-13.9,M,,*7D", b"\x1b[H", b"$", b"$$", b"   ", b"\\noise"]
)
def test_noise_before_a_sentence_does_no_harm(noise: bytes) -> None:
    """What a line begins with does not matter, and gives nobody a name."""
    assert only_move(nmea(noise + rmc())).unit == "avl"


def test_faults_say_where_they_are() -> None:
    """The offset leads to the sentence in the stream."""
    stream = rmc() + b"junk\r\n" + rmc(clock="120001").replace(b"3013", b"3014") + rmc(clock="120002")
    first, second = faults(nmea(stream))
    assert first.offset is not None
    assert second.offset is not None
    assert stream[first.offset :].startswith(b"junk")
    assert stream[second.offset :].startswith(b"$GPRMC,120001")


def test_an_endless_line_is_given_up_and_what_follows_still_decodes() -> None:
    """A sender that lost its line endings cannot fill the memory."""
    events = nmea(*[b"x" * 1000] * 10, b"\n" + rmc())
    assert [fault.why for fault in faults(events)] == ["line longer than 4096 bytes"]
    assert len(moves(events)) == 1


UNNEEDED = {
    "satellites in view": sentence("GPGSV,3,1,11,03,03,111,00,04,15,270,00,06,01,010,00,13,06,292,00"),
    "active satellites": sentence("GNGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1,1"),
    "MediaTek": sentence("PMTK001,314,3"),
    "without checksum": b"$POLYN,EPH,0,00000000",
    "with a blank in its address": sentence("PSRFTXTVersion GSW3.2.2"),
    "a report of inputs": sentence("GPIOP,01000000,00000000,0.00,0.00,0.00,0.00,4.69,4.24"),
    "AIS": b"!AIVDM,1,1,,A,15Muq60001G?tTpE>Gbk0?wN0<0,0*4D",
    "AIS with a tag block": b"\\g:1-2-1234,s:r1,c:1120959341*00\\!AIVDM,1,1,,A,1,0*26",
    "NovAtel": b"#BESTPOSA,COM1,0,83.5,FINESTEERING,1419,336208.000;SOL_COMPUTED,SINGLE*6f3a",
    "a comment in a capture": b"# sends $GPRMC and $GPGGA",
    "an unknown talker": sentence("XYZZY,1,2,3"),
}


@pytest.mark.parametrize("line", UNNEEDED.values(), ids=UNNEEDED.keys())
def test_sentences_we_do_not_need_are_no_faults(line: bytes) -> None:
    """Proprietary and unneeded sentences pass in silence."""
    assert nmea(line + b"\r\n") == []


def test_damage_in_a_sentence_we_do_not_need_is_still_told() -> None:
    """It says something about the line."""
    assert len(faults(nmea(sentence("GPGSA,A,3,04,05").replace(b"04", b"14")))) == 1


# --- fields that cannot be --------------------------------------------------------------------------------------

IMPOSSIBLE = {
    "latitude: not a number": "GPRMC,115958,A,nan,N,09312.876,W,0.0,,230326,,",
    "latitude: not a number ": "GPRMC,115958,A,30.1.3,N,09312.876,W,0.0,,230326,,",
    "latitude: not a number  ": "GPRMC,115958,A,3_013.5,N,09312.876,W,0.0,,230326,,",
    "latitude: beyond 90 degrees ": f"GPRMC,115958,A,{'3' * 400},N,09312.876,W,0.0,,230326,,",
    "latitude: beyond 90 degrees": "GPRMC,115958,A,9000.001,N,09312.876,W,0.0,,230326,,",
    "latitude: 60 minutes or more": "GPRMC,115958,A,3060.000,N,09312.876,W,0.0,,230326,,",
    "latitude: neither N nor S": "GPRMC,115958,A,3013.512,E,09312.876,W,0.0,,230326,,",
    "longitude: not a number": "GPRMC,115958,A,3013.512,N,,W,0.0,,230326,,",
    "longitude: not a number ": "GPRMC,115958,A,3013.512,N,-9312.876,W,0.0,,230326,,",
    "longitude: beyond 180 degrees": "GPRMC,115958,A,3013.512,N,18000.001,W,0.0,,230326,,",
    "longitude: neither E nor W": "GPRMC,115958,A,3013.512,N,09312.876,,0.0,,230326,,",
    "speed: not a number": "GPRMC,115958,A,3013.512,N,09312.876,W,inf,,230326,,",
    "speed: too large": "GPRMC,115958,A,3013.512,N,09312.876,W,99999999999,,230326,,",
    "course: beyond 360 degrees": "GPRMC,115958,A,3013.512,N,09312.876,W,0.0,511.9,230326,,",
    "time: not hhmmss": "GPRMC,1159,A,3013.512,N,09312.876,W,0.0,,230326,,",
    "time: no such time of day": "GPRMC,246000,A,3013.512,N,09312.876,W,0.0,,230326,,",
    "status: neither A nor V": "GPRMC,115958,X,3013.512,N,09312.876,W,0.0,,230326,,",
    "quality: not a number": "GPGGA,115958,3013.512,N,09312.876,W,x,09,1.2,4.6,M,,M,,",
    "altitude: not a number": "GPGGA,115958,3013.512,N,09312.876,W,1,09,1.2,4.6e9,M,,M,,",
    "altitude: beyond 100000 m": "GPGGA,115958,3013.512,N,09312.876,W,1,09,1.2,100001,M,,M,,",
    "HDOP: not a number": "GPGGA,115958,3013.512,N,09312.876,W,1,09,NaN,4.6,M,,M,,",
    "RMC: cut short": "GPRMC,115958,A,3013.512,N",
    "GGA: cut short": "GPGGA,115958,3013.512,N",
    "GLL: cut short": "GPGLL,3013.512,N",
}


@pytest.mark.parametrize("body", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_cannot_be_is_a_fault_that_names_the_field(body: str, request: pytest.FixtureRequest) -> None:
    """With a good checksum or none: a field that cannot be what it stands for stops the sentence, and only that."""
    why = next(name.strip() for name, text in IMPOSSIBLE.items() if text == body)
    for line in (sentence(body), f"${body}\r\n".encode()):
        events = nmea(line, rmc())
        assert [fault.why for fault in faults(events)] == [why]
        assert len(moves(events)) == 1


def test_bytes_beyond_ascii_are_a_fault_that_names_the_field() -> None:
    """Even where the checksum covers them."""
    body = b"GPRMC,115958,A,3013.512,N,09312.\xb2\xb3,W,0.0,,230326,,"
    (event,) = nmea(b"$%b*%02X\r\n" % (body, reduce(xor, body)))
    assert [fault.why for fault in faults([event])] == ["longitude: not a number"]
    assert "\\xb2" in faults([event])[0].excerpt


def test_options_nobody_knows_are_refused() -> None:
    """A mistake in the site file is found when the center starts."""
    with pytest.raises(ValueError, match="talker"):
        NmeaFeed(Origin("avl"), {"talker": "GP"})


# --- properties ---


@unhurried
@given(st.integers(0, len(rmc()) - 1), st.integers(0, 7))
def test_no_single_flipped_bit_moves_a_unit_to_a_wrong_place(place: int, bit: int) -> None:
    """One damaged bit in a sentence with a checksum: the true position, or none."""
    true = only_move(nmea(rmc()))
    line = bytearray(rmc())
    line[place] ^= 1 << bit
    for fix in moves(nmea(bytes(line))):
        assert (fix.lat, fix.lon, fix.speed_mps, fix.course_deg) == (
            true.lat,
            true.lon,
            true.speed_mps,
            true.course_deg,
        )


@unhurried
@given(st.integers(0, len(rmc())))
def test_a_sentence_cut_short_never_tells_a_wrong_place(length: int) -> None:
    """Cut anywhere, with nothing behind: the true place, or none."""
    true = only_move(nmea(rmc()))
    for fix in moves(nmea(rmc()[:length])):
        assert (fix.lat, fix.lon) == (true.lat, true.lon)


def test_a_flood_of_garbage_is_folded() -> None:
    """A thousand bad lines are told in a few faults that count the rest."""
    told = faults(nmea(b"garbage\n" * 1000))
    assert len(told) < 30
    assert sum(1 + fault.repeats for fault in told) == 1000
