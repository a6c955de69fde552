"""What a forecast learns, and that nothing it says knows the future."""

from __future__ import annotations

import numpy as np
import pytest

from center.forecast.basis import Basis
from center.forecast.fitting import gone_through, weekly, weights
from center.forecast.model import at_most, fit, interval, ranked
from center.forecast.reports import Reports, at_once, shared_out
from tests.center.forecast.town import BAD_STREETS, GRID, burglaries, everywhere, middle, one

DAYS = 400


def joined(*parts: Reports) -> Reports:
    return Reports(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def test_learned_day_by_day_it_is_what_it_is_learned_all_at_once() -> None:
    """Features are carried, never computed anew: at the end both are the same to a part in ten thousand."""
    every = burglaries(DAYS)
    early = fit(GRID, everywhere(), every.pick(every.known < DAYS - 30), DAYS - 30)
    for day in range(DAYS - 30, DAYS):
        early.learn(every.pick(np.floor(every.known) == day))
        early.next_day()
    whole = fit(GRID, everywhere(), every, DAYS)
    early.weights = whole.weights
    assert early.day == whole.day
    np.testing.assert_allclose(early.basis.at(slice(None)), whole.basis.at(slice(None)), rtol=1e-4, atol=1e-6)


def test_the_same_reports_give_the_same_forecast_to_the_bit() -> None:
    first, second = (fit(GRID, everywhere(), burglaries(DAYS), DAYS).surface() for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_what_was_not_yet_known_changes_nothing() -> None:
    """A burglary of long ago that is told tomorrow is no part of today's forecast."""
    every = burglaries(DAYS)
    later = Reports(*(np.array([value] * 50) for value in (500.0, 500.0, 10.0, 11.0, DAYS + 0.5, 0.0)))
    without, having = (fit(GRID, everywhere(), reports, DAYS) for reports in (every, joined(every, later)))
    assert without.surface().tobytes() == having.surface().tobytes()


def test_a_report_does_not_foretell_itself() -> None:
    """One with a window of days is to be foretold on each of them, by what was known before it only: until it is known,
    no feature says a word."""
    past = gone_through(Basis(GRID, 0), everywhere(), one(1_000.0, 1_000.0, 20.0, 30.0, 30.5), 40)
    assert past.day.size == 10
    assert not past.seen.any()
    assert past.rates[:, -1].any()


def test_it_finds_the_bad_streets_the_bad_day_and_how_many() -> None:
    every = burglaries(DAYS)
    model = fit(GRID, everywhere(), every, DAYS)
    streets = GRID.cell(*(np.array(column) for column in zip(*BAD_STREETS, strict=True)))
    assert set(streets.tolist()) <= set(ranked(model.surface(), model.mask)[:12].tolist())
    assert np.argmax(model.weekday) == 4
    a_day = len(every.x) / DAYS
    assert model.surface(7).sum() == pytest.approx(7 * a_day, rel=0.25)


def test_near_repeats_are_told_from_bad_places() -> None:
    """Where burglaries bring others the weight is on what happened lately; where they do not, on the place."""
    shares = []
    for repeats in (0.0, 0.8):
        model = fit(GRID, everywhere(), burglaries(DAYS, repeats=repeats), DAYS)
        surface = model.surface()
        shares.append(float((model.long_run() * surface).sum() / surface.sum()))
    assert shares[0] > shares[1] + 0.2


def test_the_weights_are_those_under_which_what_happened_was_likeliest() -> None:
    """No weight moved a little makes it likelier, but those at zero, which must not go below."""
    every = burglaries(DAYS)
    past = gone_through(Basis(GRID, 0), everywhere(), every, DAYS)
    factors = weekly(past)
    promised = past.rates @ factors[past.days % 7]
    found = weights(past, factors, 2_000)

    def likelihood(of: np.ndarray) -> float:
        return float(past.weight @ np.log(of @ past.seen + 1e-12) - of @ promised)

    best = likelihood(found)
    for feature in range(len(found)):
        for step in (-0.02, 0.02):
            moved = found.copy()
            moved[feature] = max(0.0, moved[feature] + step)
            assert likelihood(moved) <= best + 0.05


def test_a_report_taken_back_leaves_no_trace() -> None:
    """Unfounded after three days: every cell expects what it would have expected without it."""
    every = burglaries(DAYS)
    model, other = (fit(GRID, everywhere(), every, DAYS) for _ in range(2))
    wrong = one(1_500.0, 1_500.0, DAYS - 0.3, DAYS + 0.1, DAYS + 0.2, off_m=40.0)
    before = model.surface()
    model.learn(wrong)
    assert model.surface()[GRID.cell(wrong.x, wrong.y)] > 1.2 * before[GRID.cell(wrong.x, wrong.y)]
    for _ in range(3):
        model.next_day()
        other.next_day()
    model.unlearn(wrong)
    np.testing.assert_allclose(model.basis.at(slice(None)), other.basis.at(slice(None)), atol=2e-6)


def test_a_blur_stays_where_it_was_and_is_all_there() -> None:
    """An event off the middle of its cell pulls its blur along, and a blur adds up to one event a day."""
    basis = Basis(GRID, 0, (1000.0,), (200.0, 400.0))
    basis.add(shared_out(at_once(np.array([2_010.0]), np.array([1_990.0]), np.array([0.5]))))
    basis.next_day()
    for row in basis.at(slice(None)):
        assert row.sum() == pytest.approx(1.0, rel=1e-3)
        assert middle(row) == pytest.approx((2_012.5, 1_987.5), abs=1.0)


def test_an_interval_holds_as_often_as_it_says() -> None:
    """90 % of counts drawn from a negative binomial distribution lie in it, a little more because counts are whole."""
    dice = np.random.default_rng(1)
    for mean, scatter in ((0.7, 0.0), (4.0, 0.3), (60.0, 0.05)):
        low, high = interval(mean, scatter)
        shape = 1.0 / max(scatter, 1e-9)
        counts = dice.poisson(dice.gamma(shape, mean / shape, 20_000)) if scatter else dice.poisson(mean, 20_000)
        held = ((counts >= low) & (counts <= high)).mean()
        assert 0.89 <= held <= 0.98, (mean, scatter, held)
    assert at_most(0, 2.0, 0.0) == pytest.approx(np.exp(-2.0))


def test_nothing_known_expects_nothing() -> None:
    nothing = at_once(np.zeros(0), np.zeros(0), np.zeros(0))
    assert fit(GRID, everywhere(), nothing, 10).surface().sum() == 0.0
