"""How late things were, in little room, however many they are.

Knows: counts in buckets one per cent wide, so that what several processes saw can be put together.
Refuses to know: what was late.
"""

from __future__ import annotations

from math import ceil, expm1, log1p

import msgspec

FINENESS = 100  # buckets to a factor of e: a hundredth of the value


class Lateness(msgspec.Struct):
    """Seconds in, seconds out; percentiles by nearest rank, at most a hundredth above the true one. `counts` by bucket
    of the logarithm of microseconds."""

    counts: dict[int, int] = {}
    most_s: float = 0.0

    def add(self, late_s: float) -> None:
        bucket = int(log1p(max(0.0, late_s) * 1e6) * FINENESS)
        self.counts[bucket] = self.counts.get(bucket, 0) + 1
        self.most_s = max(self.most_s, late_s)

    def take(self, other: Lateness) -> None:
        """What another saw, as if this one had."""
        for bucket, count in other.counts.items():
            self.counts[bucket] = self.counts.get(bucket, 0) + count
        self.most_s = max(self.most_s, other.most_s)

    def at(self, share: float) -> float:
        """So late or less was this share; 0 when nothing was."""
        left = ceil(share * sum(self.counts.values()))
        for bucket in sorted(self.counts):
            left -= self.counts[bucket]
            if left <= 0:
                return min(self.most_s, expm1((bucket + 1) / FINENESS) / 1e6)
        return 0.0
