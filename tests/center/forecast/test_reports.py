"""A report becomes the days and places where it may have been, and cells become a grid."""

from __future__ import annotations

import numpy as np
import pytest

from center.forecast.grid import Grid, covering, populated
from center.forecast.reports import LONGEST_DAYS, Reports, shared_out
from tests.center.forecast.town import one


def test_a_window_is_shared_out_over_its_days_by_their_hours() -> None:
    """From Monday 18:00 to Tuesday 06:00: half and half; known on Wednesday, it counts from Wednesday."""
    rows = shared_out(one(100.0, 200.0, 0.75, 1.25, 2.1))
    assert rows.day.tolist() == [0, 1]
    assert rows.weight.tolist() == pytest.approx([0.5, 0.5])
    assert rows.known.tolist() == [2, 2]


def test_a_moment_is_one_row_and_a_window_that_ends_at_midnight_says_nothing_of_the_next_day() -> None:
    assert shared_out(one(0.0, 0.0, 3.5, 3.5, 3.5)).weight.tolist() == [1.0]
    assert shared_out(one(0.0, 0.0, 2.5, 3.0, 3.2)).day.tolist() == [2]


def test_of_a_long_absence_only_the_end_counts() -> None:
    rows = shared_out(one(0.0, 0.0, 0.0, 60.0, 60.5))
    assert rows.day.min() == 60 - LONGEST_DAYS
    assert rows.weight.sum() == pytest.approx(1.0)


def test_there_is_no_column_for_a_person() -> None:
    """About places, never persons: a report has a place, times, and how far off the place may be; nothing else goes
    in, so nothing else can be learned from."""
    assert Reports._fields == ("x", "y", "begins", "ends", "known", "off_m")


def test_a_grid_covers_what_there_is_and_does_not_stretch_to_what_lies_far_off() -> None:
    dice = np.random.default_rng(1)
    x, y = dice.random((2, 5_000)) * 8_000.0
    x[0], y[0] = 900_000.0, -900_000.0
    grid = covering(x, y, 200.0)
    assert grid.inside(x, y).sum() >= 4_990
    assert not grid.inside(x, y)[0]
    assert grid.size < 3_000


def test_a_grid_too_large_says_which_cells_would_do() -> None:
    dice = np.random.default_rng(1)
    x, y = dice.random((2, 1_000)) * 900_000.0
    with pytest.raises(ValueError, match="km: that needs cells of at least 1,7"):
        covering(x, y, 200.0)


def test_cells_and_their_middles_agree() -> None:
    grid = Grid(500.0, -300.0, 250.0, 7, 9)
    cells = np.arange(grid.size)
    assert grid.cell(*grid.centre(cells)).tolist() == cells.tolist()


def test_land_counts_where_something_was_near() -> None:
    grid = Grid(0.0, 0.0, 200.0, 5, 5)
    lived = populated(grid, np.array([0]))
    assert np.flatnonzero(lived).tolist() == [0, 1, 5, 6]
