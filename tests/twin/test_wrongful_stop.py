"""The drill of wrongful stops: innocent cars that look like listed ones reach no deputy, and the stolen one does."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from twin.expectations import check
from twin.lockstep import Lockstep
from twin.scenarios.loader import load
from twin.scenarios.schema import FeedsAlive
from twin.score import score

QUIET = {"units": {"CPSO": 12}, "reads_a_day": 0, "calls_a_day": 0, "aircraft": False, "hotlist": 200}


@pytest.mark.parametrize("records", [True, False])
def test_nobody_innocent_reaches_a_deputy_and_without_the_records_one_would(tmp_path: Path, records: bool) -> None:
    """The drill without the day's traffic. Fails when matching, a person's look or the live check lets one through; and
    the live check is what saves the car that was recovered."""
    scenario = load("wrongful-stop")
    world = msgspec.structs.replace(scenario.world, **QUIET, records=records)
    expect = tuple(one for one in scenario.expect if not isinstance(one, FeedsAlive))  # most are switched off here
    scenario = msgspec.structs.replace(scenario, world=world, expect=expect)
    run = Lockstep(scenario, scenario.seed, tmp_path / "journal.db")
    outcome = run.run()
    made = score(outcome)
    failed = [one for one in check(outcome, made) if not one.held]
    assert {(told.plate, told.as_fact) for told in made.told_of_innocent} == (set() if records else {("447NTX", True)})
    assert made.told > len(made.told_of_innocent)  # the pickup's
    assert [one.what for one in failed] == ([] if records else ["no deputy told of recovered"])
    asked = [fact for fact in outcome.facts if fact.kind == "records-asked"]
    assert all(fact.facts["refused"] == "" for fact in asked)
    assert bool(asked) == records
    leads = {alert["subject"]: alert["disposition"] for alert in outcome.alerts.values()}
    assert leads.keys() >= {"KRD4471", "B12KDR", "447NTX"}
    assert "903JWP" not in leads
