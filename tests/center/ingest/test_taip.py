"""TAIP into positions. Messages follow Trimble's and Rinho's field tables; checksums are the tests' own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.ingest.feed import Origin
from center.ingest.taip import TaipFeed
from tests.center.ingest.position_feeds import (
    NOW,
    faults,
    moment,
    moves,
    only_move,
    reports,
    unhurried,
)
from tests.center.ingest.written import gp, message, pv, taip

# --- what a message says ----------------------------------------------------------------------------------------


def test_pv_is_a_position() -> None:
    """Trimble's own example: degrees to 1e-5, miles an hour, second of the day, and its checksum."""
    fix = only_move(taip(b">RPV15714+3739438-1220384601512612;ID=1234;*7F<"))
    assert fix.unit == "1234"
    assert (fix.lat, fix.lon, fix.course_deg) == (37.39438, -122.03846, 126.0)
    assert fix.speed_mps == pytest.approx(15 * 0.44704)
    assert fix.seen == moment("2026-03-23 04:21:54")


def test_pv_is_put_on_the_nearest_day() -> None:
    """It has no date: just after midnight, the second before midnight was yesterday's."""
    fix = only_move(taip(message(pv(second=86399)), at=moment("2026-03-24 00:00:02")))
    assert fix.seen == moment("2026-03-23 23:59:59")


@pytest.mark.parametrize(("fix", "why"), [("10", "not available"), ("92", "no fix"), ("90", "neither")])
def test_pv_that_says_it_must_not_be_used_moves_nobody(fix: str, why: str) -> None:
    """Age 0 is `not available`, source 9 `no fix`: the position beside them is not one."""
    events = taip(message(pv(fix=fix)))
    assert not moves(events), why
    assert [report.status for report in reports(events)] == ["no-fix"]


def test_zero_zero_is_no_position() -> None:
    """A receiver without a fix shows zeros."""
    events = taip(message(pv(lat="+0000000", lon="+00000000")))
    assert [report.status for report in reports(events)] == ["no-fix"]
    assert not moves(events)


def test_ev_has_a_date() -> None:
    """Event, GPS week and day stand before what PV has: week 2411, Monday is 2026-03-23."""
    fix = only_move(taip(message(f"REV0124111{pv()[3:]}")))
    assert fix.seen == moment("2026-03-23 11:59:58")
    assert (fix.lat, fix.lon) == (30.2252, -93.2146)


def test_a_ten_bit_week_is_put_right() -> None:
    """Week 363 is week 2411 of a receiver that counts to 1023."""
    assert only_move(taip(message(f"REV0103631{pv()[3:]}"))).seen == moment("2026-03-23 11:59:58")


@pytest.mark.parametrize(
    "body",
    [
        "RGP230326115958+3022520-093214600360843004D50",
        "RGP230326115958+3013.5120-09312.87600360843004D50",
        "RPI230326115958+3022520-0932146003608430000",
        "RUS00,230326115958+3022520-09321460036084200FF,000000,0000000111,15640422,00000,+25.5,00000,51",
        "RUV01111,NT003,230326115958+3022520-09321460036084300DE0006,00111585,0,0,0,16,50000",
        "RCQ00230326115958+3022520-09321460036084FF0013501CDCC6313011100001514",
        "RCQAF230326115958+3022520-09321460036084FF0013501CDCC6313011100001514",
        "RCV12230326115958+3022520-093214600360847F001200020A1D013010600001509+0000FF+0000FF",
        "RBR00230326115958+3022520-09321460036084FF0022900003B3C13010800001118410+24061A",
        "REQ00230326115958+3022520-09321460036084FF0013501CDCC6313011100001514",
    ],
)
def test_the_familys_reports_are_positions(body: str) -> None:
    """Date, time, degrees (or degrees and minutes), km/h, heading, in reports with and without number and model."""
    fix = only_move(taip(message(f"{body};ID=8385")))
    assert (fix.lat, fix.lon, fix.course_deg) == pytest.approx((30.2252, -93.2146, 84.0), abs=1e-9)
    assert fix.speed_mps == pytest.approx(10.0)
    assert fix.seen == moment("2026-03-23 11:59:58")


def test_an_old_fix_has_its_own_time() -> None:
    """The report's clock goes on without the receiver; the age behind it leads back to the fix."""
    assert only_move(taip(gp(rest="31E4D50"))).seen == moment("2026-03-23 11:59:28")
    assert len(moves(taip(gp(rest="3004D50"), gp(when="230326120008", rest="30A4D50")))) == 1


@pytest.mark.parametrize(("rest", "seen"), [("0FFBF03", None), ("90ABF03", moment("2026-03-23 11:59:48"))])
def test_a_position_remembered_without_a_fix_is_followed_by_no_fix(rest: str, seen: int | None) -> None:
    """The device repeats where it last was: that is told once, with the time when it is known, and that it has no fix.
    Its speed is not: it may have stopped since."""
    events = taip(gp(rest=rest), gp(when="230326120058", rest=rest))
    (fix,) = moves(events)
    assert (fix.lat, fix.seen, fix.speed_mps) == (30.2252, seen, None)
    assert [type(event).__name__ for event in events] == ["UnitMoved", "UnitReported"]


def test_long_reports_say_whether_they_have_a_fix() -> None:
    """Fix mode 2 or 3 is one; anything else, with an age that means never, is a remembered position."""
    events = taip(message("RCQ09230326115958+3022520-093214600000007F0000000000000115000FFFF1099;ID=8385"))
    assert [type(event).__name__ for event in events] == ["UnitMoved", "UnitReported"]
    assert moves(events)[0].seen is None


def test_a_clock_without_a_date_costs_the_time_and_not_the_position() -> None:
    """Zeros, and years that no receiver was made in."""
    assert only_move(taip(gp(when="000000000000"))).seen is None
    assert only_move(taip(gp(when="010180000000"))).seen is None


@pytest.mark.parametrize(
    "body",
    [
        "RLN43198000+302252000-0932146000+000059150000+0000000012000000000000000000000000000000000000000000000012;ID=1",
        "RAL43198+00005+00012;ID=1",
        "RCP43198+302252-093214612;ID=1",
        "RUV0000,NT003,230326115958,00111595,39K40156,0B36 F,203 V,V1.5,JMAK,0,0,0,;ID=1",
        "RVR XYZ;VERSION 1.00;ID=1",
        "QPV",
        "SRM;ID_FLAG=T",
    ],
)
def test_messages_we_do_not_need_are_no_faults(body: str) -> None:
    """Long navigation, altitude, versions, what others ask: they pass in silence."""
    assert taip(message(body)) == []


# --- messages on the wire ---------------------------------------------------------------------------------------


def test_a_damaged_checksum_never_moves_a_unit() -> None:
    """The message is a fault, the one behind it a position."""
    events = taip(message(pv()).replace(b"+3022520", b"+3122520"), message(pv()))
    assert [fault.why for fault in faults(events)] == ["checksum: wrong"]
    assert [fix.lat for fix in moves(events)] == [30.2252]


def test_half_a_checksum_is_a_fault() -> None:
    """It proves nothing."""
    assert [fault.why for fault in faults(taip(message(pv())[:-2] + b"<"))] == ["checksum: not two hexadecimal digits"]


@pytest.mark.parametrize("star_counts", [True, False])
def test_both_ways_to_count_the_checksum_are_accepted(star_counts: bool) -> None:
    """With the star as Trimble has it, or without; in lower case, or missing."""
    line = message(pv(), star_counts)
    assert only_move(taip(line))
    assert only_move(taip(line.lower().replace(b"rpv", b"RPV").replace(b"id=cp", b"ID=CP")))
    assert only_move(taip(line[: line.index(b";*")] + b"<"))


def test_a_missing_end_is_mended_by_whatever_follows() -> None:
    """The next `>`, a line ending, the end of the datagram or of the stream end a message too."""
    bare = message(pv())[:-1]
    assert len(moves(taip(bare + message(pv(second=43199))))) == 2
    assert len(moves(taip(bare + b"\r\n"))) == 1
    assert len(moves(taip(bare, whole=True))) == 1
    assert len(moves(taip(bare))) == 1


def test_one_datagram_may_hold_several_messages() -> None:
    """With or without anything between them."""
    messages = [message(pv(second=second)) for second in range(43195, 43199)]
    assert len(moves(taip(b"".join(messages), whole=True))) == 4
    assert len(moves(taip(b"\r\n".join(messages), whole=True))) == 4


@pytest.mark.parametrize(("peer", "unit"), [("10.64.3.2:21000", "10.64.3.2"), ("", "avl")])
def test_without_an_id_the_sender_is_the_unit(peer: str, unit: str) -> None:
    """The vehicle id is optional."""
    assert only_move(taip(message(pv().partition(";")[0]), peer=peer)).unit == unit


def test_ids_are_found_among_other_attributes() -> None:
    """Before or behind them, in either case."""
    for attributes in ("IO=200;SV=9;CF=0,0,0;ID=357042063052352", "id=357042063052352;#LOG:6AE4"):
        assert only_move(taip(f">{pv().partition(';')[0]};{attributes}<".encode())).unit == "357042063052352"


IMPOSSIBLE = {
    "latitude: beyond 90 degrees": pv(lat="+9000001"),
    "latitude: not a sign and 7 digits": pv(lat="+30225_0"),
    "longitude: beyond 180 degrees": pv(lon="-18000001"),
    "longitude: not a sign and 8 digits": pv(lon="09321460 "),
    "time: no such second of the day": pv(second=86400),
    "speed: not 3 digits": pv(rest="0.2084"),
    "heading: beyond 360 degrees": pv(rest="022361"),
    "source and age: missing": pv(fix=""),
    "GP: not laid out as date, time, latitude, longitude, speed, heading": "RGP230326115958+30nan20-09321460036084",
    "time: no such time of day": "RGP230326246060+3022520-09321460036084",
    "latitude: beyond 90 degrees, or 60 minutes or more": "RGP230326115958+3060.0000-09312.8760036084",
    "not a TAIP message": "\xff\xfe",
}


@pytest.mark.parametrize("body", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_cannot_be_is_a_fault_that_names_the_field(body: str) -> None:
    """And what follows it decodes."""
    why = next(name for name, text in IMPOSSIBLE.items() if text == body)
    events = taip(f">{body}<".encode("latin-1"), message(pv()))
    assert [fault.why for fault in faults(events)] == [why]
    assert len(moves(events)) == 1


def test_an_endless_message_is_given_up() -> None:
    """And what follows it decodes."""
    events = taip(b">RPV" + b"0" * 5000, message(pv()))
    assert [fault.why for fault in faults(events)] == ["message longer than 2048 bytes"]
    assert len(moves(events)) == 1


# --- acknowledgements -------------------------------------------------------------------------------------------


def said_back(*lines: bytes) -> bytes:
    feed = TaipFeed(Origin("avl"), {})
    for line in lines:
        feed.receive(line, NOW)
    return feed.to_send()


@pytest.mark.parametrize(("star_counts", "check"), [(True, b"72"), (False, b"58")])
def test_a_numbered_report_is_acknowledged_in_its_own_manner(star_counts: bool, check: bytes) -> None:
    """Rinho's example: the acknowledgement of #0021 to unit 1234 has checksum 72; whose checksums leave out the star
    is answered without it."""
    report = message("RGP230326115958+3022520-093214600360843004D50;#0021;ID=1234", star_counts)
    assert said_back(report) == b">ACK;#0021;ID=1234;*" + check + b"<\r\n"


@pytest.mark.parametrize(
    "line",
    [
        message(pv()),
        message("RGP230326115958+3022520-093214600360843004D50;#0080"),
        message("RSSXP0011;#8001;ID=1234"),
        gp().replace(b"+3022520", b"+3122520"),
    ],
    ids=["no number", "no id", "the answer to a command of ours", "damaged"],
)
def test_nothing_else_is_acknowledged(line: bytes) -> None:
    """Above all not a damaged report: it must be sent again."""
    assert said_back(line) == b""


def test_what_is_to_be_said_is_said_once_and_bounded() -> None:
    """Taking it empties it; a link that never takes it costs no memory."""
    feed = TaipFeed(Origin("avl"), {})
    for _ in range(1000):
        feed.receive(gp(), NOW)
    assert 0 < len(feed.to_send()) <= 4096
    assert feed.to_send() == b""


def test_options_nobody_knows_are_refused() -> None:
    """A mistake in the site file is found when the center starts."""
    with pytest.raises(ValueError, match="units"):
        TaipFeed(Origin("avl"), {"units": "mph"})


# --- properties -------------------------------------------------------------------------------------------------


@unhurried
@given(st.integers(0, len(message(pv())) - 1), st.integers(0, 7))
def test_no_single_flipped_bit_moves_a_unit_to_a_wrong_place(place: int, bit: int) -> None:
    """One damaged bit in a message with a checksum: the true position, or none."""
    line = bytearray(message(pv()))
    line[place] ^= 1 << bit
    assert all((fix.lat, fix.lon) == (30.2252, -93.2146) for fix in moves(taip(bytes(line))))


@unhurried
@given(st.integers(-9_000_000, 9_000_000), st.integers(-18_000_000, 18_000_000))
def test_positions_are_exact(lat: int, lon: int) -> None:
    """Every position the format can write comes back as it was."""
    events = taip(message(pv(lat=f"{lat:+08d}", lon=f"{lon:+09d}")))
    assert [(fix.lat, fix.lon) for fix in moves(events)] == ([(lat / 1e5, lon / 1e5)] if lat or lon else [])
