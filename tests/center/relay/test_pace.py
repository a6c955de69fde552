"""Pictures that nobody waits for are taken some at a time, and each is known to have come when it came."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator

import pytest

from center.relay.pace import GATHERED_BYTES, Pace

RATE_HZ = 90_000
PICTURE = RATE_HZ // 25


class Clock:
    at = 1_000_000

    def now(self) -> int:
        return self.at


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection of the kind that cameras have: ours, and theirs."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ours = socket.create_connection(listening.getsockname())
        theirs, _ = listening.accept()
    with ours, theirs:
        yield ours, theirs


def is_told_of(ours: socket.socket) -> bool:
    return bool(select.select([ours], [], [], 0)[0])


def test_little_lies_in_the_kernel_until_somebody_waits_or_looks(line: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = line
    pace = Pace(Clock().now)
    pace.begin(ours)
    theirs.sendall(bytes(1000))
    select.select([ours], [], [])  # at first all is told of
    pace.calm(is_calm=True, came_at=0, due=0)
    assert not is_told_of(ours)
    pace.look()
    assert is_told_of(ours)
    ours.recv(1000)
    pace.taken()
    theirs.sendall(bytes(1000))
    assert not is_told_of(ours)
    pace.calm(is_calm=False, came_at=0, due=0)
    assert is_told_of(ours)
    pace.calm(is_calm=True, came_at=0, due=0)
    theirs.sendall(bytes(GATHERED_BYTES))
    select.select([ours], [], [])  # much is told of at once
    theirs.close()


def test_the_end_of_a_connection_is_heard_of_however_little_there_is(
    line: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = line
    pace = Pace(Clock().now)
    pace.begin(ours)
    pace.calm(is_calm=True, came_at=0, due=0)
    theirs.close()
    select.select([ours], [], [])


def test_pictures_that_are_read_late_came_as_far_apart_as_they_are_due() -> None:
    clock = Clock()
    pace = Pace(clock.now)
    assert not pace.is_slow
    pace.calm(is_calm=True, came_at=1_000_000, due=0)
    clock.at = 1_170_000
    pace.taken()
    assert [pace.came_at(clock.at, PICTURE * place, RATE_HZ) for place in (1, 2, 3, 4)] == [
        1_040_000,
        1_080_000,
        1_120_000,
        1_160_000,
    ]
    pace.calm(is_calm=False, came_at=1_160_000, due=PICTURE * 4)
    clock.at = 1_205_000
    pace.taken()  # what had gathered before somebody came
    assert pace.came_at(clock.at, PICTURE * 5, RATE_HZ) == 1_200_000
    assert pace.is_slow
    clock.at = 1_250_000
    pace.taken()
    assert not pace.is_slow  # whatever comes now comes when it is read


@pytest.mark.parametrize(("drift", "earliest"), [(PICTURE // 2, 1_300_000), (PICTURE * 3, 1_340_000)])
def test_a_late_picture_came_between_the_last_two_reads_whatever_its_timestamp_says(drift: int, earliest: int) -> None:
    """A camera whose clock is slow or fast does not lead us away from ours."""
    clock = Clock()
    pace = Pace(clock.now)
    pace.calm(is_calm=True, came_at=clock.at, due=0)
    due = 0
    for read_at in range(1_100_000, 1_500_000, 100_000):
        clock.at = read_at
        pace.taken()
        for _ in range(2):
            due += drift
            at = pace.came_at(clock.at, due, RATE_HZ)
            assert read_at - 100_000 <= at <= read_at
    assert at >= earliest
