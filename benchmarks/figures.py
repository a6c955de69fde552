"""Figures as benchmarks give them: several repetitions, the same command line, the machine they were taken on.

Knows: `--quick` and `--json`, least, middle and most of repetitions, and what to say of the machine.
Refuses to know: what is measured.

Figures of two machines do not compare, and on a shared machine not even those of two hours; ratios of one run do.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

Result = dict[str, Any]


class Took(NamedTuple):
    """Seconds by the wall, and of the processor: all threads of this process, and the kernel for them."""

    wall_s: float
    cpu_s: float


class Stopwatch:
    """Started when it is made."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def took(self) -> Took:
        wall, cpu = self._began
        return Took(time.perf_counter() - wall, time.process_time() - cpu)


class Timer:
    """`with Timer() as timer: ...; timer.took`. Garbage is collected before it starts."""

    took: Took

    def __enter__(self) -> Timer:
        gc.collect()
        self._watch = Stopwatch()
        return self

    def __exit__(self, *_: object) -> None:
        self.took = self._watch.took()


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float]:
    """Least, middle and most."""
    told = min(values), statistics.median(values), max(values)
    return dict(zip(("min", "median", "max"), (round(value, digits) for value in told), strict=True))


@contextmanager
def one_core() -> Iterator[None]:
    """All threads of this process on one core, where the system can be asked for that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def machine() -> dict[str, Any]:
    """What figures were taken on, and how busy that was."""
    names = [line.partition(":")[2].strip() for line in _read("/proc/cpuinfo").splitlines() if "model name" in line]
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load": [round(one, 2) for one in os.getloadavg()],
    }


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def present(
    about: str | None,
    measure: Callable[[bool], Result],
    table: Callable[[Result], str],
    draw: Callable[[Result, Path], None] | None = None,
) -> None:
    """A benchmark's main: `measure(quick)` gives the result, shown as `table` or as one JSON object; `--plot FILE` has
    it drawn, where there is something to draw."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="shorter and fewer repetitions; rougher figures")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    if draw is not None:
        parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the result (.png, .svg)")
    options = parser.parse_args()
    result = {"quick": options.quick, "machine": machine(), **measure(options.quick)}
    print(json.dumps(result) if options.json else table(result))
    if draw is not None and options.plot is not None:
        options.plot.parent.mkdir(parents=True, exist_ok=True)
        draw(result, options.plot)


def row(title: str, figures: dict[str, float], unit: str = "") -> str:
    """One line of a table: a title, then least, middle and most."""
    return f"{title:44}" + "".join(f"{figures[key]:>14,.10g}" for key in ("min", "median", "max")) + f"  {unit}"


def heading(title: str) -> str:
    return f"{title:44}{'min':>14}{'median':>14}{'max':>14}"


def tell(line: str) -> None:
    """To whoever waits: progress goes to standard error."""
    print(line, file=sys.stderr, flush=True)
