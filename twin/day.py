"""A day of patrol and calls as figures: `python -m twin.day` lives one without a center and prints them.

Knows: how to count calls, kinds, response times and alarms in a truth log.
Refuses to know: what they ought to be (docs/world.md and calibration say), and what a center makes of them.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from twin.devices.carrier import Answered
from twin.devices.faults import Reboot
from twin.devices.things import SECOND_US
from twin.scenarios.schema import Scenario
from twin.scenarios.schema import World as Awake
from twin.score import Spread, spread
from twin.sim.calls_kinds import ALARM, kind_of
from twin.truth import Fact
from twin.world import World


class Nowhere:
    """A carrier that loses nothing, since nobody listens."""

    def send(self, link: str, peer: str, data: bytes) -> None:
        """Said into the wind."""

    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None:  # noqa: ARG002
        answered(True)

    def cut(self, link: str, peer: str) -> None:
        """There was no connection."""


def calls_by_hour(facts: Iterable[Fact], start: datetime) -> dict[int, int]:
    """911 calls by local hour of the day; a transfer is one call. `start` is the scenario's, local time."""
    counts: Counter[int] = Counter(dict.fromkeys(range(24), 0))
    for fact in facts:
        if fact.kind == "called" and not fact.facts["again"]:
            counts[(start + timedelta(microseconds=fact.at_us)).hour] += 1
    return dict(counts)


def calls_by_kind(facts: Iterable[Fact]) -> dict[str, int]:
    """Incidents by kind, the most frequent first."""
    return dict(Counter(str(fact.facts["kind"]) for fact in facts if fact.kind == "incident").most_common())


def shares_by_service(facts: Iterable[Fact]) -> dict[str, float]:
    """Of the calls: law, medical, fire."""
    about = {"law": 0, "medical": 0, "fire": 0}
    for fact in facts:
        if fact.kind == "incident":
            about[kind_of(str(fact.facts["kind"])).service] += int(fact.facts["callers"])
    total = max(1, sum(about.values()))
    return {service: round(count / total, 3) for service, count in about.items()}


def response_s(facts: Iterable[Fact]) -> dict[int, Spread]:
    """From the first call to the first car on scene, by priority, for matters that a car reached."""
    began: dict[str, tuple[int, int]] = {}
    taken: dict[int, list[float | None]] = {}
    for fact in facts:
        name = str(fact.facts.get("name"))
        if fact.kind == "incident":
            began[name] = (fact.at_us, int(fact.facts["priority"]))
        elif fact.kind == "on-scene" and name in began:
            since_us, priority = began.pop(name)
            taken.setdefault(priority, []).append((fact.at_us - since_us) / SECOND_US)
    return {priority: spread(taken[priority]) for priority in sorted(taken)}


def false_alarms(facts: Iterable[Fact]) -> tuple[int, int]:
    """Burglar alarms that were looked at, and how many of them were false."""
    real = [bool(fact.facts["real"]) for fact in facts if fact.kind == "closed" and fact.facts["kind"] == ALARM]
    return len(real), real.count(False)


def patrol(facts: Iterable[Fact]) -> dict[str, int]:
    """Pieces of work by what they were, and dispatches."""
    counts = Counter(str(fact.facts["what"]) for fact in facts if fact.kind == "work-began")
    counts["dispatched"] = sum(fact.kind == "dispatched" for fact in facts)
    counts["queued"] = sum(fact.kind == "queued" for fact in facts)
    return dict(sorted(counts.items()))


def figures(facts: list[Fact], start: datetime) -> dict[str, Any]:
    """All of it, ready for JSON."""
    alarms, false = false_alarms(facts)
    return {
        "calls": sum(calls_by_hour(facts, start).values()),
        "calls_by_hour": calls_by_hour(facts, start),
        "incidents_by_kind": calls_by_kind(facts),
        "shares_by_service": shares_by_service(facts),
        "response_s_by_priority": {priority: structs.asdict(taken) for priority, taken in response_s(facts).items()},
        "alarms": {"closed": alarms, "false": false},
        "patrol": patrol(facts),
    }


def modems_off(lasts_s: float) -> Reboot:
    """No car says where it is."""
    return Reboot(on="avl/*", for_s=lasts_s)


def live(days: float, seed: int, start: str = "2026-03-09T00:00") -> World:
    """The parish's patrol and calls without readers, aircraft or a center. The cars' modems are off: nobody listens,
    and to say every five seconds where eighty cars are is most of what a world does."""
    awake = Awake(readers=0, reader_cars=0, reads_a_day=0, hotlist=0, aircraft=False, operators=0)
    lasts_s = days * 86_400.0
    scenario = Scenario(
        name="day", about="a day", start=start, lasts_s=lasts_s, world=awake, faults=(modems_off(lasts_s),)
    )
    world = World(scenario, seed, Nowhere())
    world.setting.env.run(until=world.setting.ends_us)
    return world


def main() -> None:
    days = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    world = live(days, seed=1)
    json.dump(figures(world.setting.truth.facts, world.setting.local_start), sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
