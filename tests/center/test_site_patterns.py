"""`[patterns]` and the record of what was before."""

from __future__ import annotations

from pathlib import Path

import pytest

from center.core.events import HOUR
from center.core.pattern_facts import Patterns, Premises
from center.forecast.adviser import Adviser
from center.site import SiteError, from_tables
from center.site_patterns import PatternsSettings, Record, past, premises, record
from tests.center.forecast.questions import question

HEADING = "report,kind,lat,lon,begins,ends,known,entry\n"
ROW = "26-1,vehicle,30.2,-93.2,2026-01-01T20:00-06:00,2026-01-02T06:00-06:00,2026-01-02T07:00-06:00,unlocked\n"


def test_the_table_is_the_cores_but_for_the_file() -> None:
    """`history` and `premises` stay at the door: the journal holds no path."""
    files = {"history": "past.csv", "premises": "points.csv"}
    tables = {"site": {"name": "x", "simulated": True}, "patterns": {"boxes": 2, **files}}
    site = from_tables(tables, "here")
    assert site.patterns == PatternsSettings(boxes=2, **files)
    loaded = site.as_event(0)  # type: ignore[arg-type]
    assert type(loaded.patterns) is Patterns
    assert loaded.patterns == Patterns(boxes=2)
    assert from_tables({"site": tables["site"]}, "here").as_event(0).patterns is None  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"box_m": 0}, {"rashes_a_week": -1}, {"bokses": 3}])
def test_a_number_that_makes_no_sense_is_named(wrong: dict[str, float]) -> None:
    with pytest.raises(SiteError, match=f"{next(iter(wrong))}"):
        from_tables({"site": {"name": "x", "simulated": True}, "patterns": wrong}, "here")


def test_a_record_is_read_with_its_windows_and_marks(tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    path.write_text(HEADING + ROW + ROW.replace("26-1", "").replace("unlocked", ""))
    first, second = past(path)
    assert (first.report, first.entry, first.ends - first.begins) == ("26-1", "unlocked", 10 * HOUR)
    assert (second.report, second.entry) == ("past/3", "")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("kind,lat\n", "row 1: no column lon, begins, ends, known"),
        (HEADING + ROW + ROW.replace("30.2", "north"), "row 3: lat, lon or off_m is no number"),
        (HEADING + ROW.replace("30.2", "302"), "row 2: lat, lon are degrees"),
        (HEADING + ROW.replace("-06:00", ""), "row 2: begins, ends and known are times"),
        (HEADING + "26-1,vehicle\n", "row 2: "),
    ],
)
def test_a_row_that_makes_no_sense_is_named(content: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    path.write_text(content)
    with pytest.raises(ValueError, match=why):
        past(path)


def test_what_was_before_is_forecast_by_from_the_first_day() -> None:
    """A center that has heard of three burglaries offers boxes all the same; without a record it says why not."""
    asked = question()
    earlier, lately = asked.reports[:-3], asked.reports[-3:]
    few = question()
    few = type(few)(id="f1.2", now=few.now, settings=few.settings, reports=lately)
    assert Adviser("America/Chicago", past=earlier).advise(few).boxes
    assert "too few" in Adviser("America/Chicago").advise(few).note


def test_premises_are_counted_by_kind_and_an_empty_field_is_none(tmp_path: Path) -> None:
    """A row for each address or block; both files are found beside the site file."""
    (tmp_path / "points.csv").write_text("lat,lon,residential,business\n30.2,-93.2,12,\n30.3,-93.1,0,1\n")
    read = record(PatternsSettings(premises="points.csv"), tmp_path)
    lat, lon = (30.2, 30.3), (-93.2, -93.1)
    homes, shops = Premises("residential", lat, lon, (12.0, 0.0)), Premises("business", lat, lon, (0.0, 1.0))
    assert read == Record((), (homes, shops))
    (tmp_path / "points.csv").write_text("lat,lon,residential\n")
    assert premises(tmp_path / "points.csv") == (Premises("residential", (), (), ()),)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "row 1: the columns are lat, lon, and one for each kind"),
        ("lat,lon\n", "row 1: the columns are"),
        ("lat,lon,business,business\n", "row 1: the columns are"),
        ("lat,lon,business\n30,-93,1\n30,-93,many\n", "row 3: not a number"),
        ("lat,lon,business\n30,-93\n", "row 2: lat, lon are degrees, and every kind"),
        ("lat,lon,business\n30,-930,1\n", "row 2: lat, lon are degrees"),
        ("lat,lon,business\n30,nan,1\n", "row 2: lat, lon are degrees"),
        ("lat,lon,business\n30,-93,-1\n", "row 2: a count is none or more"),
        ("lat,lon,business\n30,-93,inf\n", "row 2: a count is none or more"),
    ],
)
def test_premises_that_make_no_sense_are_named(content: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text(content)
    with pytest.raises(ValueError, match=why):
        premises(path)
