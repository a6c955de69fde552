"""Replaying a recording against a center: one that runs already, or one of its own.

Knows: where the center's addresses come from, how to start one when none is named, and when the first message leaves.
Refuses to know: how messages are sent and timed (see replay).
"""

from __future__ import annotations

import asyncio
import tempfile
import time
import tomllib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from twin.broker import Broker
from twin.center_process import CenterError, CenterProcess, addresses
from twin.recording import Recording, RecordingError
from twin.replay import Replayed, Share, Start, send, together
from twin.replay_processes import Processes
from twin.site_elsewhere import with_addresses

BOOT_S = 5.0
BOOTS = 4
CONNECT_S = 1.0


def replay(
    file: Path, speed: float | None, site: Path | None, processes: int, progress: Callable[[int], None]
) -> Replayed:
    """Raises RecordingError, CenterError, SendingError, OSError, ValueError for a bad site file."""
    recording = Recording(file)
    recording.read_about()
    if site is None and not recording.site:
        raise RecordingError(f"{file}: does not say for which site it was made; name one with --site")
    tables = _read(site) if site is not None else {}
    first = next(recording.messages(), None)
    if first is None:
        raise RecordingError(recording.damage or f"{file}: holds no message")
    with ExitStack() as stack:
        senders = stack.enter_context(Processes(file, processes)) if processes > 1 else None
        if site is not None:
            start = Start(tables, site.parent, speed, first.at_us, time.time() + CONNECT_S)
        else:
            start = _with_center(recording, speed, first.at_us, stack)
        if senders is not None:
            return together(senders.send(start, progress))
        return together([asyncio.run(send(recording, start, Share(), progress))])


def _read(site: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(site.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{site}: not TOML: {error}") from error


def _with_center(recording: Recording, speed: float | None, first_us: int, stack: ExitStack) -> Start:
    """A center whose clock starts at the recording's first moment and runs as fast as the recording is sent; begun
    again, with more patience, if it was not up by then. It ends with `stack`. Raises CenterError."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rtcc-")))
    where = addresses({feed["name"]: feed["link"] for feed in recording.site["feeds"]})
    broker = Broker(folder, int(where.broker.rpartition(":")[2]))
    broker.start()
    stack.callback(broker.stop)
    tables: dict[str, Any] = with_addresses(recording.site, where)
    for attempt in range(1, BOOTS + 1):
        origin_s = time.time() + BOOT_S * attempt
        rate = 1.0 if speed is None else speed
        tables["clock"] = {"epoch_us": first_us, "origin_us": round(origin_s * 1e6), "rate": rate}
        center = CenterProcess(folder, tables)
        center.start()
        stack.callback(center.stop)
        asyncio.run(center.ready())
        if time.time() < origin_s - CONNECT_S:
            return Start(tables, folder, speed, first_us, origin_s)
        center.stop()
        center.forget()
    raise CenterError(f"the center needs more than {BOOT_S * BOOTS:g} s to start")
