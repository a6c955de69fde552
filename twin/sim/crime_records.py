"""What a burglary is, and what a report of one says.

Knows: the two sides as rows of arrays and as values: what happened, which only the truth log may hold, and what a CAD
system is told, which holds nothing of the truth.
Refuses to know: where either comes from.

Times are microseconds since a start that whoever makes the rows names. Marks of method are indices in `ENTRIES` and
`TARGETS`, kinds in `profiles.KINDS`.
"""

from __future__ import annotations

from random import Random
from typing import Literal, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from twin.sim.geometry import Floats
from twin.sim.homes import Homes
from twin.sim.profiles import KINDS, Kind, load

Rows = NDArray[np.void]
Cad = Literal["county", "cities"]
Status = Literal["open", "corrected", "unfounded"]
CADS: tuple[Cad, ...] = ("county", "cities")
STATUSES: tuple[Status, ...] = ("open", "corrected", "unfounded")
NONE = -1

ENTRIES = tuple(sorted({mark for kind in KINDS for mark in load().kinds[kind].entry}))
TARGETS = tuple(sorted({mark for kind in KINDS for mark in load().kinds[kind].target}))

BURGLARY = np.dtype(
    [
        *(("at_us", "i8"), ("kind", "u1"), ("premise", "i4"), ("entry", "u1"), ("target", "u1")),
        *(("crew", "i4"), ("parent", "i4")),
    ]
)
"""What happened. `crew`: whose spree it is part of, `parent`: the row of the one it followed from; NONE where there is
none."""

REPORT = np.dtype(
    [
        *(("case", "i4"), ("version", "u1"), ("cad", "u1"), ("status", "u1"), ("kind", "u1")),
        *(("known_us", "i8"), ("from_us", "i8"), ("to_us", "i8")),
        *(("premise", "i4"), ("x", "f8"), ("y", "f8"), ("entry", "u1"), ("target", "u1")),
    ]
)
"""One version of a report, as a CAD system has it from `known_us` on: it happened between `from_us` and `to_us` at the
address of `premise`, which was located at (x, y), metres. `case` is unique in its `cad` (index in `CADS`)."""

SIGHTING = np.dtype([("burglary", "i4"), ("premise", "i4"), ("at_us", "i8")])
"""A doorbell camera at `premise` has something of a burglary (a row) at `at_us`."""


class Burglary(NamedTuple):
    """One row of BURGLARY as a value, with names instead of indices."""

    name: str
    kind: Kind
    at_us: int
    premise: int
    entry: str
    target: str
    crew: str | None
    parent: str | None


class Report(NamedTuple):
    """One row of REPORT as a value, with names instead of indices, and the address as recorded."""

    case: int
    version: int
    cad: Cad
    status: Status
    kind: Kind
    known_us: int
    from_us: int
    to_us: int
    premise: int
    address: str
    x: float
    y: float
    entry: str
    target: str


def report(row: np.void, homes: Homes) -> Report:
    """The value of a row of REPORT."""
    return Report(
        case=int(row["case"]),
        version=int(row["version"]),
        cad=CADS[row["cad"]],
        status=STATUSES[row["status"]],
        kind=KINDS[row["kind"]],
        known_us=int(row["known_us"]),
        from_us=int(row["from_us"]),
        to_us=int(row["to_us"]),
        premise=int(row["premise"]),
        address=homes.address(int(row["premise"])),
        x=float(row["x"]),
        y=float(row["y"]),
        entry=ENTRIES[row["entry"]],
        target=TARGETS[row["target"]],
    )


def marks(weights: dict[str, float], names: tuple[str, ...]) -> Floats:
    """The share of each of `names`, summed up."""
    shares = np.array([weights.get(name, 0.0) for name in names])
    cumulative: Floats = np.cumsum(shares / shares.sum())
    return cumulative


def draw_marks(kind: Kind, count: int, dice: Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """How so many burglars of a kind get in, and what they take."""
    volume = load().kinds[kind]
    drawn = [
        np.searchsorted(marks(weights, names), dice.random(count), side="right").astype(np.uint8)
        for weights, names in ((volume.entry, ENTRIES), (volume.target, TARGETS))
    ]
    return drawn[0], drawn[1]


def draw_mark(weights: dict[str, float], names: tuple[str, ...], dice: Random) -> int:
    """How one burglar gets in, or what they take."""
    return dice.choices(range(len(names)), [weights.get(name, 0.0) for name in names])[0]
