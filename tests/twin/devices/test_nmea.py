"""The vehicle modem's NMEA, against pynmeagps and against sentences worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from pynmeagps import NMEAMessage, NMEAReader  # type: ignore[import-untyped]

from twin.devices import nmea
from twin.devices.things import Fix

AT = 1_772_323_261_250_000  # 2026-03-01 00:01:01.25 UTC

fixes = st.builds(
    Fix,
    at_us=st.just(0),
    lat=st.floats(-89.99, 89.99),
    lon=st.floats(-179.99, 179.99),
    speed_mps=st.floats(0, 90),
    course_deg=st.none() | st.floats(0, 360),
    altitude_m=st.none() | st.floats(-100, 9000),
)
moments = st.integers(946_684_800, 3_000_000_000).map(lambda seconds: seconds * 1_000_000 + 120_000)


def parsed(sentence: str) -> NMEAMessage:
    """Raises when the checksum is wrong or a field is missing."""
    message = NMEAReader.parse(sentence.encode(), validate=1)
    assert message is not None
    return message


@given(moments, fixes, st.sampled_from(["GP", "GN"]))
def test_rmc_says_what_the_fix_says(at_us: int, fix: Fix, talker: str) -> None:
    """An independent parser finds position, speed, course, date and time of the fix in RMC, with a valid checksum."""
    said = parsed(nmea.rmc(at_us, fix, talker))
    at = datetime.fromtimestamp(at_us / 1e6, UTC)
    assert (said.talker, said.status, said.posMode) == (talker, "A", "A")
    assert abs(said.lat - fix.lat) < 2e-7
    assert abs(said.lon - fix.lon) < 2e-7
    assert abs(said.spd * nmea.KNOT_MPS - fix.speed_mps) < 0.003
    assert said.date == at.date()
    assert (said.time.hour, said.time.minute, said.time.second) == (at.hour, at.minute, at.second)
    if fix.course_deg is None:
        assert said.cog == ""
    else:
        assert abs((said.cog - fix.course_deg + 180) % 360 - 180) <= 0.051
        assert said.cog < 360


@given(moments, fixes)
def test_gga_and_vtg_say_what_the_fix_says(at_us: int, fix: Fix) -> None:
    """GGA carries position and altitude, VTG speed in knots and km/h, and neither invents what the fix lacks."""
    gga = parsed(nmea.gga(at_us, fix))
    assert gga.quality == 1
    assert abs(gga.lat - fix.lat) < 2e-7
    assert gga.alt == "" if fix.altitude_m is None else abs(gga.alt - fix.altitude_m) <= 0.051
    vtg = parsed(nmea.vtg(fix))
    assert abs(vtg.sogk / 3.6 - fix.speed_mps) < 0.003
    assert abs(vtg.sogn * nmea.KNOT_MPS - fix.speed_mps) < 0.003


def test_sentences_match_the_format_field_by_field() -> None:
    """Degrees and minutes, hemispheres, two-digit year and empty variation stand where IEC 61162-1 puts them."""
    fix = Fix(0, 30.5, -93.25, 10.28888, 359.96, 5.04)
    assert nmea.rmc(AT, fix).split("*")[0] == ("$GPRMC,000101.25,A,3030.00000,N,09315.00000,W,20.00,0.0,010326,,,A")
    assert nmea.gga(AT, fix, "GN").split("*")[0] == (
        "$GNGGA,000101.25,3030.00000,N,09315.00000,W,1,09,0.9,5.0,M,-27.0,M,,"
    )
    assert nmea.vtg(fix).split("*")[0] == "$GPVTG,0.0,T,,M,20.00,N,37.04,K,A"


def test_the_checksum_is_the_exclusive_or_between_dollar_and_star() -> None:
    """0x41 and 0x42 make 0x03, and a whole sentence ends in two hexadecimal digits, CR LF."""
    assert nmea.sentence("AB") == "$AB*03\r\n"


def test_minutes_never_read_sixty() -> None:
    """A position a hair below a full degree is rounded up to the degree, not to 60 minutes."""
    assert "3100.00000,N,09400.00000,W" in nmea.rmc(AT, Fix(0, 30.99999999999, -93.99999999999))


def test_without_a_fix_nothing_is_claimed() -> None:
    """RMC says V with empty fields, GGA quality 0, VTG mode N; a V with a position is said only on request."""
    assert nmea.rmc(AT, None).startswith("$GPRMC,000101.25,V,,,,,,,010326,,,N*")
    assert parsed(nmea.gga(AT, None)).quality == 0
    assert parsed(nmea.vtg(None)).posMode == "N"
    stale = parsed(nmea.rmc(AT, Fix(0, 30.0, -93.0), valid=False))
    assert (stale.status, stale.lat) == ("V", 30.0)


def test_the_identity_sentence_points_at_its_gga() -> None:
    """$PCPTI carries the system id, the router's clock, and time and checksum of the GGA that follows."""
    gga = nmea.gga(AT, Fix(0, 30.0, -93.0))
    fields, check = nmea.identity("CPSO-12", AT + 2_000_000, gga).strip().split("*")
    assert fields == f"$PCPTI,CPSO-12,000103,000101.25,{gga.strip()[-2:]}"
    assert int(check, 16) == nmea.checksum(fields[1:])
