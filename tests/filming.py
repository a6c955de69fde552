"""A camera of tests/center/relay in a thread, so that tests that wait elsewhere can have one, cut its power and bring
it back.

Knows: a loop of its own, and how it is begun and ended.
Refuses to know: RTSP (see the camera), and who watches.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

from tests.center.relay.camera import Camera
from tests.center.relay.clips import Clip


class Filming:
    """`with Filming(film) as camera`: it is there at `camera.url`."""

    def __init__(self, film: Clip, password: str = "") -> None:
        self.camera = Camera(film, password=password)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    @property
    def url(self) -> str:
        return self.camera.url

    def cut(self) -> None:
        """As by a power cut."""
        self._run(self.camera.stop())

    def back(self) -> None:
        self._run(self.camera.start())

    def __enter__(self) -> Filming:
        self._thread.start()
        self.back()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.cut()
        self._run(_settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10.0)


async def _settle() -> None:
    """What the camera did for its viewers has ended."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
