"""What patrol boxes do to the record that they are drawn from: the feedback experiment (Ensign et al. 2018).

Knows: the arms, how patrols find what nobody tells of, which records each arm trains on, and what came of it.
Refuses to know: how a surface is made (it is handed in), and how results are shown.

Every record is tagged: told by a victim, or found by a patrol. What is found follows where patrols are; an arm that
trains on it learns its own patrols. Nobody is deterred here, and nothing moves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol, TypeAlias

import msgspec
import numpy as np
from numpy.random import Generator

from twin.streams import Streams
from twin.study.town import Crimes, Floats, Ints, Mask, Plan, Town, drawn, happened

MONTH_DAYS = 28
LAST, FIRST = 0.25, 0.25
"""The shares of the nights that are the end and the beginning."""


class Surface(Protocol):
    """Learns from what is on record, as columns of metres and days, and ranks cells."""

    def fit(self, x: Floats, y: Floats, days: Floats, day: int) -> None: ...
    def close(self, x: Floats, y: Floats, days: Floats) -> None: ...
    def likeliest(self, most: int) -> Ints: ...


MakeSurface: TypeAlias = Callable[[int, float], Surface]
"""From cells across and a cell's metres."""


class Arm(msgspec.Struct, frozen=True):
    """`trains`: on every record, on what victims told, or on that and on finds by dosage: a find made where a car
    stayed N times as long as cars pass anywhere counts one time in N. `floor`: the share of patrols sent anywhere."""

    name: str
    about: str
    trains: Literal["all", "told", "dosage"]
    floor: float = 0.0
    unequal: bool = False


ARMS = (
    Arm("naive", "all records", "all"),
    Arm("default", "what victims told", "told"),
    Arm("dosage", "all records, finds by dosage", "dosage"),
    Arm("floor", "all records, a fifth of patrols anywhere", "all", floor=0.2),
    Arm("unequal", "what victims told; the east tells less", "told", unequal=True),
)


class Pai(msgspec.Struct, frozen=True):
    """The share inside the boxes over their share of the area: of all records, of what victims told, of all that
    happened."""

    apparent: float
    told: float
    true: float


class Neighbourhood(msgspec.Struct, frozen=True):
    """Shares of the whole: of true crime, and of patrols at the beginning and at the end."""

    west: bool
    crime: float
    patrols_first: float
    patrols_last: float


class Run(msgspec.Struct, frozen=True):
    """One arm under one seed. `west`: the west's share of the patrols at the end, `west_by_month` all the way. `found`:
    the share of the records of the nights that patrols found; `pai` is of the end."""

    arm: str
    seed: int
    west: float
    west_by_month: tuple[float, ...]
    found: float
    pai: Pai
    neighbourhoods: tuple[Neighbourhood, ...]


class _Records:
    """What came to be known, and how."""

    def __init__(self, plan: Plan, arm: Arm, town: Town, crimes: Crimes) -> None:
        share = plan.reported * np.where(town.west | (not arm.unequal), 1.0, plan.east_tells)
        self._plan, self._trains, self._crimes = plan, arm.trains, crimes
        self._starts = np.searchsorted(crimes.day, np.arange(plan.until + 1))
        self.told: Mask = crimes.tells < share[crimes.cell]
        self.found = np.zeros(len(crimes.day), dtype=np.bool_)
        self.boxed = np.zeros(len(crimes.day), dtype=np.bool_)
        self._learned = self.told.copy()

    def patrolled(self, day: int, boxes: Ints) -> None:
        """What the patrols of a day come upon."""
        now, plan, crimes = self._on(day, day + 1), self._plan, self._crimes
        hours = np.full(plan.cells, plan.passing_h)
        hours[boxes] += plan.box_h
        here = hours[crimes.cell[now]]
        self.found[now] = ~self.told[now] & (crimes.found[now] < 1.0 - np.exp(-plan.found_an_hour * here))
        self.boxed[now] = here > plan.passing_h
        if self._trains == "all":
            self._learned[now] |= self.found[now]
        elif self._trains == "dosage":
            self._learned[now] |= self.found[now] & (crimes.counts[now] < plan.passing_h / here)

    def learned(self, first: int, until: int) -> tuple[Floats, Floats, Floats]:
        """Where and when, of the records that the arm trains on."""
        now, crimes = self._on(first, until), self._crimes
        rows = np.flatnonzero(self._learned[now]) + now.start
        return crimes.x[rows], crimes.y[rows], crimes.t[rows]

    def found_share(self, first: int) -> float:
        now = self._on(first, self._plan.until)
        return float(self.found[now].sum() / max(1, (self.found | self.told)[now].sum()))

    def pai(self, first: int) -> Pai:
        now, area = self._on(first, self._plan.until), self._plan.patrols / self._plan.cells
        boxed, told, found = self.boxed[now], self.told[now], self.found[now]

        def index(of: Mask) -> float:
            return float((boxed & of).sum() / max(1, of.sum()) / area)

        return Pai(index(told | found), index(told), index(np.ones_like(told)))

    def _on(self, first: int, until: int) -> slice:
        return slice(int(self._starts[first]), int(self._starts[until]))


def run(arm: Arm, plan: Plan, seed: int, surface: MakeSurface) -> Run:
    """Live through history and nights. Raises ValueError."""
    streams = Streams(seed)
    town = drawn(plan, streams)
    crimes = happened(plan, town, streams)
    records = _Records(plan, arm, town, crimes)
    beats, anywhere = streams.columns("study", "history"), streams.columns("study", "floor")
    for day in range(plan.history_days):
        records.patrolled(day, _beats(plan, town, beats))
    nightly = surface(plan.across, plan.cell_m)
    spared = round(plan.patrols * arm.floor)
    patrols = np.zeros((plan.days, plan.cells))
    for night in range(plan.days):
        day = plan.history_days + night
        if night % plan.refit_days == 0:
            nightly.fit(*records.learned(0, day), day)
        boxes = nightly.likeliest(plan.patrols - spared)
        rest = np.setdiff1d(np.arange(plan.cells), boxes)
        boxes = np.concatenate([boxes, anywhere.choice(rest, spared, replace=False)])
        records.patrolled(day, boxes)
        nightly.close(*records.learned(day, day + 1))
        patrols[night, boxes] = 1.0
    return _told(arm, plan, seed, town, records, patrols)


def _beats(plan: Plan, town: Town, dice: Generator) -> Ints:
    """Where patrols were on a day of the history: among as many of the worst cells of a half as there are patrols, but
    mostly of the west."""
    sent = round(plan.patrols * plan.history_west)
    halves = ((town.west, sent), (~town.west, plan.patrols - sent))
    beats = []
    for half, many in halves:
        cells = np.flatnonzero(half)
        worst = cells[np.argsort(-town.rate[cells], kind="stable")[: plan.patrols]]
        beats.append(dice.choice(worst, many, replace=False))
    return np.concatenate(beats)


def _told(arm: Arm, plan: Plan, seed: int, town: Town, records: _Records, patrols: Floats) -> Run:
    end, begin = plan.days - max(1, round(plan.days * LAST)), max(1, round(plan.days * FIRST))
    months = np.arange(0, plan.days, MONTH_DAYS)
    west = patrols[:, town.west].sum(axis=1) / patrols.sum(axis=1)
    return Run(
        arm.name,
        seed,
        round(float(west[end:].mean()), 4),
        tuple(round(float(west[month : month + MONTH_DAYS].mean()), 4) for month in months),
        round(records.found_share(plan.history_days), 4),
        records.pai(plan.history_days + end),
        _neighbourhoods(town, patrols[:begin], patrols[end:]),
    )


def _neighbourhoods(town: Town, first: Floats, last: Floats) -> tuple[Neighbourhood, ...]:
    def shares(by_cell: Floats) -> list[float]:
        return [round(share, 4) for share in (np.bincount(town.neighbourhood, by_cell) / by_cell.sum()).tolist()]

    west = [bool(town.west[town.neighbourhood == one].all()) for one in np.unique(town.neighbourhood)]
    columns = (west, shares(town.rate), shares(first.sum(axis=0)), shares(last.sum(axis=0)))
    return tuple(Neighbourhood(*row) for row in zip(*columns, strict=True))
