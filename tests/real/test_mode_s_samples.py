"""The Beast and AVR decoders against captured streams of one airliner's transponder messages.

Oracles: what readsb itself made of the same messages, as SBS lines (one a message, in order) and as its aircraft.json
at six moments. `pytest tests/real/test_mode_s_samples.py -s` prints the shares.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from center.core.events import SECOND, AircraftSeen, Event, Micros
from center.core.geo import distance_m
from center.decode import chunks_of, decode
from tests.center.doubles import Bench
from tests.center.ingest.feeding import events_of, feed_of, only
from tests.center.inlet import listening
from tests.center.links.basin import becomes
from tests.servers import LOOPBACK, free_port

ROOT = Path(os.environ.get("RTCC_SAMPLES") or Path(__file__).parents[2].parent / "shared" / "samples") / "adsb"
STREAMS = {"beast": ROOT / "beast_readsb_pymodes_406B90.bin", "avr": ROOT / "avr_readsb_pymodes_406B90.txt"}
ORACLE = ROOT / "sbs_readsb_pymodes_406B90.txt"
SNAPSHOTS = sorted((ROOT / "aircraft_json").glob("*.json"))

pytestmark = pytest.mark.skipif(
    not (all(path.exists() for path in STREAMS.values()) and ORACLE.exists() and SNAPSHOTS),
    reason=f"the captured aircraft samples are not at {ROOT}",
)

NOW = Micros(1_800_000_000 * SECOND)
M_PER_FT, MPS_PER_KT, MPS_PER_FTMIN = 0.3048, 0.514444, 0.00508
RESOLUTION_M = 6.0
"""A step of 17 bits: 5.1 m north, and less than that east."""

formats = pytest.mark.parametrize("name", STREAMS)


def decoded(name: str, path: Path) -> list[Event]:
    with path.open("rb") as file:
        return list(decode(name, chunks_of(file, 1000), NOW))


def sightings(name: str) -> list[AircraftSeen]:
    return only(AircraftSeen, decoded(name, STREAMS[name]))


def judged() -> list[AircraftSeen]:
    """What readsb said of each message."""
    return only(AircraftSeen, decoded("sbs", ORACLE))


@formats
def test_every_message_is_one_sighting_and_none_is_a_fault(name: str) -> None:
    """As many as readsb had, in the same order, all of the same aircraft; heartbeats are nothing."""
    events = decoded(name, STREAMS[name])
    assert len(events) == len(judged()) == 587
    assert {type(event) for event in events} == {AircraftSeen}
    assert {event.icao for event in only(AircraftSeen, events)} == {"406b90"}


@formats
def test_each_message_says_what_readsb_says_it_says(name: str) -> None:
    """Altitude, callsign and climb are equal; speed and track as far as SBS rounds them; and a place that readsb
    believed is believed, and the same to a hand's breadth."""
    there: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for ours, theirs in zip(sightings(name), judged(), strict=True):
        kind = "MSG,4" if theirs.speed_mps is not None else "MSG,1" if theirs.callsign else "MSG,3"
        there[kind] += 1
        for field in ("altitude_m", "callsign", "climb_mps", "speed_mps", "course_deg"):
            assert (getattr(ours, field) is None) == (getattr(theirs, field) is None), (field, theirs)
        assert ours.callsign == theirs.callsign
        if kind == "MSG,3":
            assert ours.altitude_m == pytest.approx(theirs.altitude_m)
        if kind == "MSG,4":
            assert ours.climb_mps == pytest.approx(theirs.climb_mps)
            assert ours.speed_mps == pytest.approx(theirs.speed_mps, abs=0.51 * MPS_PER_KT)
            assert ours.course_deg == pytest.approx(theirs.course_deg, abs=0.51)
        if theirs.lat is not None and theirs.lon is not None:
            assert ours.lat is not None
            assert ours.lon is not None
            assert distance_m(ours.lat, ours.lon, theirs.lat, theirs.lon) < 0.2
        read[kind] += 1
        there["positions"] += theirs.lat is not None
        read["positions"] += ours.lat is not None
    table = Table("messages", "of readsb", "decoded", title=STREAMS[name].name)
    for kind, count in sorted(there.items()):
        table.add_row(kind, str(count), str(read[kind]))
    Console().print("\n", table)
    assert read["positions"] >= there["positions"]


@formats
def test_places_that_readsb_had_no_trust_in_lie_on_the_track(name: str) -> None:
    """readsb waits for more messages before it tells a place, at the start and behind a gap. Ours, of the same
    messages, are where the aircraft can have been: it flies 254 metres a second, and a replay's moments are not exact
    (the next place that another zone could mean is 600 kilometres away)."""
    trusted = [(one.seen, one.lat, one.lon) for one in judged() if one.seen is not None and one.lat is not None]
    own = 0
    for ours, theirs in zip(sightings(name), judged(), strict=True):
        if ours.lat is None or ours.lon is None or theirs.lat is not None or theirs.seen is None:
            continue
        own += 1
        moment = theirs.seen
        seen, lat, lon = min(trusted, key=lambda one: abs(one[0] - moment))
        assert lon is not None
        assert distance_m(ours.lat, ours.lon, lat, lon) < abs(moment - seen) / SECOND * 254.0 + 500.0
    assert own


@formats
@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda path: path.stem)
def test_readsb_s_own_list_has_the_same_aircraft(name: str, snapshot: Path) -> None:
    """At each of six moments: how many messages had come by then says which was the last."""
    shown = json.loads(snapshot.read_text())
    (aircraft,) = shown["aircraft"]
    until = [one.seen for one in judged() if one.seen is not None]
    heard = sum(moment <= (shown["now"] + 0.0015) * SECOND for moment in until)
    said = sightings(name)[:heard]

    def last(field: str) -> object:
        return [getattr(one, field) for one in said if getattr(one, field) is not None][-1]

    assert said[-1].icao == aircraft["hex"]
    assert last("callsign") == aircraft["flight"].strip()
    assert last("altitude_m") == pytest.approx(aircraft["alt_baro"] * M_PER_FT)
    assert last("speed_mps") == pytest.approx(aircraft["gs"] * MPS_PER_KT, abs=0.06 * MPS_PER_KT)
    assert last("course_deg") == pytest.approx(aircraft["track"], abs=0.006)
    assert last("climb_mps") == pytest.approx(aircraft["geom_rate"] * MPS_PER_FTMIN, abs=1e-3)
    placed = sum(moment <= (shown["now"] - aircraft["seen_pos"] + 0.0015) * SECOND for moment in until)
    lat, lon = [(one.lat, one.lon) for one in said[:placed] if one.lat is not None][-1]
    assert lat is not None
    assert lon is not None
    assert distance_m(lat, lon, aircraft["lat"], aircraft["lon"]) < RESOLUTION_M


@formats
def test_the_stream_reads_the_same_in_any_pieces(name: str) -> None:
    """As it comes from a socket, and cut anywhere between, inside and behind a doubled byte."""
    data = STREAMS[name].read_bytes()
    at_once = events_of(feed_of(name), data)
    for size in (1, 7, 1460):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert events_of(feed_of(name), *pieces) == at_once


@pytest.mark.wire
@formats
def test_a_receiver_s_port_gives_the_center_the_same(name: str) -> None:
    """A receiver on a TCP port sends the capture to whoever connects, as a site file asks for it; the center's own
    picture then has the aircraft where readsb saw it last."""
    data = STREAMS[name].read_bytes()
    port = free_port()
    feed = {"name": "sky", "format": name, "link": "tcp", "connect": f"{LOOPBACK}:{port}"}

    async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for at in range(0, len(data), 999):
            writer.write(data[at : at + 999])
            await writer.drain()
        await read.wait()
        writer.close()

    async def story() -> Bench:
        async with await asyncio.start_server(send, LOOPBACK, port), listening(feed) as inlet:
            await becomes(lambda: inlet.intake.bytes == len(data))
            read.set()
        return inlet.bench

    read = asyncio.Event()
    bench = asyncio.run(story())
    seen = only(AircraftSeen, bench.journal.events)
    assert [(one.lat, one.lon, one.callsign, one.altitude_m, one.speed_mps) for one in seen] == [
        (one.lat, one.lon, one.callsign, one.altitude_m, one.speed_mps) for one in sightings(name)
    ]
    (craft,) = bench.center.picture.aircraft.aircraft.values()
    last = json.loads(SNAPSHOTS[-1].read_text())["aircraft"][0]
    assert (craft.icao, craft.callsign) == (last["hex"], last["flight"].strip())
    assert craft.lat is not None
    assert craft.lon is not None
    assert distance_m(craft.lat, craft.lon, last["lat"], last["lon"]) < RESOLUTION_M
