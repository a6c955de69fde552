"""How likely a read is of a listed car: Bayes' rule over what passes here."""

from __future__ import annotations

from itertools import product
from math import isclose
from typing import Any

import pytest

from center.core import likelihood
from center.core.events import Candidate, Listing, PlateRead
from center.core.likelihood import probability
from center.core.plate_text import shape
from tests.center.core.facts import listed, read

FLEET = {"999AAA/LA": 6400, "AAA999/LA": 1600, "AAA9999/TX": 1500, "AAA9999/MS": 500}


def likely(passing: PlateRead, wanted: Listing, count: int = 50_000, fleet: dict[str, int] = FLEET) -> float:
    return probability(passing, wanted, dict(fleet), count, 2e-5)


def seen(plate: str, **said: Any) -> PlateRead:
    return read(plate, 1, **{"confidence": 0.92} | said)


def test_the_sum_over_all_plates_is_what_adding_them_one_by_one_gives() -> None:
    """The mean over a shape is taken place by place. Fails when a place, a digit or a letter counts twice."""
    passing = read("A2", 1, confidence=0.6, candidates=["B2"])
    doubt = likelihood.doubt(passing)
    digits, letters = likelihood._means(doubt)
    one_by_one = 0.0
    for letter, digit in product("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"):
        one_by_one += likelihood._along(doubt, (letter + digit).replace("O", "0")) / 260
    assert isclose(likelihood._mean("A9", digits, letters), one_by_one, rel_tol=1e-9)


def test_an_exact_read_of_the_right_car_beats_every_other_story() -> None:
    wanted = listed("123ABC", make="FORD", color="RED")
    exact = likely(seen("123ABC", make="ford", color="red"), wanted)
    assert exact > 0.9
    for other in (
        seen("I23ABC", make="ford", color="red"),
        seen("123ABC", make="toyota", color="red"),
        seen("123ABC", make="ford", color="red", state="TX"),
        seen("123ABC", make="ford", color="white"),
        seen("123ABC", make="ford", color="red", confidence=0.6),
        seen("123AB", make="ford", color="red"),
    ):
        assert likely(other, wanted) < exact


def test_the_longer_the_list_the_less_a_match_is_worth() -> None:
    chances = [likely(seen("123ABC"), listed("123ABC"), count) for count in (200, 5_000, 50_000, 1_000_000)]
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] < chances[0] / 2


def test_a_short_list_is_no_likelier_to_be_met_one_for_one() -> None:
    assert likely(seen("123ABC"), listed("123ABC"), 1) == likely(seen("123ABC"), listed("123ABC"), 200)


def test_the_same_characters_in_another_state_are_worth_what_that_state_has_of_them() -> None:
    """ABC1234 read as Texan and listed in Louisiana, which has no such plates on its roads: a Texan passed. Where
    nobody from Texas ever passes, the reader is likelier to have been wrong about the state."""
    wanted = listed("ABC1234")
    here = likely(seen("ABC1234", state="TX"), wanted)
    nobody = likely(seen("ABC1234", state="TX"), wanted, fleet={"AAA9999/LA": 10_000})
    assert here < nobody / 10


def test_letter_by_letter_posteriors_move_the_answer_either_way() -> None:
    torn = ({"1": 0.5, "7": 0.49}, *({mark: 0.995} for mark in "23ABC"))
    wanted, other = listed("723ABC"), listed("123ABC")
    assert likely(seen("123ABC", characters=torn), wanted, 500) > 0.2
    assert likely(seen("123ABC"), wanted, 500) < 0.01
    assert likely(seen("123ABC", characters=torn), other, 500) < likely(seen("123ABC"), other, 500)


def test_a_reader_that_knows_the_state_for_certain_counts_for_more() -> None:
    wanted = listed("123ABC")
    sure, torn = (likely(seen("123ABC", state="TX", state_confidence=sure), wanted) for sure in (0.99, 0.5))
    assert sure < torn / 5


@pytest.mark.parametrize("said", [{}, {"candidates": ["123ABD", "12ABC"]}, {"confidence": None}, {"state": None}])
@pytest.mark.parametrize("plate", ["123ABC", "23ABC", "1123ABC", "A", "ABC1234", "12345", "", "Ñ23ABC"])
def test_an_answer_is_a_probability_whatever_was_read(plate: str, said: dict[str, Any]) -> None:
    for wanted in (listed("123ABC"), listed("AB12345", None), listed("O0O", "TX"), listed("")):
        assert 0.0 <= likely(read(plate, 1, **said), wanted) <= 1.0


def test_posteriors_that_make_no_sense_do_no_harm() -> None:
    """More than certain, empty, or of another length than the text."""
    for characters in (({"1": 3.0, "2": 9.0},) * 6, ({},) * 6, ({"A": 0.5},), ({"": 0.5, "ÄÖ": 0.2},) * 6):
        assert 0.0 <= likely(seen("123ABC", characters=characters), listed("123ABC")) <= 1.0
    none = seen("123ABC")
    assert likely(none, listed("123ABC")) > 0.1


def test_what_passes_here_is_learned_and_bounded() -> None:
    fleet: dict[str, int] = {}
    for n in range(3_000):
        likelihood.count(seen(f"{n % 900 + 100}ABC"), fleet)
        likelihood.count(seen("".join("9A"[n >> bit & 1].replace("9", "7") for bit in range(9))), fleet)
    assert fleet["999AAA/LA"] > 500
    assert len(fleet) <= likelihood.KEPT_SHAPES
    assert shape("123ABC") == "999AAA"


def test_candidates_that_the_reader_offers_share_its_doubt() -> None:
    offered = PlateRead(
        at=read("1", 1).at, source="lpr", reader="R1", plate="123ABC", read="1", state="LA", confidence=0.8,
        candidates=(Candidate("123ABC", 0.8), Candidate("123AEC", 0.7), Candidate("123AFC", 0.1)),
    )  # fmt: skip
    first, second = (likely(offered, listed(plate), 500) for plate in ("123AEC", "123AFC"))
    assert first > second > likely(seen("123ABC", confidence=0.8), listed("123AFC"), 500)
