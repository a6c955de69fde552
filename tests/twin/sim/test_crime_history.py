"""Burglaries are like real ones in number, place, time and telling; and runs without a pattern have none."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import datetime
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from twin.sim import homes, parish, profiles, roads
from twin.sim.crime_crews import AGES
from twin.sim.crime_figures import daily, daily_dispersion, dispersion, hours_p, knox, nights, windows_h
from twin.sim.crime_history import NO_SERIES, NOTHING, SHUFFLED, USUAL, History, Pattern, a_year, generate, hours
from twin.sim.crime_records import NONE
from twin.sim.people import People
from twin.sim.profiles import DAY_US, HOUR_US, KINDS
from twin.sim.routing import Router
from twin.streams import Streams

START = datetime(2024, 1, 1)  # noqa: DTZ001  # local, as all of the twin's
DAYS = 728


@cache
def history(seed: int = 1, pattern: Pattern = USUAL, days: int = DAYS) -> History:
    """Each is made once: nobody changes one."""
    people = People(Streams(seed), parish.load(), homes.load())
    return generate(people, Router(roads.load()), Streams(seed), START, days, pattern)


def digest() -> str:
    """Of a season, asked for by a process of its own."""
    made = history(days=90)
    columns = (made.burglaries, made.reports, made.about, made.sightings)
    return hashlib.sha256(b"".join(np.ascontiguousarray(one).tobytes() for one in columns)).hexdigest()


@pytest.fixture(scope="module")
def usual() -> History:
    return history(1)


def xy(made: History) -> NDArray[np.float64]:
    return homes.load().xy[made.burglaries["premise"]]


# --- how many, where, when --------------------------------------------------------------------------------------------


def test_there_are_as_many_as_the_tables_say(usual: History) -> None:
    """Of every kind, and in every area."""
    for code, kind in enumerate(KINDS):
        count = int((usual.burglaries["kind"] == code).sum())
        assert count / (DAYS / 365.25) == pytest.approx(a_year(kind), rel=0.2)  # crews come in numbers of their own
    shares = daily(usual.burglaries, homes.load(), DAYS).sum(axis=1) / len(usual.burglaries)
    assert shares == pytest.approx([0.55, 0.27, 0.18], abs=0.07)


def test_burglaries_keep_the_hours_of_their_kind(usual: History) -> None:
    """Those that no crew did fit the 168 hours of their table, and no other table."""
    for code, kind in enumerate(KINDS):
        mine = usual.burglaries[(usual.burglaries["kind"] == code) & (usual.burglaries["crew"] == NONE)]["at_us"]
        assert hours_p(mine, START, hours(kind)) > 1e-3
        for other in set(KINDS) - {kind}:
            assert hours_p(mine, START, hours(other)) < 1e-6


def test_counts_vary_four_times_as_much_as_chance_would() -> None:
    """By day and area, and by week and square kilometre; without a pattern they vary as chance does."""
    made = [history(seed) for seed in (1, 2, 3)]
    here = homes.load()
    assert np.mean([daily_dispersion(one.burglaries, here, DAYS) for one in made]) == pytest.approx(4.0, abs=0.7)
    by_week = [dispersion(xy(one), one.burglaries["at_us"], here, DAYS // 7) for one in made]
    assert np.mean(by_week) == pytest.approx(4.0, abs=0.8)
    nothing = history(1, NOTHING)
    assert dispersion(xy(nothing), nothing.burglaries["at_us"], here, DAYS // 7) < 1.3


def test_one_burglary_brings_another_near_by(usual: History) -> None:
    """Pairs within 200 m and two weeks are half as many again as chance has them, and only where there is a pattern."""
    assert 1.3 < knox(xy(usual), usual.burglaries["at_us"]) < 2.4
    for pattern, most in ((NO_SERIES, 1.15), (NOTHING, 1.08), (SHUFFLED, 1.08)):
        made = history(1, pattern)
        assert 0.9 < knox(xy(made), made.burglaries["at_us"]) < most


def test_shuffling_keeps_places_and_times_apart(usual: History) -> None:
    """The same doors and the same moments as the usual run's, and nobody's crew."""
    shuffled = history(1, SHUFFLED)
    for column in ("premise", "at_us"):
        assert np.array_equal(np.sort(shuffled.burglaries[column]), np.sort(usual.burglaries[column]))
    assert (shuffled.burglaries["crew"] == NONE).all()


def test_near_repeats_follow_what_they_follow_from(usual: History) -> None:
    """Later, within 300 m, more than half at the same door."""
    rows = usual.burglaries
    child = np.flatnonzero(rows["parent"] != NONE)
    parent = rows["parent"][child]
    assert len(child) > 1000
    assert (rows["at_us"][child] > rows["at_us"][parent]).all()
    assert (rows["kind"][child] == rows["kind"][parent]).all()
    gap = np.hypot(*(xy(usual)[child] - xy(usual)[parent]).T)
    assert gap.max() <= 300.0
    assert 0.5 < (gap == 0).mean() < 0.7


# --- crews ------------------------------------------------------------------------------------------------------------


def test_a_vehicle_crew_finds_five_to_fifteen_unlocked_cars_a_night(usual: History) -> None:
    """Of about fifty handles, in one to three hours, nearly always."""
    hits = nights(usual)
    assert 9 < hits.mean() < 15
    assert ((hits >= 5) & (hits <= 18)).mean() > 0.85
    outings = [outing for story in usual.stories if story.crew.kind == "vehicle" for outing in story.outings]
    assert 40 <= np.mean([outing.tries for outing in outings]) <= 60
    lasted = [(outing.hits[-1].at_us - outing.hits[0].at_us) / HOUR_US for outing in outings if len(outing.hits) > 4]
    assert 0.5 < float(np.median(lasted)) < 3


def test_a_crew_is_of_residents_with_a_car_and_works_within_reach(usual: History) -> None:
    here = homes.load()
    people = People(Streams(1), parish.load(), here)
    for story in usual.stories:
        crew = story.crew
        low, high = AGES[crew.kind]
        assert all(low <= people.age(member) <= high for member in crew.members)
        assert people.premise_of(crew.members[0]) == crew.base
        assert crew.car in people.household_cars(crew.members[0])
        for outing in story.outings:
            assert outing.theft is not None or outing.car == crew.car
            away = [float(np.hypot(*(here.xy[hit.premise] - here.xy[crew.base]))) for hit in outing.hits]
            assert all(metres < 4 * crew.trade.reach_m for metres in away)
            assert all(first.at_us < then.at_us for first, then in zip(outing.hits, outing.hits[1:], strict=False))


def test_a_crews_stolen_car_is_not_reported_before_the_outing_is_over(usual: History) -> None:
    stolen = [o for story in usual.stories for o in story.outings if o.theft is not None and o.hits]
    assert len(stolen) > 5
    for outing in stolen:
        assert outing.theft is not None
        assert outing.theft.reported_us > outing.hits[-1].at_us


# --- what is told -----------------------------------------------------------------------------------------------------


def test_windows_are_as_long_as_open_data_has_them(usual: History) -> None:
    """Half up to 1 to 4.5 h, three quarters to 10 to 13 h, nine tenths to about two days."""
    half, most, nearly = windows_h(usual.reports)
    assert 1.0 <= half <= 4.5
    assert 10.0 <= most <= 13.0
    assert 45.0 <= nearly <= 51.0


def test_a_window_holds_the_moment_it_is_about(usual: History) -> None:
    """And is known after it ends; a correction narrows it."""
    true = usual.about != NONE
    reports, at_us = usual.reports[true], usual.burglaries["at_us"][usual.about[true]]
    assert ((reports["from_us"] <= at_us) & (at_us <= reports["to_us"])).all()
    assert (usual.reports["to_us"] >= usual.reports["from_us"]).all()
    assert (usual.reports["known_us"] > usual.reports["to_us"]).all()
    length = reports["to_us"] - reports["from_us"]
    assert length[reports["status"] == 1].mean() < 0.7 * length[reports["status"] == 0].mean()


def test_some_are_never_reported_and_some_reports_are_of_nothing(usual: History) -> None:
    """As many as the tables say; what never happened is taken back later."""
    for code, kind in enumerate(KINDS):
        mine = np.flatnonzero(usual.burglaries["kind"] == code)
        assert np.isin(mine, usual.about).mean() == pytest.approx(profiles.load().kinds[kind].reported, abs=0.04)
    untrue = usual.reports[usual.about == NONE]
    assert 0.015 < (untrue["version"] == 1).sum() / (usual.reports["version"] == 1).sum() < 0.05
    assert (untrue["status"][untrue["version"] == 2] == 2).all()
    assert len(untrue[untrue["version"] == 2]) == len(untrue[untrue["version"] == 1])


def test_a_report_is_where_it_belongs(usual: History) -> None:
    """The towns' in their CAD, the sheriff's in his, a few in both; case numbers are given in order."""
    here = homes.load()
    first = usual.reports[usual.reports["version"] == 1]
    town = here.district[first["premise"]] >= here.own_districts
    assert 0.005 < (first["cad"] != town).mean() < 0.05
    for cad in (0, 1):
        cases = first["case"][first["cad"] == cad]
        assert (np.diff(cases) == 1).all()


def test_a_doorbell_sees_what_is_before_it(usual: History) -> None:
    """Within 35 m and a minute and a half; of one in five or so."""
    here, seen = homes.load(), usual.sightings
    about = usual.burglaries[seen["burglary"]]
    metres = np.hypot(*(here.xy[seen["premise"]] - here.xy[about["premise"]]).T)
    assert metres.max() <= 35.0
    assert ((seen["at_us"] - about["at_us"] >= 0) & (seen["at_us"] - about["at_us"] <= 90e6)).all()
    assert 0.1 < len(np.unique(seen["burglary"])) / len(usual.burglaries) < 0.4


# --- the same again ---------------------------------------------------------------------------------------------------


def test_a_history_is_the_same_in_every_process() -> None:
    """Whatever PYTHONHASHSEED is."""
    code = "from tests.twin.sim.test_crime_history import digest; print(digest())"
    here = digest()
    for hash_seed in ("0", "random"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        found = subprocess.run(
            [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
        )
        assert found.stdout.strip() == here


def test_two_years_take_seconds_and_no_center(usual: History) -> None:
    """The figures of calibration come from rows alone."""
    assert usual.days * DAY_US > int(usual.burglaries["at_us"].max())
    assert usual.burglaries.nbytes < 1_000_000
