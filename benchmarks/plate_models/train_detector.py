"""Train the detector on rendered scenes, and write it as ONNX.

    python -m benchmarks.plate_models.train_detector SHARDS… --passes 60 --out center/vision/models/detector.onnx

A shard that is not there yet is waited for. Knows: targets, losses, the schedule. Refuses to know: any photograph.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.plate_models import packing
from benchmarks.plate_models.detector import REACH_PX, STRIDE, Detector
from benchmarks.plate_models.train_recogniser import follow, plan

BATCH = 16


def targets(quads: np.ndarray, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Heat (rows x columns), corners (8 x rows x columns) and where corners count."""
    heat = np.zeros((rows, columns), np.float32)
    corners, counts = np.zeros((8, rows, columns), np.float32), np.zeros((rows, columns), np.float32)
    ys, xs = np.mgrid[0:rows, 0:columns] * STRIDE + STRIDE / 2
    for quad in quads:
        if np.isnan(quad[0, 0]):
            continue
        x, y = quad.mean(axis=0)
        if not (0 <= x < columns * STRIDE and 0 <= y < rows * STRIDE):
            continue
        wide, tall = np.ptp(quad[:, 0]), np.ptp(quad[:, 1])
        spread_x, spread_y = max(4.0, wide * 0.13), max(3.5, tall * 0.13)
        near = np.exp(-(((xs - x) / spread_x) ** 2 + ((ys - y) / spread_y) ** 2) / 2).astype(np.float32)
        middle = (int(y // STRIDE), int(x // STRIDE))
        near[middle] = 1.0
        heat = np.maximum(heat, near)
        mine = near > 0.5
        counts = np.where(mine, 1.0, counts).astype(np.float32)
        for i, (corner_x, corner_y) in enumerate(quad):
            corners[2 * i][mine] = ((corner_x - xs) / REACH_PX)[mine]
            corners[2 * i + 1][mine] = ((corner_y - ys) / REACH_PX)[mine]
    return heat, corners, counts


def batches(path: Path, dice: np.random.Generator) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    while not path.exists():
        time.sleep(2)
    data = np.load(path)
    pictures, quads = data["pictures"], data["quads"].copy()
    rows, columns = pictures.shape[1] // STRIDE, pictures.shape[2] // STRIDE
    order = dice.permutation(len(pictures))
    for first in range(0, len(order) - BATCH + 1, BATCH):
        chosen = order[first : first + BATCH]
        seen, marks = pictures[chosen].astype(np.float32), quads[chosen]
        if dice.random() < 0.5:  # darker or brighter, as a whole
            seen = np.clip(seen * dice.uniform(0.4, 1.2) + dice.uniform(-10, 30), 0, 255)
        if dice.random() < 0.3:
            seen = np.repeat(seen.mean(axis=3, keepdims=True), 3, axis=3)
        made = [targets(one, rows, columns) for one in marks]
        x = torch.from_numpy(seen / 127.5 - 1).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
        yield x, *(torch.from_numpy(np.stack(part)) for part in zip(*made, strict=True))


def loss_of(said: Tensor, heat: Tensor, corners: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
    """CenterNet's focal loss for the middles, L1 for the corners."""
    sure = said[:, 0].sigmoid().clamp(1e-5, 1 - 1e-5)
    hit = (heat == 1).float()
    focal = -(hit * (1 - sure) ** 2 * sure.log() + (1 - hit) * (1 - heat) ** 4 * sure**2 * (1 - sure).log())
    apart = (said[:, 1:] - corners).abs().sum(dim=1) * counts
    return focal.sum() / hit.sum().clamp(min=1), apart.sum() / counts.sum().clamp(min=1)


def train(folder: Path, shards: int, passes: int, seed: int, peak: float, start: Path | None, keep: Path) -> Detector:
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    net = Detector().to(memory_format=torch.channels_last)
    if start:
        net.load_state_dict(torch.load(start))
    average = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(net.parameters(), lr=peak, weight_decay=0.01)
    steps, done, began = passes * (1000 // BATCH), 0, time.monotonic()
    for number, (_, shard) in enumerate(plan([folder], shards, passes, dice)):
        sums, count = np.zeros(2), 0
        for x, heat, corners, counts in batches(folder / f"shard-{shard:05d}.npz", dice):
            rate = (
                peak * min(1.0, (done + 1) / min(100, steps / 10)) * (0.5 + 0.5 * math.cos(math.pi * done / steps))
                + 1e-6
            )
            for group in optimiser.param_groups:
                group["lr"] = rate
            focal, apart = loss_of(net(x), heat, corners, counts)
            optimiser.zero_grad()
            (focal + 0.6 * apart).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            done += 1
            follow(average, net, min(0.997, (done + 1) / (done + 10)))
            sums += (float(focal.detach()), float(apart.detach()))
            count += 1
        spent, middles, apart = time.monotonic() - began, sums[0] / count, sums[1] / count
        print(
            f"{spent:7.0f} s  pass {number:03d} shard {shard:03d}  middles {middles:.3f}  corners {apart:.3f}",
            flush=True,
        )
        torch.save(average.state_dict(), keep)
    return average


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, default=12)
    parser.add_argument("--passes", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--keep", type=Path, default=Path("detector.pt"))
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    net = train(asked.folder, asked.shards, asked.passes, asked.seed, asked.rate, asked.start, asked.keep)
    if asked.out:
        packing.write(net, asked.out, packing.DETECTOR)


if __name__ == "__main__":
    main()
