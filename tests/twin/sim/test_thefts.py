"""Stolen cars are taken, driven, reported hours late, found, and listed for a while longer."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from simpy import Environment

from twin.devices.clock import now_us
from twin.devices.things import Listing, Passage
from twin.sim import homes, parish, profiles, roads
from twin.sim.people import People
from twin.sim.profiles import DAY_US, HOUR_US
from twin.sim.routing import Router
from twin.sim.thefts import Thefts, by_rates, taken_by_crew
from twin.sim.traffic import ReaderView
from twin.streams import Streams
from twin.truth import Truth

START = datetime(2026, 3, 9)  # noqa: DTZ001  # local, as all of the twin's
DAYS = 10
A_YEAR = 720.0


@pytest.fixture(scope="module")
def people() -> People:
    return People(Streams(1), parish.load(), homes.load())


class Run:
    """Ten days of thefts at twice the parish's rate, and what came of them."""

    def __init__(self, people: People, slips: float = 0.0) -> None:
        self.env = Environment()
        self.truth = Truth(lambda: now_us(self.env))
        self.passed: list[tuple[str, Passage]] = []
        self.wanted: list[tuple[int, list[Listing]]] = []
        router = Router(roads.load())
        views = {site.reader: ReaderView(*site.at, 0.0) for site in parish.load().readers}
        self.thefts = Thefts(
            self.env,
            people,
            router,
            router.watched(parish.load()),
            views,
            Streams(1),
            START,
            DAYS,
            a_year=A_YEAR,
            slips=slips,
            passed=lambda reader, passage: self.passed.append((reader, passage)),
            log=self.truth.log,
        )
        for hour in range(0, DAYS * 24, 12):
            self.env.run(until=hour * HOUR_US + 1)
            self.wanted.append((hour, self.thefts.wanted))
        self.env.run(until=DAYS * DAY_US)

    def when(self, kind: str) -> dict[str, int]:
        return {fact.facts["name"]: fact.at_us for fact in self.truth.of(kind)}


@pytest.fixture(scope="module")
def run(people: People) -> Run:
    return Run(people)


def test_as_many_are_stolen_as_the_rate_says(people: People) -> None:
    """Over a year, and at the hours that car thieves keep."""
    year = by_rates(people, Streams(3), START, 364, 360.0)
    taken = np.array([theft.taken_us for theft in year])
    inside = taken[taken >= 0]
    assert len(inside) == pytest.approx(360, abs=4 * 19)
    assert ((taken // HOUR_US % 24 >= 18) | (taken // HOUR_US % 24 < 2)).mean() > 0.4


def test_owners_report_hours_late(people: People) -> None:
    """Half of them within six hours, a few after more than a day; a car may be found before it is missed."""
    year = by_rates(people, Streams(3), START, 364, 3600.0)
    hours = np.array([theft.reported_us - theft.taken_us for theft in year]) / HOUR_US
    assert np.median(hours) == pytest.approx(profiles.load().auto_theft.reported_h, rel=0.1)
    assert hours.min() > 0
    assert 0.01 < (hours > 24).mean() < 0.12
    assert sum(theft.found_us is None for theft in year) / len(year) == pytest.approx(0.25, abs=0.03)


def test_a_found_car_is_listed_for_hours_longer(people: People) -> None:
    """And never leaves the list before it was both found and reported."""
    year = by_rates(people, Streams(3), START, 364, 360.0)
    stale = [
        (theft.off_list_us - max(theft.found_us, theft.reported_us)) / HOUR_US
        for theft in year
        if theft.off_list_us is not None and theft.found_us is not None
    ]
    assert min(stale) > 0
    assert np.median(stale) == pytest.approx(profiles.load().auto_theft.stale_h, rel=0.25)


def test_a_stolen_car_is_somebodys(run: Run, people: People) -> None:
    """Its plate leads to the owner that the truth log names."""
    stolen = list(run.truth.of("stolen"))
    assert len(stolen) > 15
    for fact in stolen:
        assert people.owner_of(fact.facts["plate"], fact.facts["state"]) == fact.facts["owner"]


def test_it_passes_readers_only_while_it_is_away(run: Run) -> None:
    """Under its own plate, before and after it is on the list."""
    found, reported = run.when("found"), run.when("reported")
    plates = {fact.facts["name"]: fact.facts["plate"] for fact in run.truth.of("stolen")}
    assert len(run.passed) > 50
    for _, passage in run.passed:
        assert passage.plate == plates[passage.vehicle]
        assert passage.at_us <= found.get(passage.vehicle, passage.at_us) + 2 * HOUR_US  # it ends the trip it is on
    unlisted = [one for _, one in run.passed if one.at_us < reported.get(one.vehicle, DAYS * DAY_US)]
    assert 0 < len(unlisted) < len(run.passed)


def test_the_list_holds_what_is_reported_and_not_yet_taken_off(run: Run) -> None:
    """At every delivery; what was so before the world began is on it from the first."""
    reported, off = run.when("reported"), run.when("off-list")
    assert len(run.wanted[0][1]) > 5
    for hour, wanted in run.wanted:
        now = hour * HOUR_US + 1
        names = {listing.case.removeprefix("SYN-") for listing in wanted}
        assert names == {name for name, at in reported.items() if at < now and off.get(name, now) >= now}


def test_a_stolen_car_stands_somewhere_until_it_is_found(run: Run, people: People) -> None:
    """Where its last trip ended; a found one stands there no more."""
    found = run.when("found")
    x, y = people.homes.xy.mean(axis=0).tolist()
    standing = [theft.name for theft in run.thefts.standing_near(x, y, 60_000)]
    away = {fact.facts["name"] for fact in run.truth.of("stolen")} - found.keys()
    assert len(standing) > 5
    assert set(standing) <= away
    assert len(away - set(standing)) <= 3  # on the road just now
    one = run.thefts.standing_near(x, y, 60_000)[0]
    last = [trip for trip in one.trips if trip.departs_us <= DAYS * DAY_US][-1]
    assert one in run.thefts.standing_near(*people.homes.xy[last.goal].tolist(), 1.0)


def test_an_owner_cannot_drive_a_car_that_is_away(run: Run, people: People) -> None:
    """From an hour before it is taken, because nobody is seen twice at once, until it is found."""
    now = now_us(run.env)
    found = run.when("found")
    for fact in run.truth.of("stolen"):
        car = people.car_of(fact.facts["plate"], fact.facts["state"])
        assert car is not None
        assert run.thefts.is_away(car) == (fact.facts["name"] not in found)
    assert now == DAYS * DAY_US


def test_some_listings_are_mistyped(people: People) -> None:
    """The truth log has both, what the plate is and what the list says; the rest of the run is the same."""
    slipped, right = Run(people, slips=0.5), Run(people)
    reports = [fact.facts for fact in slipped.truth.of("reported")]
    wrong = [one for one in reports if (one["listed"], one["listed_state"]) != (one["plate"], one["state"])]
    assert 0.3 < len(wrong) / len(reports) < 0.7
    assert slipped.passed == right.passed
    said = {(listing.plate, listing.state) for _, wanted in slipped.wanted for listing in wanted}
    assert {(one["listed"], one["listed_state"]) for one in wrong} & said


def test_a_crew_takes_a_car_that_is_missed_after_the_night(people: People) -> None:
    """From near its base, and on no list before the crew is home."""
    base = people.premise_of(10_000)
    theft = taken_by_crew(people, "crew-car-1", base, 0, Streams(1).of("test", "crew"))
    away_m = float(np.hypot(*(people.homes.xy[theft.premise] - people.homes.xy[base])))
    assert away_m < 12_000
    assert 4.4 * HOUR_US < theft.reported_us < 8.1 * HOUR_US
