"""A road map in the making: points, links between them, and what each link is.

Knows: how a draft grows, and the surroundings every maker of roads asks about (water, density of people, limit).
Refuses to know: who draws (`roads_highways`, `streets`) and what the finished network looks like (`roads`).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from twin.sim.geometry import Floats, crossings, inside, touches
from twin.sim.parish import LatLon, Parish, RoadKind, Waypoint, planar, water_rings

TOWN_PER_KM2 = 100
CITY_PER_KM2 = 500
FRINGE = 1.4  # a census block group thins out this many of its own radii from its centre
OUTSKIRTS = 0.2
SMALL_PLACE = 15_000  # people; in a smaller place the census block groups are wider than the place itself


class Link(NamedTuple):
    """A straight piece of road from point `a` to point `b`, both ways unless `oneway`."""

    a: int
    b: int
    kind: RoadKind
    name: str
    oneway: bool = False


class Draft:
    """Points are metres on the plane, to the centimetre; a link names its points by index. `anchors` stay nodes,
    whether or not they decide anything."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []
        self.links: list[Link] = []
        self.anchors: list[int] = []

    def point(self, x: float, y: float) -> int:
        self.points.append((round(float(x), 2), round(float(y), 2)))
        return len(self.points) - 1

    def xy(self) -> Floats:
        return np.array(self.points, dtype=np.float64).reshape(-1, 2)

    def ends(self, links: Sequence[Link]) -> tuple[Floats, Floats]:
        """Where each of `links` begins and ends."""
        xy = self.xy()
        return xy[[link.a for link in links]], xy[[link.b for link in links]]


class Ground:
    """The parish on its plane, as makers of roads see it."""

    def __init__(self, parish: Parish) -> None:
        self.parish = parish
        self.plane = parish.plane
        self.limit = planar(self.plane, parish.boundary)
        self.water = water_rings(parish)
        self.runways = [
            planar(self.plane, runway.thresholds) for airport in parish.airports for runway in airport.runways
        ]

    def xy(self, points: Sequence[LatLon | Waypoint]) -> Floats:
        return planar(self.plane, points)

    @functools.cached_property
    def _settlements(self) -> tuple[cKDTree, Floats, Floats]:
        people = self.parish.people
        where = self.xy([LatLon(s.lat, s.lon) for s in people])
        density = np.array([s.per_km2 for s in people], dtype=np.float64)
        reach = FRINGE * 1000 * np.sqrt(np.array([s.people for s in people]) / density / np.pi)
        return cKDTree(where), density, reach

    def per_km2(self, points: Floats) -> Floats:
        """People per square kilometre around each of `points` (n, 2)."""
        tree, density, reach = self._settlements
        away, nearest = tree.query(points)
        around: Floats = density[nearest] * np.where(away > reach[nearest], OUTSKIRTS, 1.0)
        for place in self.parish.places:
            if place.people < SMALL_PLACE:
                ring = self.xy(place.ring)
                within = inside(points, ring)
                around[within] = np.maximum(around[within], place.people / _km2(ring))
        for centre in self.parish.centres:
            away = points - np.array(self.plane.xy(*centre.at))
            within = (away * away).sum(axis=1) < centre.radius_m**2
            around[within] = np.maximum(around[within], centre.per_km2)
        return around

    def shores(self, start: Floats, end: Floats) -> list[float]:
        """Where the segment `start`-`end` crosses the edge of water: shares of its length, in order."""
        found: list[float] = []
        for ring in self.water:
            found += crossings(ring, np.roll(ring, -1, axis=0), start, end)[2].tolist()
        return sorted(share for share in found if 0.0 < share < 1.0)

    def in_water(self, points: Floats) -> NDArray[np.bool_]:
        """Which of `points` (n, 2) lie in water."""
        wet = np.zeros(len(points), dtype=np.bool_)
        for ring in self.water:
            wet |= inside(points, ring)
        return wet

    def wet(self, start: Floats, end: Floats) -> NDArray[np.bool_]:
        """Which of the segments `start`-`end` (n, 2) touch water."""
        wet = np.zeros(len(start), dtype=np.bool_)
        low, high = np.minimum(start, end), np.maximum(start, end)
        for ring in self.water:
            near = np.flatnonzero((low <= ring.max(axis=0)).all(axis=1) & (high >= ring.min(axis=0)).all(axis=1))
            wet[near] |= touches(start[near], end[near], ring)
        return wet


def _km2(ring: Floats) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2e6
