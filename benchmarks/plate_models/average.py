"""The mean of several trainings of one network, weight by weight, and the file that is committed.

    python -m benchmarks.plate_models.average recogniser A.pt B.pt --out recogniser.onnx

Runs that began with the same weights end near each other, and their mean errs less than each of them. One checkpoint
alone is written as it is. Knows: checkpoints. Refuses to know: how they came to be.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.plate_models import packing
from benchmarks.plate_models.detector import Detector
from benchmarks.plate_models.recogniser import Recogniser
from benchmarks.plate_models.refiner import Refiner

KINDS = {
    "detector": (Detector, packing.DETECTOR),
    "refiner": (Refiner, packing.REFINER),
    "recogniser": (Recogniser, packing.RECOGNISER),
}


def mean(weights: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Counters, which are whole numbers, are the first one's."""
    return {
        name: torch.stack([one[name] for one in weights]).mean(dim=0) if first.is_floating_point() else first
        for name, first in weights[0].items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=list(KINDS))
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--keep", type=Path, help="write the mean as a checkpoint")
    parser.add_argument("--out", type=Path, help="write it as ONNX")
    asked = parser.parse_args()
    make, form = KINDS[asked.network]
    net = make()
    net.load_state_dict(mean([torch.load(one) for one in asked.checkpoints]))
    if asked.keep:
        torch.save(net.state_dict(), asked.keep)
    if asked.out:
        packing.write(net, asked.out, form)


if __name__ == "__main__":
    main()
