"""What a run left behind, for scores and reports.

Knows: what happened (truth) and what the room saw (alerts, incidents, feeds), each as those on the outside saw it.
Refuses to know: how the run was carried out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from twin.devices.operator import Operator
from twin.scenarios.schema import Scenario
from twin.truth import Fact
from twin.world import World


class Outcome(NamedTuple):
    """`alerts`, `incidents` and `feeds` are the views of docs/api.md by id, as last shown to an operator. `epoch` is
    the scenario's start in microseconds UTC. `audit` holds the lines of the center's audit trail, as docs/api.md has
    them. `reads` are the journal's
    plate reads from pictures, where there are cameras that send any. `patterns` is the answer of `GET /api/patterns` at
    the end, where the scenario has any."""

    scenario: Scenario
    seed: int
    mode: str
    epoch: int
    digest: str
    facts: list[Fact]
    alerts: dict[str, dict[str, Any]]
    incidents: dict[str, dict[str, Any]]
    feeds: dict[str, dict[str, Any]]
    journal: Path
    audit: tuple[dict[str, Any], ...] = ()
    reads: tuple[dict[str, Any], ...] = ()
    patterns: dict[str, Any] | None = None

    @classmethod
    def of(
        cls,
        world: World,
        mode: str,
        digest: str,
        watcher: Operator,
        journal: Path,
        audit: tuple[dict[str, Any], ...] = (),
        patterns: dict[str, Any] | None = None,
    ) -> Outcome:
        """As of now; the world may go on. `watcher` is an operator who was there all the time."""
        setting = world.setting
        return cls(
            scenario=setting.scenario,
            seed=setting.seed,
            mode=mode,
            epoch=setting.epoch,
            digest=digest,
            facts=list(setting.truth.facts),
            alerts=dict(watcher.alerts),
            incidents=dict(watcher.incidents),
            feeds=dict(watcher.feeds),
            journal=journal,
            audit=audit,
            patterns=patterns,
        )
