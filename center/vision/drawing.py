"""Showing what was read, on the picture it was read from.

Knows: outlines, letters, alternatives beside them. Refuses to know: how anything was read.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from center.vision.opening import Image
from center.vision.reader import Read

GREEN, AMBER = (80, 220, 80), (60, 180, 250)
SURE = 0.8


def drawn(picture: Image, reads: Sequence[Read]) -> Image:
    """A copy with each plate outlined, its text above it, and below what else each doubtful character may be."""
    shown = picture.copy()
    size = max(0.45, picture.shape[1] / 1600)
    for read in reads:
        color = GREEN if read.text.confidence >= SURE else AMBER
        quad = np.round(read.quad).astype(np.int32)
        cv2.polylines(shown, [quad], True, color, max(1, round(size * 2)), cv2.LINE_AA)
        state = f" {read.text.state}" if read.text.state else ""
        x, top, bottom = int(quad[:, 0].min()), int(quad[:, 1].min()), int(quad[:, 1].max())
        _say(
            shown,
            f"{read.text.plate}{state} {read.text.confidence:.0%}",
            x,
            max(top - round(6 * size), round(22 * size)),
            size,
            color,
        )
        doubts = [
            " ".join(f"{one.char}{one.share:.0%}" for one in place[:3])
            for place in read.text.characters
            if place and place[0].share < 0.9
        ]
        for line, doubt in enumerate(doubts):
            _say(shown, doubt, x, bottom + round((line + 1) * 22 * size), size * 0.8, AMBER)
    return shown


def _say(shown: Image, text: str, x: int, y: int, size: float, color: tuple[int, int, int]) -> None:
    weight = max(1, round(size * 1.6))
    (wide, tall), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, weight)
    cv2.rectangle(shown, (x - 2, y - tall - 3), (x + wide + 2, y + below), (20, 20, 20), -1)
    cv2.putText(shown, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, color, weight, cv2.LINE_AA)
