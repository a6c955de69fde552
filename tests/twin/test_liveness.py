"""What must be well again at the end: demanded of a healed world, and missed in one that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.twin import small
from twin.journals import of_this_center
from twin.liveness import Ended, demands
from twin.lockstep import Lockstep
from twin.runs import Wish, run

OUTAGE = "{fault: partition, on: 'line/*', from_s: 40, for_s: FOR, mode: MODE}"
STOLEN = "happens:\n  - {do: stolen-car, at_s: 30, name: van, from: Vinton, to: Iowa, reported_after_s: 30}\n"


def outage(for_s: float, mode: str, heals: str = "") -> str:
    faults = f"faults:\n  - {OUTAGE}\n{STOLEN}{heals}"
    return faults.replace("FOR", f"{for_s:g}").replace("MODE", mode)


@pytest.fixture(scope="module")
def healed(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    more = outage(20, "drop", "heals_at_s: 60\n")
    lockstep = Lockstep(small.scenario(300, more), 1, tmp_path_factory.mktemp("healed") / "journal.db")
    lockstep.run()
    return lockstep.ended()


def missed(end: Ended) -> list[str]:
    return [demand.what for demand in demands(end) if not demand.held]


def test_a_healed_world_is_well(healed: Ended) -> None:
    assert [f"{demand.what}: {demand.seen}" for demand in demands(healed) if not demand.held] == []


def test_a_world_that_was_never_healed_is_not(tmp_path: Path) -> None:
    """Its list is old, its readers repeat themselves, its lines are down, its units are gone."""
    lockstep = Lockstep(small.scenario(300, outage(900, "drop")), 1, tmp_path / "journal.db")
    lockstep.run()
    assert missed(lockstep.ended()) == [
        "the newest whole list is in force",
        "no device still repeats what was not answered",
        "every line is up",
        "every unit is on the map where it is",
    ]


def test_a_request_that_nobody_answers(healed: Ended) -> None:
    """The rest of them may wait a while."""
    now = healed.world.setting.ends_us
    healed.witness.owed_since = {"q7.1": now - 301_000_000, "w9.1": now - 299_000_000}
    (demand,) = [demand for demand in demands(healed) if not demand.held]
    healed.witness.owed_since = {}
    assert demand.seen == "q7.1 for 301 s"


def test_units_that_are_elsewhere_stale_or_nowhere(healed: Ended) -> None:
    """Each is named with what is wrong."""
    units = {unit["unit"]: unit for unit in healed.state["units"]}
    names = sorted(units)
    units[names[0]] = {**units[names[0]], "lat": units[names[0]]["lat"] + 0.05}
    units[names[1]] = {**units[names[1]], "stale": True}
    del units[names[2]]
    end = healed._replace(state={**healed.state, "units": list(units.values())})
    (demand,) = [demand for demand in demands(end) if not demand.held]
    assert demand.seen == f"{names[0]} is elsewhere, {names[1]} is stale, {names[2]} is nowhere"


def test_a_run_that_heals_is_judged_by_it(tmp_path: Path) -> None:
    """Among its expectations, in lockstep, without being asked; a run that does not heal is watched only."""
    done = run(Wish(small.scenario(120, "heals_at_s: 60\n"), 1), of_this_center())
    assert done.passed
    assert len(done.checked) == 6
    assert [one.what for one in run(Wish(small.scenario(60), 1), of_this_center()).checked] == [
        "nothing ever happened that must not"
    ]
