"""Runs made by hand, whose truth is known: what scores and expectations are tested with.

Knows: how facts and alerts are written down shortly. Times are seconds since the scenario's start.
Refuses to know: what a score should make of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml

from twin.outcome import Outcome
from twin.scenarios.schema import Scenario
from twin.truth import Fact

EPOCH = 1_773_500_000_000_000
MINIMAL = "name: by-hand\nabout: by hand\nstart: 2026-03-14T21:00\nlasts_s: 600\n"


def at(seconds: float, kind: str, **facts: Any) -> Fact:
    return Fact(round(seconds * 1e6), kind, facts)


def stolen(name: str = "pickup", plate: str = "WNT001", state: str = "LA", seconds: float = 0) -> Fact:
    return at(seconds, "stolen", name=name, plate=plate, state=state)


def reported(seconds: float, name: str = "pickup") -> Fact:
    return at(seconds, "reported", name=name)


def listed(seconds: float, whole: bool = True) -> Fact:
    return at(seconds, "hotlist-written", hotlist="hotlist/state", version=str(seconds), listings=1, whole=whole)


def passed(seconds: float, name: str = "pickup", reader: str = "r1") -> Fact:
    return at(seconds, "passed", vehicle=name, reader=reader, plate="WNT001", state="LA")


def read(
    seconds: float,
    said: str = "WNT001",
    *,
    name: str = "pickup",
    plate: str = "WNT001",
    state: str = "LA",
    reader: str = "r1",
    later_s: float = 1.0,
) -> Fact:
    """A passage at that time, read `later_s` later; its id is its time."""
    facts = {"vehicle": name, "plate": plate, "state": state, "said": said, "said_state": state, "reader": reader}
    return at(seconds + later_s, "plate-read", read=f"read-{seconds:g}", passed_us=round(seconds * 1e6), **facts)


def told(seconds: float, plate: str = "WNT001 LA", unit: str = "SO-1") -> Fact:
    return at(
        seconds,
        "told",
        unit=unit,
        message="m1",
        plate=plate,
        about="hotlist-hit",
        shown_us=seconds * 1e6,
        verified_by="ada",
    )


def hit(
    seconds: float,
    *reads: float,
    alert: str = "a1.1",
    plate: str = "WNT001",
    state: str | None = "LA",
    **fields: Any,
) -> dict[str, Any]:
    """A hotlist hit as an operator was shown it; `reads` are the times of the reads it shows."""
    return {
        "alert": alert,
        "kind": "hotlist-hit",
        "subject": plate,
        "state": "raised",
        "headline": f"Stolen: {plate}",
        "at": EPOCH + round(seconds * 1e6),
        "listing": {"plate": plate, "state": state},
        "reads": [{"read": f"read-{read:g}"} for read in reads],
        **fields,
    }


def emergency(seconds: float, unit: str = "SO-1", alert: str = "a9.1") -> dict[str, Any]:
    at_us = EPOCH + round(seconds * 1e6)
    return {"alert": alert, "kind": "unit-emergency", "subject": unit, "state": "raised", "headline": unit, "at": at_us}


def outcome(
    *facts: Fact, alerts: tuple[dict[str, Any], ...] = (), expect: str = "", journal: Path = Path("none"), **shown: Any
) -> Outcome:
    """`expect`: the scenario's expectations, as YAML."""
    text = MINIMAL + (f"expect:\n{expect}" if expect else "")
    scenario = msgspec.convert(yaml.safe_load(text), Scenario)  # the loader would ask for what happens in the file
    return Outcome(
        scenario=scenario,
        seed=scenario.seed,
        mode="lockstep",
        epoch=EPOCH,
        digest="d1",
        facts=sorted(facts, key=lambda fact: fact.at_us),
        alerts={alert["alert"]: alert for alert in alerts},
        incidents=shown.get("incidents", {}),
        feeds=shown.get("feeds", {}),
        journal=journal,
        audit=shown.get("audit", ()),
    )
