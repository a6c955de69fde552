"""One training picture of the detector from one number: streets, vehicles and clutter at half a frame's resolution.

Knows: scenes with plates in them and the plates' corners; a great deal that resembles a plate and is none.
Refuses to know: networks, real photographs.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from benchmarks.plate_models import lettering, samples
from twin.devices.lpr import scene
from twin.devices.lpr.press import Image

SCENE_H, SCENE_W = 192, 320
SMALLEST_PX, LARGEST_PX = 23.0, 200.0
_SIGNS = (
    "SALE",
    "EXIT 30",
    "NO PARKING",
    "2014-05-18 07:41:27",
    "BAYOU AUTO",
    "ST BERNARD HWY",
    "STOP",
    "DODGE",
    "OPEN",
    "CAM 3",
    "24 HRS",
    "4X4",
)


class Scene(NamedTuple):
    picture: Image
    quads: np.ndarray  # k x 4 x 2


def _backdrop(dice: np.random.Generator) -> Image:
    kind = dice.random()
    if kind < 0.65:
        return scene.ground(SCENE_W, SCENE_H, dice)
    if kind < 0.85:  # noise of several grains: foliage, gravel, brick
        canvas = np.zeros((SCENE_H, SCENE_W, 3), np.float32)
        for size in (6, 14, 40, 96):
            rough = dice.random((size * SCENE_H // SCENE_W + 1, size, 3), np.float32)
            canvas += cv2.resize(rough, (SCENE_W, SCENE_H), interpolation=cv2.INTER_LINEAR) * dice.uniform(5, 110)
        return np.clip(canvas, 0, 255).astype(np.uint8)
    across = np.linspace(0, 1, SCENE_W, dtype=np.float32)[None, :, None]
    return np.broadcast_to(
        dice.uniform(0, 230, 3).astype(np.float32) * (1 - across) + dice.uniform(0, 230, 3).astype(np.float32) * across,
        (SCENE_H, SCENE_W, 3),
    ).astype(np.uint8)


def _clutter(canvas: Image, dice: np.random.Generator, fonts: list[str]) -> None:
    """Fences, windows, signs, boxes, lamps, foliage: what false plates are made of."""
    for _ in range(int(dice.integers(0, 7))):
        kind = int(dice.integers(0, 7))
        x, y = int(dice.integers(0, SCENE_W)), int(dice.integers(0, SCENE_H))
        wide = int(np.exp(dice.uniform(np.log(8), np.log(160))))
        tall = max(3, int(wide * dice.uniform(0.15, 1.4)))
        color = tuple(int(part) for part in dice.integers(0, 255, 3))
        if kind == 0:  # a light or dark box without characters
            scene._shaded(
                canvas,
                [(x, y), (x + wide, y + dice.uniform(-3, 3)), (x + wide, y + tall), (x, y + tall)],
                (color[0], color[1], color[2]),
                1.1,
                dice.uniform(0.5, 1.1),
            )
        elif kind == 1:  # bars
            step = int(dice.integers(3, 14))
            for bar in range(x, min(x + wide * 2, SCENE_W), step):
                cv2.line(canvas, (bar, y), (bar, y + tall * 2), color, int(dice.integers(1, 3)), cv2.LINE_AA)
        elif kind == 2:  # a sign
            word = str(dice.choice(_SIGNS))
            ink = lettering.written(fonts[int(dice.integers(len(fonts)))], word, int(dice.integers(5, 22)))
            if dice.random() < 0.5:
                cv2.rectangle(
                    canvas,
                    (x - 2, y - 2),
                    (x + ink.shape[1] + 2, y + ink.shape[0] + 2),
                    tuple(int(part) for part in dice.integers(0, 255, 3)),
                    -1,
                )
            scene_blend(canvas, ink, x, y, (color[0], color[1], color[2]))
        elif kind == 3:
            cv2.ellipse(
                canvas,
                (x, y),
                (wide // 2 + 1, tall // 2 + 1),
                float(dice.uniform(0, 180)),
                0,
                360,
                color,
                int(dice.choice([-1, 1, 2, 4])),
                cv2.LINE_AA,
            )
        elif kind == 4:
            cv2.line(
                canvas,
                (x, y),
                (int(dice.integers(0, SCENE_W)), int(dice.integers(0, SCENE_H))),
                color,
                int(dice.integers(1, 6)),
                cv2.LINE_AA,
            )
        elif kind == 5:  # foliage
            blots = dice.integers(0, max(4, wide), (int(dice.integers(20, 120)), 2)) + np.array(
                (x - wide // 2, y - wide // 2)
            )
            shade = int(dice.integers(20, 110))
            for blot in blots:
                cv2.circle(
                    canvas,
                    (int(blot[0]), int(blot[1])),
                    int(dice.integers(1, 5)),
                    (shade // 3, shade + int(dice.integers(0, 60)), shade // 2),
                    -1,
                )
        else:  # a poster: many small strokes
            for _ in range(30):
                px, py = x + int(dice.integers(0, wide + 1)), y + int(dice.integers(0, tall + 1))
                cv2.line(canvas, (px, py), (px + int(dice.integers(-4, 5)), py + int(dice.integers(-4, 5))), color, 1)


def scene_blend(canvas: Image, ink: Image, x: float, y: float, color: tuple[int, int, int]) -> None:
    from twin.devices.lpr.press import blend

    blend(canvas, ink, x, y, color)


def _hung(
    canvas: Image, middle: tuple[float, float], wide: float, dice: np.random.Generator, hands: samples.Bank
) -> np.ndarray:
    plate = samples.pressed(dice, hands)[0].picture
    if dice.random() < 0.35:
        plate = np.clip(plate * dice.uniform(0.25, 1.3), 0, 255).astype(np.uint8)
    corners = scene.quad(
        middle, wide, float(dice.normal(0, 4)), float(dice.uniform(-0.6, 0.6)), float(dice.uniform(0.42, 0.58))
    )
    if dice.random() < 0.5:  # the recess it sits in
        recess = (corners - middle) * dice.uniform(1.1, 1.5, 2) + middle
        shade = int(dice.integers(5, 110))
        scene._shaded(canvas, [(float(x), float(y)) for x, y in recess], (shade, shade, shade), 0.8, 1.2)
    scene.hang(canvas, plate, corners)
    return corners


def scene_sample(seed: int, index: int, hands: samples.Bank) -> Scene:
    """Picture `index` of the set `seed`: always the same."""
    dice = np.random.default_rng([seed, 3, index])
    canvas = np.ascontiguousarray(_backdrop(dice))
    _clutter(canvas, dice, hands.fonts)
    quads: list[np.ndarray] = []
    for _ in range(int(dice.choice([0, 1, 2, 3], p=[0.08, 0.62, 0.22, 0.08]))):
        wide = float(np.exp(dice.uniform(np.log(SMALLEST_PX), np.log(LARGEST_PX if dice.random() < 0.3 else 80))))
        goal = (float(dice.uniform(0.05, 0.95)) * SCENE_W, float(dice.uniform(0.05, 0.95)) * SCENE_H)
        if any(np.hypot(*(old.mean(axis=0) - goal)) < wide * 1.2 + 30 for old in quads):
            continue
        if dice.random() < 0.75:
            body = wide / float(dice.uniform(0.13, 0.26))
            if any(
                abs(x - goal[0]) < body * 0.8 + 60 and abs(y - goal[1]) < body
                for x, y in (old.mean(axis=0) for old in quads)
            ):
                continue
            paint = scene.PAINTS[str(dice.choice(list(scene.PAINTS)))]
            rear = bool(dice.random() < 0.6)
            # Drawn once off the canvas to learn where its plate would hang, then so that it hangs at the goal.
            again = dice.bit_generator.state
            ghost = scene.vehicle(np.zeros((2, 2, 3), np.uint8), (0, 0), body, paint, dice, rear=rear)
            dice.bit_generator.state = again
            scene.vehicle(canvas, (goal[0] - ghost[0], goal[1] - ghost[1]), body, paint, dice, rear=rear)
        if dice.random() < 0.1:  # a vehicle without a plate
            continue
        quads.append(_hung(canvas, goal, wide, dice, hands))
    if dice.random() < 0.15:
        _clutter_over(canvas, dice)
    return Scene(
        samples._sensed(_exposed(canvas, dice), 160 * dice.uniform(0.2, 0.9), dice, 0.4),
        np.array(quads).reshape(-1, 4, 2),
    )


def _clutter_over(canvas: Image, dice: np.random.Generator) -> None:
    """A twig, a cable, rain in front of everything."""
    shade = int(dice.integers(0, 255))
    for _ in range(int(dice.integers(1, 12))):
        x, y = int(dice.integers(0, SCENE_W)), int(dice.integers(0, SCENE_H))
        cv2.line(
            canvas,
            (x, y),
            (x + int(dice.integers(-40, 41)), y + int(dice.integers(-40, 41))),
            (shade, shade, shade),
            1,
            cv2.LINE_AA,
        )


def _exposed(canvas: Image, dice: np.random.Generator) -> Image:
    seen = canvas.astype(np.float32)
    if dice.random() < 0.3:
        shade = np.full((SCENE_H, SCENE_W), 1.0, np.float32)
        corners = dice.uniform(-50, 370, (int(dice.integers(3, 6)), 2)).astype(np.int32)
        cv2.fillPoly(shade, [corners], float(dice.uniform(0.25, 0.8)))
        seen *= cv2.GaussianBlur(shade, (0, 0), float(dice.uniform(0.5, 5)))[..., None]
    if dice.random() < 0.15:
        seen[:] = seen.mean(axis=2, keepdims=True)
    seen *= np.asarray(dice.uniform(0.85, 1.15, 3), np.float32)
    low = dice.uniform(0, 60)
    return np.clip(low + seen * dice.uniform(0.2, 1.25), 0, 255).astype(np.uint8)
