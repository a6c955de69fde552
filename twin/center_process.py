"""A center as a process of its own, started by the twin for a wire run.

Knows: how to write its site file, start `center run`, see that it is up, stop it or kill it.
Refuses to know: what is inside; it is the same program that a sheriff's office would run.
"""

from __future__ import annotations

import asyncio
import http.client
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from twin.parish_site import Addresses

LOOPBACK = "127.0.0.1"
START_S = 60.0
STOP_S = 10.0


class CenterError(RuntimeError):
    """The center did not start; the message holds what it said."""


class CenterProcess:
    """`folder` holds its site file, its log and its state."""

    def __init__(self, folder: Path, tables: Mapping[str, Any]) -> None:
        self.site = folder / "site.toml"
        self.log = folder / "center.log"
        self.api = (LOOPBACK, int(tables["api"]["listen"].rpartition(":")[2]))
        self.site.write_text(tomli_w.dumps(tables))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def journal(self) -> Path:
        return self.site.parent / "state" / "journal.db"

    def start(self) -> None:
        self.stop()
        with self.log.open("ab") as log:
            # Held by a pipe: a twin that is killed lets go of it, and the center stops by itself.
            command = [sys.executable, "-m", "center.cli", "run", "--site", str(self.site), "--until-eof"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)  # noqa: S603  # ours

    async def ready(self) -> None:
        """Returns when it answers. Raises CenterError."""
        deadline = time.monotonic() + START_S
        while not await asyncio.to_thread(_answers, self.api):
            if self._process is None or self._process.poll() is not None:
                raise CenterError(f"the center did not start: {self.log.read_text()[-2000:]}")
            if time.monotonic() > deadline:
                raise CenterError(f"the center has not answered within {START_S:.0f} s: the machine is too busy")
            await asyncio.sleep(0.05)

    def forget(self) -> None:
        """Remove its state; only of a center that is not running."""
        shutil.rmtree(self.site.parent / "state", ignore_errors=True)

    def kill(self) -> None:
        """SIGKILL, as by a power cut; returns when the process is gone."""
        if self._process is not None:
            self._process.kill()
            self._ended()

    def stop(self) -> None:
        """Politely; killed if it does not go."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._ended(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _ended(self, within_s: float | None = None) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.wait(within_s)
        self._process.stdin.close()


def addresses(links: Mapping[str, str], api_port: int | None = None) -> Addresses:
    """Free ports for every listener of a site. `links`: by feed. `api_port`: the page's, unless it is taken."""
    taken: set[int] = set()

    def free() -> str:
        return f"{LOOPBACK}:{free_port(taken)}"

    udp = {name: free() for name, link in links.items() if link == "udp"}
    tcp = {name: free() for name, link in links.items() if link in ("tcp", "tcp-listen", "poll")}
    api = f"{LOOPBACK}:{api_port}" if api_port and _is_free(api_port) else free()
    return Addresses(udp, tcp, free(), free(), api, *(free() for _ in range(6)))


def free_port(taken: set[int]) -> int:
    """A port that nobody listens on, by TCP or UDP, and that is not `taken`, to which it is added. It is not from the
    range that the system gives to outgoing connections, so it stays free until it is used."""
    while True:
        port = random.randrange(20_000, 32_000)
        if port not in taken and _is_free(port):
            taken.add(port)
            return port


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as sock:
            try:
                sock.bind((LOOPBACK, port))
            except OSError:
                return False
    return True


def _answers(at: tuple[str, int]) -> bool:
    connection = http.client.HTTPConnection(*at, timeout=2.0)
    try:
        connection.request("GET", "/api/status")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
