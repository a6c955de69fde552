"""Promise A: (source, scenario, seed) gives the same run in lockstep, whatever the process and its PYTHONHASHSEED.

To see these tests fail: iterate over a set in the core, the twin or a decoder; draw from a stream that two devices
share; keep anything between two runs of one process; or let a wall clock into either side.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.promises.play import SCENARIOS, played
from twin.lockstep import Lockstep
from twin.scenarios.loader import load
from twin.scenarios.schema import Scenario
from twin.sim import parish

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
    (other,) = played(runs, "0", "stolen-car", seed=8)
    assert other.digest != played(runs, "0", *TWICE)[SCENARIOS.index("stolen-car")].digest


def said(scenario: Scenario, journal: Path) -> dict[tuple[str, str], list[tuple[int, bytes]]]:
    """Every message of a run by link and peer, with its moment."""
    messages: dict[tuple[str, str], list[tuple[int, bytes]]] = defaultdict(list)

    def tap(link: str, peer: str, data: bytes) -> None:
        messages[link, peer].append((run.world.setting.env.now, data))  # type: ignore[arg-type]  # whole microseconds

    run = Lockstep(scenario, scenario.seed, journal, tap)
    run.run()
    return messages


def test_one_more_unit_moves_nobody_elses_dice(tmp_path: Path) -> None:
    """In a quiet night, where nobody is sent anywhere, no byte and no moment of any other device differs."""
    night = load("quiet-shift")
    units = {agency.agency: agency.units for agency in parish.load().agencies}
    own = next(agency.agency for agency in parish.load().agencies if agency.own)
    new = f"{own}-{units[own] + 1:02d}"

    def with_units(count: int) -> Scenario:
        world = replace(night.world, calls_a_day=0, units={**units, own: count})
        return replace(night, lasts_s=900, world=world, expect=())

    before = said(with_units(units[own]), tmp_path / "before.db")
    after = said(with_units(units[own] + 1), tmp_path / "after.db")
    added = {peer for peer in after if peer not in before}
    assert added
    assert all(new in peer for _, peer in added)
    assert {peer: messages for peer, messages in after.items() if peer not in added} == before
