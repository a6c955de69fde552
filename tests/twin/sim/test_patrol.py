"""Patrol: beats, pace, work, shifts, and who is free for what. On the parish's own roads, with its own map of beats."""

from __future__ import annotations

from datetime import datetime
from random import Random
from statistics import median

import numpy as np
import pytest
from simpy import Environment

from twin.devices.clock import call_later
from twin.devices.things import SECOND_US
from twin.sim import parish as facts
from twin.sim import roads
from twin.sim.parish import Parish
from twin.sim.patrol import MPH, PatrolUnit
from twin.sim.patrol_beats import BEATS, Beat, beat_map, box
from twin.sim.patrol_duty import COURT, HOUR_US, MEAL, OWN_WORK, SHIFTS, STOP, Duty, Status, Work
from twin.sim.routing import Router
from twin.sim.routing_leg import Spot

MONDAY = datetime.fromisoformat("2026-03-09T08:00:00")


class Heard:
    """A crew that writes down what it did."""

    def __init__(self) -> None:
        self.statuses: list[Status] = []
        self.work: list[str] = []
        self.on_task: list[Status] = []
        self.lights: list[bool] = []

    def changed(self, unit: str | PatrolUnit, status: Status) -> None:
        (self.statuses if isinstance(unit, str) else self.on_task).append(status)

    def lit(self, unit: PatrolUnit) -> None:
        self.lights.append(unit.code_3)

    def began(self, unit: PatrolUnit, work: Work) -> None:  # noqa: ARG002
        self.work.append(work.what)

    def finished(self, unit: PatrolUnit, work: Work) -> None:  # noqa: ARG002
        self.work.append(f"{work.what} done")


@pytest.fixture(scope="module")
def parish() -> Parish:
    return facts.load()


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(roads.load())


@pytest.fixture(scope="module")
def beats(parish: Parish, router: Router) -> dict[str, tuple[Beat, ...]]:
    return beat_map(parish, router)


class Car:
    """One car of Lake Charles, with its clock and its crew."""

    def __init__(self, parish: Parish, router: Router, beat: Beat, seed: int = 1, number: int = 1) -> None:
        self.env = Environment()
        self.heard = Heard()
        self.duty = Duty("LCPD", number, MONDAY, Random(seed))
        station = router.nearest_edge(*parish.plane.xy(30.228, -93.212))
        self.unit = PatrolUnit(
            self.env, "LCPD-01", "LCPD", router, parish.plane, beat, station, self.duty, Random(seed), self.heard
        )

    def run(self, hours: float) -> None:
        self.env.run(until=round(hours * HOUR_US))


@pytest.fixture
def car(parish: Parish, router: Router, beats: dict[str, tuple[Beat, ...]]) -> Car:
    return Car(parish, router, beats["LCPD"][3])


def idle(car: Car) -> None:
    """No work of its own, no meal, no court: only patrol and calls."""
    late = 90 * 24 * HOUR_US
    car.duty.meal_us = car.duty.fuel_us = car.duty.court_us = car.duty.work_us = car.duty.change_us = late


def test_every_agency_has_its_beats_and_lake_charles_nineteen(beats: dict[str, tuple[Beat, ...]]) -> None:
    assert {agency: len(them) for agency, them in beats.items()} == BEATS
    assert BEATS["LCPD"] == 19


def test_beats_do_not_overlap_and_hold_most_of_the_ground(beats: dict[str, tuple[Beat, ...]], router: Router) -> None:
    """A few crossings that reach no other are left out."""
    for agency, least in (("LCPD", 0.9), ("CPSO", 0.9), ("SPD", 0.9)):
        masks = np.array([np.frombuffer(beat.area, np.uint8) for beat in beats[agency]])
        assert masks.sum(axis=0).max() == 1, agency
        whole = np.count_nonzero(masks.any(axis=0))
        assert whole > least * len(beats[agency]) * 2
        assert all(len(beat.nodes) >= 2 for beat in beats[agency])
    town = np.frombuffer(beats["LCPD"][0].area, np.uint8).astype(bool)
    sheriff = np.array([np.frombuffer(beat.area, np.uint8) for beat in beats["CPSO"]]).any(axis=0)
    assert not (town & sheriff).any(), "the sheriff's deputies leave the city to its police"
    assert len(town) == router.network.nodes


def test_patrol_goes_at_twenty_five_to_thirty_five_and_stays_on_its_beat(car: Car) -> None:
    idle(car)
    speeds, off = [], 0
    for minute in range(5, 240):
        car.env.run(until=minute * 60 * SECOND_US)
        fix = car.unit.position(minute * 60 * SECOND_US)
        if fix.speed_mps > 0.5:
            speeds.append(fix.speed_mps / MPH)
        off += not car.unit.beat.area[car.unit.node]
    assert 25.0 <= median(speeds) <= 35.0
    assert off == 0


def test_a_call_is_driven_to_a_third_faster_than_the_limit_and_the_car_comes_back(car: Car, router: Router) -> None:
    idle(car)
    car.env.run(until=60 * SECOND_US)
    car.unit.release()  # whatever the shift before left it with
    car.unit.begin(OWN_WORK[1], 1.0)
    car.env.run(until=120 * SECOND_US)
    goal = Spot(router.wander(Random(1), car.unit.beat.nodes[0]), 1.0)
    flow_us = router.drive(car.unit.spot, goal, 0).arrives
    began = car.env.now
    car.unit.respond(goal, car.heard, 300.0)
    while car.unit.status == "enroute":
        car.env.step()
    took_us = car.env.now - began
    assert 1.29 <= flow_us / took_us <= 1.51
    assert car.unit.status == "on-scene"
    car.run(4.0)
    assert car.heard.on_task == ["enroute", "on-scene", "available"]
    assert car.unit.status == "available"


def test_a_days_work_has_stops_checks_a_meal_and_two_changes_of_crew(car: Car) -> None:
    car.run(24.0)
    done = [what for what in car.heard.work if not what.endswith("done")]
    assert done.count("shift-change") == 2
    assert 1 <= done.count("meal") <= 2
    assert set(done) & {work.what for work in OWN_WORK}
    assert car.heard.work.count("meal done") == done.count("meal")
    assert "out-of-service" in car.heard.statuses


def test_self_initiated_work_is_about_seven_pieces_a_day(
    parish: Parish, router: Router, beats: dict[str, tuple[Beat, ...]]
) -> None:
    """Lake Charles counted 50,330 in a year, with 20 cars: seven a car and day."""
    pieces = 0
    for seed in range(12):
        one = Car(parish, router, beats["LCPD"][seed], seed)
        one.run(24.0)
        pieces += sum(what in {work.what for work in OWN_WORK} for what in one.heard.work)
    assert 5.5 <= pieces / 12 <= 8.5


def test_agencies_change_crews_at_different_times() -> None:
    """So that the parish is never bare; and half of an agency's cars half an hour later."""
    changes = {agency: Duty(agency, 2, MONDAY, Random(1)).change_us for agency in SHIFTS}
    assert len({round(at / HOUR_US * 4) for at in changes.values()}) >= 4
    waves = [Duty("CPSO", number, MONDAY, Random(1)).change_us for number in (1, 2)]
    assert abs(waves[0] - waves[1]) == 30 * 60 * SECOND_US


def test_what_can_wait_waits_and_what_cannot_is_finished(car: Car) -> None:
    """A meal is left for the most urgent only, a traffic stop for nothing."""
    idle(car)
    stop = next(work for work in OWN_WORK if work.what == STOP)
    for work, takes in ((MEAL, {1: True, 2: False, 3: False}), (stop, {1: False, 3: False}), (COURT, {1: False})):
        call_later(car.env, SECOND_US, car.unit.begin, work, 600.0)
        car.env.run(until=car.env.now + 2 * SECOND_US)
        assert {priority: car.unit.free(priority) for priority in takes} == takes, work.what


def test_a_car_that_is_called_away_ends_its_work_first(car: Car, router: Router) -> None:
    idle(car)
    car.env.run(until=SECOND_US)
    car.unit.begin(MEAL, 3_000.0)
    car.unit.respond(router.nearest_edge(0.0, 0.0), car.heard, 60.0)
    assert car.heard.work[-2:] == ["meal", "meal done"]
    assert car.unit.status == "enroute"


def test_a_car_that_is_given_a_box_patrols_it_until_its_time_is_over(car: Car, parish: Parish, router: Router) -> None:
    """Across the town from its beat: it drives there, stays, and goes home."""
    idle(car)
    x, y = parish.plane.xy(30.21, -93.18)
    car.env.run(until=60 * SECOND_US)
    car.unit.release()
    car.unit.stay_in(box(router, x, y), 3 * HOUR_US)
    car.run(1.0)
    away = []
    for minute in range(61, 180):
        car.env.run(until=minute * 60 * SECOND_US)
        away.append(float(np.hypot(*np.subtract(car.unit.xy(), (x, y)))))
    assert median(away) < 600
    car.run(4.5)
    assert np.hypot(*np.subtract(car.unit.xy(), (x, y))) > 600


def test_lights_are_on_to_what_is_urgent_until_it_is_there_or_is_not_urgent_any_more(car: Car, router: Router) -> None:
    car.run(0.5)
    goal = router.nearest_edge(0.0, 0.0)
    car.unit.respond(goal, car.heard, 60.0, 4)
    assert car.heard.lights == []
    car.unit.respond(goal, car.heard, 60.0, 2)
    assert car.heard.lights == [True]
    car.unit.redirect(goal, 60.0, 3)
    assert car.heard.lights == [True, False]
    car.unit.redirect(goal, 60.0, 1)
    car.run(1.5)
    assert car.heard.lights == [True, False, True, False]
    assert "on-scene" in car.heard.on_task


def test_a_car_that_crashes_stands_and_its_task_is_told(car: Car, router: Router) -> None:
    """It can be sent nowhere until it is back."""
    car.run(0.5)
    car.unit.respond(router.nearest_edge(0.0, 0.0), car.heard, 60.0, 1)
    car.run(0.51)
    where = car.unit.xy()
    car.unit.crash(600.0)
    assert (car.heard.on_task[-1], car.heard.statuses[-1], car.unit.code_3) == ("crash", "crash", False)
    car.run(0.6)
    assert car.unit.xy() == where
    assert not car.unit.free(1)
    car.run(0.7)
    assert car.heard.statuses[car.heard.statuses.index("crash") + 1] == "available"


def test_nobody_signs_on_for_the_night_where_a_car_rests(car: Car) -> None:
    """From the evening's change to the morning's, to the microsecond; by day, and in a car that does not rest, none."""
    for start, rests in (("2026-03-09T20:00", True), ("2026-03-10T03:00", True), ("2026-03-09T12:00", False)):
        duty = Duty("LCPD", 2, datetime.fromisoformat(start), Random(1), signs=True, rests=True)
        assert duty.rest_us(0) == (duty.change_us if rests else 0)
        assert Duty("LCPD", 2, datetime.fromisoformat(start), Random(1), signs=True).rest_us(0) == 0
    assert car.duty.rest_us(0) == 0
