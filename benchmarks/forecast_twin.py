"""The twin's burglaries to try forecasts on: learned from reports as a center hears them, scored by the truth.

Knows: how a history of the twin's becomes a case.
Refuses to know: forecasts.

Duplicates in two systems count once, as they do in a center; corrections are not waited for; what turns out unfounded
stays in, and misleads, as it would until then.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

import numpy as np

from benchmarks.forecast_data import MONDAY
from benchmarks.forecast_law import Law
from benchmarks.forecast_trial import Case
from center.forecast.reports import Reports
from twin.sim import homes as premises
from twin.sim import parish as facts
from twin.sim import roads
from twin.sim.crime_history import USUAL, History, Pattern, generate
from twin.sim.crime_risk import USES_OF
from twin.sim.people import People
from twin.sim.profiles import DAY_US, KINDS
from twin.sim.routing import Router
from twin.streams import Streams

START = datetime(2021, 1, 4)  # noqa: DTZ001  # local, as all of the twin's
OFF_M = 30.0
"""How far off a report's place is taken to be."""


def history(days: int, seed: int = 1, pattern: Pattern = USUAL) -> tuple[History, People]:
    homes, streams = premises.load(), Streams(seed)
    people = People(streams, facts.load(), homes)
    return generate(people, Router(roads.load()), streams, START, days, pattern), people


def cases(made: History, people: People, seed: int = 1) -> dict[str, Case]:
    """By kind of burglary; `seed` is the history's."""
    first = np.flatnonzero(made.reports["version"] == 1)
    _, once = np.unique(_subject(made, first), return_index=True)
    first = first[np.sort(once)]
    epoch = (START - MONDAY).days
    found = {}
    for number, kind in enumerate(KINDS):
        told = made.reports[first[made.reports["kind"][first] == number]]
        begins, ends, known = (told[name] / DAY_US + epoch for name in ("from_us", "to_us", "known_us"))
        reports = Reports(told["x"], told["y"], begins, ends, known, np.full(len(told), OFF_M))
        true = made.burglaries[made.burglaries["kind"] == number]
        x, y = people.homes.xy[true["premise"]].T
        premises = people.homes.xy[people.homes.of(*USES_OF[kind])]
        law = partial(Law, made, people, Streams(seed), kind, epoch)
        found[kind] = Case(reports, x, y, true["at_us"] / DAY_US + epoch, premises, law)
    return found


def _subject(made: History, rows: np.ndarray) -> np.ndarray:
    """What a report is about: a burglary or, where it never happened, the place that was told."""
    return np.where(made.about[rows] >= 0, made.about[rows], -1 - made.reports["premise"][rows].astype(np.int64))
