"""A car that flees: who gets ahead of it, who follows, who takes over, and how it ends."""

from __future__ import annotations

from math import hypot

import pytest

from twin.day import Nowhere
from twin.devices.things import SECOND_US
from twin.scenarios.schema import Scenario, StolenCar
from twin.scenarios.schema import World as Awake
from twin.sim import pursuit
from twin.truth import Fact
from twin.world import World

QUIET = Awake(readers=0, reads_a_day=0, calls_a_day=0, hotlist=0, aircraft=False, operators=0)
BRIDGE_AND_EAST = StolenCar(
    at_s=60, name="getaway", origin="Sulphur", via=("i10-bridge",), to="Iowa", plate="GET001", flees=True
)


def world_with(car: StolenCar, seed: int = 1) -> World:
    scenario = Scenario(name="test", about="", start="2026-03-13T19:30", lasts_s=3_600, world=QUIET, happens=(car,))
    return World(scenario, seed, Nowhere())


def of(world: World, kind: str) -> list[Fact]:
    return [fact for fact in world.setting.truth.facts if fact.kind == kind]


def run(world: World, until_s: float) -> None:
    world.setting.env.run(until=round(until_s * SECOND_US))


def told(world: World, at_s: float, plate: str = "GET001") -> None:
    """All deputies who are free know of it."""
    run(world, at_s)
    for unit in world.fleet.units.values():
        if unit.agency == "CPSO" and unit.free(1):
            world.pursuits.told(unit, plate)


@pytest.fixture(scope="module")
def played() -> World:
    world = world_with(BRIDGE_AND_EAST)
    told(world, 150)
    run(world, 3_500)
    return world


def test_deputies_get_ahead_of_the_car_and_follow_it(played: World) -> None:
    joined = of(played, "pursuit-joined")
    assert joined
    assert of(played, "pursuit-began")[0].facts["unit"] == joined[0].facts["unit"]
    there = len(joined) - len(of(played, "pursuit-left"))
    assert there <= pursuit.MOST_CARS + pursuit.CALLED_IN


def test_towns_take_over_in_town_and_the_sheriff_outside(played: World) -> None:
    """From the sheriff to a town and on; nobody hands over to themselves."""
    over = [(fact.facts["giver"], fact.facts["taker"]) for fact in of(played, "pursuit-handed-over")]
    assert over
    assert all(giver != taker for giver, taker in over)
    assert {"LCPD", "IPD", "SPD", "WPD"} & {taker for _, taker in over}
    town = {fact.facts["unit"] for fact in of(played, "pursuit-joined") if fact.facts["agency"] != "CPSO"}
    assert town


def test_it_ends_with_an_arrest_and_the_cars_go_back_to_work(played: World) -> None:
    (end,) = of(played, "pursuit-ended")
    assert end.facts["outcome"] == "arrest"
    unit = played.fleet.units[end.facts["units"][0]]
    assert unit.status == "on-scene" or unit.work is None
    assert not any(one.status == "pursuit" for one in played.fleet.units.values())


def test_who_follows_is_a_few_seconds_behind() -> None:
    world = world_with(BRIDGE_AND_EAST)
    told(world, 150)
    while not of(world, "pursuit-joined"):
        world.setting.env.step()
    unit = world.fleet.units[of(world, "pursuit-joined")[0].facts["unit"]]
    began = world.setting.env.now
    chase = world.pursuits._chases["GET001"]
    for seconds in (20, 60):
        run(world, began / SECOND_US + seconds)
        if unit.status != "pursuit":
            break
        x, y = chase.at(int(world.setting.env.now))
        ux, uy = unit.xy()
        assert hypot(x - ux, y - uy) < 12 * 45, "twelve seconds at a hundred miles an hour"
    assert seconds == 60


def test_a_car_that_nobody_knows_of_is_never_seen_again() -> None:
    world = world_with(BRIDGE_AND_EAST)
    run(world, 3_500)
    (end,) = of(world, "pursuit-ended")
    assert (end.facts["outcome"], end.facts["units"]) == ("never seen again", [])


def test_another_plate_is_nobodys_to_pursue() -> None:
    world = world_with(BRIDGE_AND_EAST)
    run(world, 100)
    unit = next(iter(world.fleet.units.values()))
    assert not world.pursuits.told(unit, "XYZ999")


def test_at_the_parishs_limit_the_neighbours_have_it() -> None:
    """A way that ends beyond the boundary, at the gateway to Texas."""
    west = StolenCar(
        at_s=60, name="getaway", origin="Downtown Lake Charles", to="I-10 west", plate="GET001", flees=True
    )
    world = world_with(west)
    told(world, 100)
    run(world, 3_500)
    assert of(world, "pursuit-began")
    assert of(world, "pursuit-handed-over")[-1].facts["taker"] == "beyond the parish"
    assert not of(world, "pursuit-ended")
    assert not any(one.status == "pursuit" for one in world.fleet.units.values())
