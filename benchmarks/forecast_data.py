"""Burglaries to try forecasts on: a file of a city's, or the twin's.

Knows: the columns t, x_m, y_m, kind, and how to say which row is not one.
Refuses to know: forecasts.
"""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from center.forecast.grid import Floats

COLUMNS = ("t", "x_m", "y_m", "kind")
DAY_S = 86_400.0
MONDAY = datetime(1970, 1, 5)  # noqa: DTZ001  # local, as the column says
MOST_BAD_SHARE = 0.01
MOST_BAD_SHOWN = 5


class DataError(ValueError):
    """The file cannot be used; the message says which row, and why."""


class Incidents(NamedTuple):
    """Columns in order of time: days since a Monday, metres, kind. `skipped`: rows that were no incident, in words."""

    t: Floats
    x: Floats
    y: Floats
    kind: np.ndarray
    skipped: list[str]

    def of(self, kind: str | None) -> Incidents:
        """Those of one kind, or all."""
        mine = slice(None) if kind is None else self.kind == kind
        return Incidents(self.t[mine], self.x[mine], self.y[mine], self.kind[mine], [])


def read(path: Path) -> Incidents:
    """A CSV, packed or not. Up to a hundredth of its rows may be bad: they are left out, and said. Raises DataError."""
    rows: list[tuple[float, float, float, str]] = []
    bad: list[str] = []
    try:
        for number, row in _lines(path):
            try:
                rows.append(_incident(row))
            except (ValueError, TypeError) as why:
                bad.append(f"{path.name}, row {number}: {why}")
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: {error}") from error
    if len(bad) > max(1, MOST_BAD_SHARE * (len(rows) + len(bad))):
        shown = "\n".join(bad[:MOST_BAD_SHOWN])
        raise DataError(f"{path}: {len(bad)} of {len(rows) + len(bad)} rows are no incidents, the first:\n{shown}")
    if not rows:
        raise DataError(f"{path}: no rows below the heading")
    rows.sort()
    t, x, y = (np.array(column) for column in list(zip(*rows, strict=True))[:3])
    if abs(x).max() <= 360 and abs(y).max() <= 360:
        raise DataError(f"{path}: x_m and y_m look like degrees (row 2: {x[0]}, {y[0]}); metres on a plane are needed")
    return Incidents(t, x, y, np.array([row[3] for row in rows]), bad)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows by their number in the file; the heading is row 1."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    with gzip.open(path, "rt", encoding="utf-8-sig") if packed else path.open(encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise DataError(f"{path}, row 1: no column {', '.join(missing)}; expected {', '.join(COLUMNS)}")
        for row in reader:
            yield reader.line_num, row


def _incident(row: dict[str, str]) -> tuple[float, float, float, str]:
    try:
        moment = datetime.fromisoformat(row["t"])
    except (ValueError, TypeError):
        raise ValueError(f"t is {row['t']!r}, expected a local time such as 2012-05-17T23:40") from None
    where = []
    for name in ("x_m", "y_m"):
        try:
            where.append(float(row[name]))
        except (ValueError, TypeError):
            raise ValueError(f"{name} is {row[name]!r}, expected metres") from None
        if not math.isfinite(where[-1]):
            raise ValueError(f"{name} is {row[name]!r}, expected metres")
    if not row["kind"]:
        raise ValueError("kind is empty")
    return (moment.replace(tzinfo=None) - MONDAY).total_seconds() / DAY_S, where[0], where[1], row["kind"]
