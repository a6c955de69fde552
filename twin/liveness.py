"""What must be well again when nothing has gone wrong for a while.

Knows: a run whose world was healed: what the center shows and owes at the end, and how the world is really.
Refuses to know: what went wrong before.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import hypot
from typing import Any, NamedTuple

import msgspec

from twin.devices.clock import now_us
from twin.devices.things import SECOND_US
from twin.expectations import Checked
from twin.safety import Witness
from twin.sim.geometry import Plane
from twin.world import World

OWED_AT_MOST_S = 300.0
PLACED_WITHIN_M = 1_500.0
MOST_NAMED = 5


class Ended(NamedTuple):
    """The end of a run: its world, what watched it, the center's last whole frame, and the versions of the lists that
    it holds in force."""

    world: World
    witness: Witness
    state: Mapping[str, Any]
    lists: Mapping[str, str]


def demands(ended: Ended) -> list[Checked]:
    """Each of them, held or not."""
    return [demand(ended) for demand in (_lists, _owed, _outboxes, _lines, _units)]


def ended(world: World, witness: Witness, state: bytes, lists: Mapping[str, str]) -> Ended:
    return Ended(world, witness, msgspec.json.decode(state), lists)


def _lists(end: Ended) -> Checked:
    """The newest whole list is the one that counts."""
    newest: dict[str, str] = {}
    for fact in end.world.setting.truth.of("hotlist-written", "hotlist-finished"):
        if fact.kind == "hotlist-finished" or fact.facts["whole"]:
            newest[fact.facts["hotlist"]] = fact.facts["version"]
    in_force = set(end.lists.values())
    late = [f"{name} {version}" for name, version in newest.items() if version not in in_force]
    return _none("the newest whole list is in force", late, f"{', '.join(in_force)}")


def _owed(end: Ended) -> Checked:
    now = now_us(end.world.setting.env)
    late = [
        f"{request} for {(now - since) / SECOND_US:.0f} s"
        for request, since in end.witness.owed_since.items()
        if now - since > OWED_AT_MOST_S * SECOND_US
    ]
    what = f"no request waits longer than {OWED_AT_MOST_S:g} s for its answer"
    return _none(what, late, f"{len(end.witness.owed_since)} wait")


def _outboxes(end: Ended) -> Checked:
    """What was said in bad times has been answered; only what was said just now may still be unanswered."""
    left = [f"{box.owner}: {box.tried_again}" for box in end.world.outboxes if box.tried_again]
    return _none("no device still repeats what was not answered", left, f"{len(end.world.outboxes)} outboxes")


def _lines(end: Ended) -> Checked:
    down = [line.name for line in end.world.setting.lines if not line.up]
    return _none("every line is up", down, f"{len(end.world.setting.lines)} lines")


def _units(end: Ended) -> Checked:
    """Every unit is on the map, fresh, and about where it really is."""
    plane, now = end.world.setting.parish.plane, now_us(end.world.setting.env)
    shown = {unit["unit"]: unit for unit in end.state["units"]}
    wrong = []
    for name, unit in end.world.fleet.units.items():
        seen, true = shown.get(name, {}), unit.position(now)
        if seen.get("lat") is None:
            wrong.append(f"{name} is nowhere")
        elif seen.get("stale"):
            wrong.append(f"{name} is stale")
        elif _apart_m(plane, (seen["lat"], seen["lon"]), (true.lat, true.lon)) > PLACED_WITHIN_M:
            wrong.append(f"{name} is elsewhere")
    return _none("every unit is on the map where it is", wrong, f"{len(end.world.fleet.units)} units")


def _apart_m(plane: Plane, a: tuple[float, float], b: tuple[float, float]) -> float:
    (ax, ay), (bx, by) = plane.xy(*a), plane.xy(*b)
    return hypot(ax - bx, ay - by)


def _none(what: str, wrong: list[str], otherwise: str) -> Checked:
    more = f" and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
    return Checked(what, not wrong, ", ".join(wrong[:MOST_NAMED]) + more if wrong else otherwise)
