"""Plays that end badly, on a Ray cluster: `python -m tests.twin.on_ray ADDRESS` prints their rows, one a line.

Knows: plays that raise and plays that die (see plays.py).
Refuses to know: what is expected of them. In a process of its own, because Ray stays in the one that has used it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout

import msgspec

from tests.twin import small
from tests.twin.plays import dies, never_ends, raises, row_of
from twin.journals import of_this_center
from twin.sweep import Row, Task, tasks
from twin.sweep_ray import play_on_ray

WORKS: tuple[tuple[Callable[[Task], Row], float], ...] = (
    (row_of, 120.0),
    (raises, 120.0),
    (dies, 120.0),
    (never_ends, 5.0),
)


def main(address: str) -> None:
    for work, limit_s in WORKS:
        some = tasks(work.__name__, small.scenario(20), range(1, 3), False, of_this_center())
        with redirect_stdout(sys.stderr):  # Ray has a word of its own
            rows = list(play_on_ray(some, address, None, limit_s, work))
        for row in rows:
            sys.stdout.write(msgspec.json.encode(row).decode() + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
