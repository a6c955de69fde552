"""Roads as a file from outside has them: points in degrees, and the pieces of road between them.

Knows: how readers of files hand over what they read, and how much of it there may be.
Refuses to know: formats (`roads_pbf`, `roads_graphml`), and what becomes of it (`roads_import`).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import NamedTuple

from twin.sim.parish import LatLon
from twin.sim.roads_tags import Road

MOST_POINTS = 1_000_000
MARGIN_DEG = 0.05  # about five kilometres: roads may leave the parish and come back


class RoadsError(ValueError):
    """A file of roads cannot be used; the message says which, where in it, what was found and what was expected."""


class Box(NamedTuple):
    """West, south, east, north, degrees."""

    west: float
    south: float
    east: float
    north: float

    def around(self, at: LatLon) -> bool:
        return self.west <= at.lon <= self.east and self.south <= at.lat <= self.north


class Piece(NamedTuple):
    """A straight piece from point `a` to point `b`."""

    a: int
    b: int
    road: Road


class Drawn:
    """What lies in `box`, for a reader to fill. `points` are known by keys: the same key is the same place."""

    def __init__(self, box: Box, where: str) -> None:
        self.box = box
        self.where = where
        self.points: list[LatLon] = []
        self.pieces: list[Piece] = []
        self.outside = 0
        self._index: dict[Hashable, int] = {}

    def line(self, line: Sequence[tuple[Hashable, LatLon]], road: Road) -> None:
        """Draw a road along keyed points, except where it is outside the box. Raises RoadsError when it is too much."""
        for (key_a, a), (key_b, b) in pairwise(line):
            if key_a == key_b:
                continue
            if not (self.box.around(a) and self.box.around(b)):
                self.outside += 1
                continue
            self.pieces.append(Piece(self._point(key_a, a), self._point(key_b, b), road))
        if len(self.points) > MOST_POINTS:
            raise RoadsError(f"{self.where}: more than {MOST_POINTS:,} points of roads; cut out the parish first")

    def _point(self, key: Hashable, at: LatLon) -> int:
        if key not in self._index:
            self._index[key] = len(self.points)
            self.points.append(at)
        return self._index[key]
