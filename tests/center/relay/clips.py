"""Small films for tests and benchmarks, coded here and now by libx264.

Knows: how to draw something that moves and code it as H.264 in NAL units, at a steady rate.
Refuses to know: what is tested with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import av
import msgspec
import numpy as np


class Clip(NamedTuple):
    """`pictures` are access units as NAL units; the first of every `gop` of them is a keyframe."""

    pictures: tuple[tuple[bytes, ...], ...]
    width: int
    height: int
    fps: int
    gop: int

    @property
    def sets(self) -> tuple[bytes, ...]:
        return tuple(nal for nal in self.pictures[0] if nal[0] & 31 in (7, 8))


@cache
def clip(
    width: int = 320,
    height: int = 180,
    *,
    frames: int = 50,
    gop: int = 10,
    fps: int = 25,
    kbps: int = 300,
    b_frames: int = 0,
    is_still: bool = False,
) -> Clip:
    """Noise under a moving bar; or with `is_still` the same picture all the time."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate = fps
    encoder.bit_rate = kbps * 1000
    encoder.gop_size = gop
    encoder.max_b_frames = b_frames
    encoder.options = {
        "preset": "veryfast",
        "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:repeat-headers=1"
        f":vbv-maxrate={kbps}:vbv-bufsize={kbps}",
    }
    if not b_frames:
        encoder.options = {**encoder.options, "tune": "zerolatency"}
    dice = np.random.default_rng(5)
    ground = dice.integers(40, 120, (height, width, 3), dtype=np.uint8)
    data = []
    for number in range(frames):
        picture = ground.copy()
        if not is_still:
            picture = np.roll(picture, 3 * number, 1)
            at = number * 8 % (width - 20)
            picture[:, at : at + 20] = 230
        frame = av.VideoFrame.from_ndarray(picture, "rgb24")
        frame.pts = number
        data += [bytes(packet) for packet in encoder.encode(frame)]
    data += [bytes(packet) for packet in encoder.encode(None)]
    return Clip(tuple(tuple(nals(one)) for one in data), width, height, fps, gop)


def store(film: Clip, path: Path) -> None:
    """For other processes: coding a large one takes seconds."""
    path.write_bytes(msgspec.msgpack.encode(film))


def stored(path: str | Path) -> Clip:
    return msgspec.msgpack.decode(Path(path).read_bytes(), type=Clip)


def nals(data: bytes) -> Sequence[bytes]:
    """NAL units between start codes of three or four bytes."""
    found = data.split(b"\x00\x00\x01")[1:]
    return [one[:-1] if one.endswith(b"\x00") and number < len(found) - 1 else one for number, one in enumerate(found)]
