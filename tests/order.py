"""In which order tests run: what takes long begins first, so that in the end nobody waits for it.

Knows: the modules that take longest. `--dist loadfile` hands the next module of the list to whichever worker is free.
Refuses to know: what is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

LONG = (
    "tests/promises/test_a_same_run.py",
    "tests/benchmarks/test_smoke.py",
    "tests/console/test_run.py",
    "tests/promises/test_d_log_before_act.py",
    "tests/twin/test_sweep_ray.py",
    "tests/promises/test_b_same_decisions.py",
    "tests/twin/test_feedback.py",
    "tests/console/test_axe.py",
    "tests/center/core/test_whole.py",
    "tests/benchmarks/test_relay.py",
    "tests/twin/test_sweep.py",
    "tests/console/test_alerts.py",
    "tests/twin/test_burglary.py",
    "tests/console/test_looks.py",
    "tests/console/test_build.py",
    "tests/console/test_map.py",
    "tests/twin/test_cli.py",
    "tests/twin/sim/test_crime_history.py",
    "tests/twin/test_plates_from_pictures.py",
    "tests/twin/test_open_sky.py",
    "tests/twin/test_doorbells.py",
    "tests/console/test_panels.py",
    "tests/console/test_video.py",
)
"""By how long they take, as `make test` tells in its last lines; about half a minute and more each."""

Test = TypeVar("Test")


def longest_first(tests: Iterable[Test], module: Callable[[Test], str]) -> list[Test]:
    """Modules of `LONG` in its order, then the others as they were found. Inside a module nothing changes."""
    rank = {name: number for number, name in enumerate(LONG)}
    return sorted(tests, key=lambda test: rank.get(module(test), len(LONG)))
