"""Plays scenarios in processes of their own: `python -m tests.promises.play FOLDER RATE SEED SCENARIO…`.

Knows: how to note, beside what a run gives, every effect that the host lets go (in lockstep) and every body that
terminals hear (on the wire).
Refuses to know: what is compared with what.

A run leaves `NUMBER.json`, a Played, and its journal. RATE 0 is lockstep; else it is the wire's.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from center.core.effects import AnyEffect, Effect
from center.hands import Answered
from tests.wire_play import over_sockets
from twin.lockstep import Lockstep
from twin.outcome import Outcome
from twin.scenarios.loader import load, shipped
from twin.scenarios.schema import Scenario
from twin.wire import Wire

LARGER = ("load-100x",)
"""`load-10x` but for the size of its numbers: ten seconds of a processor, three times, to say the same."""
SCENARIOS = tuple(name for name in shipped() if name not in LARGER)
RATE = 30
"""World seconds a second, on the wire; fewer where the machine cannot."""
TIMEOUT_S = 900.0
WHOLE = ("stolen-car",)
FIRST_S = {
    "bad-day": 1_600.0,  # all that goes wrong in it has gone wrong by then
    "first-evening": 100.0,  # its forecast is made once, at the start
    "load-10x": 30.0,
    "quiet-shift": 900.0,
    "burglary-spree": 1_800.0,
    "sulphur-night": 1_800.0,
    "plates-from-pictures": 160.0,
}
KNOWN_DAYS = 30
USUALLY_S = 300.0
"""How much of a scenario is played, in seconds of its world: all of those in `WHOLE`, of the others their beginning.
Each is played three times and more in every run of the suite, and some last three nights."""


class Played(msgspec.Struct):
    """What a run left behind: the effects that were carried out and the bodies that terminals heard, in order; alerts
    as last shown, by id; on the wire, at which rate it was played."""

    digest: str
    epoch: int
    alerts: dict[str, dict[str, Any]]
    journal: str
    effects: list[AnyEffect] = []
    heard: list[bytes] = []
    rate: float = 0.0

    @property
    def came_to(self) -> tuple[str, list[AnyEffect], dict[str, dict[str, Any]]]:
        """All that two runs of one seed have in common."""
        return self.digest, self.effects, self.alerts


class _Noting:
    """Stands in front of the hands and notes what they are given."""

    def __init__(self, hands: Any, effects: list[Any]) -> None:
        self._hands = hands
        self._effects = effects

    def do(self, effect: Effect, answer: Answered) -> None:
        self._effects.append(effect)
        self._hands.do(effect, answer)


def in_lockstep(scenario: Scenario, seed: int, journal: Path) -> Played:
    run = Lockstep(scenario, seed, journal)
    effects: list[Any] = []
    host: Any = run.center._assembly.host  # nobody but this test needs to see every effect
    host.hands = _Noting(host.hands, effects)
    return _played(run.run(), effects=effects)


def on_the_wire(scenario: Scenario, seed: int, folder: Path, rate: float) -> Played:
    heard: list[bytes] = []

    def listen(run: Wire) -> None:
        heard.clear()
        for terminal in run.world.fleet.terminals.values():
            noting: Any = partial(_note, heard, terminal.receive)
            terminal.receive = noting  # type: ignore[method-assign]

    wired = over_sockets(scenario, seed, folder, rate, listen)
    return _played(wired.outcome, heard=heard, rate=wired.pace.rate)


def _note(heard: list[bytes], receive: Callable[[bytes], None], data: bytes) -> None:
    heard.append(data)
    receive(data)


def _of_a_short_past(scenario: Scenario) -> Scenario:
    """What a center knew before takes longer to learn than most of what is played."""
    if scenario.world.patterns is None:
        return scenario
    patterns = msgspec.structs.replace(scenario.world.patterns, known_days=KNOWN_DAYS)
    return msgspec.structs.replace(scenario, world=msgspec.structs.replace(scenario.world, patterns=patterns))


def _played(
    outcome: Outcome, *, effects: list[Any] | None = None, heard: list[bytes] | None = None, rate: float = 0.0
) -> Played:
    journal = str(outcome.journal)
    return Played(outcome.digest, outcome.epoch, outcome.alerts, journal, effects or [], heard or [], rate)


def played(folder: Path, hash_seed: str, *scenarios: str, rate: int = 0, seed: int | None = None) -> list[Played]:
    """Runs of scenarios, one after the other in one process under one PYTHONHASHSEED. They are kept in `folder`, which
    test processes share: who comes second waits for the first and reads what it left."""
    which = hashlib.sha256(" ".join(scenarios).encode()).hexdigest()[:16]  # all their names are too long for a folder's
    place = folder / f"played-{rate}-{hash_seed}-{seed}-{which}"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "done").exists():
            command = [sys.executable, "-m", "tests.promises.play", str(place), str(rate), str(seed or ""), *scenarios]
            environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)
            assert done.returncode == 0, done.stderr
            (place / "done").touch()
    files = [place / f"{number}.json" for number, _ in enumerate(scenarios)]
    return [msgspec.json.decode(file.read_bytes(), type=Played) for file in files]


def main(place: Path, rate: str, seed: str, scenarios: list[str]) -> None:
    for number, name in enumerate(scenarios):
        scenario = load(name)
        if name not in WHOLE:
            first_s = min(scenario.lasts_s, FIRST_S.get(name, USUALLY_S))
            scenario = _of_a_short_past(msgspec.structs.replace(scenario, lasts_s=first_s))
        chosen = int(seed) if seed else scenario.seed
        if float(rate):
            done = on_the_wire(scenario, chosen, place / f"{number}", float(rate))
        else:
            done = in_lockstep(scenario, chosen, place / f"{number}.db")
        (place / f"{number}.json").write_bytes(msgspec.json.encode(done))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
