"""Roads: what a dash camera sees ahead, and what a camera on a pole sees below.

Knows: perspective over flat ground, lanes, trees, other vehicles, red and blue light on what is near.
Refuses to know: where on the parish's map this is; vehicles here are nobody's.
"""

from __future__ import annotations

from math import sin
from random import Random
from typing import NamedTuple

import cv2
import numpy as np

from twin.devices.cameras.things import Image, Moment, Shot

SKY_FAR, SKY_NEAR = (214, 190, 160), (228, 216, 204)
GRASS, ASPHALT, PAINT, TRUNK, LEAVES = (70, 110, 84), (86, 84, 82), (205, 214, 214), (40, 54, 70), (52, 84, 56)
PAINTWORK = ((200, 200, 200), (60, 60, 64), (40, 40, 150), (120, 70, 40), (226, 226, 226), (70, 90, 60))
GLASS, TYRE, TAIL_LIGHT = (70, 58, 48), (30, 30, 30), (40, 40, 210)
LANE_M, EYE_M, DASH_M, FAR_M, NEAR_M = 3.7, 1.3, 12.0, 140.0, 4.0

Color = tuple[int, int, int]


class _Other(NamedTuple):
    """A vehicle: metres to the right and ahead at the beginning, metres a second against a standing camera."""

    aside_m: float
    ahead_m: float
    mps: float
    color: Color


class Dash:
    """The road ahead of a patrol car."""

    def __init__(self, dice: Random, shot: Shot) -> None:
        wide, high = shot.width, shot.height
        self._focal = 0.9 * wide
        self._middle, self._horizon = wide // 2, round(0.42 * high)
        self._gone_m = 0.0
        self._last_s: float | None = None
        self._others = [
            _Other(aside, dice.uniform(20, FAR_M), mps, dice.choice(PAINTWORK))
            for aside, mps in ((0.0, 14.0), (LANE_M, 16.0), (-LANE_M, -13.0), (-LANE_M, -15.0))
        ]
        self._still = _sky_and_grass(wide, high, self._horizon)
        edges = [self._at(side * LANE_M * 1.5, far) for side, far in ((-1, FAR_M), (1, FAR_M), (1, 1.4), (-1, 1.4))]
        cv2.fillPoly(self._still, [np.array(edges, np.int32)], ASPHALT)

    def draw(self, canvas: Image, moment: Moment) -> None:
        np.copyto(canvas, self._still)
        step_s = 0.0 if self._last_s is None else max(0.0, moment.running_s - self._last_s)
        self._last_s = moment.running_s
        self._gone_m += moment.seen.speed_mps * step_s
        self._draw_lanes(canvas)
        self._draw_trees(canvas)
        self._draw_others(canvas, moment)
        high, wide = canvas.shape[:2]
        cv2.ellipse(
            canvas, (wide // 2, high + high // 40), (round(wide * 0.42), high // 9), 0, 180, 360, (38, 36, 34), -1
        )
        if moment.seen.lights:
            _flash(canvas, moment.running_s)

    def _at(self, aside_m: float, ahead_m: float, up_m: float = 0.0) -> tuple[int, int]:
        scale = self._focal / ahead_m
        return round(self._middle + aside_m * scale), round(self._horizon + (EYE_M - up_m) * scale)

    def _draw_lanes(self, canvas: Image) -> None:
        first_m = DASH_M - self._gone_m % DASH_M
        for number in range(int(FAR_M / DASH_M)):
            near = max(NEAR_M / 2, first_m + number * DASH_M - DASH_M)
            far = first_m + number * DASH_M - DASH_M + 4.0
            if far <= near:
                continue
            for aside in (-LANE_M / 2, LANE_M / 2):
                corners = [self._at(aside + w, z) for w, z in ((-0.08, near), (0.08, near), (0.08, far), (-0.08, far))]
                cv2.fillConvexPoly(canvas, np.array(corners, np.int32), PAINT)

    def _draw_trees(self, canvas: Image) -> None:
        for number in reversed(range(7)):
            ahead = NEAR_M + 22.0 * (number + 1) - self._gone_m % 22.0
            for side in (-1, 1):
                foot, top = self._at(side * 9.0, ahead), self._at(side * 9.0, ahead, 4.5)
                cv2.line(canvas, foot, top, TRUNK, max(1, round(self._focal * 0.25 / ahead)))
                cv2.circle(canvas, top, max(1, round(self._focal * 1.6 / ahead)), LEAVES, -1)

    def _draw_others(self, canvas: Image, moment: Moment) -> None:
        placed = []
        for other in self._others:
            gone_m = other.mps * moment.running_s - (self._gone_m if moment.seen.speed_mps else 0.0)
            placed.append((NEAR_M + (other.ahead_m + gone_m) % FAR_M, other))
        for ahead_m, other in sorted(placed, key=lambda one: -one[0]):
            self._draw_vehicle(canvas, other, ahead_m)

    def _draw_vehicle(self, canvas: Image, other: _Other, ahead_m: float) -> None:
        def box(left_m: float, right_m: float, low_m: float, top_m: float, color: Color) -> None:
            upper = self._at(other.aside_m + left_m, ahead_m, top_m)
            cv2.rectangle(canvas, upper, self._at(other.aside_m + right_m, ahead_m, low_m), color, -1)

        box(-0.9, 0.9, 0.25, 1.0, other.color)
        box(-0.7, 0.7, 1.0, 1.5, GLASS)
        box(-0.85, -0.6, 0.0, 0.3, TYRE)
        box(0.6, 0.85, 0.0, 0.3, TYRE)
        light = TAIL_LIGHT if other.mps > 0 else (225, 240, 245)
        box(-0.85, -0.6, 0.65, 0.85, light)
        box(0.6, 0.85, 0.65, 0.85, light)


class Pole:
    """Traffic below a fixed camera: it comes nearer in one half and goes away in the other."""

    def __init__(self, dice: Random, shot: Shot) -> None:
        wide, high = shot.width, shot.height
        self._top, self._wide, self._high = round(0.2 * high), wide, high
        self._others = [
            (lane, dice.random(), dice.uniform(0.16, 0.3), dice.choice(PAINTWORK))
            for lane in (-1.5, -0.5, 0.5, 1.5) * 2
        ]
        self._still = _sky_and_grass(wide, high, self._top)
        corners = [self._at(side, depth) for side, depth in ((-2.2, 0.0), (2.2, 0.0), (2.2, 1.0), (-2.2, 1.0))]
        cv2.fillPoly(self._still, [np.array(corners, np.int32)], ASPHALT)
        for lane in (-2.0, 0.0, 2.0):
            cv2.line(self._still, self._at(lane, 0.0), self._at(lane, 1.0), PAINT, max(1, wide // 320), cv2.LINE_AA)

    def draw(self, canvas: Image, moment: Moment) -> None:
        np.copyto(canvas, self._still)
        placed = []
        for lane, begins, pace, color in self._others:
            depth = (begins + pace * moment.running_s) % 1.0
            placed.append((depth if lane < 0 else 1.0 - depth, lane, color))
        for depth, lane, color in sorted(placed):
            self._draw_vehicle(canvas, lane, depth**1.6, color)

    def _at(self, lane: float, depth: float) -> tuple[int, int]:
        """`depth` 0 is far, 1 at the lower edge; `lane` counts lanes from the middle."""
        x = self._wide / 2 + lane * self._wide * (0.03 + 0.19 * depth)
        return round(x), round(self._top + (self._high - self._top) * depth)

    def _draw_vehicle(self, canvas: Image, lane: float, depth: float, color: Color) -> None:
        x, y = self._at(lane, depth)
        half = max(2, round(self._wide * (0.03 + 0.19 * depth) * 0.33))
        cv2.rectangle(canvas, (x - half, y - round(half * 1.3)), (x + half, y), color, -1)
        cv2.rectangle(
            canvas, (x - round(half * 0.75), y - round(half * 1.2)), (x + round(half * 0.75), y - half // 2), GLASS, -1
        )
        cv2.rectangle(canvas, (x - half // 4, y - half // 5), (x + half // 4, y - half // 12), (236, 240, 240), -1)


def _sky_and_grass(wide: int, high: int, horizon: int) -> Image:
    still = np.empty((high, wide, 3), np.uint8)
    shade = np.linspace(0.0, 1.0, max(1, horizon))[:, None, None]
    still[:horizon] = np.array(SKY_FAR) * (1 - shade) + np.array(SKY_NEAR) * shade
    still[horizon:] = GRASS
    return still


def _flash(canvas: Image, running_s: float) -> None:
    """Red and blue by turns on what is near the car."""
    high, wide = canvas.shape[:2]
    strength = abs(sin(running_s * 9.0))
    red = sin(running_s * 9.0) > 0
    part = canvas[high * 4 // 5 :, : wide // 2] if red else canvas[high * 4 // 5 :, wide // 2 :]
    color = (0, 0, round(90 * strength)) if red else (round(110 * strength), 0, 0)
    np.minimum(part + np.array(color, np.uint16), 255, out=part, casting="unsafe")
