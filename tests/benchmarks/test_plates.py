"""`benchmarks.plates` and `benchmarks.plate_conditions` run and say what docs/plates.md says they say."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks.plate_conditions import reliability
from benchmarks.plates import folded, likeness, overlap
from tests.center.vision import renders
from twin.devices.lpr import glyphs
from twin.devices.lpr.faces import FACES
from twin.devices.lpr.press import Look, Strokes, press

ROOT = Path(__file__).parents[2]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, timeout=240)


def set_in(folder: Path) -> Path:
    """A set laid out as the real ones are, of the twin's own pictures."""
    (folder / "frames").mkdir()
    (folder / "crops").mkdir()
    for number in range(3):
        frame = renders.nearest(renders.passage(number))
        (folder / "frames" / f"car{number}.jpg").write_bytes(frame.jpeg)
        low, high = np.min(frame.truth.corners, axis=0), np.max(frame.truth.corners, axis=0)
        box = "\t".join(str(round(one)) for one in (*low, *(high - low)))
        (folder / "frames" / f"car{number}.txt").write_text(f"car{number}.jpg\t{box}\t{frame.truth.plate}\n")
    plate = press(
        "123 ABC", FACES["LA"][0], Look(), Strokes(glyphs.Pen()), np.random.default_rng(Random(1).getrandbits(32))
    )
    cv2.imwrite(str(folder / "crops" / "la1.png"), plate.picture)
    (folder / "crops" / "truth.csv").write_text("la1.png,la,123ABC\n")
    return folder


def test_a_set_is_measured_and_peers_that_are_absent_are_named(tmp_path: Path) -> None:
    done = run("benchmarks.plates", "--data", str(set_in(tmp_path)), "--json")
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["counted"] == {"crops": 1, "frames": 3}
    for key in ("exact", "char"):
        assert 0 <= said["crops"][key]["ours"] <= 1
    for key in ("exact", "detected"):
        assert 0 <= said["frames"][key]["ours"] <= 1
    assert said["frames_per_s"]["ours"] > 0
    for peer in ("tesseract", "rapidocr", "ddddocr", "fast-plate-ocr"):
        figures = [said["crops"][key] for key in ("exact", "char")]
        figures += [said["frames"][key] for key in ("exact", "detected")] + [said["frames_per_s"]]
        assert all((peer in one) != (peer in said["skipped"]) for one in figures)


def test_a_folder_that_is_no_set_is_refused(tmp_path: Path) -> None:
    done = run("benchmarks.plates", "--data", str(tmp_path))
    assert done.returncode != 0
    assert "frames/" in done.stderr


def test_the_measures_measure() -> None:
    assert folded("ab-O 1") == "AB01"
    assert likeness("ABC123", "ABC124") == pytest.approx(5 / 6)
    assert likeness("", "ABC") == 0
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]])
    assert overlap(square, (0, 0, 10, 10)) == 1
    assert overlap(square, (5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert overlap(square, (20, 20, 5, 5)) == 0


def test_reliability_is_the_share_that_was_right() -> None:
    reads = [(0.95, True)] * 9 + [(0.95, False)] + [(0.15, False)] * 5
    assert reliability(reads) == [(pytest.approx(0.15), 0.0, 5), (pytest.approx(0.95), 0.9, 10)]
