"""What lens, light and weather do to a scene before it becomes a JPEG.

Knows: infrared nights, headlights' glare, rain, motion blur, grain, exposure. Refuses to know: what is in the picture.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from twin.devices.lpr.press import Image


class Conditions(NamedTuple):
    """`rain` 0 to 1; `speed_mps` of the vehicle across the picture's depth; `angle_deg` of the lens off the vehicle's
    line;
    `glare`: a lamp shines into the lens; `focus_px`: the radius of its blur; `shutter_ms`: how long it is open, the
    camera's own choice when left out; `dirt`: how dirty every plate is at least, 0 to 1; `quality` of the JPEG."""

    night: bool = False
    rain: float = 0.0
    speed_mps: float = 15.0
    angle_deg: float = 12.0
    glare: bool = False
    focus_px: float = 0.6
    exposure: float = 1.0
    shutter_ms: float | None = None
    dirt: float = 0.0
    quality: int = 80


def motion_px(conditions: Conditions, plate_px: float) -> float:
    """How far a plate (0.305 m wide) moves in the picture while the shutter is open: 1 ms by day, 0.7 ms with the
    infrared
    flash. Towards the lens it moves less than across it."""
    open_s = (0.7 if conditions.night else 1.0) / 1000
    if conditions.shutter_ms is not None:
        open_s = conditions.shutter_ms / 1000
    across = np.sin(np.deg2rad(max(conditions.angle_deg, 5.0)))
    return float(conditions.speed_mps * open_s * across / 0.305 * plate_px)


def infrared(scene: Image, dice: np.random.Generator) -> Image:
    """A night scene by its own flash, without the plate: grey, dark, brighter towards the middle."""
    high, wide = scene.shape[:2]
    grey = scene.mean(axis=2)
    across, down = np.linspace(-1, 1, wide, dtype=np.float32), np.linspace(-1, 1, high, dtype=np.float32)
    flash = np.exp(-(across[None, :] ** 2 + down[:, None] ** 2) * 0.9) * dice.uniform(0.08, 0.28)
    return np.repeat(np.clip(grey * flash, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def retroreflected(plate: Image, dice: np.random.Generator) -> Image:
    """The plate in that flash: the sheeting shines back, most inks stay dark, coloured ones fade."""
    grey = plate.astype(np.float32) @ np.array([0.1, 0.35, 0.55], np.float32)  # red inks vanish in infrared
    bright = np.clip((grey - 60) * dice.uniform(1.2, 1.7) + dice.uniform(40, 90), 0, 255)
    return np.repeat(bright.astype(np.uint8)[..., None], 3, axis=2)


def glare(picture: Image, at: tuple[float, float], size: float, strength: float) -> Image:
    """A lamp and the veil around it. The veil is smooth: it is drawn at an eighth of the size."""
    high, wide = picture.shape[0] // 8, picture.shape[1] // 8
    spot = np.zeros((high, wide), np.float32)
    cv2.circle(spot, (round(at[0] / 8), round(at[1] / 8)), max(1, round(size / 8)), 1.0, -1)
    veil = cv2.GaussianBlur(spot, (0, 0), max(0.6, size / 10)) + 0.6 * cv2.GaussianBlur(
        spot, (0, 0), max(1.0, size / 3)
    )
    full = cv2.resize(veil, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.clip(picture + full[..., None] * strength, 0, 255).astype(np.uint8)


def rain(picture: Image, amount: float, dice: np.random.Generator) -> Image:
    """Streaks, and the contrast that water in the air takes."""
    high, wide = picture.shape[:2]
    streaks = np.zeros((high, wide), np.uint8)
    lean = dice.uniform(-0.15, 0.15)
    for x, y, length in zip(
        dice.uniform(0, wide, round(500 * amount)), dice.uniform(0, high, 5000), dice.uniform(8, 30, 5000), strict=False
    ):
        cv2.line(
            streaks,
            (round(x), round(y)),
            (round(x + lean * length), round(y + length)),
            int(dice.integers(60, 170)),
            1,
            cv2.LINE_AA,
        )
    grey = float(picture.mean())
    faint = picture * (1 - 0.3 * amount) + grey * 0.3 * amount
    return np.clip(faint + streaks[..., None] * (0.35 * amount), 0, 255).astype(np.uint8)


def exposed(picture: Image, conditions: Conditions, plate_px: float, dice: np.random.Generator) -> Image:
    """Through the lens onto the sensor."""
    seen = cv2.GaussianBlur(picture, (0, 0), max(0.2, conditions.focus_px))
    moved = round(motion_px(conditions, plate_px))
    if moved >= 2:
        kernel = np.zeros((moved, moved), np.float32)
        cv2.line(kernel, (0, moved // 2), (moved - 1, moved // 2), 1.0)
        seen = cv2.filter2D(seen, -1, kernel / kernel.sum())
    size = (picture.shape[0] // 2, picture.shape[1] // 2, 3)
    grain = dice.standard_normal(size, np.float32) * (7.0 if conditions.night else 3.0)
    coarse = cv2.resize(grain, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(np.clip(seen * np.float32(conditions.exposure) + coarse, 0, 255), np.uint8)
