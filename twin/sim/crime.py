"""Burglary as it happens: rows of a history become deeds, traces and reports at their time on the clock of a world.

Knows: when something happens, is seen by a doorbell camera, and is told, and when a crew's car passes a reader.
Refuses to know: what is drawn (`crime_history`, `crime_crews`), which system a report goes into (`crime_calls`), what a
center makes of it.

Only `log` hears the truth: which crew, which earlier burglary, when exactly. `reported` hears what people would tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from simpy import Environment

from twin.devices.clock import call_later, now_us
from twin.devices.things import Log, Passage
from twin.sim.crime_crews import Outing
from twin.sim.crime_history import History
from twin.sim.crime_records import ENTRIES, NONE, TARGETS, Burglary, Report, Rows, report
from twin.sim.geometry import Plane
from twin.sim.people import People
from twin.sim.profiles import KINDS
from twin.sim.routing_leg import Watched
from twin.sim.traffic import ReaderView, passage


class Scenes:
    """Where burglaries, their traces and their reports come out. `happened(burglary)` is called for each;
    `seen(burglary, premise, at_us)` when a doorbell camera has something of one; `reported(name, case, report)` when
    another version of the report `case` is told, of the burglary `name`, or None for what never happened;
    `passed(reader, passage)` when a crew's car passes a reader."""

    def __init__(
        self,
        env: Environment,
        people: People,
        plane: Plane,
        watched: Watched,
        views: dict[str, ReaderView],
        *,
        seen: Callable[[Burglary, int, int], None],
        happened: Callable[[Burglary], None],
        reported: Callable[[str | None, str, Report], None],
        passed: Callable[[str, Passage], None],
        log: Log,
    ) -> None:
        self._env = env
        self._people = people
        self._plane = plane
        self._watched = watched
        self._views = views
        self._seen = seen
        self._happened = happened
        self._reported = reported
        self._passed = passed
        self._log = log

    def play(self, history: History, from_us: int) -> None:
        """Let the rest of a history happen from its moment `from_us`, which is the world's start. Of cases that were
        told before nothing more is heard."""
        crews = [story.crew.name for story in history.stories]
        for row in np.flatnonzero(history.burglaries["at_us"] >= from_us).tolist():
            one = value(history.burglaries, row, crews)
            sightings = history.sightings[history.sightings["burglary"] == row]
            self.at(one.at_us - from_us, self.commit, one._replace(at_us=one.at_us - from_us), sightings, from_us)
        for case, name, versions in _cases(history.reports, history.about, from_us):
            self.tell(case, name, versions, from_us)
        for story in history.stories:
            for outing in story.outings:
                if outing.ends_us >= from_us:
                    self.drive(outing, lambda: True, from_us)

    def commit(self, burglary: Burglary, sightings: Rows, from_us: int = 0) -> None:
        """It happens now. Rows' times count from `from_us` before the world's start, here and below."""
        lat, lon = self._plane.latlon(*self._people.homes.xy[burglary.premise].tolist())
        facts = {name: fact for name, fact in burglary._asdict().items() if name != "at_us"}
        self._log("burglary", lat=round(lat, 6), lon=round(lon, 6), **facts)
        self._happened(burglary)
        for row in sightings:
            at_us = int(row["at_us"]) - from_us
            self.at(at_us, self._seen, burglary, int(row["premise"]), at_us)

    def tell(self, case: str, name: str | None, versions: Rows, from_us: int = 0) -> None:
        """The versions of one case become known in their time; `name`: of the burglary it is about."""
        for row in versions:
            self.at(int(row["known_us"]) - from_us, self._tell, case, name, row, from_us)

    def drive(self, outing: Outing, free: Callable[[], bool], from_us: int = 0) -> None:
        """The car of an outing passes the readers on its way, while its crew is `free`."""
        for leg in outing.legs:
            for seen in leg.passes(self._watched):
                self.at(seen.at - from_us, self._pass, outing, seen.name, free)

    def at(self, at_us: int, then: Callable[..., None], *arguments: object) -> None:
        """Call it then, unless that has passed."""
        if at_us >= now_us(self._env):
            call_later(self._env, at_us - now_us(self._env), then, *arguments)

    def _pass(self, outing: Outing, reader: str, free: Callable[[], bool]) -> None:
        if free():
            car = self._people.vehicle_at(outing.car)
            name = outing.theft.name if outing.theft else outing.crew
            self._passed(reader, passage(now_us(self._env), name, car, self._views[reader]))

    def _tell(self, case: str, name: str | None, row: np.void, from_us: int) -> None:
        told = report(row, self._people.homes)
        told = told._replace(
            known_us=told.known_us - from_us, from_us=told.from_us - from_us, to_us=told.to_us - from_us
        )
        self._reported(name, case, told)


def value(burglaries: Rows, row: int, crews: list[str]) -> Burglary:
    """A row of BURGLARY as a value; `crews` are the names that its `crew` counts."""
    one = burglaries[row]
    return Burglary(
        name=f"burglary-{row}",
        kind=KINDS[one["kind"]],
        at_us=int(one["at_us"]),
        premise=int(one["premise"]),
        entry=ENTRIES[one["entry"]],
        target=TARGETS[one["target"]],
        crew=None if one["crew"] == NONE else crews[one["crew"]],
        parent=None if one["parent"] == NONE else f"burglary-{one['parent']}",
    )


def _cases(reports: Rows, about: NDArray[np.int64], from_us: int) -> Iterator[tuple[str, str | None, Rows]]:
    """Cases that are first told after `from_us`: their name, the burglary's, and all versions."""
    key = reports["case"].astype(np.int64) * 2 + reports["cad"]
    for case in np.unique(key[(reports["version"] == 1) & (reports["known_us"] >= from_us)]).tolist():
        rows = np.flatnonzero(key == case)
        burglary = int(about[rows[0]])
        yield f"case-{case}", None if burglary == NONE else f"burglary-{burglary}", reports[rows]
