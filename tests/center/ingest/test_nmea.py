"""NMEA 0183 into positions: what sentences say, alone and together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.center.ingest.position_feeds import NOW, faults, moment, moves, only_move, reports, unhurried
from tests.center.ingest.written import gga, nmea, rmc, sentence

# --- what a sentence says ---------------------------------------------------------------------------------------


def test_rmc_gives_position_speed_course_and_time() -> None:
    """Degrees and minutes become degrees, knots metres a second, date and time microseconds UTC."""
    fix = only_move(nmea(sentence("GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230326,003.1,W"), peer="u1"))
    assert fix.unit == "u1"
    assert fix.lat == pytest.approx(48.1173, abs=1e-9)
    assert fix.lon == pytest.approx(11 + 31 / 60, abs=1e-9)
    assert fix.speed_mps == pytest.approx(22.4 * 1852 / 3600)
    assert fix.course_deg == 84.4
    assert fix.seen == moment("2026-03-23 12:35:19")
    assert fix.at == NOW
    assert fix.altitude_m is None


def test_south_and_west_are_negative() -> None:
    """Hemisphere letters give the sign."""
    fix = only_move(nmea(sentence("GPRMC,115958,A,3413.5,S,05824.25,W,0.0,,230326,,")))
    assert (fix.lat, fix.lon) == pytest.approx((-(34 + 13.5 / 60), -(58 + 24.25 / 60)))


@pytest.mark.parametrize("talker", ["GP", "GN", "GL", "GA", "BD", "GB", "QZ", "GQ", "IN", "GI", "II", "HC"])
def test_any_talker_is_heard(talker: str) -> None:
    """Which satellites a receiver used does not matter."""
    assert only_move(nmea(rmc(talker=talker))).course_deg == 84.4


def test_the_proprietary_pgrmc_is_not_an_rmc() -> None:
    """`$PGRMC` configures a Garmin; that its name ends in RMC makes it no position."""
    assert nmea(sentence("PGRMC,A,218.8,100,6378137.000,298.257223563,0.0,0.0,0.0,A,3,1,1,4,30")) == []


def test_gga_gives_altitude_and_accuracy() -> None:
    """Altitude above mean sea level, and five metres of accuracy for each unit of HDOP."""
    fix = only_move(nmea(gga()))
    assert fix.altitude_m == 4.6
    assert fix.accuracy_m == pytest.approx(6.0)
    assert fix.seen == moment("2026-03-23 11:59:58")
    assert fix.speed_mps is None


@pytest.mark.parametrize("hdop", ["", "0.00", "50.0", "99.99"])
def test_an_hdop_that_means_unknown_gives_no_accuracy(hdop: str) -> None:
    """Receivers write 0, 50 or 99.99 when they do not know."""
    assert only_move(nmea(gga(rest=f"09,{hdop},-17.5,M,,M,,"))).accuracy_m is None


def test_gns_counts_any_constellation() -> None:
    """One constellation with a fix is enough; the navigational status V beside it is not a lack of one."""
    fix = only_move(nmea(sentence("GNGNS,115958.00,3013.512,N,09312.876,W,NAN,12,0.8,4.6,-27.0,,,V")))
    assert (fix.altitude_m, fix.accuracy_m) == pytest.approx((4.6, 4.0))


def test_gll_is_a_position_of_its_own() -> None:
    """Position, time, status; nothing else."""
    fix = only_move(nmea(sentence("GPGLL,3013.512,N,09312.876,W,115958.00,A,A")))
    assert fix.lat == pytest.approx(30 + 13.512 / 60)
    assert fix.seen == moment("2026-03-23 11:59:58")


def test_rma_is_a_position_without_a_time() -> None:
    """Loran's recommended minimum has speed and course but no clock."""
    fix = only_move(nmea(sentence("GPRMA,A,3013.512,N,09312.876,W,,,10.0,270.0,1.5,E")))
    assert fix.seen is None
    assert (fix.speed_mps, fix.course_deg) == pytest.approx((5.14444, 270.0), abs=1e-5)


def test_pubx_00_is_a_position() -> None:
    """u-blox gives accuracy in metres and speed in km/h."""
    fix = only_move(
        nmea(
            sentence(
                "PUBX,00,115958.00,3013.51200,N,09312.87600,W,-22.4,G3,2.1,2.0,36.0,77.52,0.007,,0.92,1.19,0.77,9,0,0"
            )
        )
    )
    assert (fix.altitude_m, fix.accuracy_m, fix.speed_mps, fix.course_deg) == pytest.approx((-22.4, 2.1, 10.0, 77.52))
    assert fix.unit == "avl"


def test_pubx_04_tells_pubx_00_its_date() -> None:
    """Position and date come in two sentences."""
    events = nmea(
        sentence("PUBX,04,235959.00,220326,172799.0,2411,18,0,0,0"),
        sentence("PUBX,00,000001.00,3013.5,N,09312.8,W,1.0,D3,2.1,2.0,0.0,0.0,0.0,,0.9,1.1,0.7,9,0,0"),
    )
    assert only_move(events).seen == moment("2026-03-23 00:00:01")


@pytest.mark.parametrize(
    ("line", "unit", "lat", "lon", "speed_mps", "seen"),
    [
        (
            b"QZE,868994033976701,35,23032026,115958,30.2252,-93.2146,36,22,A,0",
            "868994033976701",
            30.2252,
            -93.2146,
            10.0,
            "2026-03-23 11:59:58",
        ),
        (
            sentence("TRCCR,20260323115958.500,A,30.2252,-93.2146,10.0,22.0,4.5,50,"),
            "avl",
            30.2252,
            -93.2146,
            5.14444,
            "2026-03-23 11:59:58.5",
        ),
        (
            b"$ID,355826017981316,666,370,ALARM,0x00004000,IOP,M,48,GPSET,A,D,230326,T,115958,S,9:7"
            b",La,30.2252,N,Lo,93.2146,W,H,22.0,V,36.0,DD,0",
            "355826017981316",
            30.2252,
            -93.2146,
            10.0,
            "2026-03-23 11:59:58",
        ),
    ],
)
def test_trackers_own_sentences(line: bytes, unit: str, lat: float, lon: float, speed_mps: float, seen: str) -> None:
    """Some trackers mix sentences of their own into the stream, in decimal degrees and their own units."""
    fix = only_move(nmea(line))
    assert fix.unit == unit
    assert (fix.lat, fix.lon) == pytest.approx((lat, lon))
    assert fix.speed_mps == pytest.approx(speed_mps, abs=1e-4)
    assert (fix.course_deg, fix.seen) == (22.0, moment(seen))


@unhurried
@given(st.integers(0, 89), st.integers(0, 5_999_999), st.integers(0, 179), st.integers(0, 5_999_999), st.integers(0, 3))
def test_positions_are_exact(lat: int, lat_min: int, lon: int, lon_min: int, quarter: int) -> None:
    """Degrees and 1e-5 minutes come back to better than a millimetre."""
    north, east = "NS"[quarter & 1], "EW"[quarter >> 1]
    if not (lat or lat_min or lon or lon_min):
        return
    body = (
        f"GPRMC,115958,A,{lat:02d}{lat_min // 100_000:02d}.{lat_min % 100_000:05d},{north},"
        f"{lon:03d}{lon_min // 100_000:02d}.{lon_min % 100_000:05d},{east},0.0,,230326,,"
    )
    fix = only_move(nmea(sentence(body)))
    assert fix.lat == pytest.approx((lat + lat_min / 6e6) * (1 if north == "N" else -1), abs=1e-9)
    assert fix.lon == pytest.approx((lon + lon_min / 6e6) * (1 if east == "E" else -1), abs=1e-9)


# --- several sentences about one fix ----------------------------------------------------------------------------


def test_each_sentence_of_a_fix_carries_what_the_earlier_ones_told() -> None:
    """GGA's altitude is in the RMC's event; the GLL behind them adds nothing and is dropped."""
    first, second = moves(nmea(gga(), rmc(), sentence("GPGLL,3013.512,N,09312.876,W,115958.00,A,A")))
    assert (first.altitude_m, first.speed_mps) == (4.6, None)
    assert (second.altitude_m, second.speed_mps, second.course_deg) == pytest.approx((4.6, 11.52356, 84.4), abs=1e-5)
    assert second.accuracy_m == pytest.approx(6.0)


def test_the_order_of_a_fixs_sentences_does_not_matter() -> None:
    """RMC first: the GGA behind it carries its speed and course, and adds the altitude."""
    _, second = moves(nmea(rmc(), gga()))
    assert (second.altitude_m, second.speed_mps, second.course_deg) == pytest.approx((4.6, 11.52356, 84.4), abs=1e-5)


def test_another_place_at_the_same_time_is_news() -> None:
    """Two sentences that disagree are both told."""
    for place in ("3013.513,N,09312.876,W", "3013.512,N,09312.877,W"):
        assert len(moves(nmea(rmc(), sentence(f"GPGLL,{place},115958.00,A,A")))) == 2


def test_what_was_told_of_one_fix_is_not_told_of_the_next() -> None:
    """Speed and altitude belong to their own second."""
    _, second = moves(nmea(rmc(), gga(clock="115959.00", lat="3013.51300")))
    assert second.speed_mps is None


def test_vtg_adds_speed_and_course_to_a_fix_without() -> None:
    """A receiver set to GGA and VTG still gives speed; beside an RMC the VTG adds nothing."""
    vtg = sentence("GPVTG,084.4,T,,M,22.4,N,41.5,K,A")
    first, second = moves(nmea(gga(), vtg))
    assert first.speed_mps is None
    assert second.speed_mps == pytest.approx(11.52356, abs=1e-5)
    assert (second.course_deg, second.altitude_m, second.seen) == (84.4, 4.6, first.seen)
    assert len(nmea(rmc(), vtg)) == 1
    assert nmea(vtg) == []
    assert len(nmea(gga(), sentence("GPVTG,084.4,T,,M,22.4,N,41.5,K,N"))) == 1


def test_a_fix_told_again_is_dropped() -> None:
    """A modem that lost its receiver repeats the last sentence; that is no news, and must not look fresh."""
    assert len(nmea(rmc() * 3)) == 1


def test_a_vehicle_that_stands_still_is_told_every_second() -> None:
    """The same place at another time is news."""
    assert len(nmea(rmc(clock="115958.00"), rmc(clock="115959.00"))) == 2


def test_time_going_back_is_told_as_it_is() -> None:
    """Buffered fixes arrive after newer ones; judging that is not the decoder's business."""
    events = nmea(rmc(clock="115958.00"), rmc(clock="110000.00"))
    assert [fix.seen for fix in moves(events)] == [moment("2026-03-23 11:59:58"), moment("2026-03-23 11:00:00")]


# --- no fix -----------------------------------------------------------------------------------------------------

WITHOUT_FIX = {
    "RMC says V and still shows a position": rmc(status="V"),
    "RMC says A with mode N": rmc(mode=",N"),
    "RMC is empty": sentence("GPRMC,,V,,,,,,,,,,N"),
    "RMC says A and shows nothing": sentence("GPRMC,115958,A,,,,,,,230326,,"),
    "RMC says V beyond the poles": sentence("GPRMC,000416.984,V,36000.0000,N,72000.0000,E,0.000000,,260120,,"),
    "GGA quality 0": gga(quality="0"),
    "GGA quality missing": gga(quality=""),
    "GGA typed in": gga(quality="7"),
    "GGA simulated": gga(quality="8"),
    "GNS none of three": sentence("GNGNS,115958.00,3013.512,N,09312.876,W,NNN,00,99.9,4.6,-27.0,,"),
    "GLL says V": sentence("GPGLL,3013.512,N,09312.876,W,115958.00,V,N"),
    "GLL simulated": sentence("GPGLL,3013.512,N,09312.876,W,115958.00,A,S"),
    "GLL with the mode where the status belongs": sentence("GPGLL,3013.512,N,09312.876,W,115958.00,N,V"),
    "zero, zero": sentence("GPRMC,115958,A,0000.0000,N,00000.0000,E,0.0,,230326,,"),
    "PUBX no fix": sentence("PUBX,00,115958.00,3013.5,N,09312.8,W,0.0,NF,999,999,0,0,0,,99.9,99.9,99.9,0,0,0"),
    "PUBX time only": sentence("PUBX,00,115958.00,3013.5,N,09312.8,W,0.0,TT,999,999,0,0,0,,99.9,99.9,99.9,3,0,0"),
    "RMA says V": sentence("GPRMA,V,0000.00,S,00000.00,E,,,00.0,000.,11.,E"),
    "tracker without fix": b"QZE,868994033976701,35,23032026,115958,30.2,-93.2,36,22,V,0",
}


@pytest.mark.parametrize("line", WITHOUT_FIX.values(), ids=WITHOUT_FIX.keys())
def test_without_a_fix_there_is_no_position(line: bytes) -> None:
    """A receiver without a fix moves nobody, whatever position it shows; that it has none is said once."""
    events = nmea(line, line)
    assert not moves(events)
    assert [report.status for report in reports(events)] == ["no-fix"]
    assert not faults(events)


def test_a_lost_fix_is_told_when_it_changes() -> None:
    """Position, loss, still lost, position, loss: the losses are told twice, not three times."""
    events = nmea(rmc(), rmc(status="V"), rmc(status="V"), rmc(clock="120000"), rmc(status="V"))
    assert [type(event).__name__ for event in events] == ["UnitMoved", "UnitReported", "UnitMoved", "UnitReported"]


def test_a_fix_regained_at_the_same_time_and_place_is_told() -> None:
    """After a loss even the old position is news: the loss is over."""
    assert len(moves(nmea(rmc(), rmc(status="V"), rmc()))) == 2


def test_an_estimate_goes_on_but_does_not_begin_again() -> None:
    """Dead reckoning counts while there was a fix, and not once the receiver said that it has none."""
    gns = sentence("GNGNS,115959.00,3013.513,N,09312.876,W,E,12,0.8,4.6,-27.0,,,V")
    for estimate in (gga(clock="115959.00", lat="3013.51300", quality="6"), gns):
        assert len(moves(nmea(rmc(), estimate))) == 2
        assert len(moves(nmea(rmc(), rmc(status="V"), estimate))) == 1
