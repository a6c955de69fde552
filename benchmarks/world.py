"""How much faster than real time a parish and its center run in lockstep, where the time goes, and how that grows.

Three questions. The default parish at its busiest hours: 80 units, 40 readers, 300,000 reads a day (almost twice that
rate now), the sky, a stolen car. The same with up to a hundred times the units, reads and calls. And a load: 2,000
units that report every second, 500 plates read a second, a million plates wanted. Each run is a process of its own on
one core, so that its memory can be told; its first minutes are not counted. Where time goes comes from a run that is
looked at every millisecond of its processor time, which is not the run that is timed.

    python -m benchmarks.world [--quick] [--json] [--plot out/growth.png]
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

import msgspec
import numpy as np
from matplotlib.figure import Figure

import center
import twin
from benchmarks.figures import Result, Stopwatch, Took, heading, one_core, present, row, spread, tell
from benchmarks.parish import AVERAGE, BUSIEST, hours
from twin.devices.clock import call_later
from twin.devices.things import SECOND_US
from twin.lockstep import Lockstep
from twin.scenarios.schema import Scenario

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
LOAD_READS_S = 500
SET_OUT = 1.16  # cars drawn for one that is read in the measured minute: some are still on their way, some leave before


class Size(NamedTuple):
    """A parish `times` as large as ours, measured for `measured_s` after `warm_up_s`. With a `hotlist` it is the load:
    that many plates wanted, every unit reporting each second, and reads as `LOAD_READS_S` has them."""

    times: int
    warm_up_s: float
    measured_s: float
    hotlist: int = 0


class Plan(NamedTuple):
    """`rounds` runs of the `default` parish, and one of `shared_s`, so long that samples fall upon every layer; one of
    each size of `growth`, and of the `load`."""

    default: Size
    rounds: int
    shared_s: float
    growth: tuple[Size, ...]
    load: Size


QUICK = Plan(Size(1, 30.0, 60.0), 2, 900.0, (Size(10, 30.0, 10.0),), Size(25, 3.0, 3.0, 20_000))
FULL = Plan(
    Size(1, 900.0, 3600.0),
    5,
    3600.0,
    (Size(3, 900.0, 1200.0), Size(10, 900.0, 600.0), Size(30, 900.0, 200.0), Size(100, 900.0, 60.0)),
    Size(25, 1500.0, 60.0, 1_000_000),
)


def main() -> None:
    if len(sys.argv) == 4 and sys.argv[1] == "run":
        with one_core():
            print(json.dumps(run(msgspec.json.decode(sys.argv[2], type=Size), sampled=sys.argv[3] == "sampled")))
    else:
        present(__doc__, measure, table, draw)


def measure(quick: bool) -> Result:
    plan = QUICK if quick else FULL
    runs = []
    for number in range(plan.rounds):
        tell(f"the parish, run {number + 1}/{plan.rounds}")
        runs.append(_in_a_process(plan.default))
    tell("the parish, where time goes")
    shared = plan.default._replace(measured_s=plan.shared_s)
    default = {**_told(plan.default, runs), **_in_a_process(shared, sampled=True)["where"]}
    growth = [default]
    for size in plan.growth:
        tell(f"{size.times} times the parish")
        growth.append(_told(size, [_in_a_process(size)]))
    tell("the load")
    load = {"hotlist": plan.load.hotlist, **_told(plan.load, [_in_a_process(plan.load)])}
    kept = ("times", "units", "messages_per_s", "cpu_s_per_s", "peak_memory_mb")
    grown = [{key: one[key] for key in kept} for one in growth]
    return {"1x": default, "growth": grown, "grows_with_power": _power(grown), "load": load}


def _told(size: Size, runs: list[dict[str, Any]]) -> dict[str, Any]:
    last = runs[-1]
    cpu_s = [one["cpu_s"] for one in runs]
    return {
        "times": size.times,
        "measured_s": size.measured_s,
        "units": last["units"],
        "messages_per_s": round(last["messages"] / size.measured_s, 1),
        "reads_per_s": round(last["reads"] / size.measured_s, 1),
        "events": last["events"],
        "times_real_time": {
            "per_s": spread([size.measured_s / one["wall_s"] for one in runs], 2),
            "per_cpu_s": spread([size.measured_s / one for one in cpu_s], 2),
        },
        "cpu_s_per_s": round(sorted(cpu_s)[len(cpu_s) // 2] / size.measured_s, 6),
        "events_per_s": spread([one["events"] / one["wall_s"] for one in runs], 0),
        "peak_memory_mb": max(one["peak_memory_mb"] for one in runs),
    }


def _power(growth: list[dict[str, Any]]) -> float:
    """The exponent with which processor time grows with the size: 1 is linear."""
    times, cost = (np.log([one[key] for one in growth]) for key in ("times", "cpu_s_per_s"))
    return round(float(np.polyfit(times, cost, 1)[0]), 2)


def _in_a_process(size: Size, *, sampled: bool = False) -> dict[str, Any]:
    what = ("run", msgspec.json.encode(size).decode(), "sampled" if sampled else "timed")
    done = subprocess.run([sys.executable, "-m", "benchmarks.world", *what], check=True, stdout=subprocess.PIPE)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


# --- one run, in its own process ----------------------------------------------------------------------------------


def run(size: Size, *, sampled: bool) -> dict[str, Any]:
    scenario = _scenario(size)
    counted = Counted()
    with tempfile.TemporaryDirectory(prefix="rtcc-") as folder:
        lockstep = Lockstep(scenario, scenario.seed, Path(folder) / "journal.db", counted.message)
        if size.hotlist:
            for router in lockstep.world.fleet.routers.values():
                router.set_emergency(True)  # which is what makes a router report each second

        def mark() -> None:
            counted.mark(lockstep.center.position)

        env, ends_us = lockstep.world.setting.env, lockstep.world.setting.ends_us
        call_later(env, round(size.warm_up_s * SECOND_US), mark)
        call_later(env, ends_us - 1, mark)
        with sampling(sampled, counted) as where:
            lockstep.run()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "units": len(lockstep.world.fleet.units),
        "messages": counted.messages.total(),
        "reads": counted.messages["lpr"],
        "events": counted.events,
        "wall_s": counted.took.wall_s,
        "cpu_s": counted.took.cpu_s,
        "peak_memory_mb": round(peak / (1 << (20 if sys.platform == "darwin" else 10))),
        "where": {"where_time_goes": _shares(where)},
    }


def _scenario(size: Size) -> Scenario:
    lasts_s = size.warm_up_s + size.measured_s
    if not size.hotlist:
        return hours(BUSIEST, lasts_s, size.times)
    scenario = hours(AVERAGE, lasts_s, size.times)
    more = {"reads_a_day": round(LOAD_READS_S * SET_OUT) * 86_400, "hotlist": size.hotlist}
    # No stolen car: its report would have the whole list delivered anew in the middle of what is measured.
    return msgspec.structs.replace(scenario, world=msgspec.structs.replace(scenario.world, **more), happens=())


class Counted:
    """Counts from the first mark, the end of the warm-up, to the second, the end of the run."""

    def __init__(self) -> None:
        self.messages: Counter[str] = Counter()
        self.events = 0
        self.took = Took(0.0, 0.0)
        self.counting = False
        self._watch = Stopwatch()

    def message(self, feed: str, peer: str, data: bytes) -> None:  # noqa: ARG002
        if self.counting:
            self.messages[feed] += 1

    def mark(self, position: int) -> None:
        if self.counting:
            self.took = self._watch.took()
        else:
            self._watch = Stopwatch()
        self.events = position - self.events
        self.counting = not self.counting


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
    default, load = result["1x"], result["load"]
    lines = [f"{result['machine']['processor']}, load {result['machine']['load'][0]}", ""]
    lines += _lines("the parish", default)
    lines += [f"  {layer:42}{share:>14.1%}" for layer, share in default["where_time_goes"].items()]
    lines += ["", *_lines(f"the load, {load['hotlist']:,} plates wanted", load)]
    columns = ("times", "units", "messages/s", "cpu s/s", "times real time", "cpu s/s each", "MB")
    lines += ["", "".join(f"{column:>16}" for column in columns)]
    for one in result["growth"]:
        cost = one["cpu_s_per_s"]
        figures = (one["times"], one["units"], one["messages_per_s"], cost, 1 / cost, cost / one["times"])
        lines.append("".join(f"{figure:>16,.4g}" for figure in (*figures, one["peak_memory_mb"])))
    lines += ["", f"processor time grows with the size to the power of {result['grows_with_power']} (1 is linear)"]
    return "\n".join(lines)


def _lines(title: str, part: dict[str, Any]) -> list[str]:
    return [
        heading(f"{title}: {part['units']:,} units"),
        row("times as fast as real time", part["times_real_time"]["per_s"], "by the wall"),
        row("", part["times_real_time"]["per_cpu_s"], "of processor time"),
        row("events a second", part["events_per_s"]),
        f"{'messages, reads a second of the world':44}{part['messages_per_s']:>14,}{part['reads_per_s']:>14,}",
        f"{'peak memory':44}{part['peak_memory_mb']:>14} MB",
    ]


def draw(result: Result, path: Path) -> None:
    """Processor time and memory by size, both axes logarithmic, beside the straight line of what is linear."""
    growth = result["growth"]
    times = [one["times"] for one in growth]
    cost, memory = ([one[key] for one in growth] for key in ("cpu_s_per_s", "peak_memory_mb"))
    picture = Figure(figsize=(8, 3.2), layout="constrained")
    drawn = (("processor seconds a second of the world", cost), ("peak memory, MB", memory))
    for axes, (title, values) in zip(picture.subplots(1, 2), drawn, strict=True):
        axes.loglog(times, values, "o-", color="#c8553d")
        axes.set_title(title, loc="left", fontsize=9)
        axes.set_xlabel("times the parish")
        axes.grid(alpha=0.3, which="both")
    first, second = picture.axes
    first.loglog(times, [cost[0] * one for one in times], "--", color="#8aa4c8", label="linear")
    first.axhline(1.0, color="#5b6472", linewidth=0.8, label="real time")
    first.legend(frameon=False)
    second.set_ylim(bottom=min(memory) / 2)
    picture.savefig(path)


if __name__ == "__main__":
    main()
