"""What cameras hand over by HTTP: a dash camera's event, the aeroplane's video with what it says of itself."""

from __future__ import annotations

import io
import json
import subprocess
import time
from itertools import pairwise
from random import Random
from typing import Any

import av
import pytest

from tests.twin.devices.cameras.client import Client, authorization, challenge
from tests.twin.devices.cameras.served import program, read_message, serving
from twin.devices.cameras.camera import Camera, Clock
from twin.devices.cameras.events import Memory
from twin.devices.cameras.footage import Footage
from twin.devices.cameras.klv import Look, packet
from twin.devices.cameras.scenes import scene
from twin.devices.cameras.things import CameraFacts, Kind, Seen, Shot

pytestmark = pytest.mark.wire

TINY = Shot(320, 180, 15, 300, 15)
FAST = 10
"""How many seconds of the camera's clock pass in one of the wall's: a busy machine may stand still."""


def made(kind: Kind, rate: int = 1, **more: Any) -> Camera:
    began_us = time.time_ns() // 1000
    clock = Clock(lambda: (time.time_ns() // 1000 - began_us) * rate, began_us)
    return Camera(CameraFacts(kind, kind, kind), clock, shot=TINY, films=film, sees=lambda: Seen(9.0, True), **more)


def film() -> Footage:
    return Footage("x", scene("dash", Random(1), TINY), TINY)


def got(port: int, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Status and body, for whoever knows the password."""
    client, method = Client(port), "GET" if body is None else "POST"
    refused = client.ask(method, path, version="HTTP/1.1", body=body or b"")
    proof = authorization(challenge(refused, "SHA-256"), method, path, "rtcc", "secret")
    answer = client.ask(method, path, version="HTTP/1.1", body=body or b"", Authorization=proof)
    client.close()
    assert refused.status == 401
    return answer.status, answer.body


def test_a_trigger_keeps_a_clip() -> None:
    """Asked for by whoever may; not to be had before it is over; then a file of a minute and a half whose clocks run
    from a minute before the trigger to its end."""
    camera = made("dash", FAST)
    memory = Memory(camera, film)
    with serving({"dash": camera}, {"rtcc": "secret"}, memories={"dash": memory}) as running:
        port = running.server.port
        status, body = got(port, "/dash/events", b"crash")
        event = json.loads(body)
        assert (status, event["event"], event["why"], event["whole"]) == (201, 1, "crash", False)
        assert got(port, "/dash/events/1.mp4")[0] == 409
        assert got(port, "/dash/events/2.mp4")[0] == 404
        while not json.loads(got(port, "/dash/events")[1])[0]["whole"]:
            pass
        status, clip = got(port, "/dash/events/1.mp4")
        assert status == 200
        assert running.do(lambda: camera.watched) == 0
    with av.open(io.BytesIO(clip)) as file:
        clocks = [message.clock_us for picture in file.decode(video=0) if (message := read_message(picture))]
    assert clocks == sorted(clocks)
    assert clocks[0] == event["begins_us"] == event["triggered_us"] - 60_000_000
    assert event["ends_us"] - 5_000_000 < clocks[-1] < event["ends_us"] + 5_000_000
    assert max(after - before for before, after in pairwise(clocks)) < 10_000_000


def looks(clock_us: int) -> bytes:
    return packet(clock_us, Look(30.2, -93.2, 600.0, 90.0, 50.0, 6.0, 3.4, 270.0, -40.0), "N1", "AIR")


def test_the_aeroplanes_stream_carries_its_metadata() -> None:
    """As MPEG-TS by HTTP and as a second track by RTSP, ffprobe finds H.264 and KLV; FFmpeg's demuxer gives back every
    octet of each packet, and each says the time of a picture beside it."""
    with serving({"air": made("aircraft", looks=looks)}) as running:
        url = f"http://127.0.0.1:{running.server.port}/air.ts"
        for address in (url, f"{running.url}/air"):
            asked = [
                program("ffprobe"),
                "-v",
                "error",
                "-analyzeduration",
                "1000000",
                "-of",
                "json",
                "-show_streams",
                address,
            ]
            streams = json.loads(subprocess.run(asked, capture_output=True, timeout=60, check=True).stdout)["streams"]
            assert [one["codec_type"] for one in streams] == ["video", "data"]
        with av.open(url, options={"analyzeduration": "1000000"}) as stream:
            units, clocks = [], []
            for one in stream.demux():
                if one.stream.type == "data":
                    units.append(bytes(one))
                else:
                    clocks += [message.clock_us for picture in one.decode() if (message := read_message(picture))]
                said = [int.from_bytes(unit[19:27], "big") for unit in units]
                if len(units) >= 5 and clocks and clocks[-1] > said[4]:
                    break  # the picture that each of the five is beside has come, too
    assert units == [looks(clock_us) for clock_us in said]
    apart = max(200_000, *(after - before for before, after in pairwise(clocks)))  # a busy machine leaves some out
    assert all(min(abs(clock_us - other) for other in clocks) < apart for clock_us in said[:5])


def test_http_and_rtsp_have_one_door() -> None:
    """The same port, the same password, each in its own words."""
    with serving({"dash": made("dash")}, {"rtcc": "secret"}) as running:
        client = Client(running.server.port)
        answer = client.ask("GET", "/dash.ts", version="HTTP/1.1")
        assert answer.status == 401
        assert challenge(answer, "SHA-256")["realm"] == "parish cameras"
        client.close()
