"""Moving a plate's corners to where they are.

Knows: the refiner's network, which looks at a plate again, nearer than the detector could.
Refuses to know: what a plate says, and whether it is one.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from center.vision.detector import Quad, cut, is_plate, widened
from center.vision.network import Network
from center.vision.opening import Image

WIDTH, HEIGHT = 128, 64
ROOM = 0.4  # the cut is larger than what is thought to be the plate by this share
ROUNDS = 2


class Refiner:
    def __init__(self, model: Path) -> None:
        self._net = Network(model)

    def refined(self, frame: Image, quad: Quad) -> Quad:
        """The corners after a nearer look and another one."""
        for _ in range(ROUNDS):
            wide = widened(quad, ROOM, ROOM)
            shares = self._net([cut(frame, wide, WIDTH, HEIGHT)])[0].reshape(1, 4, 2)
            unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
            back = cv2.getPerspectiveTransform(unit, wide.astype(np.float32))
            better = cv2.perspectiveTransform(shares, back)[0].astype(np.float64)
            if not is_plate(better):
                break
            quad = better
        return quad
