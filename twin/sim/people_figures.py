"""How many residents there are, and what asking costs: the figures of docs/world.md.

Knows: how to count them, and how to time an answer.
Refuses to know: how they are made.

    python -m twin.sim.people_figures
"""

from __future__ import annotations

import sys
import time

import numpy as np

from twin.sim import homes as premises
from twin.sim import parish as facts
from twin.sim.people import People
from twin.streams import Streams


def figures(people: People) -> dict[str, float]:
    """What a reader wants to know of the residents."""
    census = people.census
    grown = int(np.count_nonzero(people._grown))
    occupied = int(np.count_nonzero(np.diff(census.first_person)))
    return {
        "people": len(people),
        "households": occupied,
        "people_a_household": round(len(people) / occupied, 2),
        "under_18": round(float((census.born > -18 * 365.25).mean()), 3),
        "over_65": round(float((census.born < -65 * 365.25).mean()), 3),
        "over_18": grown,
        "cars": people.cars,
        "cars_texas": round(float((census.layout == 2).mean()), 3),
        "licences": int(people._licensed.sum()),
        "accounts": int(people._online.sum()),
        "wanted": int(people._wanted.sum()),
        "known_otherwise": sum(len(found) for found in people._by_alias.values()),
        "protection_orders": sum(len(found) for found in people._orders.values()) // 2,
    }


def main() -> None:
    """Print the figures, and what asking costs."""
    parish, homes = facts.load(), premises.load()
    start = time.perf_counter()
    people = People(Streams(1), parish, homes)
    people.person(12_345)
    first_s = time.perf_counter() - start
    costs = {"first_person_ms": round(first_s * 1e3, 1)}
    plates = [people.vehicle_at(car) for car in range(0, people.cars, 97)]
    some = range(0, len(people), 97)
    people.by_name("Landry", "James")
    for name, ask, arguments in (
        ("person_us", people.person, [(one,) for one in some]),
        ("vehicle_at_us", people.vehicle_at, [(one,) for one in range(0, people.cars, 97)]),
        ("owner_of_us", people.owner_of, [(one.plate, one.state) for one in plates]),
        ("licence_us", people.licence, [(one,) for one in some]),
        ("by_name_us", people.by_name, [(people.person(one).last, people.person(one).first) for one in some]),
    ):
        start = time.perf_counter()
        for one in arguments:
            ask(*one)
        costs[name] = round((time.perf_counter() - start) / len(arguments) * 1e6, 1)
    for name, value in {**figures(people), **costs}.items():
        sys.stdout.write(f"{name:24} {value}\n")


if __name__ == "__main__":
    main()
