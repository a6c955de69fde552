"""Linking burglaries of one crew, on the twin's crews: learned on its earlier half, tried on the later.

Knows: which reports are truly one crew's.
Refuses to know: how pairs are weighed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.forecast_twin import history
from center.forecast import linkage
from center.forecast.grid import Floats
from center.forecast.linkage import Acts
from twin.sim.profiles import DAY_US, HOUR_US

STEPS = 60
WINDOW_DAYS = 30.0
"""Series are sought among so many days' burglaries at a time."""


def series(days: int) -> dict[str, Any]:
    """Pair AUC, and precision and recall of pairs within the groups that are made."""
    made, _ = history(days)
    first = np.flatnonzero((made.reports["version"] == 1) & (made.about >= 0))
    _, once = np.unique(made.about[first], return_index=True)
    rows = first[np.sort(once)]
    told, crew = made.reports[rows], made.burglaries["crew"][made.about[rows]]
    middle = (told["from_us"] + told["to_us"]) / 2 / DAY_US
    window = (told["to_us"] - told["from_us"]) / HOUR_US
    codes = (told[name].astype(np.int64) for name in ("kind", "entry", "target"))
    acts = Acts(told["x"], told["y"], middle, window, *codes)
    half = middle < days / 2
    learned = _learned(*_pairs(_pick(acts, half), crew[half]))
    told_later, same_later = _pairs(_pick(acts, ~half), crew[~half])
    result: dict[str, Any] = {
        "burglaries": len(rows),
        "pairs": len(same_later),
        "same": int(same_later.sum()),
        "learned": {"weights": [round(one, 3) for one in learned[:-1].tolist()], "bias": round(float(learned[-1]), 3)},
        "auc_shipped": _auc(linkage.likely(told_later), same_later),
        "auc_learned": _auc(linkage.likely(told_later, tuple(learned[:-1].tolist()), float(learned[-1])), same_later),
        "auc_distance_and_time_only": _auc(-told_later[:, 0] - told_later[:, 1], same_later),
        "by_tenth": _reliability(linkage.likely(told_later), same_later),
    }
    return result | _groups(_pick(acts, ~half), crew[~half])


def _pick(acts: Acts, which: np.ndarray) -> Acts:
    return Acts(*(column[which] for column in acts))


def _pairs(acts: Acts, crew: np.ndarray) -> tuple[Floats, np.ndarray]:
    found = linkage.pairs(acts)
    same = (crew[found.one] == crew[found.other]) & (crew[found.one] >= 0)
    return found.told, same


def _learned(told: Floats, same: np.ndarray) -> Floats:
    """Logistic regression by Newton's steps, with a little ridge."""
    x = np.column_stack([told, np.ones(len(told))])
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (same - p) - 1e-3 * weights
        curve = (x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(x.shape[1])
        weights += np.linalg.solve(curve, slope)
    return weights


def _auc(score: Floats, same: np.ndarray) -> float:
    """The chance that a pair of one crew's scores higher than another."""
    order = np.argsort(score, kind="stable")
    rank = np.empty(len(score))
    rank[order] = np.arange(1, len(score) + 1)
    yes = int(same.sum())
    return float((rank[same].sum() - yes * (yes + 1) / 2) / (yes * (len(same) - yes)))


def _reliability(likely: Floats, same: np.ndarray) -> list[dict[str, float]]:
    tenth = np.minimum((likely * 10).astype(int), 9)
    groups = [np.flatnonzero(tenth == number) for number in range(10)]
    return [
        {"said": float(likely[group].mean()), "was": float(same[group].mean()), "pairs": len(group)}
        for group in groups
        if len(group)
    ]


def _groups(acts: Acts, crew: np.ndarray) -> dict[str, Any]:
    """Month by month: of the pairs put into one series, how many are; of those that are and were in reach, how many
    were put."""
    right = put = there = largest = 0
    for begin in np.arange(acts.t.min(), acts.t.max(), WINDOW_DAYS).tolist():
        which = np.flatnonzero((acts.t >= begin) & (acts.t < begin + WINDOW_DAYS))
        for one in linkage.series(_pick(acts, which)):
            mine = crew[which[list(one.members)]]
            same = (mine[:, None] == mine) & (mine[:, None] >= 0)
            right += int((same.sum() - (mine >= 0).sum()) // 2)
            put += len(mine) * (len(mine) - 1) // 2
            largest = max(largest, len(mine))
        _, counts = np.unique(crew[which][crew[which] >= 0], return_counts=True)
        there += int((counts * (counts - 1) // 2)[counts >= 3].sum())
    return {"precision": right / max(put, 1), "recall": right / max(there, 1), "largest": largest}
