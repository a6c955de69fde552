"""Where things stand, found by place.

Knows: a name's place while it stands there, and which names are near a point without looking at all of them.
Refuses to know: what stands there, and why it comes and goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, hypot

CELL_M = 100.0
ROUNDED_M = 0.001
"""What stands on the edge of a square may be in the one beside it, by rounding."""

Cell = tuple[int, int]


class Parked:
    """Places are metres on the parish's plane. A name stands in one place at a time."""

    def __init__(self) -> None:
        self._at: dict[str, tuple[float, float]] = {}
        self._cells: dict[Cell, list[str]] = {}

    def put(self, name: str, x: float, y: float) -> None:
        """It stands here from now on."""
        self.take(name)
        self._at[name] = (x, y)
        self._cells.setdefault(_cell(x, y), []).append(name)

    def take(self, name: str) -> None:
        """It stands nowhere; nothing happens if it did not."""
        at = self._at.pop(name, None)
        if at is not None:
            self._cells[_cell(*at)].remove(name)

    def near(self, x: float, y: float, within_m: float) -> Iterator[str]:
        """Names that stand within a distance; in each square in the order in which they came."""
        reach = within_m + ROUNDED_M
        (west, south), (east, north) = _cell(x - reach, y - reach), _cell(x + reach, y + reach)
        for column in range(west, east + 1):
            for row in range(south, north + 1):
                for name in self._cells.get((column, row), ()):
                    at_x, at_y = self._at[name]
                    if hypot(at_x - x, at_y - y) <= within_m:
                        yield name


def _cell(x: float, y: float) -> Cell:
    return floor(x / CELL_M), floor(y / CELL_M)
