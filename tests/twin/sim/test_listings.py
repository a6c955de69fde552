"""The state's list is long, costs little, and names nobody who passes by."""

from __future__ import annotations

import time

import numpy as np
import pytest

from twin.devices.things import Listing
from twin.sim import homes, parish
from twin.sim.listings import Background, Both, slip
from twin.sim.people import People
from twin.sim.traffic import Strangers
from twin.streams import Streams

SEED = 5
HERE = [Listing("AAA111", "LA"), Listing("BBB222", "TX")]


@pytest.fixture(scope="module")
def background() -> Background:
    return Background(Streams(SEED), 20_000, 0.0)


def test_nobody_meets_a_car_of_the_background(background: Background) -> None:
    """No resident's car and no stranger's has a plate that is on the list, whatever is drawn."""
    people, strangers = People(Streams(SEED), parish.load(), homes.load()), Strangers(Streams(SEED))
    listed = {(one.plate, one.state) for one in background}
    assert len(listed) == len(background)
    assert [one for one in sorted(listed) if people.car_of(*one) is not None] == []
    cars = [strangers.next() for _ in range(20_000)]
    assert [car for car in cars if (car.plate, car.state) in listed] == []
    assert [car for car in cars if people.car_of(car.plate, car.state) is not None] == []


def test_a_list_is_read_like_any_sequence(background: Background) -> None:
    """Row by row, one row, or some; behind the cars that are here."""
    both, rows = Both(HERE, background), list(background)
    assert len(both) == len(rows) + 2
    assert list(both) == HERE + rows
    assert [both[0], both[1], both[2], both[-1]] == [*HERE, rows[0], rows[-1]]
    assert both[1:5] == [HERE[1], *rows[:3]]
    assert background[10_000:20_000:7] == rows[10_000:20_000:7]
    assert list(Background(Streams(SEED), 0, 0.5)) == []
    with pytest.raises(IndexError):
        background[20_000]


def test_a_list_is_the_same_each_time_it_is_read(background: Background) -> None:
    assert list(Background(Streams(SEED), 20_000, 0.0)) == list(background)
    assert background[:5] != Background(Streams(SEED + 1), 5, 0.0)[:]


def test_a_slip_is_a_wrong_state_or_a_wrong_character(background: Background) -> None:
    """As many as were asked for, and nothing else differs."""
    slipped = list(Background(Streams(SEED), 20_000, 0.05))
    wrong = [(one, other) for one, other in zip(background, slipped, strict=True) if one != other]
    assert len(wrong) == pytest.approx(1000, rel=0.15)
    for one, other in wrong:
        assert (one.plate == other.plate) != (one.state == other.state)
        assert (one.case, one.make, one.effective_us) == (other.case, other.make, other.effective_us)
        assert len(one.plate) == len(other.plate)
        assert sum(a != b for a, b in zip(one.plate, other.plate, strict=True)) <= 2
    states = sum(one.state != other.state for one, other in wrong)
    assert 0.15 < states / len(wrong) < 0.35


def test_a_slip_always_changes_something() -> None:
    dice = Streams(1).of("test", "clerk")
    for _ in range(500):
        assert slip("111AAA", "LA", dice) != ("111AAA", "LA")


def test_a_list_of_a_million_is_columns() -> None:
    """Made in seconds and held in 30 MB."""
    began = time.process_time()
    list_of_all = Background(Streams(SEED), 1_000_000, 0.01)
    assert time.process_time() - began < 8.0
    columns = [column for column in vars(list_of_all).values() if isinstance(column, np.ndarray)]
    assert sum(column.nbytes for column in columns) < 30_000_000
    assert len(list_of_all[999_000:]) == 1_000
