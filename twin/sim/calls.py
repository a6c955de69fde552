"""People who call 911, and what about.

Knows: how many call when, about what kinds of things, and how well they are located at first and later.
Refuses to know: the CAD systems' wire format, and what a center makes of it.

An incident is something that happened; a call is somebody's word of it. One crash can bring fifty calls, and each
caller stands somewhere else and is located no better than the telephone network can (phase I: the mast's sector;
phase II: the handset).
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin
from random import Random
from typing import NamedTuple, Protocol

from msgspec import structs
from simpy import Environment

from twin.devices import eido
from twin.devices.clock import call_later, now_us
from twin.devices.things import SECOND_US, CallFact, Log
from twin.sim.geometry import Plane
from twin.sim.parish import Parish

PHASE_I_M = (300.0, 900.0)
PHASE_II_M = (8.0, 60.0)
IMPROVES_S = (9.0, 28.0)
LANDLINE_SHARE = 0.10  # verified: 90 % of calls are wireless
NOTICED_SHARE = 0.5  # of further callers whose call taker knows that the incident has a number already (assumption)
MISROUTED_SHARE = 0.1  # of calls that reach the other answering point (assumption)

KINDS = (
    (19, "disturbance", 3, 33.0),
    (12, "alarm", 3, 15.0),
    (11, "medical", 2, 29.0),
    (10, "crash", 2, 60.0),
    (9, "suspicious-person", 3, 25.0),
    (8, "domestic", 2, 50.0),
    (7, "welfare-check", 3, 35.0),
    (6, "theft", 4, 40.0),
    (5, "traffic-hazard", 4, 20.0),
    (4, "assault", 1, 55.0),
    (4, "burglary", 3, 45.0),
    (3, "fire", 1, 50.0),
    (2, "shots-heard", 1, 30.0),
)
"""Weight, kind, priority, mean minutes until it is closed (after a city's published mix; assumption for this
parish)."""
_WEIGHTS = [weight for weight, *_ in KINDS]
_CLOSES_MIN = {kind: minutes for _, kind, _, minutes in KINDS}
DISPOSITIONS = ("report taken", "no report", "gone on arrival", "unfounded")


class Switch(Protocol):
    """A CAD system, as the people who type into it see it."""

    cad: eido.Cad

    def opened(self, fact: CallFact) -> None: ...
    def updated(self, fact: CallFact) -> None: ...
    def closed(self, fact: CallFact, disposition: str) -> None: ...


class Happened(NamedTuple):
    """Something at (x, y), metres. `name` is the world's own."""

    name: str
    kind: str
    priority: int
    x: float
    y: float


class Matter:
    """Something that happened, as the people who call about it share it. `numbers` are those it has been given so
    far, by CAD system; all its calls are closed at `closes_us`."""

    def __init__(self, happened: Happened, spread_m: float, closes_us: int, dice: Random) -> None:
        self.happened = happened
        self.spread_m = spread_m
        self.closes_us = closes_us
        self.dice = dice
        self.numbers: dict[str, str] = {}


class Callers:
    """Turns what happened into calls. `cities` is the CAD of the towns, `county` the sheriff's; `in_town(x, y)` decides
    whose call it is; `dispatch(happened)` is called once for each incident; `address(x, y)` is what a map calls a
    place."""

    def __init__(
        self,
        env: Environment,
        plane: Plane,
        county: Switch,
        cities: Switch,
        in_town: Callable[[float, float], bool],
        dispatch: Callable[[Happened], None],
        address: Callable[[float, float], str],
        log: Log,
        year: int,
    ) -> None:
        self._address = address
        self._env = env
        self._plane = plane
        self._county = county
        self._cities = cities
        self._in_town = in_town
        self._dispatch = dispatch
        self._log = log
        self._year = year % 100
        self._serials: dict[str, int] = {}
        self._incidents = 0

    def anything(self, parish: Parish, dice: Random) -> None:
        """Somebody somewhere calls about something."""
        home = dice.choices(parish.people, [home.people for home in parish.people])[0]
        x, y = self._plane.xy(home.lat, home.lon)
        _, kind, priority, _ = dice.choices(KINDS, _WEIGHTS)[0]
        self._incidents += 1
        happened = Happened(
            f"call-{self._incidents}", kind, priority, x + dice.gauss(0, 500.0), y + dice.gauss(0, 500.0)
        )
        self.happen(happened, dice)

    def happen(
        self, happened: Happened, dice: Random, callers: int = 1, over_s: float = 0.0, spread_m: float = 20.0
    ) -> None:
        """Something happens now, and `callers` people call about it within `over_s`, the first at once."""
        self._log("incident", name=happened.name, kind=happened.kind, callers=callers, **self._latlon(happened))
        takes_s = _CLOSES_MIN.get(happened.kind, 40.0) * 60 * dice.lognormvariate(-0.2, 0.6)
        closes_us = now_us(self._env) + round(max(takes_s, over_s + 60.0) * SECOND_US)
        matter = Matter(happened, spread_m, closes_us, dice)
        for caller in range(callers):
            after_us = 0 if caller == 0 else round(dice.random() * over_s * SECOND_US)
            call_later(self._env, after_us, self._call, matter)
        call_later(self._env, round(dice.uniform(20.0, 70.0) * SECOND_US), self._dispatch, happened)

    def _call(self, matter: Matter) -> None:
        """One caller. The call ends long before its incident is closed; what is closed is the incident."""
        happened, dice = matter.happened, matter.dice
        switch = self._answering(happened, dice)
        known = matter.numbers.get(switch.cad.system)
        number = known if known and dice.random() < NOTICED_SHARE else self._number(switch)
        matter.numbers.setdefault(switch.cad.system, number)
        landline = dice.random() < LANDLINE_SHARE
        radius = 5.0 if landline else dice.uniform(*PHASE_I_M)
        true_x, true_y = _near(happened.x, happened.y, matter.spread_m, dice)
        fact = self._fact(happened, switch, number, _near(true_x, true_y, radius * 0.6, dice), radius, dice)
        if landline:
            fact = structs.replace(fact, address=self._address(true_x, true_y))
        self._log("called", name=happened.name, call=fact.call, agency=switch.cad.agency, incident=number)
        switch.opened(fact)
        improves_us = 0
        if not landline:
            better = dice.uniform(*PHASE_II_M)
            x, y = _near(true_x, true_y, better * 0.6, dice)
            lat, lon = self._plane.latlon(x, y)
            improves_us = round(dice.uniform(*IMPROVES_S) * SECOND_US)
            fact = structs.replace(fact, lat=lat, lon=lon, uncertainty_m=better, address=self._address(x, y))
            call_later(self._env, improves_us, switch.updated, fact)
        closes_us = max(matter.closes_us - now_us(self._env), improves_us + SECOND_US)
        call_later(self._env, closes_us, switch.closed, fact, dice.choice(DISPOSITIONS))

    def _answering(self, happened: Happened, dice: Random) -> Switch:
        """Whose call it is, or now and then the neighbour's: a mast does not know the city limits."""
        here, there = self._county, self._cities
        if self._in_town(happened.x, happened.y):
            here, there = there, here
        return there if dice.random() < MISROUTED_SHARE else here

    def _fact(
        self, happened: Happened, switch: Switch, number: str, at: tuple[float, float], radius: float, dice: Random
    ) -> CallFact:
        lat, lon = self._plane.latlon(*at)
        serial = self._serials[f"call {switch.cad.system}"] = self._serials.get(f"call {switch.cad.system}", 0) + 1
        return CallFact(
            at_us=now_us(self._env),
            call=f"{serial:06d}",
            incident=number,
            kind=happened.kind,
            priority=happened.priority,
            callback=f"+1337555{dice.randrange(100, 200):04d}",
            lat=lat,
            lon=lon,
            uncertainty_m=radius,
            text=f"caller reports {happened.kind.replace('-', ' ')}",
        )

    def _number(self, switch: Switch) -> str:
        serial = self._serials[switch.cad.system] = self._serials.get(switch.cad.system, 117) + 1
        return eido.incident_number(switch.cad, self._year, serial)

    def _latlon(self, happened: Happened) -> dict[str, float]:
        lat, lon = self._plane.latlon(happened.x, happened.y)
        return {"lat": lat, "lon": lon}


def _near(x: float, y: float, sigma_m: float, dice: Random) -> tuple[float, float]:
    distance = abs(dice.gauss(0.0, sigma_m))
    angle = dice.random() * 2 * pi
    return x + distance * cos(angle), y + distance * sin(angle)
