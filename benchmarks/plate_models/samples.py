"""One training sample of the recogniser from one number: a plate, seen badly, cut out almost right.

Knows: random plates (states' faces and invented ones), the ways a lens, a street and a cut spoil them, and the labels.
Refuses to know: networks, real photographs.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from benchmarks.plate_models import figures, lettering
from twin.devices.lpr import press
from twin.devices.lpr.faces import ALL, FACES, Color, Face
from twin.devices.lpr.press import WIDTH, Image, Look

NET_H, NET_W = 48, 160
WIDEST_PX = 230  # wider ones are shrunk before the network sees them
LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
STATES = ("", *FACES)  # 0: cannot be told
_SHAPES = (
    *(
        "AAA9999",
        "999AAA",
        "AAA999",
        "9AAA999",
        "AA9A9A",
        "A999999",
        "999999",
        "AA99999",
        "99A999A",
        "9A99999",
        "AAA-9999",
    ),
    *(
        "999-AAA",
        "AAA.999",
        "AA9*A9A",
        "AAA 999",
        "99 AAA",
        "999 AAA",
        "9A 99999",
        "A 9999",
        "999 999",
        "999 9999",
        "AA-999",
        "AA*9999",
        "AAA*999",
        "999*AAA",
        "AA9*A9A",
        "9*9999",
        "AAA*99A",
    ),
    *("9*999A", "99*9999", "99*999", "9*999", "99*99A", "9*9999A", "A9*9A", "A99*9AA", "AAA*99", "99*AAA", "A9*999"),
)
_SET_APART = tuple(shape for shape in _SHAPES if "*" in shape)
# Characters that are taken for each other: a serial of nothing else teaches the difference.
_ALIKE = (
    "2Z7",
    "1ITL",
    "4LA",
    "6GCB",
    "0OQDU",
    "5S",
    "VYWU",
    "MNHW",
    "8B3E9",
    "PRF",
    "KX",
    "9G3",
    "JU1",
    "7TY",
    "2Z1I4L",
)
_NOWHERE = ("ST BERNARD", "PARISH", "PROVINCE", "Northland", "Lakeshore", "REPUBLIC", "CITY OF", "DELTA", "COUNTY", "")
_GRAIN = np.random.default_rng(0).standard_normal((512, 1024, 3), np.float32)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DEALERS = (
    *(
        "TOYOTA OF THE PARISH",
        "MOTORS, INC.",
        "FORD",
        "SUBARU",
        "AUTO MALL",
        "CHEVROLET",
        "HONDA WORLD",
        "ALUMNI",
        "I'D RATHER BE FISHING",
    ),
    *("PRE-OWNED", "DEALER SALES", "(555) 010-0199", "BAYOU AUTOS", "MEMBER", "www.example.org", ""),
)
_SLOGANS = (
    "IN GOD WE TRUST",
    "Preserve the Trust",
    "TRUCK",
    "EXEMPT",
    "COLLECTOR",
    "VEHICLE MFR",
    "TRAILER",
    "United We Stand",
    "PARISH",
    "Bicentennial",
    "",
)


class Sample(NamedTuple):
    picture: Image  # NET_H x NET_W x 3, BGR
    text: str
    state: int
    middles: np.ndarray  # of the characters, across, in the picture's pixels


class Bank(NamedTuple):
    pens: list[lettering.glyphs.Pen]
    dies: list[str]
    fonts: list[str]


def bank(seed: int) -> Bank:
    fonts = lettering.font_files()
    return Bank(lettering.pens(1200, seed), lettering.die_fonts(fonts), fonts[:: max(1, len(fonts) // 70)])


def _color(dice: np.random.Generator, low: int, high: int) -> Color:
    base = dice.integers(low, high, 3)
    if dice.random() < 0.4:  # greyish
        base = np.clip(int(base[0]) + dice.integers(-15, 16, 3), 0, 255)
    return int(base[0]), int(base[1]), int(base[2])


def random_face(dice: np.random.Generator) -> Face:
    """A layout no state has."""
    like = ALL[int(dice.integers(len(ALL)))]
    light = dice.random() < 0.72  # dark ink on light paint
    low, high = ((190, 250) if dice.random() < 0.55 else (110, 250)) if light else (5, 120)
    sky = tuple(_color(dice, low, high) for _ in range(int(dice.integers(1, 5))))
    ink = _color(dice, 0, 110) if light else _color(dice, 150, 255)
    if light and dice.random() < 0.3:
        ink = (int(dice.integers(130, 210)), int(dice.integers(10, 60)), int(dice.integers(10, 70)))
    if dice.random() < 0.1:  # told apart by colour more than by brightness
        sky, ink = (_color(dice, 20, 235),), _color(dice, 20, 255)
        ink = tuple(255 - one if abs(one - other) < 70 else one for one, other in zip(ink, sky[0], strict=True))  # type: ignore[assignment]
    elif dice.random() < 0.1:
        paint, ink = _equal_light(dice)
        sky = (paint,)
    name_ink = _color(dice, 0, 130) if light else _color(dice, 150, 255)
    emblem = _color(dice, 10, 230) if dice.random() < 0.7 else None
    slogan = _SLOGANS[int(dice.integers(len(_SLOGANS)))] if dice.random() < 0.6 else like.slogan
    # A state's name on paint it never had still names the state; a name that is none tells nothing.
    known = dice.random() < 0.6
    state, name = (like.state, like.name) if known else ("", str(dice.choice(_NOWHERE)))
    return Face(state, name, slogan, _SHAPES, ink, sky, name_ink, dice.random() < 0.25, dice.random() < 0.35, emblem)


def _equal_light(dice: np.random.Generator) -> tuple[Color, Color]:
    """Paint and ink that differ in colour far more than in brightness: yellow on turquoise."""
    weights = np.array((0.3, 0.59, 0.11))
    paint, ink = (dice.permutation(dice.uniform((0, 40, 150), (90, 230, 255))) for _ in range(2))
    goal = float(paint @ weights) + float(dice.uniform(25, 75)) * dice.choice((-1, 1))
    ink = np.clip(ink * goal / max(float(ink @ weights), 1.0), 0, 255)
    return (int(paint[0]), int(paint[1]), int(paint[2])), (int(ink[0]), int(ink[1]), int(ink[2]))


def _serial(face: Face, dice: np.random.Generator) -> str:
    kind = dice.random()
    if kind < 0.62:
        patterns = face.patterns if dice.random() < 0.8 else _SET_APART
        shape = patterns[int(dice.integers(len(patterns)))]
        letters, digits = LETTERS if dice.random() < 0.7 else "ABCDEFGHJKLMNPRSTUVWXYZ", DIGITS
        if dice.random() < 0.3:
            alike = "".join(str(dice.choice(_ALIKE)) for _ in range(2))
            letters = "".join(one for one in alike if one in LETTERS) or letters
            digits = "".join(one for one in alike if one in DIGITS) or digits
        pools = {"A": letters, "9": digits}
        return "".join(pools[one][int(dice.integers(len(pools[one])))] if one in pools else one for one in shape)
    pool = LETTERS if kind < 0.76 else LETTERS + DIGITS if kind < 0.88 else DIGITS
    if kind > 0.95:
        pool = "".join(str(dice.choice(_ALIKE)) for _ in range(2))
    length = int(dice.choice([2, 3, 4, 5, 6, 7, 8], p=[0.03, 0.06, 0.1, 0.19, 0.26, 0.26, 0.1]))
    text = "".join(pool[int(dice.integers(len(pool)))] for _ in range(length))
    if length > 3 and dice.random() < 0.4:
        cut = int(dice.integers(1, length))
        text = text[:cut] + str(dice.choice(list(" -.**"))) + text[cut:]
    return text


def _look(dice: np.random.Generator) -> Look:
    chance = dice.random
    tall = float(dice.uniform(0.36, 0.58))
    stickers = tuple(
        str(dice.choice(_MONTHS)) if chance() < 0.5 else f"{int(dice.integers(0, 26)):02d}"
        for _ in range(int(dice.choice([0, 1, 2, 3, 4], p=[0.25, 0.2, 0.3, 0.1, 0.15])))
    )
    stacked = (
        "".join(
            str(dice.choice(list(LETTERS if chance() < 0.9 else DIGITS))) for _ in range(int(dice.choice([2, 2, 2, 3])))
        )
        if chance() < 0.4
        else ""
    )
    return Look(
        tall=tall,
        middle=float(np.clip(dice.normal(0.53, 0.035), 0.42, 0.62)),
        span=float(dice.uniform(0.78, 0.97)),
        gap=float(dice.uniform(0.05, 0.28)),
        blank=float(dice.uniform(0.22, 0.75)),
        emboss=float(dice.uniform(0, 1.2)) if chance() < 0.75 else 0.0,
        stacked=stacked,
        small=float(dice.uniform(0.55, 1.18)),
        stagger=float(dice.uniform(0.1, 0.6)) if chance() < 0.2 else 0.0,
        tag=f"{int(dice.integers(0, 26)):02d}" if chance() < 0.35 else "",
        scenery=_color(dice, 40, 240) if chance() < 0.25 else None,
        stacked_left=chance() < 0.7,
        stickers=stickers,
        logo=chance() < 0.22,
        bold=float(dice.uniform(0.02, 0.14)) if chance() < 0.6 else 0.0,
        emblem=(0.22, 0.58) if chance() < 0.6 else (0.4, 0.75),
        frame=str(dice.choice(_DEALERS)) if chance() < 0.3 else None,
        frame_ink=_color(dice, 0, 60) if chance() < 0.7 else _color(dice, 120, 240),
        dirt=float(dice.uniform(0.1, 0.7)) if chance() < 0.2 else 0.0,
        fade=float(dice.uniform(0.05, 0.6)) if chance() < 0.25 else 0.0,
        slogan_tall=float(dice.uniform(0.07, 0.14)),
        name_tall=float(dice.uniform(0.1, 0.2)),
    )


def pressed(dice: np.random.Generator, hands: Bank) -> tuple[press.Pressed, str, int]:
    """A random plate, flat; its text, and its state as an index into STATES."""
    real = dice.random() < 0.55
    face = ALL[int(dice.integers(len(ALL)))] if real else random_face(dice)
    look = _look(dice)
    if dice.random() < 0.25:  # the paint as it is seldom printed
        tint = _color(dice, 0, 255)
        face = face._replace(
            sky=tuple(tuple(round(0.75 * a + 0.25 * b) for a, b in zip(one, tint, strict=True)) for one in face.sky)
        )  # type: ignore[misc]
    serial = _serial(face, dice)
    if "*" in serial and dice.random() < 0.4:  # as black as the characters beside it
        face = face._replace(emblem=face.ink)
    if "*" in serial and not look.tag and dice.random() < 0.5:
        face = face._replace(emblem=face.emblem or face.ink)
        wide = float(dice.uniform(0.6, 1.0))
        look = look._replace(figure=figures.figure(dice), blank=wide, emblem=(0.42, 0.68))
    plate = press.press(serial, face, look, lettering.Hand(dice, *hands), dice)
    text = "".join(char for char in serial if char.isalnum())
    hidden = look.frame is not None or look.dirt > 0.4
    return plate, text, -1 if hidden and face.state else STATES.index(face.state)


def _lit(picture: Image, dice: np.random.Generator, dimmest: float = 0.14) -> Image:
    """Light on the plate itself: gradients, shadow edges, glare, night."""
    seen = picture.astype(np.float32)
    height, width = seen.shape[:2]
    if dice.random() < 0.4:
        across = np.linspace(dice.uniform(0.4, 1.1), dice.uniform(0.6, 1.3), width, dtype=np.float32)
        down = np.linspace(dice.uniform(0.6, 1.1), dice.uniform(0.7, 1.2), height, dtype=np.float32)
        seen *= (across[None, :] * down[:, None])[..., None]
    if dice.random() < 0.2:  # the edge of a shadow
        shade = np.full((height, width), 1.0, np.float32)
        x0, x1 = dice.uniform(0, width, 2)
        edge = np.array(
            [
                [x0, 0],
                [x1, height],
                [width if dice.random() < 0.5 else 0, height],
                [width if dice.random() < 0.5 else 0, 0],
            ],
            np.int32,
        )
        cv2.fillPoly(shade, [edge], float(dice.uniform(0.35, 0.8)))
        seen *= cv2.GaussianBlur(shade, (0, 0), float(dice.uniform(0.5, 4)))[..., None]
    if dice.random() < 0.08:
        spot = np.zeros((height, width), np.float32)
        cv2.circle(spot, (int(dice.integers(width)), int(dice.integers(height))), int(dice.integers(8, 40)), 1.0, -1)
        seen += cv2.GaussianBlur(spot, (0, 0), float(dice.uniform(6, 20)))[..., None] * dice.uniform(60, 220)
    if dice.random() < 0.25:
        seen[:] = seen.mean(axis=2, keepdims=True)  # infrared
        if dice.random() < 0.4:
            seen = (seen - 90) * dice.uniform(1.2, 2.2) + 130
    seen *= np.asarray(dice.uniform(0.85, 1.15, 3), np.float32)
    low = dice.uniform(0, 60)
    seen = low + seen * dice.uniform(dimmest, 1.1) * (255 - low) / 255
    return np.clip(seen, 0, 255).astype(np.uint8)


def _corners(width: float, height: float, dice: np.random.Generator, wobble: float, turn_deg: float) -> np.ndarray:
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * (width, height)
    turn = np.deg2rad(dice.uniform(-turn_deg, turn_deg))
    turned = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    turned[:, 1] += turned[:, 0] * dice.uniform(-0.1, 0.1)
    return turned + dice.uniform(-wobble, wobble, (4, 2)) * height


def seen(plate: press.Pressed, dice: np.random.Generator, gentle: bool = False) -> tuple[Image, np.ndarray]:
    """What the network gets of a flat plate: through a lens, cut out with some error. `gentle`: by day, near, sharp."""
    clear = gentle or dice.random() < 0.35  # fine differences are learned where they can be seen
    wide = float(np.exp(dice.uniform(np.log(120 if gentle else 90 if clear else 46), np.log(WIDEST_PX))))
    tall = wide * float(dice.uniform(0.42, 0.58))
    shrink = min(1.0, 1.2 * wide / WIDTH)
    flat_plate = plate.picture
    lit = (
        cv2.resize(flat_plate, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 0.9 else flat_plate
    )
    lit = np.asarray(lit, np.uint8) if gentle else _lit(np.asarray(lit, np.uint8), dice, 0.35 if clear else 0.14)
    frame_w, frame_h = round(wide * 1.4) + 8, round(tall * 1.5) + 8
    corners = _corners(wide, tall, dice, 0.05, 7) + np.array((frame_w / 2, frame_h / 2))
    flat = np.array([[0, 0], [lit.shape[1], 0], [lit.shape[1], lit.shape[0]], [0, lit.shape[0]]], np.float32)
    view = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    around = dice.integers(0, 255, (int(dice.integers(1, 6)), int(dice.integers(1, 8)), 3)) * dice.uniform(0.1, 1)
    frame = cv2.resize(around.astype(np.uint8), (frame_w, frame_h), interpolation=int(dice.integers(0, 2)))
    cv2.warpPerspective(lit, view, (frame_w, frame_h), frame, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
    frame = _sensed(np.asarray(frame, np.uint8), wide * (0.3 if clear else 1.0), dice, 0.3 if clear else 1.0)
    loose = dice.uniform(-0.045, 0.09, 4) if dice.random() < 0.8 else dice.uniform(-0.08, 0.16, 4)
    middle = corners.mean(axis=0)
    cut = middle + (corners - middle) * (
        1 + np.array([[loose[0], loose[1]], [loose[2], loose[1]], [loose[2], loose[3]], [loose[0], loose[3]]])
    )
    if dice.random() < 0.3:  # an upright box instead of the plate's corners
        (x0, y0), (x1, y1) = cut.min(axis=0), cut.max(axis=0)
        cut = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    goal = np.array([[0, 0], [NET_W, 0], [NET_W, NET_H], [0, NET_H]], np.float32)
    back = cv2.getPerspectiveTransform(cut.astype(np.float32), goal)
    picture = cv2.warpPerspective(frame, back, (NET_W, NET_H), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    on_plate = np.array(plate.middles, np.float32).reshape(-1, 1, 2) * (lit.shape[1] / WIDTH)
    return np.asarray(picture, np.uint8), cv2.perspectiveTransform(on_plate, back @ view)[:, 0, 0]


def _sensed(frame: Image, wide: float, dice: np.random.Generator, grainy: float = 1.0) -> Image:
    """Blur, noise, sharpening, JPEG."""
    if dice.random() < 0.6:
        frame = cv2.GaussianBlur(frame, (0, 0), float(dice.uniform(0.25, 0.5 + wide / 130))).astype(np.uint8)
    if dice.random() < 0.25:
        length = int(dice.integers(2, 3 + int(wide / 28)))
        kernel = np.zeros((length, length), np.float32)
        slope = dice.uniform(-0.5, 0.5) * length
        cv2.line(kernel, (0, round(length / 2 - slope / 2)), (length - 1, round(length / 2 + slope / 2)), 1.0)
        if dice.random() < 0.4:
            kernel = kernel.T.copy()
        frame = cv2.filter2D(frame, -1, kernel / max(kernel.sum(), 1e-6)).astype(np.uint8)
    if dice.random() < 0.5:
        # Grain against the plate's own contrast: a dark plate is not a lost one.
        across, down = int(dice.integers(0, 1024 - frame.shape[1])), int(dice.integers(0, 512 - frame.shape[0]))
        grain = _GRAIN[down : down + frame.shape[0], across : across + frame.shape[1]]
        strength = 0.6 + float(frame[..., 1].std()) * dice.uniform(0.02, 0.38) * grainy
        frame = np.clip(frame + grain * strength, 0, 255).astype(np.uint8)
    if dice.random() < 0.3:
        frame = cv2.addWeighted(frame, 1.8, cv2.GaussianBlur(frame, (0, 0), 1.2), -0.8, 0).astype(np.uint8)
    if dice.random() < 0.7:
        _, packed = cv2.imencode(
            ".jpg",
            frame,
            [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(14, 60) if dice.random() < 0.35 else dice.integers(40, 96))],
        )
        frame = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return frame


def sample(seed: int, index: int, hands: Bank, gentle: int = 0) -> Sample:
    """Sample `index` of the set `seed`: always the same picture. The first `gentle` ones of a set are easy, so that a
    network that knows nothing finds its feet."""
    dice = np.random.default_rng([seed, 2, index])
    plate, text, state = pressed(dice, hands)
    picture, middles = seen(plate, dice, gentle=index < gentle)
    return Sample(picture, text, state, middles)
