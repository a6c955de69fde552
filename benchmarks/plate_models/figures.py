"""Figures that stand amid a serial and are taken for characters, drawn for training alone.

Knows: a horse and its rider, a wheelchair, a sun. Refuses to know: plates.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]


def figure(dice: np.random.Generator) -> Mask:
    """Ink, cut to its box."""
    ink = np.zeros((256, 256), np.uint8)
    kind = dice.random()
    if kind < 0.55:
        _rider(ink, dice)
    elif kind < 0.75:
        _wheelchair(ink, dice)
    else:
        _sun(ink, dice)
    rows, columns = np.flatnonzero(ink.max(axis=1)), np.flatnonzero(ink.max(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _rider(ink: Mask, dice: np.random.Generator) -> None:
    """Bucking: the body slants, hind legs kick, the rider leans back with an arm in the air. Joints in units of 256."""
    limbs = (
        ((70, 120), (120, 140), (175, 165)),  # back and belly
        ((175, 165), (205, 205), (215, 240)),  # neck and head, down
        ((165, 170), (150, 205), (165, 245)),  # forelegs
        ((180, 170), (185, 210), (200, 230)),
        ((75, 125), (60, 170), (85, 200), (70, 235)),  # hind legs
        ((70, 120), (35, 150), (50, 190), (25, 205)),
        ((65, 115), (30, 105), (20, 140)),  # tail
        ((120, 130), (115, 85), (125, 60)),  # the rider's back
        ((118, 80), (85, 60), (75, 25)),  # an arm up
        ((120, 85), (150, 100), (180, 130)),  # an arm at the reins
        ((118, 130), (145, 150), (135, 190)),  # a leg
    )
    turn = 1 if dice.random() < 0.5 else -1
    for limb in limbs:
        points = np.array(limb, np.float64) + dice.normal(0, 9, (len(limb), 2))
        points[:, 0] = 128 + turn * (points[:, 0] - 128)
        thick = int(dice.integers(12, 26))
        cv2.polylines(ink, [points.astype(np.int32)], False, 255, thick, cv2.LINE_AA)
    body = (128 + turn * -5, 143)
    cv2.ellipse(ink, body, (62, int(dice.integers(22, 36))), turn * float(dice.uniform(5, 35)), 0, 360, 255, -1)
    head = (int(128 + turn * dice.normal(0, 6)), 48)
    cv2.circle(ink, head, int(dice.integers(10, 17)), 255, -1, cv2.LINE_AA)
    cv2.ellipse(ink, (head[0], head[1] - 10), (24, 6), float(dice.uniform(-20, 20)), 0, 360, 255, -1, cv2.LINE_AA)


def _wheelchair(ink: Mask, dice: np.random.Generator) -> None:
    thick = int(dice.integers(12, 24))
    cv2.circle(ink, (110, 30), int(dice.integers(14, 22)), 255, -1, cv2.LINE_AA)
    seated = np.array([(110, 50), (115, 130), (175, 130), (205, 215), (230, 208)]) + dice.integers(-6, 7, (5, 2))
    cv2.polylines(ink, [seated.astype(np.int32)], False, 255, thick, cv2.LINE_AA)
    cv2.line(ink, (112, 90), (165, 90), 255, thick, cv2.LINE_AA)
    start = float(dice.uniform(-30, 10))
    cv2.ellipse(ink, (115, 175), (68, 68), 0, start, start + float(dice.uniform(230, 290)), 255, thick, cv2.LINE_AA)


def _sun(ink: Mask, dice: np.random.Generator) -> None:
    """A disc with bundles of rays to four sides."""
    thick, reach = int(dice.integers(7, 15)), int(dice.integers(80, 120))
    for offset in np.linspace(-1.5, 1.5, int(dice.integers(2, 5))) * dice.uniform(14, 22):
        long = round(reach * (1 - abs(offset) / 120))
        cv2.line(ink, (round(128 + offset), 128 - long), (round(128 + offset), 128 + long), 255, thick, cv2.LINE_AA)
        cv2.line(ink, (128 - long, round(128 + offset)), (128 + long, round(128 + offset)), 255, thick, cv2.LINE_AA)
    cv2.circle(ink, (128, 128), int(dice.integers(28, 50)), 255, -1, cv2.LINE_AA)
