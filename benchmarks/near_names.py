"""How often the right person is ranked first when a name was misheard, and how often a wrong one would be accused.

`python -m benchmarks.near_names [--people 200] [--seed 1]`: residents say who they are, each kind of slip spoils it,
the twin's records find whoever is near by their crude search, and the center's ranking says who is meant.

Knows: the twin's slips, its state files, and the center's ranking.
Refuses to know: how either finds what it finds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from random import Random
from typing import NamedTuple

import msgspec

from center.core.ranking import rank
from center.core.record_facts import PersonOnFile, Sought
from twin.day import Nowhere
from twin.devices.records import Name
from twin.scenarios.schema import Scenario
from twin.scenarios.schema import World as Awake
from twin.sim.mishearing import SLIPS, Slip, misheard
from twin.sim.people_records import state_number
from twin.state_files import StateFiles
from twin.world import World

Said = tuple[str, str, str]
QUIET = Awake(units={"CPSO": 1}, readers=0, reads_a_day=0, calls_a_day=0, hotlist=0, aircraft=False, operators=0)


class Row(NamedTuple):
    """Of those who said so: shares whose own record came first, was among those ranked, and was not found at all; whose
    stranger came first as `likely` or `certain`, and whose came so with a warrant."""

    said: str
    first: float
    ranked: float
    missed: float
    stranger: float
    accused: float


def measured(said: str, files: StateFiles, people: list[int], spoil: Callable[[Said], Said]) -> Row:
    counts = [0, 0, 0, 0, 0]
    for number in people:
        truly = _person(files, number)
        heard = spoil((truly.last, truly.first, truly.born))
        found = msgspec.convert(files.persons(Name(*heard)), tuple[PersonOnFile, ...])
        ranked = rank(Sought(*heard), found)
        known = [one.person.person for one in ranked]
        is_first = known[:1] == [truly.person]
        takes = bool(ranked) and not is_first and ranked[0].standing != "possible"
        counts[0] += is_first
        counts[1] += truly.person in known
        counts[2] += truly.person not in [one.person for one in found]
        counts[3] += takes
        counts[4] += takes and bool(ranked[0].person.warrants)
    return Row(said, *(count / len(people) for count in counts))


def table(people: int, seed: int) -> list[Row]:
    scenario = Scenario(name="names", about="", start="2026-03-10T13:00", lasts_s=60, world=QUIET)
    world = World(scenario, seed, Nowhere())
    residents = world.setting.people
    files = StateFiles(world.setting, world.roadside)
    dice = Random(seed)
    some = [dice.randrange(len(residents)) for _ in range(people)]
    rows = [measured("as it is on file", files, some, lambda said: said)]
    rows += [measured(slip, files, some, partial(_slipped, slip, dice)) for slip in SLIPS]
    rows.append(measured("a name made up", files, some, partial(_made_up, files, dice, len(residents))))
    return rows


def _slipped(slip: Slip, dice: Random, said: Said) -> Said:
    return misheard(*said, slip, dice)


def _made_up(files: StateFiles, dice: Random, many: int, _: Said) -> Said:
    """Somebody else's family name, with the first name and birth date of a third."""
    one, other = _person(files, dice.randrange(many)), _person(files, dice.randrange(many))
    return one.last, other.first, other.born


def _person(files: StateFiles, number: int) -> PersonOnFile:
    person = msgspec.convert(files.on_file(number), PersonOnFile)
    assert person.person == state_number(number)
    return person


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("| said | right first | among those ranked | not found | a stranger first | … with a warrant |")
    print("|---|---|---|---|---|---|")
    for row in table(given.people, given.seed):
        shares = " | ".join(f"{share * 100:.1f} %" for share in row[1:])
        print(f"| {row.said} | {shares} |")


if __name__ == "__main__":
    main()
