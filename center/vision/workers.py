"""Worker processes that read frames, and what happens when there are more frames than time.

Knows: one job a worker at a time, the newest frame of each camera waiting and none else, workers that die or hang,
the counts.
Refuses to know: pictures, plates, events.

Pixels are heavy and their libraries are native code: a picture made to crash one takes a worker with it, not the
center. The
frame it held is answered as a fault, and another worker starts.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import NamedTuple

from center.vision.opening import UnreadableError, opened
from center.vision.reader import Read

WAITING = 256  # cameras whose newest frame may wait
PATIENCE_S = 20.0  # a frame takes some 30 ms; a worker that is silent this long hangs


class Job(NamedTuple):
    camera: str
    seen: int
    data: bytes
    ref: str | None = None


class Done(NamedTuple):
    """`fault`: why there are no reads; None when the frame was looked at, whatever was found."""

    job: Job
    reads: tuple[Read, ...]
    fault: str | None = None


@dataclass(slots=True)
class Counts:
    """Since the start. `lost`: frames a newer one of the same camera replaced, or that found no room, by camera."""

    taken: int = 0
    done: int = 0
    faults: int = 0
    deaths: int = 0
    lost: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    line: Connection
    job: Job | None = None
    since: float = 0.0


def _work(line: Connection) -> None:
    """A worker's life. Its answer to anything is an answer."""
    import cv2

    from center.vision.reader import Reader

    cv2.setNumThreads(1)  # one worker, one core: the pool is the parallelism
    reader = Reader()
    while True:
        try:
            job: Job = line.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            answer = Done(job, tuple(reader.read(opened(job.data))))
        except UnreadableError as why:
            answer = Done(job, (), str(why))
        except (cv2.error, ValueError, MemoryError, ArithmeticError) as why:
            answer = Done(job, (), f"{type(why).__name__}: {why}"[:200])
        line.send(answer)


class Workers:
    """A pool of `count` processes. Not for two threads at once. `work` is what each of them does with its end of the
    line."""

    def __init__(
        self,
        count: int,
        *,
        waiting: int = WAITING,
        patience_s: float = PATIENCE_S,
        work: Callable[[Connection], None] = _work,
    ) -> None:
        self.counts = Counts()
        self._context = multiprocessing.get_context("spawn")  # a fork would copy the center's threads' locks
        self._work = work
        self._most = waiting
        self._patience_s = patience_s
        self._queue: dict[str, Job] = {}  # by camera, the one that has waited longest first
        self._workers = [self._hired() for _ in range(count)]

    def submit(self, job: Job) -> bool:
        """Take a frame; False when there was no room for it. An older frame of the same camera gives way and keeps
        its turn."""
        self.counts.taken += 1
        if job.camera in self._queue or len(self._queue) >= self._most:
            self.counts.lost[job.camera] = self.counts.lost.get(job.camera, 0) + 1
            if job.camera not in self._queue:
                return False
        self._queue[job.camera] = job
        self._hand_out()
        return True

    @property
    def busy(self) -> int:
        """Frames waiting or being looked at."""
        return len(self._queue) + sum(worker.job is not None for worker in self._workers)

    @property
    def pids(self) -> list[int]:
        return [worker.process.pid or 0 for worker in self._workers]

    def collect(self, timeout_s: float = 0.0) -> list[Done]:
        """What is finished; waits at most `timeout_s` for the first."""
        lines = {worker.line: worker for worker in self._workers}
        answers = []
        for ready in wait(list(lines), timeout_s):
            worker = lines[ready]  # type: ignore[index]
            try:
                answer: Done = worker.line.recv()
            except (EOFError, OSError):
                answers += self._replaced(worker, f"the worker died with exit code {self._exit_code(worker)}")
                continue
            worker.job = None
            self.counts.done += 1
            self.counts.faults += answer.fault is not None
            answers.append(answer)
        for worker in list(self._workers):
            if worker.job is not None and monotonic() - worker.since > self._patience_s:
                worker.process.kill()
                answers += self._replaced(worker, f"the worker gave no answer for {self._patience_s:g} s")
        self._hand_out()
        return answers

    def close(self) -> None:
        for worker in self._workers:
            worker.line.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()
        self._workers.clear()

    def _hired(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=self._work, args=(theirs,), name="plate-reader", daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _exit_code(self, worker: _Worker) -> int | None:
        worker.process.join(5.0)
        return worker.process.exitcode

    def _replaced(self, worker: _Worker, why: str) -> list[Done]:
        job = worker.job
        worker.line.close()
        self._workers[self._workers.index(worker)] = self._hired()
        self.counts.deaths += 1
        if job is None:
            return []
        self.counts.faults += 1
        return [Done(job, (), why)]

    def _hand_out(self) -> None:
        for worker in self._workers:
            if worker.job is None and self._queue:
                camera = next(iter(self._queue))
                worker.job = self._queue.pop(camera)
                worker.since = monotonic()
                with suppress(OSError):  # it has died: collect() finds that out and answers for the frame
                    worker.line.send(worker.job)
