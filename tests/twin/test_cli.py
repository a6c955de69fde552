"""The `twin` command as somebody meets it who types it for the first time."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.patience import PATIENCE_S
from twin.cli import app
from twin.scenarios.loader import shipped

SCENARIO = """name: short
about: Nothing happens. It is over in two minutes.
start: 2026-03-14T21:00
lasts_s: 120
world: {reads_a_day: 3000, calls_a_day: 0, hotlist: 5}
expect:
  - {what: recall, at_least: 1.0}
"""
HELD, FAILED, BAD_INPUT = 0, 1, 2


def said(*words: str, cwd: Path | None = None) -> tuple[int, str, str]:
    """Exit code, standard output and standard error. Whatever is raised beside an exit would be a traceback."""
    with chdir(cwd or Path.cwd()):
        result = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def short(tmp_path: Path) -> Path:
    path = tmp_path / "short.yaml"
    path.write_text(SCENARIO)
    return path


@pytest.mark.parametrize("command", ["list", "new", "run", "sweep", "draw", "record", "replay", "cut", "merge", "diff"])
def test_every_command_shows_an_example(command: str) -> None:
    code, out, _ = said(command, "--help")
    assert code == HELD
    assert f"Example: twin {command}" in out


def test_the_list_says_what_happens_in_every_scenario() -> None:
    """Its own words, whole: half a sentence tells nobody which one to play."""
    code, out, _ = said("list")
    assert code == HELD
    assert all(name in out for name in shipped())
    assert "nearest deputies are told" in " ".join(out.split())


def test_json_is_one_object_with_everything_a_program_needs(short: Path) -> None:
    code, out, _ = said("run", str(short), "--json", "--seed", "9")
    told = json.loads(out)
    assert code == HELD
    assert (told["scenario"], told["seed"], told["mode"], told["passed"]) == ("short", 9, "lockstep", True)
    assert re.fullmatch("[0-9a-f]{64}", told["digest"])
    assert {"recall", "precision", "time_to_alert_s", "time_to_terminal_s"} <= told["score"].keys()
    assert {"p50", "p95"} <= told["score"]["time_to_alert_s"].keys()
    assert told["alerts"] == []
    assert [one.keys() >= {"what", "held", "seen"} for one in told["expectations"]] == [True, True]


def test_the_last_line_is_the_digest_and_an_expectation_that_fails_is_exit_1(short: Path) -> None:
    """The numbers are printed all the same."""
    short.write_text(SCENARIO + "  - {what: alerts, kind: unit-emergency, at_least: 1}\n")
    code, out, _ = said("run", str(short))
    assert code == FAILED
    assert re.fullmatch("digest: [0-9a-f]{64}", out.splitlines()[-1])
    assert "failed" in out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["run", "nowhere"], "no such scenario; shipped are bad-day"),
        (["run", "nowhere.yaml"], "nowhere.yaml: No such file or directory"),
        (["run", "short.yaml", "--page"], "--page: found no --wire"),
        (["run", "short.yaml", "--record", "nowhere/a.mcap"], "nowhere/a.mcap: there is no folder nowhere"),
        (["run", "short.yaml", "--report", "nowhere/a.html"], "nowhere/a.html: there is no folder nowhere"),
        (["run", "short.yaml", "--seed", "x"], "valid integer"),
        (["replay", "short.yaml", "--speed", "fast"], "--speed: found 'fast', expected a number above 0"),
        (["replay", "short.yaml", "--speed", "nan"], "--speed: found 'nan', expected a number above 0"),
        (["replay", "short.yaml"], "short.yaml: not an MCAP file"),
        (["diff", "short.yaml", "short.yaml"], "short.yaml"),
        (["new", "My Night"], "found 'My Night', expected a name of small letters and digits"),
        (["new", "short"], "File exists"),
        (["cut", "short.yaml", "--out", "b.mcap"], "short.yaml: not an MCAP file"),
        (
            ["cut", "short.yaml", "--from", "9", "--to", "5", "--out", "b.mcap"],
            "--to: found 5, expected more than --from",
        ),
        (["merge", "short.yaml", "short.yaml", "--out", "nowhere/b.mcap"], "there is no folder nowhere"),
        (["record", "nowhere", "--out", "b.mcap"], "no such scenario; shipped are bad-day"),
        (["record", "nowhere.mcap", "--out", "b.mcap"], "No such file or directory: 'nowhere.mcap'"),
        (["sweep", "short.yaml", "--seeds", "5..1"], "--seeds: found '5..1', expected a seed or a range"),
        (["diff", "short.yaml", "nowhere"], "does not exist"),
    ],
)
def test_wrong_input_is_exit_2_and_a_sentence(words: list[str], why: str, short: Path) -> None:
    """No traceback, nothing on standard output, and what was found beside what was expected."""
    code, out, err = said(*words, cwd=short.parent)
    assert (code, out) == (BAD_INPUT, "")
    assert why in " ".join(err.split())


def test_a_recording_that_is_cut_short_is_told_as_damaged(short: Path) -> None:
    """Not as one that never held a journal: it did, and the disk lost it."""
    whole, cut = short.parent / "whole.mcap", short.parent / "cut.mcap"
    assert said("run", str(short), "--record", str(whole))[0] == HELD
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert said("diff", str(whole), str(whole))[0] == HELD
    code, _, err = said("diff", str(whole), str(cut))
    assert code == BAD_INPUT
    assert f"{cut}: damaged behind message" in " ".join(err.split())


def test_what_the_parish_does_not_have_is_told_with_its_line(short: Path) -> None:
    short.write_text(SCENARIO + "happens:\n  - {do: panic, at_s: 5, unit: CPSO-999}\n")
    code, _, err = said("run", str(short))
    assert code == BAD_INPUT
    assert f"{short}:9:5: happens[0]: unit: CPSO-999 has no terminal here" in err


@pytest.mark.parametrize(("ended_by", "code"), [(signal.SIGTERM, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_no_end_leaves_the_center_behind(short: Path, ended_by: signal.Signals, code: int) -> None:
    """SIGTERM, as a supervisor or `kill` sends it, and SIGKILL, which the twin cannot answer: the center would keep its
    ports. Fails when only Ctrl-C is heard, or when nothing but the twin's own word stops the center."""
    command = [sys.executable, "-m", "twin.cli", "run", str(short), "--wire", "--speed", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        line = next(line for line in run.stderr if "center at" in line)
        ours = [os.pidfd_open(int(pid)) for pid in _children(run.pid)]
        run.send_signal(ended_by)
        _, err = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == code, err
    assert "Traceback" not in err
    assert ours, line
    for process in ours:
        ended, _, _ = select.select([process], [], [], PATIENCE_S)
        os.close(process)
        assert ended, "the center still runs"


def _children(pid: int) -> list[str]:
    """Of any thread: the broker's threads start none, the center is started by the main one."""
    return [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
