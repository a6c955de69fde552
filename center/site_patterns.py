"""`[patterns]` of a site file, the record of what was before the center came, and how many premises are where.

Knows: the table's keys, and the columns of both files.
Refuses to know: what is made of either.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from center.core.burglary_text import moment
from center.core.pattern_facts import Burglary, Patterns, Premises

COLUMNS = ("kind", "lat", "lon", "begins", "ends", "known")
MAX_ROWS = 200_000


class PatternsSettings(Patterns, frozen=True):
    """As the core has it, and two CSV files, relative to the site file: `history`, of earlier reports, and `premises`,
    of how many there are of what can be broken into."""

    history: str | None = None
    premises: str | None = None

    def rostered(self) -> Patterns:
        """Without what the core need not know."""
        return Patterns(**{name: getattr(self, name) for name in Patterns.__struct_fields__})


class Record(NamedTuple):
    """What a forecaster is given besides questions."""

    past: tuple[Burglary, ...] = ()
    premises: tuple[Premises, ...] = ()


def record(settings: PatternsSettings, folder: Path) -> Record:
    """The files that a site names, read. Raises ValueError, with the row."""
    return Record(
        past(folder / settings.history) if settings.history else (),
        premises(folder / settings.premises) if settings.premises else (),
    )


def past(path: Path) -> tuple[Burglary, ...]:
    """Earlier reports. Columns `kind`, `lat`, `lon`, `begins`, `ends`, `known` (ISO 8601 with an offset), and where
    there are any `report`, `entry`, `target`, `off_m`. Raises ValueError, with the row."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(_rows(csv.DictReader(file), path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"patterns.history: {path}: {error}") from error


def premises(path: Path) -> tuple[Premises, ...]:
    """Columns `lat`, `lon`, and one for each kind of burglary with how many there are at the place, such as an
    assessor's address points. Raises ValueError, with the row."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _counted(csv.reader(file), path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"patterns.premises: {path}: {error}") from error


def _counted(reader: Iterator[list[str]], path: Path) -> tuple[Premises, ...]:
    heading = next(reader, [])
    if heading[:2] != ["lat", "lon"] or len(heading) < 3 or len(set(heading)) < len(heading):
        raise ValueError(f"patterns.premises: {path}, row 1: the columns are lat, lon, and one for each kind")
    found: list[tuple[float, ...]] = []
    for number, row in enumerate(reader, 2):
        where = f"patterns.premises: {path}, row {number}"
        if number > MAX_ROWS:
            raise ValueError(f"{where}: more than {MAX_ROWS:,} rows")
        try:
            values = tuple(float(text or 0) for text in row)
        except ValueError:
            raise ValueError(f"{where}: not a number in every column") from None
        if len(values) != len(heading) or not (abs(values[0]) <= 90 and abs(values[1]) <= 180):
            raise ValueError(f"{where}: lat, lon are degrees, and every kind has a count")
        if not all(0 <= many < math.inf for many in values[2:]):
            raise ValueError(f"{where}: a count is none or more")
        found.append(values)
    lat, lon, *counts = zip(*found, strict=True) if found else [()] * len(heading)
    return tuple(Premises(kind, lat, lon, many) for kind, many in zip(heading[2:], counts, strict=True))


def _rows(reader: csv.DictReader[str], path: Path) -> Iterator[Burglary]:
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ValueError(f"patterns.history: {path}, row 1: no column {', '.join(missing)}")
    for row in reader:
        where = f"patterns.history: {path}, row {reader.line_num}"
        if reader.line_num > MAX_ROWS:
            raise ValueError(f"{where}: more than {MAX_ROWS:,} rows")
        begins, ends, known = (moment(row[name] or "") for name in ("begins", "ends", "known"))
        try:
            lat, lon, off_m = float(row["lat"]), float(row["lon"]), float(row.get("off_m") or 30.0)
        except (TypeError, ValueError):
            raise ValueError(f"{where}: lat, lon or off_m is no number") from None
        if begins is None or ends is None or known is None or not begins <= ends:
            raise ValueError(f"{where}: begins, ends and known are times such as 2026-01-02T03:04-06:00, in this order")
        if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 <= off_m <= 2_000):
            raise ValueError(f"{where}: lat, lon are degrees, off_m metres up to 2,000")
        yield Burglary(
            report=row.get("report") or f"past/{reader.line_num}",
            kind=row["kind"] or "other",
            lat=lat,
            lon=lon,
            begins=begins,
            ends=ends,
            known=known,
            off_m=off_m,
            entry=row.get("entry") or "",
            target=row.get("target") or "",
        )
