"""How sharp the likelihoods may be taken: fitted on renders the network has not seen.

    python -m benchmarks.plate_models.calibrate --count 800 --seed 99

Prints, for values of `center.vision.recogniser.SHARPNESS`, the share of right texts, the mean confidence, and the cross
entropy of the two: the smaller, the better the confidence. Knows: the fit. Refuses to know: any photograph.
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np

from benchmarks.plate_models import samples
from benchmarks.plates import folded
from center.vision import recogniser
from center.vision.detector import whole
from center.vision.reader import Reader

TRIED = (0.3, 0.5, 0.65, 0.8, 1.0, 1.3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=800)
    parser.add_argument("--seed", type=int, default=99)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    reader, hands = Reader(), samples.bank(asked.seed)
    drawn = [samples.sample(asked.seed, index, hands) for index in range(asked.count)]
    looks = [(reader.look(one.picture, whole(one.picture)), folded(one.text)) for one in drawn]
    for sharpness in TRIED:
        recogniser.SHARPNESS = sharpness
        said = [(recogniser.read([look]), truth) for look, truth in looks]
        right = np.array([folded(text.plate) == truth for text, truth in said])
        sure = np.clip([text.confidence for text, _ in said], 1e-3, 1 - 1e-3)
        entropy = -np.where(right, np.log(sure), np.log(1 - sure)).mean()
        figures = f"right {right.mean():.3f}, confidence {sure.mean():.3f}, cross entropy {entropy:.3f}"
        print(f"SHARPNESS {sharpness}: {figures}")


if __name__ == "__main__":
    main()
