"""Looking at one frame: the reads in it, and a picture of each plate.

Knows: that the bytes may be anything, and that any of them has an answer.
Refuses to know: whose frame it is, and in which process this happens.
"""

from __future__ import annotations

import cv2
import numpy as np

from center.vision.opening import Image, UnreadableError, opened
from center.vision.reader import Read, Reader
from center.vision.workers import Answer

PLATES = 8  # looked at in one frame, the surest
AROUND = 0.25  # of a plate's width and height is left around it in its picture
CROP_QUALITY = 88


class Looking:
    """One reader, on one core: a pool of them is the parallelism."""

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        self._reader = Reader()

    def at(self, data: bytes) -> Answer:
        """Never raises for what the bytes are."""
        try:
            frame = opened(data)
            reads = tuple(self._reader.read(frame)[:PLATES])
            return Answer(reads, tuple(_crop(frame, read) for read in reads))
        except UnreadableError as why:
            return Answer(fault=str(why))
        except (cv2.error, ValueError, MemoryError, ArithmeticError) as why:
            return Answer(fault=f"{type(why).__name__}: {why}"[:200])


def _crop(frame: Image, read: Read) -> bytes:
    """The plate with a little around it, upright as it stands in the frame; empty when it lies outside."""
    low, high = read.quad.min(axis=0), read.quad.max(axis=0)
    room = (high - low) * AROUND
    x0, y0 = np.maximum(np.floor(low - room), 0).astype(int)
    x1, y1 = np.minimum(np.ceil(high + room), (frame.shape[1], frame.shape[0])).astype(int)
    if x0 >= x1 or y0 >= y1:
        return b""
    _, packed = cv2.imencode(".jpg", frame[y0:y1, x0:x1], [cv2.IMWRITE_JPEG_QUALITY, CROP_QUALITY])
    return packed.tobytes()
