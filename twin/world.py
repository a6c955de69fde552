"""The parish at work: a scenario turned into a world with its people, cars and devices, on one clock.

Knows: what happens when, and how parts of it hear of one another.
Refuses to know: the center, and what carries the bytes (a carrier is passed in).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from twin.airfield import Airfield
from twin.answering import Answering
from twin.burglary import Burglary
from twin.collisions import Collisions
from twin.devices.carrier import Carrier
from twin.devices.clock import call_later, now_us
from twin.devices.operator import Plan
from twin.devices.records import RecordsServer
from twin.devices.sergeant import Post, Sergeant
from twin.devices.terminal import Message
from twin.devices.things import SECOND_US, Listing
from twin.filming import Filming
from twin.fleet import Fleet
from twin.neighbours import Neighbours
from twin.parish_files import premises_file
from twin.parish_people import SUPERVISOR, operators
from twin.posting import Posting
from twin.reader_cars import ReaderCars
from twin.roadside import Roadside
from twin.scenarios.community import Doorbells
from twin.scenarios.crashes import UnitCrash
from twin.scenarios.posts import Publish
from twin.scenarios.schema import (
    Ask,
    Happening,
    Incident,
    InnocentCar,
    Panic,
    Scenario,
    StolenCar,
    TrafficStop,
)
from twin.scenarios.sprees import Spree
from twin.scenarios.tak import Write
from twin.scenarios.tips import Tell
from twin.setting import Setting, WorldError
from twin.sim.calls import Happened, Matter
from twin.sim.cars import Listed, Theft
from twin.sim.dispatch import Dispatcher
from twin.sim.gazetteer import UnknownPlaceError
from twin.sim.patrol import PatrolUnit
from twin.sim.patrol_beats import box
from twin.sim.patrol_duty import Status
from twin.sim.plates import Vehicle
from twin.sim.pursuit import Pursuits
from twin.sim.routing_leg import Leg
from twin.state_files import StateFiles
from twin.stops import Ordered
from twin.tablets import Tablets
from twin.telling import Spot, Telling

LOOK_FOR_S = 600.0
LOOKOUT_PRIORITY = 2
BOX_US = 4 * 3_600 * SECOND_US
"""So long a crew stays in a box that it was given, but for calls and meals: about a third of a shift (assumption)."""


class Lookout:
    """Going to see whether a wanted car is still where a reader saw it: nobody's incident, so no CAD hears of it."""

    def changed(self, unit: PatrolUnit, status: Status) -> None:
        """The terminal's status key says it all."""


class World:
    """Everything but the center. `setting.env` holds what will happen; `fleet.terminals` are where the center's
    messages arrive, `records` is whom it may ask."""

    def __init__(self, scenario: Scenario, seed: int, carrier: Carrier) -> None:
        """Raises WorldError."""
        self.setting = Setting(scenario, seed, carrier)
        self.roadside = Roadside(self.setting)
        self.fleet = Fleet(self.setting, self._told, self._freed, self.roadside.is_away)
        own = [self.fleet.units[one.unit] for one in self.fleet.roster if one.own]
        self.reader_cars = ReaderCars(self.setting, own, self.roadside)
        self.answering = Answering(self.setting, self._dispatch)
        self.dispatcher = Dispatcher(
            self.setting.env,
            self.setting.router,
            list(self.fleet.units.values()),
            self.fleet.grounds,
            self.setting.dice("dispatcher", "parish"),
            assigned=self.answering.callers.assigned,
            ended=self.answering.callers.ended,
            log=self.setting.truth.log,
        )
        self.pursuits = Pursuits(
            self.setting.env,
            self.setting.router,
            list(self.fleet.units.values()),
            self.fleet.ground,
            [agency.agency for agency in self.setting.parish.agencies if agency.own],
            self.setting.dice("dispatcher", "pursuits"),
            self.setting.truth.log,
            self._caught,
        )
        self.collisions = Collisions(self.setting, own, self.answering.callers.happen, self.pursuits.lost)
        self.records = RecordsServer(
            self.setting.env,
            "records/state",
            StateFiles(self.setting, self.roadside),
            self.setting.dice("records", "state"),
            epoch=self.setting.epoch,
            faults=self.setting.faults("records/state"),
            log=self.setting.truth.log,
        )
        self.asks: dict[str, list[Plan]] = {}
        self.tablets = Tablets(self.setting, self.fleet.units)
        self.posting = Posting(self.setting)
        self.telling = Telling(self.setting)
        self._spots: dict[str, Spot] = {}
        self._ways: dict[str, tuple[Vehicle, list[Leg]]] = {}
        self.airfield = Airfield(self.setting)
        self.filming = Filming(self.setting, self.fleet, self.airfield)
        self.neighbours = Neighbours(self.setting, self.filming.facts)
        self.burglary = Burglary(self.setting, self.roadside, self.answering, self.telling.burgled)
        self.burglary.background()
        self.outboxes = [reader.outbox for reader in self.roadside.readers.values()]
        self.outboxes += [switch.outbox for switch in self.answering.switches]
        self.outboxes += [self.telling.line.outbox] if self.telling.line else []
        for position, happening in enumerate(scenario.happens):
            try:
                self._plan(happening)
            except (UnknownPlaceError, WorldError) as error:
                raise WorldError(f"happens[{position}]: {error}") from error
        self._join_owners()
        self.setting.check_faults()

    def _join_owners(self) -> None:
        try:
            self.burglary.join(self.neighbours)
        except UnknownPlaceError as error:
            raise WorldError(f"world.owners: {error}") from error

    def happen(self, happening: Happening) -> None:
        """Something that was in no scenario; its moment must not be over. Raises WorldError, UnknownPlaceError."""
        self._plan(happening)

    def _plan(self, happening: Happening) -> None:
        setting, at_us = self.setting, round(happening.at_s * SECOND_US)
        ahead_us = at_us - now_us(setting.env)
        if isinstance(happening, StolenCar):
            car, way = self.roadside.cars.plan(_theft(happening), setting.dice("stolen-car", happening.name))
            self._ways[happening.name] = car, way
            if happening.flees:
                self.pursuits.flees(happening.name, car.plate, way)
        elif isinstance(happening, InnocentCar):
            dice = setting.dice("innocent-car", happening.name)
            self.roadside.cars.plan_innocent(_trip(happening), _listed(happening), dice)
        elif isinstance(happening, Incident):
            x, y = setting.gazetteer.xy(happening.place)
            self._spots[happening.name] = Spot(happening.name, happening.kind, x, y, at_us)
            call_later(setting.env, ahead_us, self._happen, happening, x, y)
        elif isinstance(happening, TrafficStop | UnitCrash | Panic):
            self._plan_unit(happening, ahead_us)
        elif isinstance(happening, Ask | Write):
            self._plan_ask(happening, at_us)
        elif isinstance(happening, Doorbells):
            self._plan_doorbells(happening)
        elif isinstance(happening, Publish | Tell):
            self._plan_words(happening)
        elif isinstance(happening, Spree):
            self.burglary.spree(happening)
        else:
            self.airfield.fly(at_us, round(happening.for_s * SECOND_US), setting.gazetteer.xy(happening.over))

    def _plan_ask(self, ask: Ask | Write, at_us: int) -> None:
        if ask.operator not in dict(operators(self.setting.scenario.world.operators)):
            raise WorldError(f"operator: nobody called {ask.operator} sits at a console here")
        if isinstance(ask, Write):
            plan = Plan(at_us, "write", ask.to, text=ask.text)
        else:
            plan = Plan(at_us, ask.what, ask.about, ask.reason, ask.case)
        self.asks.setdefault(ask.operator, []).append(plan)

    def _plan_words(self, happening: Publish | Tell) -> None:
        if isinstance(happening, Tell):
            self.telling.plan(happening, self._spots, self._ways)
        else:
            self.posting.plan(happening, self._ways)

    def _plan_doorbells(self, happening: Doorbells) -> None:
        if happening.sees not in self._ways:
            raise WorldError(f"sees: no stolen car {happening.sees} happens above")
        self.neighbours.plan(happening, *self._ways[happening.sees])

    def _plan_unit(self, happening: TrafficStop | UnitCrash | Panic, ahead_us: int) -> None:
        if isinstance(happening, TrafficStop):
            self._plan_stop(happening)
            return
        if happening.unit is not None and happening.unit not in self.fleet.terminals:
            raise WorldError(f"unit: {happening.unit} has no terminal here")
        if isinstance(happening, Panic):
            call_later(self.setting.env, ahead_us, self._panic, happening.unit)
        elif happening.answering is not None and happening.answering not in self._spots:
            raise WorldError(f"answering: no incident {happening.answering} happens above")
        else:
            self.collisions.plan(happening)

    def _plan_stop(self, happening: TrafficStop) -> None:
        if happening.unit not in self.fleet.units:
            raise WorldError(f"unit: there is no {happening.unit} here")
        setting, at_us = self.setting, round(happening.at_s * SECOND_US)
        ahead_us = at_us - now_us(setting.env)
        motorist = self.fleet.stops.chosen(
            happening.name, wanted=happening.wanted, lies=happening.alias, licensed=happening.licensed
        )
        if happening.listed:
            call_later(setting.env, 0, self._list, happening.name, motorist.car)
        ordered = Ordered(happening.name, motorist, happening.lasts_s)
        call_later(setting.env, ahead_us, self.fleet.stops.order, self.fleet.units[happening.unit], ordered)

    def _list(self, name: str, car: Vehicle) -> None:
        """On the state's list when it first goes out."""
        for kind in ("wanted-car", "reported"):
            self.setting.truth.log(kind, name=name, plate=car.plate, state=car.state)
        self.roadside.cars.wanted.append(
            Listing(
                plate=car.plate,
                state=car.state,
                reason="wanted",
                case=f"SYN-{name}",
                make=car.make,
                model=car.model,
                color=car.color,
                effective_us=0,
            )
        )

    def _happen(self, incident: Incident, x: float, y: float) -> None:
        happened = Happened(incident.name, incident.kind, incident.priority, x, y)
        dice = self.setting.dice("incident", incident.name)
        self.answering.callers.happen(happened, dice, incident.callers, incident.over_s, incident.spread_m)

    def _panic(self, unit: str) -> None:
        self.fleet.terminals[unit].panic()
        self.fleet.routers[unit].set_emergency(True)

    def _dispatch(self, matter: Matter) -> None:
        self.dispatcher.ask(matter)

    def _freed(self) -> None:
        self.dispatcher.freed()

    def _caught(self, name: str, units: Sequence[PatrolUnit]) -> None:
        """The first deputy behind a car that stands, and who has a terminal, says there that it is back."""
        car = self._ways[name][0]
        for unit in units:
            if unit.unit in self.fleet.terminals:
                self.fleet.terminals[unit.unit].recovered(car.plate, car.state)
                return

    def _told(self, unit: str, message: Message, at_us: int) -> None:
        """A deputy who is free and is told where a wanted car was seen goes there to look."""
        setting = self.setting
        setting.truth.log(
            "told",
            unit=unit,
            message=message.id,
            plate=message.plate,
            about=message.kind,
            shown_us=at_us,
            verified_by=message.verified_by,
        )
        patrol = self.fleet.units[unit]
        if message.kind == "stop-answer":
            self.fleet.stops.answered(unit, message)
            return
        if message.kind == "patrol-box" and message.lat is not None and message.lon is not None:
            x, y = setting.parish.plane.xy(message.lat, message.lon)
            patrol.stay_in(box(setting.router, x, y), now_us(setting.env) + BOX_US)
            return
        if message.plate and self.pursuits.told(patrol, message.plate.split(" ")[0]):
            return
        if message.lat is not None and message.lon is not None and patrol.free(LOOKOUT_PRIORITY):
            goal = setting.router.nearest_edge(*setting.parish.plane.xy(message.lat, message.lon))
            patrol.respond(goal, Lookout(), LOOK_FOR_S)


def record_of(world: World, path: Path) -> dict[str, Path]:
    """The files that a center of this world gets to forecast by, if it forecasts: earlier reports, written to `path`,
    and the parish's premises. Raises OSError."""
    setting = world.setting
    if setting.scenario.world.patterns is None:
        return {}
    premises = premises_file(setting.parish, setting.network, setting.people.homes)
    past = world.burglary.past(path)
    return {"premises": premises} | ({"history": past} if past is not None else {})


def sergeant(setting: Setting, name: str, post: Post) -> Sergeant | None:
    """The duty of the supervisor at a console, where the scenario has boxes taken."""
    patterns = setting.scenario.world.patterns
    if name != SUPERVISOR or patterns is None or not patterns.takes:
        return None
    dice, think_s = setting.dice("sergeant", name), setting.scenario.world.think_s
    return Sergeant(setting.env, name, dice, post, setting.truth.log, think_s)


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
        reason=happening.reason,
    )


def _trip(happening: InnocentCar) -> Theft:
    at_us = round(happening.at_s * SECOND_US)
    stops = (happening.origin, *happening.via, happening.to)
    return Theft(happening.name, at_us, at_us, stops, happening.state, happening.plate, happening.speed_factor)


def _listed(happening: InnocentCar) -> Listed:
    return Listed(
        happening.listed_plate or happening.plate,
        happening.listed_state or happening.state,
        is_on_file=happening.listed == "wanted",
        expired=happening.listed == "expired",
    )
