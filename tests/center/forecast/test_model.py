"""What a forecast learns, and that nothing it says knows the future."""

from __future__ import annotations

import numpy as np
import pytest

from center.forecast.basis import AT_ONCE, Basis
from center.forecast.fitting import gone_through, weekly, weights
from center.forecast.grid import Floats
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
    np.testing.assert_allclose(early.basis.rates(), whole.basis.rates(), rtol=1e-4, atol=1e-6)


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
    past = gone_through(Basis(GRID, everywhere(), 0), one(1_000.0, 1_000.0, 20.0, 30.0, 30.5), 40)
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
        shares.append(float(model.of_the_place().sum() / surface.sum()))
    assert shares[0] > shares[1] + 0.2


def test_the_weights_are_those_under_which_what_happened_was_likeliest() -> None:
    """No weight moved a little makes it likelier, but those at zero, which must not go below."""
    every = burglaries(DAYS)
    past = gone_through(Basis(GRID, everywhere(), 0), every, DAYS)
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
    np.testing.assert_allclose(model.basis.rates(), other.basis.rates(), atol=2e-6)


def test_a_blur_stays_where_it_was_and_is_all_there() -> None:
    """An event off the middle of its cell pulls its blur along, and a blur adds up to one event a day."""
    basis = Basis(GRID, everywhere(), 0, (1000.0,), (200.0, 400.0))
    basis.add(shared_out(at_once(np.array([2_010.0]), np.array([1_990.0]), np.array([0.5]))))
    basis.next_day()
    for row in basis.rates():
        assert row.sum() == pytest.approx(1.0, rel=1e-3)
        assert middle(row) == pytest.approx((2_012.5, 1_987.5), abs=1.0)


def test_an_uncertain_place_is_blurred_about_where_it_says_as_wide_as_it_says() -> None:
    """A place 300 m off by one standard deviation, of which whole cells of 200 m are seen; what was blurred before is
    that much wider."""
    rows = shared_out(one(2_010.0, 1_990.0, 0.5, 0.5, 0.5, off_m=300.0))
    x, y = GRID.centre(np.arange(GRID.size))
    within_a_cell = GRID.cell_m**2 / 12
    basis = Basis(GRID, everywhere(), 0, (1000.0,), (0.0, 400.0))
    basis.add(rows)
    basis.next_day()
    for row, width in zip(basis.rates(), basis.widths, strict=True):
        assert row.sum() == pytest.approx(1.0, rel=1e-3)
        assert middle(row) == pytest.approx((2_012.5, 1_987.5), abs=1.0)
        for place, said in ((x, 2_012.5), (y, 1_987.5)):
            wide = float((row * (place - said) ** 2).sum() / row.sum())
            assert wide == pytest.approx(300.0**2 + width**2 + within_a_cell, rel=0.02)


def test_what_is_off_the_mask_is_left_out_and_moves_nothing_on_it() -> None:
    """A basis of half the town says of its cells what one of the whole town says of them, and totals no more."""
    every = shared_out(burglaries(60))
    half = everywhere()
    half[GRID.size // 2 :] = False
    whole, part = Basis(GRID, everywhere(), 0), Basis(GRID, half, 0)
    for basis in (whole, part):
        basis.day = 60
        basis.add(every)
    np.testing.assert_allclose(part.rates(), whole.rates(part.cells), rtol=1e-5)
    np.testing.assert_allclose(part.total(), part.rates().sum(axis=1), rtol=1e-4)
    on = part.places(every) >= 0
    assert (part.cells[part.places(every)[on]] == GRID.cell(every.x[on], every.y[on])).all()
    assert on.tolist() == half[GRID.cell(every.x, every.y)].tolist()


def test_years_that_all_became_known_on_one_day_are_taken_in_pieces() -> None:
    """A record that was handed over whole: thousands of rows of one day leave what they leave one by one."""
    every = burglaries(DAYS)
    handed = Reports(*every[:4], np.full(len(every.x), DAYS - 0.5), every.off_m)
    assert len(handed.x) > 3 * AT_ONCE
    basis, other = Basis(GRID, everywhere(), 0), Basis(GRID, everywhere(), 0)
    gone_through(basis, handed, DAYS)
    other.day = DAYS
    for report in range(len(handed.x)):
        other.add(shared_out(handed.pick(slice(report, report + 1))))
    np.testing.assert_allclose(basis.rates(), other.rates(), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("known", [False, True])
def test_why_adds_up(known: bool) -> None:
    """What the reports are said to give to some cells is what these cells have of them, premises known or not."""
    every = burglaries(120)
    model = fit(GRID, everywhere(), every, 120, premises=shops() if known else None)
    cells = np.array([45, 46, 65, 66])
    given = model.given_by(every, cells)
    assert given.sum() == pytest.approx(float(model.surface()[cells].sum()), rel=1e-3)
    assert len(given) == len(every.x)


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
    """Nor do cells of which none counts, whatever happens on them."""
    nowhere = fit(GRID, ~everywhere(), burglaries(60), 60)
    nowhere.learn(one(1_000.0, 1_000.0, 60.5, 60.5, 60.5))
    nowhere.next_day()
    assert nowhere.surface().sum() == 0.0
    nothing = at_once(np.zeros(0), np.zeros(0), np.zeros(0))
    assert fit(GRID, everywhere(), nothing, 10).surface().sum() == 0.0


def shops() -> Floats:
    """One in every cell of every third column, and two in one of them."""
    square = np.zeros((GRID.rows, GRID.cols))
    square[:, ::3] = 1.0
    square[10, 9] = 2.0
    return square.reshape(-1)


def test_dealt_out_over_premises_a_blur_is_where_these_are_and_all_there() -> None:
    """A blur about an event leaves nothing between the columns with shops, about as much in all as there was, and
    nearly twice as much in a cell of two as in its neighbour of one. What is not dealt out stays what it was."""
    plain, both = (Basis(GRID, everywhere(), 0, (1000.0,), (200.0, 400.0), there) for there in (None, shops()))
    for basis in (plain, both):
        basis.add(shared_out(at_once(np.array([1_900.0]), np.array([2_000.0]), np.array([0.5]))))
        basis.next_day()
    blurred, dealt = np.split(both.rates(), 2)
    np.testing.assert_array_equal(blurred, plain.rates())
    for row in dealt:
        assert not row[shops() == 0].any()
        assert row.sum() == pytest.approx(1.0, rel=0.15)
        assert row[10 * GRID.cols + 9] / row[9 * GRID.cols + 9] == pytest.approx(2.0, rel=0.1)
    np.testing.assert_allclose(both.total(), both.rates().sum(axis=1), rtol=1e-5)
    some = np.array([3, 9, 209])
    np.testing.assert_array_equal(both.rates(some), both.rates()[:, some])
    each = np.array([0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(both.mixed(each), each @ both.rates(), rtol=1e-4, atol=1e-9)


def test_knowing_the_premises_it_expects_nothing_where_there_are_none() -> None:
    """Shops are broken into, each as likely as the next: with them on the map nearly all of what is expected is where
    they are, also in cells that have been spared; without, a good deal lies between."""
    dice = np.random.default_rng(3)
    cells = dice.choice(np.flatnonzero(shops()), 300)
    x, y = GRID.centre(cells)
    every = at_once(x, y, np.sort(dice.random(300) * DAYS))
    off = {}
    for name, there in (("known", shops()), ("unknown", None)):
        surface = fit(GRID, everywhere(), every, DAYS, premises=there).surface()
        off[name] = float(surface[shops() == 0].sum() / surface.sum())
    assert off["known"] < 0.03
    assert off["unknown"] > 0.1
