"""What a camera under an aeroplane sees: the parish's own streets and water, from where it flies.

Knows: how ground falls into a picture whose corners are known, and dots that drive along streets.
Refuses to know: where the aeroplane is; the ground is passed in, in metres on a plane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from twin.devices.cameras.scene_road import PAINT
from twin.devices.cameras.things import Image, Moment, Shot

Floats: TypeAlias = NDArray[np.float64]
Corners: TypeAlias = tuple[tuple[float, float], ...]

FIELDS, STREET, WATER, STOWED = (84, 122, 104), (104, 104, 106), (120, 92, 60), (30, 30, 30)
CAR_EVERY_M, CAR_MPS, CAR_M = 90.0, 13.0, 4.5


class Ground(NamedTuple):
    """`begins` and `ends` (n, 2): straight pieces of streets, `wide_m` (n) each. `waters`: rings (k, 2)."""

    begins: Floats
    ends: Floats
    wide_m: Floats
    waters: Sequence[Floats]


class Above:
    """`corners()`: of the picture on the ground, upper left, upper right, lower right, lower left; None while the
    camera is stowed."""

    def __init__(self, ground: Ground, corners: Callable[[], Corners | None], shot: Shot) -> None:
        self._ground = ground
        self._corners = corners
        wide, high = shot.width, shot.height
        self._frame = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
        self._length_m = np.hypot(*(ground.ends - ground.begins).T)
        self._waters = [(ring.min(axis=0), ring.max(axis=0), ring) for ring in ground.waters]

    def draw(self, canvas: Image, moment: Moment) -> None:
        corners = self._corners()
        if corners is None:
            canvas[:] = STOWED
            return
        canvas[:] = FIELDS
        around = np.array(corners)
        middle = around.mean(axis=0)  # near it, so that single floats are exact enough
        matrix = cv2.getPerspectiveTransform((around - middle).astype(np.float32), self._frame)
        least, most = around.min(axis=0), around.max(axis=0)
        for low, top, ring in self._waters:
            shown = _clipped(ring, least, most) if np.all(low <= most) and np.all(top >= least) else ring[:0]
            if len(shown):  # a bend of the river may have the picture in its arm, and none of its water in it
                cv2.fillPoly(canvas, [_seen(shown - middle, matrix)], WATER)
        begins, ends = self._ground.begins, self._ground.ends
        near = np.all(np.minimum(begins, ends) <= most, axis=1) & np.all(np.maximum(begins, ends) >= least, axis=1)
        chosen = np.flatnonzero(near)
        per_m = canvas.shape[1] / max(1.0, float(np.hypot(*(around[1] - around[0]))))
        lines = np.stack([_seen(begins[chosen] - middle, matrix), _seen(ends[chosen] - middle, matrix)], axis=1)
        thick = np.clip(np.round(self._ground.wide_m[chosen] * per_m), 1, 200).astype(int)
        for width in np.unique(thick).tolist():
            cv2.polylines(canvas, list(lines[thick == width]), False, STREET, width)
        self._draw_cars(canvas, chosen, matrix, middle, moment.running_s, max(2, round(CAR_M * per_m / 2)))

    def _draw_cars(
        self, canvas: Image, chosen: NDArray[np.intp], matrix: Any, middle: Floats, running_s: float, size: int
    ) -> None:
        """Nobody's cars: one every so often on each street, all at one pace."""
        length = self._length_m[chosen]
        gone = (running_s * CAR_MPS + chosen * 37.0) % CAR_EVERY_M
        driving = gone < length
        share = (gone[driving] / length[driving])[:, None]
        begins, ends = self._ground.begins[chosen[driving]], self._ground.ends[chosen[driving]]
        for x, y in _seen(begins + (ends - begins) * share - middle, matrix).tolist():
            cv2.circle(canvas, (x, y), size, PAINT, -1)


def _seen(points: Floats, matrix: Any) -> NDArray[np.int32]:
    """Pixels of metres; what is far outside stays at a distance that OpenCV can draw."""
    if not len(points):
        return np.empty((0, 2), np.int32)
    pixels = cv2.perspectiveTransform(points.astype(np.float32)[None], matrix)[0]
    return np.asarray(np.clip(np.round(pixels), -20_000, 20_000), np.int32)


def _clipped(ring: Floats, least: Floats, most: Floats) -> Floats:
    """A ring cut to a box around what is seen (Sutherland and Hodgman): behind the horizon lies nothing."""
    room = (most - least) * 0.1
    for axis in (0, 1):
        for sign, limit in ((1.0, (most + room)[axis]), (-1.0, -(least - room)[axis])):
            after = np.roll(ring, -1, axis=0)
            here, there = limit - sign * ring[:, axis], limit - sign * after[:, axis]
            cut: list[Floats] = []
            for position in range(len(ring)):
                if here[position] >= 0:
                    cut.append(ring[position])
                if here[position] * there[position] < 0:
                    share = here[position] / (here[position] - there[position])
                    cut.append(ring[position] + (after[position] - ring[position]) * share)
            if not cut:
                return np.empty((0, 2))
            ring = np.array(cut)
    return ring
