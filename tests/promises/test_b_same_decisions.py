"""Promise B: (source of the core, journal) gives the same effects, in any mode, live or again.

To see these tests fail: let a desk look at a clock, at chance or at anything that is not in the picture; leave a field
of a slice out of the snapshot; mint an id from a counter that a restart forgets; iterate over a set.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from center.core.center import Center, freeze
from center.core.effects import Send
from center.core.events import SECOND
from center.core.findings import Step
from center.store.journal import read
from center.store.recovery import recover
from center.terminals import to_bytes
from tests.promises.play import RATE, SCENARIOS, Played, played
from tests.promises.replay import decisions, digest
from twin.scenarios.loader import load

SNAPSHOTS = 4
ON_ITS_WAY = 60 * SECOND
"""Of the world: at its pace on the wire, a second."""


def run_of(name: str, runs: Path) -> Played:
    return played(runs, "random", *SCENARIOS)[SCENARIOS.index(name)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_journal_gives_the_effects_that_were_carried_out(name: str, runs: Path) -> None:
    """All of them, in their order, with their ids, as the host let them go in the live run."""
    run = run_of(name, runs)
    assert run.effects
    assert decisions(Path(run.journal)) == run.effects


@pytest.mark.parametrize("name", ["bad-day", "stolen-car"])
def test_a_snapshot_in_the_middle_changes_nothing(name: str, runs: Path) -> None:
    """Whoever goes on from a snapshot decides as if it had been there from the start."""
    run = run_of(name, runs)
    journal = Path(run.journal)
    last = sum(1 for _ in read(journal))
    cuts = sorted(random.Random(name).sample(range(1, last), SNAPSHOTS))
    assert decisions(journal, snapshots_at=cuts) == run.effects, cuts


@pytest.mark.parametrize("hash_seed", ["0", "1", "random"])
def test_another_process_decides_the_same(hash_seed: str, runs: Path) -> None:
    """Under any PYTHONHASHSEED; `bad-day` has something of everything."""
    run = run_of("bad-day", runs)
    command = [sys.executable, "-m", "tests.promises.replay", run.journal]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert said == digest(run.effects)


def test_a_journal_replayed_twice_in_one_process_is_decided_twice_the_same(runs: Path) -> None:
    """No center leaves anything behind for the next."""
    journal = Path(run_of("stolen-car", runs).journal)
    first, second = recover(journal, fresh=True), recover(journal, fresh=True)
    assert freeze(first.picture) == freeze(second.picture)
    assert freeze(first.picture) != freeze(Center().picture)


@pytest.mark.wire
def test_the_journal_of_a_center_on_real_sockets_gives_what_terminals_heard(runs: Path) -> None:
    """Message for message and byte for byte; and the alerts that the operators were shown, with their ids and steps.
    With the world's last moment terminals and consoles are gone: what is sent or noticed in the silence after it, or is
    on its way then, nobody need hear of."""
    (run,) = played(runs, "random", "stolen-car", rate=RATE)
    center, sent = Center(), []
    for _, event in read(Path(run.journal)):
        sent += [effect for effect in center.handle(event) if isinstance(effect, Send)]
    ends = run.epoch + round(load("stolen-car").lasts_s * 1e6) - ON_ITS_WAY
    heard = Counter(run.heard)
    assert heard <= Counter(map(to_bytes, sent))
    assert Counter(to_bytes(send) for send in sent if send.sent < ends) <= heard
    assert run.heard
    alerts = center.picture.alerts.alerts
    assert {name for name, alert in alerts.items() if alert.at < ends} <= run.alerts.keys() <= alerts.keys()
    for name, shown in run.alerts.items():
        alert = alerts[name]
        assert (shown["kind"], shown["subject"], shown["at"]) == (alert.kind, alert.subject, alert.at)
        steps = msgspec.convert(shown.get("history", []), list[Step])
        assert steps == alert.history[: len(steps)]
        assert all(step.at >= ends for step in alert.history[len(steps) :])
