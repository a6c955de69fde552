"""Weaving: the lattice of streets joins the highways.

Knows: where streets meet highways, and what is too close to a highway to be a road of its own.
Refuses to know: why a road is where it is, and what becomes of the graph (`roads_graph`).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

import numpy as np

from twin.sim.geometry import aligned, crossings, project
from twin.sim.parish import RoadKind
from twin.sim.roads_draft import Draft, Link
from twin.sim.roads_highways import JOIN_M, Chord, Highways
from twin.sim.streets import UNIT_M, Lattice

BESIDE_M = 60.0  # a street this close to a highway and along it would be the highway itself
SECTION_BESIDE_M = 110.0
ALONG = 0.85  # as `geometry.aligned` has it
REACH_M = 120.0  # a street that ends this close to a highway goes on to meet it

Meets: TypeAlias = dict[int, list[tuple[float, int]]]
"""By edge of the lattice: where it meets highways (share of its length, point). A share past its ends prolongs it."""


def weave(lattice: Lattice, highways: Highways, names: list[str]) -> None:
    """Put the lattice on the highways' draft, joined wherever a street crosses a highway or ends beside one.
    `names` by run."""
    draft = highways.draft
    _drop_doubles(lattice, highways.chords)
    _drop_under_ramps(lattice, draft)
    ids = {int(v): draft.point(*lattice.points[v]) for v in np.unique(np.concatenate([lattice.a, lattice.b]))}
    meets = _crossed(lattice, highways.chords, draft)
    meets |= _reached(lattice, meets, highways.chords, draft)
    ends = list(zip(lattice.a.tolist(), lattice.b.tolist(), strict=True))
    for edge, found in meets.items():
        for share, point in found:
            for vertex, own_share in zip(ends[edge], (0.0, 1.0), strict=True):
                if abs(share - own_share) * UNIT_M < JOIN_M:
                    ids[vertex] = point
    links: list[Link] = []
    for edge, (a, b) in enumerate(ends):
        kind: RoadKind = "secondary" if lattice.section[edge] else "street"
        stops = [point for _, point in sorted([(0.0, ids[a]), *meets.get(edge, ()), (1.0, ids[b])])]
        links += [Link(p, q, kind, names[lattice.run[edge]]) for p, q in pairwise(stops) if p != q]
    wet = highways.ground.wet(*draft.ends(links))
    draft.links += [link for link, is_wet in zip(links, wet.tolist(), strict=True) if not is_wet]


def _drop_doubles(lattice: Lattice, chords: list[Chord]) -> None:
    """Streets that run beside a highway are that highway."""
    start, end = lattice.ends()
    middle, step = (start + end) / 2, end - start
    beside = np.where(lattice.section, SECTION_BESIDE_M, BESIDE_M)
    keep = np.ones(len(start), dtype=np.bool_)
    for chord in chords:
        along = aligned(step, chord.end - chord.start) > ALONG
        keep &= ~(along & (project(middle, chord.start, chord.end)[0] < beside))
    lattice.keep(keep)


def _drop_under_ramps(lattice: Lattice, draft: Draft) -> None:
    start, end = lattice.ends()
    keep = np.ones(len(start), dtype=np.bool_)
    points = draft.xy()
    for link in draft.links:
        if link.kind == "ramp":
            keep[crossings(start, end, points[link.a], points[link.b])[0]] = False
    lattice.keep(keep | lattice.section)


def _crossed(lattice: Lattice, chords: list[Chord], draft: Draft) -> Meets:
    """Streets that cross a highway."""
    meets: Meets = {}
    start, end = lattice.ends()
    for chord in chords:
        for edge, share, along in zip(*crossings(start, end, chord.start, chord.end), strict=True):
            meets.setdefault(int(edge), []).append((float(share), chord.stop(draft, float(along))))
    return meets


def _reached(lattice: Lattice, crossed: Meets, chords: list[Chord], draft: Draft) -> Meets:
    """Streets that end short of a highway and go on to it, unless they have only just crossed one."""
    vertices, first, count = np.unique(np.concatenate([lattice.a, lattice.b]), return_index=True, return_counts=True)
    loose = lattice.points[vertices[count == 1]]
    gaps, along = (np.stack(found) for found in zip(*(project(loose, c.start, c.end) for c in chords), strict=True))
    nearest = gaps.argmin(axis=0)
    meets: Meets = {}
    for k, place in enumerate(first[count == 1].tolist()):
        edge, is_end = place % len(lattice.a), place >= len(lattice.a)
        chord = int(nearest[k])
        if edge not in crossed and gaps[chord, k] < REACH_M:
            beyond = float(gaps[chord, k]) / UNIT_M
            stop = chords[chord].stop(draft, float(along[chord, k]))
            meets.setdefault(edge, []).append((1 + beyond if is_end else -beyond, stop))
    return meets
