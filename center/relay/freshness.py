"""Whether a camera still shows what is in front of it.

Knows: the signs of a picture at rest: the same bytes again, pictures that only say "as before", keyframes that look
alike, a clock in the stream that stands, timestamps that stand, nothing at all.
Refuses to know: what to do about it. Times are microseconds of one clock.

A camera that looks at an empty road is not at rest: its sensor's noise alone fills hundreds of bytes a picture. One
that repeats its last picture says so in a few dozen: H.264 codes a picture without any change in some bits a row. But
one that has bits left goes on making the same picture finer, and is only found out by looking at it.
"""

from __future__ import annotations

from typing import NamedTuple

from center.relay.h264 import PICTURES, SEI, is_picture
from center.relay.rtp import Unit

_SMALL_BYTES = 48
_MACROBLOCKS_A_BYTE = 40
_COUNTER_BYTES = 24
_ALIKE = 2
"""Keyframes that look like the one before."""
_CLOCK_MESSAGES = (1, 5)
"""pic_timing and user_data_unregistered (D.1): where clocks are."""


class Stale(NamedTuple):
    """Since when the picture is no longer of now, and what tells."""

    since: int
    why: str


class Freshness:
    """`stale_us`: how long a sign must last before it says anything."""

    def __init__(self, stale_us: int, at: int) -> None:
        self._stale_us = stale_us
        self._small_bytes = _SMALL_BYTES
        self._heard_at = self._picture_at = self._stamp_at = self._clock_at = at
        self._picture: tuple[bytes, ...] = ()
        self._was_key = False
        self._stamp = -1
        self._looked_at: int | None = None
        self._alike = 0
        self._clock = b""
        self._is_ticking = False

    def shaped(self, macroblocks: int) -> None:
        """How large a picture is in which nothing has changed."""
        self._small_bytes = max(_SMALL_BYTES, macroblocks // _MACROBLOCKS_A_BYTE)

    def saw(self, unit: Unit, at: int) -> None:
        """A whole picture, H.264's as NAL units, others' in one piece."""
        self._heard_at = at
        if unit.ts != self._stamp:
            self._stamp, self._stamp_at = unit.ts, at
        parts = unit.parts
        if unit.kinds & ~PICTURES:
            for part in parts:
                if part[0] & 0x1F == SEI:
                    self._ticked(part, at)
            parts = tuple([part for part in parts if is_picture(part)]) or parts
        if self._is_change(parts, unit.is_key):
            self._picture_at = at
        self._picture, self._was_key = parts, unit.is_key

    def looked(self, is_changed: bool, at: int) -> None:
        """A keyframe of `at` was decoded and compared with the one before."""
        if is_changed or self._looked_at is None:
            self._looked_at, self._alike = at, 0
        if not is_changed:
            self._alike += 1

    def stale(self, at: int) -> Stale | None:
        """None while it is fresh."""
        before = at - self._stale_us
        if self._heard_at < before:
            return Stale(self._heard_at, "nothing comes from the camera")
        if self._stamp_at < before:
            return Stale(self._stamp_at, "the camera's timestamps stand still")
        if self._is_ticking and self._clock_at < before:
            return Stale(self._clock_at, "the clock in the camera's stream stands still")
        if self._alike >= _ALIKE and self._looked_at is not None and self._looked_at < before:
            return Stale(self._looked_at, "the picture does not change")
        if self._picture_at < before:
            return Stale(self._picture_at, "the camera sends the same picture again and again")
        return None

    def _is_change(self, parts: tuple[bytes, ...], is_key: bool) -> bool:
        """A keyframe among others says nothing: the same picture, coded whole again, has other bytes. Where there are
        only keyframes it does; what differs in their first bytes is a counter."""
        if is_key:
            return self._was_key and any(
                one[_COUNTER_BYTES:] != other[_COUNTER_BYTES:] for one, other in zip(parts, self._picture, strict=False)
            )
        return sum(map(len, parts)) > self._small_bytes and parts != self._picture

    def _ticked(self, message: bytes, at: int) -> None:
        if len(message) < 2 or message[1] not in _CLOCK_MESSAGES or message == self._clock:
            return
        self._is_ticking = self._is_ticking or bool(self._clock)
        self._clock, self._clock_at = message, at
