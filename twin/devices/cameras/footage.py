"""A camera's pictures, encoded: new ones while something happens, the same few seconds again while nothing does.

Knows: when a picture is drawn, when one is shown again, what a frozen or blind camera shows, and the marks in each.
Refuses to know: who watches, protocols, and how a scene is drawn.

A quiet camera draws its first seconds and shows them again from then on: the pictures, with code and text, are of the
first time, only the SEI message is new. That costs no drawing and no encoding.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from twin.devices.cameras.h264 import PPS, SPS, Encoder
from twin.devices.cameras.marks import REPEATABLE, draw_code, sei
from twin.devices.cameras.overlay import draw_text
from twin.devices.cameras.things import Frame, Image, Moment, Scene, Shot

LOOP_S = 10
GRAIN_PX = 64
GRAIN_LEVELS = 7


class Trouble(NamedTuple):
    """What is wrong with the eye: a lens that sees nothing, or a sensor that has given the same picture since its clock
    showed `frozen_us`. `is_stopped`: the message beside it is that picture's, too."""

    is_black: bool = False
    frozen_us: int | None = None
    is_stopped: bool = False


CLEAR = Trouble()


class _Kept(NamedTuple):
    is_key: bool
    nals: tuple[bytes, ...]


class Footage:
    """`name` is written into the picture, with a clock and a code, unless it is not to be `marked`. Without
    `can_repeat` every picture is drawn anew."""

    def __init__(self, name: str, scene: Scene, shot: Shot, *, can_repeat: bool = True, marked: bool = True) -> None:
        self.shot = shot
        self._name = name
        self._scene = scene
        self._can_repeat = can_repeat
        self._marked = marked
        self._encoder: Encoder | None = None
        self._canvas: Image = np.zeros((shot.height, shot.width, 3), np.uint8)
        self._mark = b""
        self._since_key = 0
        self._was_drawn = False
        self._frozen: tuple[int, Image] | None = None
        self._grain = grain(shot)
        self._loop: list[_Kept] = []
        self._is_whole = False
        self._at = -1

    def must_draw(self, moment: Moment, trouble: Trouble = CLEAR) -> bool:
        """Whether the next frame costs drawing and encoding."""
        return trouble != CLEAR or moment.seen.busy or not self._can_repeat or not self._is_whole

    def next(self, moment: Moment, *, key: bool, trouble: Trouble = CLEAR) -> Frame:
        """The next frame; a key frame when one is due or asked for."""
        drawn = self.must_draw(moment, trouble)
        key = key or drawn != self._was_drawn or self._since_key + 1 >= self.shot.gop
        kept = self._anew(moment, key, trouble) if drawn else self._again(key)
        self._was_drawn = drawn
        self._since_key = 0 if kept.is_key else self._since_key + 1
        if not trouble.is_stopped or not self._mark:
            self._mark = sei(moment.clock_us, moment.number, 0 if drawn else REPEATABLE)
        sets = sum(nal[0] & 31 in (SPS, PPS) for nal in kept.nals)
        nals = (*kept.nals[:sets], self._mark, *kept.nals[sets:])
        return Frame(moment.number, moment.clock_us, moment.media_us, kept.is_key, nals)

    def _again(self, key: bool) -> _Kept:
        self._at = (self._at + 1) % len(self._loop)
        while key and not self._loop[self._at].is_key:
            self._at = (self._at + 1) % len(self._loop)
        return self._loop[self._at]

    def _anew(self, moment: Moment, key: bool, trouble: Trouble) -> _Kept:
        if self._encoder is None:
            self._encoder, key = Encoder(self.shot), True
        repeatable = self._can_repeat and not moment.seen.busy and trouble == CLEAR
        kept = _Kept(key, self._encoder.encode(self._picture(moment, repeatable, trouble), key=key))
        if repeatable and (key or self._loop):
            self._loop.append(kept)
            self._is_whole = len(self._loop) >= LOOP_S * self.shot.fps
        elif not self._is_whole:
            self._loop.clear()
        return kept

    def _picture(self, moment: Moment, repeatable: bool, trouble: Trouble) -> Image:
        canvas = self._canvas
        if trouble.is_black:
            canvas[:] = 0
            self._add_grain(moment.number)
            return canvas
        if trouble.frozen_us is None:
            self._frozen = None
        elif self._frozen is not None and self._frozen[0] == trouble.frozen_us:
            return self._frozen[1]
        else:
            moment = moment._replace(clock_us=trouble.frozen_us)
        self._scene.draw(canvas, moment)
        self._add_grain(moment.number)
        if self._marked:
            draw_code(canvas, moment.clock_us, moment.number, REPEATABLE if repeatable else 0)
            draw_text(canvas, self._name, moment.clock_us, repeatable=repeatable)
        if trouble.frozen_us is not None:
            self._frozen = trouble.frozen_us, canvas.copy()
        return canvas

    def _add_grain(self, number: int) -> None:
        high, wide = self._canvas.shape[:2]
        down, across = number * 37 % GRAIN_PX, number * 53 % GRAIN_PX
        cv2.add(self._canvas, self._grain[down : down + high, across : across + wide], self._canvas)


@lru_cache(maxsize=4)
def grain(shot: Shot) -> Image:
    """A sensor's noise, larger than a picture: each picture takes another part of it."""
    size = (shot.height + GRAIN_PX, shot.width + GRAIN_PX)
    grey = np.random.default_rng(0).integers(0, GRAIN_LEVELS, size, dtype=np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
