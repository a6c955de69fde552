"""A scenario played under many seeds.

Knows: what one seed's play is given and what is kept of it, which seeds `1..200` means, and what many rows come to.
Refuses to know: where the plays run (see sweep_workers and sweep_ray), and how results are shown.
"""

from __future__ import annotations

import re
import shlex
import time
import traceback
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from twin.journals import Journals
from twin.lockstep import FunctionCarrier
from twin.mix import drawn
from twin.runs import Done, Wish, run
from twin.scenarios.schema import Scenario
from twin.score import Spread, all_wanted, spread, timing
from twin.world import World

MOST_SEEDS = 100_000
TOLD_CHARS = 4_000


class Task(NamedTuple):
    """One seed's play; everything in it can travel to another process. `scenario` is JSON, `named` what the command
    line calls it."""

    named: str
    scenario: bytes
    seed: int
    random_faults: bool
    journals: Journals

    @property
    def command(self) -> str:
        """The one command that plays it again."""
        faults = " --faults random" if self.random_faults else ""
        return f"twin run {shlex.quote(self.named)} --seed {self.seed}{faults}"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one seed. `alert_s` and `terminal_s` are the times of everything that could be known; `failed`
    says what did not hold, `broke` how the play itself ended when it did not end well."""

    seed: int
    command: str
    held: bool = False
    digest: str = ""
    recall: float | None = None
    precision: float | None = None
    alert_s: tuple[float, ...] = ()
    terminal_s: tuple[float, ...] = ()
    faults: int = 0
    failed: tuple[str, ...] = ()
    broke: str = ""
    seconds: float = 0.0

    @property
    def to_alert(self) -> Spread:
        return spread(list(self.alert_s))

    @property
    def to_terminal(self) -> Spread:
        return spread(list(self.terminal_s))


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """All seeds together; times over everything that was found in any of them."""

    seeds: int
    held: int
    recall_mean: float | None
    recall_least: float | None
    time_to_alert_s: Spread
    time_to_terminal_s: Spread


def tasks(named: str, scenario: Scenario, seeds: Iterable[int], random_faults: bool, journals: Journals) -> list[Task]:
    body = msgspec.json.encode(scenario)
    return [Task(named, body, seed, random_faults, journals) for seed in seeds]


def check(scenario: Scenario) -> None:
    """What the parish does not have is a mistake of the scenario and not of every seed. Raises WorldError."""
    World(scenario, scenario.seed, FunctionCarrier(None))


def play(task: Task) -> Row:
    """Play one seed, here and now. Never raises: a play that cannot be finished is a row as well."""
    started = time.monotonic()
    try:
        scenario = msgspec.json.decode(task.scenario, type=Scenario)
        if task.random_faults:
            scenario = drawn(scenario, task.seed)
        done = run(Wish(scenario, task.seed), task.journals)
    except Exception as error:
        told = "".join(traceback.format_exception(error))[-TOLD_CHARS:]
        return broken(task, told, time.monotonic() - started)
    return _row(task, done)


def broken(task: Task, why: str, seconds: float = 0.0) -> Row:
    """The row of a play that came to no end of its own."""
    return Row(seed=task.seed, command=task.command, broke=why.strip(), seconds=round(seconds, 3))


def totals(rows: Sequence[Row]) -> Totals:
    recalls = [row.recall for row in rows if row.recall is not None]
    return Totals(
        seeds=len(rows),
        held=sum(row.held for row in rows),
        recall_mean=round(sum(recalls) / len(recalls), 4) if recalls else None,
        recall_least=min(recalls, default=None),
        time_to_alert_s=spread([seconds for row in rows for seconds in row.alert_s]),
        time_to_terminal_s=spread([seconds for row in rows for seconds in row.terminal_s]),
    )


def seeds_of(text: str) -> list[int]:
    """`1..200`, `7`, `1..10,42`; each once, in the order given. Raises ValueError."""
    seeds: dict[int, None] = {}
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{1,19})(?:\.\.(\d{1,19}))?\s*", part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if last < first or last >= 2**63:
            raise ValueError(f"--seeds: found {part.strip()!r}, expected a seed or a range such as 1..200")
        if len(seeds) + last - first >= MOST_SEEDS:
            raise ValueError(f"--seeds: more than {MOST_SEEDS} seeds")
        seeds |= dict.fromkeys(range(first, last + 1))
    return list(seeds)


def _row(task: Task, done: Done) -> Row:
    outcome = done.outcome
    timings = [timing(outcome, wanted) for wanted in all_wanted(outcome)]
    return Row(
        seed=task.seed,
        command=task.command,
        held=done.passed,
        digest=outcome.digest,
        recall=done.score.recall,
        precision=done.score.precision,
        alert_s=tuple(round(one.alert_s, 3) for one in timings if one.alert_s is not None),
        terminal_s=tuple(round(one.terminal_s, 3) for one in timings if one.terminal_s is not None),
        faults=len(outcome.scenario.faults),
        failed=tuple(f"{one.what}: {one.seen}" for one in done.checked if not one.held),
        seconds=round(done.seconds, 3),
    )
