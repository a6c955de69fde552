"""Worker processes: frames that kill them, frames that are too many, and what is said of each."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import pytest

from center.vision.workers import Done, Job, Workers
from tests.center.vision import renders
from tests.center.vision.test_opening import png_bomb

FRAME = renders.nearest(renders.passage(1)).jpeg


def answering(line: Connection) -> None:
    """A worker whose work is nothing: it answers, dies when told to, and hangs when told to."""
    while True:
        try:
            job: Job = line.recv()
        except EOFError:
            return
        if job.data == b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        if job.data == b"hang":
            signal.pause()
        line.send(Done(job, ()))


@pytest.fixture
def pool() -> Iterator[Callable[..., Workers]]:
    made: list[Workers] = []

    def make(count: int = 1, **settings: object) -> Workers:
        made.append(Workers(count, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


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
        workers.submit(Job("gate", 0, data))
        (done,) = all_of(workers)
        assert (done.fault is None) == (data is FRAME), done.fault
    assert done.reads
    assert workers.pids == before
    assert workers.counts.deaths == 0
    assert (workers.counts.done, workers.counts.faults) == (5, 4)


def test_a_worker_that_is_killed_answers_for_its_frame_and_is_replaced(pool: Callable[..., Workers]) -> None:
    workers = pool(work=answering)
    workers.submit(Job("gate", 1, b"die"))
    (done,) = all_of(workers)
    assert done.job.seen == 1
    assert "died with exit code -9" in (done.fault or "")
    workers.submit(Job("gate", 2, b"good"))
    assert [one.fault for one in all_of(workers)] == [None]
    assert workers.counts.deaths == 1


def test_a_worker_that_hangs_is_replaced(pool: Callable[..., Workers]) -> None:
    workers = pool(work=answering, patience_s=0.05)
    workers.submit(Job("gate", 1, b"hang"))
    done: list[Done] = []
    while workers.busy:
        done += workers.collect(0.01)
    assert "no answer" in (done[0].fault or "")


def test_an_idle_worker_that_dies_costs_nothing(pool: Callable[..., Workers]) -> None:
    workers = pool(work=answering)
    os.kill(workers.pids[0], signal.SIGKILL)
    while not workers.counts.deaths:
        assert workers.collect(5.0) == []
    workers.submit(Job("gate", 1, b"good"))
    assert [one.fault for one in all_of(workers)] == [None]


def test_under_overload_the_newest_frame_is_read_and_the_rest_is_counted(
    pool: Callable[..., Workers],
) -> None:
    """One worker, held by a frame that nobody answers; twenty frames of two cameras meanwhile."""
    workers = pool(work=answering, patience_s=0.5)
    workers.submit(Job("gate", 0, b"hang"))
    for number in range(1, 11):
        workers.submit(Job("bridge", number, b"good"))
        workers.submit(Job("ferry", number, b"good"))
    read = [(one.job.camera, one.job.seen) for one in all_of(workers) if one.fault is None]
    assert read == [("bridge", 10), ("ferry", 10)]
    assert workers.counts.lost == {"bridge": 9, "ferry": 9}
    assert workers.counts.taken == workers.counts.done + workers.counts.deaths + sum(workers.counts.lost.values())


def test_more_cameras_than_there_is_room_for_are_counted_too(pool: Callable[..., Workers]) -> None:
    workers = pool(work=answering, patience_s=0.2, waiting=1)
    workers.submit(Job("gate", 0, b"hang"))
    assert workers.submit(Job("bridge", 1, b"good"))
    assert not workers.submit(Job("ferry", 1, b"good"))
    assert workers.counts.lost == {"ferry": 1}
    assert [one.job.camera for one in all_of(workers) if one.fault is None] == ["bridge"]
