"""The forecast's benchmark reads a city's file or says which row is wrong, and compares on equal terms."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import forecast_rash
from benchmarks.forecast_data import DataError, read
from benchmarks.forecast_peers import Cells, Known, Points
from benchmarks.forecast_scores import Tally
from center.forecast.grid import Grid, populated

ROOT = Path(__file__).parents[2]
HEADING = "t,x_m,y_m,kind\n"


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.forecast", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, env=os.environ)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a,b\n1,2\n", "row 1: no column t, x_m, y_m, kind"),
        (HEADING, "no rows below the heading"),
        (HEADING + "2012-01-01T00:00,1000,x,theft\n2012-01-01,5,5,\n", "row 2: y_m is 'x', expected metres"),
        (HEADING + "yesterday,1000,2000,theft\nnever,1,1,theft\n", "row 2: t is 'yesterday', expected a local time"),
        (HEADING + "2012-01-01T00:00,-93.2,30.2,theft\n", "look like degrees"),
        (HEADING + "2012-01-01T00:00,nan,3000,theft\n2012-01-01,1000\n", "row 2: x_m is 'nan'"),
    ],
)
def test_a_file_that_is_none_is_told_with_its_row(content: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "city.csv"
    path.write_text(content)
    with pytest.raises(DataError, match=why.replace("(", r"\(")):
        read(path)


def test_a_few_bad_rows_are_left_out_and_named(tmp_path: Path) -> None:
    """Packed or not, in any order; 999 rows are read and row 501 is told."""
    rows = [f"2012-01-01T{n % 24:02}:30,{1000 + n},{2000 + n},theft" for n in range(1_000)]
    rows[499] = "2012-01-01T00:30,,2000,theft"
    path = tmp_path / "city.csv.gz"
    path.write_bytes(gzip.compress((HEADING + "\n".join(rows)).encode()))
    found = read(path)
    assert len(found.t) == 999
    assert (np.diff(found.t) >= 0).all()
    assert found.skipped == ["city.csv.gz, row 501: x_m is '', expected metres"]


def test_open_cps_equations_are_those_of_its_source() -> None:
    """One event in the middle of cell (5, 5), 10 days ago. Retrospective: (1 - (d/b)^2)^2 to cells' middles.
    Prospective: 1 / (1 + cells as a king moves) / (1 + whole weeks), nothing from 3 cells or 8 weeks on."""
    grid = Grid(0.0, 0.0, 200.0, 11, 11)
    known = Known(grid, np.array([1_100.0]), np.array([1_100.0]), np.array([90.0]))
    quartic = Points("", known, 300.0, lambda m: (1.0 - (m / 300.0) ** 2) ** 2, 365).surface(100).reshape(11, 11)
    assert quartic[5, 5] == pytest.approx(1.0)
    assert quartic[5, 6] == pytest.approx((1 - (2 / 3) ** 2) ** 2)
    assert quartic[6, 6] == pytest.approx((1 - 8 / 9) ** 2)
    assert quartic[5, 7] == 0.0
    prospective = Cells("", known, 3, 8)
    now = prospective.surface(100).reshape(11, 11)
    assert [now[5, 5], now[6, 6], now[5, 7], now[7, 6]] == pytest.approx([1 / 2, 1 / 4, 1 / 6, 1 / 6])
    assert now[5, 8] == 0.0
    assert not prospective.surface(90 + 56).any()


def test_hits_are_counted_in_the_same_share_of_cells_for_everybody() -> None:
    """Of 100 cells the likeliest one, three and five; ties are broken by lot, not by where a cell lies."""
    grid = Grid(0.0, 0.0, 200.0, 10, 10)
    counts = np.zeros(100)
    counts[[7, 50, 99]] = [4.0, 2.0, 1.0]
    tally = Tally(grid, populated(grid, np.arange(100)))
    tally.take(counts, [counts, counts])
    tally.take(np.arange(100.0), [counts, counts])
    assert tally.hits[0].tolist() == [[4.0, 7.0, 7.0]] * 2
    assert tally.hits[1].tolist() == [[1.0, 1.0, 1.0]] * 2


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """897 thefts about one middle in 300 days, and three arsons."""
    dice = np.random.default_rng(1)
    x, y = (dice.normal(5_000.0, 900.0, 900) for _ in range(2))
    day, minute = dice.integers(0, 300, 900), dice.integers(0, 1440, 900)
    moments = np.datetime64("2012-01-01T00:00") + day * np.timedelta64(1440, "m") + minute * np.timedelta64(1, "m")
    kinds = ["theft"] * 897 + ["arson"] * 3
    rows = [f"{t},{e:.0f},{n:.0f},{kind}" for t, e, n, kind in zip(moments, x, y, kinds, strict=True)]
    path = tmp_path_factory.mktemp("city") / "city.csv"
    path.write_text(HEADING + "\n".join(rows))
    return path


def test_it_is_timed_without_being_tried(city: Path) -> None:
    done = run("--data", str(city), "--quick", "--speed", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["kinds"] == {}
    assert [fit["events"] for fit in said["speed"]["fit"]] == [5_000, 20_000]
    assert all(fit["fit_s"] > 0 for fit in said["speed"]["fit"])


def test_it_tries_a_small_city_and_says_what_was_too_little(city: Path) -> None:
    """Every method, horizon and area with its interval; a kind of three events is named, not tried; the best possible
    order is beaten by nobody."""
    done = run("--data", str(city), "--quick", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["kinds"].keys() == {"theft"}
    assert any(note.startswith("arson: not tried") for note in said["notes"])
    theft = said["kinds"]["theft"]
    assert len(theft["methods"]) == 11
    for method in theft["methods"].values():
        for horizon in ("1d", "3d"):
            for area in ("1%", "3%", "5%"):
                one = method[horizon][area]
                assert 0 <= one["low"] <= one["hit"] <= one["high"] <= 1
                assert one["pei"] <= 1
    assert theft["methods"]["this forecast"]["1d"]["5%"]["pai"] > 2
    assert theft["calibration"]["expected"] == pytest.approx(theft["calibration"]["observed"], rel=0.35)
    assert [fit["events"] for fit in said["speed"]["fit"]] == [5_000, 20_000]


def test_too_little_to_try_is_said(tmp_path: Path) -> None:
    path = tmp_path / "village.csv"
    path.write_text(HEADING + "2012-01-01T00:00,1000,2000,theft\n" * 3)
    done = run("--data", str(path), "--quick")
    assert done.returncode != 0
    assert "3 events in 1 days: a trial takes 200 events" in done.stderr
    assert "Traceback" not in done.stderr


def test_planted_sprees_are_looked_for_by_every_method_at_every_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a small record: shares are shares, thresholds fall as more may be cried, and a record too short is refused."""
    dice = np.random.default_rng(1)
    x, y = dice.random((2, 900)) * 6_000.0
    t = np.sort(dice.random(900) * 560)
    monkeypatch.setattr(forecast_rash, "CONSISTENCY", (0.75,))
    found = forecast_rash.rash(x, y, t, quick=True)
    for methods in found["consistency"].values():
        assert methods.keys() == {"scan with marks", "scan", "so many in a week"}
        for rates in methods.values():
            limits = [rates[each]["threshold"] for each in ("0.25", "1.0", "2.0")]
            assert limits == sorted(limits, reverse=True)
            assert all(0 <= one["found"] <= 1 for one in rates.values())
    assert found["consistency"]["0.75"]["scan with marks"]["1.0"]["found"] > 0.3
    with pytest.raises(ValueError, match="planted sprees need 547 days"):
        forecast_rash.rash(x, y, t / 2, quick=True)
