"""A number plate, pressed and painted: flat, straight on, in even light.

Knows: layout of serial, name, slogan, emblem, stacked letters, stickers, screws, a dealer's frame, dirt, paper
temporaries.
Refuses to know: lenses, weather, whose plate it is.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from twin.devices.lpr import emblems, glyphs
from twin.devices.lpr.faces import Color, Face

Image: TypeAlias = NDArray[np.uint8]
WIDTH, HEIGHT = 256, 128


class Letterer(Protocol):
    """Who makes the characters: strokes for the twin's cameras, more hands for whoever needs more variety."""

    def char(self, char: str, height_px: int) -> Image: ...

    def words(self, text: str, height_px: int, script: bool) -> Image: ...


class Strokes:
    """Characters from one pen; words from OpenCV's built-in plotter letters."""

    def __init__(self, pen: glyphs.Pen) -> None:
        self._pen = pen

    def char(self, char: str, height_px: int) -> Image:
        return glyphs.mask(char, self._pen, height_px)

    def words(self, text: str, height_px: int, script: bool) -> Image:
        font = cv2.FONT_HERSHEY_SCRIPT_COMPLEX if script else cv2.FONT_HERSHEY_DUPLEX
        scale = height_px / 22.0
        (width, _), below = cv2.getTextSize(text, font, scale, 1)
        ink = np.zeros((height_px + below + 2, width + 4), np.uint8)
        cv2.putText(ink, text, (2, height_px), font, scale, 255, max(1, round(height_px / 9)), cv2.LINE_AA)
        return ink


class Look(NamedTuple):
    """What differs between two plates of one layout. Lengths are shares of the plate's height, or of its width for
    x."""

    tall: float = 0.46  # the serial's characters
    middle: float = 0.53  # of the serial, from the top
    span: float = 0.86  # at most this share of the width
    gap: float = 0.1  # between characters, in their heights
    blank: float = 0.35  # a blank, in their heights
    emboss: float = 0.5  # how much the pressing shades
    stacked: str = ""  # small letters one above the other, no part of the text
    stacked_left: bool = True
    stickers: tuple[str, ...] = ()
    logo: bool = False  # an organisation's disc at the left
    tag: str = ""  # a sticker amid the serial, and the year on it
    frame: str | None = None  # a dealer's frame and its words
    frame_ink: Color = (20, 20, 22)
    dirt: float = 0.0
    fade: float = 0.0  # the paint has bleached by this much
    scenery: Color | None = None  # hills, a rainbow or a skyline behind the serial
    small: float = 0.9  # how much of the room there is the stacked letters take
    stagger: float = 0.0  # and how far each is to the right of the one above, in their heights
    figure: Image | None = None  # ink that stands amid the serial in an emblem's place
    bold: float = 0.0  # the stacked letters are heavier by this, in their heights
    emblem: tuple[float, float] = (0.22, 0.58)  # an emblem amid the serial, in the serial's heights: least, most
    slogan_tall: float = 0.1
    name_tall: float = 0.15


class Pressed(NamedTuple):
    """`middles`: where on the plate each character of the serial stands, in its order."""

    picture: Image
    middles: tuple[tuple[float, float], ...]


def press(serial: str, face: Face, look: Look, letterer: Letterer, dice: np.random.Generator) -> Pressed:
    """The plate, BGR, HEIGHT x WIDTH. `serial` as it stands on the plate, with blanks and marks: `123 ABC`,
    `AAA*123`."""
    plate = _sky(face)
    if face.emblem and "*" not in serial:
        _emblem(
            plate,
            (WIDTH * dice.uniform(0.3, 0.7), HEIGHT * 0.5),
            HEIGHT * dice.uniform(0.2, 0.42),
            face.emblem,
            dice,
            dice.uniform(0.3, 0.9),
        )
    if look.scenery:
        _scenery(plate, look.scenery, dice)
    _border(plate, face, dice)
    _words(plate, face, look, letterer)
    left, right = _margins(plate, face, look, letterer, dice)
    middles = _serial(plate, serial, face, look, letterer, dice, left, right)
    for place, sticker in enumerate(look.stickers):
        _sticker(plate, sticker, place, letterer, dice)
    _screws(plate, dice)
    if look.fade:
        plate = cv2.addWeighted(
            plate, 1 - look.fade, np.full_like(plate, int(dice.integers(150, 235))), look.fade, 0
        ).astype(np.uint8)
    if look.dirt:
        plate = _dirty(plate, look.dirt, dice)
    if look.frame is not None:
        _frame(plate, look, letterer, dice)
    return Pressed(plate, middles)


def blend(plate: Image, ink: Image, x: float, y: float, color: Color, strength: float = 1.0) -> None:
    """Put `ink` (0..255) with its top left corner at x, y; what would lie outside is cut off."""
    left, top = round(x), round(y)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + ink.shape[1], plate.shape[1]), min(top + ink.shape[0], plate.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    share = ink[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.int32) * round(strength * 256) // 255
    under = plate[y0:y1, x0:x1]
    for channel in range(3):
        part = under[..., channel]
        part += (((color[2 - channel] - part.astype(np.int32)) * share) >> 8).astype(np.uint8)  # wraps as it should


def _sky(face: Face) -> Image:
    rows = np.arange(HEIGHT) / (HEIGHT - 1)
    stops = np.linspace(0, 1, len(face.sky)) if len(face.sky) > 1 else np.zeros(1)
    column = np.stack([np.interp(rows, stops, [color[i] for color in face.sky]) for i in (2, 1, 0)], axis=1)
    return np.repeat(column.astype(np.uint8)[:, None, :], WIDTH, axis=1)


def _emblem(
    plate: Image, at: tuple[float, float], size: float, color: Color, dice: np.random.Generator, strength: float
) -> None:
    """Something drawn: a state's outline, a horse, a tree, a seal. Nobody reads it; a reader must learn to pass over
    it."""
    ink = emblems.shape(round(size), dice)
    blend(plate, ink, at[0] - ink.shape[1] / 2, at[1] - ink.shape[0] / 2, color, strength)
    if dice.random() < 0.5:  # a second colour within
        inner = tuple(int(part) for part in dice.integers(20, 240, 3))
        small = emblems.shape(max(2, round(size * dice.uniform(0.3, 0.7))), dice)
        x, y = at[0] + size * dice.uniform(-0.4, 0.4), at[1] + size * dice.uniform(-0.4, 0.4)
        blend(plate, small, x - small.shape[1] / 2, y - small.shape[0] / 2, (inner[0], inner[1], inner[2]), strength)


def _scenery(plate: Image, color: Color, dice: np.random.Generator) -> None:
    """Hills from side to side, arcs, or buildings: what many states print behind the characters."""
    ink = np.zeros((HEIGHT, WIDTH), np.uint8)
    kind = dice.random()
    if kind < 0.5:
        count = int(dice.integers(4, 14))
        top = HEIGHT * dice.uniform(0.2, 0.8) - dice.uniform(0, HEIGHT * 0.3, count)
        ridge = np.stack([np.linspace(0, WIDTH, count), top], axis=1)
        below = HEIGHT if dice.random() < 0.5 else 0
        cv2.fillPoly(ink, [np.vstack([ridge, [[WIDTH, below], [0, below]]]).astype(np.int32)], 255, cv2.LINE_AA)
    elif kind < 0.8:
        middle = (round(WIDTH * dice.uniform(0.2, 0.8)), round(HEIGHT * dice.uniform(0.7, 1.5)))
        reach = HEIGHT * dice.uniform(0.5, 1.3)
        for ring in range(int(dice.integers(1, 5))):
            radius = (round(reach * 1.3 + ring * 6), round(reach + ring * 6))
            cv2.ellipse(ink, middle, radius, 0, 180, 360, int(dice.integers(90, 256)), 4, cv2.LINE_AA)
    else:
        for _ in range(int(dice.integers(3, 12))):
            x, y = int(dice.integers(0, WIDTH)), int(dice.integers(HEIGHT // 4, HEIGHT))
            cv2.rectangle(ink, (x, y), (x + int(dice.integers(4, 30)), HEIGHT), int(dice.integers(60, 256)), -1)
    blend(plate, ink, 0, 0, color, float(dice.uniform(0.15, 0.9)))


def _border(plate: Image, face: Face, dice: np.random.Generator) -> None:
    if dice.random() < 0.6:
        inset = int(dice.integers(1, 5))
        shade = face.ink if dice.random() < 0.3 else (150, 150, 150)
        cv2.rectangle(
            plate,
            (inset, inset),
            (WIDTH - 1 - inset, HEIGHT - 1 - inset),
            shade[::-1],
            int(dice.integers(1, 3)),
            cv2.LINE_AA,
        )


def _words(plate: Image, face: Face, look: Look, letterer: Letterer) -> None:
    above, below = (face.slogan, face.name) if face.low_name else (face.name, face.slogan)
    tall_above, tall_below = (look.slogan_tall, look.name_tall) if face.low_name else (look.name_tall, look.slogan_tall)
    if above:
        _line(plate, above, tall_above, 0.03, face.name_ink, face.script and not face.low_name, letterer, top=True)
    if below:
        _line(plate, below, tall_below, 0.03, face.name_ink, face.script and face.low_name, letterer, top=False)


def _line(
    plate: Image, text: str, tall: float, margin: float, ink: Color, script: bool, letterer: Letterer, *, top: bool
) -> None:
    mask = letterer.words(text, max(8, round(tall * HEIGHT)), script)
    widest = round(WIDTH * 0.8)
    if mask.shape[1] > widest:
        mask = cv2.resize(mask, (widest, mask.shape[0]), interpolation=cv2.INTER_AREA).astype(np.uint8)
    y = margin * HEIGHT if top else HEIGHT * (1 - margin) - mask.shape[0]
    blend(plate, mask, (WIDTH - mask.shape[1]) / 2, y, ink)


def _margins(
    plate: Image, face: Face, look: Look, letterer: Letterer, dice: np.random.Generator
) -> tuple[float, float]:
    """Where the serial may begin and end, after what stands beside it."""
    left, right = WIDTH * (1 - look.span) / 2, WIDTH * (1 + look.span) / 2
    middle = look.middle * HEIGHT
    if look.logo:
        size = HEIGHT * dice.uniform(0.15, 0.3)
        color = tuple(int(part) for part in dice.integers(20, 220, 3))
        _emblem(plate, (left + size, middle), size, (color[0], color[1], color[2]), dice, 1.0)
        left += 2 * size + 2
    if look.stacked:
        tall = look.tall * HEIGHT / (len(look.stacked) + 0.15 * (len(look.stacked) - 1)) * look.small
        tall = min(tall, look.tall * HEIGHT * 0.56)
        masks = [letterer.char(char, max(6, round(tall))) for char in look.stacked]
        if look.bold:
            heavy = np.ones((max(1, round(look.bold * tall)),) * 2, np.uint8)
            masks = [np.asarray(cv2.dilate(mask, heavy), np.uint8) for mask in masks]
        step = tall * look.stagger  # some states set the lower letter to the right of the upper one
        wide = max(mask.shape[1] for mask in masks) + step * (len(masks) - 1)
        x = left if look.stacked_left else right - wide
        y = middle - tall * 1.15 * len(masks) / 2
        for number, mask in enumerate(masks):
            blend(plate, mask, x + (wide - step * (len(masks) - 1) - mask.shape[1]) / 2 + step * number, y, face.ink)
            y += tall * 1.15
        room = wide + HEIGHT * dice.uniform(0.02, 0.07)
        left, right = (left + room, right) if look.stacked_left else (left, right - room)
    return left, right


def _serial(
    plate: Image,
    serial: str,
    face: Face,
    look: Look,
    letterer: Letterer,
    dice: np.random.Generator,
    left: float,
    right: float,
) -> tuple[tuple[float, float], ...]:
    tall = max(8, round(look.tall * HEIGHT))
    masks = [None if char in " *-." else letterer.char(char, tall) for char in serial]
    marks = {" ": look.blank, "*": max(look.blank, 0.45), "-": 0.36, ".": 0.24}
    widths = [marks[char] * tall if mask is None else mask.shape[1] for char, mask in zip(serial, masks, strict=True)]
    gap = look.gap * tall
    total = sum(widths) + gap * (len(serial) - 1)
    squeeze = min(1.0, (right - left) / total)
    x = (left + right) / 2 - total * squeeze / 2
    middles = []
    top = look.middle * HEIGHT - tall / 2
    for char, mask, width in zip(serial, masks, widths, strict=True):
        if mask is not None:
            narrow = cv2.resize(
                mask, (max(2, round(mask.shape[1] * squeeze)), tall), interpolation=cv2.INTER_AREA
            ).astype(np.uint8)
            middles.append((x + width * squeeze / 2, top + tall / 2))
            _pressed(plate, narrow, x, top, face.ink, look.emboss)
        elif char in "-.":
            half_y = tall * (0.045 if char == "-" else 0.07)
            half_x = tall * (0.13 if char == "-" else 0.07) * squeeze
            middle = (round(x + width * squeeze / 2), round(top + tall / 2))
            cv2.ellipse(
                plate,
                middle,
                (max(1, round(half_x)), max(1, round(half_y))),
                0,
                0,
                360,
                face.ink[::-1],
                -1,
                cv2.LINE_AA,
            )
        elif char == "*" and look.tag:
            _tag(plate, x + width * squeeze / 2, top + tall * 0.5, tall, look.tag, letterer, dice)
        elif char == "*" and face.emblem:
            size = tall * dice.uniform(*look.emblem)
            at = (x + width * squeeze / 2, top + tall * dice.uniform(0.4, 0.6))
            if look.figure is not None:
                tall_px, wide_px = look.figure.shape
                ink = cv2.resize(look.figure, (max(2, round(2 * size * wide_px / tall_px)), max(2, round(2 * size))))
                blend(plate, np.asarray(ink, np.uint8), at[0] - ink.shape[1] / 2, at[1] - size, face.emblem, 0.95)
            else:
                _emblem(plate, at, size, face.emblem, dice, 0.9)
        x += (width + gap) * squeeze
    return tuple(middles)


def _tag(
    plate: Image, x: float, y: float, tall: float, year: str, letterer: Letterer, dice: np.random.Generator
) -> None:
    """A sticker where the serial has its gap: upright, coloured, small figures."""
    half_x, half_y = tall * dice.uniform(0.1, 0.2), tall * dice.uniform(0.18, 0.34)
    color = tuple(int(part) for part in dice.integers(20, 250, 3))
    low, high = (round(x - half_x), round(y - half_y)), (round(x + half_x), round(y + half_y))
    cv2.rectangle(plate, low, high, color, -1)
    mask = letterer.words(year, max(7, round(half_y * 0.7)), False)
    ink = (20, 20, 20) if sum(color) > 330 else (235, 235, 235)
    blend(plate, mask, x - mask.shape[1] / 2, y - mask.shape[0] / 2, ink)


def _pressed(plate: Image, mask: Image, x: float, y: float, ink: Color, emboss: float) -> None:
    """A character: a bright edge towards the light, a dark one away from it, the ink on top."""
    if emboss > 0:
        wide = cv2.dilate(mask, np.ones((3, 3), np.uint8)).astype(np.uint8)
        blend(plate, wide, x + 1, y + 1.4, (70, 70, 75), 0.6 * emboss)
        blend(plate, wide, x - 1, y - 1.4, (250, 250, 250), 0.6 * emboss)
    blend(plate, mask, x, y, ink)


def _sticker(plate: Image, text: str, place: int, letterer: Letterer, dice: np.random.Generator) -> None:
    """Month and year: at the top corners first, then at the bottom ones."""
    wide, tall = round(WIDTH * dice.uniform(0.1, 0.16)), round(HEIGHT * dice.uniform(0.1, 0.17))
    x = 6 if place % 2 == 0 else WIDTH - wide - 6
    y = 5 if place < 2 else HEIGHT - tall - 5
    x, y = x + int(dice.integers(-3, 4)), y + int(dice.integers(-3, 4))
    color = tuple(int(part) for part in dice.integers(30, 250, 3))
    cv2.rectangle(plate, (x, y), (x + wide, y + tall), color, -1)
    mask = letterer.words(text, max(7, round(tall * 0.6)), False)
    if mask.shape[1] > wide - 2:
        mask = cv2.resize(mask, (wide - 2, mask.shape[0]), interpolation=cv2.INTER_AREA).astype(np.uint8)
    ink = (20, 20, 20) if sum(color) > 330 else (235, 235, 235)
    blend(plate, mask, x + 1, y + 1, ink)


def _screws(plate: Image, dice: np.random.Generator) -> None:
    if dice.random() < 0.25:
        return
    inset = dice.uniform(0.16, 0.26) * WIDTH
    bottom = dice.random() < 0.5
    for x in (inset, WIDTH - inset):
        for y in (HEIGHT * 0.08, HEIGHT * 0.92) if bottom else (HEIGHT * 0.08,):
            shade = int(dice.integers(15, 190))
            cv2.circle(plate, (round(x), round(y)), int(dice.integers(3, 7)), (shade, shade, shade), -1, cv2.LINE_AA)


def _dirty(plate: Image, dirt: float, dice: np.random.Generator) -> Image:
    coarse = dice.random((6, 10), np.float32)
    cover = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    cover = np.clip((cover - 0.75 + dirt * 0.5) * 1.6, 0, 0.85 * min(1.0, dirt + 0.3))[..., None]
    mud = np.array(dice.uniform(40, 130, 3), np.float32)
    return np.asarray(plate + (mud - plate) * cover, np.uint8)


def _frame(plate: Image, look: Look, letterer: Letterer, dice: np.random.Generator) -> None:
    """A dealer's frame: it hides the edge, often the name, sometimes the feet of the serial."""
    top, bottom = round(HEIGHT * dice.uniform(0.02, 0.2)), round(HEIGHT * dice.uniform(0.04, 0.22))
    side = round(WIDTH * dice.uniform(0.005, 0.035))
    color = look.frame_ink[::-1]
    for corner, other in (
        ((0, 0), (WIDTH, top)), ((0, HEIGHT - bottom), (WIDTH, HEIGHT)),
        ((0, 0), (side, HEIGHT)), ((WIDTH - side, 0), (WIDTH, HEIGHT)),
    ):  # fmt: skip
        cv2.rectangle(plate, corner, other, color, -1)
    ink = (235, 235, 230) if sum(color) < 330 else (20, 20, 25)
    for tall, y in ((top, 0), (bottom, HEIGHT - bottom)):
        if look.frame and tall > 9 and dice.random() < 0.7:
            mask = letterer.words(look.frame, round(tall * 0.62), False)
            if mask.shape[1] > WIDTH * 0.9:
                mask = cv2.resize(mask, (round(WIDTH * 0.9), mask.shape[0]), interpolation=cv2.INTER_AREA).astype(
                    np.uint8
                )
            blend(plate, mask, (WIDTH - mask.shape[1]) / 2, y + tall * 0.12, ink)
