"""A plate reader's camera that films, and a running center that reads the plates."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from center.core.events import DeviceReported
from tests.center.test_frames import events_of, feeds, reads
from tests.center.vision import renders
from tests.running import Office, becomes, tables
from tests.twin.devices.cameras.served import serving
from twin.devices.cameras.camera import Clock
from twin.devices.lpr import camera
from twin.wire_cameras import filmed

SLOW = 4
"""Pictures for which a frame stays: a car that waits at a gate is seen for seconds, on a busy machine too."""


class Road:
    """What is before the lens: nobody, until a car `comes`, and nobody again, for `idle` frames."""

    def __init__(self) -> None:
        self._empty = camera.empty(0, renders.DAY, Random(0)).jpeg
        self._frames: Iterator[bytes] = iter(())
        self.idle = 0

    def comes(self, frames: Sequence[camera.Frame]) -> None:
        self.idle = 0
        self._frames = iter([frame.jpeg for frame in frames for _ in range(SLOW)])

    def __call__(self) -> bytes:
        frame = next(self._frames, None)
        self.idle += frame is None
        return self._empty if frame is None else frame


@pytest.mark.wire
def test_a_plate_that_is_filmed_is_read_and_a_camera_that_is_gone_is_missed(tmp_path: Path) -> None:
    """By RTSP with Digest, in H.264: one read a passage, right to the letter, of the device that the site file names.
    Its film ends: the feed's row says why, and never with which password."""
    road = Road()
    began_us = time.time_ns() // 1000
    clock = Clock(lambda: time.time_ns() // 1000 - began_us, began_us)
    with ExitStack() as stack:
        cameras = stack.enter_context(ExitStack())
        served = serving({"gate": filmed("gate", clock, road, ())}, {"rtcc": "secret"})
        site = tables()
        site["readers"].append({"reader": "R9", "name": "the gate", "devices": ["GATE-9"], "lat": 30.2, "lon": -93.2})
        films = {"name": "films", "format": "lpr-frames", "link": "rtsp"}
        site["feeds"].append(films | {"streams": {"GATE-9": f"{cameras.enter_context(served).url}/gate"}})
        center = Office(tmp_path, site)
        center.up()
        stack.callback(center.stop)
        console = center.console()
        becomes(lambda: any(isinstance(one, DeviceReported) for one in events_of(center)))
        passage = renders.passage(1)
        road.comes(passage)

        def is_read() -> bool:
            """A busy machine may lose the frames of a car; it comes again, long after it has gone."""
            if road.idle > 100 and not reads(center):
                road.comes(passage)
            return bool(reads(center))

        becomes(is_read, lambda: feeds(console)["films"])
        (read,) = reads(center)
        assert (read.plate, read.reader, read.source) == (passage[0].truth.plate, "GATE-9", "films/GATE-9")
        assert console.get(f"/api/pictures/{read.frame}").body.startswith(b"\xff\xd8\xff")
        row = feeds(console)["films"]
        assert (row["state"], row["faults"]) == ("alive", 0)
        cameras.close()
        becomes(lambda: feeds(console)["films"].get("trouble"))
        assert feeds(console)["films"]["trouble"].startswith("GATE-9: ")
    assert "secret" not in center.said()
    assert "Traceback" not in center.said()
