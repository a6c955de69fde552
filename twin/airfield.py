"""The sky over the parish and the receivers that hear it.

Knows: who flies today, when the sheriff's aeroplane is called, where antennas stand, and which dialect each speaks.
Refuses to know: how anybody flies, and transponder formats.
"""

from __future__ import annotations

from datetime import timedelta

from twin.devices.adsb import AdsbReceiver
from twin.devices.antenna import Antenna
from twin.devices.clock import call_later, now_us
from twin.devices.line_quality import LineQuality
from twin.devices.things import SECOND_US
from twin.parish_site import receiver_feed
from twin.scenarios.schema import Dialect, Fly
from twin.setting import Setting, WorldError
from twin.sim import parish
from twin.sim.sky import Sky
from twin.sim.sky_camera import Footprint, Sensor, aim, footprint
from twin.sim.sky_path import Where
from twin.sim.sky_patrol import PatrolPlane
from twin.sim.sky_traffic import SkyTraffic

SERIAL_SERVER = LineQuality(transport="stream", delay_ms=15)
WEB_PAGE = LineQuality(transport="datagram", delay_ms=15)
PASSED_ON_US = {"sbs": 2 * SECOND_US, "beast": 2 * SECOND_US, "aircraft-json": 2 * SECOND_US}
"""A receiver passes on one position of an aircraft in so long a time; the document is written as often."""
CAMERA_US = 10 * SECOND_US
WIDE_DEG, HIGH_DEG = 6.0, 3.4  # zoomed so that a street fills the picture (assumption)


class Airfield:
    """`ground_m`: how high the parish lies. Without a `fly` in the scenario the sheriff's aeroplane goes to circle over
    the largest town at the start."""

    def __init__(self, setting: Setting) -> None:
        """Raises WorldError."""
        facts, world = setting.parish, setting.scenario.world
        self._setting = setting
        self._sky = Sky(facts.plane)
        self._traffic = SkyTraffic(facts, setting.local_start, setting.dice, self._sky.add)
        home = self._traffic.fields[facts.patrol_aircraft.airport]
        self.ground_m = home.elevation_m
        self.plane = PatrolPlane(
            facts.patrol_aircraft,
            home,
            self._sky,
            setting.dice("sky", facts.patrol_aircraft.callsign),
            self._wind_deg,
            setting.truth.log,
        )
        antennas = {antenna.receiver: antenna for antenna in facts.antennas}
        for name in world.receivers:
            if name not in antennas:
                raise WorldError(f"world.receivers: no receiver is called {name}; there are {', '.join(antennas)}")
        self.receivers = [self._receiver(antennas[name], speaks) for name, speaks in world.receivers.items()]
        call_later(setting.env, CAMERA_US, self._look)
        if not world.aircraft:
            return
        self._plan()
        if not any(isinstance(happening, Fly) for happening in setting.scenario.happens):
            largest = max(facts.places, key=lambda place: place.people)
            self.plane.call(0, setting.gazetteer.xy(largest.name), setting.ends_us)

    def fly(self, at_us: int, for_us: int, over: tuple[float, float]) -> None:
        """The sheriff's aeroplane will be called. `over`: metres on the parish's plane."""
        call_later(self._setting.env, at_us - now_us(self._setting.env), self._call, over, for_us)

    def where(self, at_us: int) -> Where | None:
        """The aeroplane itself, on the parish's plane; None while it stands at home with everything off."""
        return self.plane.where(at_us)

    def view(self, at_us: int) -> tuple[Sensor, Footprint] | None:
        """What the aeroplane's camera looks at, on the parish's plane: while it circles a place, that place."""
        where = self.plane.where(at_us)
        if where is None or not self.plane.on_station(at_us):
            return None
        at, height_m = (where.x, where.y), where.altitude_m - self.ground_m
        sensor = aim(at, height_m, where.course_deg, self.plane.over, WIDE_DEG, HIGH_DEG)
        seen = footprint(at, height_m, where.course_deg, sensor)
        return None if seen is None else (sensor, seen)

    def _call(self, over: tuple[float, float], for_us: int) -> None:
        self.plane.call(now_us(self._setting.env), over, for_us)

    def _plan(self) -> None:
        """Every hour has its flights."""
        now = now_us(self._setting.env)
        call_later(self._setting.env, self._traffic.plan(now) - now, self._plan)

    def _wind_deg(self, at_us: int) -> float:
        return self._traffic.wind_deg(self._setting.local_start + timedelta(microseconds=at_us))

    def _look(self) -> None:
        """The truth log says where the camera looks: the middle and the corners of its picture."""
        call_later(self._setting.env, CAMERA_US, self._look)
        seen = self.view(now_us(self._setting.env))
        if seen is None:
            return
        sensor, ground = seen
        plane = self._setting.parish.plane
        self._setting.truth.log(
            "camera-view",
            icao=self.plane.icao,
            azimuth_deg=round(sensor.azimuth_deg, 2),
            elevation_deg=round(sensor.elevation_deg, 2),
            slant_m=round(ground.slant_m),
            width_m=round(ground.width_m),
            centre=_degrees(plane.latlon(*ground.centre)),
            corners=[corner and _degrees(plane.latlon(*corner)) for corner in ground.corners],
        )

    def _receiver(self, one: parish.Antenna, speaks: Dialect) -> AdsbReceiver:
        setting, name = self._setting, f"adsb/{one.receiver}"
        quality = WEB_PAGE if speaks == "aircraft-json" else SERIAL_SERVER
        return AdsbReceiver(
            setting.env,
            name,
            Antenna(one.at.lat, one.at.lon, one.height_m, one.range_km * 1000, one.blocked),
            self._sky.states,
            setting.line(name, receiver_feed(one.receiver), "receiver", quality),
            setting.dice("adsb", one.receiver),
            epoch=setting.epoch,
            dialect=speaks,
            every_us=PASSED_ON_US[speaks],
            faults=setting.faults(name),
        )


def _degrees(place: tuple[float, float]) -> tuple[float, float]:
    return round(place[0], 6), round(place[1], 6)
