"""Signs of a picture at rest, in H.264 and in H.265, by the pictures' own bytes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from center.relay import h264, h265
from center.relay.freshness import Freshness
from center.relay.media import Frame, Track

SECOND = 1_000_000
STALE_US = 3 * SECOND
AVC, HEVC = Track("avc1.64001f", b""), Track("hvc1.1.6.L93", b"")
Clock = Callable[[int], bytes]


def timing(tick: int) -> bytes:
    """H.264's pic_timing (D.1.3)."""
    return b"\x06\x01\x04" + tick.to_bytes(4, "big") + b"\x80"


def time_code(tick: int) -> bytes:
    """H.265's time_code (D.2.27), of one clock, in a prefix SEI message."""
    seconds, pictures = divmod(tick, 25)
    bits = f"01{1:01b}{0:01b}{0:05b}{1:01b}{0:01b}{0:01b}{pictures:09b}{seconds:06b}{0:06b}{0:05b}{0:05b}1"
    payload = int(bits.ljust(48, "0"), 2).to_bytes(6, "big")
    return b"\x4e\x01\x88\x06" + payload + b"\x80"


def unregistered(tick: int) -> bytes:
    return b"\x4e\x01\x05\x14" + b"a name of 16 bytes".ljust(16)[:16] + tick.to_bytes(4, "big") + b"\x80"


def shown(track: Track, clock: Clock, *, stands_at: int = 10**6, repeats_at: int = 10**6) -> str:
    """Why it is stale after ten seconds of 25 pictures each; the clock stands, and pictures repeat, from then on."""
    one = Freshness(STALE_US, 0)
    one.shaped(track, 3600)
    kinds = h265.kinds if track is HEVC else h264.kinds
    head = b"\x02\x01" if track is HEVC else b"\x41"
    for number in range(250):
        picture = head + min(number, repeats_at).to_bytes(4, "big") * 100
        nals = (clock(min(number, stands_at)), picture)
        data = h264.sample(nals)
        at = number * SECOND // 25
        one.saw(Frame(data, 0, number == 0, at, None, number * 3600, 0, 3600, number * 3600, kinds(nals)))
    found = one.stale(10 * SECOND)
    return found.why if found else ""


@pytest.mark.parametrize(("track", "clock"), [(AVC, timing), (HEVC, time_code), (HEVC, unregistered)])
def test_a_clock_that_has_moved_and_stands_is_found_out(track: Track, clock: Clock) -> None:
    """And one that goes on says nothing, nor does one that never moved."""
    assert shown(track, clock, stands_at=100) == "the clock in the camera's stream stands still"
    assert not shown(track, clock)
    assert not shown(track, clock, stands_at=0)


@pytest.mark.parametrize(("track", "clock"), [(AVC, timing), (HEVC, time_code)])
def test_the_same_picture_is_the_same_although_the_clock_beside_it_goes_on(track: Track, clock: Clock) -> None:
    assert shown(track, clock, repeats_at=100) == "the camera sends the same picture again and again"
