"""From a camera's timestamps to a timeline that players like.

Knows: that RTP timestamps wrap, jump when a camera starts anew, stand still when it is broken, and go back and forth
where pictures are shown in another order than they are decoded.
Refuses to know: where a timestamp came from, and what was sampled.
"""

from __future__ import annotations

import msgspec

_MOST_JUMP_S = 10
_MOST_BACK_S = 2
_SPAN = 1 << 32


class Place(msgspec.Struct, gc=False):
    """When a sample is decoded, how much later it is shown (may be less than nothing), and how long it lasts."""

    decode: int
    shift: int
    duration: int


class Timeline:
    """Begins at zero and never goes back in decoding. Across a jump or a pause it goes on as the center's clock did."""

    def __init__(self, timescale: int, first_duration: int) -> None:
        self._timescale = timescale
        self._duration = first_duration
        self._ts: int | None = None
        self._shown = 0
        self._decode = -1
        self._at = 0

    def place(self, ts: int, at: int) -> Place:
        """`ts` as the camera wrote it, of 32 bits; `at` in microseconds."""
        if self._ts is None:
            return self._anchored(ts, at)
        step = (ts - self._ts + _SPAN // 2) % _SPAN - _SPAN // 2
        if step == self._duration and self._decode == self._shown:  # as ever
            self._ts, self._at = ts, at
            self._shown = self._decode = decode = self._decode + step
            return Place(decode, 0, step)
        if not -_MOST_BACK_S * self._timescale <= step <= _MOST_JUMP_S * self._timescale:
            return self._anchored(ts, at)
        shown = self._shown + step
        decode = max(shown, self._decode + 1)
        if 0 < step <= self._timescale and decode == shown:
            self._duration = decode - self._decode
        self._ts, self._shown, self._decode, self._at = ts, shown, decode, at
        return Place(decode, shown - decode, self._duration)

    def lost(self) -> None:
        """The camera is gone: whatever it says when it is back, its clock may be another one."""
        self._ts = None

    def clock_set(self, step_us: int) -> None:
        self._at += step_us

    def _anchored(self, ts: int, at: int) -> Place:
        if self._decode < 0:
            self._decode = 0
        else:
            passed = max(0, at - self._at) * self._timescale // 1_000_000
            self._decode += max(self._duration, passed)
        self._ts, self._shown, self._at = ts, self._decode, at
        return Place(self._decode, 0, self._duration)
