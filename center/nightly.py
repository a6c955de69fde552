"""The forecast night after night, for a program that has events as columns and no center.

Knows: how a surface is fitted to a record, carried on a day at a time, and asked for its likeliest cells.
Refuses to know: where the events come from, and who should go where. What it is fed it believes (docs/patterns.md).
"""

from __future__ import annotations

from center.forecast.grid import Floats, Grid, Ints, populated
from center.forecast.model import Model, fit, ranked
from center.forecast.reports import at_once


class Nightly:
    """A square grid of `across` x `across` cells from (0, 0) on a plane in metres; cells are numbered along rows, from
    the south-west. Days are numbers, with fractions."""

    def __init__(self, across: int, cell_m: float) -> None:
        self._grid = Grid(0.0, 0.0, cell_m, across, across)
        self._model: Model | None = None

    def fit(self, x: Floats, y: Floats, days: Floats, day: int) -> None:
        """Learn anew from all that happened before the day `day`, which is the next to be foretold."""
        mask = populated(self._grid, self._grid.cell(x, y))
        self._model = fit(self._grid, mask, at_once(x, y, days), day)

    def close(self, x: Floats, y: Floats, days: Floats) -> None:
        """The day is over, and this is what happened on it."""
        self._fitted.next_day()
        self._fitted.learn(at_once(x, y, days))

    def likeliest(self, most: int) -> Ints:
        """The cells where most is expected on the next day, the likeliest first; no more than have seen anything."""
        return ranked(self._fitted.surface(), self._fitted.mask)[:most]

    @property
    def _fitted(self) -> Model:
        assert self._model is not None, "fit comes first"
        return self._model
