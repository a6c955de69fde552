"""The patrol cars of all agencies, and what is in them.

Knows: who is on the road, on which beat, with which router and terminal.
Refuses to know: what cars are sent to (see World), and how a router encodes.

The sheriff's own cars report straight to the center, by the router they have. Other agencies' cars report to the 911
system, whose gateway passes their positions on over one connection.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.devices.avl import AvlRouter
from twin.devices.line_quality import LineQuality
from twin.devices.mobile_terminal import Terminal
from twin.devices.terminal import Message
from twin.parish_site import Rostered
from twin.setting import Setting, WorldError
from twin.sim.parish import Agency, RoadKind, planar
from twin.sim.patrol import Beat, Dispatcher, PatrolUnit, Status

CELLULAR = LineQuality(transport="datagram", delay_ms=60, jitter_ms=30)
CELLULAR_STREAM = LineQuality(transport="stream", delay_ms=60, jitter_ms=30)
GATEWAY = LineQuality(transport="stream", delay_ms=15)
OWN_MODELS = ("nmea-udp", "nmea-udp", "nmea-tcp", "nmea-udp", "taip", "nmea-udp", "owntracks", "nmea-udp")
FEED_OF_MODEL = {"nmea-udp": "avl-udp", "nmea-tcp": "avl-tcp", "taip": "avl-taip", "owntracks": "phones"}
BEAT_M = 6_000.0
HIGHWAYS: tuple[RoadKind, ...] = ("motorway", "trunk", "primary", "ramp")

Told = Callable[[str, Message, int], None]


class Fleet:
    """`units`, `routers` and `terminals` by call sign. `told(unit, message, at_us)`: a deputy reads a message."""

    def __init__(self, setting: Setting, told: Told) -> None:
        """Raises WorldError."""
        self.roster = _roster(setting)
        self.units: dict[str, PatrolUnit] = {}
        self.routers: dict[str, AvlRouter] = {}
        self.terminals: dict[str, Terminal] = {}
        self._setting = setting
        self._told = told
        areas = {agency.agency: self._area(agency) for agency in setting.parish.agencies}
        for one in self.roster:
            self.units[one.unit] = PatrolUnit(
                setting.env,
                one.unit,
                one.agency,
                setting.router,
                setting.parish.plane,
                self._beat(one, areas[one.agency]),
                setting.dice("unit", one.unit),
                self._changed,
            )
            self._add_router(one)
            if one.own:
                self._add_terminal(one.unit)
        self.dispatcher = Dispatcher(setting.router, list(self.units.values()))

    def _add_router(self, one: Rostered) -> None:
        setting, name = self._setting, f"avl/{one.unit}"
        if one.own:
            link = FEED_OF_MODEL[one.model]
            quality = CELLULAR_STREAM if one.model in ("nmea-tcp", "owntracks") else CELLULAR
            peer = f"owntracks/{one.device}" if one.model == "owntracks" else one.unit
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
        )

    def _changed(self, unit: str, status: Status) -> None:
        terminal = self.terminals.get(unit)
        if terminal is not None:
            terminal.press(status)

    def _area(self, agency: Agency) -> bytes | None:
        """Where an agency's cars patrol; None for the sheriff's, who have beats of their own."""
        setting = self._setting
        if agency.covers == "parish":
            return None
        if agency.covers == "highways":
            return setting.router.area(planar(setting.parish.plane, setting.parish.boundary), HIGHWAYS)
        return setting.router.area(planar(setting.parish.plane, setting.parish.place(agency.covers).ring))

    def _beat(self, one: Rostered, area: bytes | None) -> Beat:
        """Somewhere in the agency's area or, for the sheriff's cars, around a settlement drawn for each by itself."""
        setting = self._setting
        dice = setting.dice("beat", one.unit)
        if area is None:
            home = dice.choices(setting.parish.people, [home.people for home in setting.parish.people])[0]
            x, y = setting.parish.plane.xy(home.lat, home.lon)
            corners = [
                (x - BEAT_M, y - BEAT_M),
                (x + BEAT_M, y - BEAT_M),
                (x + BEAT_M, y + BEAT_M),
                (x - BEAT_M, y + BEAT_M),
            ]
            area = setting.router.area(np.array(corners))
        return Beat(area, int(dice.choice(np.flatnonzero(np.frombuffer(area, np.uint8)).tolist())))


def _roster(setting: Setting) -> list[Rostered]:
    chosen, agencies = setting.scenario.world.units, setting.parish.agencies
    known = [agency.agency for agency in agencies]
    for name in chosen or ():
        if name not in known:
            raise WorldError(f"world.units: no agency is called {name}; there are {', '.join(known)}")
    roster = []
    for agency in agencies:
        count = agency.units if chosen is None else chosen.get(agency.agency, 0)
        for number in range(count):
            unit = f"{agency.agency}-{number + 1:02d}"
            model = OWN_MODELS[number % len(OWN_MODELS)] if agency.own else "taip"
            device = f"{agency.agency.lower()}/{unit}" if model == "owntracks" else unit
            roster.append(Rostered(unit, agency.agency, agency.own, model, device))
    return roster
