"""How sharp the likelihoods may be taken: fitted on renders the network has not seen.

    python -m benchmarks.plate_models.calibrate --count 800 --seed 99

Prints the value for `center.vision.recogniser.SHARPNESS`. Knows: the fit. Refuses to know: any photograph.
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np

from benchmarks.plate_models import samples
from benchmarks.plates import folded
from center.vision import columns
from center.vision.detector import whole
from center.vision.reader import Reader

Scored = tuple[np.ndarray, np.ndarray, bool]


def scores(count: int, seed: int) -> list[Scored]:
    """For each render: all texts' log-likelihoods, which of them are the one said, and whether it was right."""
    reader, hands = Reader(), samples.bank(seed)
    found = []
    for index in range(count):
        one = samples.sample(seed, index, hands)
        best, rivals = columns.settle(reader.look(one.picture, whole(one.picture)).columns)
        texts = {best.text: best.score} | {rival.text: rival.score for rival in rivals}
        for place, row in enumerate(best.one_off):
            for char, score in zip(columns.ALPHABET, row, strict=True):
                texts.setdefault(best.text[:place] + char + best.text[place + 1 :], float(score))
        said = np.array([folded(text) == folded(best.text) for text in texts])
        found.append((np.array(list(texts.values())), said, folded(best.text) == folded(one.text)))
    return found


def cross_entropy(found: list[Scored], sharpness: float) -> float:
    total = 0.0
    for rows, mine, right in found:
        shares = np.exp((rows - rows.max()) * sharpness)
        said = float(np.clip(shares[mine].sum() / shares.sum(), 1e-4, 1 - 1e-4))
        total -= np.log(said if right else 1 - said)
    return total / len(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=800)
    parser.add_argument("--seed", type=int, default=99)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    found = scores(asked.count, asked.seed)
    tried = {round(float(one), 2): cross_entropy(found, float(one)) for one in np.geomspace(0.1, 2.0, 40)}
    best = min(tried, key=lambda one: tried[one])
    print(
        f"right: {np.mean([right for _, _, right in found]):.3f}   SHARPNESS = {best}   cross entropy {tried[best]:.3f}"
    )


if __name__ == "__main__":
    main()
