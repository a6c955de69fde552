"""The last weeks tried again: every method on the same days, and none of them looks ahead."""

from __future__ import annotations

import numpy as np
import pytest

from center.core.pattern_facts import TriedMethod
from center.forecast.backtest import AREAS, CHANCE, DAYS, EVEN, LAST_YEAR, OURS, tried
from center.forecast.known import Known, Plane
from tests.center.forecast.questions import DAYS as TODAY
from tests.center.forecast.questions import LAT, LON, MONDAY, question

KIND = "residential"


def known(*, but_last: int = 0) -> Known:
    """The town's reports; of the last so many days none."""
    reports = [one for one in question().reports if one.known < MONDAY + (TODAY - but_last) * 86_400_000_000]
    return Known.of(reports, Plane(LAT, LON), -MONDAY)


def by_method(found: tuple[TriedMethod, ...]) -> dict[str, TriedMethod]:
    return {one.method: one for one in found}


def test_where_streets_are_bad_a_forecast_beats_chance_and_chance_an_even_spread_neither() -> None:
    """Half of the town's burglaries are in three streets of a hundredth of it."""
    rows = by_method(tried(known(), [KIND], TODAY, 200.0))
    assert set(rows) == {OURS, LAST_YEAR, CHANCE, EVEN}
    ours, year, chance, even = (rows[name].areas for name in (OURS, LAST_YEAR, CHANCE, EVEN))
    assert [one.share for one in ours] == list(AREAS)
    for mine, theirs, drawn, flat in zip(ours, year, chance, even, strict=True):
        assert mine.hit > 4 * drawn.hit
        assert mine.pai == pytest.approx(mine.hit / mine.share, abs=0.02)
        assert 0 < mine.pei <= 1
        assert theirs.hit > flat.hit == flat.share
    assert rows[OURS].came == rows[CHANCE].came > 100


def test_what_was_expected_is_near_what_came_and_its_neighbourhoods_add_up() -> None:
    ours = by_method(tried(known(), [KIND], TODAY, 200.0))[OURS]
    assert ours.days == DAYS
    assert ours.expected == pytest.approx(ours.came, rel=0.25)
    assert sum(place.came for place in ours.places) <= ours.came
    assert sum(place.hit for place in ours.places) == pytest.approx(ours.areas[-1].hit * ours.came, abs=1)
    assert all(abs(place.lat - LAT) < 0.1 and abs(place.lon - LON) < 0.1 for place in ours.places)


def test_nobody_looks_ahead() -> None:
    """Where the last two weeks' burglaries were changes nothing in how the weeks before are ranked: with them moved
    elsewhere the same number of the earlier ones is hit, and fewer of the moved."""
    every = known()
    late = np.floor(every.known) >= TODAY - DAYS // 2
    x, y = every.x.copy(), every.y.copy()
    x[late], y[late] = np.random.default_rng(3).permutation(np.stack([x[late], y[late]]), axis=1)
    moved = every._replace(x=x, y=y)
    today = TODAY - DAYS // 2
    assert tried(moved, [KIND], today, 200.0)[0].areas == tried(every, [KIND], today, 200.0)[0].areas


def test_too_little_says_nothing() -> None:
    assert tried(known(but_last=DAYS), [KIND], TODAY, 200.0) == ()
    assert tried(known(), ["business"], TODAY, 200.0) == ()
