"""How much faster than real time a parish and its center run in lockstep, where the time goes, and how that grows.

The default parish at its busiest hours: 80 units, 40 readers, 300,000 reads a day (almost twice that rate now), an
aeroplane and a stolen car; and the same with ten times the units, reads and calls. Each run is a process of its own, so
that its memory can be told; its first minutes are not counted. Where time goes comes from a run that is looked at every
millisecond of its processor time, which is not the run that is timed.

    python -m benchmarks.world [--quick] [--json]
"""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import center
import twin
from benchmarks.figures import Result, Stopwatch, Took, heading, present, row, spread, tell
from benchmarks.parish import BUSIEST, hours
from twin.lockstep import Lockstep

SAMPLE_S = 0.001
LAYERS = {
    "twin/sim": "world",
    "twin/devices": "devices and lines",
    "twin": "world and people, joined",
    "center/ingest": "decoding",
    "center/core": "core",
    "center/store": "journal",
    "center/api": "board and frames",
    "center": "host",
}
"""By folder, the innermost first."""
ROOTS = {Path(module.__file__ or "").parent for module in (twin, center)}


class Size(NamedTuple):
    """`times` as large a parish, `rounds` runs of `measured_s` after `warm_up_s`."""

    times: int
    rounds: int
    warm_up_s: float
    measured_s: float


QUICK = (Size(1, 3, 600.0, 300.0), Size(10, 1, 120.0, 60.0))
FULL = (Size(1, 5, 900.0, 3600.0), Size(10, 1, 900.0, 900.0))


def main() -> None:
    if len(sys.argv) == 6 and sys.argv[1] == "run":
        print(json.dumps(run(int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), sampled=sys.argv[5] == "1")))
    else:
        present(__doc__, measure, table)


def measure(quick: bool) -> Result:
    sizes = QUICK if quick else FULL
    result = {f"{size.times}x": _size(size) for size in sizes}
    one, ten = (result[f"{size.times}x"] for size in sizes)
    growth = one["times_real_time"]["per_cpu_s"]["median"] / ten["times_real_time"]["per_cpu_s"]["median"]
    return {**result, "growth": round(growth, 2)}


def _size(size: Size) -> dict[str, Any]:
    runs = []
    for number in range(size.rounds):
        tell(f"{size.times}x, run {number + 1}/{size.rounds}")
        runs.append(_in_a_process(size, sampled=False))
    tell(f"{size.times}x, where time goes")
    sampled = _in_a_process(size, sampled=True)
    last = runs[-1]
    return {
        "measured_s": size.measured_s,
        "units": last["units"],
        "messages": last["messages"],
        "events": last["events"],
        "times_real_time": {
            "per_s": spread([size.measured_s / one["wall_s"] for one in runs]),
            "per_cpu_s": spread([size.measured_s / one["cpu_s"] for one in runs]),
        },
        "events_per_s": spread([one["events"] / one["wall_s"] for one in runs], 0),
        "peak_memory_mb": max(one["peak_memory_mb"] for one in runs),
        "where_time_goes": sampled["where_time_goes"],
    }


def _in_a_process(size: Size, *, sampled: bool) -> dict[str, Any]:
    what = ("run", size.times, size.warm_up_s, size.measured_s, int(sampled))
    command = [sys.executable, "-m", "benchmarks.world", *map(str, what)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


# --- one run, in its own process ----------------------------------------------------------------------------------


def run(times: int, warm_up_s: float, measured_s: float, *, sampled: bool) -> dict[str, Any]:
    scenario = hours(BUSIEST, warm_up_s + measured_s, times)
    counted = Counted(warm_up_s / scenario.lasts_s)
    with tempfile.TemporaryDirectory(prefix="rtcc-") as folder:
        lockstep = Lockstep(scenario, scenario.seed, Path(folder) / "journal.db", counted.message)

        def progress(share: float) -> None:
            counted.progress(share, lockstep.center.position)

        with sampling(sampled, counted) as where:
            lockstep.run(progress)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took = counted.took
    return {
        "units": len(lockstep.world.fleet.units),
        "messages": counted.messages,
        "events": counted.events,
        "wall_s": took.wall_s,
        "cpu_s": took.cpu_s,
        "peak_memory_mb": round(peak / (1 << (20 if sys.platform == "darwin" else 10))),
        "where_time_goes": _shares(where),
    }


class Counted:
    """Counts from the end of the warm-up, a share of the run, to its end."""

    def __init__(self, warm_up: float) -> None:
        self.messages = self.events = 0
        self.took = Took(0.0, 0.0)
        self._warm_up = warm_up
        self._watch: Stopwatch | None = None
        self._events_before = 0

    @property
    def counting(self) -> bool:
        return self._watch is not None

    def message(self, feed: str, peer: str, data: bytes) -> None:  # noqa: ARG002
        self.messages += self.counting

    def progress(self, share: float, position: int) -> None:
        if self._watch is not None:
            self.took = self._watch.took()
            self.events = position - self._events_before
        elif share >= self._warm_up:
            self._events_before = position
            self._watch = Stopwatch()


@contextmanager
def sampling(wanted: bool, counted: Counted) -> Iterator[Counter[str]]:
    """Which layer was at work, looked at every so often while it is counted."""
    seen: Counter[str] = Counter()

    def look(_: int, frame: FrameType | None) -> None:
        if counted.counting:
            seen[_layer(frame)] += 1

    if not wanted:
        yield seen
        return
    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, SAMPLE_S, SAMPLE_S)
    try:
        yield seen
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)


def _layer(frame: FrameType | None) -> str:
    """Whose work it is: that of the innermost function of ours."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        for root in ROOTS:
            if root in path.parents:
                inside = f"{root.name}/{path.relative_to(root).as_posix()}"
                return next(layer for folder, layer in LAYERS.items() if inside.startswith(f"{folder}/"))
        if "simpy" in path.parts:
            return "the world's clock (SimPy)"
        frame = frame.f_back
    return "other"


def _shares(seen: Counter[str]) -> dict[str, float]:
    return {layer: round(count / seen.total(), 3) for layer, count in seen.most_common()}


# --- for people ---------------------------------------------------------------------------------------------------


def table(result: Result) -> str:
    lines = [f"{result['machine']['processor']}, load {result['machine']['load'][0]}"]
    for size in ("1x", "10x"):
        part = result[size]
        told = f"{size}: {part['units']} units, {part['events']:,} events in {part['measured_s'] / 60:g} minutes"
        lines += [
            "",
            heading(told),
            row("times as fast as real time", part["times_real_time"]["per_s"], "by the wall"),
            row("", part["times_real_time"]["per_cpu_s"], "of processor time"),
            row("events a second", part["events_per_s"]),
            f"{'peak memory':44}{part['peak_memory_mb']:>14} MB",
        ]
        lines += [f"  {layer:42}{share:>14.1%}" for layer, share in part["where_time_goes"].items()]
    lines += ["", f"ten times the parish costs {result['growth']} times the processor time"]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
