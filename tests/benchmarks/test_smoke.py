"""The benchmarks run, and say what docs/performance.md says they say. How fast anything is, is not tested: figures of
a busy machine are no reason to fail."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from center.console.build import BuildError, ensure
from tests.servers import missing

ROOT = Path(__file__).parents[2]
SPREAD = {"min", "median", "max"}
TIMEOUT_S = 240


def figures(name: str, *more: str) -> dict[str, Any]:
    """What `python -m benchmarks.NAME --quick --json` prints, and nothing else, on standard output."""
    command = [sys.executable, "-m", f"benchmarks.{name}", "--quick", "--json", *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stdout + done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["quick"] is True
    assert {"processor", "cores", "python", "load"} <= said["machine"].keys()
    return said


def assert_rising(spread: dict[str, float]) -> None:
    assert spread.keys() >= SPREAD
    assert 0 < spread["min"] <= spread["median"] <= spread["max"]


def test_core_tells_rates_and_where_the_time_goes() -> None:
    """Whole path, message by message, the core alone and the reference; every part's share; all of it adds up."""
    said = figures("core")
    for path in ("whole_path", "one_by_one", "handle_alone", "reference"):
        assert_rising(said[path]["per_s"])
        assert_rising(said[path]["per_cpu_s"])
    assert_rising(said["whole_path"]["bytes_per_s"])
    assert_rising(said["road_times"]["nearest_ms"])
    assert_rising(said["road_times"]["ahead_ms"])
    assert said["ratio_to_reference"] > 0
    parts = {part["part"]: part for part in said["where_time_goes"]}
    assert {"decode nmea", "decode rekor", "decode sbs", "decode taip", "journal", "hands"} <= parts.keys()
    assert {"handle PlateRead", "handle UnitMoved"} <= parts.keys()
    assert sum(part["share"] for part in parts.values()) == pytest.approx(1.0, abs=0.01)
    assert said["mix"]["events"] == sum(said["mix"]["by_event"].values())
    assert said["mix"]["by_event"]["PlateRead"] > 100


def test_world_tells_speed_growth_memory_and_where_the_time_goes(tmp_path: Path) -> None:
    """For the default parish, for one ten times as large, and for 2,000 units that report every second; drawn too."""
    said = figures("world", "--plot", str(tmp_path / "out" / "growth.png"))
    part = said["1x"]
    assert part["units"] == 80
    assert part["events"] > 0
    assert {"devices and lines", "decoding", "core", "journal", "world"} <= part["where_time_goes"].keys()
    assert sum(part["where_time_goes"].values()) == pytest.approx(1.0, abs=0.01)
    load = said["load"]
    assert load["units"] == 2_000
    assert load["messages_per_s"] >= 2_000
    assert load["hotlist"] > 0
    for one in (part, load):
        assert_rising(one["times_real_time"]["per_s"])
        assert_rising(one["times_real_time"]["per_cpu_s"])
        assert one["peak_memory_mb"] > 0
    assert [(one["times"], one["units"]) for one in said["growth"]] == [(1, 80), (10, 800)]
    assert said["growth"][1]["cpu_s_per_s"] > said["growth"][0]["cpu_s_per_s"]
    assert 0 < said["grows_with_power"] < 3
    assert (tmp_path / "out" / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_matching_tells_rates_beside_a_set_of_texts_and_what_an_answer_takes() -> None:
    said = figures("matching")
    assert [one["listings"] for one in said["sizes"]] == [10_000, 100_000]
    for one in said["sizes"]:
        for rates in ("exact_per_s", "collapsed_per_s", "ratio"):
            assert_rising(one[rates])
        assert 0 < one["answer_us"]["p50"] <= one["answer_us"]["p99"] <= one["answer_us"]["max"]
        assert one["answers_per_s"] > 0
        assert one["megabytes"] > 1


def test_matching_tells_what_each_rule_is_worth() -> None:
    """What a lead is worth is a trade: the more leads, the fewer stolen cars missed, and the center's own rule has
    fewer false leads than looking for the text."""
    said = figures("matching", "--trade-off")
    rules = {one["rule"]: one for one in said["rules"]}
    own = [one for name, one in rules.items() if name.startswith("likelihood")]
    assert [one["false_a_day"] for one in own] == sorted(one["false_a_day"] for one in own)
    assert [one["missed"] for one in own] == sorted((one["missed"] for one in own), reverse=True)
    assert own[2]["false_a_day"] <= rules["fuzzy"]["false_a_day"]
    assert own[2]["missed"] <= rules["exact"]["missed"]


@pytest.mark.wire
def test_wire_tells_sustained_rates_and_latency() -> None:
    """Beside mosquitto_sub on the same broker; every alert that was due is shown. What is not installed is skipped and
    said to be."""
    said = figures("wire")
    assert said["mosquitto"]["skipped"]
    part = said["embedded"]
    if shutil.which("mosquitto_sub") is None:
        assert "mosquitto_sub" in part["skipped"]
        return
    assert part["sustained_per_s"]["mosquitto_sub"] > 0
    assert part["sustained_per_s"]["center"] > 0
    assert part["ratio"] > 0
    latency = part["latency_ms"]
    assert latency["alerts"] > 0
    assert latency["missing"] == 0
    assert 0 < latency["p50"] <= latency["p99"] <= latency["max"]


@pytest.mark.wire
def test_glass_tells_how_late_a_picture_is_by_either_way_of_playing() -> None:
    """From the time that the camera wrote into it to the page: every picture is later than that, and each is counted
    once."""
    if shutil.which("chromium") is None:
        missing("no Chromium")
    try:
        ensure()
    except BuildError as error:
        missing(f"the page cannot be built: {error}")
    said = figures("glass")
    for way in ("webcodecs", "mediasource"):
        one = said[way]
        assert one["pictures"] == 50
        assert 0 < one["p50_ms"] <= one["p95_ms"] <= one["p99_ms"]
    assert said["chromium"]


@pytest.mark.wire
def test_load_tells_how_people_and_telephones_fared() -> None:
    """No request fails while a parish is replayed by its own clock, and an HTML report is left."""
    report = ROOT / "out" / "load.html"
    report.unlink(missing_ok=True)
    said = figures("load")
    assert said["failed"] == []
    rows = {(one["kind"], one["name"]): one for one in said["requests"]}
    for row in (("WS", "state"), ("WS", "delta"), ("POST", "/api/session"), ("MQTT", "publish:1:owntracks")):
        assert rows[row]["count"] > 0
        assert rows[row]["failures"] == 0
    assert said["replay"]["messages"] > 10_000
    assert said["replay"]["lost"] == 0
    assert "<html" in report.read_text()[:2000]
