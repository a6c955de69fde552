"""Stolen cars: taken, driven, reported, wanted.

Knows: which way a stolen car goes, which readers it passes and when, and when its plate is on the list.
Refuses to know: what readers make of it, and what the list's maker does to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from math import hypot
from random import Random
from typing import NamedTuple

from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import Listing, Log, Passage
from twin.sim.gazetteer import Gazetteer
from twin.sim.people import People
from twin.sim.plates import Vehicle, vehicle
from twin.sim.routing import Router
from twin.sim.routing_leg import Leg, Watched
from twin.sim.traffic import ReaderView, passage

SAME_PASSAGE_US = 2_000_000
HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000


class Theft(NamedTuple):
    """One theft as a scenario tells it. Times are microseconds since the scenario's start."""

    name: str
    at_us: int
    reported_us: int
    stops: tuple[str, ...]
    state: str
    plate: str | None
    pace: float
    reason: str = "stolen"


class Listed(NamedTuple):
    """What the list has that an innocent car may be taken for. `is_on_file`: the records have it too; `expired`: it was
    good until an hour before the start."""

    plate: str
    state: str
    is_on_file: bool
    expired: bool


class StolenCars:
    """`passed(reader, passage)` for each reader a stolen car passes; `listed()` when the list has a new entry. `taken`:
    which of the residents' cars these are; a car whose plate a scenario gives is nobody's. `cleared`: plates and states
    that are wanted no more, whatever the list says."""

    def __init__(
        self,
        env: Environment,
        router: Router,
        gazetteer: Gazetteer,
        watched: Watched,
        views: dict[str, ReaderView],
        people: Callable[[], People],
        *,
        passed: Callable[[str, Passage], None],
        listed: Callable[[], None],
        log: Log,
    ) -> None:
        self.wanted: list[Listing] = []
        self.cleared: list[tuple[str, str]] = []
        self.taken: list[int] = []
        self._env = env
        self._people = people
        self._router = router
        self._gazetteer = gazetteer
        self._watched = watched
        self._views = views
        self._passed = passed
        self._listed = listed
        self._log = log
        self._drives: list[tuple[Theft, Vehicle, list[Leg]]] = []

    def near(self, x: float, y: float, within_m: float) -> Iterator[tuple[str, Vehicle, float]]:
        """Stolen cars near a place now, driven or left where their drive ended: name, car, and which way it faces."""
        now = now_us(self._env)
        for theft, car, legs in self._drives:
            if now < theft.at_us:
                continue
            leg = next((leg for leg in reversed(legs) if leg.departs <= now), legs[0])
            fix = leg.at(now)
            if hypot(fix.x - x, fix.y - y) <= within_m:
                yield theft.name, car, fix.heading_deg

    def plan(self, theft: Theft, dice: Random) -> tuple[Vehicle, list[Leg]]:
        """Put a theft into the world's future; which car it is, and its way. Raises UnknownPlaceError."""
        car = self._car(theft, dice)
        legs = self._drive(theft, car)
        now = now_us(self._env)
        call_later(self._env, theft.at_us - now, self._take, theft, car)
        call_later(self._env, theft.reported_us - now, self._report, theft, car)
        return car, legs

    def plan_innocent(self, trip: Theft, listed: Listed, dice: Random) -> None:
        """Have a car driven that nobody should stop, with something like it on the list from the first delivery on.
        Raises UnknownPlaceError."""
        car = vehicle(dice, trip.state, trip.plate)
        self._drive(trip, car)
        wanted = car
        while (wanted.plate, wanted.state) != (listed.plate, listed.state) or (wanted.make == car.make) != (
            (car.plate, car.state) == (listed.plate, listed.state)
        ):
            wanted = vehicle(dice, listed.state, listed.plate)
        self.wanted.append(
            Listing(
                plate=listed.plate,
                state=listed.state,
                case=f"SYN-{trip.name}",
                make=wanted.make,
                model=wanted.model,
                color=wanted.color,
                effective_us=-DAY_US,
                expires_us=-HOUR_US if listed.expired else None,
            )
        )
        if not listed.is_on_file:
            self.cleared.append((listed.plate, listed.state))
        self._log(
            "innocent", name=trip.name, plate=car.plate, state=car.state, listed=listed.plate, listed_state=listed.state
        )

    def _drive(self, theft: Theft, car: Vehicle) -> list[Leg]:
        """Put a drive into the world's future, past every reader on its way."""
        legs, now = self._way(theft), now_us(self._env)
        self._drives.append((theft, car, legs))
        before: dict[str, int] = {}
        for leg in legs:
            for seen in leg.passes(self._watched):
                # A stop at a reader ends one leg and begins another: it is one passage.
                if seen.at - before.get(seen.name, -SAME_PASSAGE_US) >= SAME_PASSAGE_US:
                    call_later(self._env, seen.at - now, self._pass, theft.name, car, seen.name)
                before[seen.name] = seen.at
        return legs

    def _car(self, theft: Theft, dice: Random) -> Vehicle:
        if theft.plate is not None:
            return vehicle(dice, theft.state, theft.plate)
        people = self._people()
        cars = people.cars_with(theft.state)
        self.taken.append(int(cars[dice.randrange(len(cars))]))
        return people.vehicle_at(self.taken[-1])

    def _way(self, theft: Theft) -> list[Leg]:
        """The drive past every stop, without turning round on the way."""
        spots = [self._gazetteer.spot(stop) for stop in theft.stops]
        legs: list[Leg] = []
        departs = theft.at_us
        for start, goal in pairwise(spots):
            legs.append(self._router.drive(start, goal, departs, theft.pace))
            departs = legs[-1].arrives + 1
        return legs

    def _take(self, theft: Theft, car: Vehicle) -> None:
        self._log("stolen", name=theft.name, plate=car.plate, state=car.state, make=car.make, model=car.model)

    def _pass(self, name: str, car: Vehicle, reader: str) -> None:
        self._passed(reader, passage(now_us(self._env), name, car, self._views[reader]))

    def _report(self, theft: Theft, car: Vehicle) -> None:
        self._log("reported", name=theft.name, plate=car.plate, state=car.state)
        entry = Listing(
            plate=car.plate,
            state=car.state,
            reason=theft.reason,
            case=f"SYN-{theft.name}",
            make=car.make,
            model=car.model,
            color=car.color,
            effective_us=now_us(self._env),
        )
        self.wanted.append(entry)
        self._listed()
