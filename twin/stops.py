"""Traffic stops as they are typed in: on the sheriff's cars' terminals, and in the truth log for every car.

Knows: when a deputy types what, and what a stop is called.
Refuses to know: who is stopped and why (twin.sim.stops), and what the center does with a plate.

Other agencies' cars have no terminal of this center's: their stops are only true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from msgspec import structs

from twin.devices import terminal
from twin.devices.clock import call_later
from twin.devices.mobile_terminal import Terminal
from twin.devices.things import SECOND_US
from twin.setting import Setting
from twin.sim import stops
from twin.sim.patrol import PatrolUnit
from twin.sim.patrol_duty import OWN_WORK, STOP
from twin.sim.stops import Motorist, Motorists

TYPED_S = (4.0, 20.0)  # after the wheels stand still (assumption)
ASKED_S = (40.0, 140.0)  # until the driver has given a name and it is typed
AGAIN_US = 20 * SECOND_US
WORK = next(work for work in OWN_WORK if work.what == STOP)


class Ordered(NamedTuple):
    """A stop that a scenario asks for: whom, and how long it lasts."""

    name: str
    motorist: Motorist
    lasts_s: float


class Stops:
    """`began` and `finished` are told by the fleet; `order` has a unit stop somebody as soon as it can."""

    def __init__(self, setting: Setting, terminals: Mapping[str, Terminal], away: Callable[[int], bool]) -> None:
        self._setting = setting
        self._terminals = terminals
        self._motorists = Motorists(setting.streams, lambda: setting.people, away)
        self._serials: dict[str, int] = {}
        self._at: dict[str, tuple[str, Motorist]] = {}
        self._ordered: dict[str, Ordered] = {}

    def wanted(self, name: str, *, lies: bool) -> Motorist:
        """Somebody for a scenario's stop, always the same for a seed and name."""
        return self._motorists.wanted(self._setting.dice("traffic-stop", name), lies=lies)

    def order(self, unit: PatrolUnit, ordered: Ordered) -> None:
        """Now, or when it has finished what cannot wait."""
        if not unit.free(1):
            call_later(self._setting.env, AGAIN_US, self.order, unit, ordered)
            return
        self._ordered[unit.unit] = ordered
        unit.begin(WORK, ordered.lasts_s)

    def began(self, unit: PatrolUnit) -> None:
        setting = self._setting
        dice = setting.dice("stop", f"{unit.unit}/{self._serial(unit.unit)}")
        ordered = self._ordered.pop(unit.unit, None)
        motorist = ordered.motorist if ordered else self._motorists.anybody(dice)
        stop_id = f"{unit.unit}-{self._serials[unit.unit]}"
        self._at[unit.unit] = (stop_id, motorist)
        name = ordered.name if ordered else stop_id
        call_later(setting.env, round(dice.uniform(*TYPED_S) * SECOND_US), self._open, unit, name, stop_id, motorist)
        call_later(setting.env, round(dice.uniform(*ASKED_S) * SECOND_US), self._ask, unit, stop_id, motorist)

    def finished(self, unit: PatrolUnit) -> None:
        stop_id, _ = self._at.pop(unit.unit)
        outcome = stops.outcome(self._setting.dice("stop-outcome", stop_id))
        self._setting.truth.log("stop-closed", unit=unit.unit, stop=stop_id, outcome=outcome)
        if unit.unit in self._terminals:
            self._terminals[unit.unit].end_stop(stop_id, outcome)

    def _open(self, unit: PatrolUnit, name: str, stop_id: str, motorist: Motorist) -> None:
        if self._at.get(unit.unit, ("",))[0] != stop_id:
            return  # over before it was typed
        setting, car, (x, y) = self._setting, motorist.car, unit.xy()
        lat, lon = setting.parish.plane.latlon(x, y)
        stop = terminal.Stop(
            stop_id,
            lat=round(lat, 6),
            lon=round(lon, 6),
            place=setting.network.road(unit.spot.edge) or None,
            plate=car.plate,
            state=car.state,
            why=motorist.why,
        )
        setting.truth.log(
            "stop-opened",
            unit=unit.unit,
            read=stop_id,
            vehicle=name,
            plate=car.plate,
            state=car.state,
            said=car.plate,
            lat=stop.lat,
            lon=stop.lon,
        )
        if unit.unit in self._terminals:
            self._terminals[unit.unit].open_stop(stop)

    def _ask(self, unit: PatrolUnit, stop_id: str, motorist: Motorist) -> None:
        if self._at.get(unit.unit, ("",))[0] != stop_id:
            return
        said, truly = motorist.said, motorist.truly
        self._setting.truth.log(
            "driver-named",
            unit=unit.unit,
            stop=stop_id,
            person=motorist.driver,
            said=structs.asdict(terminal.Driver(*said)),
            truly=structs.asdict(terminal.Driver(*truly)),
            alias=said != truly,
        )
        if unit.unit in self._terminals:
            self._terminals[unit.unit].tell_of_stop(terminal.Stop(stop_id, driver=terminal.Driver(*said)))

    def _serial(self, unit: str) -> int:
        serial = self._serials[unit] = self._serials.get(unit, 0) + 1
        return serial
