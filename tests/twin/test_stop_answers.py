"""A stop from the terminal to the records and back to the terminal, in lockstep and over sockets."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import tomli_w

from center.core.roster import Policy
from center.embedded import journal_digest
from center.site import load as load_site
from tests.servers import missing, mosquitto_path
from tests.wire_play import over_sockets
from twin.devices.faults import Misheard
from twin.expectations import check
from twin.lockstep import Lockstep
from twin.outcome import Outcome
from twin.scenarios.loader import load
from twin.scenarios.schema import Scenario, TrafficStop
from twin.scenarios.schema import World as Awake
from twin.score import score
from twin.wire import Wire

QUIET = {"units": {"CPSO": 16}, "reads_a_day": 0, "calls_a_day": 0, "hotlist": 50, "readers": 1, "aircraft": False}

SOON = 20
"""A seed with which the driver gives a name after 40 s."""


def answers(outcome: Outcome) -> list[dict[str, object]]:
    return [fact.facts for fact in outcome.facts if fact.kind == "stop-answered"]


def test_deputies_get_the_right_person_however_the_name_was_heard_and_nobody_is_accused(tmp_path: Path) -> None:
    """The scenario without the traffic: a name as it sounds, a date with day and month swapped, a driver without a
    licence, and one who is wanted and gives another name."""
    scenario = load("traffic-stop")
    scenario = msgspec.structs.replace(scenario, world=msgspec.structs.replace(scenario.world, **QUIET))
    outcome = Lockstep(scenario, scenario.seed, tmp_path / "journal.db").run()
    assert [one.what for one in check(outcome, score(outcome)) if not one.held] == []
    headlines = [str(one["headline"]) for one in answers(outcome)]
    assert any(line.startswith("NO LICENCE ON FILE, no warrants") for line in headlines)
    assert any("none certain: ask for" in line for line in headlines)


def test_records_are_waited_for_by_the_wall_however_fast_the_parish_runs(tmp_path: Path) -> None:
    """The center's timers go by the parish's clock, an answer over HTTP does not come sooner when that is fast."""
    world = Awake(**{**QUIET, "units": {"CPSO": 1}}, records=True)  # type: ignore[arg-type]
    scenario = Scenario(name="t", about="", start="2026-03-10T13:00", lasts_s=60, world=world)
    for rate in (1.0, 30.0):
        run = Wire(scenario, 1, tmp_path, rate=rate, digest=journal_digest, told=lambda _: None)
        (tmp_path / "site.toml").write_text(tomli_w.dumps(run.site))
        assert load_site(tmp_path / "site.toml").policy.check_patience_s / rate == Policy().check_patience_s


@pytest.mark.wire
def test_a_stop_is_answered_over_sockets(tmp_path: Path) -> None:
    """Terminal, broker, center, records by HTTP, and the same way back."""
    if mosquitto_path() is None:
        missing("no mosquitto")
    stop = TrafficStop(at_s=2, name="stop", unit="CPSO-01", lasts_s=58, wanted=False, licensed=True)
    world = Awake(**{**QUIET, "units": {"CPSO": 2}}, records=True, operators=1)  # type: ignore[arg-type]
    faults = (Misheard(on="terminal/CPSO-01", how="nickname"),)
    scenario = Scenario(
        name="stop", about="", start="2026-03-10T13:00", lasts_s=60, world=world, happens=(stop,), faults=faults
    )
    said = answers(over_sockets(scenario, SOON, tmp_path, rate=4).outcome)
    assert said, said
    assert said[-1]["is_driver"], said
    assert not any(one["accused"] for one in said)
    assert "LICENCE, no warrants: likely" in str(said[-1]["headline"])
