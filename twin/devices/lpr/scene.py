"""A road with a vehicle on it, as a camera at the kerb or on a gantry sees it, before the lens spoils anything.

Knows: ground, rears and fronts of vehicles, where on them the plate hangs, laying a flat plate into the picture.
Refuses to know: the lens, the weather, who is driving.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from twin.devices.lpr.faces import Color
from twin.devices.lpr.press import Image

Quad = NDArray[np.float64]  # 4 x 2: top left, top right, bottom right, bottom left

PAINTS: dict[str, Color] = {
    "white": (225, 226, 224), "black": (28, 28, 31), "silver": (168, 172, 176), "gray": (98, 101, 105),
    "red": (150, 24, 30),
    "blue": (32, 58, 126), "green": (34, 84, 58), "brown": (92, 66, 46),
    "yellow": (214, 178, 46), "gold": (168, 146, 96),
}  # fmt: skip


def ground(width: int, height: int, dice: np.random.Generator) -> Image:
    """Asphalt with its grain, a verge, perhaps the sky, lane lines."""
    grey = dice.uniform(70, 165)
    coarse = dice.normal(0, 1, (max(2, height // 24), max(2, width // 24), 1)) * dice.uniform(2, 14)
    shade = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    tint = np.array(dice.uniform(-8, 8, 3), np.float32)
    canvas = np.clip(grey + shade[..., None] + tint, 0, 255).astype(np.uint8)
    horizon = round(height * dice.uniform(-0.4, 0.4))
    if horizon > 0:
        far = np.array(dice.uniform(60, 240, 3), np.float32)
        canvas[:horizon] = np.clip(far + shade[:horizon, :, None] * 2, 0, 255)
    for _ in range(int(dice.integers(0, 3))):  # verges and pavements
        color = (35, dice.uniform(80, 140), 50) if dice.random() < 0.6 else tuple(dice.uniform(60, 200, 3))
        x, y = dice.uniform(0, width, 2), dice.uniform(max(horizon, 0), height, 2)
        edge = np.array([[0, y[0]], [width, y[1]], [width, y[1] + 40 + x[0] / 6], [0, y[0] + 40 + x[1] / 6]], np.int32)
        cv2.fillPoly(canvas, [edge], color)
    for _ in range(int(dice.integers(0, 4))):
        color = (230, 230, 230) if dice.random() < 0.5 else (60, 190, 220)
        start, end = (dice.uniform(0, width), max(horizon, 0)), (dice.uniform(-width, 2 * width), height)
        cv2.line(
            canvas,
            (int(start[0]), int(start[1])),
            (int(end[0]), int(end[1])),
            color,
            max(1, int(dice.integers(1, 6)) * width // 900),
            cv2.LINE_AA,
        )
    return np.asarray(canvas, np.uint8)


def _shaded(canvas: Image, corners: list[tuple[float, float]], color: Color, top: float, bottom: float) -> None:
    """A polygon lit from above: `top` and `bottom` are brightnesses."""
    points = np.array(corners)
    (x0, y0), (x1, y1) = np.floor(points.min(axis=0)).astype(int), np.ceil(points.max(axis=0)).astype(int)
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, canvas.shape[1]), min(y1, canvas.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    ink = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillPoly(ink, [np.round((points - (x0, y0)) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    fall = np.linspace(top, bottom, y1 - y0, dtype=np.float32)[:, None, None]
    paint = np.clip(np.array(color[::-1], np.float32) * fall, 0, 255)
    share = ink[..., None].astype(np.float32) / 255
    under = canvas[y0:y1, x0:x1]
    under[:] = (under + (paint - under) * share).astype(np.uint8)


def _slab(
    canvas: Image,
    x: float,
    above: tuple[float, float],
    below: tuple[float, float],
    color: Color,
    top: float,
    bottom: float,
) -> None:
    """A trapezoid about the vertical through `x`; `above` and `below` are (y, half its width there)."""
    corners = [(x - above[1], above[0]), (x + above[1], above[0]), (x + below[1], below[0]), (x - below[1], below[0])]
    _shaded(canvas, corners, color, top, bottom)


def vehicle(
    canvas: Image, at: tuple[float, float], wide: float, paint: Color, dice: np.random.Generator, *, rear: bool
) -> tuple[float, float]:
    """Draw a vehicle `wide` pixels wide whose feet are at `at`; returns where the middle of its plate hangs."""
    x, feet = at
    tall = wide * dice.uniform(0.68, 1.05)
    top, half = feet - tall, wide / 2
    waist = feet - tall * dice.uniform(0.5, 0.62)
    roof = half * dice.uniform(0.6, 0.85)
    dark: Color = (14, 14, 16)
    _slab(canvas, x, (feet - wide * 0.05, half * 1.05), (feet + wide * 0.05, half * 1.15), dark, 1.0, 1.6)  # shadow
    for side in (-1, 1):
        wheel = x + side * half * 0.775
        _slab(canvas, wheel, (feet - tall * 0.2, half * 0.175), (feet, half * 0.175), dark, 1.0, 1.5)
    _slab(canvas, x, (top, roof), (waist, half * 0.97), paint, 1.15, 0.95)
    glass = int(dice.integers(15, 120))
    pane: Color = (glass, glass, glass + 6)
    bright, dim = dice.uniform(0.7, 2.0), dice.uniform(0.6, 1.3)
    _slab(canvas, x, (top + tall * 0.05, roof * 0.9), (waist - tall * 0.02, half * 0.84), pane, bright, dim)
    chin = feet - tall * dice.uniform(0.1, 0.16)
    bulge = half * dice.uniform(0.96, 1.02)
    _slab(canvas, x, (waist, half * 0.97), (chin, bulge), paint, 1.1, dice.uniform(0.55, 0.85))
    lamp_y = waist + (chin - waist) * dice.uniform(0.08, 0.3)
    _lamps(canvas, x, half, lamp_y, (chin - waist) * dice.uniform(0.14, 0.34), dice, rear=rear)
    bumper = chin - (chin - waist) * dice.uniform(0.28, 0.4)
    trim = paint if dice.random() < 0.6 else (40, 40, 43)
    low = chin + tall * 0.03
    _slab(canvas, x, (bumper, bulge * 1.01), (low, bulge * 0.98), trim, dice.uniform(0.8, 1.2), 0.6)
    edge = ((int(x - bulge), int(bumper)), (int(x + bulge), int(bumper)))
    cv2.line(canvas, *edge, (18, 18, 20), max(1, int(wide / 160)), cv2.LINE_AA)
    if not rear and dice.random() < 0.8:
        _grille(canvas, x, half * dice.uniform(0.3, 0.6), lamp_y, bumper - (chin - waist) * 0.04, dice)
    if rear and dice.random() < 0.6:
        _badges(canvas, x, half, waist, lamp_y, dice)
    high = rear and dice.random() < 0.6
    hang = (lamp_y + bumper) / 2 if high else (bumper + chin) / 2
    return x + (half * dice.choice([0.0, 0.0, 0.0, 0.0, -0.55]) if rear else 0.0), hang


def _lamps(
    canvas: Image, x: float, half: float, y: float, tall: float, dice: np.random.Generator, *, rear: bool
) -> None:
    wide = half * dice.uniform(0.16, 0.42)
    lit = dice.random() < 0.3
    color: Color = (235 if lit else 140, 30, 30) if rear else (225, 225, 215)
    lean = dice.uniform(-0.3, 0.3) * tall
    for side in (-1, 1):
        outer, inner = x + side * half * 0.95, x + side * (half * 0.95 - wide)
        _shaded(
            canvas,
            [(outer, y), (inner, y + lean), (inner, y + tall), (outer, y + tall)],
            color,
            dice.uniform(0.8, 1.1),
            dice.uniform(0.5, 1.0),
        )
        if not rear:
            cv2.circle(
                canvas,
                (int((outer + inner) / 2), int(y + tall / 2)),
                max(1, int(tall * 0.35)),
                (90, 90, 90),
                max(1, int(tall / 9)),
                cv2.LINE_AA,
            )


def _grille(canvas: Image, x: float, half: float, top: float, bottom: float, dice: np.random.Generator) -> None:
    _shaded(
        canvas,
        [(x - half, top), (x + half, top), (x + half * 0.94, bottom), (x - half * 0.94, bottom)],
        (26, 26, 28),
        1.0,
        1.0,
    )
    bars = int(dice.integers(2, 9))
    shade = int(dice.integers(40, 200))
    upright = dice.random() < 0.3
    for step in np.linspace(0.08, 0.92, bars * (2 if upright else 1)):
        ends = (
            ((x - half + 2 * half * step, top), (x - half + 2 * half * step, bottom))
            if upright
            else ((x - half, top + (bottom - top) * step), (x + half, top + (bottom - top) * step))
        )
        cv2.line(
            canvas,
            (int(ends[0][0]), int(ends[0][1])),
            (int(ends[1][0]), int(ends[1][1])),
            (shade, shade, shade),
            max(1, int(half / 40)),
            cv2.LINE_AA,
        )


def _badges(canvas: Image, x: float, half: float, waist: float, lamp_y: float, dice: np.random.Generator) -> None:
    """A maker's name: letters that are no plate."""
    word = str(dice.choice(["TERRANE", "MERIDIAN", "4WD", "V6", "SPORT", "LX", "GT"]))
    shade = int(dice.integers(120, 240))
    at = (int(x + half * dice.uniform(-0.8, 0.4)), int(waist + (lamp_y - waist) * dice.uniform(0.5, 1.2)))
    cv2.putText(
        canvas,
        word,
        at,
        cv2.FONT_HERSHEY_SIMPLEX,
        half / 400 + 0.1,
        (shade, shade, shade),
        max(1, int(half / 160)),
        cv2.LINE_AA,
    )


def quad(middle: tuple[float, float], wide: float, turn_deg: float, lean: float, squash: float = 0.5) -> Quad:
    """The corners of a plate `wide` pixels wide: turned by `turn_deg`, leaning away (-1..1) at one side."""
    tall = wide * squash
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    corners[:, 1] *= 1 + lean * 0.3 * corners[:, 0]  # the far side is smaller
    corners *= (wide, tall)
    turn = np.deg2rad(turn_deg)
    turned = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.asarray(turned + middle, np.float64)


def hang(canvas: Image, plate: Image, corners: Quad) -> None:
    """Lay the flat plate into the picture, its edge softened."""
    wide = float(np.hypot(*(corners[1] - corners[0])))
    shrink = wide / plate.shape[1]
    if shrink < 0.8:
        plate = cv2.resize(plate, None, fx=shrink * 1.2, fy=shrink * 1.2, interpolation=cv2.INTER_AREA).astype(np.uint8)
    high, broad = plate.shape[:2]
    x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 2, 0)
    x1, y1 = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 3, (canvas.shape[1], canvas.shape[0]))
    if x0 >= x1 or y0 >= y1:
        return
    flat = np.array([[0, 0], [broad, 0], [broad, high], [0, high]], np.float32)
    view = cv2.getPerspectiveTransform(flat, (corners - (x0, y0)).astype(np.float32))
    size = (int(x1 - x0), int(y1 - y0))
    seen = cv2.warpPerspective(plate, view, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    whole = np.full((high, broad), 255, np.uint8)
    share = cv2.warpPerspective(whole, view, size, flags=cv2.INTER_LINEAR)[..., None] / np.float32(255)
    under = canvas[y0:y1, x0:x1]
    under[:] = (under + (seen.astype(np.float32) - under) * share).astype(np.uint8)
