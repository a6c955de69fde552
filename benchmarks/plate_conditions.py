"""The reader on the twin's cameras, by condition, and whether its confidence can be believed.

    python -m benchmarks.plate_conditions [--passages 40] [--seed 7] [--json] [--plots DIR]

For each condition: of the plates that passed, how many were read in full once their frames had voted (recall), and of
the reads
given with at least 50 % confidence how many were right (precision); the same for single frames. The reliability is
over all
of them: what share of the reads said to be 90 % sure was right. The letter O counts as 0.

Knows: conditions, the measures, the two plots. Refuses to know: how frames are drawn, and how they are read.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from benchmarks.plates import folded
from center.vision.opening import UnreadableError, opened
from center.vision.reader import Read, Reader, voted
from twin.devices.lpr import camera
from twin.devices.lpr.optics import Conditions
from twin.roadside_frames import vehicles
from twin.streams import Streams

CLAIMED = 0.5
CONDITIONS = {
    "day": Conditions(),
    "dusk": Conditions(exposure=0.3),
    "night": Conditions(night=True),
    "night, lamps": Conditions(night=True, glare=True),
    "rain": Conditions(rain=0.5),
    "downpour": Conditions(rain=1.0, exposure=0.7),
    "angle 30°": Conditions(angle_deg=30),
    "angle 45°": Conditions(angle_deg=45),
    "35 m/s": Conditions(speed_mps=35, angle_deg=20),
    "out of focus": Conditions(focus_px=1.6),
}


class Tally(NamedTuple):
    """One condition. `sure`: (confidence, right) of every read of a frame; `voted`: of every passage that was read."""

    passages: int
    frames: int
    sure: list[tuple[float, bool]]
    voted: list[tuple[float, bool]]
    false_plates: int


def tally(reader: Reader, name: str, conditions: Conditions, passages: int, seed: int) -> Tally:
    count = frames = false_plates = 0
    sure: list[tuple[float, bool]] = []
    ballots: list[tuple[float, bool]] = []
    for passage, dice in vehicles(Streams(seed * 1000 + sum(name.encode())), passages):
        truth = folded(passage.plate or "")
        count += passage.plate is not None
        mine: list[Read] = []
        for frame in camera.frames(passage, conditions, dice):
            frames += frame.truth.corners is not None
            try:
                reads = reader.read(opened(frame.jpeg))
            except UnreadableError:
                continue
            for read in reads:
                if frame.truth.corners is None or not _over(read.quad, frame.truth.corners):
                    false_plates += read.text.confidence >= CLAIMED
                    continue
                mine.append(read)
                sure.append((read.text.confidence, folded(read.text.plate) == truth))
        if mine:
            text = voted(mine)
            ballots.append((text.confidence, folded(text.plate) == truth))
    return Tally(count, frames, sure, ballots, false_plates)


def _over(quad: np.ndarray, corners: tuple[tuple[float, float], ...]) -> bool:
    true = np.array(corners)
    return float(np.hypot(*(quad.mean(axis=0) - true.mean(axis=0)))) < 0.3 * float(np.ptp(true[:, 0]))


def _share(reads: list[tuple[float, bool]], of: int) -> dict[str, float | None]:
    claimed = [right for confidence, right in reads if confidence >= CLAIMED]
    return {
        "recall": sum(right for _, right in reads) / of if of else None,
        "precision": sum(claimed) / len(claimed) if claimed else None,
        "claimed": len(claimed) / of if of else None,
    }


def reliability(reads: list[tuple[float, bool]], bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean confidence, share that was right, how many), for bins of equal width."""
    rows = []
    for low in np.arange(bins) / bins:
        within = [
            (said, right)
            for said, right in reads
            if low <= said < low + 1 / bins or (said >= 1 and low == 1 - 1 / bins)
        ]
        if within:
            rows.append(
                (
                    float(np.mean([said for said, _ in within])),
                    float(np.mean([right for _, right in within])),
                    len(within),
                )
            )
    return rows


def measure(passages: int, seed: int) -> dict[str, object]:
    cv2.setNumThreads(1)
    reader = Reader()
    tallies = {name: tally(reader, name, conditions, passages, seed) for name, conditions in CONDITIONS.items()}
    by_frame = [one for each in tallies.values() for one in each.sure]
    by_passage = [one for each in tallies.values() for one in each.voted]
    return {
        "passages": {name: _share(one.voted, one.passages) for name, one in tallies.items()},
        "frames": {
            name: {**_share(one.sure, one.frames), "false_plates": one.false_plates} for name, one in tallies.items()
        },
        "reliability": {"frames": reliability(by_frame), "passages": reliability(by_passage)},
    }


def plot(figures: dict[str, object], folder: Path) -> None:
    from matplotlib.figure import Figure

    passages, frames, sure = figures["passages"], figures["frames"], figures["reliability"]
    assert isinstance(passages, dict)
    assert isinstance(frames, dict)
    assert isinstance(sure, dict)
    drawn = Figure(figsize=(8, 3.6), layout="constrained")
    axes = drawn.subplots()
    across = np.arange(len(passages))
    axes.bar(across - 0.2, [one["recall"] or 0 for one in passages.values()], 0.38, label="passages read in full")
    axes.bar(across + 0.2, [one["recall"] or 0 for one in frames.values()], 0.38, label="single frames")
    axes.set_xticks(across, list(passages), rotation=30, ha="right")
    axes.set_ylim(0, 1)
    axes.legend(loc="lower left")
    drawn.savefig(folder / "plates-conditions.png", dpi=90)
    drawn = Figure(figsize=(4, 4), layout="constrained")
    axes = drawn.subplots()
    axes.plot([0, 1], [0, 1], color="0.7")
    for name, rows in sure.items():
        axes.plot([row[0] for row in rows], [row[1] for row in rows], marker="o", label=name)
    axes.set_xlabel("confidence given")
    axes.set_ylabel("share that was right")
    axes.legend()
    drawn.savefig(folder / "plates-reliability.png", dpi=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plots", type=Path)
    asked = parser.parse_args()
    figures = measure(asked.passages, asked.seed)
    if asked.plots:
        plot(figures, asked.plots)
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    for kind in ("passages", "frames"):
        table = figures[kind]
        assert isinstance(table, dict)
        for name, one in table.items():
            print(
                f"{kind:<9} {name:<14}",
                *(f"{key} {'-' if value is None else f'{value:.2f}'}" for key, value in one.items()),
            )
    print("reliability:", figures["reliability"])


if __name__ == "__main__":
    main()
