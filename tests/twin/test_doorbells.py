"""The drill of doorbells: some owners answer, one with a clock that is an hour ahead, and the rest are not there."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from center.embedded import journal_events
from center.store.evidence import check as check_clip
from tests.wire_play import over_sockets
from twin.devices.community_app import Visit
from twin.expectations import check
from twin.lockstep import FunctionCarrier, Lockstep
from twin.outcome import Outcome
from twin.scenarios.community import Doorbells
from twin.scenarios.loader import load, parse
from twin.scenarios.schema import Scenario, World
from twin.score import score
from twin.setting import WorldError
from twin.truth import Fact
from twin.world import World as Parish

QUIET = World(units={}, readers=0, reads_a_day=0, calls_a_day=0, hotlist=0, reader_cars=0, aircraft=False, receivers={})
RATE = 45.0


def drill(lasts_s: float, **answers: int) -> Scenario:
    """The shipped scenario in an empty parish, with other neighbours."""
    scenario = load("doorbells")
    happens = tuple(
        msgspec.structs.replace(one, **answers) if isinstance(one, Doorbells) else one for one in scenario.happens
    )
    return msgspec.structs.replace(scenario, world=QUIET, happens=happens, lasts_s=lasts_s)


def of(facts: list[Fact], kind: str, **said: Any) -> list[dict[str, Any]]:
    found = [fact.facts for fact in facts if fact.kind == kind]
    return [fact for fact in found if all(fact[name] == value for name, value in said.items())]


def clips(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """The clips of the community that are on an incident, by owner."""
    found = [clip for one in outcome.incidents.values() for clip in one.get("clips", ()) if "/" in clip["camera"]]
    return {clip["camera"]: clip for clip in found}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Parish]:
    run = Lockstep(drill(4500), 7, tmp_path_factory.mktemp("doorbells") / "journal.db")
    return run.run(), run.world


def test_clips_show_the_car_at_the_time_and_a_clock_that_is_off_is_found_out(played: tuple[Outcome, Parish]) -> None:
    """All that was expected held; of the camera that is an hour ahead the moderator was told so, and the clip stands at
    the moment at which the car really passed."""
    outcome, world = played
    assert [one.what for one in check(outcome, score(outcome)) if not one.held] == []
    (wrong,) = [app for app in world.neighbours.apps if app.owner.clock_us(0)]
    decided = [line for line in outcome.audit if line["act"] == "community.approve"]
    assert sorted("60 min ahead" in line["reason"] for line in decided) == [False, False, False, True]
    (kept,) = of(outcome.facts, "clip-kept", owner=wrong.owner.name)
    claimed = outcome.epoch + kept["claimed_us"]
    assert claimed - clips(outcome)[wrong.owner.name]["start"] == pytest.approx(3_600_000_000, abs=5_000_000)


def test_neither_room_nor_trail_nor_journal_names_who_kept_silent(played: tuple[Outcome, Parish]) -> None:
    """Their names stand in the roster, which says who may be asked, and nowhere else."""
    outcome, _ = played
    silent = {fact["owner"] for fact in of(outcome.facts, "clip-kept", answers="never")}
    answered = {fact["owner"] for fact in of(outcome.facts, "clip-sent")}
    assert (len(silent), len(answered)) == (4, 4)
    shown = json.dumps([outcome.alerts, outcome.incidents, outcome.audit])
    events = [text for _, _, text in journal_events(outcome.journal) if b'"SiteLoaded"' not in text]
    assert all(name in shown for name in answered)
    assert not any(name in shown or any(name.encode() in text for text in events) for name in silent)


@pytest.mark.wire
def test_owners_answer_over_the_wire(tmp_path: Path) -> None:
    """The whole of it with a center in a process of its own and apps that come by HTTP: what is on the incident is what
    was sent, whole, and in the owner's own signed words."""
    scenario = drill(900, soon=2, wrong_hour=1, late=0, never=3)
    happens = tuple(
        msgspec.structs.replace(one, at_s=200) if hasattr(one, "operator") else one for one in scenario.happens
    )
    scenario = msgspec.structs.replace(scenario, happens=happens, world=msgspec.structs.replace(QUIET, think_s=(5, 6)))
    outcome = over_sockets(scenario, 7, tmp_path, RATE).outcome
    found = clips(outcome)
    assert found.keys() == {fact["owner"] for fact in of(outcome.facts, "clip-sent")}
    assert len(found) >= 2
    assert of(outcome.facts, "clip-answered", status=201)
    for owner, clip in found.items():
        assert clip["state"] == "kept"
        (file,) = outcome.journal.parent.rglob(f"{clip['clip']}.mp4")
        checked = check_clip(file.read_bytes())
        assert checked.faults == ()
        assert checked.manifest.given is not None
        assert json.loads(checked.manifest.given.said)["owner"] == owner


OWNERS = """
name: owners
about: a night in which a crew goes down the streets of Sulphur, and somebody asks in the morning
start: 2026-03-12T23:30
lasts_s: 44000
world:
  {units: {}, readers: 0, reads_a_day: 0, calls_a_day: 0, hotlist: 0, reader_cars: 0, aircraft: false, receivers: {}}
happens:
  - {do: spree, at_s: 0, name: crew, base: Sulphur, nights: 1, car: own, big_night: true}
  - {do: ask, at_s: 41000, operator: ada, what: community, about: burglary-vehicle, reason: theft}
"""


def test_owners_in_any_world_with_burglaries_answer_by_their_own_accord(tmp_path: Path) -> None:
    """Nobody planned them: those in the town who agreed to be asked have the app. Asked for the window that a report
    tells, one whose camera had the crew in it sends that; a supervisor lets it through. Nobody else of hundreds does
    anything, and who has kept nothing has not even looked."""
    run = Lockstep(parse(OWNERS.encode(), "test"), 6, tmp_path / "journal.db")
    asleep: list[str] = []
    visit = run.world.neighbours.apps[0].visit
    assert visit is not None
    for app in run.world.neighbours.apps:
        app.visit = partial(_noted, asleep, app.owner.name, visit)
    outcome = run.run()
    (sent,) = of(outcome.facts, "clip-sent")
    (kept,) = of(outcome.facts, "clip-kept", owner=sent["owner"])
    assert kept["agrees"] == "registered"
    assert of(outcome.facts, "burglary", name=kept["about"])[0]["crew"] == "crew"
    shown = clips(outcome)
    assert {name: clip["state"] for name, clip in shown.items()} == {sent["owner"]: "kept"}
    assert abs(shown[sent["owner"]]["start"] - outcome.epoch - kept["claimed_us"]) < 5_000_000
    saw = {fact["owner"] for fact in of(outcome.facts, "clip-kept")}
    assert len(run.world.neighbours.apps) > 100
    assert set(asleep) == saw & {app.owner.name for app in run.world.neighbours.apps}


def _noted(names: list[str], name: str, visit: Visit, *said: Any) -> None:
    names.append(name)
    visit(*said)


def test_a_scenario_says_where_owners_have_joined_or_that_none_has() -> None:
    text = OWNERS.replace("receivers: {}", "receivers: {}, owners: %s")
    assert Parish(parse((text % "[]").encode(), "test"), 6, FunctionCarrier(None)).neighbours.apps == []
    with pytest.raises(WorldError, match="owners: "):
        Parish(parse((text % "[Atlantis]").encode(), "test"), 6, FunctionCarrier(None))


def test_a_house_has_one_owner_whether_the_scenario_or_a_crew_brought_them() -> None:
    """Where a scenario has both, a neighbour who is planned does not join once more."""
    scenario = load("first-evening")
    names = [app.owner.name for app in Parish(scenario, scenario.seed, FunctionCarrier(None)).neighbours.apps]
    assert len(set(names)) == len(names) > 200
