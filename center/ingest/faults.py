"""Telling of faults without flooding.

Knows: that a broken sender says the same broken thing a thousand times a second.
Refuses to know: what was wrong.
"""

from __future__ import annotations

from center.core.events import MINUTE, FeedFaulted, Micros
from center.ingest.feed import Origin, fault

TOLD_SINGLY = 8
MAX_KINDS = 64


class Faults:
    """The faults of one feed. Of one kind (the same `why` up to a bracket), a minute's first eight are told one by one,
    then the 16th, 32nd and so on; `repeats` carries how many were folded in. How the bytes were cut into pieces makes
    no difference."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._minute = 0
        self._counts: dict[str, int] = {}
        self._untold: dict[str, int] = {}

    def tell(self, at: Micros, why: str, data: bytes = b"", offset: int | None = None) -> list[FeedFaulted]:
        """The fault as an event, or nothing when it is folded into a later one."""
        if at // MINUTE != self._minute:
            self._minute = at // MINUTE
            self._counts = dict.fromkeys(self._untold, 0) if len(self._untold) < MAX_KINDS else {}
        kind = why.partition(" (")[0]
        if kind not in self._counts and len(self._counts) >= MAX_KINDS:
            kind = why = "many kinds of fault"
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        if count > TOLD_SINGLY and count & (count - 1):
            self._untold[kind] = self._untold.get(kind, 0) + 1
            return []
        told = fault(self._origin, at, why, data, offset)
        return [_repeated(told, self._untold.pop(kind, 0))]

    def rest(self, at: Micros) -> list[FeedFaulted]:
        """What was folded and not yet told, when the stream ends."""
        untold, self._untold = self._untold, {}
        return [_repeated(fault(self._origin, at, why), times - 1) for why, times in untold.items()]


def _repeated(told: FeedFaulted, times: int) -> FeedFaulted:
    if times:
        told = FeedFaulted(
            at=told.at, source=told.source, why=told.why, excerpt=told.excerpt, offset=told.offset, repeats=times
        )
    return told
