"""Plate readers, the traffic that passes them, the cars that are stolen, and the list of those that are wanted.

Knows: which reader sees which car when, and which cars are on the list.
Refuses to know: what a reader makes of a plate, and what a center makes of a read.
"""

from __future__ import annotations

from collections.abc import Sequence

from twin.devices import hikvision
from twin.devices.frame_camera import FrameCamera, Weather
from twin.devices.frigate import Frigate
from twin.devices.hikvision import Hikvision
from twin.devices.hotlist_server import HotlistServer
from twin.devices.line_quality import LineQuality
from twin.devices.plate_reader import PlateReader
from twin.devices.reads import Camera, ReaderDialect
from twin.devices.rekor import Rekor
from twin.devices.things import SECOND_US, Listing, Passage
from twin.parish_site import FRAMES, FRAMES_PATH, FRAMES_TOPIC, camera, reader_feed, speaks
from twin.scenarios.schema import Scenario
from twin.scenarios.sprees import Spree
from twin.setting import Setting, WorldError
from twin.sim import profiles
from twin.sim.cars import StolenCars
from twin.sim.daylight import is_dark
from twin.sim.listings import Background, Both
from twin.sim.parish import COURSE_DEG
from twin.sim.plates import Vehicle
from twin.sim.rhythm import DRIVING, by_hour
from twin.sim.thefts import Thefts
from twin.sim.traffic import ReaderView, Traffic

BROKER = LineQuality(transport="stream", delay_ms=60, jitter_ms=30)
WEBHOOK = LineQuality(transport="request", delay_ms=80, jitter_ms=40)
FILE_DROP = LineQuality(transport="stream", delay_ms=15)
FIRST_LIST_US = 2 * SECOND_US
WEEKEND_TRAFFIC = 0.9
DAY_S = 86_400


class Roadside:
    """`cameras` in order of the parish's reader sites, `readers` by site; `cars` that a scenario has stolen, `thefts`
    all others, and residents' cars that are `busy` with something else than traffic."""

    def __init__(self, setting: Setting) -> None:
        world, parish = setting.scenario.world, setting.parish
        sites = parish.readers[: world.readers]
        if astray := sorted(world.speaks.keys() - {site.reader for site in sites}):
            raise WorldError(f"world.speaks.{astray[0]}: there is no reader {astray[0]} in this world")
        self._setting = setting
        self._weather = Weather(self.is_dark, world.rain)
        self.cameras: list[Camera] = [camera(number, site) for number, site in enumerate(sites, 1)]
        self.readers: dict[str, PlateReader | FrameCamera] = {
            one.name: self._reader(one, speaks(site, world)) for one, site in zip(self.cameras, sites, strict=True)
        }
        self.watched = {
            edge: [look for look in looks if look[0] in self.readers]
            for edge, looks in setting.router.watched(parish).items()
        }
        self.views = {site.reader: ReaderView(site.at.lat, site.at.lon, COURSE_DEG[site.watches]) for site in sites}
        self._background = Background(setting.streams, world.hotlist, world.hotlist_slips)
        self.cars = StolenCars(
            setting.env,
            setting.router,
            setting.gazetteer,
            self.watched,
            self.views,
            lambda: setting.people,
            passed=self.wanted_passed,
            listed=self._write_list,
            log=setting.truth.log,
        )
        self.busy: list[int] = []
        self.thefts = self._thefts() if _has_thefts(setting.scenario) else None
        self.hotlist = self._hotlist()
        if world.reads_a_day and sites:
            Traffic(
                setting.env,
                setting.router,
                parish,
                self.watched,
                self.views,
                world.reads_a_day * len(sites) / len(parish.readers),
                by_hour(setting.local_start, DRIVING, WEEKEND_TRAFFIC),
                setting.people,
                setting.streams,
                self.is_away,
                self._passed,
            )

    def _thefts(self) -> Thefts:
        setting = self._setting
        world = setting.scenario.world
        return Thefts(
            setting.env,
            setting.people,
            setting.router,
            self.watched,
            self.views,
            setting.streams,
            setting.local_start,
            1 + int(setting.scenario.lasts_s // DAY_S),
            a_year=world.thefts * profiles.load().auto_theft.a_year,
            slips=world.hotlist_slips,
            passed=self.wanted_passed,
            log=setting.truth.log,
        )

    def is_dark(self, at_us: int) -> bool:
        """Wherever in the parish: the sun is late by a minute from one end to the other."""
        return is_dark(self._setting.epoch + at_us, *self._setting.parish.centres[0].at)

    def _reader(self, one: Camera, said: str) -> PlateReader | FrameCamera:
        if said in FRAMES:
            return self._frame_camera(one, said)
        setting, name = self._setting, f"lpr/{one.name}"
        dialect: ReaderDialect
        if said == "frigate":
            dialect, way = Frigate(), (reader_feed(said), f"frigate/{one.name}/events", BROKER)
        elif said == "hikvision":
            dialect, way = Hikvision(setting.offset_min), (reader_feed(said), hikvision.CONTENT_TYPE, WEBHOOK)
        else:
            dialect, way = Rekor(), (reader_feed(said), "application/json", WEBHOOK)
        return PlateReader(
            setting.env,
            one.name,
            one,
            setting.line(name, *way),
            setting.dice("lpr", one.name),
            epoch=setting.epoch,
            dialect=dialect,
            dark=self.is_dark,
            faults=setting.faults(name),
            log=setting.truth.log,
        )

    def _frame_camera(self, one: Camera, said: str) -> FrameCamera:
        setting, name = self._setting, f"lpr/{one.name}"
        topic = {"frames-mqtt": FRAMES_TOPIC, "frames-rtsp": FRAMES_PATH}.get(said)
        peer, quality = (f"/{one.name}", WEBHOOK) if topic is None else (topic.format(one.name), BROKER)
        return FrameCamera(
            setting.env,
            one.name,
            setting.line(name, reader_feed(said), peer, quality),
            setting.dice("lpr", one.name),
            epoch=setting.epoch,
            weather=self._weather,
            topic=topic,
            films=said == "frames-rtsp",
            offset_min=setting.offset_min,
            faults=setting.faults(name),
            log=setting.truth.log,
        )

    def _hotlist(self) -> HotlistServer:
        setting, name = self._setting, "hotlist/state"
        return HotlistServer(
            setting.env,
            name,
            self.wanted,
            setting.line(name, "hotlist-state", "state", FILE_DROP),
            setting.dice("hotlist", "state"),
            epoch=setting.epoch,
            first_us=FIRST_LIST_US,
            every_us=round(setting.scenario.world.hotlist_every_h * 3600 * SECOND_US),
            faults=setting.faults(name),
            log=setting.truth.log,
        )

    @property
    def wanted_here(self) -> list[Listing]:
        """Those on the state's list whose cars are in the parish."""
        return [*self.cars.wanted, *(self.thefts.wanted if self.thefts else ())]

    def wanted(self, _: int = 0) -> Sequence[Listing]:
        """Every car on the state's list by now."""
        return Both(self.wanted_here, self._background)

    def wanted_near(self, x: float, y: float, course_deg: float, within_m: float) -> list[tuple[str, Vehicle, bool]]:
        """Stolen cars near a place on the plane: name, car, and whether one who comes on this course sees the rear."""
        near = [
            (name, car, abs((heading - course_deg + 180.0) % 360.0 - 180.0) < 90.0)
            for name, car, heading in self.cars.near(x, y, within_m)
        ]
        if self.thefts is not None:
            standing = self.thefts.standing_near(x, y, within_m)
            near += [(theft.name, self._setting.people.vehicle_at(theft.car), True) for theft in standing]
        return near

    def is_away(self, car: int) -> bool:
        return car in self.cars.taken or car in self.busy or (self.thefts is not None and self.thefts.is_away(car))

    def _write_list(self) -> None:
        self.hotlist.write()

    def _passed(self, reader: str, passage: Passage) -> None:
        self.readers[reader].on_passage(passage)

    def wanted_passed(self, reader: str, passage: Passage) -> None:
        self._setting.truth.log(
            "passed", reader=reader, vehicle=passage.vehicle, plate=passage.plate, state=passage.state
        )
        self._passed(reader, passage)


def _has_thefts(scenario: Scenario) -> bool:
    """Whether cars may be stolen that no `stolen-car` tells of: by rates, or by crews."""
    world = scenario.world
    return world.thefts > 0 or world.crime != "none" or any(isinstance(one, Spree) for one in scenario.happens)
