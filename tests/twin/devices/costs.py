"""What a message costs: `python -m tests.twin.devices.costs` prints microseconds for each encoder and device step.

Knows: how to time them one at a time, best of five.
Refuses to know: what is fast enough; figures depend on the machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from random import Random
from timeit import repeat

from simpy import Environment

from twin.devices import eido, hotlist, nmea, owntracks, rekor, sbs, taip, terminal
from twin.devices.adsb import AdsbReceiver
from twin.devices.antenna import Antenna
from twin.devices.avl import MODELS, AvlRouter
from twin.devices.call_switch import CallSwitch
from twin.devices.carrier import Answered
from twin.devices.crop import plate_crop
from twin.devices.faults import FOREVER_US
from twin.devices.line import Line
from twin.devices.line_quality import PERFECT, LineQuality
from twin.devices.mobile_terminal import Terminal
from twin.devices.ocr import Ocr, read
from twin.devices.plate_reader import PlateReader
from twin.devices.reads import Camera, Candidate, Look
from twin.devices.things import AircraftState, CallFact, Fix, Listing, Passage

EPOCH = 1_772_323_200_000_000
FIX = Fix(0, 30.2266, -93.2174, 17.3, 271.4, 5.2)
PLANE = AircraftState("a1b2c3", "CPSO1", 30.2, -93.2, 600.0, 50.0, 120.0)
CALL = CallFact(0, "c-1", "26-000117", "Vehicle Theft", 2, "+13375550100", 30.2, -93.2, 40.0, "1011 Ryan St", "gone")
CAMERA = Camera("A" * 40, 1000, "I-10 exit 30", 30.2361, -93.2019)
PASSAGE = Passage(0, "v1", "123ABC", "LA", "Ford", "F-150", "white", "truck", 30.2, -93.2, 91.0)
LOOK = Look("Ford", "F-150", "white", "truck-standard", 91.0, 97.0)
LISTING = Listing("123ABC", "LA", "stolen", "26-000117", "Ford", "F-150", "white", 0, 10**12)


class Nowhere:
    """Takes everything, answers everything."""

    def send(self, link: str, peer: str, data: bytes) -> None: ...

    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None:  # noqa: ARG002
        answered(True)

    def cut(self, link: str, peer: str) -> None: ...


def each(step: Callable[[], object], number: int = 20_000) -> float:
    return min(repeat(step, number=number, repeat=5)) / number * 1e6


def stepped(env: Environment, seconds: int, steps: Callable[[], int]) -> float:
    """Microseconds of wall time a device's own step, over `seconds` of its life."""
    before = steps()
    taken = min(repeat(lambda: env.run(until=env.now + seconds * 1_000_000), number=1, repeat=3))
    return taken * 3 / (steps() - before) * 1e6


def encoders() -> dict[str, float]:
    jpeg = plate_crop("123ABC", "LA").jpeg
    ranked = [Candidate("123ABC", 93.0, True), Candidate("128ABC", 81.0, True)]
    said = b'{"v":1,"id":"m1","level":0,"sent":1,"kind":"hit","headline":"STOLEN 123ABC","plate":"123ABC"}'
    return {
        "nmea.rmc": each(lambda: nmea.rmc(EPOCH, FIX)),
        "nmea.gga": each(lambda: nmea.gga(EPOCH, FIX)),
        "nmea.vtg": each(lambda: nmea.vtg(FIX)),
        "taip.rpv": each(lambda: taip.rpv(EPOCH, FIX, "1234")),
        "owntracks.location": each(lambda: owntracks.location(EPOCH, FIX, "12")),
        "sbs.airborne_position": each(lambda: sbs.airborne_position(PLANE, EPOCH, EPOCH)),
        "sbs.velocity": each(lambda: sbs.velocity(PLANE, EPOCH, EPOCH)),
        "rekor.alpr_group": each(lambda: rekor.alpr_group(CAMERA, "r", 1, 2, ranked, "LA", 90.0, LOOK, jpeg)),
        "rekor.vehicle": each(lambda: rekor.vehicle(CAMERA, "r", 1, 2, LOOK)),
        "rekor.heartbeat": each(lambda: rekor.heartbeat(CAMERA, 1, 2, 3, 4)),
        "eido.opened": each(lambda: eido.opened(eido.CPSO_CAD, CALL, EPOCH, 5)),
        "eido.closed": each(lambda: eido.closed(eido.CITY_CAD, CALL, EPOCH, 5, "report taken")),
        "hotlist.encode, a listing of 1000": each(lambda: hotlist.encode([LISTING] * 1000, "v", 0, EPOCH), 10) / 1000,
        "terminal.decode": each(lambda: terminal.decode(said)),
        "terminal.ack": each(lambda: terminal.ack("m1", EPOCH)),
        "crop.plate_crop, drawn": each(lambda: plate_crop.__wrapped__("123ABC", "LA"), 2_000),
        "ocr.read": each(lambda: read("123ABC", "LA", Ocr(), Random(1))) - each(lambda: Random(1)),
    }


def lines() -> dict[str, float]:
    def sent(quality: LineQuality) -> float:
        env = Environment()
        line = Line(env, Nowhere(), "avl", "p", Random(1), quality)

        def thousand() -> None:
            for _ in range(1000):
                line.send(b"x")
            env.run(until=env.now + 10_000_000)

        return each(thousand, 20) / 1000

    mobile = LineQuality(delay_ms=60, jitter_ms=30, loss=0.01, duplicate=0.01, reorder=0.01, damage=0.01)
    return {
        "Line.send, no delay": sent(PERFECT),
        "Line.send, 50 ms": sent(LineQuality(delay_ms=50)),
        "Line.send, stream, 50 ms": sent(LineQuality(transport="stream", delay_ms=50)),
        "Line.send, every trouble": sent(mobile),
    }


def devices() -> dict[str, float]:
    found = {}
    for model in MODELS:
        env = Environment()
        router = AvlRouter(env, "u", model, lambda _: FIX, line_of(env), Random(1), epoch=EPOCH)
        found[f"AvlRouter, {model}"] = stepped(env, 20_000, partial(getattr, router, "reported"))
    env = Environment()
    receiver = AdsbReceiver(
        env, "a", Antenna(30.1, -93.2, 20.0), lambda _: [PLANE] * 4, line_of(env), Random(1), epoch=EPOCH
    )
    found["AdsbReceiver, a line"] = stepped(env, 1000, lambda: receiver.messages)
    env = Environment()
    reader = PlateReader(env, "r", CAMERA, line_of(env), Random(1), epoch=EPOCH)

    def pass_by() -> None:
        reader.on_passage(PASSAGE)
        env.run(until=env.now + 3_000_000)

    found["PlateReader, a passage"] = each(pass_by, 5_000)
    env = Environment()
    switch = CallSwitch(env, "s", eido.CPSO_CAD, line_of(env), Random(1), epoch=EPOCH)

    def call() -> None:
        switch.opened(CALL)
        env.run(until=env.now + 2_000_000)

    found["CallSwitch, a message"] = each(call, 5_000)
    env = Environment()
    terminals = Terminal(env, "u", line_of(env), Random(1), epoch=EPOCH)
    numbers = iter(range(FOREVER_US))

    def show() -> None:
        terminals.receive(b'{"v":1,"id":"%d"}' % next(numbers))
        env.run(until=env.now + 100_000)

    found["Terminal, a message"] = each(show, 5_000)
    return found


def line_of(env: Environment) -> Line:
    return Line(env, Nowhere(), "link", "peer", Random(2))


if __name__ == "__main__":
    for name, cost_us in (encoders() | lines() | devices()).items():
        sys.stdout.write(f"{name:36} {cost_us:8.2f} µs\n")
