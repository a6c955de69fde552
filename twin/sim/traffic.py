"""Cars that pass plate readers.

Knows: where traffic comes from and goes to, which readers it passes on its way, and how much of it there is.
Refuses to know: anything of a car between readers; nobody looks there.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from random import Random
from typing import NamedTuple

from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import Passage
from twin.sim.parish import Parish
from twin.sim.plates import Vehicle, vehicle
from twin.sim.rhythm import Rhythm
from twin.sim.routing import Router
from twin.sim.routing_leg import Watched, passages

JOURNEYS = 240
THROUGH_SHARE = 0.35  # of all journeys that pass a reader: from gateway to gateway (assumption)
TX_SHARE_THROUGH, TX_SHARE_LOCAL = 0.27, 0.07  # verified range 25-30 % on I-10, 6-8 % on arterials (assumption)

Passed = Callable[[str, Passage], None]


class ReaderView(NamedTuple):
    """Where a reader stands and which way the traffic goes that it sees."""

    lat: float
    lon: float
    course_deg: float


class Journey(NamedTuple):
    """A way through the parish: the readers on it, and when they are passed after departure."""

    readers: tuple[tuple[str, int], ...]
    through: bool


class Traffic:
    """`reads_a_day` passages past the readers in `watched`; `passed(reader, passage)` is called for each."""

    def __init__(
        self,
        env: Environment,
        router: Router,
        parish: Parish,
        watched: Watched,
        views: dict[str, ReaderView],
        reads_a_day: float,
        factor: Callable[[int], float],
        dice: Random,
        passed: Passed,
    ) -> None:
        self._env = env
        self._dice = dice
        self._views = views
        self._passed = passed
        self._serial = 0
        journeys = _journeys(router, parish, watched, dice) if watched and reads_a_day else []
        self._journeys = journeys
        if not journeys:
            return
        through = sum(journey.through for journey in journeys)
        weights = [
            THROUGH_SHARE / through if journey.through else (1 - THROUGH_SHARE) / max(1, len(journeys) - through)
            for journey in journeys
        ]
        total = sum(weights)
        self._cumulative = list(accumulate(weight / total for weight in weights))
        reads_each = sum(w / total * len(j.readers) for w, j in zip(weights, journeys, strict=True))
        Rhythm(env, reads_a_day / reads_each, factor, dice, self._depart)

    def _depart(self) -> None:
        dice = self._dice
        journey = self._journeys[min(bisect(self._cumulative, dice.random()), len(self._journeys) - 1)]
        state = "TX" if dice.random() < (TX_SHARE_THROUGH if journey.through else TX_SHARE_LOCAL) else "LA"
        car = vehicle(dice, state)
        pace = dice.uniform(0.9, 1.12)
        self._serial += 1
        name = f"car-{self._serial}"
        for reader, after_us in journey.readers:
            call_later(self._env, int(after_us / pace), self._pass, reader, name, car)

    def _pass(self, reader: str, name: str, car: Vehicle) -> None:
        self._passed(reader, passage(now_us(self._env), name, car, self._views[reader]))


def passage(at_us: int, name: str, car: Vehicle, view: ReaderView) -> Passage:
    """A car in front of a reader."""
    return Passage(
        at_us=at_us,
        vehicle=name,
        plate=car.plate,
        state=car.state,
        make=car.make,
        model=car.model,
        color=car.color,
        body=car.body,
        lat=view.lat,
        lon=view.lon,
        course_deg=view.course_deg,
    )


def _journeys(router: Router, parish: Parish, watched: Watched, dice: Random) -> list[Journey]:
    """Ways between gateways, and between settlements and either, that pass at least one reader."""
    plane = parish.plane
    gates = [router.nearest_node(*plane.xy(*gate.at)) for gate in parish.gateways]
    shares = [gate.share for gate in parish.gateways]
    homes = [router.nearest_node(*plane.xy(home.lat, home.lon)) for home in parish.people]
    people = [home.people for home in parish.people]
    journeys = []
    for _ in range(4):  # a few origins at a time, so that their quickest-way trees are used while they are kept
        starts = dice.choices(gates, shares, k=8) + dice.choices(homes, people, k=16)
        for start in dict.fromkeys(starts):
            from_gate = start in gates
            ends = dice.choices(gates, shares, k=6) + dice.choices(homes, people, k=10)
            for end in dict.fromkeys(ends):
                if end == start:
                    continue
                found = passages(router.steps, router.route(start, end).edges, 0, 1.0, watched)
                if found:
                    readers = tuple((one.name, one.at) for one in found)
                    journeys.append(Journey(readers, from_gate and end in gates))
    return journeys
