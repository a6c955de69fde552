"""Traffic stops as they are typed in: on the sheriff's cars' terminals, and in the truth log for every car.

Knows: when a deputy types what, and what a stop is called.
Refuses to know: who is stopped and why (twin.sim.stops), and what the center does with a plate.

Other agencies' cars have no terminal of this center's: their stops are only true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from twin.devices import terminal
from twin.devices.clock import call_later
from twin.devices.mobile_terminal import Terminal
from twin.devices.terminal import Message
from twin.devices.things import SECOND_US
from twin.setting import Setting
from twin.sim import stops
from twin.sim.patrol import PatrolUnit
from twin.sim.patrol_duty import OWN_WORK, STOP
from twin.sim.people_records import photo_number
from twin.sim.stops import Motorist, Motorists

TYPED_S = (4.0, 20.0)  # after the wheels stand still (assumption)
ASKED_S = (40.0, 140.0)  # until the driver has given a name and it is typed
READ_S = (8.0, 25.0)  # until the deputy has read an answer and looked at the driver (assumption)
AGAIN_US = 20 * SECOND_US
LICENCE = "licence"
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
        self._held: dict[str, list[str]] = {}

    def chosen(self, name: str, *, wanted: bool, lies: bool, licensed: bool | None) -> Motorist:
        """Somebody for a scenario's stop, always the same for a seed and name."""
        dice = self._setting.dice("traffic-stop", name)
        return self._motorists.chosen(dice, wanted=wanted, lies=lies, licensed=licensed)

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
        self._held.pop(stop_id, None)
        outcome = stops.outcome(self._setting.dice("stop-outcome", stop_id))
        self._setting.truth.log("stop-closed", unit=unit.unit, stop=stop_id, outcome=outcome)
        if unit.unit in self._terminals:
            self._terminals[unit.unit].end_stop(stop_id, outcome)

    def answered(self, unit: str, message: Message) -> None:
        """The deputy reads what the records say, holds the picture against the driver, and asks for what is wanted."""
        stop_id, motorist = self._at.get(unit, ("", None))
        if motorist is None:
            return
        setting, photo = self._setting, message.photo
        is_driver = motorist.driver is not None and photo == photo_number(motorist.driver)
        setting.truth.log(
            "stop-answered",
            unit=unit,
            stop=stop_id,
            headline=message.headline,
            is_driver=is_driver,
            accused=message.headline.startswith("WARRANT") and not is_driver,
        )
        held = self._held.setdefault(stop_id, [])
        dice = setting.dice("stop-reading", f"{stop_id}/{len(held)}")
        wait_us = round(dice.uniform(*READ_S) * SECOND_US)
        if photo and photo not in held:
            held.append(photo)
            known = terminal.Stop(stop_id, photo=terminal.Photo(photo, is_driver))
            call_later(setting.env, wait_us, self._tell, unit, stop_id, known)
        elif "ask for the licence number" in message.headline and LICENCE not in held:
            held.append(LICENCE)
            driver = terminal.Driver(licence=motorist.licence, without=None if motorist.licence else True)
            call_later(setting.env, wait_us, self._tell, unit, stop_id, terminal.Stop(stop_id, driver=driver))

    def _tell(self, unit: str, stop_id: str, known: terminal.Stop) -> None:
        if self._at.get(unit, ("",))[0] == stop_id:
            self._terminals[unit].tell_of_stop(known)

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
            said=said._asdict(),
            truly=truly._asdict(),
            alias=said != truly,
        )
        if unit.unit in self._terminals:
            self._terminals[unit.unit].tell_of_stop(terminal.Stop(stop_id, driver=terminal.Driver(*said)))

    def _serial(self, unit: str) -> int:
        serial = self._serials[unit] = self._serials.get(unit, 0) + 1
        return serial
