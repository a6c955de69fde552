"""Train the refiner on the detector's scenes, and write it as ONNX.

    python -m benchmarks.plate_models.train_refiner SHARDS --passes 48 --out center/vision/models/refiner.onnx

Knows: how wrong a detector's corners are, and the loss. Refuses to know: any photograph.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.plate_models import packing
from benchmarks.plate_models.refiner import HEIGHT, ROOM, WIDTH, Refiner
from benchmarks.plate_models.train_recogniser import follow, plan, ready, relit

BATCH = 64
TURNS = 4  # cuts of each plate a pass


def shaken(quad: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """The quad as a detector might give it: moved, too large or too small, its corners a little off."""
    size = np.ptp(quad, axis=0)
    middle = quad.mean(axis=0)
    much = float(dice.choice([0.5, 1.0, 1.6]))  # it is nearly right as often as it is far off
    grown = (quad - middle) * np.exp(dice.normal(0, 0.13 * much, 2)) + middle
    turn = dice.normal(0, 0.05)
    lean = np.array([[1.0, turn], [-turn, 1.0]])
    moved = (grown - middle) @ lean + middle + dice.normal(0, 0.09 * much, 2) * size
    return np.asarray(moved + dice.normal(0, 0.04 * much, (4, 2)) * size, np.float64)


def cut(
    picture: np.ndarray, said: np.ndarray, true: np.ndarray, dice: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The picture within `said` and some room; the true corners in shares of it."""
    middle = said.mean(axis=0)
    wide = ((said - middle) * (1 + ROOM) + middle).astype(np.float32)
    goal = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    view = cv2.getPerspectiveTransform(wide, goal)
    seen = cv2.warpPerspective(picture, view, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    corners = cv2.perspectiveTransform(true.reshape(1, 4, 2).astype(np.float32), view)[0]
    return relit(np.asarray(seen, np.uint8), dice), np.asarray(corners / (WIDTH, HEIGHT), np.float32)


def cuts(path: Path, dice: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    data = np.load(path)
    pictures, quads = data["pictures"], data["quads"]
    made = [
        cut(picture, shaken(quad, dice), quad, dice)
        for picture, mine in zip(pictures, quads, strict=True)
        for quad in mine[~np.isnan(mine[:, 0, 0])]
        for _ in range(TURNS)
    ]
    order = dice.permutation(len(made))
    return np.stack([made[i][0] for i in order]), np.stack([made[i][1] for i in order])


def train(
    folders: list[Path], shards: int, passes: int, seed: int, peak: float, start: Path | None, keep: Path
) -> Refiner:
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    net = Refiner().to(memory_format=torch.channels_last)
    if start:
        net.load_state_dict(torch.load(start))
    average = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(net.parameters(), lr=peak, weight_decay=0.01)
    began = time.monotonic()
    for number, (folder, shard) in enumerate(plan(folders, shards, passes, dice)):
        path = folder / f"shard-{shard:05d}.npz"
        while not path.exists():
            time.sleep(2)
        pictures, corners = cuts(path, dice)
        losses = []
        for first in range(0, len(pictures) - BATCH + 1, BATCH):
            done = (number + first / len(pictures)) / passes
            for group in optimiser.param_groups:
                group["lr"] = peak * min(1.0, done * 30 + 0.05) * (0.5 + 0.5 * math.cos(math.pi * done)) + 1e-6
            x = ready(pictures[first : first + BATCH])
            loss = _off(net(x), torch.from_numpy(corners[first : first + BATCH]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            follow(average, net, 0.997)
            losses.append(float(loss.detach()))
        off = float(np.mean(losses))
        print(f"{time.monotonic() - began:7.0f} s  pass {number:03d}  corners off by {off:.4f} of the cut", flush=True)
        torch.save(average.state_dict(), keep)
    return average


def _off(said: Tensor, corners: Tensor) -> Tensor:
    return nn.functional.l1_loss(said, corners.reshape(-1, 8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--shards", type=int, default=6)
    parser.add_argument("--passes", type=int, default=48)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--keep", type=Path, default=Path("refiner.pt"))
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    net = train(asked.folders, asked.shards, asked.passes, asked.seed, asked.rate, asked.start, asked.keep)
    if asked.out:
        packing.write(net, asked.out, packing.REFINER)


if __name__ == "__main__":
    main()
