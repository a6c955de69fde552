"""What a camera writes into its picture for people: its name, and what its clock shows.

Knows: the band below the code. Refuses to know: scenes, and what machines read (marks).
"""

from __future__ import annotations

import cv2

from twin.devices.cameras.things import CODE_BLOCKS, Image
from twin.devices.utc import date, time_of_day

FONT = cv2.FONT_HERSHEY_SIMPLEX
PAPER, INK = (24, 24, 24), (235, 235, 235)


def draw_text(canvas: Image, name: str, clock_us: int, *, repeatable: bool) -> None:
    """A band as high as a block of the code, below its two rows. Pictures that may be shown again show no time, which
    would be wrong the second time."""
    block = canvas.shape[1] // CODE_BLOCKS
    canvas[2 * block : 3 * block] = PAPER
    text = f"{name}   quiet: the same seconds again" if repeatable else f"{name}   {_written(clock_us)}"
    cv2.putText(
        canvas, text, (block // 2, 3 * block - block // 4), FONT, block / 32, INK, max(1, block // 16), cv2.LINE_AA
    )


def _written(clock_us: int) -> str:
    year, month, day = date(clock_us)
    hour, minute, second, micros = time_of_day(clock_us)
    return f"{year:04d}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d}.{micros // 100_000} UTC"
