"""Plate readers, the traffic that passes them, and the list of cars that are wanted.

Knows: which reader sees which car when, and which cars are on the list.
Refuses to know: what a reader makes of a plate, and what a center makes of a read.
"""

from __future__ import annotations

from twin.devices.hotlist_server import HotlistServer
from twin.devices.line_quality import LineQuality
from twin.devices.plate_reader import PlateReader
from twin.devices.rekor import Camera
from twin.devices.things import SECOND_US, Listing, Passage
from twin.parish_site import camera
from twin.setting import Setting
from twin.sim.cars import StolenCars, background
from twin.sim.parish import COURSE_DEG
from twin.sim.rhythm import DRIVING, by_hour
from twin.sim.traffic import ReaderView, Traffic

WEBHOOK = LineQuality(transport="request", delay_ms=80, jitter_ms=40)
FILE_DROP = LineQuality(transport="stream", delay_ms=15)
FIRST_LIST_US = 2 * SECOND_US
WEEKEND_TRAFFIC = 0.9


class Roadside:
    """`cameras` in order of the parish's reader sites, `readers` by site, `cars` that are stolen."""

    def __init__(self, setting: Setting) -> None:
        world, parish = setting.scenario.world, setting.parish
        sites = parish.readers[: world.readers]
        self._setting = setting
        self.cameras: list[Camera] = [camera(number, site) for number, site in enumerate(sites, 1)]
        self.readers = {one.name: self._reader(one) for one in self.cameras}
        watched = {
            edge: [look for look in looks if look[0] in self.readers]
            for edge, looks in setting.router.watched(parish).items()
        }
        views = {site.reader: ReaderView(site.at.lat, site.at.lon, COURSE_DEG[site.watches]) for site in sites}
        self._listings = background(setting.dice("hotlist", "background"), world.hotlist)
        self.cars = StolenCars(
            setting.env,
            setting.router,
            setting.gazetteer,
            watched,
            views,
            passed=self._wanted_passed,
            listed=self._write_list,
            log=setting.truth.log,
        )
        self.hotlist = self._hotlist()
        self.traffic = Traffic(
            setting.env,
            setting.router,
            parish,
            watched,
            views,
            world.reads_a_day * len(sites) / len(parish.readers),
            by_hour(setting.local_start, DRIVING, WEEKEND_TRAFFIC),
            setting.dice("traffic", "parish"),
            self._passed,
        )

    def _reader(self, one: Camera) -> PlateReader:
        setting, name = self._setting, f"lpr/{one.name}"
        return PlateReader(
            setting.env,
            one.name,
            one,
            setting.line(name, "lpr", "application/json", WEBHOOK),
            setting.dice("lpr", one.name),
            epoch=setting.epoch,
            faults=setting.faults(name),
            log=setting.truth.log,
        )

    def _hotlist(self) -> HotlistServer:
        setting, name = self._setting, "hotlist/state"
        return HotlistServer(
            setting.env,
            name,
            self._wanted,
            setting.line(name, "hotlist-state", "state", FILE_DROP),
            setting.dice("hotlist", "state"),
            epoch=setting.epoch,
            first_us=FIRST_LIST_US,
            faults=setting.faults(name),
            log=setting.truth.log,
        )

    def _wanted(self, _: int) -> list[Listing]:
        return [*self.cars.wanted, *self._listings]

    def _write_list(self) -> None:
        self.hotlist.write()

    def _passed(self, reader: str, passage: Passage) -> None:
        self.readers[reader].on_passage(passage)

    def _wanted_passed(self, reader: str, passage: Passage) -> None:
        self._setting.truth.log(
            "passed", reader=reader, vehicle=passage.vehicle, plate=passage.plate, state=passage.state
        )
        self._passed(reader, passage)
