"""Cradlepoint's comma-separated reports into positions."""

from __future__ import annotations

import pytest

from center.ingest.cradlepoint import CradlepointFeed
from center.ingest.feed import Origin
from tests.center.ingest.position_feeds import (
    faults,
    moment,
    moves,
    only_move,
    reports,
)
from tests.center.ingest.written import cradlepoint, report


def test_a_report_is_a_position() -> None:
    """Degrees and minutes, knots, degrees; the time of day is put on the day nearest to now."""
    fix = only_move(cradlepoint(report()))
    assert fix.unit == "353547063544681"
    assert (fix.lat, fix.lon, fix.course_deg) == pytest.approx((30.2252, -93.2146, 84.4))
    assert fix.speed_mps == pytest.approx(22.4 * 1852 / 3600)
    assert fix.seen == moment("2026-03-23 11:59:58")


@pytest.mark.parametrize(("clock", "seen"), [("0", "00:00:00"), ("1", "00:00:01"), ("2359", "00:23:59")])
def test_a_time_is_a_number_without_its_leading_zeros(clock: str, seen: str) -> None:
    """Just after midnight the time has one digit."""
    at = moment("2026-03-23 00:30:00")
    assert only_move(cradlepoint(report(clock=clock), at=at)).seen == moment(f"2026-03-23 {seen}")


def test_midnight_is_crossed_both_ways() -> None:
    """A report from before midnight that comes after it is yesterday's."""
    fix = only_move(cradlepoint(report(clock="235959"), at=moment("2026-03-24 00:00:02")))
    assert fix.seen == moment("2026-03-23 23:59:59")


def test_what_is_empty_is_unknown() -> None:
    """At rest there is no course; a report without a time has none; short reports end behind the course."""
    fix = only_move(cradlepoint(b"+13375550100,,3013.512,N,9312.876,W,0.0,\n"))
    assert (fix.unit, fix.speed_mps, fix.course_deg, fix.seen) == ("+13375550100", 0.0, None, None)


def test_a_report_without_an_id_is_the_senders() -> None:
    """Its address stands for it."""
    assert only_move(cradlepoint(report(name=""), peer="100.64.1.9:30000", whole=True)).unit == "100.64.1.9"


@pytest.mark.parametrize("line", [b"1234,115958,,,,,,,,,,,,,", report(lat="0000.0", lon="00000.0")])
def test_without_a_fix_there_is_no_position(line: bytes) -> None:
    """Empty, or zero and zero: told once."""
    events = cradlepoint(line, b"\n", line)
    assert not moves(events)
    assert [said.status for said in reports(events)] == ["no-fix"]


def test_a_report_sent_again_is_dropped_for_each_unit_by_itself() -> None:
    """The same fix of the same unit is no news; the same of another is."""
    events = cradlepoint(report(name="A1"), report(name="B2"), report(name="A1"), report(name="A1", clock="115959"))
    assert [fix.unit for fix in moves(events)] == ["A1", "B2", "A1"]


def test_a_modem_at_rest_that_claims_93_metres_a_second_is_not_believed() -> None:
    """The position counts, the speed does not."""
    assert only_move(cradlepoint(report(speed="180.8"))).speed_mps is None


IMPOSSIBLE = {
    "fewer than 8 fields: id, time, latitude, N/S, longitude, E/W, speed, course": b"353547063544681,115958,3013.5,N",
    "latitude: not a number": report(lat="inf"),
    "latitude: beyond 90 degrees": report(lat="9100.0"),
    "longitude: not a number": report(lon=""),
    "longitude: beyond 180 degrees": report(lon="18100.0"),
    "speed: not a number": report(speed="1e9"),
    "course: beyond 360 degrees": report(course="400"),
    "time: no such time of day": report(clock="240000"),
    "time: not hhmmss.sss": report(clock="1159581"),
    "id: not printable, or too long": report(name="\x07"),
    "line longer than 1024 bytes": b"1" * 2000 + b"\n",
}


@pytest.mark.parametrize("line", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_cannot_be_is_a_fault_that_names_the_field(line: bytes) -> None:
    """And what follows it decodes."""
    why = next(name for name, text in IMPOSSIBLE.items() if text == line)
    events = cradlepoint(line, b"\n", report())
    assert [fault.why for fault in faults(events)] == [why]
    assert len(moves(events)) == 1


def test_options_nobody_knows_are_refused() -> None:
    """A mistake in the site file is found when the center starts."""
    with pytest.raises(ValueError, match="speed"):
        CradlepointFeed(Origin("avl"), {"speed": "mph"})
