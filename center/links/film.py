"""Video in: reader cameras' streams, pulled for as long as the center runs, as pictures.

Knows: a process for each camera that pulls and decodes (center/vision/film), and that it is started again when it or
its camera fails.
Refuses to know: what a picture shows. An address may hold a password; no sentence shows one.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from center.links.link import Endpoint, Sink
from center.links.retry import Retry
from center.vision.film import HEAD, OVER, SILENT_S, Wanted

_MOST_BYTES = 16 << 20
_BEGINS_S = 20.0  # libraries are loaded, and the camera is asked


class FilmLink(Endpoint):
    """A Link; the peer of a picture is `/` and its camera's name, and each is one whole JPEG.

    `streams`: addresses by camera. Of each a picture is taken every `every_s`, or fewer while nothing moves. Pictures
    that nobody had time for are lost, and the sink is told how many. Each camera is tried again by itself.
    """

    def __init__(
        self, name: str, streams: Mapping[str, str], *, every_s: float = 0.1, retry: Callable[[], Retry] = Retry
    ) -> None:
        super().__init__(name)
        self._wanted = {camera: Wanted(url, every_s) for camera, url in streams.items()}
        self._retry = retry

    async def run(self, sink: Sink) -> None:
        async with asyncio.TaskGroup() as cameras:
            for camera, wanted in self._wanted.items():
                cameras.create_task(self._keep(camera, wanted, sink))

    async def _keep(self, camera: str, wanted: Wanted, sink: Sink) -> None:
        retry = self._retry()
        try:
            await retry.forever(
                partial(self._attempt, camera, wanted, sink, retry), lambda why: sink.trouble(f"{camera}: {why}")
            )
        finally:
            sink.gone(f"/{camera}")

    async def _attempt(self, camera: str, wanted: Wanted, sink: Sink, retry: Retry) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "center.vision.film"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # FFmpeg's words may hold the address and its credentials
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(msgspec.json.encode(wanted) + b"\n")
            return await self._pour(f"/{camera}", process.stdout, sink, retry)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _pour(self, peer: str, lines: asyncio.StreamReader, sink: Sink, retry: Retry) -> str:
        """Until it is over; returns why."""
        patience_s = _BEGINS_S
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    what, lost, size = HEAD.unpack(await lines.readexactly(HEAD.size))
                    if size > _MOST_BYTES:
                        return f"a picture of {size:,} bytes"
                    data = await lines.readexactly(size)
            except TimeoutError:
                return f"no picture for {patience_s:g} s"
            except asyncio.IncompleteReadError:
                return "the process that watches it has died"
            if what == OVER:
                return data.decode()
            if patience_s == _BEGINS_S:
                retry.succeeded()
                self._up.set()
            patience_s = 2 * SILENT_S
            if lost:
                sink.lose(lost)
            await sink.kept(sink.arrive([(peer, data)]))
