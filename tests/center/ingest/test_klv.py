"""MISB ST 0601: where an aircraft's camera looks."""

from __future__ import annotations

import pytest

from center.core.camera_events import CameraLooked
from center.core.events import SECOND
from center.ingest.klv import KEY
from tests.center.ingest.feeding import events_of, feed_of, only, the, whys
from tests.center.ingest.position_feeds import NOW


def item(tag: int, value: bytes) -> bytes:
    head = bytes((tag,)) if tag < 128 else bytes((0x80 | tag >> 7, tag & 0x7F))
    return head + bytes((len(value),)) + value


def angle(value: float, most: float, size: int) -> bytes:
    return round(value / most * ((1 << 8 * size - 1) - 1)).to_bytes(size, "big", signed=True)


def packet(*items: bytes, spoil: int = 0) -> bytes:
    body = b"".join(items)
    size = len(body) + 4
    length = bytes((size,)) if size < 128 else bytes((0x82,)) + size.to_bytes(2, "big")
    whole = KEY + length + body + b"\x01\x02"
    total = 0
    for number, byte in enumerate(whole):
        total += byte << (8 * ((number + 1) % 2))
    return whole + ((total + spoil) & 0xFFFF).to_bytes(2, "big")


def looked(second: float = 0.0, center: tuple[float, float] = (30.25, -93.2), *more: bytes) -> bytes:
    """A camera at 30.2, -93.25, 1,500 m up, whose picture shows the country about `center`."""
    lat, lon = center
    offsets = ((0.01, -0.01), (0.01, 0.01), (-0.01, 0.01), (-0.01, -0.01))
    return packet(
        item(2, (NOW + round(second * SECOND)).to_bytes(8, "big")),
        item(3, b"MISSION01"),
        item(13, angle(30.2, 90, 4)),
        item(14, angle(-93.25, 180, 4)),
        item(15, round((1500 + 900) / 19_900 * 65_535).to_bytes(2, "big")),
        item(21, round(6000 / 5_000_000 * (2**32 - 1)).to_bytes(4, "big")),
        item(23, angle(lat, 90, 4)),
        item(24, angle(lon, 180, 4)),
        *(
            item(26 + 2 * corner + half, angle(offset, 0.075, 2))
            for corner, pair in enumerate(offsets)
            for half, offset in enumerate(pair)
        ),
        *more,
    )


def test_the_outline_of_the_picture_on_the_ground() -> None:
    """Centre, four corners in order around it, and where the camera is; an item of a tag with two bytes, and one nobody
    uses, are passed over."""
    event = the(
        CameraLooked, events_of(feed_of("klv", options={"camera": "air"}), looked(0, (30.25, -93.2), item(201, b"x")))
    )
    assert isinstance(event, CameraLooked)
    assert (event.camera, event.seen) == ("air", NOW)
    assert (event.lat, event.lon, event.camera_lat, event.camera_lon) == pytest.approx((30.25, -93.2, 30.2, -93.25))
    assert (event.altitude_m, event.range_m) == pytest.approx((1500, 6000), abs=0.5)
    expected = [(30.26, -93.21), (30.26, -93.19), (30.24, -93.19), (30.24, -93.21)]
    assert [part for corner in event.corners for part in corner] == pytest.approx(
        [part for corner in expected for part in corner], abs=1e-5
    )


def test_the_standards_own_figures() -> None:
    """ST 0601's examples: -1.094 degrees of an offset corner and the latitude of a sensor as their bytes are given
    there."""
    told = events_of(
        feed_of("klv"),
        packet(item(13, bytes.fromhex("5595b66d")), item(14, bytes.fromhex("5b5360c4"))),
    )
    event = the(CameraLooked, told)
    assert isinstance(event, CameraLooked)
    assert (event.camera_lat, event.camera_lon) == pytest.approx((60.1768229669783, 128.426759042045), abs=1e-6)


def test_full_corners_are_believed_before_offsets() -> None:
    full = [
        item(82 + number, angle(value, 90 if number % 2 == 0 else 180, 4)) for number, value in enumerate((31, -94) * 4)
    ]
    event = the(CameraLooked, events_of(feed_of("klv"), looked(0, (30.25, -93.2), *full)))
    assert isinstance(event, CameraLooked)
    assert event.corners[0] == pytest.approx((31, -94))


def test_twice_a_second_is_enough() -> None:
    """By the camera's clock, however the packets come."""
    stream = b"".join(looked(number / 25) for number in range(50))
    assert len(only(CameraLooked, events_of(feed_of("klv"), stream))) == 4


def test_off_the_earth_is_nowhere() -> None:
    """The most negative number says that the ray meets no ground."""
    nowhere = (-(2**31)).to_bytes(4, "big", signed=True)
    event = the(
        CameraLooked,
        events_of(
            feed_of("klv"),
            packet(item(13, angle(30, 90, 4)), item(14, angle(-93, 180, 4)), item(23, nowhere), item(24, nowhere)),
        ),
    )
    assert isinstance(event, CameraLooked)
    assert (event.lat, event.lon, event.corners) == (None, None, ())


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (packet(item(13, angle(30, 90, 4)), spoil=1), "the checksum does not match"),
        (KEY + b"\x05\x0d\x04abc", "no checksum at the end"),
        (KEY + b"\x84\xff\xff\xff\xff", "the length makes no sense"),
        (packet(b"\x0d\x60abc"), "an item that runs beyond its packet"),
        (looked()[:-30], "no checksum at the end"),
        (b"\x00" * 40, "no key of ST 0601"),
    ],
)
def test_what_makes_no_sense_is_told_and_the_next_packet_is_read(bad: bytes, why: str) -> None:
    events = events_of(feed_of("klv"), bad, looked(5))
    assert whys(events)[0] == why
    assert len(only(CameraLooked, events)) == 1


def test_a_packet_whose_end_never_comes_is_told_at_the_end() -> None:
    assert whys(events_of(feed_of("klv"), looked()[:-1]))[0] == "packet cut short"


def test_an_option_it_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="klv has no option 'name'; it has camera"):
        feed_of("klv", options={"name": "air"})
