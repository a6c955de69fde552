"""`[patterns]` of a site file, and the record of what was before the center came.

Knows: the table's keys, and the columns of a record.
Refuses to know: what is made of either.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from center.core.burglary_text import moment
from center.core.pattern_facts import Burglary, Patterns

COLUMNS = ("kind", "lat", "lon", "begins", "ends", "known")
MAX_ROWS = 200_000


class PatternsSettings(Patterns, frozen=True):
    """As the core has it, and `history`: a CSV of earlier reports, relative to the site file."""

    history: str | None = None

    def rostered(self) -> Patterns:
        """Without what the core need not know."""
        return Patterns(**{name: getattr(self, name) for name in Patterns.__struct_fields__})


def past(path: Path) -> tuple[Burglary, ...]:
    """Earlier reports. Columns `kind`, `lat`, `lon`, `begins`, `ends`, `known` (ISO 8601 with an offset), and where
    there are any `report`, `entry`, `target`, `off_m`. Raises ValueError, with the row."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(_rows(csv.DictReader(file), path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"patterns.history: {path}: {error}") from error


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
