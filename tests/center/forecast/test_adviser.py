"""From reports to boxes, rashes and series, in words that a sergeant can weigh."""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
import pytest

from center.core.events import DAY, HOUR, Micros
from center.core.geo import METRES_PER_DEGREE, distance_m
from center.core.pattern_facts import Advice, Box, Patterns
from center.forecast.adviser import Adviser
from center.forecast.boxes import areas
from center.forecast.grid import Grid
from center.forecast.reports import Reports, at_once
from tests.center.forecast.questions import DAYS, LAT, LON, MONDAY, question
from tests.center.forecast.town import BAD_STREETS, burglaries

ZONE = "America/Chicago"


def advised(**more: object) -> Advice:
    return Adviser(ZONE).advise(question(**more))  # type: ignore[arg-type]


usual = cache(advised)
"""The town as it is, asked once for several claims."""


def metres(box: Box) -> tuple[float, float]:
    east = (box.lon - LON) * METRES_PER_DEGREE * float(np.cos(np.radians(LAT)))
    return east, (box.lat - LAT) * METRES_PER_DEGREE


def test_the_boxes_are_where_the_bad_streets_are_and_hold_what_they_say() -> None:
    """Three of nine squares, none in another; until five the next morning, summer time; the chance of none agrees with
    what is expected, and the reasons are reports of the record, the weightiest first."""
    said = usual()
    assert (said.starts, said.ends) == (MONDAY + DAYS * DAY + 6 * HOUR, MONDAY + DAYS * DAY + 28 * HOUR)
    assert len(said.boxes) == 3
    for box, street in zip(sorted(said.boxes, key=metres), sorted(BAD_STREETS), strict=True):
        assert np.hypot(*np.subtract(metres(box), street)) < 500.0
        assert len(box.cells) == 9
        assert box.low <= box.expected <= max(box.high, 1)
        assert 0.5 * np.exp(-box.expected) < box.none < min(1.0, 2.0 * np.exp(-box.expected))
        assert 0.0 <= box.long_run <= 1.0
        shares = [share for _, share in box.why]
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= box.expected
    every = [cell for box in said.boxes for cell in box.cells]
    assert len(set(every)) == len(every)
    assert said.low <= said.expected <= said.high


def test_what_is_patrolled_already_is_left_out() -> None:
    first = usual().boxes[0]
    again = advised(taken=first.cells)
    assert all(not set(first.cells) & set(box.cells) for box in again.boxes)


def test_where_no_place_is_worse_than_another_no_box_is_offered() -> None:
    """Fewer than were asked for when there is nothing to say: here none."""
    dice = np.random.default_rng(1)
    t = np.sort(dice.random(900) * DAYS)
    x, y = dice.random((2, 900)) * 4_000.0
    assert advised(reports=at_once(x, y, t)).boxes == ()


def test_too_few_reports_are_said_to_be() -> None:
    few = burglaries(DAYS).pick(slice(0, 12))
    said = advised(reports=few)
    assert said.boxes == ()
    assert said.note == "12 reports are too few to forecast by; it takes 30"


def test_the_same_question_has_the_same_answer_whoever_is_asked() -> None:
    first, second = (msgspec.msgpack.encode(ask()) for ask in (usual, advised))
    assert first == second


def test_a_new_burglary_brings_a_box_with_it_and_says_why() -> None:
    """Twenty in one night, in a town where one leads to another: a box is there, and they are its first reasons."""
    calm = burglaries(DAYS, repeats=0.8)
    night = at_once(np.full(20, 2_100.0), np.full(20, 1_500.0), DAYS + np.linspace(0.05, 0.08, 20))
    both = Reports(*(np.concatenate(columns) for columns in zip(calm, night, strict=True)))
    said = advised(reports=both, settings=Patterns(boxes=4))
    box = min(said.boxes, key=lambda box: float(np.hypot(*np.subtract(metres(box), (2_100.0, 1_500.0)))))
    assert np.hypot(*np.subtract(metres(box), (2_100.0, 1_500.0))) < 400.0
    news = {f"cad/c{len(calm.x) + n}" for n in range(20)}
    assert {report for report, _ in box.why} <= news
    assert any(len(news & set(one.reports)) >= 5 for one in said.series)


def test_the_list_ends_at_its_hour_whatever_the_zone_says_of_summer() -> None:
    """Asked at four in the morning of a day in May, the list ends an hour later."""
    asked = question(now=Micros(MONDAY + 126 * DAY + 3 * HOUR))
    said = Adviser(ZONE).advise(asked)
    assert said.ends - said.starts == HOUR


@pytest.mark.parametrize("width_m", [200.0, 600.0])
def test_a_box_is_one_piece_of_its_size(width_m: float) -> None:
    grid = Grid(0.0, 0.0, 200.0, 12, 12)
    surface = np.random.default_rng(2).random(grid.size) ** 8
    for area in areas(grid, surface, np.ones(grid.size, dtype=np.bool_), np.zeros(0, dtype=np.int64), 3, width_m):
        row, col = np.divmod(area.cells, grid.cols)
        assert len(area.cells) == (width_m / 200.0) ** 2
        reached, todo = {0}, [0]
        while todo:
            one = todo.pop()
            near = np.flatnonzero(np.abs(row - row[one]) + np.abs(col - col[one]) == 1)
            todo += [n for n in near.tolist() if n not in reached]
            reached |= set(near.tolist())
        assert len(reached) == len(area.cells)


def test_a_place_in_degrees_comes_back() -> None:
    """A box's cells are where the reports are: within a cell of the street it is about."""
    box = usual().boxes[0]
    assert min(distance_m(*cell, box.lat, box.lon) for cell in box.cells) < 200.0


def test_what_is_said_of_reports_from_before_comes_with_those_reports() -> None:
    """The core has never heard of them: whoever reads a reason or a series wants to see where that was."""
    asked = question()
    before, lately = asked.reports[:-40], asked.reports[-40:]
    advice = Adviser(ZONE, past=before).advise(msgspec.structs.replace(asked, reports=lately))
    named = {name for box in advice.boxes for name, _ in box.why}
    named |= {name for one in advice.series for name in one.reports}
    named |= {name for one in advice.rashes for name in one.reports}
    assert {one.report for one in advice.past} == named & {one.report for one in before}
    assert advice.past
