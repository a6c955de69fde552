"""SBS-1 / BaseStation lines: every kind, every sender's habits, and what is not believed."""

from __future__ import annotations

from time import perf_counter

import pytest

from center.core.events import AircraftSeen, Event, FeedFaulted, Micros
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import moment

DATED = "2026/03/23,12:00:00.500,2026/03/23,12:00:00.600"
SEEN = moment("2026-03-23 12:00:00.5")


def msg(
    kind: object = 3,
    callsign: object = "",
    altitude: object = "",
    speed: object = "",
    track: object = "",
    lat: object = "",
    lon: object = "",
    climb: object = "",
    squawk: object = "",
    ground: object = "",
    icao: str = "A1B2C3",
    dated: str = DATED,
) -> str:
    """One MSG line by the book, without its line ending."""
    fields = (callsign, altitude, speed, track, lat, lon, climb, squawk, 0, 0, 0, ground)
    return f"MSG,{kind},1,1,{icao},1,{dated}," + ",".join(map(str, fields))


def read(*lines: str, **options: str) -> list[Event]:
    return events_of(feed_of("sbs", options=options), "".join(f"{line}\r\n" for line in lines).encode("latin-1"))


def seen(line: str) -> AircraftSeen:
    return the(AircraftSeen, read(line))


# --- what is read ---------------------------------------------------------------------------------------------------


def test_a_position_message_is_read_in_metres() -> None:
    """Feet become metres, the address lower case, the generated time `seen`."""
    assert seen(msg(3, altitude=35000, lat=30.21, lon=-93.25, ground=0)) == AircraftSeen(
        at=Micros(moment("2026-03-23 12:00:00")),
        source="test/sbs",
        seen=SEEN,
        icao="a1b2c3",
        lat=30.21,
        lon=-93.25,
        altitude_m=10668.0,
        on_ground=False,
    )


def test_speed_track_and_climb_are_read_in_si() -> None:
    """Knots and feet a minute become metres a second; a track of 360 is north."""
    read_back = seen(msg(4, speed=100, track=360, climb=-640))
    assert read_back.speed_mps == pytest.approx(51.4444, abs=1e-4)
    assert read_back.climb_mps == pytest.approx(-3.2512)
    assert read_back.course_deg == 0.0


@pytest.mark.parametrize(("written", "read_as"), [("N12LA   ", "N12LA"), ("n12la", "N12LA"), ("RCH 42", "RCH 42")])
def test_a_callsign_loses_its_padding(written: str, read_as: str) -> None:
    """Callsigns are eight characters on the air and whatever is left in the event."""
    assert seen(msg(1, callsign=written)).callsign == read_as


@pytest.mark.parametrize("written", ["        ", "@@@@@@@@", "", "????????", "AB@@??12"])
def test_a_callsign_that_says_nothing_is_none(written: str) -> None:
    """Blanks, `@` and `?` are what decoders print for bits that are no letters."""
    assert seen(msg(1, callsign=written)).callsign is None


@pytest.mark.parametrize(("written", "squawk"), [("7700", "7700"), ("33", "0033"), ("0", "0000"), ("", None)])
def test_a_squawk_has_four_digits(written: str, squawk: str | None) -> None:
    """Some senders drop leading zeros."""
    assert seen(msg(6, squawk=written)).squawk == squawk


@pytest.mark.parametrize(("flag", "on_ground"), [("-1", True), ("1", True), ("0", False), ("", None)])
def test_the_ground_flag_is_minus_one_zero_one_or_empty(flag: str, on_ground: bool | None) -> None:
    """True is -1 by the book, and 1 from some."""
    assert seen(msg(3, ground=flag)).on_ground is on_ground


def test_a_surface_position_is_on_the_ground_without_a_flag() -> None:
    """Message type 2 is sent on the ground only."""
    assert seen(msg(2, lat=30.2, lon=-93.2)).on_ground is True


@pytest.mark.parametrize("kind", range(1, 9))
def test_every_message_is_a_sighting(kind: int) -> None:
    """A message with nothing in it but its address still says that the aircraft is there."""
    assert seen(msg(kind)).icao == "a1b2c3"


def test_a_new_callsign_or_aircraft_is_a_sighting() -> None:
    """ID and AIR lines come from the receiver when it hears something new; some pad the type."""
    named, new = read(f"ID ,,5,211,4CA2D6,1,{DATED},RYR1427", f"AIR,,5,211,4CA2D6,1,{DATED}")
    assert isinstance(named, AircraftSeen)
    assert (named.icao, named.callsign, named.seen) == ("4ca2d6", "RYR1427", SEEN)
    assert isinstance(new, AircraftSeen)
    assert new.callsign is None


@pytest.mark.parametrize(
    "line", [f"STA,,5,1,4CA2D6,1,{DATED},RM", f"SEL,,5,1,4CA2D6,1,{DATED},X", f"CLK,,5,,,,{DATED}"]
)
def test_the_receivers_screen_is_no_fact(line: str) -> None:
    """STA, SEL and CLK are understood, and say nothing about the sky."""
    assert read(line) == []


def test_mlat_lines_are_messages() -> None:
    """mlat-client's results come as MLAT from some senders."""
    assert seen(msg(3, lat=30.2, lon=-93.2).replace("MSG", "MLAT", 1)).lat == 30.2


def test_columns_padded_with_blanks_are_read() -> None:
    """RadarBox aligns its columns and fills all of them."""
    line = f"MSG,3, 0,  0,4006B3,      0,{DATED},,18225,390,097,51.4870,-1.9225,-2432,4244,0,0,0,0"
    read_back = seen(line)
    assert (read_back.icao, read_back.course_deg, read_back.squawk) == ("4006b3", 97.0, "4244")


@pytest.mark.parametrize("cut", [0, 1, 2])
def test_missing_last_fields_and_a_trailing_comma_are_tolerated(cut: int) -> None:
    """Twenty fields and more; what stands behind the flags is somebody's own."""
    line = msg(3, lat=30.2, lon=-93.2).rsplit(",", cut)[0]
    assert seen(line).lat == 30.2
    assert seen(msg(3, lat=30.2, lon=-93.2) + ",").lat == 30.2
    assert seen(msg(3, lat=30.2, lon=-93.2) + ",,1,-7").lat == 30.2


def test_heartbeats_are_silent() -> None:
    """Blank lines keep a connection alive and are neither facts nor faults."""
    assert read("", "", "   ", "") == []


# --- time -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dated", [",,,", "2026/03/23,,,", "1970/01/01,00:00:01.000,,", "0000/00/00,00:00:00.000,,"])
def test_a_receiver_that_does_not_know_the_time_leaves_seen_unknown(dated: str) -> None:
    """Empty and impossible dates do not cost the sighting."""
    assert seen(msg(3, dated=dated)).seen is None


def test_local_stamps_are_read_with_option_tz() -> None:
    """dump1090 stamps its machine's local time, on both sides of a daylight-saving change."""
    winter, summer = (
        the(AircraftSeen, read(msg(dated=f"2026/{day},06:00:00,,"), tz="America/Chicago")) for day in ("01/15", "07/15")
    )
    assert winter.seen == moment("2026-01-15 12:00:00")
    assert summer.seen == moment("2026-07-15 11:00:00")


def test_fractions_of_any_length_count() -> None:
    """Milliseconds, microseconds (mlat-client), or none."""
    stamps = [seen(msg(dated=f"2026/03/23,12:00:00{fraction},,")).seen for fraction in ("", ".5", ".512", ".512345")]
    whole = moment("2026-03-23 12:00:00")
    assert stamps == [whole, whole + 500_000, whole + 512_000, whole + 512_345]


# --- what is not believed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lat", "lon"), [("0", "0"), ("0.0000", "-0.0"), ("30.2", ""), ("", "-93.2")])
def test_half_a_position_and_zero_zero_are_no_position(lat: str, lon: str) -> None:
    """The aircraft is seen, but not there."""
    read_back = seen(msg(3, altitude=1000, lat=lat, lon=lon))
    assert (read_back.lat, read_back.lon) == (None, None)
    assert read_back.altitude_m == pytest.approx(304.8)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (msg(3, lat=91, lon=0), "latitude out of range"),
        (msg(3, lat=30, lon=-181), "longitude out of range"),
        (msg(3, altitude=999999), "altitude out of range"),
        (msg(4, speed=-1), "speed out of range"),
        (msg(4, track=361), "track out of range"),
        (msg(4, climb=99999), "climb out of range"),
        (msg(6, squawk="7780"), "squawk is not four octal digits"),
        (msg(6, squawk="12345"), "squawk is not four octal digits"),
        (msg(3, lat="1-2", lon="3"), "latitude is not a number"),
        (msg(3, lat="nan", lon="3"), "something other than numbers in the numeric fields"),
        (msg(3, altitude="1e3"), "something other than numbers in the numeric fields"),
        (msg(3, altitude="3_5"), "something other than numbers in the numeric fields"),
        (msg(3, ground="2"), "the on-ground flag is not -1, 0, 1 or empty"),
        (msg(9), "transmission type is not 1 to 8"),
        (msg(3, icao="A1B2C"), "not an ICAO address (six hex digits)"),
        (msg(3, icao="0x12ab"), "not an ICAO address (six hex digits)"),
        (msg(3, icao="000000"), "not an ICAO address (six hex digits)"),
        (msg(3, icao="ffffff"), "not an ICAO address (six hex digits)"),
        (msg(3, dated="2026-03-23,12:00:00,,"), "date and time are not yyyy/mm/dd,hh:mm:ss"),
        (msg(3, dated="2026/03/23,12:00:00.5x,,"), "time is not hh:mm:ss.sss"),
        ("MSG,3,1,1,A1B2C3", "MSG line cut short"),
        (msg(3).rsplit(",", 3)[0], "a MSG line has 22 fields, give or take"),
        (f"ID,,5,211,4CA2D6,1,{DATED[:10]}", "ID or AIR line cut short"),
        ("<html>", "not a BaseStation line"),
    ],
)
def test_a_line_with_an_impossible_value_is_not_believed(line: str, why: str) -> None:
    """There is no checksum: one impossible value costs the whole line, and the next line is read."""
    fault, good = read(line, msg(8))
    assert isinstance(fault, FeedFaulted)
    assert fault.why == why
    assert fault.offset == 0
    assert isinstance(good, AircraftSeen)


def test_addresses_that_are_not_icaos_are_passed_over() -> None:
    """readsb writes TIS-B and anonymous addresses with a tilde: they identify no aircraft, and are no fault."""
    assert read(msg(3, icao="~A1B2C")) == []


def test_an_endless_line_is_given_up_and_the_next_is_read() -> None:
    """Memory stays bounded."""
    feed = feed_of("sbs")
    events = events_of(feed, *[b"x" * 100_000] * 3, b"\n" + msg(8).encode() + b"\n")
    assert whys(events) == ["line longer than 1024 bytes"]
    assert len(only(AircraftSeen, events)) == 1


def test_a_flood_of_garbage_is_folded() -> None:
    """Ten thousand bad lines are told of a few times, and every one of them is counted."""
    events = read(*["rubbish"] * 10_000)
    assert len(events) < 25
    assert sum(1 + fault.repeats for fault in only(FeedFaulted, events)) == 10_000


@pytest.mark.parametrize("options", [{"zone": "UTC"}, {"tz": "Mars/Olympus"}, {"tz": "../etc/passwd"}, {"tz": ""}])
def test_a_mistaken_option_is_refused_at_once(options: dict[str, str]) -> None:
    """A site file's mistake shows when it is read, not when an aircraft comes."""
    with pytest.raises(ValueError, match=r"tz"):
        feed_of("sbs", options=options)


def test_a_line_costs_microseconds() -> None:
    """A busy receiver sends thousands of lines a second. The bound is ten times what it takes on a small machine."""
    lines = (msg(3, altitude=35000, lat=30.21, lon=-93.25, ground=0) + "\r\n").encode() * 10_000
    feed = feed_of("sbs")
    started = perf_counter()
    assert len(feed.receive(lines, SEEN)) == 10_000
    assert perf_counter() - started < 0.4
