"""Roads with nothing but their crossings: what lies between two of them is one way.

Knows: how a net of points and directed stretches is drawn together, and the quickest way over what is left, from any of
its points and to any.
Refuses to know: where the points are on earth, and who drives.

Three quarters of a map's points only say how a road bends. A sweep that need not visit them takes half the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

WIDER = 2.0
SIDES = 2  # by which a point between crossings is reached, and left
ENDS = 64  # from which one sweep may start at once
Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Stretches = Mapping[tuple[int, int], float]


class Sides(NamedTuple):
    """For each point: the crossings at its sides, the seconds to or from them, on which way, and how far along it in
    seconds. A crossing is its own, on no way (-1); a side that there is not takes for ever."""

    crossing: Indices
    seconds: Floats
    way: Indices
    along_s: Floats


class Crossings:
    """`stretches` maps (from, to), indices of points, to seconds. `ways` are the points of each way between crossings,
    these first and last."""

    def __init__(self, points: int, stretches: Stretches) -> None:
        self._out: list[dict[int, float]] = [{} for _ in range(points)]
        into: list[list[int]] = [[] for _ in range(points)]
        for (a, b), seconds in stretches.items():
            self._out[a][b] = seconds
            into[b].append(a)
        self._is_between = [_is_between(out, ways_in) for out, ways_in in zip(self._out, into, strict=True)]
        self.ways: list[list[int]] = []
        self.quickest: dict[tuple[int, int], tuple[float, int]] = {}
        self.entry, self.exit = _no_sides(points), _no_sides(points)
        for point in range(points):
            if not self._is_between[point]:
                self._begin(point)
        for point in range(points):
            if self._is_between[point] and self.entry.way[point, 0] < 0:  # a ring that meets no other road
                self._is_between[point] = False
                self._begin(point)
        seconds_of = {pair: seconds for pair, (seconds, _) in self.quickest.items()}
        self._ahead = _Net(points, seconds_of)
        self._behind = _Net(points, {(b, a): seconds for (a, b), seconds in seconds_of.items()})

    def to(self, place: int, points: Indices, guess_s: float, limit_s: float) -> Floats:
        """Seconds to a place from points, endless beyond the limit; `guess_s` is how far it may be to the farthest."""
        ends = _ends(self.entry, (place,))
        direct = np.array([self._along(int(point), place) for point in points])
        reach_s = guess_s
        while True:
            reach_s = min(reach_s, limit_s)
            swept = self._behind.sweep(ends, reach_s)
            by_crossing: Floats = (swept[self.exit.crossing[points]] + self.exit.seconds[points]).min(axis=1)
            found: Floats = np.minimum(by_crossing, direct)
            if reach_s == limit_s or bool(np.isfinite(found).all()):
                return found
            reach_s *= WIDER

    def ahead(self, starts: Sequence[int], limit_s: float) -> Ahead:
        """How soon everything can be reached from the nearest of some points."""
        return Ahead(self, starts, self._ahead.sweep_with_ways(_ends(self.exit, starts), limit_s))

    def _along(self, a: int, b: int) -> float:
        """Seconds from one point to another on the same way, without a crossing between."""
        if a == b:
            return 0.0
        return min(
            (
                float(self.entry.along_s[b, there] - self.entry.along_s[a, here])
                for here in range(SIDES)
                for there in range(SIDES)
                if 0 <= self.entry.way[a, here] == self.entry.way[b, there]
                and self.entry.along_s[a, here] < self.entry.along_s[b, there]
            ),
            default=np.inf,
        )

    def _begin(self, crossing: int) -> None:
        """Follow every way that begins here to the next crossing."""
        for sides in (self.entry, self.exit):
            sides.crossing[crossing, 0], sides.seconds[crossing, 0] = crossing, 0.0
        for first, seconds in self._out[crossing].items():
            line, times = [crossing, first], [0.0, seconds]
            while self._is_between[line[-1]]:
                here = line[-1]
                following = next(other for other in self._out[here] if other != line[-2])
                times.append(times[-1] + self._out[here][following])
                line.append(following)
            self._file(line, times)

    def _file(self, line: list[int], times: list[float]) -> None:
        way, pair = len(self.ways), (line[0], line[-1])
        self.ways.append(line)
        if pair not in self.quickest or times[-1] < self.quickest[pair][0]:
            self.quickest[pair] = times[-1], way
        for point, along_s in zip(line[1:-1], times[1:-1], strict=True):
            side = int(self.entry.way[point, 0] >= 0)
            self.entry.crossing[point, side], self.exit.crossing[point, side] = pair
            self.entry.seconds[point, side], self.exit.seconds[point, side] = along_s, times[-1] - along_s
            for sides in (self.entry, self.exit):
                sides.way[point, side], sides.along_s[point, side] = way, along_s


class Ahead:
    """A sweep from some points: when it reaches others, and over which points."""

    def __init__(self, roads: Crossings, starts: Sequence[int], swept: tuple[Floats, Indices]) -> None:
        self._roads = roads
        self._seconds, self._before = swept
        self._starts = starts
        self._on_way: dict[int, list[tuple[float, int]]] = {}
        for start in starts:
            for side in range(SIDES):
                way = int(roads.exit.way[start, side])
                if way >= 0:
                    self._on_way.setdefault(way, []).append((float(roads.exit.along_s[start, side]), start))

    def reaches(self, point: int) -> tuple[float, list[int]]:
        """After how many seconds (endless: not within the limit), and over which points, the start and this among
        them."""
        if point in self._starts:
            return 0.0, [point]
        entry = self._roads.entry
        found: list[tuple[float, int, int]] = []  # seconds, side, where on the same way it starts or -1
        for side in range(SIDES):
            found.append((float(self._seconds[entry.crossing[point, side]] + entry.seconds[point, side]), side, -1))
            along_s = float(entry.along_s[point, side])
            for began_s, start in self._on_way.get(int(entry.way[point, side]), ()):
                if began_s < along_s:
                    found.append((along_s - began_s, side, start))
        seconds, side, start = min(found)
        if not np.isfinite(seconds):
            return np.inf, []
        return seconds, self._line(point, side, start)

    def _line(self, point: int, side: int, start: int) -> list[int]:
        entry, ways = self._roads.entry, self._roads.ways
        way = int(entry.way[point, side])
        if start >= 0:
            return ways[way][ways[way].index(start) : ways[way].index(point) + 1]
        crossings = [int(entry.crossing[point, side])]
        while 0 <= (before := int(self._before[crossings[-1]])) < len(self._seconds) - 1:
            crossings.append(before)
        crossings.reverse()
        line = self._head(crossings[0])
        for pair in pairwise(crossings):
            line += ways[self._roads.quickest[pair][1]][1:]
        return line if way < 0 else line + ways[way][1 : ways[way].index(point) + 1]

    def _head(self, first: int) -> list[int]:
        """From the start to the first crossing."""
        leave = self._roads.exit
        sides = [(leave.seconds[start, side], start, side) for start in self._starts for side in range(SIDES)]
        _, start, side = min(one for one in sides if leave.crossing[one[1], one[2]] == first and np.isfinite(one[0]))
        way = int(leave.way[start, side])
        return [first] if way < 0 else self._roads.ways[way][self._roads.ways[way].index(start) :]


class _Net:
    """A sweep's matrix. Its last row is where a sweep starts from: the points there are put in anew each time, so that
    one sweep may begin at several, each with some seconds gone. For one thread at a time."""

    def __init__(self, points: int, stretches: Stretches) -> None:
        self._start = points
        rows = np.array([*(a for a, _ in stretches), *[points] * ENDS], np.intp)
        columns = np.array([*(b for _, b in stretches), *[points] * ENDS], np.intp)
        weights = np.array([*stretches.values(), *[0.0] * ENDS])
        order = np.lexsort((columns, rows))
        pointers = np.searchsorted(rows[order], np.arange(points + 2))
        self._matrix = csr_matrix((weights[order], columns[order], pointers), shape=(points + 1, points + 1))

    def sweep(self, ends: Sequence[tuple[int, float]], limit_s: float) -> Floats:
        swept: Floats = dijkstra(self._from(ends), indices=self._start, limit=limit_s)
        return swept

    def sweep_with_ways(self, ends: Sequence[tuple[int, float]], limit_s: float) -> tuple[Floats, Indices]:
        """With the crossing before each on the quickest way; before the first, one that there is not."""
        seconds, before = dijkstra(self._from(ends), indices=self._start, limit=limit_s, return_predecessors=True)
        return seconds, before

    def _from(self, ends: Sequence[tuple[int, float]]) -> csr_matrix:
        given = list(ends)[:ENDS]
        given += [(self._start, 0.0)] * (ENDS - len(given))  # to itself: leads nowhere
        self._matrix.indices[-ENDS:] = [point for point, _ in given]
        self._matrix.data[-ENDS:] = [seconds for _, seconds in given]
        return self._matrix


def _is_between(out: Mapping[int, float], into: Sequence[int]) -> bool:
    """Whether a point only lies on the way from one neighbour to another, in one direction or in both."""
    around = set(out) | set(into)
    return len(around) == SIDES and len(out) == len(into) and (len(out) == SIDES or out.keys().isdisjoint(into))


def _no_sides(points: int) -> Sides:
    shape = (points, SIDES)
    return Sides(np.zeros(shape, np.intp), np.full(shape, np.inf), np.full(shape, -1, np.intp), np.full(shape, np.inf))


def _ends(sides: Sides, points: Sequence[int]) -> list[tuple[int, float]]:
    """Where a sweep begins for some points, the nearest first."""
    ends = [
        (int(sides.crossing[point, side]), float(sides.seconds[point, side]))
        for point in points
        for side in range(SIDES)
        if np.isfinite(sides.seconds[point, side])
    ]
    return sorted(ends, key=lambda end: (end[1], end[0]))
