"""Sprees on the clock of a world: crews that go out night after night until someone stops them.

Knows: when a crew goes out, what it has done so far, and that an arrest ends it.
Refuses to know: what an outing is like (`crime_crews`), and who arrests them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import numpy as np
from simpy import Environment

from twin.devices.clock import now_us
from twin.devices.things import Log
from twin.sim import crime_reports
from twin.sim.crime import Scenes, value
from twin.sim.crime_cameras import Doorbells
from twin.sim.crime_crews import Crew, Crews, Outing
from twin.sim.crime_history import rows_of
from twin.sim.crime_records import Rows
from twin.sim.crime_risk import RiskSurface
from twin.sim.people import People
from twin.sim.profiles import HOUR_US, Kind, Trade, midnight_us
from twin.sim.routing import Router
from twin.sim.thefts import AutoTheft
from twin.streams import Streams


@dataclass(slots=True)
class Spree:
    """A crew and what it has done. It goes out `nights` times, or as often as chance has it; after `caught_after` of
    them, if that is given, it is arrested."""

    crew: Crew
    dice: Random
    nights: int | None
    caught_after: int | None
    outings: list[Outing] = field(default_factory=list)
    free: bool = True


class Sprees:
    """`stolen(theft)` when a crew takes a car; everything else comes out of `scenes`. `start`: the world's start,
    local. A crew has dice of its own, by its name: adding one changes nothing about any other."""

    def __init__(
        self,
        env: Environment,
        scenes: Scenes,
        people: People,
        router: Router,
        risk: RiskSurface,
        cameras: Doorbells,
        streams: Streams,
        start: datetime,
        *,
        stolen: Callable[[AutoTheft], None],
        log: Log,
    ) -> None:
        self.sprees: dict[str, Spree] = {}
        self._env = env
        self._scenes = scenes
        self._crews = Crews(people, router, risk, start)
        self._risk = risk
        self._cameras = cameras
        self._streams = streams
        self._start = start
        self._stolen = stolen
        self._log = log

    def add(
        self,
        name: str,
        kind: Kind,
        first_day: int = 0,
        *,
        nights: int | None = None,
        caught_after: int | None = None,
        trade: Trade | None = None,
        around: tuple[float, float] | None = None,
    ) -> Crew:
        """A crew begins on the `first_day`-th day (0 is the day of the start) or the next on which it still can. It
        works as `trade` says, if not like others of its kind; lives and works `around` a point (metres), if not
        anywhere."""
        assert name not in self.sprees
        dice = self._streams.of("crew", name)
        crew = self._crews.gather(name, kind, dice, trade, around)
        self.sprees[name] = spree = Spree(crew, dice, nights, caught_after)
        day = first_day
        while midnight_us(self._start, day) + crew.trade.starts_h[0] * HOUR_US < now_us(self._env):
            day += 1
        self._go_out(spree, day)
        return crew

    def arrest(self, name: str) -> bool:
        """Stop a crew for good, wherever it is; whether it was still free."""
        spree = self.sprees[name]
        was_free, spree.free = spree.free, False
        if was_free:
            self._log("arrested", crew=name, members=spree.crew.members, outings=len(spree.outings))
        return was_free

    def _go_out(self, spree: Spree, day: int) -> None:
        at_us = midnight_us(self._start, day)
        self._scenes.at(max(at_us, now_us(self._env)), self._outing, spree, day)

    def _outing(self, spree: Spree, day: int) -> None:
        """Midnight: they know what they will do today, unless someone stops them."""
        if not spree.free:
            return
        crew, number = spree.crew, len(spree.outings) + 1
        before = spree.outings[-1] if spree.outings else None
        outing = self._crews.plan(crew, number, day, before, spree.dice)
        spree.outings.append(outing)
        self._scenes.at(outing.legs[0].departs, self._leave, spree, outing)
        self._scenes.at(outing.ends_us, self._home, spree, day)

    def _leave(self, spree: Spree, outing: Outing) -> None:
        if not spree.free:
            return
        self._log("outing", crew=spree.crew.name, number=outing.number, hits=len(outing.hits), tries=outing.tries)
        if outing.theft is not None:
            self._stolen(outing.theft)
        self._scenes.drive(outing, lambda: spree.free)
        rows = rows_of((outing,), 0, spree.crew.kind)
        dice = self._streams.columns("outing", f"{spree.crew.name}/{outing.number}")
        reports, about = crime_reports.make(rows, self._risk, self._start, dice, unfounded=False)
        sightings = self._cameras.saw(rows, dice)
        for row in range(len(rows)):
            versions = reports[about == row]
            saw = sightings[sightings["burglary"] == row]
            self._scenes.at(int(rows["at_us"][row]), self._hit, spree, outing, rows, row, versions, saw)

    def _hit(self, spree: Spree, outing: Outing, rows: Rows, row: int, versions: Rows, sightings: Rows) -> None:
        if not spree.free:
            return
        name = f"{spree.crew.name}-{outing.number}-{row + 1}"
        self._scenes.commit(value(rows, row, [spree.crew.name])._replace(name=name), sightings)
        for case in np.unique(versions["case"]).tolist():
            self._scenes.tell(f"{name}/{case}", name, versions[versions["case"] == case])

    def _home(self, spree: Spree, day: int) -> None:
        """After an outing: caught, tired of it, or soon again. What a scenario says goes before chance."""
        if not spree.free:
            return
        trade, dice, done = spree.crew.trade, spree.dice, len(spree.outings)
        caught, gives_up = dice.random() < trade.caught, dice.random() < trade.gives_up
        gap = dice.randint(*trade.gap_days)
        if spree.nights is not None:
            caught, gives_up = False, done >= spree.nights
        if spree.caught_after is not None:
            caught = done >= spree.caught_after
        if caught:
            self.arrest(spree.crew.name)
        elif not gives_up:
            self._go_out(spree, day + gap)
