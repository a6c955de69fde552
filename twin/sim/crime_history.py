"""Years of burglary at once: what happened, and what was reported of it.

Knows: how background and crews make one history, at the volumes of the tables, and the runs without a pattern that a
detector is tried on.
Refuses to know: the clock of a world (`crime`), and what a center makes of a report.

A history is the same for the same streams, start, length and pattern, whoever makes it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.sim import crime_reports
from twin.sim.crime_background import background
from twin.sim.crime_cameras import Doorbells
from twin.sim.crime_crews import Crew, Crews, Outing
from twin.sim.crime_records import BURGLARY, NONE, Rows
from twin.sim.crime_risk import RiskSurface
from twin.sim.geometry import Floats
from twin.sim.people import People
from twin.sim.profiles import DAY_US, KINDS, WEEK_H, Kind, load, week
from twin.sim.routing import Router
from twin.streams import Streams

YEAR_DAYS = 365.25


class Pattern(NamedTuple):
    """What there is to find. `near_repeats`: one burglary leads to another; `crews`: there are sprees; `hours`: the
    weeks of the tables, or every hour like any other; `places`: some places are worse than others. `shuffled`: as
    everything else says, but then every burglary changes its time with another of its kind, so that places and times
    are as they were and have nothing to do with each other."""

    near_repeats: bool = True
    crews: bool = True
    hours: Literal["profile", "flat"] = "profile"
    places: bool = True
    shuffled: bool = False


USUAL = Pattern()
NO_SERIES = Pattern(near_repeats=False, crews=False)
NOTHING = Pattern(near_repeats=False, crews=False, hours="flat", places=False)
SHUFFLED = Pattern(shuffled=True)


class Story(NamedTuple):
    """A crew, and all that it did."""

    crew: Crew
    outings: tuple[Outing, ...]


class History(NamedTuple):
    """`burglaries` (BURGLARY, in order of time) are the truth, whose `crew` is a row of `stories`; `reports` (REPORT,
    in the order in which they become known) are what a center may see. `about`: which burglary each report is about
    (NONE: unfounded); `sightings` (SIGHTING): what doorbell cameras have. Times are microseconds since `start`,
    local."""

    start: datetime
    days: int
    burglaries: Rows
    reports: Rows
    about: NDArray[np.int64]
    sightings: Rows
    stories: tuple[Story, ...]


def generate(
    people: People, router: Router, streams: Streams, start: datetime, days: int, pattern: Pattern = USUAL
) -> History:
    """`days` days of burglary from `start`; a second or two for two years."""
    risk = RiskSurface(people.homes, streams, even=not pattern.places)
    stories = _stories(people, router, risk, streams, start, days) if pattern.crews else ()
    rows = [_of_crews(stories, days)]
    for kind in KINDS:
        by_crews = expected_of_crews(kind) if pattern.crews else 0.0
        dice = streams.columns("burglary", kind)
        rows.append(
            background(
                kind,
                a_year(kind) - by_crews,
                risk,
                hours(kind, pattern),
                start,
                days,
                dice,
                triggered=pattern.near_repeats,
            )
        )
    burglaries = _together(rows)
    if pattern.shuffled:
        burglaries = _shuffled(burglaries, streams)
    reports, about = crime_reports.make(burglaries, risk, start, streams.columns("burglary", "reports"))
    cameras = Doorbells(people.homes, streams)
    sightings = cameras.saw(burglaries, streams.columns("burglary", "sightings"))
    return History(start, days, burglaries, crime_reports.number(reports), about, sightings, stories)


def a_year(kind: Kind) -> float:
    """How many burglaries of a kind there are in a year, reported or not."""
    volume = load().kinds[kind]
    return volume.reported_a_year / volume.reported


def expected_of_crews(kind: Kind) -> float:
    """How many of them are part of sprees."""
    trade = load().crews[kind]
    outings = 1.0 / (1.0 - (1.0 - trade.caught) * (1.0 - trade.gives_up))
    return trade.crews_a_year * outings * sum(trade.tries) / 2 * trade.hits


def hours(kind: Kind, pattern: Pattern = USUAL) -> Floats:
    """The factors of the week that a kind keeps."""
    return week(kind) if pattern.hours == "profile" else np.ones(WEEK_H)


def _stories(
    people: People, router: Router, risk: RiskSurface, streams: Streams, start: datetime, days: int
) -> tuple[Story, ...]:
    crews = Crews(people, router, risk, start)
    stories = []
    for kind in KINDS:
        dice = streams.columns("crews", kind)
        count = dice.poisson(load().crews[kind].crews_a_year * days / YEAR_DAYS)
        for number, first_day in enumerate(np.sort(dice.integers(0, days, count)).tolist()):
            name = f"{kind}-crew-{number + 1}"
            stories.append(_story(crews, name, kind, first_day, days, streams))
    return tuple(stories)


def _story(crews: Crews, name: str, kind: Kind, first_day: int, days: int, streams: Streams) -> Story:
    """Outing after outing, until they are caught, give up, or the history ends."""
    dice = streams.of("crew", name)
    crew = crews.gather(name, kind, dice)
    outings: list[Outing] = []
    day = first_day
    while day < days:
        outings.append(crews.plan(crew, len(outings) + 1, day, outings[-1] if outings else None, dice))
        if dice.random() < crew.trade.caught or dice.random() < crew.trade.gives_up:
            break
        day += dice.randint(*crew.trade.gap_days)
    return Story(crew, tuple(outings))


def rows_of(outings: tuple[Outing, ...], crew: int, kind: Kind) -> Rows:
    """The burglaries of outings as rows of BURGLARY, those of crew number `crew`."""
    hits = [hit for outing in outings for hit in outing.hits]
    rows = np.zeros(len(hits), dtype=BURGLARY)
    for column in ("at_us", "premise", "entry", "target"):
        rows[column] = [getattr(hit, column) for hit in hits]
    rows["kind"] = KINDS.index(kind)
    rows["crew"] = crew
    rows["parent"] = NONE
    return rows


def _of_crews(stories: tuple[Story, ...], days: int) -> Rows:
    found = [rows_of(story.outings, number, story.crew.kind) for number, story in enumerate(stories)]
    rows = np.concatenate(found) if found else np.zeros(0, dtype=BURGLARY)
    return rows[(rows["at_us"] >= 0) & (rows["at_us"] < days * DAY_US)]


def _together(parts: list[Rows]) -> Rows:
    """All of them in order of time; `parent`, which counts in its own part, then counts in all."""
    shifted, first = [], 0
    for part in parts:
        part = part.copy()
        part["parent"][part["parent"] != NONE] += first
        first += len(part)
        shifted.append(part)
    rows = np.concatenate(shifted)
    order = np.argsort(rows["at_us"], kind="stable")
    place = np.full(len(rows) + 1, NONE)
    place[order] = np.arange(len(rows))
    rows = rows[order]
    rows["parent"] = place[rows["parent"]]
    return rows


def _shuffled(burglaries: Rows, streams: Streams) -> Rows:
    """The same places and the same times, dealt out anew within each kind; nobody's crew, nobody's child."""
    dice = streams.columns("burglary", "shuffle")
    rows = burglaries.copy()
    for kind in range(len(KINDS)):
        mine = np.flatnonzero(rows["kind"] == kind)
        rows["at_us"][mine] = rows["at_us"][dice.permutation(mine)]
    rows["crew"] = rows["parent"] = NONE
    return rows[np.argsort(rows["at_us"], kind="stable")]
