"""Somebody tries tokens at the portal.

Knows: how many wrong ones an address may come with, and that a spell of them is told once.
Refuses to know: whose token is right. A place to answer to is no token: it wants its owner's signature, or their
browser.
"""

from __future__ import annotations

from collections.abc import Callable

from center.limits import Limit, kin

WRONG, WRONG_PER_S = 10, 0.1
SPELL_PER_S = 1 / 600
WHY = "too many wrong tokens"


class Guesses:
    """`seconds` is a monotonic clock; `told(address)` is called when somebody is to wait, once in ten minutes."""

    def __init__(self, seconds: Callable[[], float], told: Callable[[str], None]) -> None:
        self._wrong = Limit(WRONG, WRONG_PER_S, seconds)
        self._spells = Limit(1, SPELL_PER_S, seconds)
        self._told = told

    def wait_s(self, address: str) -> int:
        """Seconds for which no token from there is looked at, be it right or wrong; 0 when one is."""
        return self._wrong.wait_s(kin(address))

    def wrong(self, address: str) -> None:
        """A token from there was nobody's."""
        key = kin(address)
        self._wrong.spend(key)
        if self._wrong.wait_s(key) and not self._spells.wait_s(key):
            self._spells.spend(key)
            self._told(address)
