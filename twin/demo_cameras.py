"""A camera of each kind by the wall's clock, without a world around it.

Knows: what stands before cameras that are only to be looked at, and how they are served until Ctrl-C.
Refuses to know: scenarios, command lines.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from random import Random

from twin.devices.cameras.camera import Camera, Clock
from twin.devices.cameras.events import Memory
from twin.devices.cameras.footage import Footage
from twin.devices.cameras.scenes import scene
from twin.devices.cameras.server import CameraServer
from twin.devices.cameras.sound import Sound
from twin.devices.cameras.things import CameraFacts, Kind, Seen, Shot
from twin.devices.things import SECOND_US

CRUISING_MPS = 14.0
NAMES: dict[Kind, str] = {
    "dash": "CPSO-07 dash",
    "body": "CPSO-07 body",
    "back-seat": "CPSO-07 back seat",
    "fixed": "I-10 exit 30",
    "community": "lakefront park",
    "microphone": "CPSO-07 microphone",
}


def demo_camera(kind: Kind, shot: Shot, *, is_live: bool) -> Camera:
    """Called after its kind. A car drives along; where it is `is_live`, with its lights on and nothing shown twice."""
    began_us = round(time.time() * SECOND_US)
    clock = Clock(lambda: round(time.time() * SECOND_US) - began_us, began_us)
    facts, dice = CameraFacts(kind, kind, NAMES[kind]), Random(kind)
    seen = Seen(CRUISING_MPS, busy=is_live, lights=is_live)
    if kind == "microphone":
        return Camera(facts, clock, hears=lambda: Sound(dice), sees=lambda: seen)

    def films() -> Footage:
        return Footage(facts.name, scene(kind, dice, shot), shot, can_repeat=not is_live)

    return Camera(facts, clock, shot=shot, films=films, sees=lambda: seen)


def demo_memory(camera: Camera) -> Memory | None:
    """What a dash camera keeps."""
    shot, facts = camera.shot, camera.facts
    if facts.kind != "dash" or shot is None:
        return None
    return Memory(camera, lambda: Footage(facts.name, scene(facts.kind, Random(facts.kind), shot), shot))


async def serve(server: CameraServer, told: Callable[[str, int], None]) -> None:
    """Until Ctrl-C. `told(path, port)`: for each camera, where it is. Raises OSError."""
    await server.open()
    for path in server.house.cameras:
        told(path, server.port)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await server.close()
