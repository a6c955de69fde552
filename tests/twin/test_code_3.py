"""Lights and siren, and cars that crash: what is true, what their terminals say, and what is kept of it by rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from center.embedded import journal_events
from center.store.evidence import check as check_clip
from tests.wire_play import over_sockets
from twin.expectations import check
from twin.lockstep import Lockstep
from twin.outcome import Outcome
from twin.scenarios.loader import load, parse
from twin.scenarios.schema import Scenario
from twin.score import score

QUIET = (
    "{units: {CPSO: %d}, readers: 0, reads_a_day: 0, calls_a_day: 0, hotlist: 0, reader_cars: 0, aircraft: false, "
    "receivers: {}, operators: 0, cameras: {fixed: 0, others: 0, aircraft: false}, crashes: %f}"
)
CRASH = """
happens: [{do: unit-crash, at_s: 5, name: wreck, callers: 1}]
expect: [{what: kept-by-rule, rule: crash, within_s: 5}]
"""


def quiet(lasts_s: float, more: str = "", units: int = 2, crashes: float = 0.0) -> Scenario:
    """A few cars and nothing else."""
    said = (
        f"name: quiet\nabout: Cars.\nstart: 2026-03-14T21:00\nlasts_s: {lasts_s:g}\nworld: {QUIET % (units, crashes)}\n"
    )
    return parse((said + more).encode(), "quiet.yaml")


def test_code_3_and_a_crash_are_said_and_kept_by_rule(tmp_path: Path) -> None:
    """A robbery, the cars that go there with lights and siren, and one that does not get there: the shipped scenario
    holds, and the room is alerted; each car says `code-3` behind `enroute` and then what ends it, and the crash is the
    sensor's word."""
    run = Lockstep(load("code-3"), 5, tmp_path / "j.db")
    outcome = run.run()
    made = score(outcome)
    assert [one for one in check(outcome, made) if not one.held] == []
    facts = outcome.facts
    (crash,) = [fact for fact in facts if fact.kind == "unit-crash"]
    wrecked = crash.facts["unit"]
    (alert,) = [one for one in outcome.alerts.values() if one["kind"] == "unit-emergency"]
    assert (alert["subject"], alert["headline"]) == (wrecked, f"{wrecked} reports a crash")
    assert (made.expected, made.recall, made.wrong) == (1, 1.0, ())
    said = [fact.facts for fact in facts if fact.kind == "status"]
    words = {unit: [one["status"] for one in said if one["unit"] == unit] for unit in run.world.fleet.terminals}
    lit = [fact.facts["unit"] for fact in facts if fact.kind == "code-3-began"]
    for unit in lit:
        first = words[unit].index("code-3")
        assert words[unit][first - 1] == "enroute"
        assert words[unit][first + 1 :][:1] in ([], ["on-scene"], ["available"], ["crash"])
    assert words[wrecked][-2:] == ["code-3", "crash"]
    went = [fact.facts["unit"] for fact in facts if fact.kind == "dispatched" and fact.at_us >= crash.at_us]
    assert went
    assert wrecked not in went
    heard = [
        said for _, _, body in journal_events(outcome.journal) if (said := json.loads(body)).get("status") == "crash"
    ]
    assert [(one["unit"], one["text"].partition(":")[0]) for one in heard] == [(wrecked, "crash sensor")]


@pytest.mark.wire
def test_on_the_wire_the_minute_before_a_crash_is_a_signed_clip(tmp_path: Path) -> None:
    """Over sockets the camera is asked, and what it had kept is on disk in the rule's name, although nobody looked."""
    outcome = over_sockets(quiet(150, CRASH), 3, tmp_path, rate=5).outcome
    assert [one for one in check(outcome, score(outcome)) if not one.held] == []
    (unit,) = [fact.facts["unit"] for fact in outcome.facts if fact.kind == "unit-crash"]
    clips = [check_clip(file.read_bytes()) for file in outcome.journal.parent.rglob("*.mp4")]
    kept = [(clip.operator, clip.camera, clip.is_from_camera, faults) for clip, faults in clips]
    assert ("rule/crash", f"dash-{unit}", True, ()) in kept


def crashes(outcome: Outcome) -> list[str]:
    return [fact.facts["name"] for fact in outcome.facts if fact.kind == "unit-crash"]


def test_cars_crash_by_chance_and_nobody_elses_dice_move(tmp_path: Path) -> None:
    """Where crashes are frequent there are some, each under a name of its own; where there might be one and is none,
    every byte is as it is where there can be none."""
    often = Lockstep(quiet(900, crashes=4_000.0, units=6), 1, tmp_path / "often.db").run()
    assert crashes(often)
    assert len(set(crashes(often))) == len(crashes(often))
    never = Lockstep(quiet(300), 1, tmp_path / "never.db").run()
    hardly = Lockstep(quiet(300, crashes=0.001), 1, tmp_path / "hardly.db").run()
    assert (crashes(never), crashes(hardly)) == ([], [])
    assert never.digest == hardly.digest
