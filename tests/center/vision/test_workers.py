"""Worker processes: frames that kill them, frames that are too many, and what is said of each."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import numpy as np
import pytest

from center.vision.opening import opened
from center.vision.workers import Answer, Done, Job, Workers
from tests.center.vision import renders
from tests.center.vision.test_opening import png_bomb

FRAME = renders.nearest(renders.passage(1)).jpeg


def answering(line: Connection) -> None:
    """A worker whose work is nothing: it answers, dies when told to, and hangs when told to."""
    line.send(None)
    while True:
        try:
            data = line.recv_bytes()
        except EOFError:
            return
        if data == b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        if data == b"hang":
            signal.pause()
        line.send(Answer())


def stillborn(_: Connection) -> None:
    """One that cannot start: a network is missing, a library is broken."""
    os._exit(3)


def job(camera: str, number: int, data: bytes) -> Job:
    return Job("lpr", camera, number, number, data)


@pytest.fixture
def pool() -> Iterator[Callable[..., Workers]]:
    made: list[Workers] = []

    def make(count: int = 1, **settings: object) -> Workers:
        made.append(Workers(count, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


def handed_out(workers: Workers) -> None:
    """Returns when a worker has what was waiting."""
    while workers._queue:
        assert workers.collect(5.0) == []


def all_of(workers: Workers) -> list[Done]:
    done: list[Done] = []
    while workers.busy:
        done += workers.collect(5.0)
    return done


def test_a_real_worker_reads_a_frame_and_outlives_every_bad_one(pool: Callable[..., Workers]) -> None:
    """A broken JPEG, a hundred-megapixel bomb, a blank frame no bytes at all: four faults, one process, and it reads
    the next frame."""
    workers = pool()
    before = workers.pids
    for data in (FRAME[:2000], png_bomb(10_000, 10_000), renders.blank(), b"", FRAME):
        workers.submit(job("gate", 0, data))
        (done,) = all_of(workers)
        assert (done.answer.fault is None) == (data is FRAME), done.answer.fault
    (read,) = done.answer.reads
    (crop,) = done.answer.crops
    assert opened(crop).shape[1] > np.ptp(read.quad[:, 0])
    assert workers.pids == before
    assert workers.counts.deaths == 0
    assert (workers.counts.done, workers.counts.faults) == (5, 4)


def test_a_worker_that_is_killed_answers_for_its_frame_and_is_replaced(pool: Callable[..., Workers]) -> None:
    workers = pool(work=answering)
    workers.submit(job("gate", 1, b"die"))
    (done,) = all_of(workers)
    assert done.job.seen == 1
    assert "died with exit code -9" in (done.answer.fault or "")
    workers.submit(job("gate", 2, b"good"))
    assert [one.answer.fault for one in all_of(workers)] == [None]
    assert workers.counts.deaths == 1


def test_a_worker_that_hangs_is_replaced(pool: Callable[..., Workers]) -> None:
    workers = pool(work=answering, patience_s=0.1)
    workers.submit(job("gate", 1, b"hang"))
    done: list[Done] = []
    while workers.busy:
        done += workers.collect(0.01)
    assert "no answer" in (done[0].answer.fault or "")


def test_an_idle_worker_that_dies_costs_nothing(pool: Callable[..., Workers]) -> None:
    workers = pool(work=answering)
    os.kill(workers.pids[0], signal.SIGKILL)
    while not workers.counts.deaths:
        assert workers.collect(5.0) == []
    workers.submit(job("gate", 1, b"good"))
    assert [one.answer.fault for one in all_of(workers)] == [None]


def test_under_overload_the_newest_frame_is_read_and_the_rest_is_counted(
    pool: Callable[..., Workers],
) -> None:
    """One worker, held by a frame that nobody answers; twenty frames of two cameras meanwhile."""
    workers = pool(work=answering, patience_s=2.0)
    assert workers.submit(job("gate", 0, b"hang"))
    handed_out(workers)
    for number in range(1, 11):
        workers.submit(job("bridge", number, b"good"))
        workers.submit(job("ferry", number, b"good"))
    read = [(one.job.camera, one.job.seen) for one in all_of(workers) if one.answer.fault is None]
    assert read == [("bridge", 10), ("ferry", 10)]
    assert workers.counts.lost == {"lpr/bridge": 9, "lpr/ferry": 9}
    assert workers.lost() == {"lpr": 18}
    assert workers.counts.taken == workers.counts.done + workers.counts.deaths + sum(workers.counts.lost.values())


def test_more_cameras_than_there_is_room_for_are_counted_too(pool: Callable[..., Workers]) -> None:
    workers = pool(work=answering, patience_s=0.2, waiting=1)
    workers.submit(job("gate", 0, b"hang"))
    handed_out(workers)
    assert workers.submit(job("bridge", 1, b"good"))
    assert not workers.submit(job("ferry", 1, b"good"))
    assert workers.counts.lost == {"lpr/ferry": 1}
    assert [one.job.camera for one in all_of(workers) if one.answer.fault is None] == ["bridge"]


def test_workers_that_cannot_start_are_tried_ever_more_seldom_and_frames_are_answered(
    pool: Callable[..., Workers],
) -> None:
    """No storm of processes, and no frame waits for ever."""
    workers = pool(work=stillborn)
    workers.submit(job("gate", 1, b"good"))
    (done,) = all_of(workers)
    assert "died with exit code 3" in (done.answer.fault or "")
    for _ in range(20):
        workers.collect(0.01)
    assert workers.counts.deaths == 1
    assert workers.pids == []
