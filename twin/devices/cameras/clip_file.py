"""What a doorbell camera kept, as a file that its owner can send.

Knows: a street before a door, a car that passes it, the camera's clock in the picture, and MP4 by PyAV.
Refuses to know: who asks for it, and whose car it is.
"""

from __future__ import annotations

import io
from fractions import Fraction
from random import Random

import av
import cv2
import numpy as np

from twin.devices.cameras.marks import draw_code
from twin.devices.cameras.overlay import draw_text
from twin.devices.cameras.scene_near import Grounds
from twin.devices.cameras.scene_road import GLASS, TYRE
from twin.devices.cameras.things import Image, Moment, Seen, Shot

SHOT = Shot(320, 180, 5, 120, 10)
PAINT = {
    "black": (40, 40, 44),
    "blue": (140, 70, 40),
    "gray": (110, 112, 114),
    "green": (70, 110, 60),
    "red": (40, 40, 170),
    "silver": (190, 190, 192),
    "white": (228, 228, 228),
}  # blue, green, red, as OpenCV has them


def clip_file(name: str, clock_us: int, lasts_s: float, color: str | None, dice: Random) -> bytes:
    """An MP4 that begins when the camera's clock shows `clock_us` (microseconds UTC), with a car of that color across
    the middle of it. The same arguments give the same bytes."""
    out = io.BytesIO()
    scene, canvas = Grounds(dice, SHOT), np.zeros((SHOT.height, SHOT.width, 3), np.uint8)
    frames = max(2, round(lasts_s * SHOT.fps))
    with av.open(out, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=SHOT.fps)
        stream.width, stream.height, stream.pix_fmt = SHOT.width, SHOT.height, "yuv420p"
        stream.codec_context.thread_count = 1
        stream.codec_context.time_base = Fraction(1, SHOT.fps)
        stream.options = {"preset": "ultrafast", "crf": "30", "x264-params": "sliced-threads=0"}
        for number in range(frames):
            at_us = clock_us + number * SHOT.step_us
            scene.draw(canvas, Moment(at_us, number * SHOT.step_us, number, number / SHOT.fps, Seen()))
            if color is not None:
                _car(canvas, number / (frames - 1), PAINT.get(color, PAINT["gray"]))
            draw_code(canvas, at_us, number, 0)
            draw_text(canvas, name, at_us, repeatable=False)
            planes: Image = cv2.cvtColor(canvas, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
            picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return out.getvalue()


def _car(canvas: Image, share: float, paint: tuple[int, int, int]) -> None:
    """From the left to the right, seen from a door."""
    high, wide = canvas.shape[:2]
    long, tall = wide // 4, high // 7
    left, ground = round(-long + share * (wide + long)), round(high * 0.8)
    cv2.rectangle(canvas, (left, ground - tall), (left + long, ground), paint, -1)
    cv2.rectangle(canvas, (left + long // 5, ground - 2 * tall), (left + long * 3 // 4, ground - tall), paint, -1)
    cv2.rectangle(
        canvas, (left + long // 4, ground - 2 * tall + 3), (left + long * 7 // 10, ground - tall - 2), GLASS, -1
    )
    for wheel in (left + long // 5, left + long * 4 // 5):
        cv2.circle(canvas, (wheel, ground), tall // 2, TYRE, -1)
