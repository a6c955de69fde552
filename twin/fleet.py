"""The patrol cars of all agencies, and what is in them.

Knows: who is on the road, on which beat, with which router and terminal.
Refuses to know: what cars are sent to (see World), and how a router encodes.

The sheriff's own cars report straight to the center, by the router they have. Other agencies' cars report to the 911
system, whose gateway passes their positions on over one connection, or to a TAK server of their own, which does the
same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor

import numpy as np

from twin import parish_site
from twin.devices.avl import AvlRouter
from twin.devices.clock import call_later, now_us
from twin.devices.line_quality import LineQuality
from twin.devices.mobile_terminal import Terminal
from twin.devices.terminal import Message
from twin.devices.things import SECOND_US
from twin.parish_site import Rostered
from twin.setting import Setting, WorldError
from twin.sim.calls import Happened
from twin.sim.geometry import Floats, inside
from twin.sim.parish import Agency, Place, planar
from twin.sim.patrol import PatrolUnit
from twin.sim.patrol_beats import Beat
from twin.sim.patrol_duty import SIGNED_OFF, STOP, Duty, Status, Work
from twin.sim.routing_leg import Spot
from twin.stops import Stops

CELLULAR = LineQuality(transport="datagram", delay_ms=60, jitter_ms=30)
CELLULAR_STREAM = LineQuality(transport="stream", delay_ms=60, jitter_ms=30)
GATEWAY = LineQuality(transport="stream", delay_ms=15)
OWN_MODELS = ("nmea-udp", "nmea-udp", "nmea-tcp", "nmea-udp", "taip", "nmea-udp", "owntracks", "nmea-udp")
FEED_OF_MODEL = {"nmea-udp": "avl-udp", "nmea-tcp": "avl-tcp", "taip": "avl-taip", "owntracks": "phones"}
FELT_S, IMPACT_KMH = (0.2, 1.5), (15.0, 60.0)  # until a crash sensor says so, and what it has felt (assumption)
ON_THE_ROAD = ("crash", "traffic-hazard")  # outside the towns the state police go to these as well

Told = Callable[[str, Message, int], None]


class Fleet:
    """`units`, `routers` and `terminals` by call sign, `beats` by agency. `told(unit, message, at_us)`: a deputy reads
    a message; `freed()`: a car is on patrol again; `away(car)`: a resident's car that somebody has taken."""

    def __init__(self, setting: Setting, told: Told, freed: Callable[[], None], away: Callable[[int], bool]) -> None:
        """Raises WorldError."""
        self.roster = _roster(setting)
        self.units: dict[str, PatrolUnit] = {}
        self.routers: dict[str, AvlRouter] = {}
        self.terminals: dict[str, Terminal] = {}
        self.stops = Stops(setting, self.terminals, away)
        self.beats = setting.terrain.beats
        self._setting = setting
        self._told = told
        self._freed = freed
        plane = setting.parish.plane
        self._towns = [(place, planar(plane, place.ring)) for place in setting.parish.places]
        self._limit = planar(plane, setting.parish.boundary)
        self._agencies = {agency.agency: agency for agency in setting.parish.agencies}
        numbers: dict[str, int] = {}
        for place, one in enumerate(list(self.roster)):
            number = numbers[one.agency] = numbers.get(one.agency, 0) + 1
            beats = self.beats[one.agency]
            self.roster[place] = one._replace(beat=beats[(number - 1) % len(beats)].name)
            self.units[one.unit] = self._unit(one, number)
            self._add_router(one)
            if one.own:
                self._add_terminal(one.unit)
        self._on_duty = list(numbers)

    def _unit(self, one: Rostered, number: int) -> PatrolUnit:
        setting, dice, shifts = self._setting, self._setting.dice("beat", one.unit), self._setting.scenario.world.shifts
        rests = shifts is not None and floor(number * shifts.night) == floor((number - 1) * shifts.night)
        beats = self.beats[one.agency]
        return PatrolUnit(
            setting.env,
            one.unit,
            one.agency,
            setting.router,
            setting.parish.plane,
            beats[(number - 1) % len(beats)],
            self._station(one.agency, beats[(number - 1) % len(beats)]),
            Duty(one.agency, number, setting.local_start, dice, signs=shifts is not None, rests=rests),
            setting.dice("unit", one.unit),
            self,
            on_highways=self._agencies[one.agency].covers == "highways",
        )

    def _station(self, agency: str, beat: Beat) -> Spot:
        """The agency's station that is nearest to a beat, as the crow flies."""
        setting = self._setting
        x, y = setting.network.node_xy[beat.nodes[len(beat.nodes) // 2]].tolist()
        places = [setting.parish.plane.xy(*one.at) for one in setting.parish.stations if one.agency == agency]
        nearest = min(places, key=lambda at: ((at[0] - x) ** 2 + (at[1] - y) ** 2, at))
        return setting.router.nearest_edge(*nearest)

    # --- whose ground ---------------------------------------------------------------------------------------------

    def police_of(self, x: float, y: float) -> Agency | None:
        """The police department of the city or town at a place; None outside, where the sheriff's deputies go."""
        place = self._town(x, y)
        return None if place is None else next((a for a in self._agencies.values() if a.covers == place.name), None)

    def grounds(self, happened: Happened) -> tuple[Sequence[str], Sequence[str]]:
        """Who goes to a matter, and who helps them out. A town without police on the roster is the sheriff's."""
        police = self.police_of(happened.x, happened.y)
        sheriff = [name for name in self._on_duty if self._agencies[name].own]
        state = [name for name in self._on_duty if self._agencies[name].covers == "highways"]
        if police is not None and police.agency in self._on_duty:
            return (police.agency,), (*sheriff, *state)
        own = (*sheriff, *state) if happened.kind in ON_THE_ROAD else sheriff
        return (own, state) if own else (self._on_duty, ())

    def ground(self, x: float, y: float) -> str | None:
        """The agency whose ground a place is; None beyond the parish."""
        if not bool(inside(_point(x, y), self._limit)[0]):
            return None
        police = self.police_of(x, y)
        if police is not None and police.agency in self._on_duty:
            return police.agency
        return next((name for name in self._on_duty if self._agencies[name].own), self._on_duty[0])

    def _town(self, x: float, y: float) -> Place | None:
        for place, ring in self._towns:
            if bool(inside(_point(x, y), ring)[0]):
                return place
        return None

    # --- what crews say -------------------------------------------------------------------------------------------

    def changed(self, unit: str, status: Status) -> None:
        """A status key on the terminal, in cars that have one of ours."""
        terminal = self.terminals.get(unit)
        if terminal is not None and status == "crash":
            self._feel(terminal)
        elif terminal is not None:
            terminal.press(status)
        if status == "available":
            self._freed()

    def lit(self, unit: PatrolUnit) -> None:
        """Lights and siren go on, which the terminal says; that they are off, every other status says, and where it
        goes on without them it says that it is on its way."""
        self._setting.truth.log("code-3-began" if unit.code_3 else "code-3-ended", unit=unit.unit, agency=unit.agency)
        terminal = self.terminals.get(unit.unit)
        if terminal is not None and unit.status == "enroute":
            terminal.press("code-3" if unit.code_3 else "enroute")

    def _feel(self, terminal: Terminal) -> None:
        """The crash sensor in a car has dice of its own: there are none of them on other days."""
        dice = self._setting.dice("crash-sensor", f"{terminal.unit}/{now_us(self._setting.env)}")
        after_us = round(dice.uniform(*FELT_S) * SECOND_US)
        call_later(self._setting.env, after_us, terminal.felt_crash, dice.uniform(*IMPACT_KMH))

    def began(self, unit: PatrolUnit, work: Work) -> None:
        self._setting.truth.log("work-began", unit=unit.unit, what=work.what)
        if work is SIGNED_OFF:
            self._setting.truth.log("signed-off", unit=unit.unit, agency=unit.agency)
        if work.what == STOP:
            self.stops.began(unit)

    def finished(self, unit: PatrolUnit, work: Work) -> None:
        self._setting.truth.log("work-ended", unit=unit.unit, what=work.what)
        if work is SIGNED_OFF:
            self._setting.truth.log("signed-on", unit=unit.unit, agency=unit.agency)
        if work.what == STOP:
            self.stops.finished(unit)

    # --- what is in a car -----------------------------------------------------------------------------------------

    def _add_router(self, one: Rostered) -> None:
        setting, name = self._setting, f"avl/{one.unit}"
        if one.own:
            link = FEED_OF_MODEL[one.model]
            quality = CELLULAR_STREAM if one.model in ("nmea-tcp", "owntracks") else CELLULAR
            peer = f"owntracks/{one.device}" if one.model == "owntracks" else one.unit
        elif one.model == "cot":
            link, quality, peer = parish_site.TAK_FEED, GATEWAY, "partner-tak"
        else:
            link, quality, peer = "911-avl", GATEWAY, "911-gateway"
        self.routers[one.unit] = AvlRouter(
            setting.env,
            name,
            one.model,
            self.units[one.unit].position,
            setting.line(name, link, peer, quality),
            setting.dice("avl", one.unit),
            epoch=setting.epoch,
            identity=one.unit,
            faults=setting.faults(name),
            log=setting.truth.log,
        )

    def _add_terminal(self, unit: str) -> None:
        setting, name = self._setting, f"terminal/{unit}"
        self.terminals[unit] = Terminal(
            setting.env,
            unit,
            setting.line(name, "terminals", f"terminals/{unit}/out", CELLULAR_STREAM),
            setting.dice("terminal", unit),
            epoch=setting.epoch,
            faults=setting.faults(name),
            seen=lambda message, at_us: self._told(unit, message, at_us),
            log=setting.truth.log,
            answers=setting.dice("answer", unit),
        )


def _point(x: float, y: float) -> Floats:
    return np.array([[x, y]])


def _roster(setting: Setting) -> list[Rostered]:
    chosen, agencies = setting.scenario.world.units, setting.parish.agencies
    known = [agency.agency for agency in agencies]
    for name in chosen or ():
        if name not in known:
            raise WorldError(f"world.units: no agency is called {name}; there are {', '.join(known)}")
    for name in setting.scenario.world.tak:
        if name not in [agency.agency for agency in agencies if not agency.own]:
            raise WorldError(f"world.tak: no other agency is called {name}; there are {', '.join(known[1:])}")
    roster = []
    for agency in agencies:
        count = agency.units if chosen is None else chosen.get(agency.agency, 0)
        for number in range(count):
            unit = f"{agency.agency}-{number + 1:02d}"
            partner = "cot" if agency.agency in setting.scenario.world.tak else "taip"
            model = OWN_MODELS[number % len(OWN_MODELS)] if agency.own else partner
            device = f"{agency.agency.lower()}/{unit}" if model == "owntracks" else unit
            roster.append(Rostered(unit, agency.agency, agency.own, model, device))
    return roster
