"""`center read`: anybody's photographs in, JSON out, and a sentence for what is none."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
from typer.testing import CliRunner

from center.cli import app
from tests.center.vision import renders


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["read", *words])
    return done.exit_code, done.output


def photograph(folder: Path, seed: int = 1) -> tuple[str, str]:
    """A picture in a file, and what its plate says."""
    frame = renders.nearest(renders.passage(seed))
    path = folder / f"street{seed}.jpg"
    path.write_bytes(frame.jpeg)
    return str(path), frame.truth.plate or ""


def test_a_photograph_is_told_as_json_with_alternatives(tmp_path: Path) -> None:
    name, _ = photograph(tmp_path)
    code, said = run(name, "--json")
    assert code == 0, said
    (line,) = said.splitlines()
    told = json.loads(line)
    assert (told["image"], told["width"], told["height"]) == (name, 1280, 720)
    for plate in told["plates"]:
        assert len(plate["characters"]) == len(plate["plate"])
        assert len(plate["corners"]) == 4
        assert 0 <= plate["confidence"] <= 1
        for char, place in zip(plate["plate"], plate["characters"], strict=True):
            assert char in place
    assert json.loads(run(name)[1]) == told


def test_what_was_read_is_drawn(tmp_path: Path) -> None:
    name, _ = photograph(tmp_path)
    assert run(name, "--draw", str(tmp_path / "seen.png"))[0] == 0
    drawn = cv2.imread(str(tmp_path / "seen.png"))
    assert drawn.shape == (720, 1280, 3)
    assert (drawn != cv2.imread(name)).any()


def test_a_passage_is_told_as_events_and_a_broken_frame_is_one_of_them(tmp_path: Path) -> None:
    names = []
    for number, frame in enumerate(renders.passage(2)):
        path = tmp_path / f"{number:02d}.jpg"
        path.write_bytes(frame.jpeg if number != 1 else frame.jpeg[:300])
        names.append(str(path))
    code, said = run(*names, "--passage")
    assert code == 0, said
    kinds = [json.loads(line)["type"] for line in said.splitlines()]
    assert kinds.count("FeedFaulted") == 1
    assert kinds.count("PlateRead") == 1


def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    for words, why in (
        ([str(tmp_path / "notes.txt")], "notes.txt: not a JPEG"),
        ([str(tmp_path / "absent.jpg")], "absent.jpg: No such file"),
        ([str(tmp_path)], "Is a directory"),
        ([photograph(tmp_path)[0], "--draw", str(tmp_path / "x.nothing")], "x.nothing: cannot be written"),
        (["a.jpg", "b.jpg", "--draw", "x.png"], "one image at a time"),
    ):
        code, said = run(*words)
        assert code == 2
        assert why in said.replace("\n", ""), said
