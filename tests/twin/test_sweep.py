"""Sweeps: every seed is a row, whatever becomes of it; a failure's one command repeats it; it can be stopped."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from contextlib import chdir
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.twin import small
from tests.twin.plays import dies, fails, never_ends, raises, row_of
from twin import sweep_report
from twin.cli import app
from twin.journals import of_this_center
from twin.sweep import Row, Task, play, seeds_of, tasks, totals
from twin.sweep_workers import play_here

TIMEOUT_S = 240.0


def some_tasks(*seeds: int) -> list[Task]:
    return tasks("small.yaml", small.scenario(20), seeds, False, of_this_center())


def twin(*words: str, folder: Path, code: int = 0) -> Any:
    """What the command prints as JSON."""
    command = [sys.executable, "-m", "twin.cli", *words]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, timeout=TIMEOUT_S)
    assert done.returncode == code, done.stderr.decode()
    return json.loads(done.stdout) if "--json" in words else done.stdout.decode()


@pytest.mark.parametrize(
    ("text", "seeds"), [("7", [7]), ("1..3", [1, 2, 3]), ("1..3,2..4, 9", [1, 2, 3, 4, 9]), ("0", [0])]
)
def test_seeds_are_ranges_and_numbers(text: str, seeds: list[int]) -> None:
    assert seeds_of(text) == seeds


@pytest.mark.parametrize("text", ["", "1..", "3..1", "-1", "a", "1...3", "1..9999999", "9223372036854775808"])
def test_what_names_no_seeds_is_told_so(text: str) -> None:
    with pytest.raises(ValueError, match="--seeds: "):
        seeds_of(text)


def test_each_play_has_a_process_of_its_own_and_a_row() -> None:
    """One that raises, one that is killed and one that never ends take nothing else with them."""
    rows = {row.seed: row for row in play_here(some_tasks(1, 2, 3), 2, 60.0, row_of)}
    assert sorted(rows) == [1, 2, 3]
    assert len({row.digest for row in rows.values()} | {str(os.getpid())}) == 4
    (killed,) = play_here(some_tasks(4), 2, 60.0, dies)
    assert (killed.held, killed.broke) == (False, f"its process ended with {-signal.SIGKILL}")
    (endless,) = play_here(some_tasks(5), 2, 3.0, never_ends)
    assert (endless.held, endless.broke) == (False, "it took more than 3 s")
    (raised,) = play_here(some_tasks(6), 2, 60.0, raises)
    assert (raised.held, raised.broke) == (False, "its process ended with 1")
    assert raised.command == "twin run small.yaml --seed 6"


def test_no_more_plays_run_at_once_than_there_are_workers() -> None:
    """And whoever stops listening leaves nothing running."""
    plays = play_here(some_tasks(*range(1, 6)), 2, 60.0, fails)
    assert next(plays).seed in (1, 2)
    plays.close()
    assert [thread for thread in threading.enumerate() if thread is not threading.main_thread()] == []


def test_a_play_that_cannot_be_played_is_a_row() -> None:
    """With what went wrong."""
    scenario = small.scenario(20, "happens:\n  - {do: panic, at_s: 1, unit: NOBODY}\n")
    (task,) = tasks("small.yaml", scenario, [1], False, of_this_center())
    row = play(task)
    assert not row.held
    assert "NOBODY has no terminal here" in row.broke


def test_totals_are_over_everything_found() -> None:
    """Not means of percentiles."""
    rows = [
        Row(seed=1, command="", held=True, recall=1.0, alert_s=(1.0, 2.0), terminal_s=(3.0,)),
        Row(seed=2, command="", held=False, recall=0.5, alert_s=(9.0,)),
        Row(seed=3, command="", held=False, broke="x"),
    ]
    made = totals(rows)
    assert (made.seeds, made.held, made.recall_mean, made.recall_least) == (3, 1, 0.75, 0.5)
    assert (made.time_to_alert_s.p50, made.time_to_alert_s.p95, made.time_to_alert_s.count) == (2.0, 9.0, 3)
    assert made.time_to_terminal_s.p50 == 3.0
    assert totals([]).recall_mean is None


def test_a_report_names_what_failed_and_how_to_repeat_it(tmp_path: Path) -> None:
    """One file, the same for the same rows; text stays text."""
    rows = [Row(seed=1, command="twin run a --seed 1", held=True, recall=1.0, alert_s=(1.0,), terminal_s=(3.0,))]
    rows.append(Row(seed=2, command="twin run a --seed 2", recall=0.5, failed=("recall: <b>0.5</b>",)))
    rows.append(Row(seed=3, command="twin run a --seed 3", broke="Traceback <i>"))
    pages = []
    for name in ("a.html", "b.html"):
        sweep_report.write(tmp_path / name, small.scenario(), "random", rows)
        pages.append((tmp_path / name).read_text())
    assert pages[0] == pages[1]
    for said in (
        "1 of 3 seeds held",
        "twin run a --seed 2",
        "&lt;b&gt;0.5",
        "Traceback &lt;i&gt;",
        "<svg",
        "SIMULATED",
    ):
        assert said in pages[0], said
    assert "twin run a --seed 1" not in pages[0]


def test_the_one_command_repeats_a_seed(tmp_path: Path) -> None:
    """The digest of the sweep's row, of the command it names, and of the drawn scenario as a file are one."""
    (tmp_path / "small one.yaml").write_text(small.text(60))
    swept = twin("sweep", "small one.yaml", "--seeds", "3..4", "--faults", "random", "--json", folder=tmp_path)
    assert [row["seed"] for row in swept["rows"]] == [3, 4]
    assert [row["failed"] for row in swept["rows"]] == [[], []]
    assert swept["totals"]["held"] == 2
    row = swept["rows"][0]
    words = shlex.split(row["command"])
    assert words[0] == "twin"
    assert twin(*words[1:], "--json", folder=tmp_path)["digest"] == row["digest"]
    (tmp_path / "mix.yaml").write_text(twin("draw", "small one.yaml", "--seed", "3", folder=tmp_path))
    assert twin("run", "mix.yaml", "--json", folder=tmp_path)["digest"] == row["digest"]


def test_a_seed_that_fails_is_told_at_once_and_ctrl_c_leaves_the_table(tmp_path: Path) -> None:
    """The scenario expects what cannot be; the sweep is stopped when the first seed has said so."""
    (tmp_path / "f.yaml").write_text(small.text(20, "expect:\n  - {what: alerts, at_least: 1}\n"))
    command = [sys.executable, "-u", "-m", "twin.cli", "sweep", str(tmp_path / "f.yaml"), "--seeds", "1..500"]
    command += ["--workers", "2"]
    heeding = partial(signal.signal, signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heeding,  # noqa: PLW1509  # this process has no threads that hold locks
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
            assert process.wait(TIMEOUT_S) == 130
        finally:
            process.kill()
    assert "alerts of kind hotlist-hit: 0" in first
    assert f"twin run {tmp_path}/f.yaml --seed" in rest
    assert "failed" in rest
    assert "0/" in rest


@pytest.mark.parametrize(
    "words",
    [
        ("sweep", "f.yaml"),
        ("draw", "f.yaml"),
        ("sweep", "nothing-like-it"),
        ("sweep", "stolen-car", "--seeds", "x"),
    ],
)
def test_bad_input_ends_with_two(words: tuple[str, ...], tmp_path: Path) -> None:
    """No such place in the parish, no such scenario, no such seeds: said on standard error, and not as a traceback."""
    (tmp_path / "f.yaml").write_text(small.text(20, "happens:\n  - {do: panic, at_s: 1, unit: NOBODY}\n"))
    with chdir(tmp_path):
        done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, SystemExit)
    assert done.exit_code == 2
    assert "error: " in done.stderr


def test_a_cluster_that_is_not_there_ends_with_two(tmp_path: Path) -> None:
    twin("sweep", "stolen-car", "--ray", "127.0.0.1:1", folder=tmp_path, code=2)
