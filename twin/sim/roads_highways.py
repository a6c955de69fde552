"""Ordinary highways on the plane: straight chords from point to point of their courses, which other roads may join.

Knows: how a course becomes chords, where highways meet, and that a stop too close to another is the same stop.
Refuses to know: motorways (`roads_motorways`) and streets.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from twin.sim.geometry import Floats, crossings
from twin.sim.parish import Highway, LatLon, RoadKind, Waypoint
from twin.sim.roads_draft import Draft, Ground, Link

JOIN_M = 18.0  # stops on a chord closer than this are one


@dataclass(slots=True)
class Chord:
    """A straight piece of a highway, from point `a` to `b`. `stops`: (share of its length, point), both ends too."""

    a: int
    b: int
    kind: RoadKind
    name: str
    start: Floats
    end: Floats
    stops: list[tuple[float, int]]

    @property
    def length_m(self) -> float:
        return math.dist(self.start, self.end)

    def stop(self, draft: Draft, share: float) -> int:
        """The point at `share` of the chord: one that is there already, or a new one."""
        for there, point in self.stops:
            if abs(there - share) * self.length_m < JOIN_M:
                return point
        point = draft.point(*(self.start + share * (self.end - self.start)))
        self.stops.append((share, point))
        return point


class Highways:
    """The chords on their draft. Whoever joins them puts stops on them; `finish` then links stop to stop."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.draft = Draft()
        self.chords: list[Chord] = []
        self._points: dict[LatLon, int] = {}
        for highway in ground.parish.highways:
            if highway.kind != "motorway":
                self._lay(highway)
        self._cross()
        self.draft.anchors += [self.at(gateway.at) for gateway in ground.parish.gateways]

    def at(self, where: LatLon | Waypoint) -> int:
        """The point there: highways that share a position share a point."""
        key = LatLon(where.lat, where.lon)
        if key not in self._points:
            self._points[key] = self.draft.point(*self.ground.plane.xy(*key))
        return self._points[key]

    def chord(self, a: int, b: int, kind: RoadKind, name: str) -> None:
        """Lay a chord, unless one lies there: where two highways run together, the first has drawn the road."""
        if all({a, b} != {chord.a, chord.b} for chord in self.chords):
            start, end = (np.array(self.draft.points[point]) for point in (a, b))
            self.chords.append(Chord(a, b, kind, name, start, end, [(0.0, a), (1.0, b)]))

    def finish(self, blind: list[int]) -> None:
        """Link every chord from stop to stop, but not to the `blind` points, which no road goes on from."""
        for chord in self.chords:
            for a, b in pairwise(point for _, point in sorted(chord.stops)):
                if a not in blind and b not in blind:
                    self.draft.links.append(Link(a, b, chord.kind, chord.name))

    def _lay(self, highway: Highway) -> None:
        for a, b in pairwise([self.at(waypoint) for waypoint in highway.course]):
            self.chord(a, b, highway.kind, highway.name)

    def _cross(self) -> None:
        """Chords that cross without a shared point meet at a stop."""
        for i, chord in enumerate(self.chords[:-1]):
            others = self.chords[i + 1 :]
            starts, ends = np.array([other.start for other in others]), np.array([other.end for other in others])
            for j, share, own_share in zip(*crossings(starts, ends, chord.start, chord.end), strict=True):
                if not {chord.a, chord.b} & {others[j].a, others[j].b}:
                    point = chord.stop(self.draft, float(own_share))
                    others[j].stops.append((float(share), point))
