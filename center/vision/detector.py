"""Finding plates in a frame.

Knows: the detector's network, how its cells become corners, and cutting a plate out straight.
Refuses to know: what a plate says.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from center.vision.network import Network
from center.vision.opening import Image

AREA = 640 * 360  # pixels the network looks at, whatever the frame's size
STRIDE = 8
SIDE = 16  # the network wants sides of whole multiples
REACH_PX = 32.0
SURE = 0.2  # below it nothing is reported
MOST = 6  # plates a frame
NARROWEST_PX = 12.0

Quad = NDArray[np.float64]  # 4 x 2: top left, top right, bottom right, bottom left, in the frame's pixels


class Found(NamedTuple):
    quad: Quad
    sure: float


class Detector:
    def __init__(self, model: Path) -> None:
        self._net = Network(model)

    def find(self, frame: Image, scale: float = 1.0) -> list[Found]:
        """Plates, surest first. `scale`: how much more (or less) than AREA is looked at."""
        high, wide = frame.shape[:2]
        shrink = min(1.0, scale * (AREA / (high * wide)) ** 0.5)
        small_w, small_h = max(SIDE, round(wide * shrink)), max(SIDE, round(high * shrink))
        seen = frame
        if (small_w, small_h) != (wide, high):
            how = cv2.INTER_AREA if shrink < 1 else cv2.INTER_LINEAR
            seen = np.asarray(cv2.resize(frame, (small_w, small_h), interpolation=how), np.uint8)
        # Stretched to whole cells, halving would be no halving, and five times as slow: the edge is repeated instead.
        below, right = -small_h % SIDE, -small_w % SIDE
        padded = cv2.copyMakeBorder(seen, 0, below, 0, right, cv2.BORDER_REPLICATE)
        cells = self._net([np.asarray(padded, np.uint8)])[0][0]
        found = _plates(cells)
        factor = np.array([wide / small_w, high / small_h])
        return [
            Found(one.quad * factor, one.sure) for one in found if np.ptp(one.quad[:, 0] * factor[0]) >= NARROWEST_PX
        ]


def _plates(cells: NDArray[np.float32]) -> list[Found]:
    heat = 1 / (1 + np.exp(-cells[0]))
    peaks = (heat >= SURE) & (heat >= cv2.dilate(heat, np.ones((3, 3), np.uint8)))
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-heat[rows, columns], kind="stable")
    found: list[Found] = []
    for i in order:
        quad = _corners(cells, heat, int(rows[i]), int(columns[i]))
        middle, reach = quad.mean(axis=0), float(np.ptp(quad[:, 0]))
        if is_plate(quad) and all(
            np.hypot(*(middle - old.quad.mean(axis=0))) > 0.5 * max(reach, np.ptp(old.quad[:, 0])) for old in found
        ):
            found.append(Found(quad, float(heat[rows[i], columns[i]])))
        if len(found) == MOST:
            break
    return found


def _corners(cells: NDArray[np.float32], heat: NDArray[np.float32], row: int, column: int) -> Quad:
    """The cells around a peak agree on the corners, each with its weight."""
    rows = slice(max(row - 1, 0), row + 2)
    columns = slice(max(column - 1, 0), column + 2)
    weight = heat[rows, columns] * (heat[rows, columns] > 0.5 * heat[row, column])
    ys, xs = np.mgrid[rows, columns]
    ys, xs = ys[: weight.shape[0], : weight.shape[1]], xs[: weight.shape[0], : weight.shape[1]]
    quad = np.empty((4, 2))
    for corner in range(4):
        across = (xs + 0.5) * STRIDE + cells[1 + 2 * corner, rows, columns] * REACH_PX
        down = (ys + 0.5) * STRIDE + cells[2 + 2 * corner, rows, columns] * REACH_PX
        quad[corner] = (across * weight).sum() / weight.sum(), (down * weight).sum() / weight.sum()
    return quad


def is_plate(quad: Quad) -> bool:
    """Corners in order around, none folded in, wider than tall."""
    sides = np.roll(quad, -1, axis=0) - quad
    turns = sides[:, 0] * np.roll(sides[:, 1], -1) - sides[:, 1] * np.roll(sides[:, 0], -1)
    return bool((turns > 0).all()) and float(np.hypot(*sides[0])) > 0.8 * float(np.hypot(*sides[1]))


def whole(picture: Image) -> Quad:
    """The corners of a picture that is nothing but a plate."""
    high, wide = picture.shape[:2]
    return np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float64)


def widened(quad: Quad, across: float, down: float, right: float = 0.0, lower: float = 0.0) -> Quad:
    """The quad grown by these shares of its size, and moved to the right and down."""
    half_x, half_y = (quad[1] + quad[2] - quad[0] - quad[3]) / 4, (quad[2] + quad[3] - quad[0] - quad[1]) / 4
    grown = quad + np.outer([-1, 1, 1, -1], half_x * across) + np.outer([-1, -1, 1, 1], half_y * down)
    return np.asarray(grown + 2 * half_x * right + 2 * half_y * lower, np.float64)


def cut(frame: Image, quad: Quad, width: int, height: int) -> Image:
    """What lies within the quad, straightened to width x height; outside the frame its edge is repeated."""
    wide = max(float(np.hypot(*(quad[1] - quad[0]))), float(np.hypot(*(quad[2] - quad[3]))), 1.0)
    low = np.maximum(np.floor(quad.min(axis=0)).astype(int) - 2, 0)
    high = np.minimum(np.ceil(quad.max(axis=0)).astype(int) + 3, (frame.shape[1], frame.shape[0]))
    part = frame[low[1] : max(high[1], low[1] + 1), low[0] : max(high[0], low[0] + 1)]
    inside = quad - low
    shrink = 1.35 * width / wide
    if shrink < 0.8:  # far larger than wanted: averaged first, or thin strokes are lost between the samples
        smaller = cv2.resize(part, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        inside = inside * (smaller.shape[1] / part.shape[1], smaller.shape[0] / part.shape[0])
        part = np.asarray(smaller, np.uint8)
    goal = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    view = cv2.getPerspectiveTransform(inside.astype(np.float32), goal)
    return np.asarray(
        cv2.warpPerspective(part, view, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )
