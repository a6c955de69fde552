"""What a position feed remembers of a unit: dates, speeds, and when the telling happened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.core.events import DAY, Micros
from center.ingest.fixes import believable
from tests.center.ingest.position_feeds import NOW, moment, moves, only_move, unhurried
from tests.center.ingest.written import gga, nmea, rmc, sentence, tag_block

# --- time -------------------------------------------------------------------------------------------------------


def test_a_time_without_a_date_is_on_the_nearest_day() -> None:
    """Just after midnight a fix from just before it is yesterday's, and the other way round."""
    assert only_move(nmea(gga(clock="235959"), at=moment("2026-03-24 00:00:05"))).seen == moment("2026-03-23 23:59:59")
    assert only_move(nmea(gga(clock="000001"), at=moment("2026-03-23 23:59:58"))).seen == moment("2026-03-24 00:00:01")


@pytest.mark.parametrize("teacher", [rmc(clock="235959", date="041119"), sentence("GPZDA,235959.00,04,11,2019,00,00")])
def test_a_date_once_told_holds_across_midnight(teacher: bytes) -> None:
    """A recording of another day keeps its own dates: RMC or ZDA tells it, GGA goes on from there."""
    assert moves(nmea(teacher, gga(clock="000001")))[-1].seen == moment("2019-11-05 00:00:01")


def test_a_date_goes_on_with_the_clock() -> None:
    """One RMC, then GGA every eight hours: the days pass although nothing tells them."""
    hours = [gga(clock=f"{hour:02d}0000") for hour in (7, 15, 23, 7)]
    assert moves(nmea(rmc(clock="230000", date="041119"), *hours))[-1].seen == moment("2019-11-06 07:00:00")


def test_a_fix_told_again_with_its_date_is_told() -> None:
    """GGA was put on today; ZDA tells the day, and the GLL of the same second carries it."""
    zda, gll = sentence("GPZDA,115958.00,04,11,2019,00,00"), sentence("GPGLL,3013.512,N,09312.876,W,115958.00,A,A")
    assert moves(nmea(gga(), zda, gll))[-1].seen == moment("2019-11-04 11:59:58")


def test_a_guessed_date_is_put_right_by_the_next_sentence() -> None:
    """GGA comes first and is put on today; the RMC of the same fix knows better and still carries its altitude."""
    first, second = moves(nmea(gga(), rmc(date="041119")))
    assert (first.seen, second.seen) == (moment("2026-03-23 11:59:58"), moment("2019-11-04 11:59:58"))
    assert second.altitude_m == 4.6


@pytest.mark.parametrize("rollovers", [1, 2])
def test_a_week_number_rolled_over_is_put_right(rollovers: int) -> None:
    """A receiver 1024 or 2048 weeks behind shows a date in 2006 or 1986; it means now."""
    date = {1: "070806", 2: "221286"}[rollovers]
    fix = only_move(nmea(rmc(date=date)))
    assert fix.seen == moment("2026-03-23 11:59:58")


@pytest.mark.parametrize("date", ["220899", "050180", "010100", "060102", "150577", "2208-1", "310226", "ABCDEF"])
def test_a_clock_without_a_date_costs_the_time_and_not_the_position(date: str) -> None:
    """1980, 1999, 2000, 2002, 2077 and what is no date at all: the position counts, and no time is claimed."""
    fix = only_move(nmea(rmc(date=date)))
    assert fix.seen is None
    assert fix.lat == pytest.approx(30.2252)


def test_what_follows_a_wrong_date_claims_no_time_either() -> None:
    """GGA takes its date from the RMC before it, and so its disbelief."""
    assert moves(nmea(rmc(date="220899"), gga(clock="115959")))[-1].seen is None
    assert moves(nmea(rmc(date="070806"), gga(clock="115959")))[-1].seen == moment("2026-03-23 11:59:59")


def test_a_clock_that_drifts_is_believed() -> None:
    """An hour off is the device's claim; whether to trust it is decided where both times are known."""
    assert only_move(nmea(rmc(clock="130000"))).seen == moment("2026-03-23 13:00:00")


def test_a_tag_blocks_time_gives_the_date() -> None:
    """`c:` is UNIX time, in seconds or milliseconds."""
    for text in ("c:1572867597", "c:1572867597250"):
        assert only_move(nmea(tag_block(text) + gga(clock="113959"))).seen == moment("2019-11-04 11:39:59")


def test_a_leap_second_is_a_time() -> None:
    """Second 60 exists."""
    assert only_move(nmea(rmc(clock="235960", date="311225"))).seen == moment("2026-01-01 00:00:00")


def test_a_sentence_without_a_time_is_a_position_without_a_time() -> None:
    """Nothing is invented."""
    assert only_move(nmea(rmc(clock=""))).seen is None


@unhurried
@given(st.integers(-3 * DAY + 1, 3 * DAY - 1), st.integers(0, 3))
def test_any_number_of_rollovers_is_put_right(off: int, rollovers: int) -> None:
    """A date within three days of now, however many times 1024 weeks behind, is put right."""
    assert believable(NOW + off - rollovers * 1024 * 7 * DAY, NOW) == NOW + off


# --- speed and course -------------------------------------------------------------------------------------------


def test_no_course_at_rest() -> None:
    """An empty course is unknown, not north; 360 is north."""
    assert only_move(nmea(rmc(speed="0.0", course=""))).course_deg is None
    assert only_move(nmea(rmc(course="360.0"))).course_deg == 0.0


def test_a_modem_at_rest_that_claims_93_metres_a_second_is_not_believed() -> None:
    """The position counts; the speed goes, on the first fix as on later ones that did not move."""
    fixes = moves(nmea(rmc(speed="180.8"), rmc(clock="115959", speed="180.8")))
    assert [fix.speed_mps for fix in fixes] == [None, None]


def test_a_great_speed_that_the_way_bears_out_is_believed() -> None:
    """A helicopter at 80 m/s covers 0.043 minutes of latitude a second; without having moved it would not count."""
    fixes = moves(nmea(rmc(lat="3013.51200"), rmc(clock="115959.00", lat="3013.55500", speed="155.5")))
    assert fixes[1].speed_mps == pytest.approx(80.0, abs=0.01)


def test_a_way_long_ago_bears_nothing_out() -> None:
    """Ten minutes at 80 m/s on average say nothing of the speed now."""
    fixes = moves(nmea(rmc(lat="3013.51200"), rmc(clock="120958.00", lat="3039.44900", speed="155.5")))
    assert fixes[1].speed_mps is None


def test_gga_before_it_does_not_hide_the_way() -> None:
    """The fix is compared with the one before it, not with its own other sentence."""
    later = gga(clock="115959.00", lat="3013.55500"), rmc(clock="115959.00", lat="3013.55500", speed="155.5")
    assert moves(nmea(rmc(), *later))[-1].speed_mps == pytest.approx(80.0, abs=0.01)


def test_no_speed_above_120_is_ever_believed() -> None:
    """Not even when the position jumps along."""
    fixes = moves(nmea(rmc(lat="3013.51200"), rmc(clock="115959.00", lat="3013.62000", speed="250.0")))
    assert fixes[1].speed_mps is None


def test_events_carry_the_time_they_were_learned() -> None:
    """`at` is the caller's, for positions, reports and faults alike."""
    at = Micros(NOW + 77)
    assert {event.at for event in nmea(rmc() + rmc(status="V") + b"junk\n", at=at)} == {at}
