"""The same parish with more of everything.

Knows: what there is more of: units of every agency, plates that pass the readers, 911 calls.
Refuses to know: what happens in the scenario, which stays as it is.
"""

from __future__ import annotations

import msgspec

from twin.scenarios.reading import ScenarioError
from twin.scenarios.schema import Scenario
from twin.sim import parish


def scaled(scenario: Scenario, times: int) -> Scenario:
    """Everything `times` as much, but the places: a reader that sees ten times the cars stands for ten. Raises
    ScenarioError when that is more than a scenario may ask for."""
    world = scenario.world
    units = world.units if world.units is not None else {one.agency: one.units for one in parish.load().agencies}
    more = msgspec.structs.replace(
        scenario,
        world=msgspec.structs.replace(
            world,
            units={agency: count * times for agency, count in units.items()},
            reads_a_day=world.reads_a_day * times,
            calls_a_day=world.calls_a_day * times,
        ),
    )
    try:
        return msgspec.convert(msgspec.to_builtins(more), Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(f"{scenario.name} {times} times: {error}") from error
