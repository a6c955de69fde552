"""The parish's cameras on a socket while its world runs: a thread of their own beside the world's.

Knows: how the server starts and stops, and who may look: one name and password, which the center's site file holds.
Refuses to know: what cameras see.

A picture takes milliseconds, which the world's pace must not wait for.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

from twin.devices.cameras.camera import Camera, Clock
from twin.devices.cameras.footage import Footage
from twin.devices.cameras.scene_plates import PLATES, Plates
from twin.devices.cameras.server import CameraServer
from twin.devices.cameras.things import CameraFacts
from twin.devices.faults import AnyFault
from twin.filming import Filming
from twin.parish_films import CAMERA_PASSWORD, CAMERA_USER

STARTS_S, STOPS_S = 10.0, 10.0
LOOK_S = 0.5


def filmed(name: str, clock: Clock, shows: Callable[[], bytes | None], faults: Sequence[AnyFault]) -> Camera:
    """A plate reader's camera that films: `shows()` is the newest of its frames, and nothing is written into it."""
    facts = CameraFacts(name, "fixed", name)
    return Camera(
        facts,
        clock,
        shot=PLATES,
        films=lambda: Footage(facts.name, Plates(shows), PLATES, can_repeat=False, marked=False),
        faults=faults,
    )


class WireCameras:
    """All cameras of a world, by RTSP at `host` and `port`."""

    def __init__(
        self, filming: Filming, clock: Clock, host: str, port: int, readers: Mapping[str, Camera] | None = None
    ) -> None:
        """`readers`: plate readers' cameras that film, by path."""
        cameras = {facts.camera: filming.camera(facts, clock) for facts in filming.facts} | dict(readers or {})
        kept = {facts.camera: filming.memory(facts, cameras[facts.camera]) for facts in filming.facts}
        self.memories = {path: memory for path, memory in kept.items() if memory is not None}
        self._lit: dict[str, bool] = {}
        self._cameras = cameras
        self._paths = list(cameras)
        self._at = f"rtsp://{CAMERA_USER}:{CAMERA_PASSWORD}@{host}:{port}"
        self._server = CameraServer(cameras, {CAMERA_USER: CAMERA_PASSWORD}, self.memories, host=host, port=port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cameras", daemon=True)

    def open(self) -> None:
        """Returns when they can be watched. Raises OSError."""
        self._thread.start()
        opened: Future[None] = asyncio.run_coroutine_threadsafe(self._server.open(), self._loop)
        opened.result(STARTS_S)
        self._loop.call_soon_threadsafe(self._look)

    def said(self) -> str:
        """For people who want to look themselves."""
        example = f", as {self._at}/{self._paths[0]}" if self._paths else ""
        return f"{len(self._paths)} cameras{example}"

    def _look(self) -> None:
        """A dash camera keeps what was before its car's lights went on."""
        for path, memory in self.memories.items():
            lit = self._cameras[path].sees().lights
            if lit and not self._lit.get(path, True):
                memory.trigger("lights")
            self._lit[path] = lit
        self._loop.call_later(LOOK_S, self._look)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._server.close(), self._loop).result(STOPS_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
