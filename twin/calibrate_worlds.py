"""Worlds that are lived through only to be measured: no center, and nobody who listens.

Knows: which parts of the parish are awake in which world, and what is kept of its truth log.
Refuses to know: what is measured, and what it ought to be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from twin.devices.carrier import Answered
from twin.devices.clock import now_us
from twin.devices.things import SECOND_US
from twin.progress import Progress
from twin.scenarios.schema import Scenario
from twin.scenarios.schema import World as Awake
from twin.truth import Fact
from twin.world import World

START = "2026-03-09T00:00"  # a Monday
DAY_S = 86_400.0
WEEKS_OF_CALLS = 2
STEP_US = 600 * SECOND_US
SILENT = Awake(units={}, readers=0, reads_a_day=0, hotlist=0, aircraft=False, operators=0)


class Nowhere:
    """A carrier that loses nothing, since nobody waits for it."""

    def send(self, link: str, peer: str, data: bytes) -> None:
        """Said into the wind."""

    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None:  # noqa: ARG002
        answered(True)

    def cut(self, link: str, peer: str) -> None:
        """There was no connection."""


class Lived(NamedTuple):
    """What is left of a world: `reads` by (reader, hour since the start), and every other fact."""

    start: datetime
    days: int
    facts: list[Fact]
    reads: Counter[tuple[str, int]]


class Worlds:
    """Each is lived through when it is first asked for. `watch(what)` gives whoever looks at its progress."""

    def __init__(self, days: int, seed: int, watch: Callable[[str], Progress]) -> None:
        self._days = days
        self._seed = seed
        self._watch = watch

    @cached_property
    def parish(self) -> Lived:
        """All of the parish, for some days."""
        return live(Awake(operators=0), self._days, self._seed, self._watch(f"the parish, {self._days} days"))

    @cached_property
    def calls(self) -> Lived:
        """Weeks of calls and nothing else."""
        days = WEEKS_OF_CALLS * 7
        return live(SILENT, days, self._seed, self._watch(f"calls, {days} days"))


def live(awake: Awake, days: int, seed: int, progress: Progress) -> Lived:
    """A world from a Monday on. Its log is emptied now and then: a day's reads would not fit a head."""
    scenario = Scenario(name="calibrate", about="Measured.", start=START, lasts_s=days * DAY_S, world=awake)
    setting = World(scenario, seed, Nowhere()).setting
    lived = Lived(setting.local_start, days, [], Counter())
    while now_us(setting.env) < setting.ends_us:
        setting.env.run(until=min(setting.ends_us, now_us(setting.env) + STEP_US))
        _keep(lived, setting.truth.facts)
        setting.truth.facts.clear()
        setting.truth.pictures.clear()
        progress(now_us(setting.env) / setting.ends_us)
    return lived


def _keep(lived: Lived, facts: list[Fact]) -> None:
    for fact in facts:
        if fact.kind == "plate-read":
            lived.reads[str(fact.facts["reader"]), fact.at_us // (3600 * SECOND_US)] += 1
        elif fact.kind != "plateless":
            lived.facts.append(fact)
