"""Plate reads of two vendors over the links that a site file gives them: a camera's POST, a broker's topics."""

from __future__ import annotations

import asyncio
import http.client

import pytest

from center.core.events import DeviceReported, PlateRead
from center.ingest.feed import Attachment
from tests.center.doubles import Bench
from tests.center.ingest import test_frigate as frigate
from tests.center.ingest import test_hikvision as hikvision
from tests.center.ingest.feeding import only
from tests.center.inlet import listening
from tests.center.links.basin import PATIENCE_S, becomes
from tests.center.links.brokers import publish_with_paho
from tests.servers import LOOPBACK, embedded_broker, free_port

pytestmark = pytest.mark.wire


def test_a_camera_s_post_is_a_read_with_its_pictures_and_gets_its_answer() -> None:
    """The Content-Type's boundary goes by way of the link; a POST that is sent again is answered too, and told once."""
    port = free_port()
    feed = {"name": "gate", "format": "hikvision", "link": "http", "listen": f"{LOOPBACK}:{port}", "path": "/hik"}
    bodies = [hikvision.form(hikvision.alert(uuid=uuid)) for uuid in ("u1", "u1", "u2")]

    def post(body: bytes) -> int:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PATIENCE_S)
        try:
            kind = f"multipart/form-data; boundary={hikvision.BOUNDARY}"
            connection.request("POST", "/hik", body, {"Content-Type": kind})
            return connection.getresponse().status
        finally:
            connection.close()

    async def story() -> tuple[list[int], Bench, list[Attachment]]:
        async with listening(feed) as inlet:
            kept: list[Attachment] = []
            inlet.bench.ledger.keep = kept.append  # type: ignore[method-assign]
            answers = [await asyncio.to_thread(post, body) for body in bodies]
        return answers, inlet.bench, kept

    answers, bench, kept = asyncio.run(story())
    assert answers == [200, 200, 200]
    reads = only(PlateRead, bench.journal.events)
    assert [(one.read, one.plate, one.crop) for one in reads] == [
        (uuid, "ABC123", hikvision.ref(hikvision.PLATE)) for uuid in ("u1", "u2")
    ]
    assert hikvision.PLATE in [picture.data for picture in kept]


def test_frigate_s_topics_come_by_one_subscription_and_a_plate_is_kept_once() -> None:
    """`frigate/#`: events and updates tell of the same plate under the same id; pictures and counts pass by."""
    messages = [
        ("frigate/available", b"online"),
        ("frigate/gate/car", b"1"),
        ("frigate/tracked_object_update", frigate.update()),
        ("frigate/events", frigate.event("new")),
        ("frigate/gate/car/snapshot", hikvision.SCENE),
        ("frigate/events", frigate.event("end")),
        ("frigate/gate/status/detect", b"offline"),
    ]

    async def story() -> Bench:
        with embedded_broker() as broker:
            feed = {"name": "lpr", "format": "frigate", "link": "mqtt", "topic": "frigate/#"}
            async with listening(feed | {"connect": f"{LOOPBACK}:{broker.port}"}) as inlet:
                await publish_with_paho(broker.port, messages)
                await becomes(lambda: inlet.intake.messages == len(messages))
        assert inlet.intake.faults == 0
        return inlet.bench

    bench = asyncio.run(story())
    assert [report.status for report in only(DeviceReported, bench.journal.events)] == ["alive", "offline"]
    assert len({(one.reader, one.read) for one in only(PlateRead, bench.journal.events)}) == 1
    assert len(bench.center.picture.plates.reads) == 1
