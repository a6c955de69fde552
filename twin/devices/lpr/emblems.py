"""What is drawn on plates beside the characters: outlines, silhouettes, seals, trees.

Knows: shapes that are no letters. Refuses to know: where they stand, and in which colour.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]


def shape(size: int, dice: np.random.Generator) -> Mask:
    """Ink, about 2 x `size` pixels wide and high."""
    size = max(size, 2)
    ink = np.zeros((2 * size + 4, 2 * size + 4), np.uint8)
    middle = size + 2
    kind = int(dice.integers(0, 6))
    if kind == 0:
        _outline(ink, middle, size, dice)
    elif kind == 1:
        wide = max(1, round(size * dice.uniform(0.4, 0.95)))
        cv2.ellipse(ink, (middle, middle), (wide, size), 0, 0, 360, 255, -1, cv2.LINE_AA)
    elif kind == 2:
        _figure(ink, middle, size, dice)
    elif kind == 3:
        _seal(ink, middle, size, dice)
    elif kind == 4:
        _tree(ink, middle, size, dice)
    else:
        _strokes(ink, middle, size, dice)
    return ink


def _outline(ink: Mask, middle: int, size: int, dice: np.random.Generator) -> None:
    """A state, a flower: corners around a middle; filled, or only its edge."""
    corners = int(dice.integers(3, 14))
    angles = np.sort(dice.uniform(0, 2 * np.pi, corners))
    radii = dice.uniform(0.35, 1.0, corners) * size
    points = np.stack([middle + radii * np.cos(angles), middle + radii * np.sin(angles)], axis=1).astype(np.int32)
    if dice.random() < 0.7:
        cv2.fillPoly(ink, [points], 255, cv2.LINE_AA)
    else:
        cv2.polylines(ink, [points], True, 255, max(1, size // 9), cv2.LINE_AA)


def _figure(ink: Mask, middle: int, size: int, dice: np.random.Generator) -> None:
    """A silhouette with limbs: a horse, a bird, a lighthouse in its glare."""
    body = (max(1, round(size * dice.uniform(0.2, 0.6))), max(1, round(size * dice.uniform(0.2, 0.7))))
    cv2.ellipse(ink, (middle, middle), body, float(dice.uniform(0, 180)), 0, 360, 255, -1, cv2.LINE_AA)
    for _ in range(int(dice.integers(2, 7))):
        start = middle + dice.uniform(-0.4, 0.4, 2) * size
        joint, end = (start + dice.uniform(-0.6, 0.6, 2) * size for _ in range(2))
        limb = np.clip(np.array([start, joint, end]), 0, ink.shape[0] - 1).astype(np.int32)
        cv2.polylines(ink, [limb], False, 255, max(1, round(size * dice.uniform(0.06, 0.25))), cv2.LINE_AA)


def _seal(ink: Mask, middle: int, size: int, dice: np.random.Generator) -> None:
    """Rings, and what stands inside them."""
    cv2.circle(ink, (middle, middle), size, 255, -1 if dice.random() < 0.4 else max(1, size // 7), cv2.LINE_AA)
    for _ in range(int(dice.integers(1, 4))):
        shade = int(dice.choice([0, 255]))
        cv2.circle(
            ink, (middle, middle), max(1, round(size * dice.uniform(0.2, 0.85))), shade, max(1, size // 8), cv2.LINE_AA
        )
    letter = chr(int(dice.integers(65, 91)))
    scale, weight = size / 22, max(1, size // 7)
    (wide, tall), _ = cv2.getTextSize(letter, cv2.FONT_HERSHEY_DUPLEX, scale, weight)
    at = (middle - wide // 2, middle + tall // 2)
    cv2.putText(ink, letter, at, cv2.FONT_HERSHEY_DUPLEX, scale, int(dice.choice([0, 255])), weight, cv2.LINE_AA)


def _tree(ink: Mask, middle: int, size: int, dice: np.random.Generator) -> None:
    """Triangles on a trunk, or a pole with arms."""
    cv2.rectangle(
        ink, (middle - max(1, size // 8), middle - size // 2), (middle + max(1, size // 8), middle + size), 255, -1
    )
    for level in np.linspace(-1, 0.5, int(dice.integers(2, 6))):
        half, top = size * (0.35 + 0.3 * (level + 1)) * dice.uniform(0.5, 1), middle + level * size
        tip = [[middle, top], [middle - half, top + size * 0.5], [middle + half, top + size * 0.5]]
        cv2.fillPoly(ink, [np.array(tip, np.int32)], 255, cv2.LINE_AA)


def _strokes(ink: Mask, middle: int, size: int, dice: np.random.Generator) -> None:
    """A star, rays, a wheelchair's lines."""
    count, turn = int(dice.integers(2, 9)), dice.uniform(0, 6)
    for angle in turn + np.arange(count) * 2 * np.pi / count:
        end = (round(middle + size * np.cos(angle)), round(middle + size * np.sin(angle)))
        cv2.line(ink, (middle, middle), end, 255, max(1, round(size * dice.uniform(0.05, 0.22))), cv2.LINE_AA)
    if dice.random() < 0.5:
        cv2.circle(ink, (middle, middle), max(1, round(size * dice.uniform(0.2, 0.5))), 255, -1, cv2.LINE_AA)
