"""Processes that `relay.py` starts or watches.

Knows: how to speak to one of its own, and what a process has cost so far by the kernel's account (Linux).
Refuses to know: what they are for.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

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
