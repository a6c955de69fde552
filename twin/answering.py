"""The two answering points and their CAD systems.

Knows: whose call it is, and which feed each CAD publishes to.
Refuses to know: why people call, and who is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

import numpy as np

from twin.devices import eido
from twin.devices.call_switch import CallSwitch
from twin.devices.line_quality import LineQuality
from twin.setting import Setting
from twin.sim.calls import Callers, Matter
from twin.sim.calls_kinds import KINDS, Kind, mean_callers
from twin.sim.crime_records import CADS, Cad
from twin.sim.geometry import inside
from twin.sim.parish import planar
from twin.sim.rhythm import Rhythm
from twin.sim.rhythm_week import WEEK, by_week

LEASED_LINE = LineQuality(transport="request", delay_ms=40, jitter_ms=15)
FROM_HOME_M = 500.0


class Answering:
    """`callers` turns what happens into calls; the background of a day's calls comes by itself. `switches` in the order
    of `CADS`."""

    def __init__(self, setting: Setting, dispatch: Callable[[Matter], None]) -> None:
        self._setting = setting
        plane = setting.parish.plane
        self._towns = [planar(plane, place.ring) for place in setting.parish.places if place.kind != "community"]
        county, cities = self._switch("county", eido.CPSO_CAD), self._switch("cities", eido.CITY_CAD)
        self.switches = (county, cities)
        self.callers = Callers(
            setting.env,
            plane,
            county,
            cities,
            self.in_town,
            dispatch,
            self._address,
            setting.truth.log,
            setting.local_start.year,
        )
        self._homes = [home.people for home in setting.parish.people]
        for rhythm in WEEK:
            self._background(rhythm)

    def _background(self, rhythm: str) -> None:
        """The day's calls about matters that follow one curve of the week. Dice of their own: a call more about a crash
        moves no call about a burglary."""
        setting = self._setting
        really = setting.scenario.world.crime != "none"  # burglaries happen, and are told of by those they happened to
        kinds = [kind for kind in KINDS if kind.rhythm == rhythm and not (really and kind.kind == "burglary")]
        calls = sum(kind.share * mean_callers(kind) for kind in KINDS)
        share = sum(kind.share for kind in kinds) / calls
        dice = setting.dice("calls", rhythm)
        Rhythm(
            setting.env,
            setting.scenario.world.calls_a_day * share,
            by_week(setting.local_start, rhythm),
            dice,
            partial(self._somebody_calls, kinds, [kind.share for kind in kinds], dice),
        )

    def in_town(self, x: float, y: float) -> bool:
        """Whether a place lies in a city or town with a police department."""
        point = np.array([[x, y]])
        return any(bool(inside(point, ring)[0]) for ring in self._towns)

    def file(self, which: Cad) -> tuple[CallSwitch, str]:
        """A CAD system and the next number it has, for what is told at its desk and not by a caller."""
        switch = self.switches[CADS.index(which)]
        return switch, self.callers.number(switch)

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

    def _somebody_calls(self, kinds: list[Kind], shares: list[float], dice: Random) -> None:
        setting = self._setting
        home = dice.choices(setting.parish.people, self._homes)[0]
        x, y = setting.parish.plane.xy(home.lat, home.lon)
        kind = dice.choices(kinds, shares)[0]
        self.callers.anything(kind, x + dice.gauss(0, FROM_HOME_M), y + dice.gauss(0, FROM_HOME_M), dice)
