"""Who speaks NMEA 0183: the ways modems say it."""

from __future__ import annotations

import pytest

from center.ingest.feed import Origin
from center.ingest.nmea import NmeaFeed
from tests.center.ingest.position_feeds import NOW, faults, moves, only_move, reports
from tests.center.ingest.written import gga, nmea, rmc, sentence, tag_block

NAMED = {
    "glued to the sentence": (b"355096030432529" + rmc(), "355096030432529"),
    "with a comma": (b"990000561287964," + rmc(), "990000561287964"),
    "behind a router's name": (b"4711/022789000688081/" + rmc(), "022789000688081"),
    "hexadecimal": (b"660420156A0066AA" + rmc(), "660420156A0066AA"),
    "as an installer typed it": (b"CPSO-12 " + rmc(), "CPSO-12"),
    "a phone number": (b"+13375550100;" + rmc(), "+13375550100"),
    "a line of digits": (b"358244017671308\r\n" + rmc(), "358244017671308"),
    "an IMEI line": (b"IMEI 351467108700000\r\n" + rmc(), "351467108700000"),
    "an IMEI sentence": (b"$IMEI=355797031609284\r\n" + rmc(), "355797031609284"),
    "Cradlepoint": (sentence("PCPTI,Unit Seven,184453,184453.0,6F") + rmc(), "Unit Seven"),
    "Sierra Wireless": (sentence("PSIWMDID,6Q5161694402B133") + rmc(), "6Q5161694402B133"),
    "PGID": (sentence("PGID,359853000144328") + rmc(), "359853000144328"),
    "DEVID": (sentence("DEVID,0x0103846677F21422") + rmc(), "0x0103846677F21422"),
    "GPFID": (b"$GPFID,ID123456ABC\r\n" + rmc(), "ID123456ABC"),
    "CONNECT": (b'$CONNECT,350030950116536,NETWORK,"Net",RO,001\r\n' + rmc(), "350030950116536"),
    "GPTXT,NET": (sentence("GPTXT,NET,1003,A1,-53,232 01") + rmc(), "1003"),
    "a tag block": (tag_block("s:unit7,c:1774267198") + rmc(), "unit7"),
    "behind the checksum": (rmc().strip() + b",11,865733027593268,1,090,086\r\n", "865733027593268"),
    "no name: noise": (b"abc" + rmc(), "avl"),
    "no name: a log's clock": (b"1774267198.25 " + rmc(), "avl"),
    "no name: too short": (b"A7" + rmc(), "avl"),
    "no name: the end of a cut sentence": (b"0.5,M,,*4B" + rmc(), "avl"),
    "no name: not ASCII": ("Straße12".encode() + rmc(), "avl"),
}


@pytest.mark.parametrize(("stream", "unit"), NAMED.values(), ids=NAMED.keys())
def test_names_are_found_where_modems_put_them(stream: bytes, unit: str) -> None:
    """In front of the sentence, on a line before it, in a sentence of its own, in a tag block, behind the checksum."""
    assert only_move(nmea(stream)).unit == unit


def test_pubx_names_its_unit_where_u_blox_has_a_reserved_zero() -> None:
    """Some modems write their id there."""
    line = "PUBX,00,115958.00,3013.5,N,09312.8,W,1.0,D3,2.1,2.0,0.0,0.0,0.0,,0.9,1.1,0.7,9,01012,0"
    assert only_move(nmea(sentence(line))).unit == "01012"


@pytest.mark.parametrize(
    ("peer", "unit"),
    [
        ("10.64.3.2:49152", "10.64.3.2"),
        ("[fd00::7]:5000", "fd00::7"),
        ("avl/unit7/nmea", "avl/unit7/nmea"),
        ("", "avl"),
    ],
)
def test_without_a_name_the_sender_is_the_unit(peer: str, unit: str) -> None:
    """The other end's address without its port, which changes; the topic; or the feed itself."""
    assert only_move(nmea(rmc(), peer=peer)).unit == unit


def test_a_name_holds_until_another_is_told() -> None:
    """One name line serves the connection; a gateway names each of its vehicles."""
    events = nmea(b"UNIT-1" + rmc(), rmc(clock="120000"), b"UNIT-2" + rmc(), rmc(clock="120000"))
    assert [fix.unit for fix in moves(events)] == ["UNIT-1", "UNIT-1", "UNIT-2", "UNIT-2"]


def test_units_on_one_connection_do_not_share_a_fix() -> None:
    """The same place and time told by another unit is another fix, and its altitude its own."""
    first, second = moves(nmea(b"UNIT-1" + gga(), b"UNIT-2" + rmc()))
    assert (first.unit, second.unit, second.altitude_m) == ("UNIT-1", "UNIT-2", None)


def test_a_name_told_after_the_position_takes_it_over() -> None:
    """Some modems send first and say who they are then: the last fix is told again under the right name."""
    before, after = moves(nmea(rmc() + b"$GPFID,ID123456ABC\r\n"))
    assert (before.unit, after.unit) == ("avl", "ID123456ABC")
    assert (before.lat, before.lon, before.seen) == (after.lat, after.lon, after.seen)


def test_only_the_first_name_takes_over() -> None:
    """What a named unit told stays its own when another is named."""
    events = nmea(rmc(), b"$GPFID,ID1\r\n", rmc(clock="120000"), b"$GPFID,ID2\r\n")
    assert [fix.unit for fix in moves(events)] == ["avl", "ID1", "ID1"]


def test_in_one_datagram_the_name_may_come_last() -> None:
    """A complete message has one sender, wherever in it the name stands."""
    events = nmea(rmc() + rmc(status="V") + sentence("PSIWMDID,6Q5161694402B133"), whole=True, peer="10.0.0.9:700")
    assert [fix.unit for fix in moves(events)] == ["6Q5161694402B133"]
    assert [report.unit for report in reports(events)] == ["6Q5161694402B133"]


def test_a_prefix_does_not_take_over_what_others_told() -> None:
    """A gateway's unnamed fix is not the next named unit's."""
    events = nmea(rmc(), b"UNIT-2" + rmc(clock="120000"))
    assert [fix.unit for fix in moves(events)] == ["avl", "UNIT-2"]


def test_a_tag_block_names_the_sentence_behind_it() -> None:
    """Also when several blocks and sentences share a line."""
    line = tag_block("s:unit7") + rmc().strip() + tag_block("s:unit9") + rmc(clock="120000")
    assert [fix.unit for fix in moves(nmea(line))] == ["unit7", "unit9"]


def test_a_damaged_tag_block_takes_its_sentence_with_it() -> None:
    """Whose the sentence is can no longer be known."""
    events = nmea(b"\\s:unit7*00\\" + rmc())
    assert not moves(events)
    assert [fault.why for fault in faults(events)] == ["tag block: checksum wrong or missing"]


def test_memory_is_bounded_however_many_units_speak() -> None:
    """Ten thousand names on one connection: all are heard, the first are forgotten."""
    feed = NmeaFeed(Origin("gateway"), {})
    for number in range(10_000):
        (event,) = feed.receive(b"UNIT-%05d" % number + rmc(), NOW)
        assert moves([event])[0].unit == f"UNIT-{number:05d}"
    assert len(feed._tracks._tracks) <= 4096
