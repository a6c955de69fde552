"""The parish at work: a scenario turned into a world with its people, cars and devices, on one clock.

Knows: what happens when, and who is sent where.
Refuses to know: the center, and what carries the bytes (a carrier is passed in).
"""

from __future__ import annotations

from twin.airfield import Airfield
from twin.answering import Answering
from twin.devices.carrier import Carrier
from twin.devices.clock import call_later
from twin.devices.terminal import Message
from twin.devices.things import SECOND_US
from twin.fleet import Fleet
from twin.roadside import Roadside
from twin.scenarios.schema import Happening, Incident, Panic, Scenario, StolenCar
from twin.setting import Setting, WorldError
from twin.sim.calls import Happened
from twin.sim.cars import Theft
from twin.sim.gazetteer import UnknownPlaceError

SCENE_S = {1: 1_500.0, 2: 1_200.0, 3: 900.0, 4: 600.0, 5: 600.0}
LOOK_FOR_S = 600.0


class World:
    """Everything but the center. `setting.env` holds what will happen; `fleet.terminals` are where the center's
    messages arrive."""

    def __init__(self, scenario: Scenario, seed: int, carrier: Carrier) -> None:
        """Raises WorldError."""
        self.setting = Setting(scenario, seed, carrier)
        self.roadside = Roadside(self.setting)
        self.fleet = Fleet(self.setting, self._told)
        self.answering = Answering(self.setting, self._dispatch)
        self.airfield = Airfield(self.setting)
        for position, happening in enumerate(scenario.happens):
            try:
                self._plan(happening)
            except (UnknownPlaceError, WorldError) as error:
                raise WorldError(f"happens[{position}]: {error}") from error
        self.setting.check_faults()

    def _plan(self, happening: Happening) -> None:
        setting, at_us = self.setting, round(happening.at_s * SECOND_US)
        if isinstance(happening, StolenCar):
            self.roadside.cars.plan(_theft(happening), setting.dice("stolen-car", happening.name))
        elif isinstance(happening, Incident):
            x, y = setting.gazetteer.xy(happening.place)
            call_later(setting.env, at_us, self._happen, happening, x, y)
        elif isinstance(happening, Panic):
            if happening.unit not in self.fleet.terminals:
                raise WorldError(f"unit: {happening.unit} has no terminal here")
            call_later(setting.env, at_us, self._panic, happening.unit)
        else:
            self.airfield.fly(at_us, round(happening.for_s * SECOND_US), setting.gazetteer.xy(happening.over))

    def _happen(self, incident: Incident, x: float, y: float) -> None:
        happened = Happened(incident.name, incident.kind, incident.priority, x, y)
        dice = self.setting.dice("incident", incident.name)
        self.answering.callers.happen(happened, dice, incident.callers, incident.over_s, incident.spread_m)

    def _panic(self, unit: str) -> None:
        self.fleet.terminals[unit].panic()
        self.fleet.routers[unit].set_emergency(True)

    def _dispatch(self, happened: Happened) -> None:
        """The towns' departments answer in the towns, the sheriff everywhere else."""
        in_town = self.answering.in_town(happened.x, happened.y)
        agencies = [agency.agency for agency in self.setting.parish.agencies if agency.own != in_town]
        goal = self.setting.router.nearest_edge(happened.x, happened.y)
        unit = self.fleet.dispatcher.send(goal, agencies, SCENE_S[happened.priority])
        self.setting.truth.log("dispatched", name=happened.name, unit=unit.unit if unit else None)

    def _told(self, unit: str, message: Message, at_us: int) -> None:
        """A deputy who is free and is told where a wanted car was seen goes there to look."""
        setting = self.setting
        setting.truth.log(
            "told", unit=unit, message=message.id, plate=message.plate, about=message.kind, shown_us=at_us
        )
        patrol = self.fleet.units[unit]
        if message.lat is not None and message.lon is not None and patrol.status == "available":
            goal = setting.router.nearest_edge(*setting.parish.plane.xy(message.lat, message.lon))
            patrol.respond(goal, LOOK_FOR_S)


def _theft(happening: StolenCar) -> Theft:
    at_us = round(happening.at_s * SECOND_US)
    return Theft(
        name=happening.name,
        at_us=at_us,
        reported_us=at_us + round(happening.reported_after_s * SECOND_US),
        stops=(happening.origin, *happening.via, happening.to),
        state=happening.state,
        plate=happening.plate,
        pace=happening.speed_factor,
    )
