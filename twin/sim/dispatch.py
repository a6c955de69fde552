"""Who is sent: the nearest that may go and is free, and what waits while nobody is.

Knows: whose ground a place is, how many cars a matter needs, the queue, and what becomes of a matter with cars on it.
Refuses to know: how cars drive, and who called.

The queue is bounded and in order of urgency, then of asking. When it is full the least urgent, latest matter is told
to call back another day, and the log says so.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence
from random import Random

from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import SECOND_US, Log
from twin.sim import calls_kinds
from twin.sim.calls import Happened, Matter
from twin.sim.patrol import PatrolUnit
from twin.sim.patrol_duty import Status
from twin.sim.routing import Router
from twin.sim.routing_leg import Spot

MOST_WAITING = 200
LOOK_AGAIN_US = 30 * SECOND_US
NOTICES_S = (2.0, 8.0)  # until a dispatcher sees that a car is free again
BACKUP_SHARE = (0.4, 0.9)  # of the first car's time on scene
CANCELLED_BACKUP = 0.3  # of second cars not there yet when the first has been there a while
URGENT = 2
SERIOUS_UNITS = 2

Grounds = Callable[[Happened], tuple[Sequence[str], Sequence[str]]]
"""Whose a matter is: the agencies that go there, and those that help them out with what is urgent."""


class Job:
    """One matter and the cars on it; also what the cars answer to."""

    def __init__(self, dispatcher: Dispatcher, matter: Matter, serial: int, asked_us: int) -> None:
        self.matter = matter
        self.serial = serial
        self.asked_us = asked_us
        self.units: list[PatrolUnit] = []
        serious = matter.happened.priority == 1 and matter.kind.service == "law"
        self.wanted = max(matter.kind.units, SERIOUS_UNITS if serious else 1)
        self.scene_s = calls_kinds.scene_s(matter.kind, matter.dice)
        self._dispatcher = dispatcher

    @property
    def order(self) -> tuple[int, int]:
        return self.matter.happened.priority, self.serial

    def changed(self, unit: PatrolUnit, status: Status) -> None:
        self._dispatcher.heard(self, unit, status)


class Dispatcher:
    """`assigned(matter, unit, agency, status)` and `ended(matter)` are how it tells what it knows (see Callers)."""

    def __init__(
        self,
        env: Environment,
        router: Router,
        units: Sequence[PatrolUnit],
        grounds: Grounds,
        dice: Random,
        *,
        assigned: Callable[[Matter, str, str, str], None],
        ended: Callable[[Matter], None],
        log: Log,
    ) -> None:
        self.waiting: list[Job] = []
        self._env = env
        self._router = router
        self._units = units
        self._grounds = grounds
        self._dice = dice
        self._assigned = assigned
        self._ended = ended
        self._log = log
        self._serial = 0
        self._looking = self._looking_again = False

    def ask(self, matter: Matter) -> None:
        """Cars are needed."""
        self._serial += 1
        job = Job(self, matter, self._serial, now_us(self._env))
        matter.moved = lambda: self._redirect(job)
        self._find(job)

    def freed(self) -> None:
        """A car is free again; a dispatcher notices a moment later."""
        if self.waiting and not self._looking:
            self._looking = True
            call_later(self._env, round(self._dice.uniform(*NOTICES_S) * SECOND_US), self._look)

    def heard(self, job: Job, unit: PatrolUnit, status: Status) -> None:
        """A car on a matter says what it does."""
        if status == "crash":
            self._lost(job, unit)
            return
        said = "cleared" if status == "available" else status
        self._assigned(job.matter, unit.unit, unit.agency, said)
        if status == "enroute":
            return
        self._log(said, name=job.matter.happened.name, unit=unit.unit, agency=unit.agency)
        if status == "on-scene" and len(job.units) > 1 and self._dice.random() < CANCELLED_BACKUP:
            for other in [one for one in job.units if one is not unit and one.status == "enroute"]:
                other.release()
        if status == "available":
            job.units = [one for one in job.units if one is not unit]
            if not job.units:
                self._finish(job)

    def _lost(self, job: Job, unit: PatrolUnit) -> None:
        """A car will not come; another goes."""
        job.units.remove(unit)
        self._assigned(job.matter, unit.unit, unit.agency, "cleared")
        self._log("cleared", name=job.matter.happened.name, unit=unit.unit, agency=unit.agency)
        self._find(job)

    # --- sending --------------------------------------------------------------------------------------------------

    def _find(self, job: Job) -> None:
        """Cars go now, or it waits for them."""
        self._try(job)
        if len(job.units) < job.wanted and job not in self.waiting:
            self._queue(job)

    def _try(self, job: Job) -> None:
        """As many cars as it needs, or as there are."""
        happened = job.matter.happened
        goal = self._router.nearest_edge(*job.matter.believed)
        own, helping = self._grounds(happened)
        urgent = happened.priority <= URGENT
        for agencies in (own, helping) if urgent else (own,):
            missing = job.wanted - len(job.units)
            if missing > 0:
                for unit in self._nearest(goal, agencies, happened.priority, missing):
                    self._send(job, unit, goal)

    def _nearest(self, goal: Spot, agencies: Sequence[str], priority: int, count: int) -> list[PatrolUnit]:
        free = [unit for unit in self._units if unit.agency in agencies and unit.free(priority)]
        if not free:
            return []
        node = int(self._router.network.source[goal.edge])
        nearest = self._router.nearest_k(node, [unit.node for unit in free], count)
        return [free[index] for index, _ in nearest]

    def _send(self, job: Job, unit: PatrolUnit, goal: Spot) -> None:
        happened = job.matter.happened
        self._log(
            "dispatched",
            name=happened.name,
            unit=unit.unit,
            agency=unit.agency,
            priority=happened.priority,
            waited_us=now_us(self._env) - job.asked_us,
        )
        self._assigned(job.matter, unit.unit, unit.agency, "dispatched")
        share = self._dice.uniform(*BACKUP_SHARE) if job.units else 1.0
        job.units.append(unit)
        unit.respond(goal, job, job.scene_s * share, happened.priority)

    def _redirect(self, job: Job) -> None:
        """The place was wrong: whoever is on the way or there goes to the right one."""
        goal = self._router.nearest_edge(*job.matter.believed)
        for unit in job.units:
            unit.redirect(goal, job.scene_s, job.matter.happened.priority)

    def _finish(self, job: Job) -> None:
        if job in self.waiting:
            self.waiting.remove(job)
        self._ended(job.matter)

    # --- waiting --------------------------------------------------------------------------------------------------

    def _queue(self, job: Job) -> None:
        if not job.units:
            self._log("queued", name=job.matter.happened.name, priority=job.matter.happened.priority)
        insort(self.waiting, job, key=lambda one: one.order)
        if len(self.waiting) > MOST_WAITING:
            gone = self.waiting.pop()
            if not gone.units:
                self._log("turned-away", name=gone.matter.happened.name)
                self._ended(gone.matter)
        self._look_later()

    def _look(self) -> None:
        """The most urgent first; what still finds nobody goes on waiting."""
        self._looking = False
        for job in tuple(self.waiting):
            if not any(unit.free(job.matter.happened.priority) for unit in self._units):
                break
            self._try(job)
            if len(job.units) >= job.wanted:
                self.waiting.remove(job)
        self._look_later()

    def _look_later(self) -> None:
        if self.waiting and not self._looking_again:
            self._looking_again = True
            call_later(self._env, LOOK_AGAIN_US, self._look_again)

    def _look_again(self) -> None:
        self._looking_again = False
        self.freed()
