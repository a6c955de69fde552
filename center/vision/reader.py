"""The plate reader: a picture in, what it says out.

Knows: detector and recogniser together; plates in a frame, the plate that a picture is, one read for a passage.
Refuses to know: cameras, events, workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from center.vision.detector import Detector, Found, Quad, whole, widened
from center.vision.opening import Image
from center.vision.recogniser import Look, Recogniser, Text, read
from center.vision.refiner import Refiner

MODELS = Path(__file__).parent / "models"
DOUBTFUL = 0.5  # a find less sure than this is looked at in earnest only if a glimpse of it
FEWEST = 4  # makes out so many characters
ROOM = 0.03  # around a plate, in shares of its size
GROWN = (ROOM, 0.08, -0.06)  # a picture that is a plate is looked at thrice, once looser and once tighter


class Read(NamedTuple):
    """One plate in one picture. `sure`: that it is a plate; `text.confidence`: that it says so."""

    text: Text
    quad: Quad
    sure: float
    look: Look


class Reader:
    """Not for two threads at once."""

    def __init__(self, models: Path = MODELS) -> None:
        self._detector = Detector(models / "detector.onnx")
        self._refiner = Refiner(models / "refiner.onnx")
        self._recogniser = Recogniser(models / "recogniser.onnx")

    def read(self, frame: Image) -> list[Read]:
        """The plates in a frame, surest first."""
        found = [one for one in self._detector.find(frame) if one.sure >= DOUBTFUL or self._says_something(frame, one)]
        return [self._read(frame, one) for one in found]

    def read_plate(self, picture: Image) -> Read:
        """A picture that shows one plate and nothing else."""
        look = self.look(picture)
        return Read(read([look]), whole(picture), 1.0, look)

    def look(self, picture: Image) -> Look:
        """What the recogniser makes of a picture that is a plate, before a text is settled."""
        return self._recogniser.look(picture, [widened(whole(picture), grown, grown) for grown in GROWN])

    def _says_something(self, frame: Image, found: Found) -> bool:
        return len(self._recogniser.glimpse(frame, widened(found.quad, 0.08, 0.08))) >= FEWEST

    def _read(self, frame: Image, found: Found) -> Read:
        """Detector and refiner err differently: the plate is looked at within the corners of each, and halfway."""
        nearer = self._refiner.refined(frame, found.quad)
        middle = (found.quad + nearer) / 2
        quads = [widened(quad, ROOM, ROOM) for quad in (middle, nearer, found.quad)]
        look = self._recogniser.look(frame, quads)
        return Read(read([look]), middle, found.sure, look)


def voted(reads: Sequence[Read]) -> Text:
    """One text for a passage: every frame has its say, a faint one little, because its columns are flat."""
    return read([one.look for one in reads])


def same_vehicle(one: Quad, other: Quad, apart: float = 3.0) -> bool:
    """Whether a plate may have moved from `one` to `other` between two frames: within so many of its widths, and no
    more than
    twice as large."""
    wide, other_wide = float(np.ptp(one[:, 0])), float(np.ptp(other[:, 0]))
    near = float(np.hypot(*(one.mean(axis=0) - other.mean(axis=0)))) <= apart * max(wide, other_wide)
    return near and 0.5 <= wide / max(other_wide, 1.0) <= 2.0
