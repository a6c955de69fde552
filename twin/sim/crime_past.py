"""The reports from before a world begins, as a sheriff's office exports them.

Knows: which version of a case stood on the day of the export, and the columns that a center reads (docs/patterns.md).
Refuses to know: what truly happened, and what is told afterwards.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from twin.sim.crime_history import History
from twin.sim.crime_records import report
from twin.sim.geometry import Plane
from twin.sim.homes import Homes

COLUMNS = ("report", "kind", "lat", "lon", "begins", "ends", "known", "entry", "target", "off_m")
OFF_M = 30


def write(path: Path, made: History, before_us: int, homes: Homes, plane: Plane, start: datetime) -> int:
    """All cases that were told before the moment `before_us` of a history whose start is `start`, with an offset; how
    many. Of a case the last version counts, what was unfounded is left out, and what two systems were told is one row.
    Raises OSError."""
    rows = made.reports[made.reports["known_us"] < before_us]
    about = made.about[made.reports["known_us"] < before_us]
    key = rows["case"].astype(np.int64) * 2 + rows["cad"]
    last: dict[int, int] = {int(one): place for place, one in enumerate(key.tolist())}
    told: dict[int, None] = {}
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for row in sorted(last.values()):
            one = report(rows[row], homes)
            whose = int(about[row])
            if one.status == "unfounded" or (whose >= 0 and whose in told):
                continue
            told[whose] = None
            lat, lon = plane.latlon(one.x, one.y)
            times = (_iso(start, at) for at in (one.from_us, one.to_us, one.known_us))
            place = f"{lat:.6f}", f"{lon:.6f}"
            out.writerow((f"past/{one.cad}-{one.case}", one.kind, *place, *times, one.entry, one.target, OFF_M))
            count += 1
    return count


def _iso(start: datetime, at_us: int) -> str:
    return (start.astimezone(UTC) + timedelta(microseconds=at_us)).isoformat()
