"""The desk and the forecaster together on the twin's reports, scored by its truth: with crews, and where there is no
pattern at all.

Knows: what the CADs would have said and when, and that everything proposed is taken.
Refuses to know: links and codecs; the facts are told to the core as its decoders make them. Nobody patrols, so nothing
is said about what a box prevents.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from benchmarks.forecast_twin import START, history
from center.core.center import Center
from center.core.effects import Forecast
from center.core.events import (
    DAY,
    HOUR,
    CallChanged,
    CallClosed,
    CallOpened,
    Event,
    Micros,
    OperatorActed,
    SiteLoaded,
    Woke,
)
from center.core.geo import METRES_PER_DEGREE
from center.core.pattern_facts import Box, ForecastReady, Patterns, Premises
from center.core.roster import Agency, RosterOperator, RosterUnit
from center.forecast.adviser import Adviser
from twin.sim.crime_history import NOTHING, USUAL, History, Pattern
from twin.sim.crime_records import CADS, report
from twin.sim.crime_risk import USES_OF
from twin.sim.people import People

KNOWN_DAYS, TRIAL_DAYS, TRIAL_DAYS_QUICK = 365, 42, 10
EVERY_DAYS = 14
LAT, LON = 30.24, -93.25
EAST_M = METRES_PER_DEGREE * float(np.cos(np.radians(LAT)))
LEAST_HITS = 3
RASHES_A_WEEK = 1.0


def desk(quick: bool) -> dict[str, Any]:
    """`usual`: crews, near repeats, bad places; `nothing`: none of it."""
    days = TRIAL_DAYS_QUICK if quick else TRIAL_DAYS
    patterns: dict[str, Pattern] = {"usual": USUAL, "nothing": NOTHING}
    return {"trial_days": days, **{name: _played(pattern, days) for name, pattern in patterns.items()}}


def _played(pattern: Pattern, days: int) -> dict[str, Any]:
    made, people = history(KNOWN_DAYS + days, pattern=pattern)
    epoch = round((START - START.replace(year=1970, month=1, day=1)).total_seconds()) * 1_000_000
    told = _told(made, people, epoch)
    run = _Run(epoch, _premises(people))
    run.tell(*(event for event in told if event.at < epoch + KNOWN_DAYS * DAY))
    rest = [event for event in told if event.at >= epoch + KNOWN_DAYS * DAY]
    score = _Score(made, people, epoch)
    for day in range(KNOWN_DAYS, KNOWN_DAYS + days):
        at = Micros(epoch + day * DAY + 5 * HOUR)
        run.tell(*(event for event in rest if at - DAY <= event.at < at))
        run.morning(at)
        score.take(run, at)
    return {**score.said(days), "advice_ms_median": round(1000 * float(np.median(run.took_s)), 1)}


def _premises(people: People) -> tuple[Premises, ...]:
    """One at each address of a kind."""
    found = []
    for kind, uses in USES_OF.items():
        x, y = people.homes.xy[people.homes.of(*uses)].T
        lat, lon = LAT + y / METRES_PER_DEGREE, LON + x / EAST_M
        found.append(Premises(kind, tuple(lat.tolist()), tuple(lon.tolist()), (1.0,) * len(x)))
    return tuple(found)


class _Run:
    """A center whose forecaster answers every morning at five."""

    def __init__(self, epoch: int, premises: tuple[Premises, ...]) -> None:
        self.center = Center()
        self.took_s: list[float] = []
        self._adviser = Adviser("UTC", EVERY_DAYS, premises=premises)
        self.tell(
            SiteLoaded(
                at=Micros(epoch),
                source="site",
                name="trial",
                agencies=(Agency("SO", "Sheriff", own=True),),
                units=(RosterUnit("SO-1", "SO", terminal="SO-1"),),
                operators=(RosterOperator("sue", "Sue", "SO", "supervisor"),),
                patterns=Patterns(rashes_a_week=RASHES_A_WEEK),
            )
        )

    def tell(self, *events: Event) -> None:
        for event in events:
            self.center.handle(event)

    def morning(self, at: Micros) -> None:
        """The list is due; everything proposed is taken."""
        here = self.center.picture.patterns
        if here.timer:
            self.tell(Woke(at=at, source="clock", answers=here.timer))
        while here.asked:
            asked = self.center.picture.pending[here.asked]
            assert isinstance(asked, Forecast)
            began = time.process_time()
            advice = self._adviser.advise(asked)
            self.took_s.append(time.process_time() - began)
            self.tell(ForecastReady(at=at, source="forecaster", answers=asked.id, advice=advice))
        for number, offer in enumerate([name for name, one in here.offers.items() if one.state == "proposed"]):
            act = {"act": "box.accept", "subject": offer, "request": f"{at}/{number}", "details": {"units": "SO-1"}}
            self.tell(OperatorActed(at=at, source="console", operator="sue", **act))  # type: ignore[arg-type]


class _Score:
    """What truly happened, beside what was said."""

    def __init__(self, made: History, people: People, epoch: int) -> None:
        x, y = people.homes.xy[made.burglaries["premise"]].T
        self._lat, self._lon = LAT + y / METRES_PER_DEGREE, LON + x / EAST_M
        self._at = made.burglaries["at_us"] + epoch
        self._crew = made.burglaries["crew"]
        self._about = {
            f"{CADS[row['cad']]}/{row['case']}": int(about)
            for row, about in zip(made.reports, made.about.tolist(), strict=True)
        }
        first = made.reports["version"] == 1
        self._known = {
            int(about): int(known) + epoch
            for about, known in zip(made.about[first][::-1], made.reports["known_us"][first][::-1], strict=True)
        }
        self._boxes: list[int] = []
        self._expected = 0.0
        self._cells = self._hits = self._happened = 0
        self._rashes: list[bool] = []
        self._heard: dict[int, int] = {}
        self._cried: set[tuple[str, ...]] = set()
        self._pairs = [0, 0]

    def take(self, run: _Run, at: int) -> None:
        here = run.center.picture.patterns
        taken = [here.offers[name].box for name in here.active]
        self._boxes.append(len(taken))
        self._expected += sum(box.expected for box in taken)
        self._cells += sum(len(box.cells) for box in taken)
        coming = np.flatnonzero((self._at >= at) & (self._at < at + DAY))
        self._happened += len(coming)
        self._hits += sum(any(_inside(box, self._lat[one], self._lon[one]) for box in taken) for one in coming)
        if here.advice is None:
            return
        for rash in here.advice.rashes:
            crews = self._crews(rash.reports)
            if not any(set(rash.reports) & set(earlier) for earlier in self._cried):
                self._rashes.append(bool(crews))
            self._cried.add(rash.reports)
            for crew in crews:
                self._heard.setdefault(crew, at)
        for series in here.advice.series:
            mine = [self._whose(name) for name in series.reports]
            same = sum(a == b and a >= 0 for n, a in enumerate(mine) for b in mine[:n])
            self._pairs[0] += same
            self._pairs[1] += len(mine) * (len(mine) - 1) // 2

    def said(self, days: int) -> dict[str, Any]:
        """`found`: of crews with three reported burglaries or more in the trial, those in a rash with two of theirs."""
        begin = int(self._at.min() // DAY * DAY) + KNOWN_DAYS * DAY
        crews: dict[int, list[int]] = {}
        for row, known in self._known.items():
            if row >= 0 and self._crew[row] >= 0 and known >= begin:
                crews.setdefault(int(self._crew[row]), []).append(known)
        there = {crew: sorted(known) for crew, known in crews.items() if len(known) >= LEAST_HITS}
        late = [sum(one < self._heard[crew] for one in known) for crew, known in there.items() if crew in self._heard]
        waits = [(self._heard[crew] - known[0]) / DAY for crew, known in there.items() if crew in self._heard]
        false = sum(not true for true in self._rashes)
        return {
            "burglaries": self._happened,
            "boxes_a_day": float(np.mean(self._boxes)),
            "days_without_a_box": float(np.mean(np.array(self._boxes) == 0)),
            "square_km_a_day": self._cells * 0.04 / days,
            "expected_in_boxes": self._expected,
            "happened_in_boxes": self._hits,
            "hit": self._hits / max(self._happened, 1),
            "rashes_true": len(self._rashes) - false,
            "rashes_false_a_week": 7 * false / days,
            "crews": len(there),
            "crews_found": len(late),
            "burglaries_late_median": float(np.median(late)) if late else None,
            "days_late_median": float(np.median(waits)) if waits else None,
            "series_pairs": self._pairs[1],
            "series_precision": self._pairs[0] / self._pairs[1] if self._pairs[1] else None,
        }

    def _whose(self, name: str) -> int:
        row = self._about.get(name, -1)
        return int(self._crew[row]) if row >= 0 else -1

    def _crews(self, reports: tuple[str, ...]) -> list[int]:
        """Crews with two different burglaries or more among them."""
        rows = {self._about.get(name, -1) for name in reports} - {-1}
        whose, counts = np.unique([self._crew[row] for row in sorted(rows)], return_counts=True)
        return [int(crew) for crew, count in zip(whose, counts, strict=True) if crew >= 0 and count >= 2]


def _told(made: History, people: People, epoch: int) -> list[Event]:
    """What the CADs publish, in order."""
    events: list[Event] = []
    for row in made.reports:
        one = report(row, people.homes)
        at = Micros(one.known_us + epoch)
        begins, ends = (_iso(epoch + moment) for moment in (one.from_us, one.to_us))
        said: dict[str, Any] = {
            "lat": LAT + one.y / METRES_PER_DEGREE,
            "lon": LON + one.x / EAST_M,
            "text": f"burglary, {one.kind}; entry {one.entry}; taken {one.target}; from {begins} to {ends}",
        }
        about: dict[str, Any] = {"at": at, "source": "cad", "call": str(one.case), "system": one.cad}
        if one.status == "unfounded":
            events.append(CallClosed(**about, disposition="unfounded"))
        elif one.version == 1:
            events.append(CallOpened(**about, kind=f"burglary-{one.kind}", **said))
        else:
            events.append(CallChanged(**about, **said))
    return events


def _iso(at: int) -> str:
    return f"{np.datetime64(at, 'us')}Z"


def _inside(box: Box, lat: float, lon: float) -> bool:
    half = box.cell_m / 2
    return any(abs(lat - a) * METRES_PER_DEGREE <= half and abs(lon - b) * EAST_M <= half for a, b in box.cells)
