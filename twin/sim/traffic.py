"""Cars that pass plate readers.

Knows: where traffic comes from and goes to, whose cars it is, which readers it passes on its way, and how much of it
there is.
Refuses to know: anything of a car between readers; nobody looks there.

Who drives from or to a home here is mostly a resident of that block group in a car of theirs; everyone else is a
stranger, whose plate is on nobody's record.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from random import Random
from typing import NamedTuple

import numpy as np
from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import Passage
from twin.sim.parish import Parish
from twin.sim.people import People
from twin.sim.people_numbers import LAYOUTS, plate_seed, plate_text, strangers_plates
from twin.sim.plates import LA_CURRENT_SHARE, Vehicle, vehicle
from twin.sim.rhythm import Rhythm
from twin.sim.routing import Router
from twin.sim.routing_leg import Watched, passages
from twin.streams import Streams

THROUGH_SHARE = 0.35  # of all journeys that pass a reader: from gateway to gateway (assumption)
RESIDENTS_SHARE = 0.85  # of journeys from or to a home here (assumption)
TX_SHARE = 0.27  # of strangers: 25-30 % of cars on I-10 are Texas's (assumption), 6-8 % of those on arterials
STRANGERS_AT_ONCE = 4096

Passed = Callable[[str, Passage], None]


class ReaderView(NamedTuple):
    """Where a reader stands and which way the traffic goes that it sees."""

    lat: float
    lon: float
    course_deg: float


class Journey(NamedTuple):
    """A way through the parish: the readers on it, and when they are passed after departure. `home` is the block group
    that it begins or ends in, None for one from gateway to gateway."""

    readers: tuple[tuple[str, int], ...]
    home: int | None

    @property
    def through(self) -> bool:
        return self.home is None


class Strangers:
    """Cars that nobody here owns and no list names, one after the other."""

    def __init__(self, streams: Streams, name: str = "strangers") -> None:
        self._seed = plate_seed(streams)
        self._dice = streams.of("traffic", name)
        self._plates: list[tuple[int, int]] = []

    def next(self) -> Vehicle:
        if not self._plates:
            shares = np.cumsum([(1 - TX_SHARE) * LA_CURRENT_SHARE, (1 - TX_SHARE) * (1 - LA_CURRENT_SHARE)])
            throws = np.array([self._dice.random() for _ in range(2 * STRANGERS_AT_ONCE)]).reshape(2, -1)
            layout = np.searchsorted(shares, throws[0], side="right").astype(np.uint8)
            numbers = strangers_plates(self._seed, layout, throws[1])
            self._plates = list(zip(layout.tolist(), numbers.tolist(), strict=True))
        layout, number = self._plates.pop()
        return vehicle(self._dice, LAYOUTS[layout], plate_text(number))


class Traffic:
    """`reads_a_day` passages past the readers in `watched`; `passed(reader, passage)` is called for each. Of residents'
    cars, those that are `away(car)` are not their owners' to drive."""

    def __init__(
        self,
        env: Environment,
        router: Router,
        parish: Parish,
        watched: Watched,
        views: dict[str, ReaderView],
        reads_a_day: float,
        factor: Callable[[int], float],
        people: People,
        streams: Streams,
        away: Callable[[int], bool],
        passed: Passed,
    ) -> None:
        self._env = env
        self._dice = dice = streams.of("traffic", "parish")
        self._people = people
        self._strangers = Strangers(streams)
        self._away = away
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
        car = self._car(journey)
        pace = dice.uniform(0.9, 1.12)
        self._serial += 1
        name = f"car-{self._serial}"
        for reader, after_us in journey.readers:
            call_later(self._env, int(after_us / pace), self._pass, reader, name, car)

    def _car(self, journey: Journey) -> Vehicle:
        dice = self._dice
        if journey.home is None or dice.random() >= RESIDENTS_SHARE:
            return self._strangers.next()
        cars = self._people.cars_in(journey.home)
        if not len(cars):
            return self._strangers.next()
        car = int(cars[int(dice.random() * len(cars))])
        return self._strangers.next() if self._away(car) else self._people.vehicle_at(car)

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
    block = {node: number for number, node in reversed(list(enumerate(homes)))}
    people = [home.people for home in parish.people]
    journeys = []
    for _ in range(4):  # a few origins at a time, so that their quickest-way trees are used while they are kept
        starts = dice.choices(gates, shares, k=8) + dice.choices(homes, people, k=16)
        for start in dict.fromkeys(starts):
            ends = dice.choices(gates, shares, k=6) + dice.choices(homes, people, k=10)
            for end in dict.fromkeys(ends):
                if end == start:
                    continue
                found = passages(router.steps, router.route(start, end).edges, 0, 1.0, watched)
                if found:
                    readers = tuple((one.name, one.at) for one in found)
                    through = start in gates and end in gates
                    journeys.append(Journey(readers, None if through else block.get(start, block.get(end))))
    return journeys
