"""The plate-reader camera's frames: the same again, true, and as varied as the road."""

from __future__ import annotations

from random import Random

import cv2
import numpy as np
import pytest

from twin.devices.lpr import camera, glyphs
from twin.devices.lpr.faces import ALL, FACES
from twin.devices.lpr.optics import Conditions, motion_px
from twin.devices.things import Passage

DAY = Conditions()


def passage(plate: str | None = "123ABC", state: str = "LA", at_us: int = 5_000_000) -> Passage:
    return Passage(at_us, "v1", plate, state, "Ford", "F-150", "red", "truck-standard", 30.2, -93.2, 90.0)


def opened(jpeg: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def test_the_same_dice_take_the_same_frames() -> None:
    """Promise A holds for pictures: byte for byte, the second time as the first."""
    first, second = (camera.frames(passage(), DAY, Random(3)) for _ in range(2))
    assert [one.jpeg for one in first] == [one.jpeg for one in second]
    assert camera.frames(passage(), DAY, Random(4))[0].jpeg != first[0].jpeg


@pytest.mark.parametrize("seed", range(6))
def test_a_passage_is_four_to_twelve_frames_of_a_plate_of_60_to_200_pixels(seed: int) -> None:
    taken = camera.frames(passage(), DAY, Random(seed))
    assert 4 <= len(taken) <= 12
    assert all(59 <= one.truth.plate_px <= 201 for one in taken)
    assert [one.at_us for one in taken] == [5_000_000 + i * camera.BETWEEN_US for i in range(len(taken))]
    assert {opened(one.jpeg).shape for one in taken} == {(720, 1280, 3)}


def test_the_corners_told_are_the_plates() -> None:
    """By night only the plate shines: what is bright lies within the corners the truth gives, and nowhere else."""
    for one in camera.frames(passage(), Conditions(night=True), Random(1)):
        grey = opened(one.jpeg).mean(axis=2)
        inside = np.zeros(grey.shape, np.uint8)
        cv2.fillPoly(inside, [np.round(np.array(one.truth.corners)).astype(np.int32)], 1)
        bright = cv2.GaussianBlur(grey, (0, 0), 3) > 130
        assert bright.sum() > 200
        assert (bright & (cv2.dilate(inside, np.ones((9, 9), np.uint8)) == 0)).sum() == 0


def test_a_vehicle_without_a_plate_has_no_corners() -> None:
    assert {one.truth.corners for one in camera.frames(passage(None), DAY, Random(1))} == {None}


def test_an_empty_frame_is_a_picture_all_the_same() -> None:
    for conditions in (DAY, Conditions(night=True)):
        empty = camera.empty(7, conditions, Random(2))
        assert empty.truth.plate is None
        assert opened(empty.jpeg).std() > 1


def test_a_fast_car_near_the_lens_smears_and_a_parked_one_does_not() -> None:
    assert motion_px(Conditions(speed_mps=40, angle_deg=30), 200) > 5
    assert motion_px(Conditions(speed_mps=0), 200) == 0


def test_weather_costs_contrast() -> None:
    """A plate in rain stands out less than the same plate in the dry."""

    def contrast(conditions: Conditions) -> float:
        one = camera.frames(passage(), conditions, Random(9))[0]
        (x0, y0), (x1, y1) = np.min(one.truth.corners, axis=0), np.max(one.truth.corners, axis=0)
        return float(opened(one.jpeg)[round(y0) : round(y1), round(x0) : round(x1)].std())

    assert contrast(Conditions(rain=1.0)) < 0.9 * contrast(DAY)


def test_every_character_has_its_own_shape() -> None:
    """But O and 0, which most states press with one die."""
    pen = glyphs.Pen()
    masks = {char: cv2.resize(glyphs.mask(char, pen, 48), (24, 48)) for char in glyphs.ALPHABET}
    alike = [
        (a, b) for a in masks for b in masks
        if a < b and float(np.abs(masks[a].astype(int) - masks[b]).mean()) < 6 and {a, b} != {"0", "O"}
    ]  # fmt: skip
    assert alike == []


def test_every_state_has_a_layout_and_patterns_of_known_signs() -> None:
    assert len(FACES) == 51
    assert {char for face in ALL for pattern in face.patterns for char in pattern} <= set("A9 *-.")
