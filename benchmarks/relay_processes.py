"""Processes that `relay.py` starts or watches.

Knows: how to speak to one of its own, what a process has cost so far by the kernel's account (Linux), and the film that
all of them play.
Refuses to know: what is measured.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from center.relay import Changed, Limits, RelayProcess, Source
from tests.center.relay.clips import clip, store

WIDTH, HEIGHT, FPS, KBPS, GOP = 1280, 720, 25, 2000, 50
MOST_VIEWERS = 500
LOOPBACK = "127.0.0.1"


class Other:
    """A process of the benchmark that answers a line with a line."""

    def __init__(self, module: str, *words: str) -> None:
        command = [sys.executable, "-m", module, *words]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = self._process.pid

    def line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def figures(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self.line())
        return told

    def __enter__(self) -> Other:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def cpu_s(pid: int) -> float:
    """What the scheduler has given to all threads of a process so far."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(one.read_text().split()[0]) for one in tasks) / 1e9


def children(pid: int) -> list[int]:
    """Processes that it has started, such as the one that looks at keyframes."""
    told = [one.read_text().split() for one in Path(f"/proc/{pid}/task").glob("*/children")]
    return [int(child) for line in told for child in line]


def memory_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def wait_for(port: int) -> None:
    for _ in range(1000):
        with socket.socket() as sock:
            if sock.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"nobody listens on {port}")


@contextmanager
def film() -> Iterator[str]:
    """A file that all of them play."""
    with TemporaryDirectory(prefix="relay-") as folder:
        path = Path(folder) / "film"
        store(clip(WIDTH, HEIGHT, kbps=KBPS, gop=GOP, frames=2 * GOP), path)
        yield str(path)


@contextmanager
def camera(path: str, *more: str) -> Iterator[str]:
    with Other("tests.center.relay.camera", path, *more) as one:
        yield f"rtsp://{LOOPBACK}:{int(one.line())}/cam"


def viewers(kind: str, port: int, path: str, count: int, *more: str) -> Other:
    one = Other("benchmarks.relay_viewers", kind, str(port), path, str(count), *more)
    if one.line() != "ready":
        raise SystemExit(f"{kind}: the viewers got nothing")
    return one


def now() -> int:
    return time.time_ns() // 1000


@asynccontextmanager
async def relay(
    *sources: Source,
    told: Callable[[Changed], None] = lambda told: None,  # noqa: ARG005
    tls: tuple[str, str] | None = None,
) -> AsyncIterator[RelayProcess]:
    limits = Limits(viewers=MOST_VIEWERS + 50, viewers_per_ticket=MOST_VIEWERS, linger_s=0.1)
    one = RelayProcess(sources, limits, told, now=now, tls=tls)
    running = asyncio.create_task(one.run())
    try:
        while one.pid is None:
            await asyncio.sleep(0.01)
        yield one
    finally:
        running.cancel()
        await asyncio.wait([running])


def admitted(one: RelayProcess, camera: str = "cam") -> str:
    return one.admit(camera, camera, now() + 3_600_000_000)
