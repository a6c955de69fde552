"""Road times: who is nearest by road, not by crow.

Knows: the roads of the site's map, and how to find road times to one place from several.
Refuses to know: what the times are for, and who drives.

One bounded sweep from the place over the reversed roads answers for every candidate at once. Where the map has no
roads, or a candidate stands far from any, the straight line at a cautious speed must do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from itertools import pairwise
from math import cos, radians
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from center.core.effects import Route
from center.core.events import RouteTime
from center.core.geo import METRES_PER_DEGREE, distance_m

FAR_FROM_ROADS_M = 2_000.0
OFF_ROAD_MPS = 8.0
DETOUR = 1.35
LIMIT_S = 3_600.0
FIRST_SWEEP_S = 300.0
WIDER = 3.0
DEFAULT_MPS = {"motorway": 29.0, "trunk": 24.5, "primary": 22.0, "secondary": 20.0, "ramp": 16.0, "street": 11.0}


class RoadMap:
    """Roads as a graph. Built from GeoJSON LineStrings with `layer` = road, `class`, and optionally `speed_mps` and
    `oneway`; lines meet where they share a vertex (to about a metre)."""

    def __init__(self, features: Iterable[dict[str, Any]]) -> None:
        nodes: dict[tuple[int, int], int] = {}
        tails: list[int] = []
        heads: list[int] = []
        seconds: list[float] = []
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
                tails.append(a)
                heads.append(b)
                seconds.append(time_s)
                if not properties.get("oneway"):
                    tails.append(b)
                    heads.append(a)
                    seconds.append(time_s)
        self.size = len(nodes)
        if not self.size:
            return
        degrees = np.array(list(nodes), dtype=np.float64) / 1e5
        self._east = METRES_PER_DEGREE * cos(radians(float(degrees[:, 1].mean())))
        self._tree = cKDTree(degrees * (self._east, METRES_PER_DEGREE))
        # Reversed: a sweep from the place finds the time from every node *to* the place. Of parallel roads the faster
        # counts.
        order = np.lexsort((seconds, tails, heads))
        pairs = np.stack((np.array(heads)[order], np.array(tails)[order]))
        first = np.concatenate(([True], np.any(pairs[:, 1:] != pairs[:, :-1], axis=0)))
        self._reversed = csr_matrix(
            (np.array(seconds)[order][first], (pairs[0][first], pairs[1][first])), shape=(self.size, self.size)
        )

    def times(self, route: Route) -> tuple[RouteTime, ...]:
        """Seconds from each candidate to the place, nearest first, ties by unit; to a tenth of a second."""
        if not route.candidates:
            return ()
        if not self.size:
            found = [RouteTime(c.unit, _straight_s(c.lat, c.lon, route.lat, route.lon)) for c in route.candidates]
            return tuple(sorted(found, key=_order))
        off_road_m, node = self._nearest([(route.lon, route.lat)])
        metres, nodes = self._nearest([(c.lon, c.lat) for c in route.candidates])
        swept = self._swept(int(node[0]), nodes)
        found = []
        for candidate, to_road_m, at in zip(route.candidates, metres, nodes, strict=True):
            by_road = float(swept[at]) + (float(to_road_m) + float(off_road_m[0])) / OFF_ROAD_MPS
            if to_road_m > FAR_FROM_ROADS_M or off_road_m[0] > FAR_FROM_ROADS_M:
                by_road = _straight_s(candidate.lat, candidate.lon, route.lat, route.lon)
            if by_road < LIMIT_S:
                found.append(RouteTime(candidate.unit, round(by_road, 1)))
        return tuple(sorted(found, key=_order))

    def _swept(self, place: int, nodes: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """Seconds to `place` from every node, as far as is needed to meet all of `nodes`; who is near is met soon."""
        reach_s = FIRST_SWEEP_S
        while True:
            swept: npt.NDArray[np.float64] = dijkstra(self._reversed, indices=place, limit=reach_s)
            if reach_s >= LIMIT_S or bool(np.isfinite(swept[nodes]).all()):
                return swept
            reach_s = min(reach_s * WIDER, LIMIT_S)

    def _nearest(self, lonlat: Sequence[tuple[float, float]]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
        metres, nodes = self._tree.query(np.array(lonlat, dtype=np.float64) * (self._east, METRES_PER_DEGREE))
        return metres, nodes


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
        times: Callable[[Route], tuple[RouteTime, ...]],
    ) -> None:
        self._executor = executor
        self._post = post
        self._times = times

    def ask(self, effect: Route, then: Callable[[tuple[RouteTime, ...]], None]) -> None:
        def work() -> None:
            times = self._times(effect)
            self._post(lambda: then(times))

        self._executor.submit(work)


def _straight_s(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    return round(distance_m(lat_a, lon_a, lat_b, lon_b) * DETOUR / DEFAULT_MPS["street"], 1)


def _order(time: RouteTime) -> tuple[float, str]:
    return time.seconds, time.unit
