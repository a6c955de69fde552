"""The aircraft.json decoder against documents that readsb wrote, and against the SBS lines it sent at the same time.

`pytest tests/real/test_aircraft_json_samples.py -s` prints the share.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from center.core.events import SECOND, AircraftSeen, Event, FeedFaulted, Micros
from center.decode import chunks_of, decode
from tests.center.doubles import Bench
from tests.center.ingest.feeding import events_of, feed_of, only, the
from tests.center.inlet import listening
from tests.center.links.basin import becomes
from tests.center.links.test_poll import ok, serving
from tests.servers import LOOPBACK

ROOT = Path(os.environ.get("RTCC_SAMPLES") or Path(__file__).parents[2].parent / "shared" / "samples") / "adsb"
DOCUMENTS = sorted((ROOT / "aircraft_json").glob("*.json"))
ORACLE = ROOT / "sbs_readsb_pymodes_406B90.txt"

pytestmark = pytest.mark.skipif(
    not (DOCUMENTS and ORACLE.exists()), reason=f"the captured aircraft samples are not at {ROOT}"
)

NOW = Micros(1_800_000_000 * SECOND)
M_PER_FT, MPS_PER_KT, MPS_PER_FTMIN = 0.3048, 1852 / 3600, 0.3048 / 60


def decoded(name: str, path: Path) -> list[Event]:
    with path.open("rb") as file:
        return list(decode(name, chunks_of(file), NOW))


def check(told: AircraftSeen, path: Path) -> None:
    """Every field, against the document read by another JSON reader."""
    document = json.loads(path.read_text())
    (aircraft,) = document["aircraft"]
    assert told.icao == aircraft["hex"]
    assert told.callsign == aircraft["flight"].strip()
    assert (told.lat, told.lon) == (aircraft["lat"], aircraft["lon"])
    assert told.altitude_m == pytest.approx(aircraft["alt_baro"] * M_PER_FT)
    assert told.speed_mps == pytest.approx(aircraft["gs"] * MPS_PER_KT)
    assert told.course_deg == aircraft["track"]
    assert told.climb_mps == pytest.approx(aircraft["geom_rate"] * MPS_PER_FTMIN)
    assert told.seen == pytest.approx((document["now"] - aircraft["seen_pos"]) * SECOND, abs=1)
    assert (told.on_ground, told.squawk) == (False, None)


def test_every_aircraft_is_one_sighting_and_none_is_a_fault() -> None:
    """Document by document, through the registry."""
    for path in DOCUMENTS:
        check(the(AircraftSeen, decoded("aircraft-json", path)), path)
    table = Table("documents", "aircraft", "decoded", title="aircraft_json")
    listed = sum(len(json.loads(path.read_text())["aircraft"]) for path in DOCUMENTS)
    told = sum(len(only(AircraftSeen, decoded("aircraft-json", path))) for path in DOCUMENTS)
    table.add_row(str(len(DOCUMENTS)), str(listed), str(told))
    Console().print("\n", table)
    assert listed == told == len(DOCUMENTS)


def test_each_is_what_the_sbs_lines_said_last() -> None:
    """Position to the last digit; when it was received to 1.5 ms (the document rounds); the rest as SBS rounds it."""
    lines = only(AircraftSeen, decoded("sbs", ORACLE))
    for path in DOCUMENTS:
        told = the(AircraftSeen, decoded("aircraft-json", path))
        placed = [one for one in lines if one.lat is not None and one.seen is not None]
        nearest = min(placed, key=lambda one: abs((one.seen or 0) - (told.seen or 0)))
        assert abs((nearest.seen or 0) - (told.seen or 0)) < 1500
        assert (nearest.lat, nearest.lon) == (told.lat, told.lon)
        assert told.altitude_m == pytest.approx(nearest.altitude_m)


def test_the_same_receiver_asked_again_tells_what_is_new() -> None:
    """Six documents in the order they were written, each twice: six sightings."""
    feed = feed_of("aircraft-json", "receiver:80", whole=True)
    told = only(AircraftSeen, events_of(feed, *(path.read_bytes() for path in DOCUMENTS for _ in range(2))))
    assert len(told) == len(DOCUMENTS)
    for one, path in zip(told, DOCUMENTS, strict=True):
        check(one, path)


@pytest.mark.parametrize("damage", [100, 300, -3])
def test_a_document_cut_short_is_a_fault_and_the_next_is_read(damage: int) -> None:
    """As an answer that a web server gave while readsb wrote. Nothing is believed of it: an age needs its `now`."""
    feed = feed_of("aircraft-json", "receiver:80", whole=True)
    *faults, told = events_of(feed, DOCUMENTS[0].read_bytes()[:damage], DOCUMENTS[1].read_bytes())
    check(the(AircraftSeen, [told]), DOCUMENTS[1])
    assert faults
    assert {type(event) for event in faults} == {FeedFaulted}


@pytest.mark.wire
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_receiver_s_web_server_gives_the_center_the_same(is_packed: bool) -> None:
    """A site file's `poll` link asks a web server that renews the document, plain and gzip; every state is decoded
    once, and the center's own picture has the aircraft as the last one shows it."""

    def serve(_: bytes, number: int) -> bytes:
        body = DOCUMENTS[min(number // 2, len(DOCUMENTS) - 1)].read_bytes()
        return ok(gzip.compress(body), b"Content-Encoding: gzip") if is_packed else ok(body)

    async def story() -> Bench:
        async with serving(serve) as server:
            url = f"http://{LOOPBACK}:{server.port}/data/aircraft.json"
            feed = {"name": "sky", "format": "aircraft-json", "link": "poll", "url": url, "every_s": 0.01}
            async with listening(feed, step_s=50.0) as inlet:  # so long after the last one each document was written
                await becomes(lambda: len(server.requests) > 2 * len(DOCUMENTS) + 1)
        return inlet.bench

    bench = asyncio.run(story())
    told = only(AircraftSeen, bench.journal.events)
    assert len(told) == len(DOCUMENTS)
    for one, path in zip(told, DOCUMENTS, strict=True):
        check(one, path)
    (craft,) = bench.center.picture.aircraft.aircraft.values()
    assert (craft.icao, craft.lat, craft.callsign) == (told[-1].icao, told[-1].lat, told[-1].callsign)
