"""Patrol cars of the sheriff's that crash: because a scenario says so, or by chance.

Knows: which car, when it is on its way fast enough, how often it happens by itself, and who calls about it.
Refuses to know: what the crash sensor says and how (see Fleet), and who is sent instead (see Dispatcher).

How often is an assumption: once in 100,000 km of patrol, and ten times as often a kilometre with lights and siren.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from twin.devices.clock import call_later, now_us
from twin.devices.things import SECOND_US
from twin.scenarios.crashes import UnitCrash
from twin.setting import Setting
from twin.sim.calls import Happened
from twin.sim.dispatch import Job
from twin.sim.patrol import PatrolUnit

LOOK_US = 2 * SECOND_US
TICK_US = 10 * SECOND_US
DRIVES_MPS = 5.0  # slower, nobody's crash sensor says anything
KM_A_CRASH = 100_000.0
CODE_3_RISK = 10.0
CALLERS, OVER_S, SPREAD_M = 2, 60.0, 25.0
STANDS_MIN = (25.0, 70.0)
PRIORITY = 1

Calls = Callable[[Happened, Random, int, float, float], object]
"""Somebody calls 911: what about, whose dice, how many, within how many seconds, from how far about."""


class Collisions:
    """`units`: the sheriff's cars. `lost(unit)` takes a car out of whatever pursuit it is in."""

    def __init__(
        self, setting: Setting, units: Sequence[PatrolUnit], calls: Calls, lost: Callable[[PatrolUnit], None]
    ) -> None:
        self._setting = setting
        self._units = units
        self._calls = calls
        self._lost = lost
        self._serials: dict[str, int] = {}
        self._dice = {one.unit: setting.dice("crash", one.unit) for one in units}
        self._left = {unit: dice.expovariate(1.0) for unit, dice in self._dice.items()}
        if setting.scenario.world.crashes:
            call_later(setting.env, TICK_US, self._tick)

    def plan(self, crash: UnitCrash) -> None:
        ahead_us = round(crash.at_s * SECOND_US) - now_us(self._setting.env)
        call_later(self._setting.env, ahead_us, self._look, crash)

    def _look(self, crash: UnitCrash) -> None:
        """Until there is a car to which it can happen."""
        for unit in self._units:
            if crash.unit in (None, unit.unit) and self._drives(unit) and _is_called_to(unit, crash.answering):
                self._crash(unit, crash.name, crash.callers, crash.lasts_s)
                return
        call_later(self._setting.env, LOOK_US, self._look, crash)

    def _tick(self) -> None:
        """What every car has driven since, and whether its luck has held."""
        call_later(self._setting.env, TICK_US, self._tick)
        often = self._setting.scenario.world.crashes / KM_A_CRASH * TICK_US / SECOND_US / 1_000.0
        for unit in self._units:
            if self._drives(unit):
                risk = CODE_3_RISK if unit.code_3 or unit.status == "pursuit" else 1.0
                self._left[unit.unit] -= unit.position(now_us(self._setting.env)).speed_mps * risk * often
                if self._left[unit.unit] <= 0.0:
                    self._left[unit.unit] = self._dice[unit.unit].expovariate(1.0)
                    self._by_chance(unit)

    def _by_chance(self, unit: PatrolUnit) -> None:
        serial = self._serials[unit.unit] = self._serials.get(unit.unit, 0) + 1
        stands_s = self._dice[unit.unit].uniform(*STANDS_MIN) * 60.0
        self._crash(unit, f"{unit.unit.lower()}-crash-{serial}", CALLERS, stands_s)

    def _drives(self, unit: PatrolUnit) -> bool:
        return unit.position(now_us(self._setting.env)).speed_mps >= DRIVES_MPS

    def _crash(self, unit: PatrolUnit, name: str, callers: int, lasts_s: float) -> None:
        setting, (x, y) = self._setting, unit.xy()
        lat, lon = setting.parish.plane.latlon(x, y)
        setting.truth.log(
            "unit-crash",
            name=name,
            unit=unit.unit,
            lat=round(lat, 6),
            lon=round(lon, 6),
            code_3=unit.code_3,
            left=unit.task.matter.happened.name if isinstance(unit.task, Job) else "",
        )
        self._lost(unit)
        unit.crash(lasts_s)
        self._calls(Happened(name, "crash", PRIORITY, x, y), setting.dice("incident", name), callers, OVER_S, SPREAD_M)


def _is_called_to(unit: PatrolUnit, incident: str | None) -> bool:
    """Whether it is on its way there with lights and siren; to nowhere in particular, whatever it does."""
    if incident is None:
        return True
    return unit.code_3 and isinstance(unit.task, Job) and unit.task.matter.happened.name == incident
