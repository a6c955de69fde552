"""Replaying a recording against a center: one that runs already, or one of its own.

Knows: where the center's addresses come from, and how to start one when none is named.
Refuses to know: how messages are sent and timed (see replay).
"""

from __future__ import annotations

import asyncio
import tempfile
import time
import tomllib
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from twin.broker import Broker
from twin.center_process import CenterProcess, addresses
from twin.parish_site import with_addresses
from twin.recording import Recording, RecordingError
from twin.replay import Replayed, send

BOOT_S = 4.0


def replay(file: Path, speed: float | None, site: Path | None, progress: Callable[[int], None]) -> Replayed:
    """Raises RecordingError, CenterError, OSError, ValueError for a bad site file."""
    recording = Recording(file)
    if site is not None:
        try:
            tables = tomllib.loads(site.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{site}: not TOML: {error}") from error
        return asyncio.run(send(recording, tables, site.parent, speed, time.time(), progress))
    recording.read_about()
    if not recording.site:
        raise RecordingError(f"{file}: does not say for which site it was made; name one with --site")
    return asyncio.run(_with_center(recording, speed, progress))


async def _with_center(recording: Recording, speed: float | None, progress: Callable[[int], None]) -> Replayed:
    """The center's clock starts at the recording's first moment and runs as fast as the recording is sent."""
    first = next(recording.messages(), None)
    if first is None:
        raise RecordingError(f"{recording.path}: holds no message")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rtcc-")))
        where = addresses({feed["name"]: feed["link"] for feed in recording.site["feeds"]})
        broker = Broker(folder, int(where.broker.rpartition(":")[2]))
        await asyncio.to_thread(broker.start)
        stack.callback(broker.stop)
        origin_s = time.time() + BOOT_S
        tables: dict[str, Any] = with_addresses(recording.site, where)
        tables["clock"] = {
            "epoch_us": first.at_us,
            "origin_us": round(origin_s * 1e6),
            "rate": 1.0 if speed is None else speed,
        }
        center = CenterProcess(folder, tables)
        center.start()
        await center.ready()
        stack.callback(center.stop)
        return await send(recording, tables, folder, speed, origin_s, progress)
