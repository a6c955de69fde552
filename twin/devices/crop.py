"""The picture of a plate that comes with a read.

Knows: how to draw a plate and compress it, and the name a picture goes by.
Refuses to know: what the reader believed it read; the picture shows the truth.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 160, 80
CHARACTER_WIDTH, CHARACTER_HEIGHT = 19, 46
PAPER, INK = 214, 28
JPEG_QUALITY = 50
KEPT = 4096
REF_CHARS = 32

STATE_NAMES = {
    "LA": "LOUISIANA",
    "TX": "TEXAS",
    "MS": "MISSISSIPPI",
    "AR": "ARKANSAS",
    "AL": "ALABAMA",
    "FL": "FLORIDA",
    "OK": "OKLAHOMA",
}


class Crop(NamedTuple):
    jpeg: bytes
    ref: str


def crop_ref(jpeg: bytes) -> str:
    """The name of a picture: the first 32 hexadecimal digits of its SHA-256."""
    return sha256(jpeg).hexdigest()[:REF_CHARS]


@lru_cache(maxsize=KEPT)
def plate_crop(plate: str, state: str) -> Crop:
    """A gray JPEG of 160 x 80 pixels of the plate as it truly is, with its state's name above. At most eight characters
    fit."""
    picture = _blank(state).copy()
    text = plate[: WIDTH // CHARACTER_WIDTH]
    left = (WIDTH - CHARACTER_WIDTH * len(text)) // 2
    for character in text:
        picture[28 : 28 + CHARACTER_HEIGHT, left : left + CHARACTER_WIDTH] = _glyph(character)
        left += CHARACTER_WIDTH
    done, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    assert done
    jpeg = encoded.tobytes()
    return Crop(jpeg, crop_ref(jpeg))


@lru_cache(maxsize=64)
def _blank(state: str) -> NDArray[np.uint8]:
    picture = np.full((HEIGHT, WIDTH), PAPER, np.uint8)
    cv2.rectangle(picture, (1, 1), (WIDTH - 2, HEIGHT - 2), 120, 2)
    name = STATE_NAMES.get(state, state)
    (width, _), _ = cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 1)
    cv2.putText(picture, name, ((WIDTH - width) // 2, 19), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 70, 1, cv2.LINE_AA)
    return picture


@lru_cache(maxsize=64)
def _glyph(character: str) -> NDArray[np.uint8]:
    cell = np.full((CHARACTER_HEIGHT, CHARACTER_WIDTH), PAPER, np.uint8)
    (width, height), _ = cv2.getTextSize(character, cv2.FONT_HERSHEY_DUPLEX, 0.95, 2)
    origin = ((CHARACTER_WIDTH - width) // 2, (CHARACTER_HEIGHT + height) // 2)
    cv2.putText(cell, character, origin, cv2.FONT_HERSHEY_DUPLEX, 0.95, INK, 2, cv2.LINE_AA)
    return cell
