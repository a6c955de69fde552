"""Who is asked for a forecast.

Knows: a process that works one question off after another and is started again when it dies; and, in a simulation, an
answer that comes after a fixed time.
Refuses to know: what a forecast is. Nothing of it is imported before the first question, and where no site wants one,
never.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from center.clock import Clock
from center.core.effects import Forecast
from center.core.events import Micros
from center.core.pattern_facts import Advice
from center.site_patterns import Record

if TYPE_CHECKING:
    from center.forecast.adviser import Adviser

Then: TypeAlias = Callable[[Advice | str], None]
"""Gets the answer, or why there is none."""
NO_RECORD = Record()


class Forecaster(Protocol):
    """`then` is called later, never from inside `ask`."""

    def ask(self, effect: Forecast, then: Then) -> None: ...


class NoForecaster:
    """Where none runs, that is the answer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def ask(self, effect: Forecast, then: Then) -> None:  # noqa: ARG002
        self._clock.call_at(self._clock.now(), lambda: then("no forecaster runs here"))


class DelayedForecaster:
    """Answers `takes` later on the clock that is passed in. What it remembers is its own: two runs in one process
    know nothing of each other."""

    def __init__(
        self, clock: Clock, timezone: str, takes: Micros, record: Record = NO_RECORD, roads: Path | None = None
    ) -> None:
        self._clock = clock
        self._asked_of = timezone, record, roads
        self._takes = takes

    def ask(self, effect: Forecast, then: Then) -> None:
        answer = advise(self._adviser, effect)
        self._clock.call_at(Micros(self._clock.now() + self._takes), lambda: then(answer))

    @cached_property
    def _adviser(self) -> Adviser:
        return _made(*self._asked_of)


class ProcessForecaster:
    """A process of its own, so that the center never waits for arithmetic. `post` hands an answer over to the center's
    own thread (an event loop's call_soon_threadsafe)."""

    def __init__(
        self,
        timezone: str,
        post: Callable[[Callable[[], None]], object],
        record: Record = NO_RECORD,
        roads: Path | None = None,
    ) -> None:
        self._asked_of = timezone, record, roads
        self._post = post
        self._pool: ProcessPoolExecutor | None = None

    def ask(self, effect: Forecast, then: Then) -> None:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")  # a fork would copy the center's threads' locks
            self._pool = ProcessPoolExecutor(1, context, initializer=_begin, initargs=self._asked_of)
        try:
            working = self._pool.submit(_work, effect)
        except BrokenProcessPool as why:
            self._broken()
            text = f"the forecaster died: {why}"
            self._post(lambda: then(text))
            return
        working.add_done_callback(lambda done: self._done(done, then))

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _done(self, done: Future[Advice | str], then: Then) -> None:
        """On a thread of the pool."""
        if done.cancelled():
            return
        error = done.exception()
        answer = f"the forecaster died: {error}" if error is not None else done.result()
        if isinstance(error, BrokenProcessPool):
            self._post(self._broken)
        self._post(lambda: then(answer))

    def _broken(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def advise(adviser: Adviser, question: Forecast) -> Advice | str:
    """The answer, or in words why there is none."""
    try:
        return adviser.advise(question)
    except (ValueError, ArithmeticError, MemoryError) as why:
        return f"{type(why).__name__}: {why}"[:200]


def _made(timezone: str, record: Record, roads: Path | None) -> Adviser:
    from center.forecast.adviser import Adviser

    return Adviser(timezone, past=record.past, premises=record.premises, roads=roads)


_here: list[Adviser] = []
"""In the process: the one there is."""


def _begin(timezone: str, record: Record, roads: Path | None) -> None:
    """One process, one core, and no longer than the center."""
    threading.Thread(target=_end_with_center, daemon=True).start()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    _here.append(_made(timezone, record, roads))


def _end_with_center() -> None:
    """A center that was killed tells nobody, and the pipe of questions never ends: both its ends are here."""
    center = multiprocessing.parent_process()
    assert center is not None
    center.join()
    os._exit(1)


def _work(question: Forecast) -> Advice | str:
    return advise(_here[0], question)
