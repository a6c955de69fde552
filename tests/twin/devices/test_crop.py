"""The plate's picture: legible, small, and known by its name."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twin.devices.crop import CHARACTER_HEIGHT, CHARACTER_WIDTH, WIDTH, crop_ref, plate_crop

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def cells(plate: str) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """The picture's characters, decoded from the JPEG and cut apart."""
    picture = cv2.imdecode(np.frombuffer(plate_crop(plate, "LA").jpeg, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    left = (WIDTH - CHARACTER_WIDTH * len(plate)) // 2
    starts = range(left, left + CHARACTER_WIDTH * len(plate), CHARACTER_WIDTH)
    return [picture[28 : 28 + CHARACTER_HEIGHT, start : start + CHARACTER_WIDTH].astype(np.float64) for start in starts]


@given(st.text(LETTERS, min_size=6, max_size=8))
def test_the_picture_can_be_read(plate: str) -> None:
    """A reader that knows the font finds every character of the true plate in the JPEG: O and 0, 8 and B included."""
    known = {letter: cells(letter * len(plate)) for letter in LETTERS}
    for at, cell in enumerate(cells(plate)):
        nearest = min(LETTERS, key=lambda letter: float(np.abs(known[letter][at] - cell).mean()))
        assert nearest == plate[at]


def test_a_picture_is_small_and_named_by_its_bytes() -> None:
    """About two kilobytes; the same plate has the same name, another plate or state another."""
    crop = plate_crop("123ABC", "LA")
    assert len(crop.jpeg) < 3000
    assert crop.ref == crop_ref(crop.jpeg)
    assert len(crop.ref) == 32
    assert len({plate_crop(*of).ref for of in (("123ABC", "LA"), ("123ABC", "TX"), ("I23ABC", "LA"))}) == 3
