"""What is said of rashes, series and boxes against the truth, and the way there: the record of before, a sergeant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from simpy import Environment

from center.site_patterns import past
from tests.twin.outcomes import EPOCH, at, outcome
from twin.devices.sergeant import Sergeant
from twin.patterns_score import PatternScore, score
from twin.sim import crime_past, homes, parish, roads
from twin.sim.crime_history import generate
from twin.sim.people import People
from twin.sim.profiles import DAY_US
from twin.sim.routing import Router
from twin.streams import Streams
from twin.truth import Fact

BOX: dict[str, Any] = {"cell_m": 200.0, "cells": [[30.2, -93.2]], "expected": 0.4}
AWAY = 0.01


def deed(seconds: float, name: str, crew: str | None = "crew", away: float = AWAY) -> tuple[Fact, Fact]:
    """Committed then, and reported a minute later under its own number."""
    told = at(seconds + 60, "burglary-reported", name=name, call=f"R{name}", incident=f"LC{name}", status="open")
    return at(seconds, "burglary", name=name, crew=crew, lat=30.2 + away, lon=-93.2), told


def rash(seconds: float, *numbers: str) -> dict[str, Any]:
    detail = f"2 of 2 unlocked; {', '.join(numbers)}"
    return {"alert": f"a{seconds:g}", "kind": "burglary-rash", "at": EPOCH + round(seconds * 1e6), "detail": detail}


def scored(*facts: Fact, alerts: tuple[dict[str, Any], ...] = (), **said: Any) -> PatternScore:
    found = score(outcome(*facts, alerts=alerts)._replace(patterns={"on": True, **said}))
    assert found is not None
    return found


def test_a_rash_is_true_when_two_of_it_are_one_crews_and_late_by_what_was_known_then() -> None:
    facts = [fact for number in range(4) for fact in deed(100.0 * number, f"00{number}")]
    facts += [*deed(5.0, "900", crew=None), *deed(6.0, "901", crew=None)]
    made = scored(*facts, alerts=(rash(170.0, "LC900", "LC901"), rash(270.0, "LC000", "LC001", "LC900")))
    assert (made.rashes_true, made.rashes_false) == (1, 1)
    (crew,) = made.crews
    assert (crew.burglaries, crew.reported, crew.late) == (4, 4, 3)


def test_series_are_scored_by_pairs() -> None:
    """Three of one crew and a stranger: three pairs of six are right, of three to be found."""
    facts = [fact for number in range(3) for fact in deed(100.0 * number, f"00{number}")]
    facts += deed(5.0, "900", crew=None)
    urns = [f"cad/urn:emergency:uid:callid:R{name}:cad" for name in ("000", "001", "002", "900")]
    made = scored(*facts, advice={"series": [{"reports": urns, "likely": 0.9}]})
    assert (made.pairs, made.right, made.to_find) == (6, 3, 3)
    assert made.precision == pytest.approx(0.5)
    assert made.recall == pytest.approx(1.0)


def test_a_burglary_is_in_a_box_while_that_is_patrolled_and_not_before() -> None:
    facts = [
        at(50.0, "box-taken", box="b1.1", unit="SO-1"),
        *deed(10.0, "000", away=0.0),
        *deed(60.0, "001", away=0.0),
        *deed(70.0, "002"),
    ]
    ends = EPOCH + 500_000_000
    offer = {"offer": "b1.1", "state": "accepted", "starts": EPOCH, "ends": ends, "box": BOX}
    made = scored(*facts, offers=[offer | {"patrolled_s": {"SO-1": 1800.0}}, offer | {"state": "declined"}])
    assert (made.boxes, made.burglaries, made.in_boxes) == (1, 2, 1)
    assert made.patrol_h == pytest.approx(0.5)


def test_a_scenario_without_patterns_has_no_such_score() -> None:
    assert score(outcome(*deed(1.0, "000"))) is None


def test_a_sergeant_sends_the_nearest_free_car_of_ones_own_and_no_car_twice() -> None:
    env = Environment()
    posted: list[tuple[str, list[str]]] = []
    logged: list[tuple[str, str]] = []
    sergeant = Sergeant(
        env,
        "sup",
        Random(1),
        lambda path, body, _: posted.append((path, body["units"])),
        lambda kind, **facts: logged.append((kind, facts["unit"])),
        (8.0, 25.0),
    )
    units = [
        {"unit": name, "own": own, "status": status, "lat": 30.0 + off, "lon": -93.0}
        for name, own, status, off in (
            ("SO-1", True, "available", 0.3),
            ("SO-2", True, "available", 0.1),
            ("SO-3", True, "on-scene", 0.0),
            ("PD-1", False, "available", 0.0),
        )
    ]
    detail = "b1.1 near 30.00000, -93.00000: 0.40 expected; b1.2 near 30.01000, -93.00000: 0.20 expected"
    for _ in range(2):  # told twice, it is done once
        sergeant.saw(units, [{"kind": "patrol-boxes", "detail": detail}])
    env.run()
    assert sorted(path for path, _ in posted) == ["/api/boxes/b1.1/accept", "/api/boxes/b1.2/accept"]
    assert logged == [("box-taken", "SO-2"), ("box-taken", "SO-1")]
    assert [units for _, units in posted] == [["SO-2"], ["SO-1"]]


def test_the_record_of_before_is_what_a_center_reads_and_holds_nothing_told_later(tmp_path: Path) -> None:
    """Each case once, as it stood that day; in the center's own reader's eyes every row makes sense."""
    premises, streams, plane = homes.load(), Streams(3), parish.load().plane
    made = generate(People(streams, parish.load(), premises), Router(roads.load()), streams, datetime(2026, 1, 5), 60)  # noqa: DTZ001
    start = datetime(2026, 1, 5, 6, tzinfo=UTC)
    count = crime_past.write(tmp_path / "past.csv", made, 40 * DAY_US, premises, plane, start)
    rows = past(tmp_path / "past.csv")
    assert len(rows) == count > 100
    before_us = start.timestamp() * 1e6 + 40 * DAY_US
    assert all(row.begins <= row.ends <= row.known < before_us for row in rows)
    assert len({row.report for row in rows}) == len(rows)
    told = made.reports[made.reports["known_us"] < 40 * DAY_US]
    assert count < len(told)
