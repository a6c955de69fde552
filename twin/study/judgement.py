"""What came of an experiment: each arm over its seeds, and whether the two held of which it was known beforehand.

Knows: what a runaway is, and what is fair in a town whose halves are alike.
Refuses to know: how an arm is lived through.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from twin.study.feedback import ARMS, Arm, Run

RUNAWAY = 0.9
FAIR, FAIR_WITHIN = 0.5, 0.05


class Spread(msgspec.Struct, frozen=True):
    mean: float
    least: float
    most: float


class Outcome(msgspec.Struct, frozen=True):
    """An arm over its seeds. `west`: the west's share of patrols at the end; `apparent`, `told`, `true`: PAI."""

    arm: Arm
    west: Spread
    apparent: Spread
    told: Spread
    true: Spread
    found: Spread


class Expected(msgspec.Struct, frozen=True):
    what: str
    seen: str
    held: bool


def outcomes(runs: Sequence[Run]) -> list[Outcome]:
    """In the order of the arms; of those that were lived through."""
    made = []
    for arm in ARMS:
        mine = [run for run in runs if run.arm == arm.name]
        if mine:
            pai = [run.pai for run in mine]
            made.append(
                Outcome(
                    arm,
                    _spread([run.west for run in mine]),
                    _spread([one.apparent for one in pai]),
                    _spread([one.told for one in pai]),
                    _spread([one.true for one in pai]),
                    _spread([run.found for run in mine]),
                )
            )
    return made


def judged(runs: Sequence[Run]) -> list[Expected]:
    """The mechanism is there, and the default is safe from it: on average of the seeds, since chance sends the patrols
    of any one of them a little to one side."""
    naive = _spread([max(run.west, 1.0 - run.west) for run in runs if run.arm == "naive"]).mean
    default = _spread([run.west for run in runs if run.arm == "default"]).mean
    return [
        Expected(f"naive: at least {RUNAWAY} of the patrols in one half", f"{naive:.3f}", naive >= RUNAWAY),
        Expected(
            f"default: within {FAIR_WITHIN} of the west's fair {FAIR}",
            f"{default:.3f}",
            abs(default - FAIR) <= FAIR_WITHIN,
        ),
    ]


def _spread(values: Sequence[float]) -> Spread:
    return Spread(round(sum(values) / len(values), 4), round(min(values), 4), round(max(values), 4))
