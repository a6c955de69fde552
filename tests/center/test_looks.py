"""Where the aeroplane's camera looks: from its own words, in a track beside its pictures, to what the room is shown."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.center.ingest.test_klv import looked
from tests.running import Office, becomes, tables
from tests.servers import free_port
from tests.twin.devices.cameras.served import camera, serving
from twin.devices.cameras.klv import Look, packet
from twin.devices.cameras.things import CameraFacts

pytestmark = pytest.mark.wire

CORNERS = ((30.26, -93.21), (30.26, -93.19), (30.24, -93.19), (30.24, -93.21))
LOOK = Look(30.2, -93.25, 1500.0, 90.0, 60.0, 10.0, 6.0, 0.0, -30.0, centre=(30.25, -93.2), corners=CORNERS)


def test_the_twins_aeroplane_tells_and_the_room_sees_where_it_looks(tmp_path: Path) -> None:
    """Two vendors meet at the standard: the twin encodes and packs it into RTP, the center asks for that track alone,
    whether anybody watches or not, and knows the outline of the picture on the ground. An aeroplane of which the site
    has no address tells it by UDP; from one that is known as MPEG-TS it is taken out beside the pictures. How well each
    tells is shown among the feeds."""
    flying = camera("fixed")
    flying.facts = CameraFacts("air", "aircraft", "Air 1")
    flying.looks = lambda clock_us: packet(clock_us, LOOK, "N911SO")
    feed = {"name": "klv", "format": "klv", "link": "udp", "listen": f"127.0.0.1:{free_port()}"}
    with serving({"air": flying}, {"rtcc": "hunter2"}) as there:
        site = tables()
        site["aircraft"] = [{"icao": icao, "name": icao, "agency": "SO"} for icao in ("a1b2c3", "a1b2c4", "a1b2c5")]
        site["cameras"] = [
            {"id": "air-1", "kind": "aircraft", "unit": "a1b2c3", "url": f"{there.url}/air"},
            {"id": "air-2", "kind": "aircraft", "unit": "a1b2c4"},
            {
                "id": "air-3",
                "kind": "aircraft",
                "unit": "a1b2c5",
                "url": f"{there.url.replace('rtsp', 'http', 1)}/air.ts",
            },
        ]
        site["feeds"].append(feed | {"options": {"camera": "air-2"}})
        center = Office(tmp_path, site)
        center.up()
        try:
            console = center.console()
            host, _, port = feed["listen"].rpartition(":")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(looked(), (host, int(port)))
            becomes(
                lambda: all(one.get("looking") for one in console.get("/api/cameras").said),
                lambda: (console.get("/api/cameras").said, console.get("/api/feeds").said),
            )
            for one in console.get("/api/cameras").said:
                looking = one["looking"]
                assert (looking["lat"], looking["lon"]) == pytest.approx((30.25, -93.2), abs=1e-5)
                for corner, expected in zip(looking["corners"], CORNERS, strict=True):
                    assert corner == pytest.approx(expected, abs=1e-5)
            feeds = {shown["feed"]: shown for shown in console.get("/api/feeds").said}
            for name in ("looks/air-1", "looks/air-3", "klv"):
                assert (feeds[name]["state"], feeds[name].get("faults", 0)) == ("alive", 0)
        finally:
            center.stop()
    assert center.exit_code() == 0, center.said()
    assert "Traceback" not in center.said()
