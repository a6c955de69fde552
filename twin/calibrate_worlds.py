"""What is lived through, or drawn at once, only to be measured: no center, and nobody who listens.

Knows: which parts of the parish are awake in which world, what is kept of its truth log, how years are had in seconds.
Refuses to know: what is measured, and what it ought to be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from twin import garbage
from twin.day import Nowhere
from twin.devices.clock import now_us
from twin.devices.things import SECOND_US
from twin.progress import Progress
from twin.scenarios.schema import Scenario
from twin.scenarios.schema import World as Awake
from twin.sim import homes, roads
from twin.sim import parish as facts
from twin.sim.crime_history import History, generate
from twin.sim.people import People
from twin.sim.profiles import load as profiles
from twin.sim.routing import Router
from twin.sim.thefts import AutoTheft, by_rates
from twin.streams import Streams
from twin.truth import Fact
from twin.world import World

START = "2026-03-09T00:00"  # a Monday
DAY_S = 86_400.0
DAYS_OF_CALLS = 14
YEARS_OF_CRIME = 2
STEP_US = 600 * SECOND_US
ALL = Awake(thefts=1.0, operators=0)
CALLS = Awake(units={}, readers=0, reads_a_day=0, hotlist=0, aircraft=False, operators=0)


class Lived(NamedTuple):
    """What is left of a world: `reads` by reader, `hits` (reads of cars that were listed then) likewise, and every
    other fact."""

    start: datetime
    days: int
    facts: list[Fact]
    reads: Counter[str]
    hits: Counter[str]


class Drawn(NamedTuple):
    """Years of crime by the rates of the parish: `thefts` of cars taken in `days` days, and a `history` as long of
    burglaries, with who lives where and the roads."""

    days: int
    people: People
    router: Router
    thefts: list[AutoTheft]
    history: History


class Worlds:
    """Each is lived through when it is first asked for. `watch(what)` gives whoever looks at its progress."""

    def __init__(self, days: int, seed: int, watch: Callable[[str], Progress]) -> None:
        self._days = days
        self._seed = seed
        self._watch = watch

    @cached_property
    def parish(self) -> Lived:
        """All of the parish, for some days."""
        return live(ALL, self._days, self._seed, self._watch(f"the parish, {self._days} days"))

    @cached_property
    def calls(self) -> Lived:
        """Weeks of calls and nothing else."""
        days = DAYS_OF_CALLS
        return live(CALLS, days, self._seed, self._watch(f"calls, {days} days"))

    @cached_property
    def crime(self) -> Drawn:
        """Years of thefts and burglaries; nobody waits for them."""
        progress = self._watch(f"crime, {YEARS_OF_CRIME} years")
        days, start, streams = round(YEARS_OF_CRIME * 365.25), datetime.fromisoformat(START), Streams(self._seed)
        people, router = People(streams, facts.load(), homes.load()), Router(roads.load())
        thefts = by_rates(people, streams, start, days, profiles().auto_theft.a_year)
        progress(0.5)
        history = generate(people, router, streams, start, days)
        progress(1.0)
        return Drawn(days, people, router, [theft for theft in thefts if theft.taken_us >= 0], history)


def live(awake: Awake, days: int, seed: int, progress: Progress) -> Lived:
    """A world from a Monday on. Its log is emptied now and then: a day's reads would not fit a head."""
    scenario = Scenario(name="calibrate", about="Measured.", start=START, lasts_s=days * DAY_S, world=awake)
    setting = World(scenario, seed, Nowhere()).setting
    lived = Lived(setting.local_start, days, [], Counter(), Counter())
    listed: dict[str, None] = {}
    with garbage.seldom():
        while now_us(setting.env) < setting.ends_us:
            setting.env.run(until=min(setting.ends_us, now_us(setting.env) + STEP_US))
            _keep(lived, setting.truth.facts, listed)
            setting.truth.facts.clear()
            setting.truth.pictures.clear()
            progress(now_us(setting.env) / setting.ends_us)
    return lived


def _keep(lived: Lived, told: list[Fact], listed: dict[str, None]) -> None:
    """`listed`: the names of cars on the list, in the order of reporting."""
    for fact in told:
        if fact.kind == "plate-read":
            reader = str(fact.facts["reader"])
            lived.reads[reader] += 1
            lived.hits[reader] += fact.facts["vehicle"] in listed
            continue
        if fact.kind == "reported":
            listed[str(fact.facts["name"])] = None
        elif fact.kind == "off-list":
            listed.pop(str(fact.facts["name"]), None)
        lived.facts.append(fact)
