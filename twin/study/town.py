"""A plain town whose true risk is known: both halves alike, cell by cell, and what happens in it.

Knows: how many property crimes there are by cell and day, and for each the throws that decide whether its victim tells,
whether a patrol comes upon it, and whether such a find counts.
Refuses to know: patrols, and what anybody makes of a record.

The east mirrors the west, so that whoever is fair sends half of the patrols to each. All throws are made beforehand:
every arm of an experiment lives through the very same crimes.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from twin.streams import Streams

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

NEIGHBOURHOODS_ACROSS = 4
WORST_TO_BEST = 1.6
"""What the worst neighbourhood of a half has of the best one's crime (assumption)."""
SCATTER = 0.3
"""Standard deviation of the logarithm of a cell's rate about its neighbourhood's (assumption)."""


class Plan(msgspec.Struct, frozen=True):
    """What an experiment is made of. All of it is assumed, and none of it any town's. `crimes_a_day`: so busy that
    chance alone says little of where it is worst; `reported`: the share of victims who tell, of whom the east has
    `east_tells` as many where an arm has them differ; `patrols`: cars that each
    stay `box_h` hours in a cell of their own; `passing_h`: hours that every cell has from cars on their way;
    `found_an_hour`: the rate at which a car comes upon a crime that nobody tells of, and a day's hours of presence
    count. The record begins `history_days` before the first night, when this share of the patrols, `history_west`, was
    sent to the worst cells of the west. Weights are fitted anew every `refit_days`; the surface follows every night."""

    across: int = 20
    cell_m: float = 200.0
    crimes_a_day: float = 120.0
    reported: float = 0.25
    east_tells: float = 0.8
    patrols: int = 20
    box_h: float = 8.0
    passing_h: float = 0.1
    found_an_hour: float = 0.25
    history_days: int = 365
    history_west: float = 0.8
    days: int = 365
    refit_days: int = 28

    @property
    def cells(self) -> int:
        return self.across**2

    @property
    def until(self) -> int:
        """The day after the last."""
        return self.history_days + self.days


QUICK = Plan(days=182)
"""Half a year of nights: rougher figures."""


class Town(NamedTuple):
    """`rate`: true crimes a day by cell; `west`: which cells are in it; `neighbourhood`: of each cell."""

    rate: Floats
    west: Mask
    neighbourhood: Ints


class Crimes(NamedTuple):
    """In order of the day. `tells`, `found`, `counts`: the throws between 0 and 1."""

    day: Ints
    cell: Ints
    x: Floats
    y: Floats
    t: Floats
    tells: Floats
    found: Floats
    counts: Floats


def drawn(plan: Plan, streams: Streams) -> Town:
    """Raises ValueError when the neighbourhoods do not fit."""
    if plan.across % NEIGHBOURHOODS_ACROSS:
        raise ValueError(f"a town of {plan.across} cells across has no {NEIGHBOURHOODS_ACROSS} neighbourhoods across")
    dice = streams.columns("study", "town")
    size, half = plan.across // NEIGHBOURHOODS_ACROSS, NEIGHBOURHOODS_ACROSS // 2
    levels = np.geomspace(1.0, WORST_TO_BEST, NEIGHBOURHOODS_ACROSS * half)
    levels = dice.permutation(levels).reshape(NEIGHBOURHOODS_ACROSS, half)
    west = np.kron(levels, np.ones((size, size)))
    west = west * np.exp(SCATTER * dice.standard_normal(west.shape))
    rate = np.concatenate([west, west[:, ::-1]], axis=1).reshape(-1)
    row, col = np.divmod(np.arange(plan.cells), plan.across)
    neighbourhood = row // size * NEIGHBOURHOODS_ACROSS + col // size
    return Town(rate * (plan.crimes_a_day / rate.sum()), col < plan.across // 2, neighbourhood)


def happened(plan: Plan, town: Town, streams: Streams) -> Crimes:
    """All that happens, history and nights: a Poisson count for each cell and day, anywhere in the cell."""
    dice = streams.columns("study", "crimes")
    counts = dice.poisson(town.rate, (plan.until, plan.cells))
    day, cell = np.nonzero(counts)
    many = counts[day, cell]
    day, cell = np.repeat(day, many), np.repeat(cell, many)
    row, col = np.divmod(cell, plan.across)
    x, y = ((which + dice.random(len(day))) * plan.cell_m for which in (col, row))
    throws = (streams.columns("study", name).random(len(day)) for name in ("tells", "found", "counts"))
    return Crimes(day, cell, x, y, day + dice.random(len(day)), *throws)
