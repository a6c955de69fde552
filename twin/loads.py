"""A day of the parish put on record, with no center to hear it.

Knows: how a world without a center is played to its end, and written down as it goes.
Refuses to know: what a center would have made of it. Terminals are told nothing, and nobody acts.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from simpy import Environment

from twin import parish_site
from twin.devices.carrier import Answered
from twin.devices.clock import call_later, now_us
from twin.devices.tablet import Client
from twin.devices.things import SECOND_US
from twin.progress import Progress, unwatched
from twin.recording import Recording, RecordingError, RunRecorder
from twin.scenarios.schema import Scenario
from twin.truth import Fact
from twin.world import World

STEP_US = 10 * SECOND_US
CONNECTS_US = 40_000


class Recorded(msgspec.Struct, frozen=True):
    """What is in the file; `seconds` are the world's."""

    scenario: str
    seed: int
    messages: int
    bytes: int
    facts: int
    seconds: float


def record(scenario: Scenario, seed: int, to: Path, progress: Progress = unwatched) -> Recorded:
    """Play the scenario's world and keep every byte and every fact. Raises WorldError, OSError."""
    recorder = RunRecorder(to, parish_site.recorded(scenario.world))
    try:
        tape = _Tape(recorder)
        world = World(scenario, seed, tape)
        tape.begin(world, seed)
        world.tablets.connect_by(_Unheard(tape, world.setting.env))
        setting = world.setting
        while (now := now_us(setting.env)) < setting.ends_us:
            setting.env.run(until=min(setting.ends_us, now + STEP_US))
            progress(now_us(setting.env) / setting.ends_us)
    except BaseException:
        recorder.abandon()
        raise
    recorder.finish()
    return Recorded(scenario.name, seed, tape.messages, tape.bytes, tape.facts, scenario.lasts_s)


def scenario_of(path: Path) -> Scenario:
    """The scenario that a recording was made from. Raises RecordingError, OSError."""
    recording = Recording(path)
    recording.read_about()
    if not recording.scenario:
        what = "is of several runs" if "merged" in recording.about else "does not say from which scenario it was made"
        raise RecordingError(f"{path}: {what}; only what the twin has drawn can be drawn again")
    try:
        return msgspec.json.decode(recording.scenario, type=Scenario)
    except msgspec.MsgspecError as error:
        raise RecordingError(f"{path}: was made from a scenario that this twin does not know: {error}") from error


class _Tape:
    """Takes what devices say, answers every request at once, and writes it all down."""

    def __init__(self, recorder: RunRecorder) -> None:
        self.messages = self.bytes = self.facts = 0
        self._recorder = recorder
        self._world: World | None = None

    def begin(self, world: World, seed: int) -> None:
        self._world = world
        setting = world.setting
        self._recorder.attach("run", {"scenario": setting.scenario.name, "seed": seed, "mode": "world"})
        self._recorder.attach("scenario", msgspec.to_builtins(setting.scenario))
        tables = parish_site.tables(
            setting.scenario.name,
            setting.parish,
            world.fleet.roster,
            world.roadside.cameras,
            world.reader_cars.cameras,
            world.filming.facts,
            world=setting.scenario.world,
        ) | world.tablets.site_table(parish_site.NOWHERE.cot)
        self._recorder.attach("site", tables)
        for fact in setting.truth.facts:
            self._happened(fact)
        setting.truth.facts.clear()
        setting.truth.hear = self._happened

    def send(self, link: str, peer: str, data: bytes) -> None:
        self.messages += 1
        self.bytes += len(data)
        self._recorder.carried(self._now_us(), link, peer, data)

    def post(self, link: str, peer: str, data: bytes, answered: Answered) -> None:
        self.send(link, peer, data)
        answered(True)

    def cut(self, link: str, peer: str) -> None:
        """A recording does not mark the end of a connection."""

    def _happened(self, fact: Fact) -> None:
        assert self._world is not None
        self.facts += 1
        self._recorder.happened(self._world.setting.epoch + fact.at_us, msgspec.json.encode(fact))

    def _now_us(self) -> int:
        assert self._world is not None
        return self._world.setting.epoch + now_us(self._world.setting.env)


class _Unheard:
    """A Way of tablets: every connection is made and nothing is ever said on it, so that its client hangs up after a
    minute and comes again. A peer is one connection."""

    def __init__(self, tape: _Tape, env: Environment) -> None:
        self._tape = tape
        self._env = env
        self._peers: dict[str, str] = {}
        self._serial = 0

    def connect(self, name: str, client: Client) -> None:
        self._serial += 1
        self._peers[name] = f"{name}:{self._serial}"
        call_later(self._env, CONNECTS_US, client.connected)

    def send(self, name: str, data: bytes) -> None:
        self._tape.send(parish_site.COT_FEED, self._peers[name], data)

    def hang_up(self, name: str) -> None:
        """Nobody was there."""

    def hold(self, name: str, unread: bool) -> None:
        """Nothing comes that could be left unread."""
