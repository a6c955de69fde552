"""Models that are carried from question to question.

Knows: when they are fitted anew, and that everything between is learned, and taken back, one report at a time.
Refuses to know: what is asked, and what is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from center.core.pattern_facts import Burglary, Premises
from center.forecast.grid import Floats, Grid, Mask, covering, populated
from center.forecast.known import Known, Plane
from center.forecast.model import Model, fit
from center.forecast.premises import in_cells

CELL_M = 200.0


@dataclass
class Kept:
    """One model of each kind, by its name, as they were fitted on the day `fitted` and have learned since; `learned`
    are the reports in them. Plane, days and grid stay as they were at the fit."""

    fitted: int
    shift: int
    plane: Plane
    grid: Grid
    mask: Mask
    models: dict[str, Model]
    learned: dict[str, Burglary] = field(default_factory=dict)

    def known(self, reports: list[Burglary]) -> Known:
        return Known.of(reports, self.plane, self.shift)

    def surface(self) -> Floats:
        """Expected counts by cell for the whole of the day, of all kinds."""
        surface = np.zeros(self.grid.size)
        for model in self.models.values():
            surface += model.surface()
        return surface

    def of_the_place(self) -> Floats:
        """What of it is of the place, not of what happened lately."""
        surface = np.zeros(self.grid.size)
        for model in self.models.values():
            surface += model.of_the_place()
        return surface


def fitted(reports: list[Burglary], today: int, shift: int, premises: tuple[Premises, ...] = ()) -> Kept:
    """All over again, of what is known; what became known on the day `today` is learned on top. Raises ValueError
    when the reports lie too far apart."""
    known = Known.of(reports, Plane.of(reports), shift)
    grid = covering(known.x, known.y, CELL_M)
    inside = grid.inside(known.x, known.y)
    mask = populated(grid, grid.cell(known.x[inside], known.y[inside]))
    kinds = np.array(known.kinds)
    kept = Kept(today, shift, known.plane, grid, mask, {}, {one.report: one for one in reports})
    for kind in sorted(set(known.kinds)):
        mine = np.flatnonzero(kinds == kind)
        there = in_cells(premises, kind, known.plane, grid)
        kept.models[kind] = model = fit(grid, mask, known.reports(mine), today, premises=there)
        model.learn(known.reports(mine[known.known[mine] >= today]))
    return kept


def carried(kept: Kept, reports: list[Burglary], today: int) -> None:
    """What was taken back or corrected is taken out, days that have gone by are closed, and what came is learned."""
    fresh = {one.report: one for one in reports}
    gone = [old for name, old in kept.learned.items() if fresh.get(name) != old]
    come = [one for one in reports if kept.learned.get(one.report) != one]
    for kind, model in kept.models.items():
        old = kept.known([one for one in gone if one.kind == kind])
        model.unlearn(old.reports(np.arange(len(old.names))))
        news = kept.known([one for one in come if one.kind == kind])
        left = np.ones(len(news.names), dtype=np.bool_)
        while model.day < today:
            now = left & (news.known < model.day + 1)
            model.learn(news.reports(np.flatnonzero(now)))
            left &= ~now
            model.next_day()
        model.learn(news.reports(np.flatnonzero(left)))
    kept.learned = fresh
