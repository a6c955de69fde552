"""The last pictures of a camera, in memory.

Knows: whole groups of pictures, the newest last, bounded in seconds and bytes; where a new viewer begins.
Refuses to know: who asks. The bytes are the ones that go to viewers: keeping them costs no second copy.
"""

from __future__ import annotations

from collections import deque

from center.relay.camera_clock import source_us
from center.relay.media import Clip, Frame, Gop, KeptFrame, KeptGop, Track


class Ring:
    """Holds at least `seconds` while they fit into `most_bytes`. A group that alone is larger is given up: whoever
    joins waits for the next keyframe."""

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self.size = 0
        self._micros = int(seconds * 1_000_000)
        self._most_bytes = most_bytes
        self._gops: deque[Gop] = deque()
        self._is_open = False

    def add(self, track: Track, frame: Frame) -> None:
        if frame.is_key:
            self._gops.append(Gop(track, []))
            self._is_open = True
        elif not self._is_open:
            return
        self._gops[-1].frames.append(frame)
        self.size += len(frame.wire)
        if frame.is_key:
            self._forget(frame.at - self._micros)
        while self.size > self._most_bytes and self._gops:
            self._is_open = len(self._gops) > 1
            self._drop()

    def current(self) -> list[Frame]:
        """From the newest keyframe on; empty when there is none."""
        return list(self._gops[-1].frames) if self._is_open else []

    @property
    def key(self) -> Frame | None:
        """The newest keyframe; None when nobody could begin with it any more."""
        return self._gops[-1].frames[0] if self._is_open else None

    def cut(self) -> None:
        """What comes next does not follow from what is here: nobody begins before the next keyframe."""
        self._is_open = False

    def clear(self) -> None:
        self._gops.clear()
        self.size = 0
        self._is_open = False

    def clock_set(self, step_us: int) -> None:
        """The center's clock is so much ahead of what it was."""
        for gop in self._gops:
            for frame in gop.frames:
                frame.at += step_us

    def shrink(self, size: int) -> None:
        """Keeps the newest `size` bytes, and the group under way in any case."""
        while self.size > size and len(self._gops) > 1:
            self._drop()

    def between(self, since: int, until: int) -> list[KeptGop]:
        """Whole groups that overlap the time between (center's clock, microseconds)."""
        gops = list(self._gops)
        ends = [*(gop.frames[0].at for gop in gops[1:]), 1 << 62]
        return [_kept(gop) for gop, end in zip(gops, ends, strict=False) if gop.frames[0].at <= until and end > since]

    def clip(self, camera: str, since: int, until: int) -> Clip:
        gops = tuple(self.between(since, until))
        return Clip(camera, gops, "" if gops else "nothing is kept of that time")

    def _forget(self, before: int) -> None:
        """The group that was under way at `before` stays, so that what is kept begins with it."""
        while len(self._gops) > 1 and self._gops[1].frames[0].at <= before:
            self._drop()

    def _drop(self) -> None:
        self.size -= sum(len(frame.wire) for frame in self._gops.popleft().frames)


def _kept(gop: Gop) -> KeptGop:
    track = gop.track
    frames = [
        KeptFrame(bytes(one.sample), one.is_key, one.at, source_us(one, track), one.decode, one.shift, one.duration)
        for one in gop.frames
    ]
    return KeptGop(track, tuple(frames))
