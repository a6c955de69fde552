"""A handful of devices of every kind on bad lines: `python -m tests.twin.devices.small_world` prints a digest a link.

Knows: how to build them from a seed, each with a link and dice of its own, and let them run for ten minutes.
Refuses to know: what is right; the digests are only compared with each other.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

import msgspec
from simpy import Environment

from tests.twin.devices.recorder import EPOCH, SECOND, Recorder
from twin.devices import eido
from twin.devices.adsb import AdsbReceiver
from twin.devices.antenna import Antenna
from twin.devices.avl import MODELS, AvlRouter
from twin.devices.call_switch import CallSwitch
from twin.devices.clock import call_later, now_us
from twin.devices.fault_plan import FaultPlan
from twin.devices.faults import (
    AnyFault,
    Damage,
    Drift,
    Duplicate,
    Jump,
    Loss,
    Misread,
    Partition,
    RebootStorm,
    Reorder,
)
from twin.devices.hotlist_server import HotlistServer
from twin.devices.line import Line
from twin.devices.line_quality import LineQuality
from twin.devices.mobile_terminal import Terminal
from twin.devices.plate_reader import PlateReader
from twin.devices.reads import Camera
from twin.devices.things import AircraftState, CallFact, Fix, Listing, Passage
from twin.streams import Streams

TEN_MINUTES_S = 600
PASSAGE = Passage(0, "v1", "123ABC", "LA", "Ford", "F-150", "white", "truck", 30.2361, -93.2019, 91.0)
CALL = CallFact(0, "c-1", "26-000117", "Crash", 1, "+13375550100", 30.2, -93.2, 900.0, None, "two cars")
PLANE = AircraftState("a1b2c3", "CPSO1", 30.15, -93.2, 600.0, 50.0, 90.0)
WANTED = [Listing(f"{number:03d}ABC", "LA") for number in range(20)]
NAMES = tuple(f"avl/{model}" for model in MODELS) + tuple(
    f"{kind}/{number}" for kind in ("lpr", "cad", "adsb", "hotlist", "terminal") for number in (1, 2)
)
FAULTS: tuple[AnyFault, ...] = (
    Loss(on="line/*", rate=0.1),
    Damage(on="line/*", rate=0.1),
    Duplicate(on="line/*", rate=0.1),
    Reorder(on="line/*", rate=0.1),
    Partition(on="line/avl*", from_s=100, for_s=60),
    Jump(on="avl/*", by_m=1000, share=0.2),
    Drift(on="avl/taip", from_s=50, rate_mps=1),
    Misread(on="lpr/*", times=3),
    RebootStorm(on="lpr/2", from_s=300, for_s=200),
)


class SmallWorld:
    """Devices by name, each on the link of its name."""

    def __init__(self, seed: int, names: Iterable[str] = NAMES, faults: Iterable[AnyFault] = FAULTS) -> None:
        self.env = Environment()
        self.recorder = Recorder(self.env)
        self._streams = Streams(seed)
        self._plan = FaultPlan(faults)
        for name in names:
            self._add(name)

    def digests(self) -> dict[str, str]:
        """What each link carried in ten minutes."""
        self.env.run(until=TEN_MINUTES_S * SECOND)
        links = sorted({message.link for message in self.recorder.carried})
        return {link: self.recorder.digest(link) for link in links}

    def _line(self, name: str, transport: str) -> Line:
        quality = msgspec.convert({"transport": transport, "delay_ms": 40, "jitter_ms": 20}, LineQuality)
        line_name = f"line/{name.replace('/', '-')}"
        return Line(
            self.env, self.recorder, name, f"peer/{name}", self._streams.of("line", line_name), quality,
            faults=self._plan.of(line_name),
        )  # fmt: skip

    def _add(self, name: str) -> None:
        kind, _, model = name.partition("/")
        env, dice, faults = self.env, self._streams.of(kind, name), self._plan.of(name)
        if kind == "avl":
            line = self._line(name, "stream" if model == "nmea-tcp" else "datagram")
            AvlRouter(env, name, model, _driving, line, dice, epoch=EPOCH, faults=faults)
        elif kind == "lpr":
            camera = Camera("K" * 40, int(model), name, 30.2361, -93.2019)
            line = self._line(name, "request")
            reader = PlateReader(env, name, camera, line, dice, epoch=EPOCH, faults=faults)
            for at_s in range(0, TEN_MINUTES_S, 7):
                call_later(env, at_s * SECOND, self._pass, reader)
        elif kind == "cad":
            switch = CallSwitch(env, name, eido.CPSO_CAD, self._line(name, "request"), dice, epoch=EPOCH, faults=faults)
            for at_s in range(0, TEN_MINUTES_S, 30):
                call_later(env, at_s * SECOND, switch.opened, CALL)
        elif kind == "adsb":
            line = self._line(name, "stream")
            AdsbReceiver(
                env, name, Antenna(30.1, -93.2, 20.0), lambda _: [PLANE], line, dice, epoch=EPOCH, faults=faults
            )
        elif kind == "hotlist":
            line = self._line(name, "datagram")
            HotlistServer(env, name, lambda _: WANTED, line, dice, epoch=EPOCH, every_us=120 * SECOND, faults=faults)
        else:
            terminal = Terminal(env, name, self._line(name, "datagram"), dice, epoch=EPOCH, faults=faults)
            for at_s in range(0, TEN_MINUTES_S, 20):
                call_later(env, at_s * SECOND, terminal.receive, b'{"v":1,"id":"m%d"}' % at_s)

    def _pass(self, reader: PlateReader) -> None:
        reader.on_passage(msgspec.structs.replace(PASSAGE, at_us=now_us(self.env)))


def _driving(at_us: int) -> Fix:
    return Fix(at_us, 30.2 + at_us / 1e12, -93.2, 20.0, 0.0, 5.0)


if __name__ == "__main__":
    for link, digest in SmallWorld(int(sys.argv[1])).digests().items():
        sys.stdout.write(f"{link} {digest}\n")
