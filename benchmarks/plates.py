"""Reading plates from real photographs, ours beside every recogniser that is installed here.

    python -m benchmarks.plates --data DIR [--json] [--sheet errors.png]

DIR holds `frames/` (NAME.jpg with NAME.txt: file, x, y, width, height, text) and `crops/` (pictures with truth.csv:
file, state,
text). The letter O counts as the digit 0 on both sides, for that is how such sets write it. A frame is read exactly
when a plate
found over the given box says the given text. Peers read lines and find no plates: each is handed the box itself, which
is far easier, `detected` is the share of boxes it says anything of, and its rate is of boxes, not of frames.

Knows: the set's layout, the peers' calls, the measures. Refuses to know: how ours reads.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from benchmarks import plate_peers
from center.vision.opening import Image
from center.vision.reader import Reader

FRAMES_FOR_RATE = 40


class Crop(NamedTuple):
    name: str
    picture: Image
    text: str
    state: str


class Frame(NamedTuple):
    name: str
    picture: Image
    box: tuple[int, int, int, int]
    text: str


def folded(text: str) -> str:
    return "".join(char for char in text.upper() if char.isalnum()).replace("O", "0")


def crops_in(data: Path) -> list[Crop]:
    with (data / "crops" / "truth.csv").open() as file:
        rows = [row for row in csv.reader(file) if len(row) >= 3 and (data / "crops" / row[0]).exists()]
    return [Crop(row[0], cv2.imread(str(data / "crops" / row[0])), row[2], row[1].upper()) for row in rows]


def frames_in(data: Path) -> list[Frame]:
    frames = []
    for path in sorted((data / "frames").glob("*.txt")):
        for line in path.read_text().splitlines():
            words = line.split()
            if len(words) >= 6:
                box = (int(words[1]), int(words[2]), int(words[3]), int(words[4]))
                frames.append(Frame(words[0], cv2.imread(str(data / "frames" / words[0])), box, words[5]))
    return frames


def overlap(quad: np.ndarray, box: tuple[int, int, int, int]) -> float:
    """Intersection over union of the quad's upright box and `box`."""
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    bx, by, bw, bh = box
    across, down = min(x1, bx + bw) - max(x0, bx), min(y1, by + bh) - max(y0, by)
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    return float(shared / ((x1 - x0) * (y1 - y0) + bw * bh - shared))


def likeness(said: str, truth: str) -> float:
    """Characters right: 1 - edit distance / length, not below 0."""
    row = list(range(len(truth) + 1))
    for i, a in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(truth, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return max(0.0, 1 - row[-1] / max(1, len(truth)))


class Miss(NamedTuple):
    picture: Image
    truth: str
    said: str


def on_crops(crops: list[Crop], read: Callable[[Image], str]) -> tuple[dict[str, float], list[Miss]]:
    exact, likenesses, near, spoke, misses = 0, [], 0, 0, []
    for crop in crops:
        said, truth = folded(read(crop.picture)), folded(crop.text)
        exact += said == truth
        spoke += bool(said)
        likenesses.append(likeness(said, truth))
        near += round((1 - likenesses[-1]) * len(truth)) <= 1
        if said != truth:
            misses.append(Miss(crop.picture, truth, said))
    count = max(1, len(crops))
    return {
        "exact": exact / count, "char": float(np.mean(likenesses)), "within_one": near / count, "said": spoke / count,
    }, misses  # fmt: skip


def on_frames(frames: list[Frame], reader: Reader) -> tuple[dict[str, float], list[Miss]]:
    exact = detected = 0
    false_plates, misses, likenesses = 0, [], []
    for frame in frames:
        reads = reader.read(frame.picture)
        over = [one for one in reads if overlap(one.quad, frame.box) >= 0.3]
        truth = folded(frame.text)
        said = folded(over[0].text.plate) if over else ""
        detected += bool(over)
        exact += any(folded(one.text.plate) == truth for one in over)
        likenesses.append(max((likeness(folded(one.text.plate), truth) for one in over), default=0.0))
        false_plates += len(reads) - len(over)
        if said != truth:
            misses.append(Miss(_boxed(frame), truth, said if over else "-"))
    count = max(1, len(frames))
    return {
        "exact": exact / count, "detected": detected / count,
        "char": float(np.mean(likenesses)), "elsewhere": false_plates / count,
    }, misses  # fmt: skip


def _boxed(frame: Frame, margin: float = 0.1) -> Image:
    x, y, wide, tall = frame.box
    across, down = round(wide * margin), round(tall * margin)
    return frame.picture[max(0, y - down) : y + tall + down, max(0, x - across) : x + wide + across]


def rate(frames: list[Frame], reader: Reader) -> float:
    """Frames a second of this process' time: JPEG bytes of 1280 x 720 in, reads out."""
    from center.vision.opening import opened

    packed = []
    for frame in frames[:FRAMES_FOR_RATE]:
        sized = cv2.resize(frame.picture, (1280, 720), interpolation=cv2.INTER_AREA)
        packed.append(cv2.imencode(".jpg", sized, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())
    for data in packed[:3]:
        reader.read(opened(data))
    start = spent_s()
    for data in packed:
        reader.read(opened(data))
    return len(packed) / max(1e-9, spent_s() - start)


def spent_s() -> float:
    """Processor time of this process and of the programs it has run."""
    return sum(os.times()[:4])


def sheet(misses: list[Miss], path: Path) -> None:
    """What was misread, for looking at: never kept with the project."""
    tiles = []
    for miss in misses:
        tile = cv2.resize(miss.picture, (200, 100), interpolation=cv2.INTER_LINEAR)
        tile = cv2.copyMakeBorder(tile, 0, 16, 0, 4, cv2.BORDER_CONSTANT)
        cv2.putText(
            tile,
            f"{miss.truth} > {miss.said}",
            (2, 112),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.42,
            (255, 255, 255),
            1,
            cv2.LINE_AA,
        )
        tiles.append(tile)
    while len(tiles) % 8 or not tiles:
        tiles.append(np.zeros((116, 204, 3), np.uint8))
    cv2.imwrite(str(path), np.vstack([np.hstack(tiles[i : i + 8]) for i in range(0, len(tiles), 8)]))


def measure(data: Path, *, peers: bool = True, sheet_to: Path | None = None) -> dict[str, Any]:
    cv2.setNumThreads(1)
    crops, frames = crops_in(data), frames_in(data)
    reader = Reader()
    said: dict[str, dict[str, float]] = {}
    by_crop, misses = on_crops(crops, lambda picture: reader.read_plate(picture).text.plate)
    by_frame, more = on_frames(frames, reader)
    given = [Crop(one.name, _boxed(one, 0.0), one.text, "") for one in frames]
    boxed, _ = on_crops(given, lambda picture: reader.read_plate(picture).text.plate)
    said["ours"] = by_crop
    on_frame = {"ours": {**by_frame, "given_box": boxed["exact"]}}
    right = [reader.look(crop.picture).states for crop in crops]
    skipped: dict[str, str] = {}
    rates = {"ours": rate(frames, reader)}
    if peers:
        for name, make in plate_peers.PEERS.items():
            try:
                read = make()
            except plate_peers.AbsentError as why:
                skipped[name] = str(why)
                continue
            said[name], _ = on_crops(crops, read)
            start = spent_s()
            on_box, _ = on_crops(given, read)
            rates[name] = len(given) / max(1e-9, spent_s() - start)
            on_frame[name] = {**on_box, "given_box": on_box["exact"], "detected": on_box["said"]}
    if sheet_to:
        sheet(misses + more, sheet_to)
    return {
        "crops": {key: {name: one[key] for name, one in said.items()} for key in ("exact", "char", "within_one")},
        "frames": {
            key: {name: one[key] for name, one in on_frame.items() if key in one}
            for key in ("exact", "detected", "char", "given_box", "elsewhere")
        },
        "frames_per_s": rates, "skipped": skipped, "states": _states(crops, right),
        "counted": {"crops": len(crops), "frames": len(frames)},
    }  # fmt: skip


def _states(crops: list[Crop], shares: list[np.ndarray]) -> dict[str, float]:
    """How often a state is claimed, and how often rightly."""
    from center.vision.recogniser import STATE_SURE, STATES

    claimed = [
        (STATES[int(one.argmax())], crop.state)
        for one, crop in zip(shares, crops, strict=True)
        if one.argmax() and one.max() >= STATE_SURE
    ]
    right = sum(said == true for said, true in claimed)
    return {"claimed": len(claimed) / max(1, len(crops)), "right": right / max(1, len(claimed))}


COLUMNS = (
    ("crops", "exact"), ("crops", "within_one"), ("crops", "char"), ("frames", "exact"), ("frames", "given_box"),
    ("frames", "detected"), ("frames", "elsewhere"),
)  # fmt: skip


def show(figures: dict[str, Any]) -> None:
    names = list(figures["crops"]["exact"])
    print(" " * 16, *(f"{part} {key}".rjust(16) for part, key in COLUMNS), "a second".rjust(10))
    for name in names:
        values = [figures[part][key].get(name) for part, key in COLUMNS]
        shown = ["-" if value is None else f"{value:.1%}" for value in values]
        print(name.ljust(16), *(one.rjust(16) for one in shown), f"{figures['frames_per_s'][name]:10.1f}")
    for key in ("states", "skipped", "counted"):
        print(f"{key}: {figures[key]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sheet", type=Path, help="write a picture of every misread here")
    parser.add_argument("--ours-only", action="store_true")
    asked = parser.parse_args()
    if not (asked.data / "frames").is_dir() or not (asked.data / "crops" / "truth.csv").is_file():
        sys.exit(f"error: {asked.data} does not hold frames/ and crops/truth.csv")
    figures = measure(asked.data, peers=not asked.ours_only, sheet_to=asked.sheet)
    if asked.json:
        print(json.dumps(figures, indent=2))
    else:
        show(figures)


if __name__ == "__main__":
    main()
