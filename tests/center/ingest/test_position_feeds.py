"""What holds of every position decoder, whatever is done to its bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.core.events import Event, FeedFaulted
from tests.center.ingest.position_feeds import CUTS, cut, damaged, faults, moment, moves, unhurried
from tests.center.ingest.written import (
    SECOND,
    cradlepoint,
    gga,
    gp,
    location,
    message,
    nmea,
    owntracks,
    pv,
    report,
    rmc,
    sentence,
    tag_block,
    taip,
)

TAIP_STREAM = b"".join(
    [
        message(pv()),
        b"\r\n",
        message(pv(second=43199))[:-1],
        gp(),
        b"noise",
        message("RAL43199+00005+00012;ID=1"),
        message(pv(fix="10")),
        gp(rest="0FFBF03"),
        message(pv(second=43200)).replace(b"+3022520", b"+3122520"),
        message(pv(second=43201))[:-4],
    ]
)

CRADLEPOINT_STREAM = (
    report()
    + report(clock="115959")[:40]
    + b"\r\n\r\n"
    + b"junk\n"
    + report(name="B2", lat="")
    + report(clock="1")[:-2]
)

OWNTRACKS_STREAM = (
    b"\n".join(location(tst=SECOND + step) for step in range(3))
    + b'\n{"_type":"lwt","tst":1}\n'
    + msgspec.json.format(location(tst=SECOND + 7), indent=2)
    + b"\n["
    + location(tst=SECOND + 8)
    + b","
    + location(tst=SECOND + 9, lat=91)
    + b']\n{"_type":"loc'
)

NMEA_STREAM = (
    b"\xff\x00 noise\r\n"
    + sentence("PCPTI,Unit Seven,184453,184453.0,6F")
    + gga()
    + rmc()
    + sentence("GPVTG,084.4,T,,M,22.4,N,41.5,K,A")
    + b"355096030432529"
    + rmc(clock="115959").strip()
    + rmc(clock="120000", status="V")
    + tag_block("s:unit9")
    + gga(clock="120001.25")
    + rmc(clock="120002").replace(b"3013", b"3113")
    + rmc(clock="120003", date="220899")
    + b"$IMEI=355797031609284\n"
    + rmc(clock="120004")[:-9]
)


class Case(NamedTuple):
    """A decoder, a stream that holds all its oddities, and one more good message behind it."""

    decode: Callable[..., list[Event]]
    stream: bytes
    good: bytes


CASES = {
    "nmea": Case(nmea, NMEA_STREAM, b"\r\n" + rmc(clock="123456")),
    "taip": Case(taip, TAIP_STREAM, message(pv(second=45296))),
    "cradlepoint": Case(cradlepoint, CRADLEPOINT_STREAM, b"\n" + report(clock="123456")),
    "owntracks": Case(owntracks, OWNTRACKS_STREAM, b"\n" + location(tst=SECOND + 2096) + b"\n"),
}
each = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def without_excerpts(events: list[Event]) -> list[Event]:
    return [msgspec.structs.replace(e, excerpt="") if isinstance(e, FeedFaulted) else e for e in events]


@each
@unhurried
@given(data=st.data(), cuts=CUTS)
def test_how_a_stream_is_cut_does_not_matter(case: Case, data: st.DataObject, cuts: list[int]) -> None:
    """The same bytes in other pieces are the same events, damaged or not. (How much of a damaged OwnTracks object its
    fault shows depends on how much had come.)"""
    stream = data.draw(st.just(case.stream) | damaged(case.stream))
    assert without_excerpts(case.decode(*cut(stream, cuts))) == without_excerpts(case.decode(stream))


@each
@unhurried
@given(data=st.binary(max_size=400), whole=st.booleans())
def test_no_bytes_raise(case: Case, data: bytes, whole: bool) -> None:
    """Whatever arrives, nothing is raised, and a few events at most come of it."""
    assert len(case.decode(data, whole=whole)) <= len(data) + 1


@each
@unhurried
@given(data=st.data(), cuts=CUTS)
def test_damaged_streams_do_not_raise_and_what_follows_decodes(
    case: Case, data: st.DataObject, cuts: list[int]
) -> None:
    """Flipped, lost, added bytes: nothing is raised, and the next good message is read."""
    events = case.decode(*cut(data.draw(damaged(case.stream)), cuts), case.good)
    assert len(events) < 60
    assert moves(events)[-1].seen == moment("2026-03-23 12:34:56")


@each
def test_a_flood_of_garbage_is_folded(case: Case) -> None:
    """A thousand bad lines are told in a few faults that count the rest, or as the one run of garbage they are."""
    told = faults(case.decode(b"@garbage\n" * 1000))
    assert len(told) < 30
    assert sum(1 + fault.repeats for fault in told) in (1, 1000)
