"""On the wire the world's cameras are there for whoever knows the password of the site file."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.running import becomes
from tests.servers import free_port
from tests.twin import small
from tests.twin.devices.cameras.client import Client, authorization, challenge
from tests.twin.test_filming import Deaf
from twin import parish_site
from twin.devices.cameras.camera import Clock
from twin.wire_cameras import WireCameras
from twin.world import World

pytestmark = pytest.mark.wire


def test_every_address_of_the_site_file_describes_a_camera() -> None:
    """And a dash camera keeps the minute before its car was sent somewhere."""
    scenario, port = small.scenario(), free_port()
    world = World(scenario, 1, Deaf())
    cameras = WireCameras(world.filming, Clock(lambda: 0, world.setting.epoch), "127.0.0.1", port)
    tables = parish_site.tables(
        "films",
        world.setting.parish,
        world.fleet.roster,
        world.roadside.cameras,
        world.reader_cars.cameras,
        world.filming.facts,
        world=scenario.world,
        addresses=parish_site.NOWHERE._replace(cameras=f"127.0.0.1:{port}"),
    )
    cameras.open()
    try:
        client = Client(port)
        for table in tables["cameras"]:
            address = urlsplit(table["url"])
            assert address.username is not None
            assert address.password is not None
            url = f"rtsp://127.0.0.1:{address.port}{address.path}"
            of = challenge(client.ask("DESCRIBE", url), "MD5")
            proof = authorization(of, "DESCRIBE", url, address.username, address.password)
            answer = client.ask("DESCRIBE", url, Authorization=proof)
            assert answer.status == 200, url
            assert (b"m=audio" if table["kind"] == "microphone" else b"m=video") in answer.body
        client.close()
        world.fleet.units["CPSO-02"].code_3 = True
        becomes(lambda: cameras.memories["dash-CPSO-02"].events)
        assert cameras.memories["dash-CPSO-02"].events[0].why == "lights"
        assert not cameras.memories["dash-CPSO-01"].events
    finally:
        cameras.close()
