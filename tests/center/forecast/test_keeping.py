"""What is carried from question to question is what would be found again."""

from __future__ import annotations

import msgspec
import numpy as np

from center.core.effects import Forecast
from center.core.events import DAY, HOUR, Micros
from center.forecast.adviser import Adviser
from center.forecast.basis import Basis
from center.forecast.keeping import carried, fitted
from center.forecast.reports import shared_out
from tests.center.forecast.questions import DAYS, MONDAY, question

SHIFT = 0


def test_carried_over_days_and_corrections_it_is_what_a_fit_would_stand_on() -> None:
    """Fitted on the day 120; until 124 reports come, one moves, one turns out unfounded. The features then are those
    of a basis that was told all of it at once."""
    today = int((MONDAY + 120 * DAY) // DAY)
    last = list(question(days=124).reports)
    moved = msgspec.structs.replace(last[30], lat=last[30].lat + 0.01)
    kept = fitted([one for one in last if one.known < MONDAY + 120 * DAY], today, SHIFT)
    later = [moved, *last[:30], *last[31:200], *last[201:]]
    carried(kept, later, today + 4)
    model = kept.models["residential"]
    known = kept.known(later)
    fresh = Basis(kept.grid, kept.mask, model.basis.first_day)
    fresh.day = model.day
    fresh.add(shared_out(known.reports(np.arange(len(known.names)))))
    np.testing.assert_allclose(model.basis.rates(), fresh.rates(), rtol=2e-3, atol=2e-5)


def test_the_second_question_of_a_day_fits_nothing_and_knows_the_news() -> None:
    """A report that came at noon is in the next answer; the weights are those of the morning."""
    adviser = Adviser("America/Chicago")
    morning = question()
    adviser.advise(morning)
    assert adviser._kept is not None
    weights = adviser._kept.models["residential"].weights
    at = Micros(morning.now + 3 * HOUR)
    new = msgspec.structs.replace(morning.reports[-1], report="cad/new", begins=at, ends=at, known=at)
    noon: Forecast = msgspec.structs.replace(morning, now=at, reports=(*morning.reports, new))
    adviser.advise(noon)
    assert adviser._kept.models["residential"].weights is weights
    assert "cad/new" in adviser._kept.learned
    tomorrow = msgspec.structs.replace(noon, now=Micros(MONDAY + (DAYS + 1) * DAY + 6 * HOUR))
    adviser.advise(tomorrow)
    assert adviser._kept.models["residential"].weights is not weights
