"""A sweep on Ray: a small cluster of its own on loopback, begun and ended here. Skips where Ray is not installed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.running import becomes
from tests.servers import free_port, missing
from tests.twin import small

pytestmark = pytest.mark.wire

TIMEOUT_S = 600.0
LOOPBACK = "127.0.0.2"
"""Also of this machine only; 127.0.0.1 Ray takes for a mistake and puts the machine's own address in its place."""
BOUNDS = ("--num-cpus=2", "--memory=1000000000", "--object-store-memory=100000000", "--include-dashboard=false")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address. It ends with the process that was started for it."""
    if find_spec("ray") is None:
        missing("Ray is not installed")
    port, folder = free_port(), tmp_path_factory.mktemp("ray")
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", *BOUNDS]
    command += [f"--node-ip-address={LOOPBACK}", f"--port={port}", "--disable-usage-stats"]
    ports = ("node-manager", "object-manager", "dashboard-agent-listen", "metrics-export")
    command += [f"--{name}-port={free_port()}" for name in ports]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        becomes(lambda: process.poll() is not None or listens(port), (folder / "log").read_text)
        assert process.poll() is None, (folder / "log").read_text()
        yield f"{LOOPBACK}:{port}"
    finally:
        process.terminate()
        process.wait(60)


def listens(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex((LOOPBACK, port)) == 0


def ran(*words: str) -> bytes:
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_a_cluster_plays_what_this_machine_plays(cluster: str, tmp_path: Path) -> None:
    """The same digests, whoever computes them."""
    file = tmp_path / "small.yaml"
    file.write_text(small.text(20))
    sweep = ("twin.cli", "sweep", str(file), "--seeds", "1..2", "--json")
    there, here = (json.loads(ran(*sweep, *more)) for more in (("--ray", cluster), ()))
    assert [row["digest"] for row in there["rows"]] == [row["digest"] for row in here["rows"]]
    assert all(row["digest"] for row in there["rows"])


def test_what_ends_badly_there_is_a_row_here(cluster: str) -> None:
    """A play that raises, one whose process is killed, one that never ends; each play has a process of its own."""
    rows: dict[str, list[Any]] = defaultdict(list)
    for line in ran("tests.twin.on_ray", cluster).splitlines():
        row = json.loads(line)
        rows[row["command"].split()[2]].append(row)
    assert {name: len(some) for name, some in rows.items()} == dict.fromkeys(
        ("row_of", "raises", "dies", "never_ends"), 2
    )
    assert len({row["digest"] for row in rows["row_of"]}) == 2
    assert all("RuntimeError" in row["broke"] for row in rows["raises"])
    assert all("its process died" in row["broke"] for row in rows["dies"])
    assert all(row["broke"] == "nothing came to an end for 5 s" for row in rows["never_ends"])
