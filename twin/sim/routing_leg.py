"""A drive in closed form: where a car on its way is at any moment.

Knows: the straight steps that roads consist of, and how long each takes.
Refuses to know: which way is the quickest, clocks, and why anyone drives.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from twin.sim.geometry import Floats, norms
from twin.sim.roads_network import Network

SECOND = 1_000_000


class Spot(NamedTuple):
    """A place on a road: `offset_m` along `edge`; `gap_m` from the point that was asked for, where one was."""

    edge: int
    offset_m: float
    gap_m: float = 0.0


class Fix(NamedTuple):
    """Where a car is: metres on the plane, degrees clockwise from north, metres a second."""

    x: float
    y: float
    heading_deg: float
    speed_mps: float


class Passage(NamedTuple):
    """A car passes what `name` stands for, at `at` (microseconds), on `edge`."""

    name: str
    at: int
    edge: int


Watched: TypeAlias = Mapping[int, Sequence[tuple[str, float]]]
"""By edge: who watches it, and how many metres along."""


class Steps:
    """Every straight step of every edge, in order: those of edge e are `first[e]` up to `first[e + 1]`.

    `edge`; `xy` (start) and `delta`, both (n, 2); `length_m`; `heading_deg`; `offset_m` of its start along the edge;
    `micros` at free flow, not rounded: over an edge they sum to the edge's. `edge_m` and `edge_micros`: whole edges.
    """

    def __init__(self, network: Network) -> None:
        inner = np.ones(len(network.shape_xy), dtype=np.bool_)
        inner[network.shape_start[1:] - 1] = False
        starts = np.flatnonzero(inner)
        counts = np.diff(network.shape_start) - 1
        self.edge: NDArray[np.intp] = np.repeat(np.arange(network.edges), counts)
        self.first: NDArray[np.intp] = np.concatenate([[0], np.cumsum(counts)])
        self.xy: Floats = network.shape_xy[starts]
        self.delta: Floats = network.shape_xy[starts + 1] - self.xy
        self.length_m: Floats = norms(self.delta)
        course = np.arctan2(self.delta[:, 0], self.delta[:, 1]) * (180.0 / math.pi)
        self.heading_deg: Floats = np.round(course, 3) % 360.0  # machines differ in an arctangent's last bit
        before = np.concatenate([[0.0], np.cumsum(self.length_m)])
        self.offset_m: Floats = before[:-1] - before[self.first[self.edge]]
        edge_m = np.diff(before[self.first])
        self.micros: Floats = network.micros[self.edge] * self.length_m / edge_m[self.edge]
        self.edge_m: list[float] = edge_m.tolist()
        self.edge_micros: list[int] = network.micros.tolist()

    def project(self, chosen: NDArray[np.intp], x: float, y: float) -> tuple[Floats, Floats]:
        """For each of the `chosen` steps: metres from (x, y) to it, and metres along it to the nearest point."""
        away = np.array([x, y]) - self.xy[chosen]
        delta, length = self.delta[chosen], self.length_m[chosen]
        along = np.clip((away * delta).sum(axis=1) / length, 0.0, length)
        gap = away - (along / length)[:, None] * delta
        return norms(gap), along


class Leg:
    """A drive along `edges`, each of which begins where the one before it ends.

    It leaves at `departs` (microseconds), `skip_m` into the first edge, and arrives at `arrives`, `stop_m` into the
    last (its end, if not given), at `pace` times the free flow of every road. Before and after, the car stands.
    """

    __slots__ = ("_moves", "_skipped", "_steps", "_times", "arrives", "departs", "edges", "pace")

    def __init__(
        self,
        steps: Steps,
        edges: Sequence[int],
        departs: int,
        pace: float = 1.0,
        skip_m: float = 0.0,
        stop_m: float = np.inf,
    ) -> None:
        assert len(edges) > 0
        assert pace > 0
        self.edges = tuple(edges)
        self.departs = departs
        self.pace = pace
        self._steps = steps
        self._skipped = round(min(skip_m / steps.edge_m[edges[0]], 1.0) * steps.edge_micros[edges[0]] / pace)
        taken, low, high = _stretch(steps, self.edges, skip_m, stop_m)
        share = (high - low) / steps.length_m[taken]
        start = steps.xy[taken] + ((low - steps.offset_m[taken]) / steps.length_m[taken])[:, None] * steps.delta[taken]
        clock = np.cumsum(np.concatenate([[0.0], steps.micros[taken] * share / pace]))
        times = departs + np.rint(clock).astype(np.int64)
        micros = np.maximum(np.diff(times), 1)
        velocity = steps.delta[taken] * (share / micros)[:, None]
        speed = (high - low) * (SECOND / micros)
        self.arrives = int(times[-1])
        self._times: list[int] = times[:-1].tolist()
        columns = (times[:-1], *start.T, *velocity.T, steps.heading_deg[taken], speed, steps.edge[taken], low)
        self._moves = list(zip(*(column.tolist() for column in columns), strict=True))

    def at(self, now: int) -> Fix:
        """Where the car is at `now` (microseconds), which way it faces and how fast it goes."""
        if now >= self.arrives:
            now, going = self.arrives, 0.0
        elif now < self.departs:
            now, going = self.departs, 0.0
        else:
            going = 1.0
        since, x, y, vx, vy, heading, speed, _, _ = self._moves[bisect_right(self._times, now) - 1]
        elapsed = now - since
        return Fix(x + vx * elapsed, y + vy * elapsed, heading, speed * going)

    def spot(self, now: int) -> Spot:
        """On which edge the car is at `now`, and how far along it: where a new drive would begin."""
        now = min(max(now, self.departs), self.arrives)
        since, _, _, _, _, _, speed, edge, offset = self._moves[bisect_right(self._times, now) - 1]
        return Spot(edge, offset + speed * (now - since) / SECOND)

    def passes(self, watched: Watched) -> list[Passage]:
        """What watches the road along this drive, and when the car passes it."""
        entered = self.departs - self._skipped
        found = passages(self._steps, self.edges, entered, self.pace, watched)
        return [passage for passage in found if self.departs <= passage.at <= self.arrives]


def passages(steps: Steps, edges: Sequence[int], departs: int, pace: float, watched: Watched) -> list[Passage]:
    """As `Leg.passes` for a whole drive, without making a `Leg`: for traffic that nobody looks at between readers."""
    found = []
    since = 0.0
    for edge in edges:
        for name, offset_m in watched.get(edge, ()):
            share = min(offset_m / steps.edge_m[edge], 1.0)
            found.append(Passage(name, departs + round((since + share * steps.edge_micros[edge]) / pace), edge))
        since += steps.edge_micros[edge]
    return found


def _stretch(
    steps: Steps, edges: tuple[int, ...], skip_m: float, stop_m: float
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """The steps that a drive takes, and from where to where along its edge it takes each; at least one, if only to
    stand there."""
    bounds = [(int(steps.first[edge]), int(steps.first[edge + 1])) for edge in edges]
    taken = np.concatenate([np.arange(a, b) for a, b in bounds])
    low = steps.offset_m[taken]
    high = low + steps.length_m[taken]
    skip_m = min(skip_m, steps.edge_m[edges[0]])
    head, tail = bounds[0][1] - bounds[0][0], bounds[-1][1] - bounds[-1][0]
    standing = int(np.searchsorted(high[:head], skip_m))
    low[:head] = np.maximum(low[:head], skip_m)
    high[-tail:] = np.minimum(high[-tail:], stop_m)
    driven = high > low
    if not driven.any():
        driven[min(standing, head - 1)] = True
        high = low.copy()
    return taken[driven], low[driven], high[driven]
