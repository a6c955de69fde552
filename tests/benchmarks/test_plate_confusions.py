"""Misreadings, counted character by character, become the habits of the twin's edge cameras."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import plate_conditions
from benchmarks.plate_confusions import Confusions, aligned
from twin.devices.ocr import habits


@pytest.mark.parametrize(
    ("true", "said", "pairs"),
    [
        ("123ABC", "123ABC", ""),
        ("123ABC", "1Z3ABC", "2Z"),
        ("123ABC", "23ABC", "1-"),
        ("123ABC", "123AB", "C-"),
        ("123ABC", "1123ABC", "-1"),
        ("123ABC", "12BABC", "3B"),
        ("123ABC", "", "1- 2- 3- A- B- C-"),
    ],
)
def test_a_said_text_lies_along_the_true_one_with_the_fewest_differences(true: str, said: str, pairs: str) -> None:
    found = [(mine or "-") + (theirs or "-") for mine, theirs in aligned(true, said) if mine != theirs]
    assert " ".join(found) == pairs


def test_what_is_counted_is_what_edge_cameras_do(tmp_path: Path) -> None:
    counts = Confusions()
    for _ in range(300):
        counts.saw("800BBB", "300BBB")
    counts.saw("800BBB", "XYZXYZ")  # another plate altogether
    counts.passed("day", True, False)
    counts.write(tmp_path / "made.json", "by hand")
    told = json.loads((tmp_path / "made.json").read_text())
    assert told["kinds"] == {"confused": 300, "far-off": 1, "reads": 300}
    assert told["characters"]["8"] == {"seen": 300, "taken_for": {"3": 300}}
    assert told["conditions"] == {"day": {"misread": 1, "passages": 1, "unread": 0}}
    taken = habits((tmp_path / "made.json").read_bytes()).taken
    assert taken["8"].readily > 5 * taken["B"].readily
    assert taken["8"].others[0] == "B"  # believed
    assert taken["8"].upto[1] / taken["8"].upto[-1] > 0.9  # counted


def test_the_command_tells_of_passages_and_frames_and_writes_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "made.json"
    words = f"- --passages 2 --frames 2 --only day,65° --json --confusions {made} --plots {tmp_path}"
    monkeypatch.setattr("sys.argv", words.split())
    plate_conditions.main()
    said = json.loads(capsys.readouterr().out)
    assert said["passages"].keys() == said["frames"].keys() == {"day", "65°"}
    assert said["passages"]["day"]["recall"] >= said["passages"]["65°"]["recall"]
    assert "--passages 2 --frames 2 --seed 7" in json.loads(made.read_text())["command"]
    assert (tmp_path / "plates-conditions.png").stat().st_size > 1000
