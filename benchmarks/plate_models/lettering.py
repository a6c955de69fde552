"""More hands than the twin has: the strokes in hundreds of cuts, and whatever fonts the machine has installed.

Knows: pens, font files (Debian's), masks of characters and words. Refuses to know: plates.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from twin.devices.lpr import glyphs
from twin.devices.lpr.press import Image, Strokes

_TALL = 96
_WANTED = (  # sans serif, narrow or rounded: what dies look like; the rest serves for words only
    *("DejaVuSans", "LiberationSans", "FreeSans", "Roboto", "OpenSans", "Lato", "Cantarell", "NationalPark"),
    *("DIN", "Dosis", "Play", "Quicksand", "LeagueMono", "Universalis", "Switzera", "b612", "B612", "mplus"),
    *("Inter", "Hack", "Inconsolata", "Yanone", "NotoMono", "NotoSansMono", "Bebas", "allerta", "RG2014"),
    *("routed-gothic", "osifont", "Gillius", "NimbusSans", "Oxygen", "Jura", "OCRB.", "texgyreheros", "Cabin"),
    *("ClearSans", "JetBrainsMono", "Go-", "Tuffy", "Courier Prime", "MekanusADFStd", "mononoki", "Manrope"),
    *("Karla-", "Comfortaa", "texgyreadventor"),
)
_UNWANTED = (
    *("Italic", "italic", "Oblique", "Thin", "Hairline", "ExtraLight", "UltraLight", "Light", "Emoji", "Math"),
    *("Symbol", "stencil", "Outline", "Smallcaps", "Tamil", "Display"),
)
# What a pen may do beside the twin's habits: hooks and spurs that make one character almost another.
_MORE: dict[str, tuple[tuple[glyphs.Path, ...], ...]] = {
    "1": (glyphs.strokes(".1,.28 .5,0 .5,1"), glyphs.strokes(".3,.12 .55,0 .55,1", ".1,1 1,1")),
    "2": (
        glyphs.strokes("0,.3 .02,0r 1,0r .98,.36r .04,1 1,1"),
        glyphs.strokes("0,.16 0,0r 1,0r 1,.3r .5,.64 0,.9 0,1 1,1"),
        glyphs.strokes(".05,.2 .1,0r 1,0r .95,.45 0,.94 0,1 1,1"),
    ),
    "4": (glyphs.strokes(".7,1 .7,0 0,.74 1,.74"), glyphs.strokes(".85,1 .85,0 .8,0 0,.6 0,.66 1,.66")),
    "6": (glyphs.strokes("1,.18 1,0r 0,0r 0,1r 1,1r 1,.5r 0,.5r 0,.7"),),
    "7": (glyphs.strokes("0,0 1,0 .5,.5r .42,1"), glyphs.strokes("0,.2 0,0 1,0 .2,1")),
    "9": (glyphs.strokes("0,.82 0,1r 1,1r 1,0r 0,0r 0,.5r 1,.5r 1,.3"),),
    "C": (glyphs.strokes("1,.34 1,0r 0,0r 0,1r 1,1r 1,.66"), glyphs.strokes("1,.16 1,0r 0,0r 0,1r 1,1r 1,.84")),
    "G": (
        glyphs.strokes("1,.22 1,0r 0,0r 0,1r 1,1r 1,.58 .7,.58"),
        glyphs.strokes("1,.18 1,0r 0,0r 0,1r 1,1r 1,.62 .6,.62", "1,.62 1,1"),
        glyphs.strokes("1,.3 1,0r 0,0r 0,1r .9,1r 1,.7 1,.56"),
    ),
    "J": (glyphs.strokes(".4,0 1,0 1,1r 0,1r 0,.7"),),
    "L": (glyphs.strokes("0,0 0,1 1,1", "0,0 .15,0"),),
    "Q": (glyphs.strokes(glyphs.RING, ".7,.78 1,1"), glyphs.strokes(glyphs.RING, ".5,.62 .85,.9")),
    "T": (glyphs.strokes("0,.12 0,0 1,0 1,.12", ".5,0 .5,1"),),
    "V": (glyphs.strokes("0,0 .1,.4 .5,1 .9,.4 1,0"),),
    "Y": (glyphs.strokes("0,0 .5,.62 1,0", ".5,.62 .5,1"),),
    "Z": (glyphs.strokes(".05,0 1,0 1,.06 0,.94 0,1 1,1"), glyphs.strokes("0,.1 0,0 .95,0 .02,1 1,1")),
}


def font_files(roots: Sequence[str] = ("/usr/share/fonts",)) -> list[str]:
    """Every usable font file, in a stable order."""
    found = [path for root in roots for path in Path(root).rglob("*.[to]tf")]
    return [str(path) for path in sorted(found, key=lambda path: path.name)]


def die_fonts(files: Sequence[str]) -> list[str]:
    """Those that could be a plate's dies."""
    return [
        file
        for file in files
        if any(word in Path(file).name for word in _WANTED) and not any(word in Path(file).name for word in _UNWANTED)
    ]


@functools.lru_cache(4)
def families(dies: tuple[str, ...]) -> list[list[str]]:
    """The cuts of one family together: a family of thirty cuts is drawn no more often than one of two."""
    found: dict[str, list[str]] = {}
    for file in dies:
        found.setdefault(Path(file).stem[:6].lower(), []).append(file)
    return list(found.values())


@functools.lru_cache(4096)
def _font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size)


@functools.lru_cache(30_000)
def _font_char(file: str, char: str) -> Image:
    """The character's ink, cut to its box, _TALL high if it is a capital."""
    font = _font(file, 128)
    top, bottom = font.getbbox("H")[1], font.getbbox("H")[3]
    left, _, right, _ = font.getbbox(char)
    canvas = Picture.new("L", (max(4, right - left) + 8, bottom - top + 12), 0)
    ImageDraw.Draw(canvas).text((4 - left, 6 - top), char, fill=255, font=font)
    ink = np.asarray(canvas)[6:-6]
    columns = np.flatnonzero(ink.max(axis=0) > 100)
    if not len(columns):
        return np.zeros((_TALL, 4), np.uint8)
    ink = ink[:, columns[0] : columns[-1] + 1]
    return cv2.resize(ink, (max(3, ink.shape[1] * _TALL // ink.shape[0]), _TALL), interpolation=cv2.INTER_AREA).astype(
        np.uint8
    )


@functools.lru_cache(20_000)
def _pen_char(pen: glyphs.Pen, char: str) -> Image:
    """One of the shapes, and each of its corners a little elsewhere: no two sets of dies are alike."""
    shapes = glyphs.SHAPES[char] + _MORE.get(char, ())
    dice = np.random.default_rng([round(pen.width * 1e6), round(pen.weight * 1e6), ord(char)])
    shape = shapes[int(dice.integers(len(shapes)))]
    moved = tuple(
        tuple((*np.clip(np.array((x, y)) + dice.normal(0, 0.025, 2) * (0 < x < 1, 0 < y < 1), -0.02, 1.05), mark)
              for x, y, mark in stroke)
        for stroke in shape
    )  # fmt: skip
    return glyphs.inked(char, moved, pen, _TALL)


class Hand:
    """One plate's lettering: a pen or a font for the serial, another font for the words."""

    def __init__(
        self, dice: np.random.Generator, pens: Sequence[glyphs.Pen], dies: Sequence[str], fonts: Sequence[str]
    ) -> None:
        self._pen = pens[int(dice.integers(len(pens)))] if dice.random() < 0.55 else None
        family = families(tuple(dies))
        cuts = family[int(dice.integers(len(family)))]
        self._file = cuts[int(dice.integers(len(cuts)))]
        self._words = fonts[int(dice.integers(len(fonts)))]
        self._plotter = dice.random() < 0.1
        # Fonts are wider than dies: squeezed, and made heavier or lighter.
        self._squeeze = float(dice.uniform(0.55, 1.0))
        self._heavier = int(dice.integers(-2, 5))
        self._waist = float(np.exp(dice.normal(0, 0.1)))  # where the crossbars are: 1 as drawn

    def char(self, char: str, height_px: int) -> Image:
        ink = _pen_char(self._pen, char) if self._pen else _font_char(self._file, char)
        rows = np.linspace(0, 1, len(ink)) ** self._waist * (len(ink) - 1)
        ink = ink[np.round(rows).astype(int)]
        squeeze = 1.0
        if self._pen is None:
            squeeze = self._squeeze
            if self._heavier > 0:
                ink = cv2.dilate(ink, np.ones((self._heavier, self._heavier), np.uint8)).astype(np.uint8)
            elif self._heavier < 0:
                ink = cv2.erode(ink, np.ones((1 - self._heavier, 1 - self._heavier), np.uint8)).astype(np.uint8)
        width = max(2, round(ink.shape[1] * squeeze * height_px / _TALL))
        return cv2.resize(ink, (width, height_px), interpolation=cv2.INTER_AREA).astype(np.uint8)

    def words(self, text: str, height_px: int, script: bool) -> Image:
        if self._plotter or script:
            return _plotted(text, height_px, script)
        return written(self._words, text, height_px)


@functools.lru_cache(4000)
def _plotted(text: str, height_px: int, script: bool) -> Image:
    return Strokes(glyphs.Pen()).words(text, height_px, script)


_WORD_TALL = 28


def written(file: str, text: str, height_px: int) -> Image:
    ink = _written(file, text)
    width = max(2, ink.shape[1] * height_px // _WORD_TALL)
    return cv2.resize(
        ink, (width, max(2, ink.shape[0] * height_px // _WORD_TALL)), interpolation=cv2.INTER_AREA
    ).astype(np.uint8)


@functools.lru_cache(20_000)
def _written(file: str, text: str) -> Image:
    font = _font(file, 35)
    left, top, right, bottom = font.getbbox(text)
    canvas = Picture.new("L", (max(2, int(right - left)) + 2, max(2, int(bottom - top)) + 2), 0)
    ImageDraw.Draw(canvas).text((1 - left, 1 - top), text, fill=255, font=font)
    return np.asarray(canvas)


def pens(count: int, seed: int) -> list[glyphs.Pen]:
    """`count` sets of dies."""
    dice = np.random.default_rng([seed, 1])
    made = []
    for _ in range(count):
        width = float(dice.uniform(0.36, 0.68))
        weight = min(float(dice.uniform(0.09, 0.19)), width * 0.33)
        slant = float(dice.uniform(-0.06, 0.12)) if dice.random() < 0.08 else 0.0
        made.append(glyphs.Pen(width, weight, float(dice.uniform(0.06, 0.46)), True, int(dice.integers(0, 60)), slant))
    return made
