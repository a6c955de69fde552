"""Camera frames on real links, read by real workers, as facts of a running center."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from paho.mqtt.publish import multiple

from center.core.events import FeedFaulted, PlateRead
from center.site import SiteError, from_tables
from center.store.journal import read
from tests.center.vision import renders
from tests.devices import now_us
from tests.running import Console, Office, ask, becomes, tables
from tests.servers import LOOPBACK, embedded_broker
from twin.devices.lpr.exif import stamped

PASSAGES = 3
FRAMES = 4


def bomb() -> bytes:
    """A small JPEG whose header asks for a hundred megapixels."""
    jpeg = bytearray(cv2.imencode(".jpg", np.full((24, 32, 3), 90, np.uint8))[1].tobytes())
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = (10_000).to_bytes(2, "big") * 2
    return bytes(jpeg)


def passage(seed: int) -> tuple[list[bytes], str]:
    """A car's largest frames, a moment apart by the camera's clock, and its plate."""
    frames = sorted(renders.passage(seed), key=lambda one: -one.truth.plate_px)[:FRAMES]
    began = now_us()
    jpegs = [stamped(one.jpeg, began + 80_000 * number, 0) for number, one in enumerate(frames)]
    return jpegs, frames[0].truth.plate or ""


def workers_of(center: Office) -> list[int]:
    """Those there are at this moment; one that is just ending is none."""
    mine = Path(f"/proc/{center.pid}/task")
    started = " ".join(content(mine / task / "children").decode() for task in os.listdir(mine)).split()
    return [int(pid) for pid in dict.fromkeys(started) if b"spawn_main" in content(Path(f"/proc/{pid}/cmdline"))]


def content(file: Path) -> bytes:
    """Nothing, of a thread or process that has ended meanwhile."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def events_of(center: Office) -> Iterator[object]:
    return (event for _, event in read(center.journal))


def reads(center: Office) -> list[PlateRead]:
    return [event for event in events_of(center) if isinstance(event, PlateRead)]


def faults(center: Office) -> list[str]:
    return [event.why for event in events_of(center) if isinstance(event, FeedFaulted)]


def feeds(console: Console) -> dict[str, dict[str, Any]]:
    return {feed["feed"]: feed for feed in console.get("/api/feeds").said}


@pytest.mark.wire
def test_frames_by_http_and_mqtt_are_one_read_a_passage_and_no_picture_or_kill_stops_that(tmp_path: Path) -> None:
    """A passage by either way; a broken JPEG, a bomb and a blank frame are faults and the worker lives; a worker that
    is killed is replaced; too many frames are counted. Frame and crop can be looked at by the references in the
    read."""
    with embedded_broker() as broker:
        site = tables(broker.port)
        web = next(feed["listen"] for feed in site["feeds"] if feed["link"] == "http")
        frames = {"format": "lpr-frames", "quiet_after_s": 60}
        site["feeds"] += [
            {**frames, "name": "posted", "link": "http", "listen": web, "path": "/frames"},
            {**frames, "name": "sent", "link": "mqtt", "connect": f"{LOOPBACK}:{broker.port}", "topic": "frames/+"},
        ]
        center = Office(tmp_path, site)
        center.up()
        try:
            console = center.console()
            host, _, port = web.rpartition(":")

            def post(path: str, data: bytes) -> int:
                return ask((host, int(port)), "POST", path, data, {"Content-Type": "image/jpeg"}).status

            jpegs, plate = passage(1)
            assert [post("/frames/gate", jpeg) for jpeg in jpegs] == [200] * FRAMES
            becomes(lambda: reads(center))
            (one,) = reads(center)
            assert (one.plate, one.reader, one.source) == (plate, "gate", "posted/gate")
            assert one.seen is not None
            assert one.seen <= one.at
            assert len(one.characters) == len(one.plate)
            assert one.frame
            assert one.crop
            shown = [console.get(f"/api/pictures/{ref}").body for ref in (one.frame, one.crop)]
            assert shown[0] in jpegs
            assert shown[1].startswith(b"\xff\xd8\xff")
            (worker,) = workers_of(center)
            for number, bad in enumerate((jpegs[0][:9000], bomb(), renders.blank()), 1):
                assert post("/frames?camera=gate", bad) == 200
                becomes(lambda count=number: len(faults(center)) == count)  # type: ignore[misc]
            assert [why.partition(":")[0] for why in faults(center)[::2]] == ["broken picture", "blank picture"]
            assert "10000 x 10000" in faults(center)[1]
            assert post("/frames", jpegs[0]) == 200  # nobody's
            becomes(lambda: len(faults(center)) == 4)
            assert workers_of(center) == [worker]
            os.kill(worker, signal.SIGKILL)
            becomes(lambda: workers_of(center) not in ([], [worker]))
            jpegs, plate = passage(2)
            multiple([("frames/bridge", jpeg, 1, False) for jpeg in jpegs], LOOPBACK, broker.port)
            becomes(lambda: len(reads(center)) == 2)
            assert (reads(center)[1].plate, reads(center)[1].reader) == (plate, "bridge")
            assert feeds(console)["posted"]["faults"] == 4
            before = feeds(console)["posted"].get("lost", 0)  # frames that came before the worker was ready, say
            flood = 0  # more than one worker has time for: the newest counts, and the room sees how many did not
            while feeds(console)["posted"].get("lost", 0) == before:
                assert [post("/frames/gate", jpegs[0]) for _ in range(20)] == [200] * 20
                flood += 20
            assert before < feeds(console)["posted"]["lost"] < before + flood
            assert (feeds(console)["sent"]["messages"], feeds(console)["sent"]["state"]) == (FRAMES, "alive")
        finally:
            center.stop()
        assert center.exit_code() == 0, center.said()
        assert "Traceback" not in center.said()


def test_a_site_without_such_a_feed_loads_nothing_of_the_reader() -> None:
    """No worker, no networks: neither OpenCV nor an inference engine is imported by a center that needs none."""
    code = (
        "import sys, center.service, center.embedded, center.listening; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'cv2', 'onnxruntime', 'numpy'}))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "cv2" not in said
    assert "onnxruntime" not in said


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"link": "udp", "listen": "127.0.0.1:1"}, "lpr-frames comes by mqtt or http or rtsp, not by udp"),
        ({"options": {"level": "none"}}, "option level"),
        ({"vision": {"workers": 0}}, "vision.workers: Expected `int` >= 1"),
    ],
)
def test_a_site_file_that_asks_for_what_cannot_be_is_told_where(changed: dict[str, object], why: str) -> None:
    feed = {"name": "lpr", "format": "lpr-frames", "link": "http", "listen": "127.0.0.1:1", "path": "/frames"}
    vision = {"vision": changed.pop("vision")} if "vision" in changed else {}
    with pytest.raises(SiteError, match=why):
        from_tables({"site": {"name": "here"}, "feeds": [{**feed, **changed}], **vision}, "test")
