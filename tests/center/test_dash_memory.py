"""What a dash camera has kept by itself, as evidence of something that nobody saw coming."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from center.dash_memory import DashMemory
from center.store.evidence import check
from tests.center.test_cameras import ask, incident, pictures, stream
from tests.devices import Wire
from tests.running import Console, Office, becomes, tables
from tests.servers import LOOPBACK
from tests.twin.devices.cameras.served import serving
from tests.twin.devices.cameras.test_handing_over import FAST, TINY, film
from twin.center_process import free_port
from twin.devices import terminal
from twin.devices.cameras.camera import Camera, Clock
from twin.devices.cameras.events import Memory
from twin.devices.cameras.things import CameraFacts, Seen

pytestmark = pytest.mark.wire

SECOND = 1_000_000
BEHIND_US = 3_600 * SECOND
"""The camera's clock was never put forward to summer time; it runs fast besides, so that nobody waits for half a
minute."""
UNITS = {"SO-1-dash": "SO-1", "PD-1-dash": "PD-1"}


class Street(NamedTuple):
    """A center, and what the cars' cameras have kept. By `mdt-…` the units' terminals speak."""

    center: Office
    memories: dict[str, Memory]


def dash(name: str) -> Camera:
    began_us = time.time_ns() // 1000
    clock = Clock(lambda: (time.time_ns() // 1000 - began_us) * FAST, began_us - BEHIND_US)
    return Camera(CameraFacts(name, "dash", name), clock, shot=TINY, films=film, sees=lambda: Seen(9.0, True))


@contextmanager
def street(folder: Path, *, rate: int = 1, is_deaf: bool = False, **video: Any) -> Iterator[Street]:
    """`rate`: how fast the site's clock runs. `is_deaf`: nobody answers where the memories are asked."""
    cameras = {name: dash(name) for name in UNITS}
    memories = {name: Memory(camera, film) for name, camera in cameras.items()}
    with serving(cameras, {"rtcc": "hunter2"}, memories=memories) as there:
        at = there.url.partition("://")[2]
        site = tables()
        site["video"] = video
        asked = f"{LOOPBACK}:{free_port(set())}" if is_deaf else at
        if rate != 1:
            began_us = time.time_ns() // 1000
            site["clock"] = {"epoch_us": began_us, "origin_us": began_us, "rate": rate}
        site["cameras"] = [
            {
                "id": one,
                "kind": "dash",
                "unit": unit,
                "url": f"rtsp://{at}/{one}",
                "events": f"http://{asked}/{one}/events",
            }
            for one, unit in UNITS.items()
        ]
        site["feeds"] += [
            {"name": f"mdt-{unit}", "format": "terminal", "link": "udp", "listen": f"{LOOPBACK}:{free_port(set())}"}
            | {"options": {"unit": unit}}
            for unit in UNITS.values()
        ]
        center = Office(folder, site)
        center.up()
        try:
            yield Street(center, memories)
        finally:
            center.stop()
    assert "hunter2" not in center.said()
    assert "Traceback" not in center.said()


def kept_on(console: Console) -> list[dict[str, Any]]:
    return [clip for unit in console.state().get("units", ()) for clip in unit.get("clips", ())]


def test_the_minute_before_is_fetched_from_the_camera_although_nobody_watched(tmp_path: Path) -> None:
    """The relay has nothing; the camera is triggered, waited for and read, its clock put right by the center's. The
    file is whole, signed, and says that it is what the camera had kept; the trail has who asked."""
    with street(tmp_path) as (center, memories):
        ada = center.console()
        call = incident(center, ada)
        now = ada.state()["now"]
        asked = {"case": call, "reason": "the crash", "start": now - 20 * SECOND, "end": now, "request": "r1"}
        assert ada.post("/api/cameras/SO-1-dash/keep", asked).status == 200
        becomes(lambda: ada.state()["incidents"][0]["clips"][0]["state"] != "asked")
        (said,) = ada.state()["incidents"][0]["clips"]
        assert said["state"] == "kept", said
        manifest, faults = check(ada.get(f"/api/clips/{said['clip']}.mp4").body)
        trail = center.console("aud").get("/api/audit?subject=SO-1-dash").said
    assert (faults, manifest.is_from_camera, manifest.operator) == ((), True, "ada")
    assert manifest.start_us <= asked["start"]
    assert manifest.end_us > now - 2 * SECOND
    first = manifest.groups[0]
    assert first.source_us is not None
    (event,) = memories["SO-1-dash"].events
    assert event.why == f"incident {call}"
    triggered_us = event.triggered_us + first.center_us - first.source_us  # by the center's clock
    assert 0 <= triggered_us - now < 20 * SECOND
    assert any(line["act"] == "clip.keep" for line in trail)


def test_a_call_for_help_has_the_minute_before_it_fetched_by_itself(tmp_path: Path) -> None:
    """Nobody is at a console. The camera is triggered as the button is pressed; what it had kept is a signed clip
    beside the unit, in the rule's name, which the trail has as well. A partner's camera is not even asked."""
    with street(tmp_path, keep_on=["emergency"]) as (center, memories):
        with Wire(center) as wire:
            wire.udp("mdt-PD-1", terminal.emergency())
            wire.udp("mdt-SO-1", terminal.emergency())
        ada = center.console()

        becomes(lambda: [clip["state"] for clip in kept_on(ada)] not in ([], ["asked"]))
        (said,) = kept_on(ada)
        assert (said["state"], said["camera"], said["by_rule"]) == ("kept", "SO-1-dash", True), said
        manifest, faults = check(ada.get(f"/api/clips/{said['clip']}.mp4").body)
        trail = center.console("aud").get("/api/audit?subject=SO-1-dash").said
    assert (faults, manifest.is_from_camera, manifest.operator, manifest.incident) == (
        (),
        True,
        "rule/emergency",
        "SO-1",
    )
    assert manifest.start_us < manifest.asked_at_us - 50 * SECOND
    assert manifest.end_us > manifest.asked_at_us
    assert [event.why for event in memories["SO-1-dash"].events] == ["rule/emergency SO-1"]
    assert not memories["PD-1-dash"].events
    lines = [(it["operator"], it["subject"], it["granted"]) for it in trail if it["act"] == "clip.keep"]
    assert lines == [("rule/emergency", "SO-1-dash", True)]


def test_where_the_camera_does_not_answer_what_somebody_watched_is_kept(tmp_path: Path) -> None:
    """From the relay's memory, when the half minute after the button has passed."""
    with street(tmp_path, rate=15, is_deaf=True, keep_on=["emergency"]) as (center, _):
        ada = center.console()
        call = incident(center, ada)
        ticket = ask(ada, "/api/cameras/SO-1-dash/watch", reason="call", case=call, request="r1")
        with stream(ticket) as watching, Wire(center) as wire:
            pictures(watching, 5)
            wire.udp("mdt-SO-1", terminal.emergency())
            becomes(lambda: [clip["state"] for clip in kept_on(ada)] not in ([], ["asked"]))
        (said,) = kept_on(ada)
        assert said["state"] == "kept", said
        manifest, faults = check(ada.get(f"/api/clips/{said['clip']}.mp4").body)
    assert (faults, manifest.is_from_camera, manifest.operator) == ((), False, "rule/emergency")
    assert manifest.end_us > manifest.asked_at_us


def test_what_was_being_filmed_already_tells_by_its_end_how_far_the_clock_is_off() -> None:
    """The lights had triggered the camera before anybody asked: an hour behind, it would have kept nothing of the
    time."""
    camera = dash("dash")
    memory = Memory(camera, film)
    with serving({"dash": camera}, {"rtcc": "hunter2"}, memories={"dash": memory}) as there:
        url = f"http{there.url.removeprefix('rtsp')}/dash/events"
        own = DashMemory({"dash": url}, lambda: time.time_ns() // 1000)
        there.do(lambda: memory.trigger("lights"))
        asked_us = time.time_ns() // 1000
        kept = asyncio.run(own.fetch("dash", asked_us - 60 * SECOND, asked_us + 30 * SECOND, "help", asked_us))
    assert [event.why for event in memory.events] == ["lights"]
    assert kept.why == ""
    first, last = kept.gops[0].frames[0], kept.gops[-1].frames[-1]
    assert first.source is not None
    assert abs(first.at - first.source - BEHIND_US) < 120 * SECOND, "it ran fast besides"
    assert first.at < asked_us - 50 * SECOND
    assert last.at > asked_us - 2 * SECOND
