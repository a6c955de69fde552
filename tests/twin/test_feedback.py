"""The feedback experiment: what patrols find, fed back, sends them where they were; what victims tell does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from twin.cli import app
from twin.streams import Streams
from twin.study.feedback import ARMS, Run, run
from twin.study.judgement import judged
from twin.study.nights import Nightly
from twin.study.town import QUICK, drawn

SEEDS = (1, 2, 3, 4)
NAIVE, DEFAULT, UNEQUAL = (next(arm for arm in ARMS if arm.name == name) for name in ("naive", "default", "unequal"))


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return [run(arm, QUICK, seed, Nightly) for arm in (NAIVE, DEFAULT) for seed in SEEDS]


def test_equal_risk_and_a_biased_history_run_away_on_all_records_and_not_on_what_victims_tell(runs: list[Run]) -> None:
    """The standing test: should finds no longer reach the naive arm, or begin to reach the default, one of both
    breaks."""
    assert [(one.what, one.seen) for one in judged(runs) if not one.held] == []


def test_the_verdict_can_fail_both_ways(runs: list[Run]) -> None:
    """Each arm in the other's place, and where patrols find nothing."""
    swapped = [replace(one, arm="default" if one.arm == "naive" else "naive") for one in runs]
    assert [one.held for one in judged(swapped)] == [False, False]
    blind = replace(QUICK, days=56, found_an_hour=0.0)
    nothing_found = [run(arm, blind, 1, Nightly) for arm in (NAIVE, DEFAULT)]
    assert nothing_found[0].found == 0.0
    assert nothing_found[0].west_by_month == nothing_found[1].west_by_month
    assert not judged(nothing_found)[0].held


def test_boxes_seem_worth_as_much_whoever_is_sent_astray(runs: list[Run]) -> None:
    """By all records the naive boxes look far better than they are, and so do the fair ones: the apparent figure tells
    nothing. By what victims tell both are near the truth."""
    for one in runs:
        assert one.pai.apparent > 2.0 * one.pai.true
        assert one.pai.told == pytest.approx(one.pai.true, rel=0.2)


def test_victims_who_tell_less_are_patrolled_less() -> None:
    """What the default does not cure."""
    assert run(UNEQUAL, QUICK, 1, Nightly).west > 0.7


def test_the_halves_of_the_town_are_alike() -> None:
    town = drawn(QUICK, Streams(5))
    assert town.rate[town.west].sum() == pytest.approx(town.rate.sum() / 2)
    assert sorted(town.rate[town.west]) == pytest.approx(sorted(town.rate[~town.west]))


def test_the_command_prints_the_same_twice_and_writes_its_report(tmp_path: Path) -> None:
    """Nothing found: the naive arm does not run away, and the command says so with its code."""
    words = ("--days", "28", "--seeds", "1", "--found", "0", "--json")
    command = [sys.executable, "-m", "twin.cli", "study", "feedback", *words]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}
    printed = []
    for more in (("--report", "out.html"), ("--workers", "1")):
        done = subprocess.run([*command, *more], cwd=tmp_path, env=env, capture_output=True, timeout=240)
        assert done.returncode == 1, done.stderr.decode()
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    said = json.loads(printed[0])
    assert [one["arm"]["name"] for one in said["arms"]] == [arm.name for arm in ARMS]
    assert not said["held"]
    page = (tmp_path / "out.html").read_text()
    assert page.count("<svg") == 3
    assert "failed" in page


@pytest.mark.parametrize(
    ("words", "told"), [(("--seeds", "nothing"), "--seeds: "), (("--report", "nowhere/out.html"), "no folder")]
)
def test_what_cannot_be_asked_is_told(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    with chdir(tmp_path):
        done = CliRunner().invoke(app, ["study", "feedback", *words])
    assert done.exit_code == 2
    assert told in done.stderr
