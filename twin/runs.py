"""One run as the command line asks for it: lockstep or wire, recorded or not.

Knows: how a mode is chosen once, at the start, and what is kept of a run.
Refuses to know: how either mode works, and how results are printed.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from twin import parish_site
from twin.devices.clock import now_us
from twin.expectations import Checked, check
from twin.journals import Journals
from twin.liveness import demands
from twin.lockstep import Lockstep
from twin.outcome import Outcome
from twin.plates_read import has_pictures, reads_of
from twin.progress import Progress, unwatched
from twin.recording import RunRecorder
from twin.scenarios.schema import Scenario
from twin.score import Score, score
from twin.truth import Fact
from twin.wire import Pace, Wire
from twin.world import World


class Wish(NamedTuple):
    """What the command line asks for. `speed`, `page` and `stay` (the world goes on when the scenario is over) apply
    on the wire only."""

    scenario: Scenario
    seed: int
    wire: bool = False
    speed: float = 10.0
    page: bool = False
    record: Path | None = None
    stay: bool = False
    told: Callable[[str], None] = print


class Done(NamedTuple):
    """A finished run. `pace` is how well the machine kept up on the wire, and nothing in lockstep."""

    outcome: Outcome
    score: Score
    checked: list[Checked]
    seconds: float
    pace: Pace | None

    @property
    def passed(self) -> bool:
        return all(one.held for one in self.checked)


def run(wish: Wish, journals: Journals, progress: Progress = unwatched) -> Done:
    """Raises WorldError, CenterError, OSError."""
    started = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rtcc-")))
        recorder = _Recorder(wish, journals.code)
        pace: Pace | None = None
        judged: list[Checked] = []
        if wish.wire:
            wire = Wire(
                wish.scenario,
                wish.seed,
                folder,
                rate=wish.speed,
                page=wish.page,
                digest=journals.digest,
                tap=recorder,
                told=wish.told,
            )
            recorder.begin(wire.world, wire.site)
            wired = wire.run(progress, partial(_over, wish) if wish.stay else None)
            outcome, pace = wired
        else:
            lockstep = Lockstep(wish.scenario, wish.seed, folder / "journal.db", recorder)
            recorder.begin(lockstep.world, lockstep.site)
            outcome = lockstep.run(progress)
            judged = _judged(lockstep, outcome, journals)
        recorder.finish(outcome, journals)
        if has_pictures(wish.scenario):
            outcome = outcome._replace(reads=reads_of(journals.events(outcome.journal)))
        made = score(outcome)
        return Done(outcome, made, check(outcome, made) + judged, time.monotonic() - started, pace)


def _judged(lockstep: Lockstep, outcome: Outcome, journals: Journals) -> list[Checked]:
    """What no scenario needs to ask for: that nothing forbidden happened and, if the world was healed, that all is
    well."""
    positions = (position for position, _, _ in journals.events(outcome.journal))
    safe = lockstep.witness.verdict(positions)
    return [safe] if outcome.scenario.heals_at_s is None else [safe, *demands(lockstep.ended())]


def _over(wish: Wish, outcome: Outcome) -> None:
    checked = check(outcome, score(outcome))
    held = sum(one.held for one in checked)
    wish.told(f"the scenario is over: {held} of {len(checked)} expectations held; the world goes on until Ctrl-C")


class _Recorder:
    """A tap that records, or does nothing when nothing is to be kept."""

    def __init__(self, wish: Wish, code: str) -> None:
        self._wish = wish
        self._code = code
        self._recorder = RunRecorder(wish.record, parish_site.recorded(wish.scenario.world)) if wish.record else None
        self._world: World | None = None

    def begin(self, world: World, site: dict[str, Any]) -> None:
        self._world = world
        if self._recorder is not None:
            wish = self._wish
            mode = "wire" if wish.wire else "lockstep"
            about = {"scenario": wish.scenario.name, "seed": wish.seed, "mode": mode, "code": self._code}
            self._recorder.attach("run", about)
            self._recorder.attach("scenario", msgspec.to_builtins(wish.scenario))
            self._recorder.attach("site", site)
            for fact in world.setting.truth.facts:
                self._happened(fact)
            world.setting.truth.hear = self._keep

    def __call__(self, link: str, peer: str, data: bytes) -> None:
        if self._recorder is not None and self._world is not None:
            setting = self._world.setting
            self._recorder.carried(setting.epoch + now_us(setting.env), link, peer, data)

    def finish(self, outcome: Outcome, journals: Journals) -> None:
        if self._recorder is not None:
            self._recorder.finish(journals.events(outcome.journal))

    def _keep(self, fact: Fact) -> None:
        """For the scores and for the file."""
        assert self._world is not None
        self._world.setting.truth.keep(fact)
        self._happened(fact)

    def _happened(self, fact: Fact) -> None:
        assert self._world is not None
        assert self._recorder is not None
        self._recorder.happened(self._world.setting.epoch + fact.at_us, msgspec.json.encode(fact))
