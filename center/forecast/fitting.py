"""How much each feature counts: learned from what happened after it.

Knows: the Poisson likelihood of counts that are a sum of features with weights of zero or more, and its maximum by EM.
Refuses to know: what a feature means.

Each step shares every event out over the features by how much they foretold it, and sets each weight to what it
got over what it had promised. The likelihood never falls, and no weight falls below zero.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from center.forecast.basis import Basis, Queue
from center.forecast.grid import Floats, Ints
from center.forecast.reports import Reports, Rows, shared_out

STEPS = 300
MOST_BURN_IN_DAYS = 365
BLOCK_CELLS = 5
BLOCK_DAYS = 120
"""How long blocks of cells are watched to learn how much counts scatter."""
WEEK = 7


class Past(NamedTuple):
    """What there was to foretell, and what there was to foretell it by. `days` are those that are foretold; `rates`
    (features, days) are the features' totals before each; `seen` (features, events) what they were where each event was
    to happen, `weight` what share of it, `day` its place in `days`. `blocks`, `in_blocks`: for the last days, features
    by block (days, features, blocks) and what happened there (days, blocks)."""

    days: Ints
    rates: Floats
    seen: Floats
    weight: Floats
    day: Ints
    blocks: Floats
    in_blocks: Floats


def gone_through(basis: Basis, reports: Reports, until: int) -> Past:
    """Carry an empty basis through the reports up to the day `until`, and keep what it would have said each day."""
    rows = shared_out(reports)
    rows = rows.pick(basis.grid.inside(rows.x, rows.y))
    targets = _in_order(rows, basis)
    block_of = _blocks(basis)
    first = basis.first_day + min(MOST_BURN_IN_DAYS, (until - basis.first_day) // 2)
    days = np.arange(first, until)
    rates = np.zeros((basis.count, len(days)))
    seen: list[Floats] = []
    blocks, in_blocks = [], []
    known_from = np.searchsorted(rows.known, np.arange(basis.day, until + 1))
    happened_from = np.searchsorted(targets.day, np.arange(basis.day, until + 1))
    start = basis.day
    queue = Queue(basis, rows)
    for day in range(start, until):
        here = slice(happened_from[day - start], happened_from[day - start + 1])
        if day >= first:
            rates[:, day - first] = basis.total()
            if here.stop > here.start:
                seen.append(basis.rates(targets.cell[here]))
            if day >= until - BLOCK_DAYS:
                blocks.append(basis.rates() @ block_of)
                in_blocks.append(counted(targets.cell[here], targets.weight[here], len(basis.cells)) @ block_of)
        basis.next_day()
        queue.take(*known_from[day - start : day - start + 2].tolist())
    late = targets.day >= first
    return Past(
        days,
        rates,
        np.concatenate(seen, axis=1) if seen else np.zeros((basis.count, 0)),
        targets.weight[late],
        targets.day[late] - first,
        np.array(blocks),
        np.array(in_blocks),
    )


class _Targets(NamedTuple):
    """What is to be foretold: `cell` by its place in the mask."""

    cell: Ints
    day: Ints
    weight: Floats


def _in_order(rows: Rows, basis: Basis) -> _Targets:
    """In order of the day it happened."""
    cell = basis.places(rows)
    order = np.argsort(rows.day, kind="stable")
    order = order[cell[order] >= 0]
    return _Targets(cell[order], rows.day[order], rows.weight[order])


def _blocks(basis: Basis) -> csr_array:
    """Which cell of the mask is in which square block, as a matrix of ones (cells, blocks)."""
    row, col = np.divmod(basis.cells, basis.grid.cols)
    number = (row // BLOCK_CELLS) * basis.grid.cols + col // BLOCK_CELLS
    many, block = np.unique(number, return_inverse=True)
    ones = np.ones(len(block))
    return csr_array((ones, (np.arange(len(block)), block)), (len(block), len(many)))


def counted(number: Ints, weight: Floats, many: int) -> Floats:
    """The sum of weights by number, for so many numbers."""
    sums: Floats = np.bincount(number, weight, many).astype(np.float64)
    return sums


def weekly(past: Past) -> Floats:
    """The factor of each day of the week (day number modulo 7), 1 on average; few events say little."""
    counts = counted(past.days[past.day] % WEEK, past.weight, WEEK)
    shares = np.bincount(past.days % WEEK, minlength=WEEK) / max(len(past.days), 1)
    expected = counts.sum() * shares
    factors: Floats = (counts + 20.0) / (expected + 20.0)
    factors /= float((factors * shares).sum() or 1.0)
    return factors


def weights(past: Past, factors: Floats, steps: int = STEPS) -> Floats:
    """The weights under which what happened was likeliest."""
    promised = past.rates @ factors[past.days % WEEK]
    useful = np.flatnonzero((promised > 0) & (past.seen @ past.weight > 0))
    found = np.zeros(len(promised))
    if not len(useful):
        return found
    seen, promised = np.ascontiguousarray(past.seen[useful]), promised[useful]
    told = seen.any(axis=0)
    seen, count = seen[:, told], past.weight[told]
    now = np.full(len(useful), count.sum() / promised.sum())
    for _ in range(steps):
        now *= (seen @ (count / (now @ seen))) / promised
    found[useful] = now
    return found
