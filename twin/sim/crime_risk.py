"""Where burglars go: the risk of every door, uneven and slowly changing.

Knows: which premises a kind of burglary is about, and how likely each is to be next.
Refuses to know: when (`profiles`), and what follows from one (`crime_background`).

The logarithm of the risk is the sum of a broad field that neighbourhoods share, a fine field of blocks that drifts over
years, both nearly Gaussian, and a difference from door to door. A field is a sum of plane waves of random directions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from twin.sim.geometry import Floats
from twin.sim.homes import Homes, Use
from twin.sim.profiles import DAY_US, KINDS, Kind, load
from twin.streams import Streams

CELL_M = 200.0  # a field has one value in each
PERIOD_DAYS = 28  # and in each such time
WAVES = 32
KEPT = 128  # fields of blocks, by kind and period

USES_OF: dict[Kind, tuple[Use, ...]] = {
    "residential": ("residential",),
    "business": ("business",),
    "vehicle": ("residential", "parking"),
}


class Cells(NamedTuple):
    """Squares of `CELL_M` with something in them: their middles, and how much of a kind's risk is in each while all
    places are alike."""

    xy: Floats
    weight: Floats


class Targets(NamedTuple):
    """What one kind of burglary is about: rows of `Homes`, where they are, what of their risk never changes, and which
    of `cells` each is in."""

    premise: NDArray[np.intp]
    xy: Floats
    tree: cKDTree
    lasting: Floats
    cell: NDArray[np.intp]
    cells: Cells


class RiskSurface:
    """`even`: every door of a kind is as likely as the next, for runs without any pattern in space."""

    def __init__(self, homes: Homes, streams: Streams, *, even: bool = False) -> None:
        self.homes = homes
        self.even = even
        self._streams = streams
        self._broad = _Waves(streams.columns("risk", "broad"), load().surface.broad_m, np.inf)
        self._targets = {kind: self._draw(kind) for kind in KINDS}
        self._drifted: dict[tuple[Kind, int], Floats] = {}

    def targets(self, kind: Kind) -> Targets:
        return self._targets[kind][0]

    def weights(self, kind: Kind, period: int) -> Floats:
        """For each target how likely it is to be the next, in the `period`-th four weeks; they sum to 1."""
        targets, fine = self._targets[kind]
        risk = targets.lasting
        if not self.even:
            if (kind, period) not in self._drifted:
                if len(self._drifted) >= KEPT:
                    del self._drifted[next(iter(self._drifted))]
                field = fine.over(targets.cells, (period + 0.5) * PERIOD_DAYS)
                self._drifted[kind, period] = np.exp(load().surface.fine * field)
            risk = risk * self._drifted[kind, period][targets.cell]
        weights: Floats = risk / risk.sum()
        return weights

    def _draw(self, kind: Kind) -> tuple[Targets, _Waves]:
        surface, homes = load().surface, self.homes
        premise = homes.of(*USES_OF[kind])
        dwellings = homes.dwellings[premise]
        risk: Floats = np.where(dwellings > 0, np.maximum(dwellings, 1) ** surface.flats, 1.0)
        if kind == "vehicle":
            risk[dwellings == 0] = surface.car_park
        dice = self._streams.columns("risk", kind)
        xy = homes.xy[premise]
        where, cell = np.unique(np.floor(xy / CELL_M).astype(np.int64), axis=0, return_inverse=True)
        cells = Cells(((where + 0.5) * CELL_M).astype(np.float64), np.bincount(cell, weights=risk).astype(np.float64))
        if not self.even:
            risk = risk * np.exp(surface.premise * dice.standard_normal(len(premise)))
            risk = risk * np.exp(surface.broad * self._broad.over(cells, 0.0))[cell]
            risk = _by_area(kind, risk, homes, premise)
        fine = _Waves(dice, surface.fine_m, surface.drift_days)
        return Targets(premise, xy, cKDTree(xy), risk, cell, cells), fine


def _by_area(kind: Kind, risk: Floats, homes: Homes, premise: NDArray[np.intp]) -> Floats:
    """The same risks, with each area's sum as its table has it."""
    areas = load().kinds[kind].areas
    area = np.array([list(areas).index(name) for name in area_names(homes, list(areas))])[homes.district[premise]]
    share = np.array(list(areas.values())) / np.bincount(area, weights=risk, minlength=len(areas))
    balanced: Floats = risk * share[area]
    return balanced


def area_names(homes: Homes, areas: list[str]) -> list[str]:
    """For each district which of `areas` it is part of: one with its name, the sheriff's or the other towns'."""
    return [
        district if district in areas else "sheriff" if number < homes.own_districts else "towns"
        for number, district in enumerate(homes.districts)
    ]


class _Waves:
    """A field that is alike within `scale_m` and for `scale_days`, with mean 0 and variance 1 over where people are."""

    def __init__(self, dice: Generator, scale_m: float, scale_days: float) -> None:
        self._way = dice.standard_normal((2, WAVES)) / scale_m
        self._phase = dice.random(WAVES) * 2 * np.pi
        self._turn = dice.standard_normal(WAVES) / scale_days

    def over(self, cells: Cells, day: float) -> Floats:
        """Its value in each of `cells` on a day."""
        value = np.cos(cells.xy @ self._way + self._phase + self._turn * day).sum(axis=1)
        value = value - np.average(value, weights=cells.weight)
        standard: Floats = value / np.sqrt(np.average(value * value, weights=cells.weight))
        return standard


def period_of(at_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which four weeks since the start each moment is in."""
    period: NDArray[np.int64] = at_us // (PERIOD_DAYS * DAY_US)
    return period
