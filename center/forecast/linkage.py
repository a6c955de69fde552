"""Series: which burglaries belong together, how likely that is, and why.

Knows: how likely two burglaries are one crew's, by how far apart they are in place, days and hours and whether they are
alike in method, and how to make groups of pairs without letting one chain of coincidences join everything.
Refuses to know: who did it; a plate, a name or a person enters nowhere. A detective confirms or splits.

The weights were learned on the twin's crews (`python -m benchmarks.forecast --series` learns them again), which are an
assumption about crews; a site with solved series of its own should learn its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial import cKDTree
from scipy.spatial.distance import squareform
from scipy.special import expit, logit

from center.forecast.grid import Floats, Ints

NEAR_M, SOON_DAYS = 4_000.0, 45.0
"""Pairs farther apart than this are not looked at."""
LIKELY = 0.5
"""Groups are joined while their members are, on average of log odds, likelier together than not."""
SURE = 0.98
"""One pair says no more than this, whatever it says, and no less than its complement."""
NEVER = 1e9
"""So far apart that no average over the largest group comes near the threshold."""
MOST = 400
"""Of more burglaries the last ones are looked at."""
REASONS = ("near", "soon", "same hours", "same way in", "same goods", "same kind")


class Acts(NamedTuple):
    """Burglaries: metres, days with fractions (the middle of the window), how long the window is in hours, and codes of
    kind, entry and target, -1 where not known."""

    x: Floats
    y: Floats
    t: Floats
    window_h: Floats
    kind: Ints
    entry: Ints
    target: Ints


class Pairs(NamedTuple):
    """`one` < `other`; `told` (pairs, reasons) is what speaks for them, each by itself."""

    one: Ints
    other: Ints
    told: Floats


class Series(NamedTuple):
    """`members` are rows; `likely`: the mean probability of its pairs; `why`: reasons with what each adds to the log
    odds of a mean pair, the weightiest first."""

    members: tuple[int, ...]
    likely: float
    why: tuple[tuple[str, float], ...]


WEIGHTS = (-0.7, -1.85, 1.95, 0.6, 0.8, 1.1)
BIAS = 0.25


def pairs(acts: Acts) -> Pairs:
    """All pairs that are near and soon enough to be worth a look."""
    scaled = np.stack([acts.x / NEAR_M, acts.y / NEAR_M, acts.t / SOON_DAYS], axis=1)
    found = cKDTree(scaled).query_pairs(3.0**0.5, output_type="ndarray").astype(np.int64)
    one, other = found[np.lexsort((found[:, 1], found[:, 0]))].T
    metres = np.hypot(acts.x[one] - acts.x[other], acts.y[one] - acts.y[other])
    days = np.abs(acts.t[one] - acts.t[other])
    close = (metres <= NEAR_M) & (days <= SOON_DAYS)
    one, other, metres, days = one[close], other[close], metres[close], days[close]
    told = np.stack(
        [
            np.log1p(metres / 200.0),
            np.log1p(days),
            _same_hours(acts, one, other),
            *(_alike(codes, one, other) for codes in (acts.entry, acts.target, acts.kind)),
        ],
        axis=1,
    )
    return Pairs(one, other, told)


def _same_hours(acts: Acts, one: Ints, other: Ints) -> Floats:
    """1 at the same hour of the day, -1 twelve hours apart, nearer 0 the longer the windows are."""
    apart = np.cos(2 * np.pi * (acts.t[one] - acts.t[other]))
    blur = np.exp(-(acts.window_h[one] + acts.window_h[other]) / 12.0)
    same: Floats = apart * blur
    return same


def _alike(codes: Ints, one: Ints, other: Ints) -> Floats:
    """How much rarer than chance it is that both have this mark; below zero where they differ; 0 where unknown."""
    known = codes[codes >= 0]
    share = (np.bincount(known, minlength=max(int(codes.max(initial=0)) + 1, 1)) + 0.5) / (len(known) + 1.0)
    alike = np.where(codes[one] == codes[other], -np.log(share[codes[one]]), -1.0)
    told: Floats = np.where((codes[one] >= 0) & (codes[other] >= 0), alike, 0.0)
    return told


def likely(told: Floats, weights: tuple[float, ...] = WEIGHTS, bias: float = BIAS) -> Floats:
    """The probability that each pair is one crew's."""
    return np.asarray(expit(told @ np.array(weights) + bias), dtype=np.float64)


def series(
    acts: Acts,
    least: int = 3,
    weights: tuple[float, ...] = WEIGHTS,
    bias: float = BIAS,
    *,
    together: Sequence[Sequence[int]] = (),
    apart: Sequence[tuple[int, int]] = (),
) -> list[Series]:
    """Groups of so many or more, the likeliest first. A burglary joins a group by what all of its members say. Rows
    that a detective put `together` stay so, and no group holds a pair that was set `apart`."""
    count = len(acts.t)
    if count < least:
        return []
    found = pairs(acts)
    odds = np.full((count, count), logit(1.0 - SURE))
    sure = np.clip(likely(found.told, weights, bias), 1.0 - SURE, SURE)
    odds[found.one, found.other] = odds[found.other, found.one] = logit(sure)
    distance = logit(SURE) - odds
    for rows in together:  # to all others they are as near as the nearest of them
        nearest = distance[rows].min(axis=0)
        distance[rows], distance[:, rows] = nearest, nearest[:, None]
        distance[np.ix_(rows, rows)] = 0.0
    for row, col in apart:
        distance[row, col] = distance[col, row] = NEVER
    np.fill_diagonal(distance, 0.0)
    joined = linkage(squareform(distance, checks=False), "average")
    group = fcluster(joined, logit(SURE) - logit(LIKELY), "distance")
    out = [_told(np.flatnonzero(group == number), found, sure, weights) for number in range(1, int(group.max()) + 1)]
    kept = [one for one in out if len(one.members) >= least]
    return sorted(kept, key=lambda one: (-one.likely * len(one.members), one.members))


def _told(members: Ints, found: Pairs, sure: Floats, weights: tuple[float, ...]) -> Series:
    within = np.isin(found.one, members) & np.isin(found.other, members)
    if not within.any():
        return Series(tuple(members.tolist()), 0.0, ())
    added = (found.told[within].mean(axis=0) - found.told.mean(axis=0)) * np.array(weights)
    order = np.argsort(-added, kind="stable").tolist()
    why = tuple((REASONS[number], round(float(added[number]), 2)) for number in order if added[number] > 0)
    return Series(tuple(members.tolist()), float(sure[within].mean()), why)
