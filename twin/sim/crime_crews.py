"""Crews: a few people with a car who go out at night, street by street.

Knows: who they are, where they live, how they work, and what one outing of theirs looks like: which way they drive,
what they try, what they take.
Refuses to know: the clock of the world (`crime_sprees`, `crime_history`), and who finds out.

All choices of a crew are drawn from the crew's own dice, so one crew more moves nobody else's.
"""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.sim.crime_records import ENTRIES, TARGETS, draw_mark
from twin.sim.crime_risk import PERIOD_DAYS, RiskSurface, Targets
from twin.sim.geometry import Floats, norms
from twin.sim.people import People
from twin.sim.profiles import HOUR_US, Kind, Trade, load, midnight_us
from twin.sim.routing import Router
from twin.sim.routing_leg import Leg, Spot
from twin.sim.thefts import AutoTheft, taken_by_crew

CHOICES = 64  # places that a crew weighs against each other
STREET_M = 350.0  # as far as they walk along one street from the car
AGES = {"residential": (16, 35), "business": (18, 40), "vehicle": (14, 21)}
DRIVES = (0.85, 1.1)  # pace against free flow
WALK_MPS = 1.6
SECOND_US = 1_000_000


class Crew(NamedTuple):
    """`members` are persons, `base` the premise where the first lives, `car` one of that household's. `entry` and
    `target` are the marks (indices of `ENTRIES`, `TARGETS`) that most of their burglaries bear. `around`: the middle of
    where they work, if not what lies near their base."""

    name: str
    kind: Kind
    trade: Trade
    members: tuple[int, ...]
    base: int
    car: int
    entry: int
    target: int
    around: tuple[float, float]


class Hit(NamedTuple):
    """A burglary as the crew commits it."""

    at_us: int
    premise: int
    entry: int
    target: int


class Outing(NamedTuple):
    """One night's (or day's) work. `theft` is the car they took for it, if not their own; `began` is the premise where
    they first got out, `tries` how many handles and doors they tried."""

    crew: str
    number: int
    car: int
    theft: AutoTheft | None
    legs: tuple[Leg, ...]
    hits: tuple[Hit, ...]
    tries: int
    began: int

    @property
    def ends_us(self) -> int:
        return self.legs[-1].arrives


class Crews:
    """Makes crews and plans their outings. `start` is the moment (local) that times count from."""

    def __init__(self, people: People, router: Router, risk: RiskSurface, start: datetime) -> None:
        self._people = people
        self._homes = people.homes
        self._router = router
        self._risk = risk
        self._start = start

    def gather(
        self, name: str, kind: Kind, dice: Random, trade: Trade | None = None, around: tuple[float, float] | None = None
    ) -> Crew:
        """A crew; with `around` (metres), one that lives and works there."""
        trade = trade or load().crews[kind]
        members: list[int] = []
        base = self._home(kind, around, trade.reach_m, dice)
        for _ in range(dice.randint(*trade.members)):
            members.append(self._member(kind, base, members, dice))
        x, y = around or self._homes.xy[base].tolist()
        volume = load().kinds[kind]
        return Crew(
            name=name,
            kind=kind,
            trade=trade,
            members=tuple(members),
            base=base,
            car=self._car(members, dice),
            entry=draw_mark(volume.entry, ENTRIES, dice),
            target=draw_mark(volume.target, TARGETS, dice),
            around=(x, y),
        )

    def starts_us(self, crew: Crew, day: int, dice: Random) -> int:
        """When they go out on a day."""
        return midnight_us(self._start, day) + round(dice.uniform(*crew.trade.starts_h) * HOUR_US)

    def plan(self, crew: Crew, number: int, day: int, before: Outing | None, dice: Random) -> Outing:
        """What they do on the `day`-th day; `before` is what they did last. None of it depends on anyone else."""
        night = _Night(self, crew, self.starts_us(crew, day, dice), day, dice)
        theft = self._steal(crew, number, night.now_us, dice) if dice.random() < crew.trade.stolen_car else None
        at = theft.premise if theft else crew.base
        began = place = night.first(before)
        night.ends_us = midnight_us(self._start, day) + round(crew.trade.ends_h * HOUR_US)
        tries = dice.randint(*crew.trade.tries)
        while True:
            night.drive(at, place)
            at = night.work(place, min(dice.randint(*crew.trade.on_a_street), tries - night.tries))
            if night.tries >= tries or night.now_us >= night.ends_us:
                break
            place = night.next(at)
        night.drive(at, crew.base)
        car = theft.car if theft else crew.car
        return Outing(crew.name, number, car, theft, tuple(night.legs), tuple(night.hits), night.tries, began)

    def _steal(self, crew: Crew, number: int, at_us: int, dice: Random) -> AutoTheft:
        """Somebody's car, from before their house, not far away."""
        return taken_by_crew(self._people, f"{crew.name}-car-{number}", crew.base, at_us, dice)

    def _home(self, kind: Kind, around: tuple[float, float] | None, reach_m: float, dice: Random) -> int:
        """A dwelling's premise, where people drive and someone is of the age; near `around` if given."""
        tree = self._risk.targets("residential").tree
        rows = self._risk.targets("residential").premise
        near = np.array(tree.query_ball_point(around, reach_m / 2), dtype=np.intp) if around else np.arange(len(rows))
        rows = rows[np.sort(near)] if len(near) else rows
        for _ in range(1000):
            base = int(rows[dice.randrange(len(rows))])
            if any(self._could(kind, one) for one in self._people.at(base)):
                return base
        raise LookupError("nobody who could be in a crew lives here")

    def _member(self, kind: Kind, base: int, already: list[int], dice: Random) -> int:
        """The first lives at the base and their household has a car; the others anywhere."""
        people = self._people
        if not already:
            return next(one for one in people.at(base) if self._could(kind, one))
        while True:
            one = dice.randrange(len(people))
            if one not in already and self._fits(kind, one):
                return one

    def _fits(self, kind: Kind, person: int) -> bool:
        low, high = AGES[kind]
        return low <= self._people.age(person) <= high

    def _could(self, kind: Kind, person: int) -> bool:
        """Whether a crew could form around a person: they can have a car."""
        return self._fits(kind, person) and len(self._people.household_cars(person)) > 0

    def _car(self, members: list[int], dice: Random) -> int:
        return dice.choice(self._people.household_cars(members[0]))


class _Night:
    """An outing in the making: where they are, what time it is, what they have done."""

    def __init__(self, crews: Crews, crew: Crew, starts_us: int, day: int, dice: Random) -> None:
        self.now_us = starts_us
        self.ends_us = starts_us
        self.legs: list[Leg] = []
        self.hits: list[Hit] = []
        self.tries = 0
        self._crew = crew
        self._homes = crews._homes
        self._router = crews._router
        self._targets: Targets = crews._risk.targets(crew.kind)
        self._weights = crews._risk.weights(crew.kind, day // PERIOD_DAYS)
        self._done = np.zeros(len(self._weights), dtype=np.bool_)
        self._dice = dice

    def first(self, before: Outing | None) -> int:
        """Where they begin: again near where they last did, or anywhere within reach."""
        dice, crew = self._dice, self._crew
        returns = load().returns
        if before is not None and dice.random() < returns.again:
            return self._near(self._homes.xy[before.began], returns.again_m)
        cumulative = np.cumsum(self._weights)
        throws = np.array([dice.random() for _ in range(CHOICES)])
        places = np.searchsorted(cumulative, throws * cumulative[-1], side="right")
        away = norms(self._targets.xy[places] - np.array(crew.around))
        return self._choose(places, np.exp(-((away / crew.trade.reach_m) ** 2)))

    def next(self, at: int) -> int:
        """Where they go on."""
        return self._near(self._homes.xy[at], self._crew.trade.hop_m)

    def _near(self, xy: Floats, scale_m: float) -> int:
        """A target near a point, not one they have been at; by its risk, and rather near than far."""
        reach_m = scale_m
        while True:
            reach_m *= 2
            found = np.sort(np.array(self._targets.tree.query_ball_point(xy, reach_m), dtype=np.intp))
            found = found[~self._done[found]]
            if len(found):
                away = norms(self._targets.xy[found] - xy)
                return self._choose(found, self._weights[found] * np.exp(-away / scale_m))

    def _choose(self, places: NDArray[np.intp], weights: Floats) -> int:
        cumulative = np.cumsum(weights)
        chosen = int(np.searchsorted(cumulative, self._dice.random() * cumulative[-1], side="right"))
        return int(self._targets.premise[places[min(chosen, len(places) - 1)]])

    def drive(self, start: int, goal: int) -> None:
        """From one premise to another."""
        spots: tuple[Spot, Spot] = self._homes.spot(start), self._homes.spot(goal)
        leg = self._router.drive(*spots, self.now_us, self._dice.uniform(*DRIVES))
        self.legs.append(leg)
        self.now_us = leg.arrives

    def work(self, place: int, tries: int) -> int:
        """Try so many handles along the street from a premise; where they end. They stop when it gets late."""
        dice, trade, hands = self._dice, self._crew.trade, len(self._crew.members)
        here = place
        for premise in self._street(place):
            gap = float(norms(self._homes.xy[[premise]] - self._homes.xy[[here]])[0])
            self.now_us += round(gap / WALK_MPS / hands * SECOND_US)
            here = premise
            for _ in range(self._handles(premise)):
                if tries <= 0 or self.now_us >= self.ends_us:
                    return here
                tries -= 1
                self.tries += 1
                self.now_us += round(dice.uniform(*trade.try_s) / hands * SECOND_US)
                if dice.random() < trade.hits:
                    self._hit(premise, hands)
        return here

    def _hit(self, premise: int, hands: int) -> None:
        dice, crew = self._dice, self._crew
        volume = load().kinds[crew.kind]
        entry = crew.entry if dice.random() < crew.trade.loyal else draw_mark(volume.entry, ENTRIES, dice)
        target = crew.target if dice.random() < crew.trade.loyal else draw_mark(volume.target, TARGETS, dice)
        self.hits.append(Hit(self.now_us, premise, entry, target))
        self.now_us += round(dice.uniform(*crew.trade.hit_s) / hands * SECOND_US)

    def _handles(self, premise: int) -> int:
        """How many cars, or doors, there are to try at a premise."""
        if self._crew.kind != "vehicle":
            return 1
        dwellings = int(self._homes.dwellings[premise])
        return 8 if dwellings == 0 else 1 if dwellings == 1 else min(dwellings, 6)

    def _street(self, premise: int) -> list[int]:
        """The targets along the street of a premise that they have not been at: from it to the end that is farther,
        then from it to the other."""
        targets, homes = self._targets, self._homes
        places = np.array(targets.tree.query_ball_point(homes.xy[premise], STREET_M), dtype=np.intp)
        rows = targets.premise[places]
        fresh = ~self._done[places] & (homes.street[rows] == homes.street[premise])
        self._done[places[fresh]] = True
        rows = rows[fresh]
        rows = rows[np.lexsort((rows, homes.number[rows]))]
        here = int(np.flatnonzero(rows == premise)[0])
        after, before = rows[here + 1 :].tolist(), rows[:here][::-1].tolist()
        return [premise, *after, *before] if len(after) >= len(before) else [premise, *before, *after]
