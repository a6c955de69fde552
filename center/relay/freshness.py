"""Whether a camera still shows what is in front of it.

Knows: the signs of a picture at rest: the same bytes again, pictures that only say "as before", keyframes that look
alike or like nothing, a clock in the stream that stands, timestamps that stand, nothing at all.
Refuses to know: what to do about it. Times are microseconds of one clock.

A camera that looks at an empty road is not at rest: its sensor's noise alone fills hundreds of bytes a picture. One
that repeats its last picture says so in a few dozen: H.264 codes a picture without any change in some bits a row. But
one that has bits left goes on making the same picture finer, and is only found out by looking at it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from center.relay import h264, h265
from center.relay.media import Frame, Track
from center.relay.stills import Look

_SMALL_BYTES = 48
_MACROBLOCKS_A_BYTE = 40
_COUNTER_BYTES = 24
_ALIKE = 2
"""Keyframes that look like the one before."""
_MOST_SEEN = 64


class _Nals(NamedTuple):
    """How a codec tells its NAL units apart: their types, those of pictures and of messages beside them (a bit each),
    how long their heads are, and the messages in which clocks are."""

    kind: Callable[[bytes], int]
    pictures: int
    beside: int
    head_bytes: int
    clocks: tuple[int, ...]


_NALS = {
    "avc1": _Nals(h264.kind, h264.PICTURES, 1 << h264.SEI, 1, (1, 5)),  # pic_timing, user_data_unregistered (D.1)
    "hvc1": _Nals(h265.kind, h265.PICTURES, h265.OF_SEI, 2, (5, 136)),  # user_data_unregistered, time_code (D.2)
}


class Stale(NamedTuple):
    """Since when the picture is no longer of now, and what tells."""

    since: int
    why: str


class Freshness:
    """`stale_us`: how long a sign must last before it says anything. Pictures are only noted as they come, and looked
    at when somebody wants to know: what changed last is what counts, and mostly the newest differs from the one before.
    """

    def __init__(self, stale_us: int, at: int) -> None:
        self._stale_us = stale_us
        self._small_bytes = _SMALL_BYTES
        self._heard_at = self._picture_at = self._stamp_at = self._clock_at = at
        self._seen: list[Frame] = []
        self._looked_at: int | None = None
        self._alike = 0
        self._blank_at: int | None = None
        self._clock: tuple[bytes, ...] = ()
        self._is_ticking = False
        self._nals: _Nals | None = None

    def shaped(self, track: Track, macroblocks: int) -> None:
        """How large a picture is in which nothing has changed, and of what it is made."""
        self._nals = _NALS.get(track.codec[:4])
        self._small_bytes = max(_SMALL_BYTES, macroblocks // _MACROBLOCKS_A_BYTE)

    def saw(self, frame: Frame) -> None:
        """A whole picture."""
        self._seen.append(frame)
        if len(self._seen) > _MOST_SEEN:
            self._consider()

    def clock_set(self, step_us: int) -> None:
        """The clock is so much ahead of what it was a moment ago. Told before the frames are."""
        self._consider()
        self._heard_at += step_us
        self._picture_at += step_us
        self._stamp_at += step_us
        self._clock_at += step_us
        self._looked_at = None if self._looked_at is None else self._looked_at + step_us
        self._blank_at = None if self._blank_at is None else self._blank_at + step_us

    def looked(self, look: Look, at: int) -> None:
        """A keyframe of `at` was decoded and compared with the one before."""
        if look != "blank":
            self._blank_at = None
        elif self._blank_at is None:
            self._blank_at = at
        if look == "other" or self._looked_at is None:
            self._looked_at, self._alike = at, 0
        if look == "alike":
            self._alike += 1

    def stale(self, at: int) -> Stale | None:
        """None while it is fresh."""
        if self._found(at) is not None:
            self._consider()  # what that goes by may be old
        return self._found(at)

    def _found(self, at: int) -> Stale | None:
        before = at - self._stale_us
        if self._heard_at < before:
            return Stale(self._heard_at, "nothing comes from the camera")
        if self._stamp_at < before:
            return Stale(self._stamp_at, "the camera's timestamps stand still")
        if self._is_ticking and self._clock_at < before:
            return Stale(self._clock_at, "the clock in the camera's stream stands still")
        if self._blank_at is not None:
            return Stale(self._blank_at, "no picture: it is the same shade all over, as through a covered lens")
        if self._alike >= _ALIKE and self._looked_at is not None and self._looked_at < before:
            return Stale(self._looked_at, "the picture does not change")
        if self._picture_at < before:
            return Stale(self._picture_at, "the camera sends the same picture again and again")
        return None

    def _consider(self) -> None:
        """What came since the last time, whose last picture is the first here."""
        seen = self._seen
        if not seen:
            return
        self._heard_at = seen[-1].at
        self._stamp_at = _last(seen, lambda one, before: one.ts != before.ts) or self._stamp_at
        self._picture_at = _last(seen, self._is_change) or self._picture_at
        self._ticked(seen)
        self._seen = seen[-1:]

    def _is_change(self, one: Frame, before: Frame) -> bool:
        """A keyframe among others says nothing: the same picture, coded whole again, has other bytes. Where there are
        only keyframes it does; what differs in their first bytes is a counter."""
        if one.is_key and not before.is_key:
            return False
        parts, others = self._pictures(one), self._pictures(before)
        if one.is_key:
            return any(
                part[_COUNTER_BYTES:] != other[_COUNTER_BYTES:] for part, other in zip(parts, others, strict=False)
            )
        return sum(map(len, parts)) > self._small_bytes and parts != others

    def _pictures(self, one: Frame) -> list[bytes]:
        """Without what goes with them."""
        parts, nals = self._parts(one), self._nals
        if nals is None or not one.kinds & ~nals.pictures:
            return parts
        return [part for part in parts if nals.pictures >> nals.kind(part) & 1] or parts

    def _parts(self, one: Frame) -> list[bytes]:
        sample = bytes(one.sample)
        return h264.split_sample(sample) if self._nals else [sample]

    def _clock_of(self, one: Frame) -> tuple[bytes, ...]:
        """The messages in which a clock may be."""
        nals = self._nals
        if nals is None or not one.kinds & nals.beside:
            return ()
        at = nals.head_bytes
        beside = (part for part in self._parts(one) if nals.beside >> nals.kind(part) & 1)
        return tuple(part for part in beside if len(part) > at and part[at] in nals.clocks)

    def _ticked(self, seen: Sequence[Frame]) -> None:
        """Not every picture need have a clock with it."""
        clock: tuple[bytes, ...] = ()
        since = 0
        for one in reversed(seen):
            said = self._clock_of(one)
            if clock and said and said != clock:
                self._is_ticking = True
                break
            if said:
                clock, since = said, one.at
        else:
            if not clock or clock == self._clock:
                return
            self._is_ticking = self._is_ticking or bool(self._clock)
        self._clock, self._clock_at = clock, since


def _last(seen: Sequence[Frame], is_so: Callable[[Frame, Frame], bool]) -> int | None:
    """When that was so of a picture and the one before it."""
    for place in range(len(seen) - 1, 0, -1):
        if is_so(seen[place], seen[place - 1]):
            return seen[place].at
    return None
