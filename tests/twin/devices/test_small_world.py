"""Promise A at the level of devices: same seed, same bytes, and nobody's dice move anybody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.twin.devices.small_world import FAULTS, NAMES, SmallWorld
from twin.devices.faults import Deaf, Loss

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def digests() -> dict[str, str]:
    return SmallWorld(7).digests()


def test_every_device_speaks(digests: dict[str, str]) -> None:
    """The digests below are of something: each link carried bytes, and no two the same."""
    assert set(digests) == set(NAMES)
    assert len(set(digests.values())) == len(NAMES)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(digests: dict[str, str]) -> None:
    """Break it: draw a delay from `random.random()` instead of the line's own dice."""
    assert SmallWorld(7).digests() == digests
    other = SmallWorld(8).digests()
    assert all(other[name] != digests[name] for name in NAMES)


@pytest.mark.parametrize("hash_seed", ["0", "1", "4242"])
def test_the_order_of_hashes_does_not_matter(digests: dict[str, str], hash_seed: str) -> None:
    """In a process of its own with another PYTHONHASHSEED. Break it: hand out a device's faults from a set."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.twin.devices.small_world", "7"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert dict(line.split() for line in run.stdout.splitlines()) == digests


@pytest.mark.parametrize("name", NAMES)
def test_adding_a_device_or_a_line_changes_no_others_bytes(digests: dict[str, str], name: str) -> None:
    """A world without this device says, on every other link, the same bytes at the same moments as the world with it.
    Break it: give all devices one `Random`."""
    without = SmallWorld(7, [other for other in NAMES if other != name]).digests()
    assert without == {link: digest for link, digest in digests.items() if link != name}


def test_the_order_in_which_devices_are_built_does_not_matter(digests: dict[str, str]) -> None:
    """Built back to front they say the same."""
    assert SmallWorld(7, reversed(NAMES)).digests() == digests


def test_a_fault_changes_only_whom_it_strikes(digests: dict[str, str]) -> None:
    """One line more that loses, one terminal that is deaf: all other links carry what they carried."""
    faults = [*FAULTS, Loss(on="line/lpr-1", rate=0.5), Deaf(on="terminal/2")]
    changed = SmallWorld(7, faults=faults).digests()
    assert {name for name in NAMES if changed[name] != digests[name]} == {"lpr/1", "terminal/2"}
