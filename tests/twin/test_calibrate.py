"""The parish is compared with published figures, and a figure that misses says so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from twin import calibrate_measures, calibrate_report, calibrate_worlds
from twin.calibrate import Compared, Figure, calibrate, compare, load, moved
from twin.calibrate_worlds import CALLS, Worlds, live
from twin.cli import app
from twin.devices.things import SECOND_US
from twin.progress import unwatched

ROWS = load()
NUMBER = Figure("n", "a number", "m", 10.0, "verified", "s", "w", least=8.0, most=12.0)
PROFILE = Figure("p", "a profile", "m", (1.0, 1.0, 2.0), "assumption", "s", "w", within=0.1, labels=("a", "b", "c"))

profiles = st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(any)


@pytest.fixture(scope="module", autouse=True)
def _less() -> Iterator[None]:
    """Three days of calls and a year of crime are enough to see how they are measured."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibrate_worlds, "DAYS_OF_CALLS", 3)
        patch.setattr(calibrate_worlds, "YEARS_OF_CRIME", 1)
        yield


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    return Worlds(1, 1, lambda _: unwatched)


# --- the table ----------------------------------------------------------------------------------------------------


def test_every_figure_is_measured_and_every_measure_is_a_figures() -> None:
    measures = calibrate_measures.of(Worlds(1, 1, lambda _: unwatched))
    assert {row.measure for row in ROWS} == measures.keys()


def test_every_figure_has_a_name_of_its_own_a_source_and_a_reason() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert all(len(row.source) > 10 and len(row.why) > 10 for row in ROWS)


def test_published_numbers_are_within_their_own_tolerance() -> None:
    """What was published would hold."""
    assert [row.name for row in ROWS if not compare(row, row.published).held] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"published": 1.0},
        {"published": 1.0, "within": 0.1},
        {"published": [1.0, 2.0], "least": 0.0, "most": 1.0},
        {"published": [1.0, 2.0], "within": 0.1, "labels": ["a"]},
        {"published": 1.0, "least": 0.0, "most": 1.0, "mark": "rumour"},
        {"published": 1.0, "least": 0.0, "most": 1.0, "unit": "m"},
    ],
)
def test_a_row_of_another_shape_is_a_mistake(wrong: dict[str, object]) -> None:
    row = {"name": "n", "what": "w", "measure": "m", "mark": "verified", "source": "s", "why": "y", **wrong}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(row, Figure)


# --- comparing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "simulated", "held"),
    [
        (NUMBER, 8.0, True),
        (NUMBER, 12.0, True),
        (NUMBER, 7.9, False),
        (NUMBER, 12.1, False),
        (NUMBER, None, False),
        (NUMBER, (1.0, 1.0), False),
        (PROFILE, (25.0, 25.0, 50.0), True),
        (PROFILE, (34.0, 25.0, 41.0), True),
        (PROFILE, (36.0, 25.0, 39.0), False),
        (PROFILE, (0.0, 0.0, 0.0), False),
        (PROFILE, 1.0, False),
        (PROFILE, None, False),
    ],
)
def test_what_holds(figure: Figure, simulated: float | tuple[float, ...] | None, held: bool) -> None:
    """The ends of a tolerance hold; nothing measured, or something of another shape, does not."""
    assert compare(figure, simulated).held is held


@given(profiles, profiles, st.integers(1, 50))
def test_what_must_be_moved_is_a_share(a: list[int], b: list[int], times: int) -> None:
    """Of one profile and another, whichever is asked about, however much there is of it: 0 to 1, and 0 to itself."""
    assert 0.0 <= moved(a, b) <= 1.0
    assert moved(a, b) == pytest.approx(moved(b, a))
    assert moved(a, [times * part for part in a]) == pytest.approx(0.0, abs=1e-12)


def test_figures_keep_their_order() -> None:
    said = calibrate([PROFILE, NUMBER], {"m": lambda: 9.0})
    assert [(one.figure.name, one.held) for one in said] == [("p", False), ("n", True)]


# --- worlds -------------------------------------------------------------------------------------------------------


def test_days_of_calls_are_lived_once_and_hold(worlds: Worlds) -> None:
    """The number of calls is a verified one, and two measures of one world do not live it twice."""
    figure = next(row for row in ROWS if row.name == "calls-a-day")
    assert calibrate([figure], calibrate_measures.of(worlds))[0].held
    assert worlds.calls is worlds.calls
    calls = calibrate_measures.calls_a_day(worlds) * worlds.calls.days
    assert sum(calibrate_measures.calls_by_hour(worlds)) == pytest.approx(calls, rel=1e-3)


def test_reads_are_counted_and_not_kept() -> None:
    """A day of reads would not fit a head: what is left of them is how many, and how many of listed cars. No more cars
    were hit than thieves drove past."""
    awake = msgspec.structs.replace(CALLS, readers=40, reads_a_day=3_000, thefts=20.0)
    lived = live(awake, 1, 1, unwatched)
    assert 2_000 < lived.reads.total() < 5_000
    assert not any(fact.kind == "plate-read" for fact in lived.facts)
    passed = Counter(str(fact.facts["reader"]) for fact in lived.facts if fact.kind == "passed")
    assert 0 < lived.hits.total() <= passed.total()
    assert all(count <= passed[reader] for reader, count in lived.hits.items())
    assert all(0 <= fact.at_us <= 86_400 * SECOND_US for fact in lived.facts)


def test_a_year_of_crime_is_drawn_once_and_measured(worlds: Worlds) -> None:
    """Without a year of clock. Every figure of it has a value; no more cars are seen than were stolen, and none of
    what was before the year or after it counts."""
    measures = calibrate_measures.of(worlds)
    stolen, seen = measures["thefts_a_year"](), measures["recoverable_a_year"]()
    assert isinstance(stolen, float)
    assert isinstance(seen, float)
    assert 0 < seen <= stolen
    assert sum(calibrate_measures.thefts_by_hour(worlds)) == len(worlds.crime.thefts)
    assert all(0 <= theft.taken_us < worlds.crime.days * 86_400 * SECOND_US for theft in worlds.crime.thefts)
    assert len(calibrate_measures.residential_by_3_hours(worlds)) == 56
    for name in ("burglary_dispersion", "near_repeats", "vehicle_burglaries_reported"):
        value = measures[name]()
        assert isinstance(value, float)
        assert value > 1.0


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_tells_and_exits_by_what_held(tmp_path: Path) -> None:
    """One JSON object with the published and the simulated value, source, mark and tolerance; exit code 0 when it
    holds; a report with a plot."""
    report = tmp_path / "out" / "calibration.html"
    said = CliRunner().invoke(app, ["calibrate", "--only", "calls-a-day", "--json", "--report", str(report)])
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    (one,) = told["figures"]
    assert told["held"] is one["held"] is True
    assert one["figure"]["published"] == 310
    assert one["figure"]["least"] <= one["simulated"] <= one["figure"]["most"]
    assert one["figure"]["mark"] == "verified"
    page = report.read_text()
    assert page.count("<svg") == 1
    assert one["figure"]["source"].partition(":")[0].replace("'", "&#39;") in page


def test_a_miss_is_told_and_exits_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = next(row for row in ROWS if row.name == "calls-a-day")
    other = msgspec.structs.replace(calls, published=3_100.0, least=2_800.0, most=3_400.0)
    monkeypatch.setattr("twin.calibrate.load", lambda: (other,))
    said = CliRunner().invoke(app, ["calibrate"])
    assert said.exit_code == 1
    assert "missed calls-a-day: The parish's 911 director" in said.output


def test_a_figure_that_is_not_there_is_refused() -> None:
    said = CliRunner().invoke(app, ["calibrate", "--only", "moonlight"])
    assert said.exit_code == 2
    assert "found 'moonlight', expected one of calls-a-day" in " ".join(said.output.split())


def test_a_report_shows_every_figure_held_or_missed(tmp_path: Path) -> None:
    """Numbers, profiles, and those of which nothing was measured."""
    compared: list[Compared] = [
        compare(NUMBER, 9.0),
        compare(NUMBER, None),
        compare(PROFILE, (1.0, 1.0, 2.0)),
        compare(PROFILE, (5.0, 1.0, 2.0)),
        compare(PROFILE, None),
    ]
    path = tmp_path / "calibration.html"
    calibrate_report.write(path, compared, 1, 1)
    page = path.read_text()
    assert page.count("<svg") == 5
    assert page.count(">missed<") == 3
    assert "2 of 5 hold" in page
    assert "25% / 25% / 50%" in page
    assert "37.5% elsewhere, at most 10%" in page
