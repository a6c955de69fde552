"""The reader on the twin's cameras, by condition: how many plates it reads, how many of its reads are right, whether
its confidence can be believed, and which characters it takes for which.

    python -m benchmarks.plate_conditions [--passages 40] [--frames 6] [--seed 7] [--only day,night] [--json]
        [--plots DIR] [--confusions twin/devices/ocr_confusions.json]

For each condition: of the plates that passed, how many came out in full as the center would tell them, one read a
passage (recall); of the passages told with at least 50 % confidence, how many were right, plates that are none
included (precision); the same for single frames. Conditions are harder than a well-hung camera's: a plate is 38 to 80
pixels wide unless the condition says otherwise. The letter O counts as 0. With --confusions the errors are written
character by character for the twin's edge cameras (twin/devices/ocr.py).

Knows: conditions, the measures, the plots. Refuses to know: how frames are drawn, and how they are read.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from benchmarks.plate_confusions import Confusions
from benchmarks.plates import folded
from center.core.events import PlateRead
from center.vision.opening import UnreadableError, opened
from center.vision.reader import Read, Reader
from center.vision.sightings import Sightings
from center.vision.workers import Job
from twin.devices.lpr import camera
from twin.devices.lpr.optics import Conditions
from twin.roadside_frames import vehicles
from twin.streams import Streams

CLAIMED = 0.5
FAR_PX, NEAR_PX = 38.0, 80.0


class Setup(NamedTuple):
    """One condition: the world's and the lens's, and how wide a plate is, farthest and nearest."""

    group: str
    conditions: Conditions
    far_px: float = FAR_PX
    near_px: float = NEAR_PX


def _speed(mps: float) -> Setup:
    """At 20 degrees, with the shutter open a little longer than it should be."""
    return Setup("speed", Conditions(speed_mps=mps, angle_deg=20, shutter_ms=1.3), 45, 110)


SETUPS = {
    "day": Setup("light", Conditions()),
    "dusk": Setup("light", Conditions(exposure=0.25, focus_px=1.0)),
    "night": Setup("light", Conditions(night=True, focus_px=1.0)),
    "night, lamps": Setup("light", Conditions(night=True, glare=True, focus_px=1.0)),
    "rain": Setup("light", Conditions(rain=0.5, focus_px=1.0)),
    "downpour": Setup("light", Conditions(rain=1.0, exposure=0.6, focus_px=1.3)),
    "rain by night": Setup("light", Conditions(night=True, rain=0.8, glare=True, focus_px=1.3)),
    "15°": Setup("angle", Conditions(angle_deg=15)),
    "30°": Setup("angle", Conditions(angle_deg=30)),
    "45°": Setup("angle", Conditions(angle_deg=45)),
    "55°": Setup("angle", Conditions(angle_deg=55)),
    "65°": Setup("angle", Conditions(angle_deg=65)),
    "15 m/s": _speed(15),
    "25 m/s": _speed(25),
    "35 m/s": _speed(35),
    "45 m/s": _speed(45),
    "100-200 px": Setup("width", Conditions(), 100, 200),
    "60-100 px": Setup("width", Conditions(), 60, 100),
    "40-60 px": Setup("width", Conditions(), 40, 60),
    "30-40 px": Setup("width", Conditions(), 30, 40),
    "out of focus": Setup("lens", Conditions(focus_px=2.0)),
    "dirty": Setup("lens", Conditions(dirt=0.9)),
    "JPEG at 15": Setup("lens", Conditions(quality=15)),
    "all of it": Setup(
        "lens", Conditions(night=True, rain=0.8, angle_deg=35, speed_mps=30, dirt=0.7, quality=40), 45, 110
    ),
}


class Tally(NamedTuple):
    """One condition. `sure`: (confidence, right) of every read of a frame's plate; `told`: of every passage told,
    plates that are none among them."""

    passages: int
    read: int
    frames: int
    sure: list[tuple[float, bool]]
    told: list[tuple[float, bool]]
    false_plates: int


def tally(reader: Reader, name: str, asked: argparse.Namespace, confusions: Confusions) -> Tally:
    setup = SETUPS[name]
    count = in_full = frames = false_plates = 0
    sure: list[tuple[float, bool]] = []
    told: list[tuple[float, bool]] = []
    for passage, dice in vehicles(Streams(asked.seed * 1000 + sum(name.encode())), asked.passages):
        truth = folded(passage.plate or "")
        sightings = Sightings()
        found = [
            (frame, _reads(reader, frame))
            for frame in camera.shots(passage, setup.conditions, dice, setup.far_px, setup.near_px, asked.frames)
        ]
        facts = []
        for frame, reads in found:
            frames += frame.truth.corners is not None
            for read in reads:
                if frame.truth.corners is None or not _over(read.quad, frame.truth.corners):
                    false_plates += read.text.confidence >= CLAIMED
                    continue
                confusions.saw(passage.plate or "", read.text.plate)
                sure.append((read.text.confidence, folded(read.text.plate) == truth))
            job = Job("frames", name, frame.at_us, frame.at_us, frame.jpeg)
            facts += sightings.saw(job, reads, [b""] * len(reads))
        events = [one.event for one in [*facts, *sightings.finish()] if isinstance(one.event, PlateRead)]
        texts = [(event.confidence or 0.0, folded(event.plate) == truth) for event in events]
        told += texts
        if passage.plate is not None:
            count += 1
            in_full += any(right for _, right in texts)
            confusions.passed(name, bool(texts), any(right for _, right in texts))
    return Tally(count, in_full, frames, sure, told, false_plates)


def _reads(reader: Reader, frame: camera.Frame) -> list[Read]:
    try:
        return reader.read(opened(frame.jpeg))
    except UnreadableError:
        return []


def _over(quad: np.ndarray, corners: tuple[tuple[float, float], ...]) -> bool:
    true = np.array(corners)
    return float(np.hypot(*(quad.mean(axis=0) - true.mean(axis=0)))) < 0.3 * float(np.ptp(true[:, 0]))


def _share(reads: list[tuple[float, bool]], in_full: int, of: int) -> dict[str, float | None]:
    claimed = [right for confidence, right in reads if confidence >= CLAIMED]
    return {
        "recall": in_full / of if of else None,
        "precision": sum(claimed) / len(claimed) if claimed else None,
        "claimed": len(claimed) / of if of else None,
    }


def reliability(reads: list[tuple[float, bool]], bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean confidence, share that was right, how many), for bins of equal width."""
    rows = []
    for number in range(bins):
        within = [one for one in reads if min(int(one[0] * bins), bins - 1) == number]
        if within:
            said, right = (float(np.mean([one[i] for one in within])) for i in (0, 1))
            rows.append((said, right, len(within)))
    return rows


def measure(asked: argparse.Namespace, confusions: Confusions) -> dict[str, object]:
    cv2.setNumThreads(1)
    reader = Reader()
    names = asked.only.split(",") if asked.only else list(SETUPS)
    tallies = {name: tally(reader, name, asked, confusions) for name in names}
    return {
        "passages": {
            name: {"of": one.passages, **_share(one.told, one.read, one.passages)} for name, one in tallies.items()
        },
        "frames": {
            name: {
                "of": one.frames,
                **_share(one.sure, sum(right for _, right in one.sure), one.frames),
                "false_plates": one.false_plates,
            }
            for name, one in tallies.items()
        },
        "reliability": {
            "frames": reliability([one for each in tallies.values() for one in each.sure]),
            "passages": reliability([one for each in tallies.values() for one in each.told]),
        },
    }


def plot(figures: dict[str, object], folder: Path) -> None:
    from matplotlib.figure import Figure

    passages, frames, sure = figures["passages"], figures["frames"], figures["reliability"]
    assert isinstance(passages, dict)
    assert isinstance(frames, dict)
    assert isinstance(sure, dict)
    groups = {name: SETUPS[name].group for name in passages}
    kinds = list(dict.fromkeys(groups.values()))
    drawn = Figure(figsize=(11, 6.4), layout="constrained")
    panes = list(drawn.subplots(2, (len(kinds) + 1) // 2, sharey=True, squeeze=False).flat)
    for axes, kind in zip(panes, kinds, strict=False):
        names = [name for name, group in groups.items() if group == kind]
        across = np.arange(len(names))
        axes.bar(across - 0.2, [passages[name]["recall"] or 0 for name in names], 0.38, label="passages: recall")
        axes.bar(across + 0.2, [frames[name]["recall"] or 0 for name in names], 0.38, label="single frames")
        axes.plot(across, [passages[name]["precision"] or 0 for name in names], "kD", ms=5, label="precision")
        axes.set_xticks(across, names, rotation=30, ha="right")
        axes.set_title(kind, loc="left")
        axes.set_ylim(0, 1.05)
        axes.grid(axis="y", alpha=0.3)
    for axes in panes[len(kinds) :]:
        axes.set_axis_off()
    drawn.axes[0].legend(loc="lower left", fontsize=8)
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
    parser.add_argument("--frames", type=int, default=6, help="of a passage, at most")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", help="conditions, with commas between")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plots", type=Path)
    parser.add_argument("--confusions", type=Path)
    asked = parser.parse_args()
    confusions = Confusions()
    figures = measure(asked, confusions)
    if asked.plots:
        plot(figures, asked.plots)
    if asked.confusions:
        command = f"python -m benchmarks.plate_conditions --passages {asked.passages} --frames {asked.frames}"
        confusions.write(asked.confusions, f"{command} --seed {asked.seed} --confusions {asked.confusions}")
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    for kind in ("passages", "frames"):
        table = figures[kind]
        assert isinstance(table, dict)
        for name, one in table.items():
            said = (
                f"{key} {value:.2f}" if isinstance(value, float) else f"{key} {value}" for key, value in one.items()
            )
            print(f"{kind:<9} {name:<14}", *said)
    print("reliability:", figures["reliability"])


if __name__ == "__main__":
    main()
