"""Traffic passes readers at its hours, in cars that are somebody's, with plates as the road has them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from simpy import Environment

from twin.devices.things import Passage
from twin.sim import homes, parish, roads
from twin.sim.people import People
from twin.sim.profiles import DAY_US, HOUR_US
from twin.sim.rhythm import DRIVING, by_hour
from twin.sim.routing import Router
from twin.sim.traffic import ReaderView, Traffic
from twin.streams import Streams

START = datetime(2026, 3, 10)  # noqa: DTZ001  # local, as all of the twin's
A_DAY = 30_000


@pytest.fixture(scope="module")
def people() -> People:
    return People(Streams(1), parish.load(), homes.load())


def day(people: People, away: frozenset[int] = frozenset()) -> list[tuple[str, Passage]]:
    """A Tuesday's passages past all readers."""
    env, calcasieu, router = Environment(), parish.load(), Router(roads.load())
    passed: list[tuple[str, Passage]] = []
    views = {site.reader: ReaderView(*site.at, 0.0) for site in calcasieu.readers}
    Traffic(
        env,
        router,
        calcasieu,
        router.watched(calcasieu),
        views,
        A_DAY,
        by_hour(START, DRIVING, 0.9),
        people,
        Streams(1),
        lambda car: car in away,
        lambda reader, passage: passed.append((reader, passage)),
    )
    env.run(until=DAY_US)
    return passed


@pytest.fixture(scope="module")
def tuesday(people: People) -> list[tuple[str, Passage]]:
    return day(people)


def test_as_many_pass_as_were_asked_for(tuesday: list[tuple[str, Passage]]) -> None:
    """More at the rush than at night."""
    assert len(tuesday) == pytest.approx(A_DAY * 1.03, rel=0.06)  # a weekday has more than an average day
    hours = Counter(one.at_us // HOUR_US for _, one in tuesday)
    assert hours[17] > 8 * hours[3]
    assert len({reader for reader, _ in tuesday}) >= 38


def test_most_cars_are_somebodys(tuesday: list[tuple[str, Passage]], people: People) -> None:
    """And look as their registration says; the others are on nobody's record."""
    known = Counter()
    for _, one in tuesday[::7]:
        car = people.car_of(one.plate or "", one.state or "")
        known[car is not None] += 1
        if car is not None:
            vehicle = people.vehicle_at(car)
            assert (vehicle.make, vehicle.model, vehicle.color) == (one.make, one.model, one.color)
    assert 0.35 < known[True] / known.total() < 0.75


def test_plates_are_those_of_the_road(tuesday: list[tuple[str, Passage]]) -> None:
    """A quarter of the interstate's at the state line are Texas's, few of an arterial's."""
    texas, every = Counter(), Counter()
    for reader, one in tuesday:
        road = "line" if reader.startswith("i10-texas") else "i10" if reader.startswith("i10") else "arterial"
        every[road] += 1
        texas[road] += one.state == "TX"
    assert 0.18 < texas["line"] / every["line"] < 0.30
    assert 0.03 < texas["arterial"] / every["arterial"] < 0.13


def test_a_car_that_is_away_is_not_in_the_traffic(tuesday: list[tuple[str, Passage]], people: People) -> None:
    """Its place is a stranger's, and everyone else's day is the same until then."""
    cars = [people.car_of(one.plate or "", one.state or "") for _, one in tuesday]
    some = frozenset(car for car in cars[5000::500] if car is not None)
    assert len(some) > 10
    without = {(one.plate, one.state) for _, one in day(people, some)}
    assert not any((people.vehicle_at(car).plate, people.vehicle_at(car).state) in without for car in some)
    assert len(without & {(one.plate, one.state) for _, one in tuesday}) > 0.3 * len(without)
