"""Train the recogniser on rendered shards, and write it as ONNX.

    python -m benchmarks.plate_models.train_recogniser SHARDS… --passes 60 --out center/vision/models/recogniser.onnx

A shard that is not there yet is waited for, so rendering and training can go on side by side.
Knows: CTC, the schedule, the average of the weights. Refuses to know: any photograph.
"""

from __future__ import annotations

import argparse
import copy
import math
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.plate_models import packing
from benchmarks.plate_models.recogniser import Recogniser
from twin.devices.lpr.glyphs import ALPHABET

BATCH = 64


def batches(
    folder: Path, shards: list[int], dice: np.random.Generator
) -> Iterator[tuple[Tensor, list[str], Tensor, np.ndarray]]:
    """Shuffled within each shard."""
    for shard in shards:
        path = folder / f"shard-{shard:05d}.npz"
        while not path.exists():
            time.sleep(2)
        data = np.load(path)
        pictures, texts, states, middles = (data[name] for name in ("pictures", "texts", "states", "middles"))
        order = dice.permutation(len(texts))
        for first in range(0, len(order) - BATCH + 1, BATCH):
            chosen = order[first : first + BATCH]
            varied, moved = _varied(pictures[chosen], middles[chosen], dice)
            yield ready(varied), [str(texts[i]) for i in chosen], torch.from_numpy(states[chosen]), moved


def _varied(pictures: np.ndarray, middles: np.ndarray, dice: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Moved, stretched, leaning, in other light, now and then with a strip hidden: no two passes see the same
    picture."""
    out, moved = pictures.copy(), middles.copy()
    high, wide = pictures.shape[1:3]
    for one, places in zip(out, moved, strict=True):
        across, down = dice.normal(1, 0.03), dice.normal(1, 0.04)
        lean, climb = dice.normal(0, 0.05), dice.normal(0, 0.012)
        x = wide / 2 * (1 - across) - lean * high / 2 + dice.uniform(-4, 4)
        y = high / 2 * (1 - down) - climb * wide / 2 + dice.uniform(-2.5, 2.5)
        view = np.array([[across, lean, x], [climb, down, y]])
        one[:] = relit(cv2.warpAffine(one, view, (wide, high), borderMode=cv2.BORDER_REPLICATE), dice)
        places[:] = places * across + lean * high / 2 + x
        if dice.random() < 0.15:
            x = int(dice.integers(0, 155))
            one[:, x : x + int(dice.integers(1, 5))] = dice.integers(0, 255, 3)
    return out, moved


def relit(picture: np.ndarray, dice: np.random.Generator) -> np.ndarray:
    """Another exposure, other colours, a little less sharp, a little more grain."""
    seen = picture
    if dice.random() < 0.3:
        seen = cv2.LUT(seen, (255 * np.linspace(0, 1, 256) ** np.exp(dice.normal(0, 0.4))).astype(np.uint8))
    if dice.random() < 0.12:
        seen = seen[:, :, dice.permutation(3)]
    if dice.random() < 0.08:
        seen = 255 - seen
    if dice.random() < 0.12:
        share = dice.uniform(0.4, 0.9)
        small = cv2.resize(seen, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        seen = cv2.resize(small, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    if dice.random() < 0.12:
        seen = cv2.GaussianBlur(seen, (0, 0), dice.uniform(0.3, 1.3))
    if dice.random() < 0.2:
        grain = dice.standard_normal(picture.shape, np.float32) * (seen.std() * dice.uniform(0.02, 0.2))
        seen = np.clip(seen + grain, 0, 255)
    return np.asarray(seen, np.uint8)


def ready(pictures: np.ndarray) -> Tensor:
    x = packing.evened(torch.from_numpy(pictures).permute(0, 3, 1, 2).float())
    return x.contiguous(memory_format=torch.channels_last)


def spell(logits: Tensor) -> list[str]:
    """The likeliest path, read."""
    return [
        "".join(ALPHABET[one - 1] for one, before in zip(row, [0, *row[:-1]], strict=True) if one and one != before)
        for row in logits.argmax(dim=2).tolist()
    ]


def _loss(logits: Tensor, states: Tensor, texts: list[str], truth: Tensor, middles: np.ndarray) -> Tensor:
    """CTC, which is what decides; and beside it, since renders know where each character stands, plain cross entropy in
    the columns at the characters' middles and between them: it spares CTC its long search for the alignment."""
    targets = torch.tensor([1 + ALPHABET.index(char) for text in texts for char in text])
    lengths = torch.tensor([len(text) for text in texts])
    columns = torch.full((len(texts),), logits.shape[1])
    shares = logits.log_softmax(2)
    reading = nn.functional.ctc_loss(shares.transpose(0, 1), targets, columns, lengths, zero_infinity=True)
    rows: list[int] = []
    places: list[int] = []
    labels: list[int] = []
    for row, (text, across) in enumerate(zip(texts, middles, strict=True)):
        at = np.clip(across[: len(text)] / 4 - 0.5, 0, logits.shape[1] - 1)
        between = [(a + b) / 2 for a, b in pairwise(at) if b - a > 2.5]
        rows += [row] * (len(at) + len(between))
        places += [round(float(x)) for x in (*at, *between)]
        labels += [*(1 + ALPHABET.index(char) for char in text), *(0 for _ in between)]
    aligned = nn.functional.nll_loss(shares[rows, places], torch.tensor(labels))
    loss = 0.5 * reading + aligned
    if bool((truth >= 0).any()):
        loss = loss + 0.1 * nn.functional.cross_entropy(states, truth, ignore_index=-1)
    return loss


def train(
    folders: list[Path], passes: int, seed: int, peak: float, start: Path | None, keep: Path, shards: int
) -> Recogniser:
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    net = Recogniser().to(memory_format=torch.channels_last)
    if start:
        take_over(net, torch.load(start))
    average = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(net.parameters(), lr=peak, weight_decay=0.01)
    steps, done, began = passes * (2000 // BATCH), 0, time.monotonic()
    for number, (folder, shard) in enumerate(plan(folders, shards, passes, dice)):
        losses, right, count = 0.0, 0, 0
        for x, texts, truth, middles in batches(folder, [shard], dice):
            rate = (
                peak * min(1.0, (done + 1) / min(150, steps / 10)) * (0.5 + 0.5 * math.cos(math.pi * done / steps))
                + 1e-6
            )
            for group in optimiser.param_groups:
                group["lr"] = rate
            logits, states = net(x)
            loss = _loss(logits, states, texts, truth, middles)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimiser.step()
            done += 1
            follow(average, net, min(0.999, (done + 1) / (done + 10)))
            losses += float(loss.detach())
            right += sum(a == b for a, b in zip(spell(logits.detach()), texts, strict=True))
            count += len(texts)
        spent, mean, exact = time.monotonic() - began, losses / count * BATCH, right / count
        print(
            f"{spent:7.0f} s  pass {number:03d} {folder.name}/{shard:03d}  loss {mean:.3f}  exact {exact:.3f}",
            flush=True,
        )
        torch.save(average.state_dict(), keep)
        torch.save(net.state_dict(), keep.with_suffix(".live"))
    return average


def take_over(net: nn.Module, weights: dict[str, Tensor]) -> None:
    """What fits of an earlier network; what it did not have begins by changing nothing."""
    mine = net.state_dict()
    net.load_state_dict(
        {name: one for name, one in weights.items() if name in mine and mine[name].shape == one.shape}, strict=False
    )


def plan(folders: list[Path], shards: int, passes: int, dice: np.random.Generator) -> list[tuple[Path, int]]:
    """The order of the shards: all of them shuffled, again and again, until there are `passes`. While they are being
    rendered, first each new shard, then two of those there already, so that a slow renderer holds nobody up."""
    there = [(folder, shard) for shard in range(shards) for folder in folders]
    order: list[tuple[Path, int]] = []
    if not all((folder / f"shard-{shard:05d}.npz").exists() for folder, shard in there):
        for count, new in enumerate(there, 1):
            order += [new, *(there[int(dice.integers(count))] for _ in range(2))]
    while len(order) < passes:
        again = list(there)
        dice.shuffle(again)
        order += again
    return order[:passes]


def follow(average: nn.Module, net: nn.Module, share: float) -> None:
    with torch.no_grad():
        for slow, fast in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
            if slow.dtype.is_floating_point:
                slow.lerp_(fast, 1 - share)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--passes", type=int, default=60)
    parser.add_argument("--shards", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--keep", type=Path, default=Path("recogniser.pt"))
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)  # two threads wait for each other wherever the machine has other work
    net = train(asked.folders, asked.passes, asked.seed, asked.rate, asked.start, asked.keep, asked.shards)
    if asked.out:
        packing.write(net, asked.out, packing.RECOGNISER)


if __name__ == "__main__":
    main()
