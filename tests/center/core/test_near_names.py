"""Whether two names or dates may be one: the same both ways, whatever they are, and right about what clerks hear."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.core.days import day_of
from center.core.events import DAY, Micros
from center.core.near_names import NEAR_WORTH, alike, born_alike, numbers_alike, sound

names = st.one_of(
    st.text(max_size=70),
    st.text("AEIOUXBCDGHLNRTZ -'", max_size=12),
    st.sampled_from(("Thibodeaux", "Tibodo", "Smith-Jones", "", "Bobby", "Robert")),
)
days = st.one_of(
    st.dates().map(str), st.text("0123456789-", max_size=11), st.sampled_from(("2020-W01-1", "1987-03-12"))
)


@given(names, names)
def test_two_names_are_as_like_one_way_as_the_other(one: str, other: str) -> None:
    there, back = alike(one, other), alike(other, one)
    assert there == back
    assert 0.0 <= there.score <= 1.0
    assert (there.score == 1.0) <= (not there.differs)


@given(days, days)
def test_two_dates_are_as_like_one_way_as_the_other(one: str, other: str) -> None:
    there, back = born_alike(one, other), born_alike(other, one)
    assert there == back
    assert (there.score == 1.0) == (one == other)


@given(names)
def test_nothing_is_liker_to_a_name_than_itself(name: str) -> None:
    assert alike(name, name).score in (0.0, 1.0)
    assert numbers_alike(name, name).score in (0.0, 1.0)


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        ("Thibodeaux", "Tibodo", "sounds the same"),
        ("Boudreaux", "Boudreau", "sounds the same"),
        ("Cormier", "Kormier", "sounds the same"),
        ("Landry", "Lnadry", "two letters swapped"),
        ("Robert", "Bobby", "a short form"),
        ("Smith-Jones", "Jones", "part of a double name"),
        ("Hebert", "Herbert", "spelt nearly the same"),
        ("José", "JOSE", ""),
        ("O'Brien", "OBrien", ""),
    ],
)
def test_what_is_misheard_is_near_and_told_in_words(one: str, other: str, differs: str) -> None:
    likeness = alike(one, other)
    assert likeness.differs == differs
    assert likeness.score >= 0.8


@pytest.mark.parametrize(("one", "other"), [("Landry", "Guidry"), ("Smith", "Jones"), ("Robert", "Michael")])
def test_another_name_is_worth_little(one: str, other: str) -> None:
    assert alike(one, other).score < 0.3 * NEAR_WORTH + 0.03


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [
        ("1987-03-12", "1987-12-03", "day and month swapped"),
        ("1987-03-12", "1978-03-12", "two digits swapped"),
        ("1987-03-12", "1987-03-21", "two digits swapped"),
        ("1987-03-12", "1986-03-12", "one digit differs"),
        ("1989-03-12", "1990-03-12", "the year is a little off"),
        ("1987-03-12", "1987-03-29", "another day of the month"),
        ("1987-03-12", "1955-11-30", "another date"),
        ("1987-03-12", "yesterday", "one is no date"),
    ],
)
def test_a_date_that_was_mistyped_is_near_and_told_in_words(one: str, other: str, differs: str) -> None:
    assert born_alike(one, other).differs == differs


def test_names_of_the_coast_sound_as_they_are_said() -> None:
    assert len({sound(name) for name in ("GUIDRO", "GUIDREAU", "GUIDREAUX")}) == 1
    assert sound("LANDRY") != sound("LAMBERT")


@given(st.dates(date(1600, 1, 1), date(2399, 12, 31)), st.integers(0, DAY - 1))
def test_a_day_is_the_calendars(day: date, more: int) -> None:
    assert day_of(Micros((day - date(1970, 1, 1)).days * DAY + more)) == day.isoformat()
