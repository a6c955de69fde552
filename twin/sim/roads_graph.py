"""From a draft to a network: the part where everyone can reach everyone, without points that decide nothing.

Knows: connection, dead ends, chains, limits.
Refuses to know: how the draft came about.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import connected_components

from twin.sim.geometry import Floats, lengths
from twin.sim.roads_draft import CITY_PER_KM2, TOWN_PER_KM2, Draft, Ground, Link
from twin.sim.roads_network import KINDS, Network

MPS_PER_MPH = 0.44704
BLIND_M = 150.0  # a dead-end street shorter than this is a driveway


class Nature(NamedTuple):
    """What makes two pieces of road the same road."""

    kind: int
    name: str
    mph: float
    bridge: bool


class Chain(NamedTuple):
    """A road between two points that decide something, and the points it passes."""

    points: list[int]
    nature: Nature


Arcs: TypeAlias = dict[int, dict[int, Nature]]
"""By point and point: the road from the one to the other. Keys are in the order of drawing."""


def finish(draft: Draft, ground: Ground) -> Network:
    """The largest part of the draft in which every point reaches every other, as a network."""
    links = _at_shores(draft, ground)
    xy = draft.xy()
    arcs = _arcs(links, draft, ground)
    _keep_largest(arcs, len(xy))
    _prune(arcs, xy, draft.anchors)
    return _network(_chains(arcs, draft.anchors), xy)


def connected(arcs: Arcs, xy: Floats) -> Network:
    """The largest part of `arcs` in which every point reaches every other, as a network: dead ends are somebody's
    street, and stay. ValueError when no two crossings reach each other."""
    if any(arcs.values()):
        _keep_largest(arcs, len(xy))
    chains = _chains(arcs, [])
    if not chains:
        raise ValueError("no two crossings reach each other")
    return _network(chains, xy)


def _at_shores(draft: Draft, ground: Ground) -> list[Link]:
    """The draft's links, those that meet water cut at its edge, so that a bridge is as long as the water is wide."""
    xy = draft.xy()
    wet = ground.wet(*draft.ends(draft.links))
    links: list[Link] = []
    for link, is_wet in zip(draft.links, wet.tolist(), strict=True):
        start, end = xy[link.a], xy[link.b]
        shores = ground.shores(start, end) if is_wet else []
        stops = [link.a, *(draft.point(*(start + share * (end - start))) for share in shores), link.b]
        links += [link._replace(a=a, b=b) for a, b in pairwise(stops)]
    return links


def _arcs(links: list[Link], draft: Draft, ground: Ground) -> Arcs:
    """Links as arcs with their natures; where two lie on one another, the greater road counts."""
    links = sorted(links, key=lambda link: KINDS.index(link.kind))
    start, end = draft.ends(links)
    middle = (start + end) / 2
    zone = np.searchsorted([TOWN_PER_KM2, CITY_PER_KM2], ground.per_km2(middle))
    bridges = ground.in_water(middle)
    arcs: Arcs = {}
    for link, around, bridge in zip(links, zone.tolist(), bridges.tolist(), strict=True):
        mph = ground.parish.speeds[link.kind][around]
        nature = Nature(KINDS.index(link.kind), link.name, mph, bridge)
        arcs.setdefault(link.a, {}).setdefault(link.b, nature)
        arcs.setdefault(link.b, {})
        if not link.oneway:
            arcs[link.b].setdefault(link.a, nature)
    return arcs


def _keep_largest(arcs: Arcs, count: int) -> None:
    pairs = np.array([(a, b) for a, tos in arcs.items() for b in tos])
    graph = sparse.csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    labels = connected_components(graph, connection="strong")[1]
    largest = int(np.argmax(np.bincount(labels)))
    for a in [a for a in arcs if labels[a] != largest]:
        del arcs[a]
    for tos in arcs.values():
        for b in [b for b in tos if labels[b] != largest]:
            del tos[b]


def _prune(arcs: Arcs, xy: Floats, anchors: list[int]) -> None:
    """Take away short dead ends: walk in from each until the road decides something or grows too long to be one."""
    around = _around(arcs)
    for tip in [a for a, near in around.items() if len(near) == 1 and a not in anchors]:
        path = [tip, *around[tip]]
        while len(around[path[-1]]) == 2 and path[-1] != tip:
            path.append(next(b for b in around[path[-1]] if b != path[-2]))
        if float(lengths(xy[path]).sum()) < BLIND_M:
            for a in path[:-1]:
                del arcs[a]
            del arcs[path[-1]][path[-2]]


def _around(arcs: Arcs) -> dict[int, list[int]]:
    """Each point's neighbours, whichever way the road between them runs."""
    around = {a: list(tos) for a, tos in arcs.items()}
    for a, tos in arcs.items():
        for b in tos:
            if a not in arcs[b]:
                around[b].append(a)
    return around


def _chains(arcs: Arcs, anchors: list[int]) -> list[Chain]:
    around = _around(arcs)
    passed = {a for a, near in around.items() if len(near) == 2 and _passes(a, near[0], near[1], arcs)}
    passed.difference_update(anchors)
    chains = []
    for a, tos in arcs.items():
        if a in passed:
            continue
        for b, nature in tos.items():
            path = [a, b]
            while path[-1] in passed:
                path.append(next(c for c in arcs[path[-1]] if c != path[-2]))
            if path[-1] != a:
                chains.append(Chain(path, nature))
    return chains


def _passes(a: int, u: int, v: int, arcs: Arcs) -> bool:
    """Whether `a` decides nothing: one and the same road comes in from `u` and goes on to `v`, or back, or both."""
    there, back = (arcs[u].get(a), arcs[a].get(v)), (arcs[v].get(a), arcs[a].get(u))
    ways = [way for way in (there, back) if way != (None, None)]
    return len({nature for way in ways for nature in way}) == 1


def _network(chains: list[Chain], xy: Floats) -> Network:
    nodes = sorted({chain.points[0] for chain in chains})
    number = {point: k for k, point in enumerate(nodes)}
    names = sorted({chain.nature.name for chain in chains})
    name_number = {name: k for k, name in enumerate(names)}
    by_path = {tuple(chain.points): k for k, chain in enumerate(chains)}
    shapes = [xy[chain.points] for chain in chains]
    length = np.round([float(lengths(shape).sum()) for shape in shapes], 2)
    speed = np.array([chain.nature.mph * MPS_PER_MPH for chain in chains])
    return Network(
        node_xy=xy[nodes],
        source=np.array([number[chain.points[0]] for chain in chains], dtype=np.int32),
        target=np.array([number[chain.points[-1]] for chain in chains], dtype=np.int32),
        length_m=length,
        speed_mps=speed,
        micros=np.rint(length / speed * 1e6).astype(np.int64),
        kind=np.array([chain.nature.kind for chain in chains], dtype=np.uint8),
        name=np.array([name_number[chain.nature.name] for chain in chains], dtype=np.int32),
        bridge=np.array([chain.nature.bridge for chain in chains], dtype=np.bool_),
        twin=np.array([by_path.get(tuple(chain.points[::-1]), -1) for chain in chains], dtype=np.int32),
        shape_start=np.cumsum([0, *(len(shape) for shape in shapes)], dtype=np.int32),
        shape_xy=np.concatenate(shapes),
        names=np.array(names, dtype=np.str_),
    )
