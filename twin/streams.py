"""Random streams by name.

Knows: how a name becomes a seed. Every entity and every line draws from a stream of its own, so that adding one moves
nobody else's dice.
Refuses to know: what the draws are for.
"""

from __future__ import annotations

import hashlib
from random import Random

from numpy.random import PCG64, Generator


class Streams:
    """`Streams(7).of("unit", "CPSO-12")` is the same sequence wherever and whenever it is asked for anew."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, kind: str, name: str) -> Random:
        digest = hashlib.sha256(f"{self.seed}/{kind}/{name}".encode()).digest()
        return Random(int.from_bytes(digest[:16], "big"))

    def columns(self, kind: str, name: str) -> Generator:
        """The same, for whole columns at once."""
        return Generator(PCG64(self.of(kind, name).getrandbits(128)))
