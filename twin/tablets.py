"""The tablets with TAK clients of a world, and where they stand in the center's site file.

Knows: whose each tablet is and where it is, and who else may connect.
Refuses to know: what carries their bytes (a Way is passed in), and what is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from twin.devices.tablet import Tablet, Way
from twin.devices.things import SECOND_US, Fix
from twin.parish_people import OTHERS, REPRESENTATIVE, operators
from twin.scenarios import tak
from twin.setting import Setting, WorldError
from twin.sim.gazetteer import UnknownPlaceError
from twin.sim.patrol import PatrolUnit

OWN, PARTNER = "Cyan", "White"


class Tablets:
    """`tablets` by call sign; `callsigns` of everybody else who may connect."""

    def __init__(self, setting: Setting, units: Mapping[str, PatrolUnit]) -> None:
        """Raises WorldError."""
        self._setting = setting
        self._units = units
        self._said = setting.scenario.world.cot
        self.tablets: dict[str, Tablet] = {}
        self.callsigns: tuple[str, ...] = self._said.people if self._said else ()
        self._check_names()
        for place, one in enumerate(self._said.tablets if self._said else ()):
            try:
                self.tablets[one.callsign] = self._tablet(one)
            except (WorldError, UnknownPlaceError) as error:
                raise WorldError(f"world.cot.tablets[{place}]: {error}") from error

    def connect_by(self, way: Way) -> None:
        for tablet in self.tablets.values():
            tablet.way = way

    def site_table(self, listen: str) -> dict[str, Any]:
        """`[cot]` of the center's site file; nothing where the scenario has none."""
        if self._said is None:
            return {}
        rows: list[dict[str, Any]] = [{"client": name, "operator": name} for name in self.callsigns]
        for one in self._said.tablets:
            whose = {"unit": one.unit} if one.unit is not None else {"operator": one.person}
            rows.append({"client": one.callsign, **whose})
        return {"cot": {"listen": listen, "clients": rows}}

    def _check_names(self) -> None:
        """Raises WorldError."""
        if self._said is None:
            return
        people = self._people()
        for name in self.callsigns:
            if name not in people:
                raise WorldError(f"world.cot.people: nobody signs in as {name}; there are {', '.join(people)}")
        names = Counter([*self.callsigns, *(one.callsign for one in self._said.tablets)])
        for name in [name for name, count in names.items() if count > 1]:
            raise WorldError(f"world.cot: two clients are called {name}")

    def _people(self) -> list[str]:
        return [
            *(name for name, _ in operators(self._setting.scenario.world.operators)),
            *(name for name, *_ in OTHERS),
            REPRESENTATIVE["operator"],
        ]

    def _tablet(self, one: tak.Tablet) -> Tablet:
        setting, name = self._setting, f"tablet/{one.callsign}"
        position, own = self._place(one)
        return Tablet(
            setting.env,
            one.callsign,
            position,
            setting.dice("tablet", one.callsign),
            epoch=setting.epoch,
            every_us=round(one.every_s * SECOND_US),
            reads_s=one.reads_s,
            team=OWN if own else PARTNER,
            faults=setting.faults(name),
            log=setting.truth.log,
        )

    def _place(self, one: tak.Tablet) -> tuple[Callable[[int], Fix], bool]:
        """Where the tablet is, and whether its people are the center's own. Raises WorldError, UnknownPlaceError."""
        if (one.unit is None) == (one.person is None):
            raise WorldError("a tablet is a unit's or a person's, one of them")
        own = {agency.agency for agency in self._setting.parish.agencies if agency.own}
        if one.unit is not None:
            if one.unit not in self._units:
                raise WorldError(f"unit: there is no {one.unit} here")
            unit = self._units[one.unit]
            return unit.position, unit.agency in own
        if one.person not in self._people():
            raise WorldError(f"person: nobody signs in as {one.person}; there are {', '.join(self._people())}")
        if one.at is None:
            raise WorldError("at: a person's tablet stands somewhere; name a place")
        lat, lon = self._setting.parish.plane.latlon(*self._setting.gazetteer.xy(one.at))
        return partial(_standing, lat, lon), one.person != REPRESENTATIVE["operator"]


def _standing(lat: float, lon: float, at_us: int) -> Fix:
    return Fix(at_us, lat, lon)
