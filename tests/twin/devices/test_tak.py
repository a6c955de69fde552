"""What the twin's TAK clients write and read, beside the center's decoder and encoder, sharing nothing with them."""

from __future__ import annotations

from random import Random

import pytest

from center.cot import encoding
from center.cot.encoding import Moments
from center.ingest.cot_xml import CotSplitter, parse, pieces_of
from twin.devices import tak
from twin.devices.tak import Reader, Who
from twin.devices.things import SECOND_US, Fix

AT_US = 1_774_267_198_250_000
HERE = Fix(0, 30.2266, -93.2174, 12.0, 90.0)
ME, ROOM = Who("ANDROID-1", 'Unit "4" & <co>'), Who("RTCC", "RTCC")
MOMENTS = Moments(AT_US, AT_US, AT_US + SECOND_US)


def test_what_a_client_writes_is_read_as_meant() -> None:
    """By another vendor's decoder, out of one stream."""
    said = [
        tak.presence(ME, AT_US, HERE, 10 * SECOND_US, "White"),
        tak.chat(ME, ROOM, "m-1", "at the <ramp> & waiting", AT_US),
        tak.receipt("delivered", ME, ROOM, "m7.1", AT_US),
        tak.receipt("read", ME, ROOM, "m7.1", AT_US),
        tak.ping(ME, AT_US),
    ]
    place, chat, delivered, read, ping = (parse(data) for _, data, why in CotSplitter().feed(b"".join(said)) if not why)
    assert (place.callsign, place.lat, place.lon, place.speed_mps, place.course_deg) == (
        ME.callsign,
        *(30.2266, -93.2174, 12.0, 90.0),
    )
    assert (place.time, place.stale) == (AT_US, AT_US + 30 * SECOND_US)
    assert chat.chat is not None
    assert chat.chat[:4] == ("m-1", "RTCC", ME.callsign, "at the <ramp> & waiting")
    assert [(one.type, one.receipt) for one in (delivered, read)] == [("b-t-f-d", "m7.1"), ("b-t-f-r", "m7.1")]
    assert ping.type == "t-x-c-t"


def test_broken_xml_is_one_fault_and_what_comes_behind_is_read() -> None:
    whole = tak.presence(ME, AT_US, HERE, SECOND_US, "Cyan")
    splitter = CotSplitter()
    faults = [why for _, event, why in pieces_of(splitter, tak.broken(whole) + whole) if event is None]
    assert len(faults) == 1
    assert "not XML" in faults[0]


@pytest.mark.parametrize("cut", [1, 7, 1000])
def test_a_client_reads_what_the_center_writes_in_whatever_pieces_it_comes(cut: int) -> None:
    """A unit, a message, a receipt and a removal; and what is no XML is passed over."""
    stream = b"".join(
        (
            encoding.contact("unit.SO-1", "SO-1", 30.2, -93.2, MOMENTS, own=True),
            b"<event uid='x></event>",
            encoding.chat("m7.1", ME.uid, ME.callsign, "which door?", MOMENTS),
            encoding.receipt("read", "m-1", ME.uid, ME.callsign, MOMENTS),
            encoding.gone("hit.a1", MOMENTS),
        )
    )
    reader = Reader()
    shown = [one for at in range(0, len(stream), cut) for one in reader.feed(stream[at : at + cut])]
    assert [(one.type, one.callsign, one.about) for one in shown] == [
        *(("a-f-G-E-V-C", "SO-1", ""), ("b-t-f", "", "m7.1"), ("b-t-f-r", "", "m-1"), ("t-x-d-d", "", "hit.a1")),
    ]
    assert (shown[1].sender, shown[1].text) == (ROOM, "which door?")


def test_whatever_comes_is_survived() -> None:
    """Bounded, too: of an event that never ends the oldest bytes go."""
    dice, reader = Random(1), Reader()
    for _ in range(200):
        reader.feed(dice.randbytes(dice.randrange(40)) + dice.choice((b"</event>", b"<event", b"")))
    reader.feed(b"<event " + b"x" * (3 << 20))
    assert len(reader._held) <= 1 << 20
