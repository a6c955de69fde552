"""Whether the reader's confidence can be believed, and how sharp its likelihoods may be taken that it can.

    python -m benchmarks.plate_models.calibrate --fit --count 800 --seed 99
    python -m benchmarks.plate_models.calibrate --count 800 --seed 100 [--photographs DIR] [--plot reliability.png]

`--fit` prints, for values of `center.vision.recogniser.SHARPNESS`, the share of right texts, the mean confidence and
the cross entropy of the two on renders the network has not seen: the smaller, the better the confidence. Without it,
the value in use is checked: on renders of another seed, on the twin's own plates (its pens, no font file, the states'
faces, other light and blur), and on the photographs of DIR (see benchmarks.plates), which never decide anything.

Knows: the fit and the check. Refuses to know: how a network is trained.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from random import Random

import cv2
import numpy as np

from benchmarks import plates
from benchmarks.plate_conditions import reliability
from benchmarks.plate_models import samples
from benchmarks.plates import folded
from center.vision import recogniser
from center.vision.opening import Image
from center.vision.reader import Reader
from twin.devices.lpr import glyphs
from twin.devices.lpr.faces import ALL
from twin.devices.lpr.press import Look, Strokes, press

TRIED = (0.3, 0.5, 0.65, 0.8, 1.0, 1.3)
FEWEST = 5  # plates in a bin that is drawn: two right or wrong of two say nothing
Sure = list[tuple[float, bool]]  # confidence, and whether the text was right


def drawn(count: int, seed: int) -> Iterator[tuple[Image, str]]:
    """Renders as the networks were taught with."""
    hands = samples.bank(seed)
    for index in range(count):
        one = samples.sample(seed, index, hands)
        yield one.picture, one.text


def plain(count: int, seed: int) -> Iterator[tuple[Image, str]]:
    """The twin's plates as they leave its press, then dimmed, blurred, grainy and packed: none of the ways above."""
    for index in range(count):
        dice = np.random.default_rng([seed, 4, index])
        rough = Random(seed * 1_000_003 + index)
        face = ALL[rough.randrange(len(ALL))]
        letters = {"A": "ABCDEFGHJKLMNPRSTUVWXYZ", "9": "0123456789"}
        serial = "".join(rough.choice(letters[one]) if one in letters else one for one in rough.choice(face.patterns))
        pen = glyphs.Pen(rough.uniform(0.42, 0.58), rough.uniform(0.11, 0.16), 0.25, True, rough.randrange(60))
        flat = press(serial, face, Look(), Strokes(pen), dice).picture
        wide = rough.uniform(48, 160)
        small = cv2.resize(flat, (round(wide), round(wide / 2)), interpolation=cv2.INTER_AREA) * rough.uniform(0.3, 1.0)
        soft = cv2.GaussianBlur(small, (0, 0), rough.uniform(0.3, 1.6)) + dice.normal(
            0, rough.uniform(1, 9), small.shape
        )
        _, jpeg = cv2.imencode(
            ".jpg", np.clip(soft, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, rough.randrange(30, 90)]
        )
        yield np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8), "".join(filter(str.isalnum, serial))


def checked(reader: Reader, pictures: Iterator[tuple[Image, str]]) -> Sure:
    said = [(reader.read_plate(picture).text, folded(truth)) for picture, truth in pictures]
    return [(text.confidence, folded(text.plate) == truth) for text, truth in said]


def on_photographs(reader: Reader, data: Path) -> Sure:
    """The crops, and the plates found in frames."""
    crops = checked(reader, ((crop.picture, crop.text) for crop in plates.crops_in(data)))
    for frame in plates.frames_in(data):
        over = [one for one in reader.read(frame.picture) if plates.overlap(one.quad, frame.box) >= 0.3]
        crops += [(one.text.confidence, folded(one.text.plate) == folded(frame.text)) for one in over[:1]]
    return crops


def entropy(reads: Sure) -> float:
    sure = np.clip([confidence for confidence, _ in reads], 1e-3, 1 - 1e-3)
    right = np.array([right for _, right in reads])
    return float(-np.where(right, np.log(sure), np.log(1 - sure)).mean())


def fitted(reader: Reader, count: int, seed: int) -> None:
    looks = [(reader.look(picture), folded(text)) for picture, text in drawn(count, seed)]
    for sharpness in TRIED:
        recogniser.SHARPNESS = sharpness
        said = [(recogniser.read([look]), truth) for look, truth in looks]
        _say(f"SHARPNESS {sharpness}", [(text.confidence, folded(text.plate) == truth) for text, truth in said])


def _say(name: str, reads: Sure) -> None:
    right, sure = (float(np.mean([one[place] for one in reads])) for place in (1, 0))
    print(f"{name}: right {right:.3f}, confidence {sure:.3f}, cross entropy {entropy(reads):.3f}, {len(reads)} plates")


def plot(by_name: dict[str, Sure], out: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7")
    for name, reads in by_name.items():
        rows = [row for row in reliability(reads) if row[2] >= FEWEST]
        axes.plot([row[0] for row in rows], [row[1] for row in rows], marker="o", label=f"{name} ({len(reads)})")
    axes.set_xlabel("confidence given")
    axes.set_ylabel("share that was right")
    axes.legend()
    figure.savefig(out, dpi=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--count", type=int, default=800)
    parser.add_argument("--seed", type=int, default=99)
    parser.add_argument("--photographs", type=Path)
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    reader = Reader()
    if asked.fit:
        fitted(reader, asked.count, asked.seed)
        return
    by_name = {
        "renders": checked(reader, drawn(asked.count, asked.seed)),
        "the twin's plates": checked(reader, plain(asked.count, asked.seed)),
    }
    if asked.photographs:
        by_name["photographs"] = on_photographs(reader, asked.photographs)
    for name, reads in by_name.items():
        _say(name, reads)
        for said, right, many in reliability(reads):
            print(f"    {said:.2f} said, {right:.2f} right, {many} plates")
    if asked.plot:
        plot(by_name, asked.plot)


if __name__ == "__main__":
    main()
