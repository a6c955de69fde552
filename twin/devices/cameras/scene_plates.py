"""What a plate reader's camera films: the picture its lens has before it, as the frames of the same camera are.

Knows: that the picture stays until there is another.
Refuses to know: cars and plates (devices/lpr), and when one passes.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from twin.devices.cameras.things import Image, Moment, Shot

PLATES = Shot(1280, 720, 12, 4000, 12)
"""How it films: letters are a few pixels wide, and each frame of a passage is there for a twelfth of a second."""
ROAD = (86, 84, 82)


class Plates:
    """`shows()`: the newest frame as a JPEG, asked for each picture; None before the first."""

    def __init__(self, shows: Callable[[], bytes | None]) -> None:
        self._shows = shows
        self._jpeg: bytes | None = None
        self._picture: Image | None = None

    def draw(self, canvas: Image, moment: Moment) -> None:  # noqa: ARG002
        jpeg = self._shows()
        if jpeg is not self._jpeg:
            self._jpeg = jpeg
            self._picture = None if jpeg is None else _opened(jpeg, canvas)
        if self._picture is None:
            canvas[:] = ROAD
        else:
            np.copyto(canvas, self._picture)


def _opened(jpeg: bytes, canvas: Image) -> Image:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return cv2.resize(picture, canvas.shape[1::-1]).astype(np.uint8, copy=False)
