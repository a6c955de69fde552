"""Pictures for the reader's tests, taken by the twin's cameras.

Knows: passages by seed and conditions, and the frame of each where the plate is largest. Refuses to know: the reader.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random

import cv2
import numpy as np

from center.vision.opening import Image
from twin.devices.lpr import camera
from twin.devices.lpr.optics import Conditions
from twin.devices.things import Passage
from twin.sim import plates

DAY = Conditions()
NIGHT = Conditions(night=True)


@lru_cache(maxsize=256)
def passage(seed: int, conditions: Conditions = DAY, state: str = "LA") -> tuple[camera.Frame, ...]:
    """The frames of one vehicle with a plate of `state`."""
    dice = Random(seed)
    vehicle = plates.vehicle(dice, state)
    seen = Passage(
        0, f"v{seed}", vehicle.plate, state, vehicle.make, vehicle.model, vehicle.color, vehicle.body, 30.2, -93.2, 0.0
    )
    return tuple(camera.frames(seen, conditions, dice))


def opened(frame: camera.Frame) -> Image:
    return np.asarray(cv2.imdecode(np.frombuffer(frame.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def nearest(frames: tuple[camera.Frame, ...]) -> camera.Frame:
    return max(frames, key=lambda one: one.truth.plate_px)


def blank() -> bytes:
    """A covered lens."""
    return cv2.imencode(".jpg", np.full((720, 1280, 3), 8, np.uint8))[1].tobytes()
