"""Road times: who is nearest by road, not by crow, and where a car can be next.

Knows: the roads of the site's map, how to find road times to one place from several, and which of several places a car
meets first.
Refuses to know: what the times are for, and who drives.

One bounded sweep answers for every candidate at once: over the reversed roads to a place, over the roads as they are
from one. Where the map has no roads, or a candidate stands far from any, the straight line at a cautious speed must do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from itertools import pairwise
from math import cos, inf, radians
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from center.core.effects import Reach, Route, Stand
from center.core.events import RouteTime
from center.core.geo import METRES_PER_DEGREE, distance_m

if TYPE_CHECKING:
    from center.crossings import Ahead

FAR_FROM_ROADS_M = 2_000.0
OFF_ROAD_MPS = 8.0
DETOUR = 1.35
LIMIT_S = 3_600.0
FIRST_SWEEP_S, USUAL_MPS = 60.0, 12.0  # within so much, roads go as far as that as the crow flies, mostly
BESIDE_M = 60.0  # a reader at a motorway stands beside both of its carriageways
SAME_PLACE_S = 10.0
NAMED_WAYS = 2
AS_THE_CROW_FLIES = "as the crow flies"
DEFAULT_MPS = {"motorway": 29.0, "trunk": 24.5, "primary": 22.0, "secondary": 20.0, "ramp": 16.0, "street": 11.0}
Times = tuple[RouteTime, ...]


class RoadMap:
    """Roads as a graph. Built from GeoJSON LineStrings with `layer` = road, `class`, and optionally `name`, `speed_mps`
    and `oneway`; lines meet where they share a vertex (to about a metre). For one thread at a time."""

    def __init__(self, features: Iterable[dict[str, Any]]) -> None:
        nodes: dict[tuple[int, int], int] = {}
        stretches: dict[tuple[int, int], float] = {}
        self._names: dict[tuple[int, int], str] = {}
        for feature in features:
            properties = feature.get("properties") or {}
            geometry = feature.get("geometry") or {}
            if properties.get("layer") != "road" or geometry.get("type") != "LineString":
                continue
            speed = float(properties.get("speed_mps") or DEFAULT_MPS.get(str(properties.get("class")), 11.0))
            line = geometry["coordinates"]
            ends = [nodes.setdefault((round(p[0] * 1e5), round(p[1] * 1e5)), len(nodes)) for p in line]
            for (a, b), (p, q) in zip(pairwise(ends), pairwise(line), strict=True):
                if a == b:
                    continue
                time_s = max(0.01, distance_m(p[1], p[0], q[1], q[0]) / speed)
                for pair in ((a, b),) if properties.get("oneway") else ((a, b), (b, a)):
                    if time_s < stretches.get(pair, inf):  # of parallel roads the faster counts
                        stretches[pair] = time_s
                        self._names[pair] = str(properties.get("name") or "")
        self.size = len(nodes)
        if not self.size:
            return
        from scipy.spatial import cKDTree  # half of what a center without a map would take to start

        from center.crossings import Crossings

        degrees = np.array(list(nodes), dtype=np.float64) / 1e5
        self._east = METRES_PER_DEGREE * cos(radians(float(degrees[:, 1].mean())))
        self._tree = cKDTree(degrees * (self._east, METRES_PER_DEGREE))
        self._stretches = stretches
        self._roads = Crossings(self.size, stretches)

    def answer(self, asked: Route | Reach) -> Times:
        return self.times(asked) if isinstance(asked, Route) else self.ahead(asked)

    def times(self, route: Route) -> Times:
        """Seconds from each candidate to the place, nearest first, ties by unit; to a tenth of a second."""
        if not route.candidates:
            return ()
        if not self.size:
            found = [RouteTime(c.unit, _straight_s(c.lat, c.lon, route.lat, route.lon)) for c in route.candidates]
            return tuple(sorted(found, key=_order))
        metres, nodes = self._nearest([(route.lon, route.lat), *((c.lon, c.lat) for c in route.candidates)])
        far_m = max(distance_m(c.lat, c.lon, route.lat, route.lon) for c in route.candidates)
        by_road = self._roads.to(int(nodes[0]), nodes[1:], FIRST_SWEEP_S + far_m / USUAL_MPS, LIMIT_S)
        found = []
        for candidate, to_road_m, seconds in zip(route.candidates, metres[1:], by_road, strict=True):
            seconds = float(seconds) + (float(to_road_m) + float(metres[0])) / OFF_ROAD_MPS
            if to_road_m > FAR_FROM_ROADS_M or metres[0] > FAR_FROM_ROADS_M:
                seconds = _straight_s(candidate.lat, candidate.lon, route.lat, route.lon)
            if seconds < LIMIT_S:
                found.append(RouteTime(candidate.unit, round(seconds, 1)))
        return tuple(sorted(found, key=_order))

    def ahead(self, reach: Reach) -> Times:
        """Seconds from the place to each candidate that a car from there can meet next: within the time asked for, and
        with no other candidate on the quickest way to it; soonest first, ties by name. `via`: what it drives on."""
        starts = self._beside(reach.lat, reach.lon)
        ahead = self._roads.ahead(starts, reach.within_s) if starts else None
        arrivals = sorted((self._arrival(reach, one, ahead) for one in reach.candidates), key=_soonest)
        arrivals = [one for one in arrivals if SAME_PLACE_S <= one.seconds < reach.within_s]
        return tuple(
            RouteTime(one.name, round(one.seconds, 1), one.via)
            for one in arrivals
            if not any(other.is_before(one) for other in arrivals)
        )

    def _arrival(self, reach: Reach, there: Stand, ahead: Ahead | None) -> Arrival:
        beside = self._beside(there.lat, there.lon)
        if ahead is None or not beside:
            straight_s = _straight_s(reach.lat, reach.lon, there.lat, there.lon)
            return Arrival(there.unit, straight_s, AS_THE_CROW_FLIES, frozenset(), frozenset())
        seconds, line = min((ahead.reaches(point) for point in beside), key=lambda found: found[0])
        return Arrival(there.unit, seconds, self._via(line), frozenset(line), frozenset(beside))

    def _via(self, line: Sequence[int]) -> str:
        """The roads that most of the time is spent on, in the order in which they come."""
        spent: dict[str, float] = {}
        for pair in pairwise(line):
            name = self._names[pair]
            if name:
                spent[name] = spent.get(name, 0.0) + self._stretches[pair]
        most = sorted(spent, key=lambda name: -spent[name])[:NAMED_WAYS]
        return ", ".join(name for name in spent if name in most)

    def _beside(self, lat: float, lon: float) -> list[int]:
        """The points of roads at a place: all that are near, else the nearest; none where no road is."""
        if not self.size:
            return []
        xy = np.array((lon * self._east, lat * METRES_PER_DEGREE))
        near: list[int] = sorted(self._tree.query_ball_point(xy, BESIDE_M))
        metres, nearest = self._tree.query(xy)
        return near or ([int(nearest)] if metres <= FAR_FROM_ROADS_M else [])

    def _nearest(self, lonlat: Sequence[tuple[float, float]]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
        metres, nodes = self._tree.query(np.array(lonlat, dtype=np.float64) * (self._east, METRES_PER_DEGREE))
        return metres, nodes


class Arrival(NamedTuple):
    """When a car can be at a place, over which points, and which points are that place."""

    name: str
    seconds: float
    via: str
    points: frozenset[int]
    beside: frozenset[int]

    def is_before(self, other: Arrival) -> bool:
        """Whether whoever drives there comes by here first. What stands at one place comes at once."""
        return self.seconds + SAME_PLACE_S <= other.seconds and not self.beside.isdisjoint(other.points)


def load(path: Path | None) -> RoadMap:
    """The roads of a GeoJSON file; none without a file. Raises ValueError that names the file."""
    if path is None:
        return RoadMap(())
    try:
        collection = json.loads(path.read_bytes())
        return RoadMap(collection["features"])
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"{path}: not a GeoJSON FeatureCollection with roads: {error!r}") from error


class ExecutorRouter:
    """Asks a worker thread, and hands the answer over by `post` (an event loop's call_soon_threadsafe)."""

    def __init__(
        self,
        executor: Executor,
        post: Callable[[Callable[[], None]], object],
        answer: Callable[[Route | Reach], Times],
    ) -> None:
        self._executor = executor
        self._post = post
        self._answer = answer

    def ask(self, effect: Route | Reach, then: Callable[[Times], None]) -> None:
        def work() -> None:
            times = self._answer(effect)
            self._post(lambda: then(times))

        self._executor.submit(work)


def _straight_s(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    return round(distance_m(lat_a, lon_a, lat_b, lon_b) * DETOUR / DEFAULT_MPS["street"], 1)


def _order(time: RouteTime) -> tuple[float, str]:
    return time.seconds, time.unit


def _soonest(arrival: Arrival) -> tuple[float, str]:
    return arrival.seconds, arrival.name
