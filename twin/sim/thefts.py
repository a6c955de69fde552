"""Stolen cars by rates: taken, driven, parked, reported late, found, and listed for a while longer.

Knows: the life of a stolen car from the table `auto_theft`, and its listing while there is one.
Refuses to know: scenarios' own thefts (`cars`), what readers make of a plate, and what the list's maker does to it.

Times are microseconds since the world's start and may be negative: when it begins, some cars are stolen already.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

import numpy as np
from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import Listing, Log, Passage
from twin.sim.geometry import norms
from twin.sim.listings import slip
from twin.sim.parked import Parked
from twin.sim.people import People
from twin.sim.profiles import DAY_US, HOUR_US, WEEK_US, load, moments, week
from twin.sim.routing import Router
from twin.sim.routing_leg import Watched
from twin.sim.traffic import ReaderView, passage
from twin.streams import Streams

BEFORE_WEEKS = 6  # a car stolen longer ago is off the roads, or its listing is one of the list's background
CHOICES = 32  # cars that a crew could take, of which it takes the nearest
CREW_REPORTED_H = (4.5, 8.0)  # the owner of a crew's car sleeps, or works
FOR_GOOD_US = 1 << 62
PARKED_H = 2.0  # at least, between two trips


class Trip(NamedTuple):
    """A drive from one premise to another, at `pace` times free flow."""

    departs_us: int
    start: int
    goal: int
    pace: float


class AutoTheft(NamedTuple):
    """One stolen car's life. `car` is its number among the residents' cars, `premise` where it stood. `found_us` and
    `off_list_us` are None for one that is never found."""

    name: str
    car: int
    premise: int
    taken_us: int
    reported_us: int
    found_us: int | None
    off_list_us: int | None
    trips: tuple[Trip, ...] = ()

    def later(self, by_us: int) -> AutoTheft:
        """The same life, `by_us` later."""
        found_us, off_us = (None if at is None else at + by_us for at in (self.found_us, self.off_list_us))
        return self._replace(
            taken_us=self.taken_us + by_us,
            reported_us=self.reported_us + by_us,
            found_us=found_us,
            off_list_us=off_us,
            trips=tuple(trip._replace(departs_us=trip.departs_us + by_us) for trip in self.trips),
        )


def plan(people: People, name: str, taken_us: int, dice: Random) -> AutoTheft:
    """A theft at `taken_us`, from before the owner's house or from where people park."""
    rates, homes = load().auto_theft, people.homes
    car = dice.randrange(people.cars)
    premise = people.premise_of(people.owner_at(car))
    if dice.random() >= rates.from_home:
        elsewhere = homes.of("business", "parking")
        premise = int(elsewhere[dice.randrange(len(elsewhere))])
    reported_us = taken_us + _spread(dice, rates.reported_h * HOUR_US, rates.reported_spread)
    found_us = off_list_us = None
    driven_until_us = taken_us + round(rates.kept_days * DAY_US)
    if dice.random() >= rates.never_found:
        driven_until_us = found_us = taken_us + _spread(dice, rates.found_days * DAY_US, rates.found_spread)
        off_list_us = max(found_us, reported_us) + _spread(dice, rates.stale_h * HOUR_US, rates.stale_spread)
    trips = _trips(people, premise, taken_us, driven_until_us, dice)
    return AutoTheft(name, car, premise, taken_us, reported_us, found_us, off_list_us, trips)


def taken_by_crew(people: People, name: str, base: int, at_us: int, dice: Random) -> AutoTheft:
    """A car that a crew takes from before a house near its base, for one outing: on no list before that is over."""
    rates, homes = load().auto_theft, people.homes
    cars = [dice.randrange(people.cars) for _ in range(CHOICES)]
    premises = [people.premise_of(people.owner_at(car)) for car in cars]
    nearest = int(np.argmin(norms(homes.xy[premises] - homes.xy[base])))
    reported_us = at_us + round(dice.uniform(*CREW_REPORTED_H) * HOUR_US)
    found_us = reported_us + _spread(dice, rates.found_days * DAY_US, rates.found_spread)
    off_list_us = found_us + _spread(dice, rates.stale_h * HOUR_US, rates.stale_spread)
    return AutoTheft(name, cars[nearest], premises[nearest], at_us, reported_us, found_us, off_list_us)


def _trips(people: People, premise: int, taken_us: int, until_us: int, dice: Random) -> tuple[Trip, ...]:
    """Away at once, then here and there: each goal is some house where the car stands until the next trip."""
    rates, houses = load().auto_theft, people.homes.of("residential")
    trips, at, departs_us = [], premise, taken_us
    while departs_us < until_us:
        goal = int(houses[dice.randrange(len(houses))])
        trips.append(Trip(departs_us, at, goal, dice.uniform(*rates.bold)))
        at = goal
        idle_h = PARKED_H + dice.expovariate(1.0) * max(24.0 / rates.trips_a_day - PARKED_H, 0.0)
        departs_us += round(idle_h * HOUR_US)
    return tuple(trips)


def _spread(dice: Random, median_us: float, spread: float) -> int:
    return round(median_us * dice.lognormvariate(0.0, spread))


class Thefts:
    """`passed(reader, passage)` for each reader that a stolen car passes. `a_year` thefts a year for the first `days`
    days, and the cars that are away when these begin; `add` puts in one more. `slips` of their listings are mistyped:
    another state or another character."""

    def __init__(
        self,
        env: Environment,
        people: People,
        router: Router,
        watched: Watched,
        views: dict[str, ReaderView],
        streams: Streams,
        start: datetime,
        days: int,
        *,
        a_year: float,
        slips: float,
        passed: Callable[[str, Passage], None],
        log: Log,
    ) -> None:
        self._env = env
        self._people = people
        self._router = router
        self._watched = watched
        self._views = views
        self._streams = streams
        self._slips = slips
        self._passed = passed
        self._log = log
        self._listed: dict[str, Listing] = {}
        self._away: dict[int, AutoTheft] = {}
        self._parked = Parked()
        self._standing: dict[str, AutoTheft] = {}
        for theft in by_rates(people, streams, start, days, a_year) if a_year else ():
            self.add(theft)

    @property
    def wanted(self) -> list[Listing]:
        """What the list should say now, in the order of reporting."""
        return list(self._listed.values())

    def is_away(self, car: int) -> bool:
        """Whether a resident's car is not where its owner left it, or is about to be so."""
        theft = self._away.get(car)
        return theft is not None and theft.taken_us - HOUR_US <= now_us(self._env) < (theft.found_us or FOR_GOOD_US)

    def standing_near(self, x: float, y: float, within_m: float) -> list[AutoTheft]:
        """Stolen cars that stand near a place now; none that is being driven."""
        return [self._standing[name] for name in self._parked.near(x, y, within_m)]

    def add(self, theft: AutoTheft) -> None:
        """Put a theft into the world's future. Of one that is over in part, what was so far is told at once."""
        now = now_us(self._env)
        if theft.off_list_us is not None and theft.off_list_us <= now:
            return
        self._away[theft.car] = theft
        for at_us, then in (
            (theft.taken_us, self._take),
            (theft.reported_us, self._report),
            (theft.found_us, self._found),
            (theft.off_list_us, self._off),
        ):
            if at_us is not None:
                call_later(self._env, max(at_us - now, 0), then, theft)
        for trip in theft.trips:
            self._at(trip.departs_us, self._drive, theft, trip)
        gone = [trip for trip in theft.trips if trip.departs_us < now]
        if gone and (theft.found_us is None or theft.found_us > now):
            self._park(theft, gone[-1].goal)

    def _at(self, at_us: int, then: Callable[..., None], *arguments: object) -> None:
        """Call it then, unless that has passed: nobody sees the end of a trip that began before the world did."""
        if at_us >= now_us(self._env):
            call_later(self._env, at_us - now_us(self._env), then, *arguments)

    def _take(self, theft: AutoTheft) -> None:
        car = self._people.vehicle_at(theft.car)
        self._log(
            "stolen", name=theft.name, plate=car.plate, state=car.state, make=car.make, model=car.model,
            owner=self._people.owner_at(theft.car), taken_us=theft.taken_us,
        )  # fmt: skip

    def _park(self, theft: AutoTheft, premise: int) -> None:
        """It stands before a house, unless somebody has found it on the way."""
        if theft.found_us is None or theft.found_us > now_us(self._env):
            self._standing[theft.name] = theft
            self._parked.put(theft.name, *self._people.homes.xy[premise].tolist())

    def _drive(self, theft: AutoTheft, trip: Trip) -> None:
        self._parked.take(theft.name)
        homes = self._people.homes
        leg = self._router.drive(homes.spot(trip.start), homes.spot(trip.goal), trip.departs_us, trip.pace)
        for seen in leg.passes(self._watched):
            self._at(seen.at, self._pass, theft, seen.name)
        self._at(leg.arrives, self._park, theft, trip.goal)

    def _pass(self, theft: AutoTheft, reader: str) -> None:
        car = self._people.vehicle_at(theft.car)
        self._passed(reader, passage(now_us(self._env), theft.name, car, self._views[reader]))

    def _report(self, theft: AutoTheft) -> None:
        self._listed[theft.name] = listing = self._listing(theft)
        car = self._people.vehicle_at(theft.car)
        self._log(
            "reported", name=theft.name, plate=car.plate, state=car.state,
            listed=listing.plate, listed_state=listing.state,
        )  # fmt: skip

    def _found(self, theft: AutoTheft) -> None:
        self._parked.take(theft.name)
        self._log("found", name=theft.name)

    def _off(self, theft: AutoTheft) -> None:
        del self._listed[theft.name]
        self._log("off-list", name=theft.name)

    def _listing(self, theft: AutoTheft) -> Listing:
        car = self._people.vehicle_at(theft.car)
        plate, state = car.plate, car.state
        dice = self._streams.of("slip", theft.name)
        if dice.random() < self._slips:
            plate, state = slip(plate, state, dice)
        return Listing(
            plate=plate,
            state=state,
            reason="stolen",
            case=f"SYN-{theft.name}",
            make=car.make,
            model=car.model,
            color=car.color,
            effective_us=theft.reported_us,
        )


def by_rates(people: People, streams: Streams, start: datetime, days: int, a_year: float) -> list[AutoTheft]:
    """Every theft from some weeks before `start` to `days` after it, in order of time, each with dice of its own."""
    dice = streams.columns("thefts", "parish")
    in_weeks = BEFORE_WEEKS - (-days // 7)
    count = dice.poisson(a_year * in_weeks * 7 / 365.25)
    begin = start - timedelta(weeks=BEFORE_WEEKS)
    taken = np.sort(moments(week("auto_theft"), count, begin, in_weeks, dice)) - BEFORE_WEEKS * WEEK_US
    names = (f"theft-{number + 1}" for number in range(count))
    return [
        plan(people, name, at_us, streams.of("theft", name))
        for name, at_us in zip(names, taken.tolist(), strict=True)
        if at_us < days * DAY_US
    ]
