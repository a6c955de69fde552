"""What driving in the parish takes, and what asking about it costs: `python -m twin.sim.routing_figures` prints both.

Knows: a few trips that a local could judge, and a stopwatch.
Refuses to know: anything else.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from random import Random

from twin.sim import parish as facts
from twin.sim import roads
from twin.sim.parish import LatLon
from twin.sim.routing import Router

TRIPS = (
    ("Vinton to downtown Lake Charles", LatLon(30.191, -93.581), LatLon(30.2275, -93.2140)),
    ("CPSO headquarters to Sulphur", LatLon(30.227, -93.146), LatLon(30.234, -93.365)),
    ("DeQuincy to downtown Lake Charles", LatLon(30.450, -93.435), LatLon(30.2275, -93.2140)),
    ("Moss Bluff to Prien", LatLon(30.303, -93.200), LatLon(30.150, -93.255)),
    ("Hayes to Iowa", LatLon(30.111, -92.925), LatLon(30.239, -93.014)),
)
UNITS, MANY_UNITS = 80, 2_000


def main() -> None:
    """Minutes and kilometres of the trips at free flow, then microseconds of each question (median of many)."""
    parish, network = facts.load(), roads.load()
    router, dice = Router(network), Random(1)

    def near(place: LatLon) -> int:
        return router.nearest_node(*parish.plane.xy(*place))

    for name, start, end in TRIPS:
        route = router.route(near(start), near(end))
        metres = float(network.length_m[route.edges].sum())
        sys.stdout.write(f"{name:36} {route.seconds / 60:5.1f} min {metres / 1000:5.1f} km\n")

    homes = [near(LatLon(settlement.lat, settlement.lon)) for settlement in parish.people]
    units = [dice.choice(homes) for _ in range(UNITS)]
    many = [dice.randrange(network.nodes) for _ in range(MANY_UNITS)]
    response = router.route(near(TRIPS[1][1]), near(TRIPS[1][2]))
    leg = router.leg(response, 0)
    area = router.area(facts.planar(parish.plane, parish.place("Lake Charles").ring))
    questions: dict[str, Callable[[], object]] = {
        "route, from somewhere new": lambda: router.route(dice.randrange(network.nodes), homes[0]),
        "route, from where one began before": lambda: router.route(homes[0], dice.randrange(network.nodes)),
        f"nearest_k, 3 of {UNITS} units": lambda: router.nearest_k(dice.choice(homes), units, 3),
        f"nearest_k, all {UNITS} units": lambda: router.nearest_k(dice.choice(homes), units, UNITS),
        f"nearest_k, 5 of {MANY_UNITS} units": lambda: router.nearest_k(dice.choice(homes), many, 5),
        "nearest_node": lambda: router.nearest_node(dice.uniform(-4e4, 3e4), dice.uniform(-2e4, 2e4)),
        "nearest_edge": lambda: router.nearest_edge(dice.uniform(-4e4, 3e4), dice.uniform(-2e4, 2e4)),
        f"leg, {len(response.edges)} edges": lambda: router.leg(response, 0),
        "Leg.at": lambda: leg.at(dice.randrange(leg.arrives)),
        "wander": lambda: router.wander(dice, homes[0], 90.0, area),
    }
    for name, ask in questions.items():
        sys.stdout.write(f"{name:36} {_median_us(ask):8.1f} us\n")


def _median_us(ask: Callable[[], object], times: int = 400) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e6


if __name__ == "__main__":
    main()
