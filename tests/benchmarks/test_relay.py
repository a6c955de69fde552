"""`benchmarks.relay` runs and says what docs/performance.md says it says. How fast anything is, is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.relay_peers import nginx_missing

ROOT = Path(__file__).parents[2]


@pytest.mark.wire
def test_relay_tells_what_viewers_and_cameras_cost_beside_others() -> None:
    """Nginx only where it is installed; a narrow viewer gets pictures. That these are not those of long ago, whatever
    else the machine does, tests/center/relay/test_slow_viewers.py shows."""
    command = [sys.executable, "-m", "benchmarks.relay", "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    peers = {"plain", "textbook"} | (set() if nginx_missing() else {"nginx"})
    assert said["viewers_a_core"].keys() == peers | {"relay"}
    assert said["ratio"].keys() == peers
    assert ("nginx" in said) == bool(nginx_missing())
    assert 0 < said["delay_ms"]["p50"] <= said["delay_ms"]["p99"] <= said["delay_ms"]["max"]
    assert said["narrow"]["pictures"] > 10
    assert 0 < said["narrow"]["lag_ms"]["median"] <= said["narrow"]["lag_ms"]["max"]
    assert said["cold_start_ms"]["median"] > 0
    for name in ("relay_percent", "at_once_percent", "watched_percent", "looks_percent", "pyav_percent"):
        assert said["ingest"][name]["median"] >= 0
    assert said["ingest"]["ratio"].keys() == {"relay", "at_once", "watched", "thrown_away"}
