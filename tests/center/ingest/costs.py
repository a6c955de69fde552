"""What decoding costs: `python -m tests.center.ingest.costs` prints the time for each decoder behind the registry.

Knows: how to time a message of each format, best of five, and a hotlist of a million lines.
Refuses to know: what is fast enough; figures depend on the machine.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import perf_counter

from center.core.events import HotlistLoaded
from tests.center.ingest import transponder as say
from tests.center.ingest.feeding import events_of, feed_of, only
from tests.center.ingest.position_feeds import NOW
from tests.center.ingest.test_aircraft_json import craft
from tests.center.ingest.test_aircraft_json import document as sky
from tests.center.ingest.test_beast import frame
from tests.center.ingest.test_damage import SAMPLES, avr
from tests.center.ingest.test_frigate import event as tracked
from tests.center.ingest.test_hikvision import alert
from tests.center.ingest.test_hotlist import HEADER
from tests.center.ingest.test_rekor import group

BEST_OF = 5
MESSAGES = 2000


def best_s(run: Callable[[], object]) -> float:
    def once() -> float:
        started = perf_counter()
        run()
        return perf_counter() - started

    return min(once() for _ in range(BEST_OF))


def one_by_one(name: str, messages: list[bytes]) -> Callable[[], object]:
    """Each message as a datagram, an MQTT payload or a POST brings it."""

    def run() -> None:
        feed = feed_of(name, SAMPLES[name].peer, whole=True)
        for message in messages:
            feed.receive(message, NOW)
            feed.attachments()

    return run


def as_stream(name: str, messages: list[bytes]) -> Callable[[], object]:
    """All of them in pieces of 64 KiB."""
    data = b"".join(messages)
    pieces = [data[at : at + 65_536] for at in range(0, len(data), 65_536)]
    return lambda: events_of(feed_of(name, SAMPLES[name].peer), *pieces)


def reads() -> list[bytes]:
    """Different reads of about three kilobytes, without pictures."""
    path = [{"x": 200 + n, "y": 130, "w": 700, "h": 400, "t": n * 50, "f": n} for n in range(30)]
    told = (group(best_uuid=f"u{n}", uuids=[f"u{n}-{k}" for k in range(12)], plate_path=path) for n in range(MESSAGES))
    return [json.dumps(each).encode() + b"\n" for each in told]


def squitters() -> list[bytes]:
    """One aircraft's positions, velocities and names, as they come from one."""
    told = []
    for turn in range(MESSAGES):
        place = 30.2 + turn / 1e4, -93.2
        me = say.velocity(100, -50, -13) if turn % 2 else say.airborne(place, odd=bool(turn & 2))
        told.append(say.squitter(say.identification("N12LA") if turn % 20 == 9 else me))
    return told


def skies() -> list[bytes]:
    """A document of a hundred aircraft, each of which has moved since the last one."""
    return [
        sky(*(craft(hex=f"a1b2{n:02x}", messages=turn, lat=30 + turn / 1e4) for n in range(100)), now=NOW / 1e6 + turn)
        for turn in range(MESSAGES // 20)
    ]


def main() -> None:
    messages = {
        "sbs": [SAMPLES["sbs"].good.splitlines(keepends=True)[2]] * MESSAGES,
        "beast": [frame(message) for message in squitters()],
        "avr": [avr(message) for message in squitters()],
        "rekor": reads(),
        "frigate": [tracked(id=f"o{n}") + b"\n" for n in range(MESSAGES)],
        "hikvision": [alert(uuid=f"u{n}").encode() for n in range(MESSAGES)],
        "eido": [SAMPLES["eido"].good.splitlines(keepends=True)[0]] * MESSAGES,
        "terminal": [SAMPLES["terminal"].last] * MESSAGES,
    }
    show = sys.stdout.write
    for name, each in messages.items():
        alone, stream = (best_s(way(name, each)) / MESSAGES * 1e6 for way in (one_by_one, as_stream))
        show(f"{name:10} {len(each[-1]):6} bytes  {alone:7.1f} µs a message  {stream:7.1f} µs in a stream\n")
    documents = skies()
    alone = best_s(one_by_one("aircraft-json", documents)) / len(documents) * 1e6
    show(f"aircraft-json {len(documents[-1])} bytes  {alone:.1f} µs a document  {alone / 100:.1f} µs an aircraft\n")
    rows = "".join(f"A{n:06d};LA;stolen;26-{n};F0RD;F150;BLU;2026-03-01;\n" for n in range(1_000_000))
    data = f"{HEADER}\n{rows}#END,1000000\n".encode()
    started = perf_counter()
    (loaded,) = only(HotlistLoaded, events_of(feed_of("hotlist", whole=True), data))
    show(f"hotlist    {len(data) >> 20} MiB, {len(loaded.listings)} listings  {perf_counter() - started:.1f} s\n")


if __name__ == "__main__":
    main()
