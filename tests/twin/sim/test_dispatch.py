"""Who is sent, what waits, and what two CAD systems say over an incident's life; in a whole world without a center."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from twin.day import Nowhere, false_alarms, figures, live, modems_off
from twin.devices.carrier import Answered
from twin.devices.things import SECOND_US
from twin.scenarios.schema import Incident, Scenario
from twin.scenarios.schema import World as Awake
from twin.sim import dispatch
from twin.truth import Fact
from twin.world import World

QUIET = {
    "readers": 0,
    "reader_cars": 0,
    "reads_a_day": 0,
    "hotlist": 0,
    "aircraft": False,
    "operators": 0,
    "calls_a_day": 0,
}


class Listening(Nowhere):
    """Keeps every EIDO that a CAD sends."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None:
        if link.startswith("911-"):
            self.said.append(json.loads(data))
        super().post(link, peer, data, answered)


def played(*happens: Incident, lasts_s: float = 7_200.0, seed: int = 1, **awake: Any) -> tuple[World, Listening]:
    """Whoever is sent is chosen by where cars are, not by where they say to be: their modems are off."""
    carrier = Listening()
    scenario = Scenario(
        name="test",
        about="",
        start="2026-03-10T13:00",
        lasts_s=lasts_s,
        world=Awake(**(QUIET | awake)),
        happens=happens,
        faults=(modems_off(lasts_s),),
    )
    world = World(scenario, seed, carrier)
    world.setting.env.run(until=world.setting.ends_us)
    return world, carrier


def of(world: World, *kinds: str) -> list[Fact]:
    return [fact for fact in world.setting.truth.facts if fact.kind in kinds]


WEST = {"CPSO": 6, "SPD": 4, "VPD": 1}
"""Who may be sent to Sulphur and Vinton: the rest of the parish's eighty cars would only drive about."""
ASSAULT = Incident(at_s=60, name="fight", kind="assault", place="Sulphur", priority=1)


def test_two_cars_go_to_what_is_serious_and_one_to_what_is_not() -> None:
    theft = Incident(at_s=60, name="theft", kind="theft", place="Vinton", priority=4)
    world, _ = played(ASSAULT, theft, units=WEST)
    sent = [fact.facts["name"] for fact in of(world, "dispatched")]
    assert sent.count("fight") == 2
    assert sent.count("theft") == 1


def test_a_towns_own_police_go_and_neighbours_help_with_what_is_urgent() -> None:
    """Sulphur has cars of its own; with none on the roster the sheriff's go."""
    world, _ = played(ASSAULT, units=WEST)
    assert {fact.facts["agency"] for fact in of(world, "dispatched")} == {"SPD"}
    world, _ = played(ASSAULT, units={"CPSO": 6})
    assert {fact.facts["agency"] for fact in of(world, "dispatched")} == {"CPSO"}


def test_the_nearest_by_road_time_is_sent() -> None:
    world, _ = played(lasts_s=1.0)
    fleet, setting = world.fleet, world.setting
    world.answering.callers.happen(
        dispatch.Happened("here", "assault", 1, *setting.gazetteer.xy("Sulphur")), setting.dice("test", "here")
    )
    matter = setting.gazetteer.spot("Sulphur")
    seen: Callable[[], dict[str, float]] = lambda: {  # noqa: E731
        unit.unit: setting.router.seconds(unit.node, int(setting.network.source[matter.edge]))
        for unit in fleet.units.values()
        if unit.agency == "SPD" and unit.free(1)
    }
    before = seen()
    while not of(world, "dispatched"):
        before = seen()
        setting.env.step()
    assert of(world, "dispatched")[0].facts["unit"] == min(before, key=lambda unit: before[unit])


def test_what_finds_nobody_waits_and_the_most_urgent_is_first() -> None:
    """One car, five matters: the assault overtakes the thefts that came before it, and none is lost."""
    thefts = [
        Incident(at_s=10, name=f"theft-{number}", kind="theft", place="Moss Bluff", priority=4) for number in "abcd"
    ]
    fight = Incident(at_s=2_500, name="fight", kind="assault", place="Moss Bluff", priority=1)
    world, _ = played(*thefts, fight, units={"CPSO": 1}, lasts_s=86_400.0)
    queued = [fact.facts["name"] for fact in of(world, "queued")]
    sent = list(dict.fromkeys(fact.facts["name"] for fact in of(world, "dispatched")))
    assert queued
    assert set(sent) == {"theft-a", "theft-b", "theft-c", "theft-d", "fight"}
    waited = [fact.facts["name"] for fact in of(world, "dispatched") if fact.facts["waited_us"] > 0]
    assert "fight" not in waited or waited[0] == "fight"
    assert len(of(world, "closed")) == 5


def test_the_queue_is_bounded_and_turns_the_least_urgent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "MOST_WAITING", 2)
    thefts = [
        Incident(at_s=10, name=f"theft-{number}", kind="theft", place="Moss Bluff", priority=4) for number in "abcd"
    ]
    urgent = Incident(at_s=10, name="burglary", kind="burglary", place="Moss Bluff", priority=3)
    world, _ = played(*thefts, urgent, units={"CPSO": 0, "SPD": 1}, lasts_s=9_000.0)
    gone = [fact.facts["name"] for fact in of(world, "turned-away")]
    assert gone
    assert all(name.startswith("theft") for name in gone)
    assert len(world.dispatcher.waiting) <= 2


def test_a_cad_tells_who_was_sent_when_they_left_arrived_and_cleared() -> None:
    """With the unit and, as the component's own stamp, since when."""
    world, carrier = played(ASSAULT, lasts_s=14_400.0, units=WEST)
    told: dict[str, list[str]] = {}
    stamps: dict[str, list[str]] = {}
    for said in carrier.said:
        for unit in said.get("emergencyResourceComponent", ()):
            status = unit["unitStatusInternal"][0]
            if told.setdefault(unit["$id"], [])[-1:] != [status]:
                told[unit["$id"]].append(status)
                stamps.setdefault(unit["$id"], []).append(unit["lastUpdateTimeStamp"])
    first = of(world, "dispatched")[0].facts["unit"]
    assert told[first] == ["dispatched", "enroute", "on-scene", "cleared"]
    assert stamps[first] == sorted(stamps[first])
    last = carrier.said[-1]["incidentComponent"]
    assert last["incidentStatusCommonRegistryText"] == ["Closed"]
    assert last["dispositionComponent"][0]["dispositionDescriptionText"]
    assert [unit["$ref"] for unit in carrier.said[-1]["dispatchComponent"][0]["emergencyResourceReference"]] == list(
        told
    )


def test_a_transferred_call_has_a_number_in_each_cad() -> None:
    """The first says to whom it was handed over, and closes."""
    crash = Incident(at_s=10, name="crash", kind="crash", place="i10-bridge", callers=50, over_s=200)
    world, carrier = played(crash)
    over = of(world, "transferred")
    assert 1 <= len(over) <= 15
    called = of(world, "called")
    assert len(called) == 50 + len(over)
    assert len({fact.facts["agency"] for fact in called}) == 2
    assert "callTransferred" in {one["callComponent"][0]["callStateRegistryText"] for one in carrier.said}
    ends = [one["incidentComponent"].get("dispositionComponent", [{}])[0] for one in carrier.said]
    assert [end.get("dispositionDescriptionText") for end in ends].count("transferred") == len(over)


def test_a_wrong_address_sends_a_car_astray_until_it_is_put_right() -> None:
    world, carrier = played(lasts_s=1.0)
    setting = world.setting
    x, y = setting.gazetteer.xy("Moss Bluff")
    world.answering.callers.happen(
        dispatch.Happened("lost", "assault", 1, x, y), setting.dice("test", "lost"), wrong_address=True
    )
    wrong = of(world, "wrong-address")[0].facts
    setting.env.run(until=1_500 * SECOND_US)
    places = [
        one["locationComponent"][0]["locationDescriptionText"]
        for one in carrier.said
        if one["locationComponent"][0]["locationByValue"].count("<gp:method>Manual<")
    ]
    assert len(set(places)) >= 2, "typed wrong, then right"
    astray = setting.parish.plane.xy(wrong["lat"], wrong["lon"])
    assert (astray[0] - x) ** 2 + (astray[1] - y) ** 2 > 100.0**2
    first = of(world, "on-scene")[0].facts["unit"]
    assert [fact.facts["unit"] for fact in of(world, "dispatched")].count(first) == 1, "sent once, and led to both"
    there = world.fleet.units[first].xy()
    assert (there[0] - x) ** 2 + (there[1] - y) ** 2 < 500.0**2


def test_a_day_has_the_parishs_calls_alarms_and_response_times() -> None:
    """Twelve hours of it: enough for totals, not for tails. Published: the most urgent are reached within 4 to 6
    minutes, the rest in order."""
    world = live(0.5, seed=5)
    told = figures(world.setting.truth.facts, world.setting.local_start)
    assert 90 <= told["calls"] <= 230
    taken = told["response_s_by_priority"]
    assert 180.0 <= taken[1]["p50"] <= 420.0
    assert taken[1]["p50"] < taken[2]["p50"] < taken[3]["p50"] < taken[4]["p50"]
    alarms, false = false_alarms(world.setting.truth.facts)
    assert false >= alarms - 1
    assert told["patrol"]["traffic-stop"] > 50
