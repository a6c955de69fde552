"""How often somebody may do something.

Knows: a bounded table of buckets that fill with time.
Refuses to know: who asks, and for what; a key is a word.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address

MAX_KEYS = 10_000
NEIGHBOURS = 64
"""Bits of an IPv6 address that a household or an attacker has to give away as they like: what differs in them only is
one."""


def kin(address: str) -> str:
    """By what an address is counted."""
    try:
        it = ip_address(address)
    except ValueError:
        return address
    if isinstance(it, IPv4Address):
        return address
    return str(it.ipv4_mapped or IPv6Address(int(it) >> NEIGHBOURS << NEIGHBOURS))


class Limit:
    """`burst` at once for every key, and `per_s` more each second. `seconds` is a monotonic clock. Of more keys than
    MAX_KEYS the one unused for longest is forgotten, which forgives it: a table that grows would be the worse hole."""

    def __init__(self, burst: int, per_s: float, seconds: Callable[[], float]) -> None:
        self._burst = float(burst)
        self._per_s = per_s
        self._seconds = seconds
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, key: str) -> int:
        """Whole seconds until the key may ask again; 0 when it may now."""
        left = self._left(key)
        return 0 if left >= 1.0 else math.ceil((1.0 - left) / self._per_s)

    def spend(self, key: str) -> None:
        """One more of it has been done."""
        left = max(self._left(key) - 1.0, 0.0)
        self._buckets[key] = (left, self._seconds())
        self._buckets.move_to_end(key)
        while len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)

    def _left(self, key: str) -> float:
        left, since = self._buckets.get(key, (self._burst, 0.0))
        return min(self._burst, left + (self._seconds() - since) * self._per_s)
