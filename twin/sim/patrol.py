"""Patrol units: where they are, and what they are doing.

Knows: beats, wandering, stops, answering a call and coming back from it, all in closed-form drives.
Refuses to know: radios and terminals; whoever wants to know of a change of status is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Literal, NamedTuple, TypeAlias

from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import SECOND_US, Fix
from twin.sim.geometry import Plane
from twin.sim.routing import Router
from twin.sim.routing_leg import Leg, Spot

Status: TypeAlias = Literal["available", "enroute", "on-scene"]

PATROL_PACE = (0.7, 0.95)  # of free flow: 25-35 mph in town (assumption)
RESPONSE_PACE = 1.4  # of free flow (assumption: 1.3-1.5)
LEG_EDGES = 24
STOP_CHANCE = 0.22  # after a stretch of patrol: a stop, a check, paperwork (assumption)
STOP_MEDIAN_S, STOP_SIGMA_LN = 420.0, 0.6


class Beat(NamedTuple):
    """Where a unit patrols: a mask of nodes as `Router.area` gives it, and some node in it to begin at."""

    area: bytes | None
    start: int


class PatrolUnit:
    """One car. `changed(unit, status)` is called when its status changes."""

    def __init__(
        self,
        env: Environment,
        unit: str,
        agency: str,
        router: Router,
        plane: Plane,
        beat: Beat,
        dice: Random,
        changed: Callable[[str, Status], None],
    ) -> None:
        self.unit = unit
        self.agency = agency
        self.status: Status = "available"
        self._env = env
        self._router = router
        self._plane = plane
        self._area = beat.area
        self._dice = dice
        self._changed = changed
        self._plan = 0
        self._leg = self._wander(beat.start, None)
        call_later(env, self._leg.arrives - now_us(env), self._arrived, self._plan)

    def position(self, at_us: int) -> Fix:
        """The true fix; asked for now or shortly before."""
        x, y, heading, speed = self._leg.at(at_us)
        lat, lon = self._plane.latlon(x, y)
        return Fix(at_us, lat, lon, speed, heading, 5.0)

    @property
    def node(self) -> int:
        """The crossing that it comes to next."""
        return int(self._router.network.target[self._leg.spot(now_us(self._env)).edge])

    def respond(self, goal: Spot, scene_s: float) -> None:
        """Leave whatever it does, drive there with lights, stay `scene_s` and go back on patrol."""
        now = now_us(self._env)
        self._drive(self._router.drive(self._leg.spot(now), goal, now, RESPONSE_PACE), self._on_scene, scene_s)
        self._become("enroute")

    def _on_scene(self, plan: int, scene_s: float) -> None:
        if plan == self._plan:
            self._become("on-scene")
            call_later(self._env, round(scene_s * SECOND_US), self._cleared, plan)

    def _cleared(self, plan: int) -> None:
        if plan == self._plan:
            self._become("available")
            self._arrived(plan)

    def _arrived(self, plan: int) -> None:
        """The end of a stretch of patrol: stand for a while, or go on."""
        if plan != self._plan:
            return
        dice = self._dice
        pause_us = 0
        if dice.random() < STOP_CHANCE:
            pause_us = round(STOP_MEDIAN_S * dice.lognormvariate(0.0, STOP_SIGMA_LN) * SECOND_US)
        call_later(self._env, pause_us, self._go_on, plan)

    def _go_on(self, plan: int) -> None:
        if plan != self._plan:
            return
        spot = self._leg.spot(now_us(self._env))
        heading = self._leg.at(now_us(self._env)).heading_deg
        leg = self._wander(int(self._router.network.target[spot.edge]), heading, spot)
        self._plan += 1
        self._leg = leg
        call_later(self._env, leg.arrives - now_us(self._env), self._arrived, self._plan)

    def _wander(self, node: int, heading_deg: float | None, begin: Spot | None = None) -> Leg:
        """A stretch of patrol from where the car stands."""
        router, dice = self._router, self._dice
        edges = [] if begin is None else [begin.edge]
        for _ in range(LEG_EDGES):
            edge = router.wander(dice, node, heading_deg, self._area)
            edges.append(edge)
            node = int(router.network.target[edge])
            heading_deg = float(router.steps.heading_deg[router.steps.first[edge + 1] - 1])
        skip_m = begin.offset_m if begin is not None else 0.0
        return Leg(router.steps, edges, now_us(self._env), dice.uniform(*PATROL_PACE), skip_m)

    def _drive(self, leg: Leg, then: Callable[[int, float], None], scene_s: float) -> None:
        self._plan += 1
        self._leg = leg
        call_later(self._env, leg.arrives - now_us(self._env), then, self._plan, scene_s)

    def _become(self, status: Status) -> None:
        if status != self.status:
            self.status = status
            self._changed(self.unit, status)


class Dispatcher:
    """Sends the nearest available unit of the agencies that may go."""

    def __init__(self, router: Router, units: Sequence[PatrolUnit]) -> None:
        self._router = router
        self._units = units

    def send(self, goal: Spot, agencies: Sequence[str], scene_s: float) -> PatrolUnit | None:
        """The unit that goes, if any is free."""
        free = [unit for unit in self._units if unit.status == "available" and unit.agency in agencies]
        node = int(self._router.network.source[goal.edge])
        nearest = self._router.nearest_k(node, [unit.node for unit in free], 1) if free else []
        if not nearest:
            return None
        unit = free[nearest[0][0]]
        unit.respond(goal, scene_s)
        return unit
