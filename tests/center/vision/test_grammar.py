"""What registrations look like: a push, not a verdict."""

from __future__ import annotations

from math import exp

import pytest

from center.vision.grammar import SHAPES, log_prior, shapes_of


def test_a_known_shape_is_likelier_than_a_mixture_and_a_word_than_gibberish() -> None:
    assert log_prior("9ABC123") > log_prior("LABC123") + 2
    assert log_prior("IRONY") > log_prior("IR0NY") + 1


def test_every_text_of_a_shape_is_as_likely() -> None:
    assert log_prior("ABC1234") == log_prior("XYZ0000")


@pytest.mark.parametrize("length", [5, 6, 7])
def test_the_grammar_prefers_no_length(length: int) -> None:
    """Summed over all texts of a length, weighed as if drawn blindly, it is one: lengths are the network's business."""
    total = 0.0
    for number in range(2**length):
        form = "".join("A9"[number >> place & 1] for place in range(length))
        share = 1.0
        for kind in form:
            share *= (10 if kind == "9" else 26) / 36
        total += share * exp(log_prior(form))
    assert total == pytest.approx(1.0, abs=0.03)


def test_shapes_of_a_length_are_of_that_length() -> None:
    assert "9AAA999" in shapes_of(7)
    assert "A" * 7 in shapes_of(7)
    assert {len(form) for form in shapes_of(6)} == {6}
    assert set(SHAPES) >= set(shapes_of(6)) - {"A" * 6}
