"""An hour of the parish: what the other benchmarks feed a center with.

Knows: how to record in memory every byte that a lockstep run's devices sent, with feed, peer and time.
Refuses to know: what is measured with it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from twin.devices.clock import now_us
from twin.lockstep import Lockstep
from twin.scenarios.schema import Scenario, StolenCar, World
from twin.sim import parish

AVERAGE, BUSIEST = "2026-03-12T18:50", "2026-03-12T16:30"
"""Thursday: from here on, after the warm-up, traffic is 1.1 times the day's average, or 1.9 times."""
WARM_UP_S = 900.0
"""Cars need a while to reach the first readers, and deputies to leave the places where the scenario put them."""


class Message(NamedTuple):
    """`at` is microseconds since the epoch."""

    feed: str
    peer: str
    data: bytes
    at: int


class Recorded(NamedTuple):
    """A while of the parish, and the site file of its center as tables."""

    messages: list[Message]
    site: Mapping[str, Any]


def hours(start: str, lasts_s: float, times: int = 1) -> Scenario:
    """The parish from `start` on, with a stolen car in it. `times` as much of everything: units, reads, calls."""
    here = World()
    world = msgspec.structs.replace(
        here,
        units=None if times == 1 else _units(times),
        reads_a_day=here.reads_a_day * times,
        calls_a_day=here.calls_a_day * times,
    )
    theft = StolenCar(at_s=0.5 * lasts_s, name="pickup", origin="Vinton", to="Iowa", reported_after_s=30.0)
    return Scenario(
        name="hours",
        about="Some hours of an ordinary Thursday, and a stolen car.",
        start=start,
        lasts_s=lasts_s,
        seed=7,
        world=world,
        happens=(theft,),
    )


def _units(times: int) -> dict[str, int]:
    return {agency.agency: agency.units * times for agency in parish.load().agencies}


def record(measured_s: float, start: str = AVERAGE) -> Recorded:
    """What the parish's devices say in `measured_s` after the warm-up, with the hotlist in front."""
    messages: list[Message] = []
    scenario = hours(start, WARM_UP_S + measured_s)
    with tempfile.TemporaryDirectory(prefix="rtcc-") as folder:

        def tap(feed: str, peer: str, data: bytes) -> None:
            messages.append(Message(feed, peer, data, setting.epoch + now_us(setting.env)))

        run = Lockstep(scenario, scenario.seed, Path(folder) / "journal.db", tap)
        setting = run.world.setting
        run.run()
    begin = messages[0].at + round(WARM_UP_S * 1e6)
    kept = [one for one in messages if one.at >= begin or one.feed.startswith("hotlist")]
    return Recorded(kept, run.site)
