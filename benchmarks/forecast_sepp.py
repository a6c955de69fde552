"""A self-exciting point process as open_cp fits it: stochastic declustering after Mohler et al. (2011, doi
10.1198/jasa.2011.ap09546), its equations written anew, as no registry has open_cp.

Knows: the iteration: every event is drawn to be of the background or a consequence of an earlier one; the two kernels
are estimated from what was drawn; the chances follow from the kernels.
Refuses to know: forecasts. It is here for what a fit takes.

Kernels are sums of normal ones, each as wide as its point is far from its k-th neighbour: in time (k = 100) and in
place (k = 15) for the background, in all three for the consequences (k = 15, every axis in its own deviation).
"""

from __future__ import annotations

import time

import numpy as np
from scipy.spatial import cKDTree

from center.forecast.grid import Floats, Ints, Mask
from center.forecast.reports import Reports

ITERATIONS = 20
FIRST_DAYS, FIRST_M = 1.0, 50.0  # open_cp begins with a tenth of a day, which finds nothing in a quiet parish
CUT_DAYS, CUT_M = 120.0, 500.0
NEIGHBOURS, NEIGHBOURS_IN_TIME = 15, 100
AT_ONCE = 2_000
LEAST_TRIGGERED = 10


class Kernel:
    """Normal kernels of a width of their own about `points` (axes, n); its integral is 1."""

    def __init__(self, points: Floats, neighbours: int) -> None:
        self._scale = np.maximum(points.std(axis=1), 1e-9)[:, None]
        self._points = points / self._scale
        near = min(neighbours, self._points.shape[1] - 1) + 1
        distance = cKDTree(self._points.T).query(self._points.T, k=near)[0][:, -1]
        self._width = np.maximum(distance, 1e-3)
        axes = len(points)
        self._height = 1.0 / ((2 * np.pi) ** (axes / 2) * self._width**axes * self._points.shape[1])

    def __call__(self, at: Floats) -> Floats:
        at = at / self._scale
        found = np.empty(at.shape[1])
        for first in range(0, at.shape[1], AT_ONCE):
            some = at[:, first : first + AT_ONCE]
            squares = np.zeros((some.shape[1], self._points.shape[1]))
            for axis in range(len(at)):
                squares += (some[axis][:, None] - self._points[axis][None, :]) ** 2
            found[first : first + AT_ONCE] = np.exp(-squares / (2 * self._width**2)) @ self._height
        return found / float(np.prod(self._scale))


def fit_s(reports: Reports, iterations: int = ITERATIONS) -> float:
    """Seconds of processor time for a fit to these reports, at the end of their windows. Raises ValueError where it
    finds too few consequences to go on, as the method does."""
    order = np.argsort(reports.ends, kind="stable")
    events = np.stack([reports.ends[order], reports.x[order], reports.y[order]])
    began = time.process_time()
    earlier, later = _pairs(events)
    apart = events[:, later] - events[:, earlier]
    chance, alone = _first(apart, later, events.shape[1])
    dice = np.random.default_rng(0)
    for _ in range(iterations):
        cause = _drawn(chance, alone, earlier, later, dice)
        triggered = cause >= 0
        if triggered.sum() < LEAST_TRIGGERED:
            raise ValueError(f"{int(triggered.sum())} consequences are too few for a kernel")
        chance, alone = _again(events, apart, later, cause, triggered)
    return time.process_time() - began


def _pairs(events: Floats) -> tuple[Ints, Ints]:
    """Every pair within the cut in time and place, the earlier one first."""
    near = cKDTree(events[1:].T).query_pairs(CUT_M, output_type="ndarray").astype(np.int64)
    earlier, later = near.min(axis=1), near.max(axis=1)
    days = events[0, later] - events[0, earlier]
    kept = (days > 0) & (days <= CUT_DAYS)
    return earlier[kept], later[kept]


def _first(apart: Floats, later: Ints, count: int) -> tuple[Floats, Floats]:
    chance = np.exp(-apart[0] / FIRST_DAYS - (apart[1] ** 2 + apart[2] ** 2) / (2 * FIRST_M**2))
    return _shared(chance, np.ones(count), later)


def _again(events: Floats, apart: Floats, later: Ints, cause: Ints, triggered: Mask) -> tuple[Floats, Floats]:
    """The kernels of what was drawn, and the chances that follow from them."""
    own = events[:, ~triggered]
    when, where = Kernel(own[:1], NEIGHBOURS_IN_TIME), Kernel(own[1:], NEIGHBOURS)
    consequence = Kernel(events[:, triggered] - events[:, cause[triggered]], NEIGHBOURS)
    share = triggered.sum() / len(cause)
    background = own.shape[1] * when(events[:1]) * where(events[1:])
    return _shared(share * consequence(apart), background, later)


def _shared(chance: Floats, alone: Floats, later: Ints) -> tuple[Floats, Floats]:
    """Every event's chances sum up to one."""
    total = alone + np.bincount(later, chance, len(alone))
    return chance / total[later], alone / total


def _drawn(chance: Floats, alone: Floats, earlier: Ints, later: Ints, dice: np.random.Generator) -> Ints:
    """For every event the earlier one that it follows from, -1 for the background."""
    order = np.argsort(later, kind="stable")
    bounds = np.searchsorted(later[order], np.arange(len(alone) + 1))
    cause = np.full(len(alone), -1, dtype=np.int64)
    for event, pick in enumerate(dice.random(len(alone)).tolist()):
        mine = order[bounds[event] : bounds[event + 1]]
        reached = np.cumsum(chance[mine])
        if len(mine) and pick < reached[-1]:
            cause[event] = earlier[mine[np.searchsorted(reached, pick, side="right")]]
    return cause
