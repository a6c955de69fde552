"""Patrol units: where they are, and what they are doing.

Knows: driving about a beat, work of one's own, answering a call and coming back from it, the day's timetable; all in
closed-form drives.
Refuses to know: radios, terminals and dispatchers; whoever wants to know of a change is called.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Protocol

from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import SECOND_US, Fix
from twin.sim import patrol_duty
from twin.sim.geometry import Plane
from twin.sim.patrol_beats import Beat
from twin.sim.patrol_duty import Duty, Status, Work
from twin.sim.routing import Router
from twin.sim.routing_leg import Leg, Spot

MPH = 0.44704
PATROL_MPH = (25.0, 35.0)  # about a beat (assumption)
SLOWEST_PACE = 0.5  # of free flow: nobody holds up a highway
HIGHWAY_PACE = (0.88, 1.0)  # of cars whose beat is the highway
ROUTINE_PACE = (0.95, 1.1)  # of free flow, to what can wait
RESPONSE_PACE = (1.3, 1.5)  # of free flow, with lights (assumption)
URGENT = 2  # calls of this priority and above are driven to with lights
LEG_EDGES = 24
LEG_US = 300 * SECOND_US
PAPERWORK_S = (10.0, 40.0)


class Task(Protocol):
    """What a car is sent to. `changed(unit, status)`: it is `enroute`, `on-scene`, when it leaves `available`, or
    `crash` when it has had one and somebody else must go."""

    def changed(self, unit: PatrolUnit, status: Status) -> None: ...


class Crew(Protocol):
    """Who sits in the cars, as far as others hear of it."""

    def changed(self, unit: str, status: Status) -> None: ...
    def lit(self, unit: PatrolUnit) -> None: ...
    def began(self, unit: PatrolUnit, work: Work) -> None: ...
    def finished(self, unit: PatrolUnit, work: Work) -> None: ...


class PatrolUnit:
    """One car. `crew` hears of all it does; `station` is where its crews change. `code_3`: it drives to something with
    lights and siren; who pursues has both on as well, and is said to pursue."""

    def __init__(
        self,
        env: Environment,
        unit: str,
        agency: str,
        router: Router,
        plane: Plane,
        beat: Beat,
        station: Spot,
        duty: Duty,
        dice: Random,
        crew: Crew,
        *,
        on_highways: bool = False,
    ) -> None:
        self.unit = unit
        self.agency = agency
        self.status: Status = "available"
        self.code_3 = False
        self._beat = beat
        self._box: tuple[Beat, int] | None = None
        self.work: Work | None = None
        self.task: Task | None = None
        self._env = env
        self._router = router
        self._plane = plane
        self._station = station
        self._duty = duty
        self._dice = dice
        self._crew = crew
        self._on_highways = on_highways
        self._plan = 0
        self._leg = self._wander(dice.choice(beat.nodes), None)
        call_later(env, 0, self._log_on)

    # --- what others ask ------------------------------------------------------------------------------------------

    def position(self, at_us: int) -> Fix:
        """The true fix; asked for now or shortly before."""
        x, y, heading, speed = self._leg.at(at_us)
        lat, lon = self._plane.latlon(x, y)
        return Fix(at_us, lat, lon, speed, heading, 5.0)

    def xy(self) -> tuple[float, float]:
        """Metres on the parish's plane, now."""
        fix = self._leg.at(now_us(self._env))
        return fix.x, fix.y

    @property
    def spot(self) -> Spot:
        return self._leg.spot(now_us(self._env))

    @property
    def node(self) -> int:
        """The crossing that it comes to next."""
        return int(self._router.network.target[self.spot.edge])

    @property
    def beat(self) -> Beat:
        """Where it patrols now: in a box, as long as it was asked to, else on its own beat."""
        if self._box is not None and now_us(self._env) < self._box[1]:
            return self._box[0]
        return self._beat

    def free(self, priority: int) -> bool:
        """Whether it can be sent to a call of this priority: it is on patrol, or at something that can wait."""
        if self.task is not None or self.status == "pursuit":
            return False
        return self.work is None or priority <= self.work.yields_to

    # --- what a dispatcher or a scenario has it do ----------------------------------------------------------------

    def respond(self, goal: Spot, task: Task, scene_s: float, priority: int = 1) -> None:
        """Leave whatever it does, drive there (with lights when it is urgent), stay `scene_s` and go back on patrol."""
        self._drop()
        self._go(goal, task, scene_s, priority)

    def _go(self, goal: Spot, task: Task, scene_s: float, priority: int) -> None:
        self.task = task
        pace = self._dice.uniform(*(RESPONSE_PACE if priority <= URGENT else ROUTINE_PACE))
        self._drive(goal, pace, self._on_scene, scene_s)
        self._become("enroute")
        self._light(priority <= URGENT)
        task.changed(self, "enroute")

    def redirect(self, goal: Spot, scene_s: float, priority: int = 1) -> None:
        """The same matter turns out to be somewhere else."""
        if self.task is not None:
            self._plan += 1
            self._go(goal, self.task, scene_s, priority)

    def stay_in(self, box: Beat, until_us: int) -> None:
        """Patrol there from the next stretch on, between calls, meals and work of its own."""
        self._box = box, until_us

    def release(self) -> None:
        """It is not needed any more, wherever it is."""
        if self.task is not None:
            self._cleared(self._plan)

    def crash(self, seconds: float) -> None:
        """It stands where it is, for so long, and goes nowhere; what it was sent to is somebody else's now."""
        task, self.task = self.task, None
        self.begin(patrol_duty.CRASH, seconds)
        if task is not None:
            task.changed(self, "crash")

    def begin(self, work: Work, seconds: float) -> None:
        """Work on the spot, beginning now."""
        self._drop()
        self._stand()
        self._work_on(self._plan, work, seconds)

    def follow(self, leg: Leg) -> None:
        """Pursue: drive exactly this, and whatever is said next."""
        self._drop()
        self._plan += 1
        self._leg = leg
        self._become("pursuit")

    def break_off(self) -> None:
        """The pursuit is over for this car."""
        if self.status == "pursuit":
            self._stand()
            self._become("available")
            call_later(
                self._env, round(patrol_duty.minutes(self._dice, (1.0, 4.0)) * SECOND_US), self._next, self._plan
            )

    # --- patrol ---------------------------------------------------------------------------------------------------

    def _log_on(self) -> None:
        """A scenario finds most cars on patrol, some on an earlier matter, and by night some at their stations."""
        dice = self._dice
        seconds = self._night_s()
        if seconds:
            at, now = self._station, now_us(self._env)
            self._plan += 1
            self._leg = Leg(self._router.steps, (at.edge,), now, 1.0, at.offset_m, at.offset_m)
            self._work_on(self._plan, self._duty.between, seconds)
        elif dice.random() < patrol_duty.BUSY_AT_FIRST:
            self.begin(patrol_duty.EARLIER, dice.expovariate(1 / patrol_duty.BUSY_FIRST_S))
        else:
            self._crew.changed(self.unit, self.status)
            call_later(self._env, self._leg.arrives - now_us(self._env), self._next, self._plan)

    def _next(self, plan: int) -> None:
        """The end of a stretch of patrol, or of a piece of work: what is due comes first."""
        if plan != self._plan:
            return
        now, dice = now_us(self._env), self._dice
        if now >= self._duty.change_us:
            self._drive(self._station, dice.uniform(*ROUTINE_PACE), self._change, 0.0)
            return
        due = self._duty.due(now)
        if due is not None:
            self._work_on(plan, *due)
        elif dice.random() < patrol_duty.STAND_CHANCE:
            seconds = patrol_duty.STAND_MEDIAN_S * dice.lognormvariate(0.0, patrol_duty.STAND_SIGMA_LN)
            call_later(self._env, round(seconds * SECOND_US), self._go_on, plan)
        else:
            self._go_on(plan)

    def _go_on(self, plan: int) -> None:
        if plan != self._plan:
            return
        now = now_us(self._env)
        spot = self._leg.spot(now)
        node = int(self._router.network.target[spot.edge])
        if not self.beat.area[node]:
            back = self._router.drive(spot, self._edge_of_beat(), now, self._dice.uniform(*ROUTINE_PACE))
        else:
            back = self._wander(node, self._leg.at(now).heading_deg, spot)
        self._plan += 1
        self._leg = back
        call_later(self._env, back.arrives - now, self._next, self._plan)

    def _wander(self, node: int, heading_deg: float | None, begin: Spot | None = None) -> Leg:
        """A stretch of patrol from where the car stands: some minutes, at the pace of somebody who looks about."""
        router, dice, steps = self._router, self._dice, self._router.steps
        edges = [] if begin is None else [begin.edge]
        micros, metres = 0, 0.0
        while len(edges) < LEG_EDGES and micros < LEG_US:
            edge = router.wander(dice, node, heading_deg, self.beat.area)
            edges.append(edge)
            node = int(router.network.target[edge])
            heading_deg = float(steps.heading_deg[steps.first[edge + 1] - 1])
            micros += steps.edge_micros[edge]
            metres += steps.edge_m[edge]
        if self._on_highways:
            pace = dice.uniform(*HIGHWAY_PACE)
        else:
            flow_mps = metres * SECOND_US / micros
            pace = min(1.0, max(SLOWEST_PACE, dice.uniform(*PATROL_MPH) * MPH / flow_mps))
        return Leg(steps, edges, now_us(self._env), pace, begin.offset_m if begin is not None else 0.0)

    def _edge_of_beat(self) -> Spot:
        """Where it goes to be on its beat again: a crossing of it, drawn."""
        node = self._dice.choice(self.beat.nodes)
        edge = self._router.wander(self._dice, node, None, self.beat.area)
        return Spot(edge, 0.0)

    # --- work -----------------------------------------------------------------------------------------------------

    def _work_on(self, plan: int, work: Work, seconds: float) -> None:
        self._plan = plan = plan + 1
        self.work = work
        self._become(work.status)
        self._crew.began(self, work)
        call_later(self._env, round(seconds * SECOND_US), self._done, plan)

    def _done(self, plan: int) -> None:
        if plan == self._plan:
            self._end_work()
            self._become("available")
            call_later(self._env, round(self._dice.uniform(*PAPERWORK_S) * SECOND_US), self._next, plan)

    def _end_work(self) -> None:
        if self.work is not None:
            work, self.work = self.work, None
            self._crew.finished(self, work)

    def _change(self, plan: int, _: float) -> None:
        """At the station: the crews change over."""
        if plan == self._plan:
            self._duty.new_crew(now_us(self._env))
            seconds = patrol_duty.minutes(self._dice, patrol_duty.BRIEFING_MIN)
            self._work_on(plan, self._duty.between, seconds + self._night_s())

    def _night_s(self) -> float:
        """Until the morning's crew comes, where there is none at night."""
        rest_us = self._duty.rest_us(now_us(self._env))
        if rest_us:
            self._duty.new_crew(self._duty.change_us)
        return rest_us / SECOND_US

    # --- calls ----------------------------------------------------------------------------------------------------

    def _on_scene(self, plan: int, scene_s: float) -> None:
        if plan != self._plan or self.task is None:
            return
        self._become("on-scene")
        self.task.changed(self, "on-scene")
        call_later(self._env, round(scene_s * SECOND_US), self._cleared, plan)

    def _cleared(self, plan: int) -> None:
        """Back in service; some go and write their report first."""
        if plan != self._plan or self.task is None:
            return
        self._stand()
        plan += 1
        self._leave()
        self._become("available")
        if self._plan != plan:
            return  # somebody waited for it
        dice = self._dice
        after_us = round(dice.uniform(*PAPERWORK_S) * SECOND_US)
        if dice.random() < patrol_duty.REPORT_CHANCE:
            seconds = patrol_duty.minutes(dice, patrol_duty.REPORT_MIN)
            call_later(self._env, after_us, self._report, plan, seconds)
        else:
            call_later(self._env, after_us, self._next, plan)

    def _report(self, plan: int, seconds: float) -> None:
        if plan == self._plan:
            self._work_on(plan, patrol_duty.REPORT, seconds)

    # --- odds and ends --------------------------------------------------------------------------------------------

    def _drop(self) -> None:
        """Whatever it was at ends here."""
        self._plan += 1
        self._end_work()
        self._leave()

    def _leave(self) -> None:
        if self.task is not None:
            task, self.task = self.task, None
            task.changed(self, "available")

    def _stand(self) -> None:
        """Stop where it is now."""
        self._plan += 1
        now = now_us(self._env)
        if now < self._leg.arrives:
            spot = self._leg.spot(now)
            self._leg = Leg(self._router.steps, (spot.edge,), now, 1.0, spot.offset_m, spot.offset_m)

    def _drive(self, goal: Spot, pace: float, then: Callable[[int, float], None], scene_s: float) -> None:
        self._plan += 1
        now = now_us(self._env)
        self._leg = self._router.drive(self._leg.spot(now), goal, now, pace)
        call_later(self._env, self._leg.arrives - now, then, self._plan, scene_s)

    def _become(self, status: Status) -> None:
        if status != self.status:
            self.status = status
            if status != "enroute":
                self._light(False)
            self._crew.changed(self.unit, status)

    def _light(self, on: bool) -> None:
        if on != self.code_3:
            self.code_3 = on
            self._crew.lit(self)
