"""Promise A: (source, scenario, seed) gives the same run in lockstep, whatever the process and its PYTHONHASHSEED.

To see these tests fail: iterate over a set in the core, the twin or a decoder; draw from a stream that two devices
share; keep anything between two runs of one process; or let a wall clock into either side.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from tests.promises.play import SCENARIOS, played
from twin.devices.clock import now_us
from twin.lockstep import Lockstep
from twin.scenarios.loader import load
from twin.scenarios.schema import Scenario
from twin.sim import parish
from twin.truth import Fact

TWICE = (*SCENARIOS, "stolen-car")


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("hash_seed", ["1", "random"])
def test_the_same_seed_gives_the_same_run(name: str, hash_seed: str, runs: Path) -> None:
    """The journal's digest, every effect, and all that an operator saw in the end, in three processes."""
    number = SCENARIOS.index(name)
    assert played(runs, hash_seed, *SCENARIOS)[number].came_to == played(runs, "0", *TWICE)[number].came_to


def test_a_second_run_in_one_process_is_the_same(runs: Path) -> None:
    """Nothing is left of the runs before."""
    first = played(runs, "0", *TWICE)
    assert first[-1].came_to == first[SCENARIOS.index("stolen-car")].came_to


def test_another_seed_gives_another_run(runs: Path) -> None:
    """The dice decide, not habit."""
    (other,) = played(runs, "0", "wrongful-stop", seed=8)
    assert other.digest != played(runs, "0", *TWICE)[SCENARIOS.index("wrongful-stop")].digest


class History(NamedTuple):
    """Of a run: every message by link and peer, with its moment, and every fact, but for those of one unit, whose
    messages are only counted."""

    messages: dict[tuple[str, str], list[tuple[int, bytes]]]
    facts: list[Fact]
    of_the_unit: int


def history(scenario: Scenario, journal: Path, but: str) -> History:
    messages: dict[tuple[str, str], list[tuple[int, bytes]]] = defaultdict(list)
    of_the_unit: list[bytes] = []

    def tap(link: str, peer: str, data: bytes) -> None:
        if but in peer or but.encode() in data:
            of_the_unit.append(data)
        else:
            messages[link, peer].append((now_us(run.world.setting.env), data))

    run = Lockstep(scenario, scenario.seed, journal, tap)
    run.run()
    facts = [fact for fact in run.world.setting.truth.facts if but not in repr(fact)]
    return History(messages, facts, len(of_the_unit))


@pytest.mark.parametrize("which", [0, 1])
def test_one_more_unit_changes_nobody_elses_history(which: int, tmp_path: Path) -> None:
    """In a quiet night, where nobody is sent anywhere, no byte, no moment and no fact of anybody else differs: neither
    for a unit with a radio of its own nor for one of another agency, whose positions come by a line that many share."""
    night = load("quiet-shift")
    units = {agency.agency: agency.units for agency in parish.load().agencies}
    joined = list(units)[which]
    new = f"{joined}-{units[joined] + 1:02d}"

    def with_units(count: int) -> Scenario:
        world = replace(night.world, calls_a_day=0, units={**units, joined: count})
        return replace(night, lasts_s=600, world=world, expect=())

    before = history(with_units(units[joined]), tmp_path / "before.db", new)
    after = history(with_units(units[joined] + 1), tmp_path / "after.db", new)
    assert after.facts == before.facts
    assert after.messages == before.messages
    assert len(before.facts) > 100
    assert (before.of_the_unit, after.of_the_unit > 10) == (0, True)
