"""Patrol cars that carry a plate reader.

Knows: which of the sheriff's cars do, and what each comes past: parked cars, traffic, and cars that are stolen.
Refuses to know: where a patrol car goes and why, and what a reader makes of a plate.

Louisiana's cars have a plate behind only, so a car that comes the other way or is parked with its nose ahead shows
none; a Texan's shows one either way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import hypot

from twin.devices.clock import call_later, now_us
from twin.devices.gps import Noise
from twin.devices.line_quality import LineQuality
from twin.devices.plate_reader import PlateReader
from twin.devices.reads import Camera
from twin.devices.things import SECOND_US, Fix, Passage
from twin.parish_site import riding_camera
from twin.roadside import Roadside
from twin.setting import Setting
from twin.sim.kerb import Kerb
from twin.sim.patrol import PatrolUnit
from twin.sim.plates import Vehicle
from twin.sim.rhythm import DRIVING, by_hour
from twin.sim.traffic import Strangers

CELLULAR_WEBHOOK = LineQuality(transport="request", delay_ms=120, jitter_ms=80)
TICK_US = 4 * SECOND_US
FIRST, NEW_PLACE_M = 2, 15.0
AT_REST_MPS = 1.0
HIGHWAY_MPS = 19.0
ONCOMING, AHEAD = (0.14, 0.45), (0.06, 0.15)
"""Cars met in a tick, in streets and on highways, by average traffic (assumption)."""
NEAR_M = 30.0
AGAIN_US = 60 * SECOND_US
PARKED_LEGIBILITY = 0.8  # seen at an angle


class ReaderCars:
    """`cameras` by unit. `roadside` gets the reads."""

    def __init__(self, setting: Setting, units: Sequence[PatrolUnit], roadside: Roadside) -> None:
        """`units`: the sheriff's, of which some are chosen, the same ones whether there is one more or not."""
        count = setting.scenario.world.reader_cars
        step = max(1, len(units) // max(1, count))
        chosen = units[min(FIRST, step - 1) :: step][:count]
        self.cameras = {unit.unit: riding_camera(number, unit.unit) for number, unit in enumerate(chosen, 1)}
        kerb = Kerb(lambda: setting.people, setting.streams, setting.local_start, roadside.is_away)
        for unit in chosen:
            _ReaderCar(setting, unit, self.cameras[unit.unit], roadside, kerb)


class _ReaderCar:
    """One of them. What it meets is drawn from its own dice."""

    def __init__(self, setting: Setting, unit: PatrolUnit, camera: Camera, roadside: Roadside, kerb: Kerb) -> None:
        name = f"lpr/{unit.unit}"
        self._setting = setting
        self._unit = unit
        self._roadside = roadside
        self._dice = setting.dice("reader-car", unit.unit)
        self._noise = Noise(setting.dice("reader-car-gps", unit.unit))
        self._factor: Callable[[int], float] = by_hour(setting.local_start, DRIVING)
        self._strangers = Strangers(setting.streams, f"met by {unit.unit}")
        self._kerb = kerb
        self._was = (0.0, 0.0)
        self._beside: list[int] = []
        self._met = 0
        self._lately: dict[str, int] = {}
        roadside.readers[unit.unit] = PlateReader(
            setting.env,
            unit.unit,
            camera,
            setting.line(name, "lpr", "application/json", CELLULAR_WEBHOOK),
            setting.dice("lpr", unit.unit),
            epoch=setting.epoch,
            dark=roadside.is_dark,
            faults=setting.faults(name),
            log=setting.truth.log,
        )
        call_later(setting.env, self._dice.randrange(TICK_US), self._look)

    def _look(self) -> None:
        env = self._setting.env
        call_later(env, TICK_US, self._look)
        now = now_us(env)
        true = self._unit.position(now)
        x, y = self._unit.xy()
        if true.speed_mps >= AT_REST_MPS:
            if hypot(x - self._was[0], y - self._was[1]) > NEW_PLACE_M:
                self._was = (x, y)
                self._pass_houses(x, y, true)
            self._meet_traffic(true)
        for name, car, shows_rear in self._roadside.wanted_near(x, y, true.course_deg or 0.0, NEAR_M):
            if now - self._lately.get(name, -AGAIN_US) >= AGAIN_US and _shows_plate(car, shows_rear):
                self._lately[name] = now
                self._roadside.wanted_passed(self._unit.unit, self._passage(name, car, true, shows_rear, 1.0))

    def _pass_houses(self, x: float, y: float, true: Fix) -> None:
        before, self._beside = self._beside, self._kerb.houses(x, y)
        for premise in self._beside:
            if premise in before:
                continue
            for car, vehicle, shows_rear in self._kerb.before(premise, true.at_us):
                if _shows_plate(vehicle, shows_rear):
                    self._read(f"parked-{car}", vehicle, true, shows_rear, PARKED_LEGIBILITY)

    def _meet_traffic(self, true: Fix) -> None:
        dice, factor = self._dice, self._factor(true.at_us)
        road = true.speed_mps > HIGHWAY_MPS
        for share, shows_rear in ((ONCOMING[road], False), (AHEAD[road], True)):
            if dice.random() < share * factor:
                car = self._strangers.next()
                self._met += 1
                if _shows_plate(car, shows_rear):
                    self._read(f"met-{self._unit.unit}-{self._met}", car, true, shows_rear, 1.0)

    def _read(self, name: str, car: Vehicle, true: Fix, shows_rear: bool, legibility: float) -> None:
        self._roadside.readers[self._unit.unit].on_passage(self._passage(name, car, true, shows_rear, legibility))

    def _passage(self, name: str, car: Vehicle, true: Fix, shows_rear: bool, legibility: float) -> Passage:
        """The car in front of the roof's cameras, at the place where the patrol car believes to be."""
        seen = self._noise.seen(true)
        course = true.course_deg or 0.0
        return Passage(
            at_us=true.at_us,
            vehicle=name,
            plate=car.plate,
            state=car.state,
            make=car.make,
            model=car.model,
            color=car.color,
            body=car.body,
            lat=seen.lat,
            lon=seen.lon,
            course_deg=course if shows_rear else (course + 180.0) % 360.0,
            legibility=legibility,
        )


def _shows_plate(car: Vehicle, shows_rear: bool) -> bool:
    return shows_rear or car.state != "LA"
