"""A rash is found for what it is, as often as allowed, and never by what comes later."""

from __future__ import annotations

import numpy as np

from center.forecast.rash import Marked, Scanner, cried, threshold

DAYS = 200
SPREE_DAY = 150
SPREE = (2_000.0, 2_000.0)


def record(*, spree: bool, alike: bool = True, seed: int = 1) -> Marked:
    """Four a day anywhere in 8 by 8 km, marks by chance; from day 150 on one crew at one place, eight in four days, by
    its own way in or by any."""
    dice = np.random.default_rng(seed)
    many = DAYS * 4
    x, y = dice.random((2, many)) * 8_000.0
    t = dice.random(many) * DAYS
    marks = dice.integers(0, 5, (many, 3))
    if spree:
        x, y = np.append(x, SPREE[0] + 100.0 * np.arange(8) - 350.0), np.append(y, np.full(8, SPREE[1]))
        t = np.append(t, SPREE_DAY + np.arange(8) / 2)
        own = np.full((8, 3), 4) if alike else dice.integers(0, 5, (8, 3))
        marks = np.concatenate([marks, own])
    order = np.argsort(t, kind="stable")
    return Marked(x[order], y[order], t[order], marks[order])


def test_a_spree_is_found_with_its_members_and_what_they_have_in_common() -> None:
    events = record(spree=True)
    rash = Scanner(events).on(SPREE_DAY + 4.0)[0]
    assert np.hypot(rash.x - SPREE[0], rash.y - SPREE[1]) < 600.0
    mine = [row for row in rash.members if events.t[row] >= SPREE_DAY and abs(events.y[row] - SPREE[1]) < 1.0]
    assert len(mine) >= 7
    assert rash.expected < 3.0
    assert {(code, many) for code, many, _ in rash.alike} == {(4, len(rash.members))} or rash.alike[0][0] == 4


def test_marks_alike_score_higher_than_any() -> None:
    """The same places and moments: what they have in common is what makes the difference."""
    own, any_ = (Scanner(record(spree=True, alike=alike)).on(SPREE_DAY + 4.0)[0].score for alike in (True, False))
    assert own > any_ + 5.0


def test_a_busy_week_of_the_whole_town_is_nobodys_rash() -> None:
    """Three times as many everywhere scores like any other week: places have nothing to do with days."""
    dice = np.random.default_rng(3)
    quiet = record(spree=False)
    more = dice.random((2, 56)) * 8_000.0
    t = np.append(quiet.t, SPREE_DAY + dice.random(56) * 7)
    order = np.argsort(t, kind="stable")
    busy = Marked(
        np.append(quiet.x, more[0])[order],
        np.append(quiet.y, more[1])[order],
        t[order],
        np.concatenate([quiet.marks, dice.integers(0, 5, (56, 3))])[order],
    )
    score = Scanner(busy).on(SPREE_DAY + 7.0, marked=False)[0].score
    assert score < Scanner(record(spree=True)).on(SPREE_DAY + 4.0, marked=False)[0].score


def test_what_comes_later_changes_nothing() -> None:
    events = record(spree=True)
    early = Marked(*(column[events.t < 160.0] for column in events))
    assert Scanner(events).on(160.0)[0].members == Scanner(early).on(160.0)[0].members


def test_gone_through_day_by_day_it_is_what_one_look_says() -> None:
    """What is usual is carried along, added to and taken from; at the end it is what it would be at once."""
    events = record(spree=True)
    walked = Scanner(events)
    for day in range(100, 170):
        last = walked.on(float(day))
    assert [rash[:7] for rash in last] == [rash[:7] for rash in Scanner(events).on(169.0)]


def test_a_threshold_keeps_its_promise_on_the_record_it_is_from() -> None:
    """At one a week over ten weeks ten are cried, or fewer; none lower would do."""
    scanner = Scanner(record(spree=False))
    looks = [(float(day), scanner.on(float(day))) for day in range(100, 170)]
    limit = threshold(looks, 1.0, 7.0)
    assert len(cried(looks, limit, 7.0)) <= 10
    lower = max(rash.score for _, rashes in looks for rash in rashes if rash.score < limit)
    assert len(cried(looks, lower, 7.0)) > 10


def test_what_lies_just_off_the_grid_is_left_out_and_breaks_nothing() -> None:
    """A few reports placed wrongly, a little or far beyond the edge, in every direction."""
    events = record(spree=True)
    x, y = events.x.copy(), events.y.copy()
    for row, off in zip(range(0, 80, 10), np.linspace(100.0, 3_000.0, 8), strict=True):
        x[row] = -off if row % 20 else 8_000.0 + off
        y[row] = 8_000.0 + off if row % 20 else -off
    rash = Scanner(events._replace(x=x, y=y)).on(SPREE_DAY + 4.0)[0]
    assert np.hypot(rash.x - SPREE[0], rash.y - SPREE[1]) < 600.0
