"""The sound of a clip: what belongs to its pictures, and where.

Knows: that only what somebody was let hear is kept, and how two timelines are laid over each other by the center's
clock.
Refuses to know: files, signatures, and who may listen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from center.core.effects import Heard
from center.relay import KeptFrame, KeptGop, Track

_SECOND = 1_000_000


class Beside(NamedTuple):
    """`by_group`: for each group of pictures the samples that begin within it; their timeline is the file's. `heard`:
    by whose leave they are here."""

    track: Track
    by_group: tuple[tuple[KeptFrame, ...], ...]
    heard: tuple[Heard, ...]

    @property
    def samples(self) -> list[KeptFrame]:
        return [one for group in self.by_group for one in group]


def beside(pictures: Sequence[KeptGop], sound: Sequence[KeptGop], heard: Sequence[Heard]) -> Beside | None:
    """The sound of these pictures, all of one format as they are; None when nothing of it may be kept, or nothing is
    there."""
    samples = [one for gop in sound for one in gop.frames if any(one.at in _span(time) for time in heard)]
    if not samples:
        return None
    track, scale = sound[0].track, pictures[0].track.timescale
    frames = [frame for gop in pictures for frame in gop.frames]
    zero, last = frames[0].decode, frames[-1]
    lag = _began(frames, scale) + zero * _SECOND // scale - _began(samples, track.timescale)
    shift = lag * track.timescale // _SECOND
    end = (last.decode + last.duration - zero) * track.timescale // scale
    starts = [(gop.frames[0].decode - zero) * track.timescale // scale for gop in pictures]
    groups: list[list[KeptFrame]] = [[] for _ in pictures]
    kept = []
    for one in samples:
        decode = one.decode - shift
        if 0 <= decode < end:
            kept.append(one)
            groups[bisect_right(starts, decode) - 1].append(msgspec.structs.replace(one, decode=decode))
    if not kept:
        return None
    by_leave = tuple(time for time in heard if any(one.at in _span(time) for one in kept))
    return Beside(track, tuple(map(tuple, groups)), by_leave)


def _span(time: Heard) -> range:
    return range(time.since, time.until)


def _began(frames: Sequence[KeptFrame], timescale: int) -> int:
    """The center's clock at the beginning of a timeline. Whatever came with the least delay tells; where pictures come
    in another order than they are shown, the first to come stands for the first to be shown."""
    shown = sorted(frame.decode + frame.shift for frame in frames)
    return min(frame.at - there * _SECOND // timescale for frame, there in zip(frames, shown, strict=True))
