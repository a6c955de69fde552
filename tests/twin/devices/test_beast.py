"""The Beast port: frames as captured, and read back by another vendor's decoder."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tests.twin.devices.samples import sample
from twin.devices import beast


def unescaped(data: bytes) -> list[tuple[int, int, bytes]]:
    """Stamp, signal and message of each frame, by the format's rules."""
    frames = [
        match[1].replace(b"\x1a\x1a", b"\x1a") for match in re.finditer(rb"\x1a[23]((?:[^\x1a]|\x1a\x1a)+)", data)
    ]
    return [(int.from_bytes(body[:6], "big"), body[6], body[7:]) for body in frames]


def test_captured_frames_come_out_as_they_were() -> None:
    """Stamp, signal and message of every frame that a receiver served, framed again, are the captured bytes."""
    captured = sample("adsb/beast_readsb_pymodes_406B90.bin").read_bytes()
    frames = unescaped(captured)
    assert len(frames) > 100
    for stamp, signal, message in frames:
        assert beast.frame(message, stamp, signal) in captured


@given(st.binary(min_size=14, max_size=14) | st.binary(min_size=7, max_size=7), st.integers(0, 2**60))
def test_whatever_the_bytes_a_frame_is_one_frame(message: bytes, ticks: int) -> None:
    """0x1a inside is written twice; the stamp wraps round."""
    assert unescaped(beast.frame(message, ticks, 0x1A)) == [(ticks % 2**48, 0x1A, message)]
