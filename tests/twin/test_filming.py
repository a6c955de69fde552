"""The parish's cameras: the center's site file knows them all, and the aeroplane's says truly where it looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import hypot
from pathlib import Path

import klvdata
import pytest
import tomli_w

from center import site
from tests.twin import small
from tests.twin.test_airfield import MORNING
from twin import parish_site
from twin.devices.cameras.camera import Clock
from twin.filming_above import look_of
from twin.setting import WorldError
from twin.world import World

ON_STATION_US = 900 * 1_000_000


class Deaf:
    """Carries nothing."""

    def send(self, link: str, peer: str, data: bytes) -> None: ...
    def post(self, link: str, peer: str, data: bytes, answered: Callable[[bool], None]) -> None: ...
    def cut(self, link: str, peer: str) -> None: ...


def test_a_center_accepts_every_camera(tmp_path: Path) -> None:
    """Its site file has an address for each, under one name and password, and every kind and consent there is."""
    scenario = small.scenario()
    world = World(scenario, 1, Deaf())
    tables = parish_site.tables(
        "films",
        world.setting.parish,
        world.fleet.roster,
        world.roadside.cameras,
        world.reader_cars.cameras,
        world.filming.facts,
        world=scenario.world,
    )
    file = tmp_path / "site.toml"
    file.write_text(tomli_w.dumps(tables))
    loaded = site.load(file)
    kinds = Counter(camera.kind for camera in loaded.cameras)
    assert kinds["dash"] == kinds["body"] == kinds["back-seat"] == kinds["microphone"] == 3
    assert kinds["aircraft"] == 1
    assert kinds["fixed"] == 42
    assert {camera.consent for camera in loaded.cameras if camera.kind == "community"} == {
        "always",
        "per-incident",
        "on-request",
        "never",
    }
    assert len({camera.url for camera in loaded.cameras}) == len(loaded.cameras) == sum(kinds.values())


def test_faults_may_name_cameras() -> None:
    """And a fault that a camera cannot have strikes nothing."""
    World(small.scenario(more="faults: [{fault: freeze, on: camera/dash-CPSO-02}]\n"), 1, Deaf())
    with pytest.raises(WorldError, match="strikes nothing"):
        World(small.scenario(more="faults: [{fault: misread, on: camera/*}]\n"), 1, Deaf())


def items_of(packet: bytes) -> dict[int, bytes]:
    """A local set taken apart, its checksum verified."""
    assert packet[:16].hex() == "060e2b34020b01010e01030101000000"
    assert packet[16] == 0x81
    assert packet[17] == len(packet) - 18
    summed = packet[:-2] + bytes(len(packet) % 2)
    words = [int.from_bytes(summed[at : at + 2], "big") for at in range(0, len(summed), 2)]
    assert sum(words) & 0xFFFF == int.from_bytes(packet[-2:], "big")
    items, at = {}, 18
    while at < len(packet):
        item, size = packet[at], packet[at + 1]
        items[item] = packet[at + 2 : at + 2 + size]
        at += 2 + size
    return items


def degrees(value: bytes, most: float) -> float:
    """ST 0601: a signed angle over all codes but the lowest."""
    code = int.from_bytes(value, "big", signed=True)
    return code / (2 ** (8 * len(value) - 1) - 1) * most


def test_the_aeroplanes_footprint_is_true() -> None:
    """Frame centre and corners, in full and as offsets, are where its camera looks, and the centre is what it was sent
    to; the sensor's angles and range lead there from where the aeroplane is."""
    world = World(MORNING, MORNING.seed, Deaf())
    world.setting.env.run(until=ON_STATION_US)
    plane, view = world.setting.parish.plane, world.airfield.view(ON_STATION_US)
    assert view is not None
    sensor, ground = view
    facts = next(one for one in world.filming.facts if one.kind == "aircraft")
    camera = world.filming.camera(facts, Clock(lambda: ON_STATION_US, world.setting.epoch))
    packet = camera.looks(world.setting.epoch + ON_STATION_US)
    assert packet is not None
    items = items_of(packet)
    assert int.from_bytes(items[2], "big") == world.setting.epoch + ON_STATION_US
    centre = degrees(items[23], 90.0), degrees(items[24], 180.0)
    over = world.setting.gazetteer.xy("Sulphur")
    assert hypot(*(a - b for a, b in zip(plane.xy(*centre), over, strict=True))) < 0.1
    for number, corner in enumerate(ground.corners):
        assert corner is not None
        full = degrees(items[82 + 2 * number], 90.0), degrees(items[83 + 2 * number], 180.0)
        offset = degrees(items[26 + 2 * number], 0.075), degrees(items[27 + 2 * number], 0.075)
        for place in (full, (centre[0] + offset[0], centre[1] + offset[1])):
            assert hypot(*(a - b for a, b in zip(plane.xy(*place), corner, strict=True))) < 0.5
    assert degrees(items[19], 180.0) == pytest.approx(sensor.elevation_deg, abs=1e-6)
    assert int.from_bytes(items[21], "big") / 0xFFFF_FFFF * 5_000_000 == pytest.approx(ground.slant_m, abs=0.01)
    assert int.from_bytes(items[16], "big") / 0xFFFF * 180 == pytest.approx(sensor.wide_deg, abs=0.01)


def test_another_vendors_parser_reads_the_same() -> None:
    world = World(MORNING, MORNING.seed, Deaf())
    world.setting.env.run(until=ON_STATION_US)
    facts = next(one for one in world.filming.facts if one.kind == "aircraft")
    camera = world.filming.camera(facts, Clock(lambda: ON_STATION_US, world.setting.epoch))
    look = look_of(world.airfield, world.setting.parish.plane, ON_STATION_US)
    packet = camera.looks(world.setting.epoch + ON_STATION_US)
    assert look is not None
    assert look.centre is not None
    assert packet is not None
    (local_set,) = klvdata.StreamParser(packet)
    read = {item: said[3] for item, said in local_set.MetadataList().items()}
    assert float(read[13]) == pytest.approx(look.lat, abs=1e-6)
    assert float(read[5]) == pytest.approx(look.heading_deg, abs=0.01)
    assert float(read[18]) == pytest.approx(look.azimuth_deg, abs=1e-5)
    assert float(read[23]) == pytest.approx(look.centre[0], abs=1e-6)
    assert float(read[15]) == pytest.approx(look.altitude_m, abs=0.2)
    assert read[4] == "N9206Z"
