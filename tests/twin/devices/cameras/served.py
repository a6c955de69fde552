"""Cameras served for tests, in a thread of their own, and readers of the marks in their pictures.

Knows: how to run a camera server beside a test that blocks, and both layouts of docs/cameras.md from the reading side.
Refuses to know: how marks are written: it shares no code with the cameras.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any, NamedTuple

import av
import numpy as np

from tests.servers import missing
from twin.devices.cameras.camera import Camera, Clock
from twin.devices.cameras.footage import Footage
from twin.devices.cameras.scenes import scene
from twin.devices.cameras.server import CameraServer
from twin.devices.cameras.sound import Sound
from twin.devices.cameras.things import CameraFacts, Kind, Seen, Shot
from twin.devices.faults import AnyFault

SMALL = Shot()
UUID = bytes.fromhex("0088c13170994b8493832faf4372a394")


def program(name: str) -> str:
    """Its path; skips the test where there is none, unless services are required."""
    found = shutil.which(name)
    if found is None:
        missing(f"no {name}")
    return found


def camera(
    kind: Kind = "dash",
    shot: Shot = SMALL,
    *,
    busy: bool = True,
    faults: Sequence[AnyFault] = (),
    **more: Any,
) -> Camera:
    """A camera by the wall's clock, whose world begins now."""
    began_us = time.time_ns() // 1000
    clock = Clock(lambda: time.time_ns() // 1000 - began_us, began_us)
    facts, seen = CameraFacts(kind, kind, f"a {kind}"), Seen(12.0, busy, busy)
    if kind == "microphone":
        return Camera(facts, clock, hears=lambda: Sound(Random(kind)), sees=lambda: seen, faults=faults)

    def films() -> Footage:
        return Footage(facts.name, scene(kind, Random(kind), shot), shot)

    return Camera(facts, clock, shot=shot, films=films, sees=lambda: seen, faults=faults, **more)


class Running(NamedTuple):
    """`do(function)` runs it in the server's thread and returns what it returns."""

    server: CameraServer
    url: str
    do: Callable[[Callable[[], Any]], Any]


@contextmanager
def serving(cameras: Mapping[str, Camera], users: Mapping[str, str] | None = None, **more: Any) -> Iterator[Running]:
    loop, server = asyncio.new_event_loop(), CameraServer(cameras, users or {}, **more)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.open(), loop).result(5.0)
    try:
        who = "".join(f"{name}:{password}@" for name, password in (users or {}).items())

        def do(function: Callable[[], Any]) -> Any:
            async def there() -> Any:
                return function()

            return asyncio.run_coroutine_threadsafe(there(), loop).result(5.0)

        yield Running(server, f"rtsp://{who}127.0.0.1:{server.port}", do)
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(5.0)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Code(NamedTuple):
    clock_ms: int
    number: int
    flags: int


def read_code(picture: np.ndarray[Any, Any]) -> Code | None:
    """From a grey or BGR picture; None where the marks or the sum are wrong."""
    grey = picture if picture.ndim == 2 else picture.mean(axis=2)
    block = grey.shape[1] / 40
    bits = [
        int(grey[round((row + 0.5) * block), round((column + 0.5) * block)] > 128)
        for row in range(2)
        for column in range(40)
    ]
    if bits[:2] != [1, 0] or bits[-2:] != [0, 1]:
        return None
    value = int("".join(map(str, bits[2:-2])), 2)
    word, told = value >> 16, value & 0xFFFF
    remainder = 0xFFFF
    for bit in f"{word:064b}":  # long division, a bit at a time
        carried = (remainder >> 15) ^ int(bit)
        remainder = (remainder << 1) & 0xFFFF ^ (0x1021 if carried else 0)
    return Code(word >> 18, word >> 2 & 0xFFFF, word & 3) if remainder == told else None


class Message(NamedTuple):
    flags: int
    number: int
    clock_us: int


def read_message(frame: av.VideoFrame) -> Message | None:
    """The SEI message beside a decoded frame, as FFmpeg hands it over."""
    for one in frame.side_data:
        data = bytes(one)
        if data[:16] == UUID and data[16] == 1:
            return Message(data[17], int.from_bytes(data[18:22], "big"), int.from_bytes(data[22:30], "big"))
    return None


def decoded(access_units: Sequence[Sequence[bytes]]) -> list[av.VideoFrame]:
    """Pictures of NAL units, by FFmpeg's decoder."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.thread_count = 1
    frames: list[av.VideoFrame] = []
    for nals in access_units:
        frames += decoder.decode(av.Packet(b"".join(b"\0\0\0\1" + nal for nal in nals)))
    return frames + decoder.decode(None)
