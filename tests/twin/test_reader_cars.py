"""Patrol cars that carry a plate reader: where their reads are, what they can see, and what comes of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from math import cos, hypot, radians
from pathlib import Path

import msgspec
import pytest

from twin.devices.clock import call_later
from twin.devices.things import SECOND_US
from twin.lockstep import Lockstep
from twin.scenarios.schema import Scenario, StolenCar, World
from twin.sim.kerb import Kerb
from twin.world import Lookout

QUIET = World(units={"CPSO": 12}, readers=0, reads_a_day=0, calls_a_day=0, hotlist=1, receivers={}, reader_cars=6)
EVENING = Scenario(
    name="evening",
    about="Twelve of the sheriff's cars on patrol, six with a reader.",
    start="2026-03-12T17:30",
    lasts_s=1_800,
    seed=4,
    world=QUIET,
)


class Watched:
    """A run whose reads are set beside where the patrol car was at that moment."""

    def __init__(self, scenario: Scenario, journal: Path) -> None:
        self.off_m: list[float] = []
        self.reads: list[dict[str, object]] = []
        self.run = Lockstep(scenario, scenario.seed, journal, self._tap)

    def _tap(self, link: str, _: str, data: bytes) -> None:
        said = json.loads(data) if link == "lpr" else {}
        if said.get("data_type") != "alpr_group":
            return
        world = self.run.world
        at_us = said["epoch_start"] * 1000 - world.setting.epoch
        unit = world.fleet.units[said["web_server_config"]["camera_label"]]
        true = unit.position(at_us)
        east_m = (said["gps_longitude"] - true.lon) * cos(radians(true.lat)) * 111_320
        self.off_m.append(hypot((said["gps_latitude"] - true.lat) * 111_320, east_m))
        self.reads.append(said)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    watched = Watched(EVENING, tmp_path_factory.mktemp("cars") / "journal.db")
    watched.run.run()
    return watched


def test_a_read_is_where_the_car_is(evening: Watched) -> None:
    """Every read carries the position of its patrol car when it passed, to the few metres a satellite receiver errs;
    now and then one from just before the car turned off."""
    assert len(evening.reads) > 150
    near = [off for off in evening.off_m if off < 15.0]
    assert len(near) > 0.95 * len(evening.off_m)
    assert len({read["web_server_config"]["camera_label"] for read in evening.reads}) == 6  # type: ignore[index]


def test_the_center_knows_which_unit_carries_which_reader(evening: Watched) -> None:
    """Its roster names the unit, and no place."""
    rows = [row for row in evening.run.site["readers"] if "unit" in row]
    assert len(rows) == 6
    assert all(row["unit"] == row["reader"] and "lat" not in row for row in rows)
    shown = {read["agent_uid"] for read in evening.reads}
    assert {device.partition("/")[0] for row in rows for device in row["devices"]} >= shown


def test_louisiana_is_read_from_behind_only(evening: Watched) -> None:
    """Of traffic, most is met from the front, where only a Texan has a plate: so Texas is most of what is read of it,
    though it is a quarter of what drives. Of parked cars it is what residents have."""
    facts = [fact.facts for fact in evening.run.world.setting.truth.facts if fact.kind == "plate-read"]
    met = Counter(fact["state"] for fact in facts if str(fact["vehicle"]).startswith("met-"))
    parked = Counter(fact["state"] for fact in facts if str(fact["vehicle"]).startswith("parked-"))
    assert met["TX"] > met["LA"] > 0
    assert parked["LA"] > 5 * parked["TX"]


def test_a_house_has_the_same_cars_before_it_for_some_hours(evening: Watched) -> None:
    """Whoever looks twice in an evening sees the same; next morning others."""
    setting = evening.run.world.setting
    kerb = Kerb(lambda: setting.people, setting.streams, setting.local_start, lambda _: False)
    houses = list(range(0, 4_000, 10))
    evening_cars = [kerb.before(house, 0) for house in houses]
    assert [kerb.before(house, 20 * 60 * SECOND_US) for house in houses] == evening_cars
    assert [kerb.before(house, 14 * 3600 * SECOND_US) for house in houses] != evening_cars
    cars = [parked.car for cars in evening_cars for parked in cars]
    assert len(set(cars)) == len(cars) > 100
    nobody = Kerb(lambda: setting.people, setting.streams, setting.local_start, lambda _: True)
    assert not any(nobody.before(house, 0) for house in houses)


def test_one_more_car_moves_no_other_readers_dice(evening: Watched, tmp_path: Path) -> None:
    """The same six carry a reader, and each reads what it read."""
    more = msgspec.structs.replace(EVENING, lasts_s=600, world=msgspec.structs.replace(QUIET, units={"CPSO": 13}))
    again = Watched(more, tmp_path / "journal.db")
    again.run.run()
    by_unit: dict[str, list[object]] = defaultdict(list)
    for read in again.reads:
        by_unit[read["web_server_config"]["camera_label"]].append(read["best_uuid"])  # type: ignore[index]
    assert len(by_unit) == 6
    before = {read["best_uuid"] for read in evening.reads}
    assert all(read in before for reads in by_unit.values() for read in reads)


def test_a_stolen_car_that_was_left_somewhere_is_found_by_a_patrol_that_passes(tmp_path: Path) -> None:
    """There is no reader on its way. A deputy is sent past the place where it stands, the reader on the roof sees it,
    and the room is alerted with the deputy's position."""
    theft = StolenCar(at_s=10.0, name="sedan", origin="Sulphur", to="Carlyss", reported_after_s=20.0, state="TX")
    world = msgspec.structs.replace(QUIET, units={"CPSO": 3}, reader_cars=1)
    scenario = msgspec.structs.replace(EVENING, lasts_s=4_200, world=world, happens=(theft,))
    run = Lockstep(scenario, scenario.seed, tmp_path / "journal.db")
    setting, unit = run.world.setting, run.world.fleet.units["CPSO-03"]
    there = setting.gazetteer.spot("Carlyss")
    call_later(setting.env, 1_500 * SECOND_US, unit.respond, there, Lookout(), 60.0)
    run.run()
    passed = [fact for fact in setting.truth.facts if fact.kind == "passed"]
    assert {fact.facts["reader"] for fact in passed} == {"CPSO-03"}
    (alert,) = [alert for alert in run.operators[0].alerts.values() if alert["kind"] == "hotlist-hit"]
    place = setting.gazetteer.xy("Carlyss")
    x, y = setting.parish.plane.xy(alert["read"]["lat"], alert["read"]["lon"])
    assert hypot(x - place[0], y - place[1]) < 400.0
