"""The SBS decoder against a captured stream, and against what readsb itself made of the same transponder messages.

Oracle: readsb's own aircraft.json at six moments. `pytest tests/real/test_sbs_samples.py -s` prints the shares.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from center.core.events import SECOND, AircraftSeen, Micros
from center.decode import chunks_of, decode
from tests.center.ingest.feeding import events_of, feed_of, only

ROOT = Path(os.environ.get("RTCC_SAMPLES") or Path(__file__).parents[2].parent / "shared" / "samples") / "adsb"
STREAM = ROOT / "sbs_readsb_pymodes_406B90.txt"
SNAPSHOTS = sorted((ROOT / "aircraft_json").glob("*.json"))

pytestmark = pytest.mark.skipif(
    not (STREAM.exists() and SNAPSHOTS), reason=f"the captured aircraft samples are not at {ROOT}"
)

NOW = Micros(1_800_000_000 * SECOND)
M_PER_FT, MPS_PER_KT, MPS_PER_FTMIN = 0.3048, 0.514444, 0.00508


def sightings() -> list[AircraftSeen]:
    with STREAM.open("rb") as file:
        return only(AircraftSeen, decode("sbs", chunks_of(file), NOW))


def last_said(name: str, until: float) -> Any:
    """What the stream had said last of one thing at a moment (seconds since the epoch)."""
    said = [one for one in sightings() if one.seen is not None and one.seen <= (until + 0.0015) * SECOND]
    return [getattr(one, name) for one in said if getattr(one, name) is not None][-1]


def test_every_line_is_one_sighting_and_none_is_a_fault() -> None:
    """As many as there are lines, each with all that its line says."""
    lines = STREAM.read_text().splitlines()
    with STREAM.open("rb") as file:
        events = list(decode("sbs", chunks_of(file, 1000), NOW))
    assert len(events) == len(lines) == 587
    told: Counter[str] = Counter()
    for line, event in zip(lines, events, strict=True):
        assert isinstance(event, AircraftSeen)
        fields = line.split(",")
        assert event.icao == fields[4].lower()
        assert (event.callsign or "") == fields[10].strip()
        given = {
            "altitude": (fields[11], event.altitude_m, M_PER_FT),
            "speed": (fields[12], event.speed_mps, MPS_PER_KT),
            "course": (fields[13], event.course_deg, 1.0),
            "latitude": (fields[14], event.lat, 1.0),
            "longitude": (fields[15], event.lon, 1.0),
            "climb": (fields[16], event.climb_mps, MPS_PER_FTMIN),
        }
        for name, (text, value, unit) in given.items():
            assert (value is None) == (text == ""), (name, line)
            if value is not None:
                assert value == pytest.approx(float(text) * unit, rel=1e-5), (name, line)
        told[f"MSG,{fields[1]}"] += 1
    table = Table("lines", "there", "read", title=STREAM.name)
    for kind, count in sorted(told.items()):
        there = sum(line.startswith(f"{kind},") for line in lines)
        table.add_row(kind, str(there), f"{100 * count / there:.4g} %")
    Console().print("\n", table)


@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda path: path.stem)
def test_readsb_says_the_same_at_that_moment(snapshot: Path) -> None:
    """Position, altitude, callsign, speed, track and climb as readsb knew them then (SBS rounds speed and track)."""
    shown = json.loads(snapshot.read_text())
    (aircraft,) = shown["aircraft"]
    now, placed = shown["now"], shown["now"] - aircraft["seen_pos"]
    assert last_said("icao", now) == aircraft["hex"]
    assert (last_said("lat", placed), last_said("lon", placed)) == (aircraft["lat"], aircraft["lon"])
    assert last_said("altitude_m", now) == pytest.approx(aircraft["alt_baro"] * M_PER_FT)
    assert last_said("callsign", now) == aircraft["flight"].strip()
    assert last_said("speed_mps", now) == pytest.approx(aircraft["gs"] * MPS_PER_KT, abs=0.51 * MPS_PER_KT)
    assert last_said("course_deg", now) == pytest.approx(aircraft["track"], abs=0.51)
    assert last_said("climb_mps", now) == pytest.approx(aircraft["geom_rate"] * MPS_PER_FTMIN, abs=1e-3)


def test_the_stream_reads_the_same_in_any_pieces() -> None:
    """As it comes from a socket."""
    data = STREAM.read_bytes()
    at_once = events_of(feed_of("sbs"), data)
    for size in (1, 7, 1460):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert events_of(feed_of("sbs"), *pieces) == at_once
