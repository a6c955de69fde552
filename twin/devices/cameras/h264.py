"""Pictures as H.264, by libx264 through PyAV.

Knows: an encoder's settings for live video, and how its output falls into NAL units.
Refuses to know: what is in a picture, who watches, and clocks.

PyAV's wheel carries libx264, which is under the GPL (docs/cameras.md).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from twin.devices.cameras.things import Image, Shot

SEI, SPS, PPS = 6, 7, 8


class Encoder:
    """One stream. Frames go in and come out one by one: no look-ahead, no B-frames, one slice each, and every key frame
    is an IDR with its own SPS and PPS."""

    def __init__(self, shot: Shot) -> None:
        context = av.CodecContext.create("libx264", "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height, context.pix_fmt = shot.width, shot.height, "yuv420p"
        context.time_base = Fraction(1, shot.fps)
        context.framerate = Fraction(shot.fps)
        context.bit_rate = shot.kbps * 1000
        context.thread_count = 1
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "g": "100000",  # whoever calls says when a key frame is due
            "forced-idr": "1",
            "maxrate": str(shot.kbps * 1000),
            "bufsize": str(shot.kbps * 500),
            "x264-params": "repeat-headers=1:scenecut=0:sliced-threads=0:bframes=0",
        }
        self._context = context
        self._count = 0

    def encode(self, picture: Image, *, key: bool) -> tuple[bytes, ...]:
        """NAL units of a BGR picture, without SEI messages: whoever sends them writes their own."""
        planes: Image = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts = self._count
        frame.pict_type = PictureType.I if key else PictureType.P
        self._count += 1
        return tuple(
            nal for packet in self._context.encode(frame) for nal in nals_of(bytes(packet)) if nal[0] & 31 != SEI
        )


def nals_of(stream: bytes) -> list[bytes]:
    """NAL units of a byte stream (H.264 annex B), without start codes. No NAL unit ends in a zero."""
    return [nal for part in stream.split(b"\0\0\1") if (nal := part.rstrip(b"\0"))]


@lru_cache(maxsize=16)
def parameter_sets(shot: Shot) -> tuple[bytes, bytes]:
    """SPS and PPS of every stream with these settings."""
    nals = Encoder(shot).encode(np.zeros((shot.height, shot.width, 3), np.uint8), key=True)
    sets = {nal[0] & 31: nal for nal in nals}
    return sets[SPS], sets[PPS]
