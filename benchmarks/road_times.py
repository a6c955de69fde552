"""What the center's router takes on the parish's roads: who is nearest, and where a car can be next.

Knows: the parish's map, and questions as the desks ask them.
Refuses to know: what follows from an answer. The answers themselves are checked by tests/center/test_routing.py.

Times are of the processor, of one question: 12 of 80 units, the nearest as the crow flies, to a place anywhere on the
roads; and the readers that a car can be next at from one of them, within a quarter of an hour.

    python -m benchmarks.road_times [--quick] [--json]
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from random import Random

from benchmarks.figures import Result, heading, one_core, present, row, spread
from center.core.effects import Reach, Route, Stand
from center.core.geo import distance_m
from center.routing import RoadMap, load
from twin.parish_files import roads_file
from twin.sim import parish, roads

UNITS, CANDIDATES = 80, 12
WITHIN_S = 900
SEED = 1


def main() -> None:
    present(__doc__, lambda quick: {"road_times": measure(quick)}, lambda result: "\n".join(rows(result["road_times"])))


def measure(quick: bool) -> Result:
    here, network = parish.load(), roads.load()
    router = load(roads_file(here, network))
    dice = Random(SEED)
    nodes = network.node_xy.tolist()
    nearest = [_nearest([here.plane.latlon(*dice.choice(nodes)) for _ in range(UNITS + 1)]) for _ in range(200)]
    readers = [Stand(site.reader, site.at.lat, site.at.lon) for site in here.readers]
    ahead = [_ahead(one, readers) for one in readers]
    repeats = 1 if quick else 5
    with one_core():
        return {"nearest_ms": _took(router, nearest * repeats), "ahead_ms": _took(router, ahead * repeats)}


def rows(result: Result) -> list[str]:
    return [
        heading("the router, milliseconds a question"),
        row(f"nearest by road, {CANDIDATES} of {UNITS} units", result["nearest_ms"], "of processor time"),
        row("readers that a car can be next at", result["ahead_ms"], "of processor time"),
    ]


def _nearest(places: Sequence[tuple[float, float]]) -> Route:
    (lat, lon), *units = places
    stands = [Stand(f"unit {number}", *at) for number, at in enumerate(units)]
    stands.sort(key=lambda stand: distance_m(stand.lat, stand.lon, lat, lon))
    return Route(id="q", lat=lat, lon=lon, candidates=tuple(stands[:CANDIDATES]))


def _ahead(here: Stand, readers: Sequence[Stand]) -> Reach:
    others = tuple(reader for reader in readers if reader != here)
    return Reach(id="q", lat=here.lat, lon=here.lon, candidates=others, within_s=WITHIN_S)


def _took(router: RoadMap, questions: Sequence[Route | Reach]) -> dict[str, float]:
    took = []
    for question in questions:
        began = time.thread_time_ns()
        router.answer(question)
        took.append((time.thread_time_ns() - began) / 1e6)
    return spread(took, 3)


if __name__ == "__main__":
    main()
