"""Whoever is asked for a forecast answers later, and somebody's death is an answer, not an end."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from center.core.center import Center, freeze
from center.core.effects import Forecast, Send
from center.core.events import SECOND, AnyEvent, CallOpened, Event, Micros, OperatorActed
from center.core.pattern_facts import Advice, ForecastReady, Patterns
from center.forecast.adviser import Adviser
from center.forecaster import DelayedForecaster, NoForecaster, ProcessForecaster, advise
from tests.center.core.facts import site
from tests.center.doubles import HandClock
from tests.center.forecast.questions import MONDAY, question
from tests.patience import PATIENCE_S

ZONE = "America/Chicago"


class Line:
    """What a process posts, taken off on this thread."""

    def __init__(self) -> None:
        self.posted: queue.Queue[Callable[[], None]] = queue.Queue()
        self.answers: list[Advice | str] = []

    def answer(self) -> Advice | str:
        before = len(self.answers)
        while len(self.answers) == before:
            self.posted.get(timeout=PATIENCE_S)()
        return self.answers[-1]


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def process(line: Line) -> Iterator[ProcessForecaster]:
    forecaster = ProcessForecaster(ZONE, line.posted.put)
    yield forecaster
    forecaster.close()


def test_a_process_answers_what_is_answered_here(line: Line, process: ProcessForecaster) -> None:
    process.ask(question(), line.answers.append)
    assert line.answers == []
    assert line.answer() == advise(Adviser(ZONE), question())


def test_a_process_that_dies_is_an_answer_and_the_next_question_has_another(
    line: Line, process: ProcessForecaster
) -> None:
    process.ask(question(), line.answers.append)
    line.answer()
    assert process._pool is not None
    (pid,) = process._pool._processes
    os.kill(pid, signal.SIGKILL)
    process.ask(question(), line.answers.append)
    assert "died" in str(line.answer())
    process.ask(question(), line.answers.append)
    assert isinstance(line.answer(), Advice)


CENTER = """
import sys
from center.forecaster import ProcessForecaster
from tests.center.forecast.questions import question

if __name__ == "__main__":
    forecaster = ProcessForecaster("America/Chicago", lambda then: then())
    forecaster.ask(question(), lambda answer: print(type(answer).__name__, flush=True))
    sys.stdin.read()
"""


def test_no_process_outlives_a_center_that_was_killed(tmp_path: Path) -> None:
    """The process has the center's standard output, too: that ends when nobody has it any more."""
    (tmp_path / "killed_center.py").write_text(CENTER)
    path = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    center = subprocess.Popen(
        [sys.executable, "-m", "killed_center"], env=path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert center.stdin is not None
    assert center.stdout is not None
    with center, center.stdin, center.stdout:
        assert center.stdout.readline() == b"Advice\n"
        center.kill()
        assert center.communicate(timeout=PATIENCE_S)[0] == b""


def test_in_a_simulation_the_answer_comes_when_it_is_due() -> None:
    clock, answers = HandClock(), []
    DelayedForecaster(clock, ZONE, Micros(2 * SECOND)).ask(question(), answers.append)
    clock.advance(1.9)
    assert answers == []
    clock.advance(0.2)
    assert isinstance(answers[0], Advice)


def test_where_none_runs_that_is_said() -> None:
    clock, answers = HandClock(), []
    NoForecaster(clock).ask(question(), answers.append)
    clock.advance(0.1)
    assert answers == ["no forecaster runs here"]


def test_a_replay_decides_the_same_and_asks_nobody() -> None:
    """Promise B: the answer is an event of the journal. Fed the same events, a center that has no forecaster at all
    proposes the same boxes, tells the same units and ends in the same picture."""
    first = Center()
    journal: list[Event] = [msgspec.structs.replace(site(patterns=Patterns()), at=MONDAY)]
    effects = [list(first.handle(journal[0]))]
    for burglary in question().reports:
        text = f"burglary, residential; entry {burglary.entry}; taken tools; from {_iso(burglary.begins)} to "
        call = burglary.report.partition("/")[2]
        journal.append(
            CallOpened(
                at=burglary.known,
                source="cad",
                call=call,
                system="cad",
                kind="burglary-residential",
                lat=burglary.lat,
                lon=burglary.lon,
                text=text + _iso(burglary.ends),
            )
        )
        effects.append(list(first.handle(journal[-1])))
    for _ in range(2):
        asked = first.picture.pending[first.picture.patterns.asked]
        assert isinstance(asked, Forecast)
        advice = advise(Adviser(ZONE), asked)
        assert isinstance(advice, Advice)
        at = Micros(first.picture.now + 2 * SECOND)
        journal.append(ForecastReady(at=at, source="forecaster", answers=asked.id, advice=advice))
        effects.append(list(first.handle(journal[-1])))
    offer = next(iter(first.picture.patterns.offers))
    taken = OperatorActed(
        at=first.picture.now, source="console", operator="sue", act="box.accept", subject=offer, request="sue/1",
        details={"units": "SO-1"},
    )  # fmt: skip
    journal.append(taken)
    effects.append(list(first.handle(taken)))
    assert any(isinstance(effect, Send) for effect in effects[-1])
    encode = msgspec.msgpack.encode
    read = msgspec.msgpack.Decoder(list[AnyEvent]).decode(encode(journal))
    again = Center()
    assert encode([list(again.handle(event)) for event in read]) == encode(effects)
    assert freeze(again.picture) == freeze(first.picture)


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).isoformat().replace("+00:00", "Z")


def test_a_center_imports_nothing_of_it_before_it_is_asked() -> None:
    """Off means that no code runs: neither the core nor the service loads the forecast."""
    said = subprocess.run(
        [sys.executable, "-c", "import sys, center.service, center.embedded; print('center.forecast' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "False"
