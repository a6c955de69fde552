"""Worker processes that read frames, and what happens when there are more frames than time.

Knows: one job a worker at a time, the newest frame of each camera waiting and none else, workers that die or hang,
the counts.
Refuses to know: plates, passages, events.

Pixels are heavy and their libraries are native code: a picture made to crash one takes a worker with it, not the
center. The frame it held is answered as a fault, and another worker starts.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Lock
from time import monotonic
from typing import NamedTuple

from center.vision.reader import Read

WAITING, WAITING_BYTES = 256, 128 << 20  # cameras whose newest frame may wait, and how large all of them may be
PATIENCE_S = 20.0  # a frame takes some 30 ms; a worker that is silent this long hangs
STARTING_S = 60.0  # the libraries are loaded and the networks read
SENDING_S = 2.0  # a frame is some 100 KB; a worker that takes none of it is stuck
AGAIN_S, LATEST_S = 1.0, 60.0  # until a worker that could not start is tried again: ever later
NICE = 5  # where cores are short, the center's own work goes first
COUNTED = 4096  # cameras whose losses are counted apart
ELSEWHERE = "others"


class Job(NamedTuple):
    """One frame. `source`: the feed it came by; `at`: when it came; `seen`: when the camera says that it was taken, or
    else when it came."""

    source: str
    camera: str
    seen: int
    at: int
    data: bytes

    @property
    def key(self) -> str:
        return f"{self.source}/{self.camera}"


class Answer(NamedTuple):
    """What a worker says of a frame. `crops`: for each read a JPEG of its plate; `fault`: why there are no reads, None
    when the frame was looked at, whatever was found."""

    reads: tuple[Read, ...] = ()
    crops: tuple[bytes, ...] = ()
    fault: str | None = None


class Done(NamedTuple):
    job: Job
    answer: Answer


@dataclass(slots=True)
class Counts:
    """Since the start. `lost`: frames that a newer one of the same camera replaced, or that found no room, by
    camera."""

    taken: int = 0
    done: int = 0
    faults: int = 0
    deaths: int = 0
    lost: dict[str, int] = field(default_factory=dict)

    def lose(self, job: Job) -> None:
        key = job.key if job.key in self.lost or len(self.lost) < COUNTED else f"{job.source}/{ELSEWHERE}"
        self.lost[key] = self.lost.get(key, 0) + 1


@dataclass(slots=True)
class _Worker:
    """`ready`: it has said so, and takes a frame as soon as it is sent one."""

    process: BaseProcess
    line: Connection
    since: float
    ready: bool = False
    job: Job | None = None


def _limit(line: Connection, seconds: int) -> None:
    """A worker that is stuck in the middle of a message holds nobody up for longer."""
    end = socket.socket(fileno=line.fileno())
    for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
        end.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))
    end.detach()  # it stays the line's


def read_frames(line: Connection) -> None:
    """A worker's life: it says that it is ready, and answers whatever it is asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the center, which ends its workers
    os.nice(NICE)
    from center.vision.looking import Looking

    looking = Looking()
    with suppress(EOFError, OSError):  # the center is gone, or needs this one no more
        line.send(None)
        while True:
            line.send(looking.at(line.recv_bytes()))


class Workers:
    """A pool of `count` processes. `submit` may be called from any thread, everything else from one only. `work` is
    what each of them does with its end of the line."""

    def __init__(
        self,
        count: int,
        *,
        waiting: int = WAITING,
        patience_s: float = PATIENCE_S,
        work: Callable[[Connection], None] = read_frames,
    ) -> None:
        self.counts = Counts()
        self._context = multiprocessing.get_context("spawn")  # a fork would copy the center's threads' locks
        self._work = work
        self._count = count
        self._most = waiting
        self._patience_s = patience_s
        self._lock = Lock()  # for the queue and what is counted of it
        self._queue: dict[str, Job] = {}  # by camera, the one that has waited longest first
        self._queued_bytes = 0
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._ear.setblocking(False)
        self._hire_at = self._pause_s = 0.0
        self._workers: list[_Worker] = []
        self._hire()

    def submit(self, job: Job) -> bool:
        """Take a frame; False when there was no room for it. An older frame of the same camera gives way and keeps its
        turn."""
        with self._lock:
            self.counts.taken += 1
            older = self._queue.get(job.key)
            size = self._queued_bytes + len(job.data) - (len(older.data) if older else 0)
            full = (older is None and len(self._queue) >= self._most) or size > WAITING_BYTES
            if older or full:
                self.counts.lose(job)
            if not full:
                self._queue[job.key] = job
                self._queued_bytes = size
        self.ring()
        return not full

    def ring(self) -> None:
        """Have `collect` come back from its waiting."""
        with suppress(OSError):  # it has rung already, or nobody is there any more
            self._bell.send(b"!")

    @property
    def busy(self) -> int:
        """Frames waiting or being looked at."""
        return len(self._queue) + sum(worker.job is not None for worker in self._workers)

    def holds(self, key: str) -> bool:
        """Whether a frame of this camera is waiting or being looked at."""
        return key in self._queue or any(worker.job is not None and worker.job.key == key for worker in self._workers)

    def lost(self) -> dict[str, int]:
        """Frames lost, by feed."""
        lost: dict[str, int] = {}
        with self._lock:
            for key, count in self.counts.lost.items():
                feed = key.rpartition("/")[0]
                lost[feed] = lost.get(feed, 0) + count
        return lost

    @property
    def pids(self) -> list[int]:
        return [worker.process.pid or 0 for worker in self._workers]

    def collect(self, timeout_s: float = 0.0) -> list[Done]:
        """What is finished; waits at most `timeout_s` for the first, or for a frame to come."""
        self._hire()
        answers = self._hand_out()
        lines = {worker.line: worker for worker in self._workers}
        for ready in wait([*lines, self._ear], 0.0 if answers else self._at_most(timeout_s)):
            if ready is self._ear:
                with suppress(BlockingIOError):
                    self._ear.recv(4096)
            else:
                answers += self._heard(lines[ready])  # type: ignore[index]
        for worker in list(self._workers):
            answers += self._overdue(worker)
        return answers + self._hand_out()

    def close(self) -> None:
        for worker in self._workers:
            worker.line.close()
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join()
        self._workers.clear()
        self._bell.close()
        self._ear.close()

    def _hire(self) -> None:
        while len(self._workers) < self._count and monotonic() >= self._hire_at:
            ours, theirs = self._context.Pipe()
            _limit(ours, int(SENDING_S))
            process = self._context.Process(target=self._work, args=(theirs,), name="plate-reader", daemon=True)
            process.start()
            theirs.close()
            self._workers.append(_Worker(process, ours, monotonic()))

    def _heard(self, worker: _Worker) -> list[Done]:
        try:
            answer: Answer | None = worker.line.recv()
        except (EOFError, OSError):
            worker.process.join(5.0)
            return self._lost(worker, f"the worker died with exit code {worker.process.exitcode}")
        if answer is None:
            worker.ready, self._pause_s = True, 0.0
            return []
        job, worker.job = worker.job, None
        assert job is not None, "a worker answers what it was asked"
        self.counts.done += 1
        self.counts.faults += answer.fault is not None
        return [Done(job, answer)]

    def _at_most(self, timeout_s: float) -> float:
        """Not longer than until something has to be done here: a worker is overdue, or one may be hired."""
        due = [worker.since + limit_s for worker in self._workers if (limit_s := self._limit_s(worker)) is not None]
        if len(self._workers) < self._count:
            due.append(self._hire_at)
        return max(0.0, min([timeout_s, *(at - monotonic() for at in due)]))

    def _limit_s(self, worker: _Worker) -> float | None:
        """How long it may be silent."""
        if worker.job is not None:
            return self._patience_s
        return None if worker.ready else STARTING_S

    def _overdue(self, worker: _Worker) -> list[Done]:
        limit_s = self._limit_s(worker)
        if limit_s is None or monotonic() - worker.since < limit_s:
            return []
        return self._lost(worker, f"the worker gave no answer for {limit_s:g} s")

    def _lost(self, worker: _Worker, why: str) -> list[Done]:
        """It is gone, and the frame it held with it. One that never got ready will not do so at once either: what
        waits is answered, and the next one starts a little later, ever more so."""
        worker.process.kill()
        worker.line.close()
        self._workers.remove(worker)
        self.counts.deaths += 1
        jobs = [] if worker.job is None else [worker.job]
        if not worker.ready:
            self._pause_s = min(LATEST_S, 2 * self._pause_s or AGAIN_S)
            self._hire_at = monotonic() + self._pause_s
            if not any(other.ready for other in self._workers):
                with self._lock:
                    jobs += self._queue.values()
                    self._queue.clear()
                    self._queued_bytes = 0
        self._hire()
        self.counts.faults += len(jobs)
        return [Done(job, Answer(fault=why)) for job in jobs]

    def _hand_out(self) -> list[Done]:
        """Give waiting frames to whoever is free."""
        answers: list[Done] = []
        for worker in list(self._workers):
            if not worker.ready or worker.job is not None:
                continue
            with self._lock:
                if not self._queue:
                    break
                worker.job = self._queue.pop(next(iter(self._queue)))
                self._queued_bytes -= len(worker.job.data)
            worker.since = monotonic()
            try:
                worker.line.send_bytes(worker.job.data)
            except BlockingIOError:
                answers += self._lost(worker, f"the worker took no frame within {SENDING_S:g} s")
            except OSError:
                pass  # it has died: `_heard` finds that out and answers for the frame
        return answers
