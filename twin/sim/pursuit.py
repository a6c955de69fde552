"""Pursuits: a car that flees, the units behind it, and who takes over at a boundary.

Knows: where a fleeing car will be, how a unit gets ahead of it, who follows whom, whose ground they are on.
Refuses to know: who told the deputies, and what radios and terminals say.

The fleeing car's way is known to the world beforehand, in closed form; a unit that gets ahead of it drives the same
way a few seconds behind it. A town's police lead in their town, the sheriff outside; at the parish's limit the
neighbours have it. All figures are assumptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import SECOND_US, Log
from twin.sim.patrol import PatrolUnit
from twin.sim.patrol_duty import Status, Work
from twin.sim.routing import Router
from twin.sim.routing_leg import Leg, Spot

MOST_CARS = 4
CALLED_IN = 2
LOOKED_AT = 10  # of an agency's free cars, the nearest as the crow flies
PACE = 1.4
SLACK_US = 5 * SECOND_US
INTERCEPT_US = 900 * SECOND_US
BEHIND_S = (2.0, 4.0)  # the first car, and again each further one
TICK_US = 5 * SECOND_US
AHEAD_US = 150 * SECOND_US  # how far ahead those are asked whose ground it will be
ARREST = Work("arrest", "on-scene", 0)
ARREST_S = (1_800.0, 4_200.0)

Ground = Callable[[float, float], str | None]
"""Whose ground a place is; None beyond the parish."""


class Moment(NamedTuple):
    """The fleeing car enters edge `number` of drive `leg` at `at_us`."""

    at_us: int
    leg: int
    number: int


class Chase:
    """One fleeing car: `way` is when it enters each road, `cars` the units behind it, the first to join first."""

    def __init__(self, name: str, plate: str, legs: Sequence[Leg], way: list[Moment]) -> None:
        self.name = name
        self.plate = plate
        self.legs = legs
        self.way = way
        self.cars: list[PatrolUnit] = []
        self.coming: dict[str, Intercept] = {}
        self.asked: list[str] = []
        self.lead = ""
        self.over = False

    def at(self, moment_us: int) -> tuple[float, float]:
        """Where the car is, metres."""
        leg = next((leg for leg in self.legs if moment_us <= leg.arrives), self.legs[-1])
        fix = leg.at(moment_us)
        return fix.x, fix.y


class Intercept:
    """The way of a unit to where it waits for the car."""

    def changed(self, unit: PatrolUnit, status: Status) -> None:
        """The dispatcher hears it on the radio."""


class Pursuits:
    """`flees` puts a car's flight into the world's future; `told(unit, plate)` has a deputy who knows of it go after
    it, or tell those who can. Cars of the agencies `everywhere` may follow it anywhere in the parish.
    `caught(name, units)` hears of a car that stands, with these behind it."""

    def __init__(
        self,
        env: Environment,
        router: Router,
        units: Sequence[PatrolUnit],
        ground: Ground,
        everywhere: Sequence[str],
        dice: Random,
        log: Log,
        caught: Callable[[str, Sequence[PatrolUnit]], None] = lambda _, __: None,
    ) -> None:
        self._env = env
        self._router = router
        self._units = units
        self._ground = ground
        self._everywhere = everywhere
        self._dice = dice
        self._log = log
        self._caught = caught
        self._chases: dict[str, Chase] = {}

    def flees(self, name: str, plate: str, legs: Sequence[Leg]) -> None:
        chase = Chase(name, plate, legs, list(_way(self._router, legs)))
        self._chases[plate] = chase
        call_later(self._env, legs[-1].arrives + round(BEHIND_S[1] * MOST_CARS * SECOND_US), self._end, chase)

    def told(self, unit: PatrolUnit, plate: str) -> bool:
        """Whether the unit goes after a car that flees."""
        chase = self._chases.get(plate)
        if chase is None or chase.over or len(chase.cars) + len(chase.coming) >= MOST_CARS:
            return False
        if self._send(chase, unit):
            return True
        self._call_in(chase, unit.agency, None)
        return False

    def lost(self, unit: PatrolUnit) -> None:
        """A car behind another that can drive no farther."""
        for chase in self._chases.values():
            if unit in chase.cars and not chase.over:
                chase.cars.remove(unit)
                self._log("pursuit-left", name=chase.name, unit=unit.unit, agency=unit.agency)

    # --- getting behind it ----------------------------------------------------------------------------------------

    def _send(self, chase: Chase, unit: PatrolUnit, within: str | None = None) -> bool:
        """With `within`, only to a place on that agency's ground."""
        meeting = self._meeting(chase, unit, within) if unit.free(1) else None
        if meeting is None or unit in chase.cars:
            return False
        now, task = now_us(self._env), Intercept()
        edge = chase.legs[meeting.leg].edges[meeting.number]
        unit.respond(Spot(edge, 0.0), task, (meeting.at_us - now) / SECOND_US + 60.0)
        chase.coming[unit.unit] = task
        behind_us = round(self._dice.uniform(*BEHIND_S) * (1 + len(chase.cars)) * SECOND_US)
        call_later(self._env, meeting.at_us + behind_us - now, self._join, chase, unit, task, meeting)
        return True

    def _meeting(self, chase: Chase, unit: PatrolUnit, within: str | None) -> Moment | None:
        """The first place on the car's way where the unit is before it."""
        now, node = now_us(self._env), unit.node
        source, xy = self._router.network.source, self._router.network.node_xy
        for moment in chase.way:
            ahead_us = moment.at_us - now
            if ahead_us < SLACK_US:
                continue
            if ahead_us > INTERCEPT_US:
                return None
            edge = chase.legs[moment.leg].edges[moment.number]
            if self._router.seconds(node, int(source[edge])) * SECOND_US / PACE + SLACK_US >= ahead_us:
                continue
            if within is None or self._ground(*xy[source[edge]].tolist()) == within:
                return moment
        return None

    def _join(self, chase: Chase, unit: PatrolUnit, task: Intercept, meeting: Moment) -> None:
        if chase.coming.get(unit.unit) is task:
            del chase.coming[unit.unit]
        if chase.over or unit.task is not task:
            return  # called elsewhere
        chase.cars.append(unit)
        self._log("pursuit-joined", name=chase.name, unit=unit.unit, agency=unit.agency)
        if not chase.lead:
            chase.lead = unit.agency
            self._log("pursuit-began", name=chase.name, unit=unit.unit, agency=unit.agency)
            chase.asked.append(unit.agency)
            call_later(self._env, 0, self._tick, chase)
        leg = chase.legs[meeting.leg]
        self._follow(chase, unit, meeting.leg, leg.edges[meeting.number :], 0.0)

    def _follow(self, chase: Chase, unit: PatrolUnit, number: int, edges: Sequence[int], skip_m: float) -> None:
        leg, now = chase.legs[number], now_us(self._env)
        mine = Leg(self._router.steps, edges, now, leg.pace, skip_m, leg.spot(leg.arrives).offset_m)
        unit.follow(mine)
        if number + 1 < len(chase.legs):
            call_later(self._env, mine.arrives - now, self._go_on, chase, unit, number + 1)

    def _go_on(self, chase: Chase, unit: PatrolUnit, number: int) -> None:
        if unit in chase.cars and not chase.over:
            leg = chase.legs[number]
            self._follow(chase, unit, number, leg.edges, leg.spot(leg.departs).offset_m)

    # --- whose it is ----------------------------------------------------------------------------------------------

    def _tick(self, chase: Chase) -> None:
        if chase.over:
            return
        call_later(self._env, TICK_US, self._tick, chase)
        ground = self._ground(*chase.at(now_us(self._env)))
        if ground is None:
            self._log("pursuit-handed-over", name=chase.name, giver=chase.lead, taker="beyond the parish")
            self._dissolve(chase)
            return
        soon = self._ground(*chase.at(now_us(self._env) + AHEAD_US))
        for agency in (ground, soon):
            if agency is not None and agency not in chase.asked:
                chase.asked.append(agency)
                self._call_in(chase, agency, agency)
        if ground != chase.lead and any(unit.agency == ground for unit in chase.cars):
            self._log("pursuit-handed-over", name=chase.name, giver=chase.lead, taker=ground)
            chase.lead = ground
            others = [unit for unit in chase.cars if unit.agency != ground]
            stays = next((unit for unit in others if unit.agency in self._everywhere), None)  # knows it from the start
            for unit in others:
                if unit is not stays:
                    self._break_off(chase, unit)

    def _call_in(self, chase: Chase, agency: str, within: str | None) -> None:
        """Cars of an agency that can get ahead of it, those first that are nearest; with `within`, on that ground."""
        x, y = chase.at(now_us(self._env))
        free = [unit for unit in self._units if unit.agency == agency and unit.free(1) and unit not in chase.cars]

        def gap(unit: PatrolUnit) -> tuple[float, str]:
            ux, uy = unit.xy()
            return (ux - x) ** 2 + (uy - y) ** 2, unit.unit

        sent = 0
        for unit in sorted(free, key=gap)[:LOOKED_AT]:
            sent += self._send(chase, unit, within)
            if sent == CALLED_IN:
                break

    def _break_off(self, chase: Chase, unit: PatrolUnit) -> None:
        chase.cars.remove(unit)
        self._log("pursuit-left", name=chase.name, unit=unit.unit, agency=unit.agency)
        unit.break_off()

    def _dissolve(self, chase: Chase) -> None:
        chase.over = True
        for unit in tuple(chase.cars):
            self._break_off(chase, unit)

    def _end(self, chase: Chase) -> None:
        """The car stands; whoever is behind it makes the arrest, and it was nobody's if nobody is."""
        if chase.over:
            return
        chase.over = True
        outcome = "arrest" if chase.cars else "never seen again"
        self._log("pursuit-ended", name=chase.name, outcome=outcome, units=[unit.unit for unit in chase.cars])
        if chase.cars:
            self._caught(chase.name, chase.cars)
        for unit in chase.cars:
            unit.begin(ARREST, self._dice.uniform(*ARREST_S))


def _way(router: Router, legs: Sequence[Leg]) -> Iterator[Moment]:
    """When the car enters each road that begins on its way."""
    steps = router.steps
    for number, leg in enumerate(legs):
        first = leg.edges[0]
        skipped = min(leg.spot(leg.departs).offset_m / steps.edge_m[first], 1.0) * steps.edge_micros[first]
        since = -skipped
        for place, edge in enumerate(leg.edges):
            if place:
                yield Moment(leg.departs + round(since / leg.pace), number, place)
            since += steps.edge_micros[edge]
