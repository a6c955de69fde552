"""`twin frames`: pictures with their truth, the same for the same seed."""

from __future__ import annotations

import csv
from pathlib import Path

from typer.testing import CliRunner

from twin.cli import app
from twin.roadside_frames import vehicles
from twin.streams import Streams


def test_frames_and_their_truth_are_written_and_the_same_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        done = CliRunner().invoke(app, ["frames", str(tmp_path / name), "--passages", "2", "--night"])
        assert done.exit_code == 0, done.output
    rows = list(csv.DictReader((tmp_path / "one" / "truth.csv").read_text().splitlines()))
    assert 8 <= len(rows) <= 24
    assert {row["passage"] for row in rows} == {"v0", "v1"}
    assert {row["night"] for row in rows} == {"1"}
    for row in rows:
        assert (tmp_path / "one" / row["file"]).read_bytes() == (tmp_path / "two" / row["file"]).read_bytes()


def test_one_more_vehicle_moves_nobody_elses_dice() -> None:
    few = [passage for passage, _ in vehicles(Streams(7), 5)]
    many = [passage for passage, _ in vehicles(Streams(7), 9)]
    assert many[:5] == few


def test_cars_come_from_louisiana_from_texas_and_from_elsewhere() -> None:
    passages = [passage for passage, _ in vehicles(Streams(7), 400)]
    states = [passage.state for passage in passages]
    assert 0.65 < states.count("LA") / 400 < 0.82
    assert 0.1 < states.count("TX") / 400 < 0.26
    assert len({*states} - {"LA", "TX"}) > 10
    assert any(passage.plate is None for passage in passages)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = CliRunner().invoke(app, ["frames", str(tmp_path / "file" / "x")])
    assert done.exit_code == 2
    assert "error:" in done.output
