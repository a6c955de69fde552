"""Streets, made up: a lattice on the section lines, as dense as people live, dropped here and there by seeded dice.

Knows: how dense a lattice goes with how many people, and what a street may not cross.
Refuses to know: how streets join highways (`roads_weave`), what they are called (`roads_names`), and any real street.

Section lines are a mile apart, as surveyed; block lines lie between them at fractions of a mile, so that neighbourhoods
of different density join up. Every choice is a hash of (seed, what is chosen): no order of drawing matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twin.sim.geometry import Floats, aligned, inside, project
from twin.sim.parish import LatLon
from twin.sim.roads_draft import Ground

MILE_M = 1609.344
UNITS = 16  # lattice steps to the mile
UNIT_M = MILE_M / UNITS
SECTION_CORNER = LatLon(30.1394, -93.2138)  # where LA 385 and LA 3092 meet, on section lines both

# People per square kilometre above which a lattice has this spacing, in units: (across, along).
DENSITIES = ((550.0, (2, 1)), (180.0, (4, 2)), (40.0, (UNITS, UNITS)), (-1.0, (2 * UNITS, 2 * UNITS)))
DROPPED = {1: 0.08, 2: 0.25, 4: 0.30, UNITS: 0.40, 2 * UNITS: 0.55}  # share of runs, by spacing
ON_SECTION = 0.05  # share of runs dropped on section lines where people live close

WOBBLE_M = 45.0
WOBBLE_UNITS = 3 * UNITS
RUNWAY_CLEAR_M = 350.0
MOTORWAY_CLEAR_M = 70.0
ACROSS = 0.7  # as `geometry.aligned` has it

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(slots=True)
class Lattice:
    """`points` (n, 2); edges `a`-`b`; `run` numbers the street an edge belongs to; `section`: on a section line."""

    points: Floats
    a: Ints
    b: Ints
    run: Ints
    section: Bools

    def keep(self, which: Bools) -> None:
        self.a, self.b, self.run = self.a[which], self.b[which], self.run[which]
        self.section = self.section[which]

    def ends(self) -> tuple[Floats, Floats]:
        return self.points[self.a], self.points[self.b]


def dice(seed: int, *keys: Ints | int) -> Floats:
    """Numbers in [0, 1) that depend on nothing but the seed and the keys (the SplitMix64 finaliser, key by key)."""
    state = np.atleast_1d(np.uint64(seed))
    for key in keys:
        z = state + np.atleast_1d(np.asarray(key, dtype=np.int64)).astype(np.uint64)
        z = z + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = z ^ (z >> np.uint64(31))
    return (state >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def _wobble(seed: int, i: Ints, j: Ints) -> Floats:
    """Smooth displacement, -1 to 1, of lattice position (i, j): value noise, without a sine."""
    ci, cj = i // WOBBLE_UNITS, j // WOBBLE_UNITS
    u, v = i / WOBBLE_UNITS - ci, j / WOBBLE_UNITS - cj
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    corner = [[2 * dice(seed, ci + di, cj + dj) - 1 for dj in (0, 1)] for di in (0, 1)]
    west, east = (pair[0] + v * (pair[1] - pair[0]) for pair in corner)
    return west + u * (east - west)


def lay(ground: Ground, seed: int) -> Lattice:
    """The lattice over the whole parish, before it meets highways and water."""
    origin = np.array(ground.plane.xy(*SECTION_CORNER))
    low = np.floor((ground.limit.min(axis=0) - origin) / UNIT_M).astype(np.int64)
    high = np.ceil((ground.limit.max(axis=0) - origin) / UNIT_M).astype(np.int64)
    i, j = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1), indexing="ij")
    plain = origin + UNIT_M * np.stack([i, j], axis=-1)
    wobble = np.stack([_wobble(seed + axis, i.ravel(), j.ravel()).reshape(i.shape) for axis in (1, 2)], axis=-1)
    points = np.round(plain + WOBBLE_M * wobble, 2).reshape(-1, 2)
    across, along = _spacing(ground.per_km2(points))
    within = inside(points, ground.limit).reshape(i.shape)
    across, along = across.reshape(i.shape), along.reshape(i.shape)
    index = np.arange(i.size, dtype=np.int64).reshape(i.shape)
    norths = _lines(seed, 0, i, j, within & (i % across == 0), across, index)
    easts = _lines(seed, 1, j.T, i.T, (within & (j % along == 0)).T, along.T, index.T)
    a, b, line, place, section = (np.concatenate(pair) for pair in zip(norths, easts, strict=True))
    lattice = Lattice(points, a, b, np.zeros(len(a), dtype=np.int64), section)
    order = np.lexsort((place, line))
    fresh = (np.diff(line[order], prepend=line[order[:1]] - 1) != 0) | (np.diff(place[order], prepend=0) != 1)
    lattice.run[order] = np.cumsum(fresh) - 1
    return lattice


def _spacing(per_km2: Floats) -> tuple[Ints, Ints]:
    choice = [per_km2 > least for least, _ in DENSITIES]
    across, along = (np.select(choice, [spacing[k] for _, spacing in DENSITIES]) for k in (0, 1))
    return across.astype(np.int64), along.astype(np.int64)


def _lines(
    seed: int, axis: int, line: Ints, place: Ints, on: Bools, spacing: Ints, index: Ints
) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    """Edges between neighbours along the second dimension that both lie on a line, less the runs that the dice drop:
    both ends, line number (even on one axis, odd on the other), place along it, whether it is a section line."""
    edge = on[:, :-1] & on[:, 1:]
    wide = np.maximum(spacing[:, :-1], spacing[:, 1:])[edge]
    line, place = line[:, :-1][edge], place[:, :-1][edge]
    section = line % UNITS == 0
    length = np.where(wide <= 1, UNITS, np.where(wide < UNITS, UNITS // 2, 2 * UNITS))
    share = np.select([wide == spacing_ for spacing_ in DROPPED], list(DROPPED.values()))
    share = np.where(section & (wide < UNITS), ON_SECTION, share)
    kept = dice(seed, axis, line, place // length, wide) >= share
    a, b = index[:, :-1][edge][kept], index[:, 1:][edge][kept]
    return a, b, 2 * line[kept] + axis, place[kept], section[kept]


def clear(lattice: Lattice, ground: Ground, motorways: list[Floats]) -> None:
    """Drop what streets may not do: cross water, lie by a runway, or lie along a motorway. Only a section line crosses
    a motorway, over or under it."""
    start, end = lattice.ends()
    free = ~ground.wet(start, end)
    middle, step = (start + end) / 2, end - start
    for c, d in ground.runways:
        free &= project(middle, c, d)[0] > RUNWAY_CLEAR_M
    for centre in motorways:
        for c, d in pairwise(centre):
            near = project(middle, c, d)[0] < MOTORWAY_CLEAR_M
            free &= ~near | (lattice.section & (aligned(step, d - c) < ACROSS))
    lattice.keep(free)
