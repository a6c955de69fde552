"""The sheriff's figure against the parish's truth: cars that deputies have back are those that are counted."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from twin.lockstep import Lockstep
from twin.scenarios.loader import load
from twin.scenarios.schema import Fly, StolenCar


@pytest.mark.parametrize("flees", [True, False])
def test_the_count_of_recovered_cars_is_the_truth(tmp_path: Path, flees: bool) -> None:
    """The pursuit of the shipped scenario, with a car that is listed as stolen: deputies stop it, one of them says on
    the terminal that it is back, and the room's figures say one. A car that drives off unpursued is counted by nobody,
    though its hit is."""
    scenario = load("robbery-pursuit")
    happens = tuple(
        msgspec.structs.replace(one, reason="stolen", flees=flees) if isinstance(one, StolenCar) else one
        for one in scenario.happens
        if not isinstance(one, Fly)
    )
    world = msgspec.structs.replace(scenario.world, reads_a_day=0, calls_a_day=0, aircraft=False, reader_cars=0)
    scenario = msgspec.structs.replace(scenario, happens=happens, world=world, expect=())
    run = Lockstep(scenario, scenario.seed, tmp_path / "journal.db")
    outcome = run.run()
    stopped = [fact for fact in outcome.facts if fact.kind == "pursuit-ended" and fact.facts["outcome"] == "arrest"]
    (month,) = json.loads(run.center.counts())["months"]
    assert len(stopped) == flees
    assert month.get("recovered", {}) == ({"stolen": 1} if flees else {})
    assert month["span"] == "2026-03"
    assert month["closed"] == {"correct": 1}
    assert month["told"] == 1
    acked = min(fact.at_us for fact in outcome.facts if fact.kind == "acked")
    reads = min(fact.at_us for fact in outcome.facts if fact.kind == "plate-read")
    assert 0 < month["median_s"] <= (acked - reads) / 1e6 + 60
