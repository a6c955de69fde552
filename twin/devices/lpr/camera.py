"""A plate-reader camera: a passage becomes the JPEGs it would have sent, and the truth of each for the scorer.

Knows: which layout a plate of a state has, how a vehicle comes nearer from frame to frame, frames before and after it.
Refuses to know: who reads the frames, and what they make of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import cv2
import numpy as np

from twin.devices.lpr import glyphs, optics, scene
from twin.devices.lpr.faces import FACES, PAPER, Face
from twin.devices.lpr.optics import Conditions
from twin.devices.lpr.press import Image, Look, Strokes, press
from twin.devices.things import Passage

WIDTH, HEIGHT = 1280, 720
FEWEST, MOST = 4, 12  # frames a passage
BETWEEN_US = 80_000
NEAREST_PX, FARTHEST_PX = 200.0, 60.0  # a plate's width, seen straight on
PLATE_SHARE = 0.17  # of the vehicle's width
PAPER_SHARE, FRAME_SHARE, DIRTY_SHARE = 0.03, 0.25, 0.12
FRONTS = 0.3  # of Texan vehicles, seen from ahead; Louisiana has plates behind only


class Truth(NamedTuple):
    """What is in a frame, for the scorer only. `corners`: the plate's, in pixels; None where no plate is to be seen."""

    plate: str | None
    state: str | None
    corners: tuple[tuple[float, float], ...] | None
    plate_px: float
    conditions: Conditions


class Frame(NamedTuple):
    """`at_us` since the scenario's start. Only `jpeg` ever leaves the camera."""

    at_us: int
    jpeg: bytes
    truth: Truth


def frames(passage: Passage, conditions: Conditions, dice: Random) -> list[Frame]:
    """The frames of one passage, in order; one stream of dice per passage, and the same frames whenever it is drawn
    again."""
    return list(shots(passage, conditions, dice))


def shots(
    passage: Passage,
    conditions: Conditions,
    dice: Random,
    far_px: float = FARTHEST_PX,
    near_px: float = NEAREST_PX,
    most: int = MOST,
) -> Iterator[Frame]:
    """The same one by one, each drawn when it is asked for; a plate is `far_px` to `near_px` wide, and there are at
    `most` so many."""
    draw = np.random.default_rng(dice.getrandbits(64))
    plate = _plate(passage, conditions, dice, draw) if passage.plate else None
    rear = not (passage.state == "TX" and dice.random() < FRONTS)
    count = min(most, dice.randint(FEWEST, MOST))
    sizes = np.geomspace(far_px, near_px * dice.uniform(0.7, 1.0), count)
    if rear:
        sizes = sizes[::-1]  # it drives away
    backdrop = scene.ground(WIDTH, HEIGHT, draw)
    look = draw.bit_generator.state  # one vehicle: the same lines in every frame
    way = dice.uniform(0.3, 0.7) * WIDTH
    for number, wide in enumerate(sizes):
        draw.bit_generator.state = look
        near = (float(wide) - far_px) / (near_px - far_px)
        yield _frame(passage, conditions, plate, backdrop.copy(), float(wide), near, way, number, rear, draw)


def empty(at_us: int, conditions: Conditions, dice: Random) -> Frame:
    """The road with nobody on it."""
    draw = np.random.default_rng(dice.getrandbits(64))
    picture = scene.ground(WIDTH, HEIGHT, draw)
    if conditions.night:
        picture = optics.infrared(picture, draw)
    jpeg = _jpeg(optics.exposed(picture, conditions, 100, draw), conditions.quality)
    return Frame(at_us, jpeg, Truth(None, None, None, 0.0, conditions))


def _frame(
    passage: Passage, conditions: Conditions, plate: Image | None, canvas: Image, wide: float, nearness: float,
    way: float, number: int, rear: bool, draw: np.random.Generator,
) -> Frame:  # fmt: skip
    paint = scene.PAINTS.get(passage.color.lower(), scene.PAINTS["gray"])
    body = wide / PLATE_SHARE
    goal = (way + (nearness - 0.5) * 220 * np.tan(np.deg2rad(conditions.angle_deg)), HEIGHT * (0.42 + 0.36 * nearness))
    # Drawn once beside the picture to learn where the plate hangs on this vehicle, then so that it hangs where it must.
    again = draw.bit_generator.state
    offset = scene.vehicle(np.zeros((1, 1, 3), np.uint8), (0.0, 0.0), body, paint, draw, rear=rear)
    draw.bit_generator.state = again
    scene.vehicle(canvas, (goal[0] - offset[0], goal[1] - offset[1]), body, paint, draw, rear=rear)
    if conditions.night:
        canvas = optics.infrared(canvas, draw)
    corners = None
    if plate is not None:
        turn = float(np.clip(draw.normal(0, 1.5), -4, 4))
        aside = np.deg2rad(conditions.angle_deg)  # from aside a plate is as high as ever, and narrower
        corners = scene.quad(
            goal, float(wide * np.cos(aside)), turn, float(np.sin(aside) * 1.2), float(0.5 / np.cos(aside))
        )
        scene.hang(canvas, optics.retroreflected(plate, draw) if conditions.night else plate, corners)
    noise = np.random.default_rng([int(draw.integers(1 << 62)), number])
    if conditions.glare:
        for side in (-1, 1):
            canvas = optics.glare(
                canvas,
                (goal[0] + side * body * 0.4, goal[1] - body * 0.1),
                body * 0.05,
                420 if conditions.night else 160,
            )
    if conditions.rain:
        canvas = optics.rain(canvas, conditions.rain, noise)
    picture = optics.exposed(canvas, conditions, wide, noise)
    outline = None if corners is None else tuple((float(x), float(y)) for x, y in corners)
    known = Truth(passage.plate, passage.state, outline, wide, conditions)
    return Frame(passage.at_us + number * BETWEEN_US, _jpeg(picture, conditions.quality), known)


def _plate(passage: Passage, conditions: Conditions, dice: Random, draw: np.random.Generator) -> Image:
    text, state = passage.plate or "", passage.state or "LA"
    if dice.random() < PAPER_SHARE:
        face = PAPER._replace(state=state)
        return press(text, face, Look(tall=0.36, emboss=0.0), Strokes(glyphs.Pen(0.52, 0.1, 0.3)), draw).picture
    faces = [face for face in FACES.get(state, FACES["LA"]) if _spaced(text, face)] or list(
        FACES.get(state, FACES["LA"])
    )
    face = faces[dice.randrange(len(faces))]
    # The dies belong to the state, not to the car.
    habits = Random(state).randrange(60)
    pen = glyphs.Pen(
        0.46 + 0.1 * Random(state + "w").random(), 0.125 + 0.03 * Random(state + "h").random(), 0.28, True, habits
    )
    look = Look(
        tall=0.46,
        stickers=("12", "26")[: dice.randint(0, 2)],
        frame=dice.choice(("BAYOU AUTO", "PARISH MOTORS", "")) if dice.random() < FRAME_SHARE else None,
        dirt=max(conditions.dirt, dice.uniform(0.2, 0.7) if dice.random() < DIRTY_SHARE else 0.0),
        fade=dice.uniform(0.0, 0.25),
    )
    return press(_spaced(text, face) or text, face, look, Strokes(pen), draw).picture


def _spaced(text: str, face: Face) -> str | None:
    """The text as this layout writes it, `123 ABC`; None when it fits none of its patterns."""
    for pattern in face.patterns:
        places = [one for one in pattern if one in "A9"]
        if len(places) == len(text) and all(
            char.isalpha() == (place == "A") for char, place in zip(text, places, strict=True)
        ):
            left = iter(text)
            return "".join(next(left) if one in "A9" else one for one in pattern)
    return None


def _jpeg(picture: Image, quality: int) -> bytes:
    done, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return packed.tobytes()
