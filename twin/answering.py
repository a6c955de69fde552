"""The two answering points and their CAD systems.

Knows: whose call it is, and which feed each CAD publishes to.
Refuses to know: why people call, and who is sent.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.devices import eido
from twin.devices.call_switch import CallSwitch
from twin.devices.line_quality import LineQuality
from twin.setting import Setting
from twin.sim.calls import Callers, Happened
from twin.sim.geometry import inside
from twin.sim.parish import planar
from twin.sim.rhythm import CALLING, Rhythm, by_hour

LEASED_LINE = LineQuality(transport="request", delay_ms=40, jitter_ms=15)
WEEKEND_CALLS = 1.1


class Answering:
    """`callers` turns what happens into calls; the background of a day's calls comes by itself."""

    def __init__(self, setting: Setting, dispatch: Callable[[Happened], None]) -> None:
        self._setting = setting
        plane = setting.parish.plane
        self._towns = [planar(plane, place.ring) for place in setting.parish.places if place.kind != "community"]
        self.callers = Callers(
            setting.env,
            plane,
            self._switch("county", eido.CPSO_CAD),
            self._switch("cities", eido.CITY_CAD),
            self.in_town,
            dispatch,
            self._address,
            setting.truth.log,
            setting.local_start.year,
        )
        self._dice = setting.dice("calls", "background")
        factor = by_hour(setting.local_start, CALLING, WEEKEND_CALLS)
        Rhythm(setting.env, setting.scenario.world.calls_a_day, factor, self._dice, self._somebody_calls)

    def in_town(self, x: float, y: float) -> bool:
        """Whether a place lies in a city or town with a police department."""
        point = np.array([[x, y]])
        return any(bool(inside(point, ring)[0]) for ring in self._towns)

    def _address(self, x: float, y: float) -> str:
        """A house number on the nearest road; the numbers count the tens of metres from its beginning."""
        spot = self._setting.router.nearest_edge(x, y)
        return f"{100 + round(spot.offset_m / 10.0) * 2} {self._setting.network.road(spot.edge)}"

    def _switch(self, which: str, cad: eido.Cad) -> CallSwitch:
        setting, name = self._setting, f"cad/{which}"
        return CallSwitch(
            setting.env,
            name,
            cad,
            setting.line(name, f"911-{which}", "application/json", LEASED_LINE),
            setting.dice("cad", which),
            epoch=setting.epoch,
            faults=setting.faults(name),
            log=setting.truth.log,
        )

    def _somebody_calls(self) -> None:
        self.callers.anything(self._setting.parish, self._dice)
