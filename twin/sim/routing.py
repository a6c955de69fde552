"""Driving: the quickest way, who is nearest, and where a patrol goes next.

Knows: the network, and the shortest-path sweeps of `scipy.sparse.csgraph` over it.
Refuses to know: clocks, dispatch, and why anyone drives.

Travel times are whole microseconds, so sums are exact and every way of adding them up agrees.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Collection, Sequence
from itertools import pairwise
from random import Random
from typing import NamedTuple

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from twin.sim.geometry import Floats, inside, turn_deg
from twin.sim.parish import COURSE_DEG, Parish, RoadKind
from twin.sim.roads_network import KINDS, Network
from twin.sim.routing_leg import SECOND, Fix, Leg, Passage, Spot, Steps, Watched, passages

TREES = 64  # quickest-way trees kept, by where they start
FIRST_SWEEP_S = 90.0
LAST_SWEEP_S = 3600.0
WIDER = 4.0
SAMPLE_M = 50.0
RADII_M = (50.0, 250.0, 1250.0, 6250.0)
SAME_WAY_DEG = 60.0
BESIDE_M = 250.0  # a reader farther than this from the road it names stands at another
AHEAD_DEG, BACK_DEG = 45.0, 150.0
ASIDE, BACK = 0.35, 0.002  # how a patrol likes a turn, and turning round, against 1 for going on


class Route(NamedTuple):
    """`edges` to drive in order, and the `nodes` between and around them: one more than edges."""

    nodes: list[int]
    edges: list[int]
    micros: int

    @property
    def seconds(self) -> float:
        return self.micros / SECOND


class Router:
    """Questions about one network. Nodes and edges are its indices; it is strongly connected, so there is always a way.
    Memory is bounded: at most `TREES` trees are kept."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.steps = Steps(network)
        size = network.nodes
        order = np.lexsort((network.micros, network.target, network.source))
        pair = network.source[order].astype(np.int64) * size + network.target[order]
        quickest = order[np.diff(pair, prepend=-1) != 0]  # of parallel edges
        source, target = network.source[quickest], network.target[quickest]
        weights = network.micros[quickest].astype(np.float64)
        self._ahead = sparse.csr_array((weights, (source, target)), shape=(size, size))
        self._behind = sparse.csr_array((weights, (target, source)), shape=(size, size))
        self._edge = dict(zip(zip(source.tolist(), target.tolist(), strict=True), quickest.tolist(), strict=True))
        self._trees: OrderedDict[int, tuple[Floats, NDArray[np.int32]]] = OrderedDict()
        self._nodes = cKDTree(network.node_xy)
        self._sampled, self._samples = _sample(self.steps)
        self._exits = _exits(network, self.steps)

    # --- where ----------------------------------------------------------------------------------------------------

    def nearest_node(self, x: float, y: float) -> int:
        return int(self._nodes.query((x, y))[1])

    def nearest_edge(self, x: float, y: float, heading_deg: float | None = None, road: str | None = None) -> Spot:
        """The nearest place on any road; with `heading_deg`, on one that goes that way there; with `road`, on one of
        that name. LookupError when there is no such road."""
        for radius in (*RADII_M, np.inf):
            found = self._steps_within(x, y, radius)
            if heading_deg is not None:
                turn = (self.steps.heading_deg[found] - heading_deg + 180.0) % 360.0 - 180.0
                found = found[np.abs(turn) <= SAME_WAY_DEG]
            if road is not None:
                found = found[self.network.names[self.network.name[self.steps.edge[found]]] == road]
            if not len(found):
                continue
            gap, along = self.steps.project(found, x, y)
            best = int(np.argmin(gap))
            if gap[best] <= radius:
                step = found[best]
                offset = float(self.steps.offset_m[step] + along[best])
                return Spot(int(self.steps.edge[step]), offset, float(gap[best]))
        raise LookupError(f"no road like that: {road or 'any name'}, heading {heading_deg}")

    def beside(self, x: float, y: float, heading_deg: float, road: str) -> Spot:
        """Where a reader looks that names the road it stands at; on streets from outside, where roads may have other
        names, the nearest that goes its way. LookupError when none does."""
        with contextlib.suppress(LookupError):
            named = self.nearest_edge(x, y, heading_deg, road)
            if named.gap_m <= BESIDE_M:
                return named
        return self.nearest_edge(x, y, heading_deg)

    def _steps_within(self, x: float, y: float, radius: float) -> NDArray[np.intp]:
        """Every step that comes as close as `radius`, and some that do not, in order."""
        if radius == np.inf:
            return np.arange(len(self.steps.edge))
        near = self._samples.query_ball_point((x, y), radius + SAMPLE_M / 2)
        return np.unique(self._sampled[near])

    def watched(self, parish: Parish) -> dict[int, list[tuple[str, float]]]:
        """Where the parish's plate readers look, by edge, as `Leg.passes` wants it."""
        found: dict[int, list[tuple[str, float]]] = {}
        for site in parish.readers:
            spot = self.beside(*parish.plane.xy(*site.at), COURSE_DEG[site.watches], site.road)
            found.setdefault(spot.edge, []).append((site.reader, spot.offset_m))
        return found

    # --- the quickest way -----------------------------------------------------------------------------------------

    def route(self, a: int, b: int) -> Route:
        """The quickest way from node `a` to node `b`."""
        micros, before = self._tree(a)
        nodes = [b]
        while nodes[-1] != a:
            nodes.append(int(before[nodes[-1]]))
        nodes.reverse()
        return Route(nodes, [self._edge[pair] for pair in pairwise(nodes)], int(micros[b]))

    def seconds(self, a: int, b: int) -> float:
        """How long the quickest way from node `a` to node `b` takes."""
        return float(self._tree(a)[0][b]) / SECOND

    def line(self, route: Route) -> Floats:
        """The line of a route on the plane, (n, 2)."""
        shapes = [self.network.shape(edge)[1:] for edge in route.edges]
        return np.concatenate([self.network.node_xy[route.nodes[:1]], *shapes])

    def nearest_k(
        self, node: int, candidates: Sequence[int], k: int, limit_s: float = np.inf
    ) -> list[tuple[int, float]]:
        """The `k` candidates (nodes) that reach `node` soonest, as (index in `candidates`, seconds), soonest first and
        by index among equals; fewer where fewer make it within `limit_s`. One sweep against the traffic, begun small
        and widened until it has met enough of them."""
        where = np.asarray(candidates, dtype=np.intp)
        reach_s = FIRST_SWEEP_S
        while True:
            reach_s = min(reach_s, limit_s)
            micros = dijkstra(self._behind, indices=node, limit=reach_s * SECOND)[where]
            if reach_s == limit_s or np.count_nonzero(np.isfinite(micros)) >= k:
                break
            reach_s = reach_s * WIDER if reach_s < LAST_SWEEP_S else np.inf
        order = np.argsort(micros, kind="stable")[:k]
        return [(int(i), float(micros[i]) / SECOND) for i in order if np.isfinite(micros[i])]

    def _tree(self, a: int) -> tuple[Floats, NDArray[np.int32]]:
        if a in self._trees:
            self._trees.move_to_end(a)
        else:
            self._trees[a] = dijkstra(self._ahead, indices=a, return_predecessors=True)
            if len(self._trees) > TREES:
                self._trees.popitem(last=False)
        return self._trees[a]

    # --- driving --------------------------------------------------------------------------------------------------

    def drive(self, start: Spot, goal: Spot, departs: int, pace: float = 1.0) -> Leg:
        """The quickest drive from one place on a road to another, without turning round between crossings."""
        if start.edge == goal.edge and start.offset_m <= goal.offset_m:
            return Leg(self.steps, (start.edge,), departs, pace, start.offset_m, goal.offset_m)
        between = self.route(int(self.network.target[start.edge]), int(self.network.source[goal.edge]))
        edges = (start.edge, *between.edges, goal.edge)
        return Leg(self.steps, edges, departs, pace, start.offset_m, goal.offset_m)

    def leg(self, route: Route, departs: int, pace: float = 1.0) -> Leg:
        """The drive along a route; ValueError for a route that goes nowhere."""
        if not route.edges:
            raise ValueError("a route without edges is no drive")
        return Leg(self.steps, route.edges, departs, pace)

    def area(self, ring: Floats, kinds: Collection[RoadKind] = KINDS) -> bytes:
        """For `wander`: the crossings on roads of these `kinds` among which a car can drive without ever leaving `ring`
        (the largest such part), as one byte a node, 1 or 0. ValueError when there are none."""
        chosen = np.isin(self.network.kind, [KINDS.index(kind) for kind in kinds])
        touched = np.zeros(self.network.nodes, dtype=np.bool_)
        touched[self.network.source[chosen]] = touched[self.network.target[chosen]] = True
        return self.part(touched & inside(self.network.node_xy, ring))

    def part(self, chosen: NDArray[np.bool_]) -> bytes:
        """The same for any choice of crossings: the largest part among which a car can drive without leaving it."""
        within = np.flatnonzero(chosen)
        part = connected_components(self._ahead[within][:, within], connection="strong")[1]
        size = np.bincount(part, minlength=1)
        if size.max() < 2:
            raise ValueError("no two crossings of this area reach each other")
        mask = np.zeros(self.network.nodes, dtype=np.uint8)
        mask[within[part == np.argmax(size)]] = 1
        return mask.tobytes()

    def wander(self, dice: Random, node: int, heading_deg: float | None = None, area: bytes | None = None) -> int:
        """The edge that a patrolling car takes out of `node`, on which it arrived with `heading_deg`: ahead rather than
        aside, and back only where nothing else goes on. Within its `area` (see there) it stays there; outside, it does
        not look for a way in."""
        exits = self._exits[node]
        if area is not None:
            exits = [way for way in exits if area[way.target]] or exits
        weights = [_liking(heading_deg, way.heading_deg) for way in exits]
        left = dice.random() * sum(weights)
        for way, weight in zip(exits, weights, strict=True):
            left -= weight
            if left < 0.0:
                return way.edge
        return exits[-1].edge


class Way(NamedTuple):
    """An edge out of a node: where it leads, and its course at the start."""

    edge: int
    target: int
    heading_deg: float


def _liking(before_deg: float | None, after_deg: float) -> float:
    turn = 0.0 if before_deg is None else abs(turn_deg(before_deg, after_deg))
    return 1.0 if turn < AHEAD_DEG else ASIDE if turn < BACK_DEG else BACK


def _sample(steps: Steps) -> tuple[NDArray[np.intp], cKDTree]:
    """Points on every step, at most `SAMPLE_M` apart and its ends among them: which step each is on, and where."""
    parts = np.ceil(steps.length_m / SAMPLE_M).astype(np.intp)
    step = np.repeat(np.arange(len(parts)), parts + 1)
    first = np.cumsum(parts + 1) - (parts + 1)
    share = (np.arange(len(step)) - first[step]) / parts[step]
    return step, cKDTree(steps.xy[step] + share[:, None] * steps.delta[step])


def _exits(network: Network, steps: Steps) -> list[list[Way]]:
    exits: list[list[Way]] = [[] for _ in range(network.nodes)]
    heading = steps.heading_deg[steps.first[:-1]].tolist()
    for edge, (a, b) in enumerate(zip(network.source.tolist(), network.target.tolist(), strict=True)):
        exits[a].append(Way(edge, b, heading[edge]))
    return exits


__all__ = ["SECOND", "Fix", "Leg", "Passage", "Route", "Router", "Spot", "Steps", "Watched", "passages"]
