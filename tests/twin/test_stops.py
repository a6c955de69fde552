"""Traffic stops in a whole world: what is typed, who is in the car, and what a center makes of it."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from twin.day import Nowhere
from twin.lockstep import Lockstep
from twin.outcome import Outcome
from twin.scenarios.schema import Scenario, TrafficStop
from twin.scenarios.schema import World as Awake
from twin.score import score
from twin.setting import WorldError
from twin.sim.stops import Motorists
from twin.truth import Fact
from twin.world import World

QUIET = Awake(units={"CPSO": 2}, readers=0, reads_a_day=0, calls_a_day=0, hotlist=0, aircraft=False, operators=1)
STOP = TrafficStop(at_s=60, name="stop", unit="CPSO-01", lasts_s=400, listed=True, alias=True)


class Heard(Nowhere):
    """Keeps what terminals say of stops."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def send(self, link: str, peer: str, data: bytes) -> None:  # noqa: ARG002
        if link == "terminals" and b'"stop' in data:
            self.said.append(json.loads(data))


def scenario(*happens: TrafficStop) -> Scenario:
    return Scenario(name="test", about="", start="2026-03-10T13:00", lasts_s=900, world=QUIET, happens=happens)


def of(facts: list[Fact], kind: str) -> Fact:
    return next(fact for fact in facts if fact.kind == kind)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return Lockstep(scenario(STOP), 1, tmp_path_factory.mktemp("run") / "journal.db").run()


def test_a_deputy_types_place_plate_and_state_then_the_driver_then_the_outcome() -> None:
    carrier = Heard()
    world = World(scenario(STOP), 1, carrier)
    world.setting.env.run(until=world.setting.ends_us)
    opened, update, end = (said for said in carrier.said if "CPSO-01" in json.dumps(said))
    assert {"id", "lat", "lon", "place", "plate", "state", "why"} <= opened["stop"].keys()
    assert update["stop_update"]["driver"].keys() == {"last", "first", "born"}
    assert end["stop_end"]["outcome"] in ("warning", "citation", "none", "arrest")
    assert opened["at"] < update["at"] < end["at"]
    assert opened["stop"]["id"] == update["stop_update"]["id"] == end["stop_end"]["id"]


def test_the_driver_of_a_scenarios_stop_is_wanted_and_lies(outcome: Outcome) -> None:
    named = of(outcome.facts, "driver-named").facts
    assert named["alias"]
    assert named["said"] != named["truly"]
    assert named["person"] is not None


def test_a_listed_plate_that_is_stopped_is_an_alert_and_a_right_one(outcome: Outcome) -> None:
    """Known from the moment it was typed."""
    made = score(outcome)
    assert (made.recall, made.precision) == (1.0, 1.0)
    assert made.time_to_alert_s.p50 is not None
    assert made.time_to_alert_s.p50 < 5.0
    (alert,) = (one for one in outcome.alerts.values() if one["kind"] == "hotlist-hit")
    assert alert["reads"][0]["reader"] == "CPSO-01"


def test_a_stop_by_a_unit_that_is_not_there_is_a_mistake_of_the_scenario() -> None:
    with pytest.raises(WorldError, match=r"happens\[0\]: unit: there is no CPSO-09 here"):
        World(scenario(TrafficStop(at_s=1, name="stop", unit="CPSO-09")), 1, Nowhere())


def test_most_stopped_cars_have_an_owner_on_record_and_few_drivers_lie() -> None:
    setting = World(scenario(), 1, Nowhere()).setting
    motorists = Motorists(setting.streams, lambda: setting.people, lambda car: car % 50 == 0)
    dice = Random(1)
    met = [motorists.anybody(dice) for _ in range(1_500)]
    residents = [one for one in met if one.driver is not None]
    assert 0.68 < len(residents) / len(met) < 0.8
    for one in residents[:100]:
        assert one.driver is not None
        owner = setting.people.owner_of(one.car.plate, one.car.state)
        assert owner is not None
        assert setting.people.person(owner).dwelling == setting.people.person(one.driver).dwelling
        assert (setting.people.car_of(one.car.plate, one.car.state) or 0) % 50 != 0, "a stolen car is not the owner's"
    lies = sum(one.said != one.truly for one in met)
    assert 0 < lies < 0.04 * len(met)
    assert all(setting.people.owner_of(one.car.plate, one.car.state) is None for one in met if one.driver is None)
