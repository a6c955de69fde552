"""What every part of the world is made with: one clock, one parish, one log, and dice by name.

Knows: how a device gets its line, its dice and its faults, and which names have been given.
Refuses to know: what the devices are.

Names, for faults and random streams: `avl/CPSO-07`, `terminal/CPSO-07`, `lpr/i10-exit-4`, `cad/county`, `cad/cities`,
`adsb/klch`, `hotlist/state`, `records/state`, `posts/network`, `tips/parish`, `lpr/CPSO-03` for a reader on a car; a
device's line is `line/` and its name with a dash, as `line/lpr-i10-exit-4`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo

from simpy import Environment

from twin.devices.carrier import Carrier
from twin.devices.clock import now_us
from twin.devices.fault_plan import FaultPlan
from twin.devices.faults import AnyFault
from twin.devices.line import Line
from twin.devices.line_quality import LineQuality
from twin.devices.things import SECOND_US
from twin.scenarios.schema import Scenario
from twin.sim import homes, roads_import, terrain
from twin.sim import parish as facts
from twin.sim.gazetteer import Gazetteer
from twin.sim.people import People
from twin.sim.roads_drawn import RoadsError
from twin.sim.roads_fit import misfits, shown
from twin.sim.roads_network import Network
from twin.streams import Streams
from twin.truth import Truth


class WorldError(ValueError):
    """The scenario asks for something that this parish does not have; the message says where and what."""


class Setting:
    """`epoch` is the scenario's start in microseconds UTC, `local_start` the same by the parish's clocks, which are
    `offset_min` before it. `names` are those that faults may name, `lines` the devices' ways to the center."""

    def __init__(self, scenario: Scenario, seed: int, carrier: Carrier) -> None:
        self.scenario = scenario
        self.seed = seed
        self.env = Environment()
        self.parish = facts.load()
        self.terrain = terrain.of(self.parish, _network(scenario.world.roads))
        self.network, self.router = self.terrain.network, self.terrain.router
        if scenario.world.roads is not None and (found := misfits(self.parish, self.router)):
            raise WorldError(f"world.roads: {scenario.world.roads}: {shown(found)}")
        self.gazetteer = Gazetteer(self.parish, self.router)
        local = datetime.fromisoformat(scenario.start).replace(tzinfo=ZoneInfo(self.parish.timezone))
        self.local_start = local.replace(tzinfo=None)
        self.epoch = round(local.timestamp()) * SECOND_US
        self.offset_min = round(local.timestamp() - self.local_start.replace(tzinfo=UTC).timestamp()) // -60
        self.ends_us = round(scenario.lasts_s * SECOND_US)
        self.truth = Truth(lambda: now_us(self.env))
        self._carrier = carrier
        self.streams = Streams(seed)
        self._plan = FaultPlan(scenario.faults)
        self.names: list[str] = []
        self.lines: list[Line] = []

    def dice(self, kind: str, name: str) -> Random:
        """The dice of one thing; nobody else draws from them."""
        return self.streams.of(kind, name)

    @cached_property
    def people(self) -> People:
        """The parish's residents under this seed. Made when somebody first asks, in columns: about a second and 60 MB
        (docs/world.md); a run in which nobody asks pays nothing."""
        return People(self.streams, self.parish, homes.load(self.scenario.world.roads))

    def faults(self, device: str) -> tuple[AnyFault, ...]:
        """What strikes a device. Asking is how a device becomes known as something that faults may name."""
        self.names.append(device)
        return self._plan.of(device)

    def line(self, device: str, link: str, peer: str, quality: LineQuality) -> Line:
        """The way of a device to the center, with dice and faults of its own."""
        name = f"line/{device.replace('/', '-')}"
        line = Line(
            self.env,
            self._carrier,
            link,
            peer,
            self.dice("line", name),
            quality,
            name=name,
            faults=self.faults(name),
            log=self.truth.log,
        )
        self.lines.append(line)
        return line

    def check_faults(self) -> None:
        """Raises WorldError for a fault that strikes nothing here, once every device has been made."""
        for position in self._plan.unused(self.names):
            on = self.scenario.faults[position].on
            raise WorldError(f"faults[{position}].on: {on!r} strikes nothing here that can have such a fault")


def _network(roads: str | None) -> Network:
    try:
        return roads_import.chosen(roads)
    except (RoadsError, OSError) as error:
        raise WorldError(f"world.roads: {error}") from error
