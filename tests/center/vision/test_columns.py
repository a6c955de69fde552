"""From columns to a text: exact where it claims to be."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from center.vision.columns import ALPHABET, FLOOR, best_path, fit, likelihood, settle


def looks(views: int, length: int, seed: int = 0) -> np.ndarray:
    shares = np.random.default_rng(seed).dirichlet(np.full(37, 0.05), (views, length))
    return np.maximum(shares, FLOOR)


def collapsed(path: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(one for one, before in zip(path, (0, *path[:-1]), strict=True) if one and one != before)


def by_hand(look: np.ndarray, text: str) -> float:
    """The likelihood by its definition: all paths that collapse to the text, one by one."""
    labels = tuple(1 + ALPHABET.index(char) for char in text)
    signs = sorted({0, *labels})
    paths = (path for path in product(signs, repeat=len(look)) if collapsed(path) == labels)
    return sum(float(np.prod([look[t, sign] for t, sign in enumerate(path)])) for path in paths)


@pytest.mark.parametrize("text", ["A", "7B", "AAB", "1ZA", "00"])
def test_a_texts_score_is_the_sum_over_its_paths(text: str) -> None:
    seen = looks(2, 6)
    assert fit(seen, text).score == pytest.approx(np.mean([np.log(by_hand(look, text)) for look in seen]))


def test_a_text_is_as_likely_alone_as_among_its_neighbours() -> None:
    seen = looks(3, 8, 2)
    for text in ("", "A", "7BB2"):
        assert likelihood(seen, text) == pytest.approx(fit(seen, text).score)


@pytest.mark.parametrize("text", ["AAB", "1ZA", "77"])
def test_one_off_scores_are_the_scores_of_the_texts_one_off(text: str) -> None:
    """In one sweep what would else take 36 per place; also where the new character doubles its neighbour."""
    seen = looks(2, 6, 1)
    scores = fit(seen, text).one_off
    for place in range(len(text)):
        for char in ALPHABET:
            other = text[:place] + char + text[place + 1 :]
            assert scores[place, ALPHABET.index(char)] == pytest.approx(fit(seen, other).score), other


def column(**shares: float) -> np.ndarray:
    one = np.full(37, FLOOR)
    for char, share in shares.items():
        one[0 if char == "blank" else 1 + ALPHABET.index(char.lstrip("_"))] = share
    return one


def test_two_looks_settle_what_one_gets_wrong() -> None:
    """The best path of the first says B; together they say 8."""
    unsure = np.stack([column(blank=0.9), column(B=0.5, _8=0.49), column(blank=0.9)])
    sure = np.stack([column(blank=0.9), column(B=0.1, _8=0.9), column(blank=0.9)])
    assert best_path(unsure) == "B"
    best, values = settle(np.stack([unsure, sure]), worth=4)
    assert best.text == "8"
    assert max(values, key=lambda text: values[text]) == "8"
    assert values.keys() >= {"B", *ALPHABET}


def test_where_the_eye_is_torn_the_grammar_decides_and_where_it_is_sure_it_does_not() -> None:
    """An open 4 may look like an L; California writes 9AAA999 and nobody LLLL999. But a clear L stays an L."""

    def seen(four: float) -> np.ndarray:
        first = column(L=1 - four, _4=four)
        rest = [one for char in "HFX108" for one in (column(blank=0.99), column(**{f"_{char}": 0.99}))]
        return np.stack([column(blank=0.99), first, *rest, column(blank=0.99)])[None]

    assert best_path(seen(0.4)[0]) == "LHFX108"
    assert settle(seen(0.4))[0].text == "4HFX108"
    assert settle(seen(0.0001))[0].text == "LHFX108"


def test_two_doubts_at_once_are_settled_together() -> None:
    """FK2X2Z read as FKZXZZ: one 2 alone makes no known shape, both do."""
    torn = {"2": column(Z=0.55, _2=0.44), "Z": column(Z=0.99)}
    rows = [one for char in "FK2X2Z" for one in (column(blank=0.99), torn.get(char, column(**{f"_{char}": 0.99})))]
    look = np.stack([*rows, column(blank=0.99)])
    assert best_path(look) == "FKZXZZ"
    assert settle(look[None])[0].text == "FK2X2Z"


def test_an_empty_road_settles_on_nothing() -> None:
    blank = np.stack([np.stack([column(blank=0.99)] * 5)] * 2)
    assert settle(blank)[0].text == ""
