"""House numbers, as a county's addressing office would give them.

Knows: that numbers grow along a street from its south or west end, a thousand to the mile, even on one side and odd on
the other, and that no two doors of a street in one town have the same.
Refuses to know: what stands there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.sim.geometry import Floats
from twin.sim.streets import MILE_M

PER_MILE = 1000
FIRST = 100
_ABOVE_ALL = 1 << 32

Ints = NDArray[np.int64]


def number(street: NDArray[np.int32], town: NDArray[np.intp], road_xy: Floats, xy: Floats) -> Ints:
    """The number of each door: it stands at `xy`, before the place `road_xy` on its `street`."""
    north = _runs_north(street, road_xy)
    along = np.where(north, road_xy[:, 1], road_xy[:, 0])
    from_end = along - _per_street(np.minimum, street, along)[street]
    east_of, north_of = (xy - road_xy).T > 0
    odd = np.where(north, ~east_of, north_of)
    numbers = FIRST + 2 * np.rint(from_end / MILE_M * PER_MILE / 2).astype(np.int64) + odd
    return _apart(numbers, street, town)


def _runs_north(street: NDArray[np.int32], road_xy: Floats) -> NDArray[np.bool_]:
    """Whether each door's street is longer from south to north than from west to east."""
    wide, high = (
        _per_street(np.maximum, street, road_xy[:, axis]) - _per_street(np.minimum, street, road_xy[:, axis])
        for axis in (0, 1)
    )
    runs: NDArray[np.bool_] = (high > wide)[street]
    return runs


def _per_street(choose: np.ufunc, street: NDArray[np.int32], values: Floats) -> Floats:
    start = np.inf if choose is np.minimum else -np.inf
    found = np.full(int(street.max(initial=0)) + 1, start)
    choose.at(found, street, values)
    return found


def _apart(numbers: Ints, street: NDArray[np.int32], town: NDArray[np.intp]) -> Ints:
    """Numbers that are taken on this side of the street move up by two, as often as it takes."""
    odd = numbers % 2
    order = np.lexsort((numbers, odd, town, street))
    fresh = np.zeros(len(order), dtype=np.bool_)
    for key in (street, town, odd):
        fresh[1:] |= np.diff(key[order]) != 0
    below = np.cumsum(fresh) * _ABOVE_ALL - 2 * np.arange(len(order))  # so that one running maximum serves every side
    apart = np.empty_like(numbers)
    apart[order] = np.maximum.accumulate(numbers[order] + below) - below
    return apart
