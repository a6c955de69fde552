"""The characters of a number plate as strokes of a pen: no font file is needed to press a plate.

Knows: the 36 characters as paths in a unit box, the dies' habits (width, weight, roundness, serifs), and masks of them.
Refuses to know: plates, states, colours.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Mask: TypeAlias = NDArray[np.uint8]
Path: TypeAlias = tuple[tuple[float, float, int], ...]  # x, y, and 1 where the pen rounds the corner

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Pen(NamedTuple):
    """A set of dies. Lengths are in heights of a character."""

    width: float = 0.5
    weight: float = 0.15
    radius: float = 0.25  # of a rounded corner
    round_ends: bool = True
    habits: int = 0  # picks among the shapes one character may have
    slant: float = 0.0


def _p(text: str) -> Path:
    """'0,0 1,0r' -> points; r marks a corner that is rounded."""
    points = []
    for word in text.split():
        x, y = word.rstrip("r").split(",")
        points.append((float(x), float(y), int(word.endswith("r"))))
    return tuple(points)


def strokes(*drawn: str) -> tuple[Path, ...]:
    """A shape: each stroke as `0,0 1,0r 1,1`, points of a unit box, r where the corner is rounded."""
    return tuple(_p(stroke) for stroke in drawn)


RING = ".5,0 0,0r 0,1r 1,1r 1,0r .5,0"
# Every character has one or more shapes; a pen's habits choose among them.
SHAPES: dict[str, tuple[tuple[Path, ...], ...]] = {
    "0": (strokes(RING), strokes(RING), strokes(RING), strokes(RING, ".8,.25 .2,.75")),
    "1": (
        strokes(".5,0 .5,1"),
        strokes(".22,.2 .52,0 .52,1"),
        strokes(".22,.2 .52,0 .52,1", ".2,1 .84,1"),
        strokes(".3,.0 .55,0 .55,1", ".2,1 .9,1"),
    ),
    "2": (
        strokes("0,.27 0,0r 1,0r 1,.42r 0,1 1,1"),
        strokes("0,.27 0,0r 1,0r 1,.5r 0,.6r 0,1 1,1"),
        strokes("0,.24 0,0r 1,0r 1,.34r 0,.86r 0,1 1,1"),
        strokes("0,.2 0,0r 1,0r 1,.55r 0,.7r 0,1 1,1"),
    ),
    "3": (
        strokes("0,.24 0,0r 1,0r 1,.47r .35,.47", ".35,.47 1,.47r 1,1r 0,1r 0,.76"),
        strokes("0,0 1,0 .42,.4 1,.4r 1,1r 0,1r 0,.76"),
        strokes("0,.24 0,0r 1,0r 1,.47r .45,.47", ".45,.47 1,.47r 1,1r 0,1r 0,.76"),
    ),
    "4": (
        strokes(".74,1 .74,0 0,.68 1,.68"),
        strokes(".72,.38 .72,1", ".55,0 0,.66 1,.66"),  # open above, as California's and others' are
        strokes(".76,1 .76,0 .62,0 0,.66 0,.72 1,.72"),
        strokes(".72,.55 .72,1", ".5,0 .02,.78 1,.78"),
        strokes(".8,1 .8,0 .66,0 0,.7 1,.7"),
        strokes(".78,.3 .78,1", ".5,0 .0,.62 0,.66 1,.66"),
    ),
    "5": (
        strokes(".95,0 .05,0 .02,.42 1,.38r 1,1r 0,1r 0,.76"),
        strokes(".95,0 0,0 0,.44 1,.44r 1,1r 0,1r 0,.78"),
        strokes(".95,0 .05,0 .0,.5 .3,.36r 1,.36r 1,1r 0,1r 0,.8"),
    ),
    "6": (
        strokes("1,.24 1,0r 0,0r 0,1r 1,1r 1,.42r 0,.42r 0,.6"),
        strokes(".75,0 .02,.55", ".5,.4 0,.4r 0,1r 1,1r 1,.4r .5,.4"),
        strokes(".85,0 0,.1r 0,1r 1,1r 1,.42r 0,.42r 0,.6"),
    ),
    "7": (strokes("0,0 1,0 .35,1"), strokes("0,.14 0,0 1,0 1,.2 .4,.7r .4,1"), strokes("0,0 1,0 1,.12 .3,1")),
    "8": (
        strokes(".5,0 .06,0r .06,.47r .94,.47r .94,0r .5,0", ".5,.47 0,.47r 0,1r 1,1r 1,.47r .5,.47"),
        strokes(".5,0 0,0r 0,.5r 1,.5r 1,0r .5,0", ".5,.5 0,.5r 0,1r 1,1r 1,.5r .5,.5"),
    ),
    "9": (
        strokes("0,.76 0,1r 1,1r 1,0r 0,0r 0,.58r 1,.58r 1,.4"),
        strokes(".25,1 .98,.45", ".5,.6 1,.6r 1,0r 0,0r 0,.6r .5,.6"),
        strokes(".15,1 1,.9r 1,0r 0,0r 0,.58r 1,.58r 1,.4"),
    ),
    "A": (
        strokes("0,1 .5,0 1,1", ".17,.68 .83,.68"),
        strokes("0,1 .4,0 .6,0 1,1", ".14,.68 .86,.68"),
        strokes("0,1 .44,0 .56,0 1,1", ".15,.72 .85,.72"),
    ),
    "B": (
        strokes("0,1 0,0 .92,0r .92,.48r 0,.48", "0,.48 1,.48r 1,1r 0,1"),
        strokes("0,1 0,0 1,0r 1,.5r 0,.5", "0,.5 1,.5r 1,1r 0,1"),
    ),
    "C": (strokes("1,.27 1,0r 0,0r 0,1r 1,1r 1,.73"), strokes("1,.22 1,0r 0,0r 0,1r 1,1r 1,.78")),
    "D": (strokes(".5,0 0,0 0,1 1,1r 1,0r .5,0"), strokes(".4,0 .1,0 .1,1 1,1r 1,0r .4,0", "0,0 .1,0", "0,1 .1,1")),
    "E": (strokes("1,0 0,0 0,1 1,1", "0,.48 .8,.48"), strokes(".9,0 0,0 0,1 .9,1", "0,.5 .85,.5")),
    "F": (strokes("1,0 0,0 0,1", "0,.48 .8,.48"), strokes(".95,0 0,0 0,1", "0,.52 .85,.52")),
    "G": (
        strokes("1,.25 1,0r 0,0r 0,1r 1,1r 1,.54 .55,.54"),
        strokes("1,.25 1,0r 0,0r 0,1r 1,1r 1,.7", "1,.55 1,1", ".6,.55 1,.55"),
        strokes("1,.22 1,0r 0,0r 0,1r .8,1r 1,.8 1,.52 .5,.52"),
    ),
    "H": (strokes("0,0 0,1", "1,0 1,1", "0,.48 1,.48"),),
    "I": (
        strokes(".5,0 .5,1", ".2,0 .8,0", ".2,1 .8,1"),
        strokes(".5,0 .5,1"),
        strokes(".5,0 .5,1", ".05,0 .95,0", ".05,1 .95,1"),
        strokes(".5,0 .5,1", ".1,0 .9,0", ".1,1 .9,1"),
        strokes(".5,0 .5,1"),
    ),
    "J": (
        strokes("1,0 1,1r 0,1r 0,.68"),
        strokes(".85,0 .85,1r 0,1r 0,.75", ".5,0 .85,0"),
        strokes(".9,0 .9,1r 0,1r 0,.8"),
    ),
    "K": (strokes("0,0 0,1", ".95,0 0,.62", ".33,.42 1,1"), strokes("0,0 0,1", ".95,0 .1,.5 1,1")),
    "L": (strokes("0,0 0,1 1,1"), strokes("0,0 0,1 .9,1")),
    "M": (
        strokes("0,1 0,0 .5,.6 1,0 1,1"),
        strokes("0,1 0,0 .5,.95 1,0 1,1"),
        strokes("0,1 .06,0 .5,.75 .94,0 1,1"),
        strokes("0,1 0,0 .5,.45 1,0 1,1"),
    ),
    "N": (strokes("0,1 0,0 1,1 1,0"),),
    "O": (strokes(RING),),
    "P": (strokes("0,1 0,0 1,0r 1,.53r 0,.53"), strokes("0,1 0,0 1,0r 1,.58r 0,.58")),
    "Q": (strokes(RING, ".55,.72 1.02,1.05"), strokes(RING, ".6,.7 .95,.98"), strokes(RING, ".35,.75 .6,.7r .95,1.08")),
    "R": (
        strokes("0,1 0,0 1,0r 1,.52r 0,.52", ".48,.52 1,1"),
        strokes("0,1 0,0 1,0r 1,.5r 0,.5", ".4,.5 .8,.5r 1,.65 1,1"),
        strokes("0,1 0,0 1,0r 1,.55r 0,.55", ".35,.55 1,1"),
    ),
    "S": (
        strokes("1,.24 1,0r 0,0r 0,.48r 1,.48r 1,1r 0,1r 0,.76"),
        strokes("1,.22 1,0r 0,0r 0,.38r 1,.62r 1,1r 0,1r 0,.78"),
        strokes(".95,.18 .9,0r 0,0r 0,.4r 1,.56r 1,1r .05,1r 0,.84"),
    ),
    "T": (strokes("0,0 1,0", ".5,0 .5,1"),),
    "U": (strokes("0,0 0,1r 1,1r 1,0"),),
    "V": (strokes("0,0 .5,1 1,0"), strokes("0,0 .44,1 .56,1 1,0")),
    "W": (
        strokes("0,0 .22,1 .5,.3 .78,1 1,0"),
        strokes("0,0 .2,1 .5,.05 .8,1 1,0"),
        strokes("0,0 0,1 .5,.45 1,1 1,0"),
        strokes("0,0 .12,1 .5,.4 .88,1 1,0"),
    ),
    "X": (strokes("0,0 1,1", "1,0 0,1"),),
    "Y": (strokes("0,0 .5,.48 1,0", ".5,.48 .5,1"), strokes("0,0 0,.2 .5,.55 1,.2 1,0", ".5,.55 .5,1")),
    "Z": (strokes("0,0 1,0 0,1 1,1"), strokes("0,0 1,0 1,.12 0,.88 0,1 1,1")),
}
_WIDER = {"M": 1.22, "W": 1.25, "N": 1.05, "Q": 1.02, "X": 1.05, "Y": 1.05, "V": 1.05, "A": 1.05, "1": 0.62, "I": 0.6}


_ROUNDEST = {"2": 0.24, "S": 0.14, "3": 0.12, "6": 0.14, "9": 0.14, "0": 0.1, "O": 0.1, "G": 0.14, "C": 0.14}


def _rounded(path: NDArray[np.float64], marks: list[int], radius: float) -> NDArray[np.float64]:
    """The polyline with its marked corners turned into arcs (quadratic curves) of at most `radius`."""
    out = [path[0]]
    steps = np.linspace(0.0, 1.0, 7)[:, None]
    for before, here, after, mark in zip(path[:-2], path[1:-1], path[2:], marks[1:-1], strict=True):
        if not mark:
            out.append(here)
            continue
        back, on = before - here, after - here
        long_back, long_on = float(np.hypot(*back)), float(np.hypot(*on))
        # Half a side at most, so that two roundings of one side meet and do not cross.
        start = here + back * min(radius, long_back * 0.5) / max(long_back, 1e-6)
        end = here + on * min(radius, long_on * 0.5) / max(long_on, 1e-6)
        arc = (1 - steps) ** 2 * start + 2 * (1 - steps) * steps * (here * 0.86 + (start + end) * 0.07) + steps**2 * end
        out.extend(arc)
    out.append(path[-1])
    return np.array(out)


def advance(char: str, pen: Pen) -> float:
    """How wide the character is, in its heights."""
    narrow = _WIDER.get(char, 1.0)
    if char in "1I" and pen.habits % 3 != 0:  # dies of one width for all
        narrow = 1.0
    return pen.width * narrow


def mask(char: str, pen: Pen, height_px: int) -> Mask:
    """The character's ink, 0..255, in a box of `advance` x 1 heights with no margin."""
    shapes = SHAPES[char]
    return inked(char, shapes[(pen.habits // (1 + ord(char) % 5)) % len(shapes)], pen, height_px)


def inked(char: str, shape: tuple[Path, ...], pen: Pen, height_px: int) -> Mask:
    """The ink of one shape of the character."""
    height, width = height_px, max(3, round(advance(char, pen) * height_px))
    thick = max(1, round(pen.weight * height_px))
    # A 2 with square shoulders would be a Z: no state presses one.
    radius = max(pen.radius, _ROUNDEST.get(char, 0.0))
    # The pen's middle keeps half its weight away from the box's edge.
    inset = pen.weight * height_px / 2
    scale = np.array([width - 1 - 2 * inset, height - 1 - 2 * inset])
    ink = np.zeros((height, width), np.uint8)
    for stroke in shape:
        points = np.array([point[:2] for point in stroke]) * scale + inset
        points = _rounded(points, [point[2] for point in stroke], radius * height_px)
        cv2.polylines(ink, [np.round(points * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)
    if pen.slant:
        shear = np.array([[1, -pen.slant, pen.slant * height / 2], [0, 1, 0]], np.float32)
        ink = cv2.warpAffine(ink, shear, (width, height)).astype(np.uint8)
    return ink
