"""Render training pictures into shards.

    python -m benchmarks.plate_models.render plates OUT --count 40000 --seed 1 --gentle 6000
    python -m benchmarks.plate_models.render scenes OUT --count 16000 --seed 1

Knows: the files of a set. Refuses to know: what is in a picture.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from benchmarks.plate_models import samples, scenes

SHARD = {"plates": 2000, "scenes": 1000}
MOST_QUADS = 4
MOST_CHARACTERS = 10


def _plates(seed: int, indices: range, hands: samples.Bank, gentle: int) -> dict[str, np.ndarray]:
    made = [samples.sample(seed, index, hands, gentle) for index in indices]
    middles = np.full((len(made), MOST_CHARACTERS), np.nan, np.float32)
    for row, one in zip(middles, made, strict=True):
        row[: len(one.middles)] = one.middles
    return {
        "middles": middles,
        "pictures": np.stack([one.picture for one in made]),
        "texts": np.array([one.text for one in made]),
        "states": np.array([one.state for one in made], np.int64),
    }


def _scenes(seed: int, indices: range, hands: samples.Bank, _: int) -> dict[str, np.ndarray]:
    made = [scenes.scene_sample(seed, index, hands) for index in indices]
    quads = np.full((len(made), MOST_QUADS, 4, 2), np.nan, np.float32)
    for row, one in zip(quads, made, strict=True):
        row[: len(one.quads)] = one.quads
    return {"pictures": np.stack([one.picture for one in made]), "quads": quads}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=list(SHARD))
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=60_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gentle", type=int, default=0, help="so many plates at the start are easy ones")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    asked.out.mkdir(parents=True, exist_ok=True)
    hands = samples.bank(asked.seed)
    make, size = {"plates": _plates, "scenes": _scenes}[asked.what], SHARD[asked.what]
    for first in range(0, asked.count, size):
        part = asked.out / f"shard-{first // size:05d}.part"
        with part.open("wb") as file:
            np.savez(file, **make(asked.seed, range(first, min(first + size, asked.count)), hands, asked.gentle))
        part.rename(part.with_suffix(".npz"))


if __name__ == "__main__":
    main()
