"""Listings are found by whatever a camera may have made of them."""

from __future__ import annotations

from random import Random

import pytest

from center.core.plate_index import PlateIndex, Sieve
from center.core.plate_text import FOLDED, fold, fold_all, stacked
from tests.center.core.facts import listed

PLATES = ("123ABC", "ABC123", "BCD1234", "AB12345", "7", "XY", "888BBB")


def filed(*plates: str) -> PlateIndex:
    index = PlateIndex()
    for plate in plates:
        index.file("state", listed(plate))
    return index


@pytest.mark.parametrize(
    ("on_list", "on_camera"),
    [
        *(("O0QDX1", f"{mark}0QDX1") for mark in "O0QD"),
        *(("1ILX99", f"{mark}ILX99") for mark in "1IL"),
        *(("8BX999", "B8X999"), ("5SX999", "S5X999"), ("2ZX999", "Z2X999"), ("6GX999", "G6X999"), ("4AX999", "A4X999")),
        *(
            ("123ABC", text)
            for text in ("23ABC", "12ABC", "123AB", "1123ABC", "123AXBC", "123ABCI", "123XBC"[:3] + "ABC")
        ),
        *(("AB12345", text) for text in ("12345AB", "12345", "A12345", "1234SAB")),
    ],
)
def test_what_a_camera_makes_of_a_plate_is_found(on_list: str, on_camera: str) -> None:
    """Look-alikes, one character missing or too many, stacked letters elsewhere or left out."""
    assert filed(*PLATES, on_list).near(fold(on_camera))[:9].count(fold(on_list)) == 1


@pytest.mark.parametrize("other", ["223ABC", "12AB", "13ABC45", "XXXXXX", "", "Ñ23ABC"])
def test_what_no_single_mistake_explains_is_not(other: str) -> None:
    assert filed("123ABC").near(fold(other)) == []


def test_the_same_is_found_whatever_was_filed_and_unfiled_before() -> None:
    """Versions come and go: an index that has been through a hundred of them finds what a fresh one does. Fails when a
    filter is made anew without what it held, or an unfiled plate leaves its letters behind."""
    dice = Random(5)
    plates = ["".join(dice.choice("0123ABXY") for _ in range(dice.randint(4, 7))) for _ in range(600)]
    plates += [f"{a}{b}{n}" for a in "ABX" for b in "CD" for n in range(12340, 12346)]
    index, kept = PlateIndex(), dict[str, None]()
    for _ in range(20):
        for plate in dice.sample(plates, 250):
            if plate in kept:
                del kept[plate]
                index.unfile("state", listed(plate))
            else:
                kept[plate] = None
                index.file("state", listed(plate))
    fresh = filed(*kept)
    assert index.count == fresh.count == len(kept)
    for plate in plates:
        for text in (plate, plate[1:], plate[:2] + "7" + plate[2:], *stacked(plate)):
            assert sorted(index.near(fold(text))) == sorted(fresh.near(fold(text)))
            by_hand = {fold(text)} & set(index.listed)
            by_hand |= {key for key in index.listed if len(key) >= 4 and _is_one_away(fold(text), key)}
            assert by_hand - set(index.near(fold(text))) == set() or len(text) < 5


def _is_one_away(text: str, key: str) -> bool:
    longer, shorter = (text, key) if len(text) > len(key) else (key, text)
    return len(longer) == len(shorter) + 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )


def test_a_sieve_never_says_no_to_what_it_holds() -> None:
    sieve = Sieve()
    for n in range(2_000):
        sieve.put(f"A{n}")
    assert all(sieve.may_hold(f"A{n}") for n in range(2_000))
    assert sum(Sieve(2_000).may_hold(f"B{n}") for n in range(2_000)) == 0


def test_many_are_looked_up_as_one_is() -> None:
    index = filed(*PLATES)
    texts = ["I23A8C", "XXX", "ABC123", "", "BC123"]
    assert index.among(texts) == [0, 2]
    assert index.among([]) == []
    assert fold_all(texts) == [fold(text) for text in texts]


def test_folded_plates_are_written_with_what_folding_leaves() -> None:
    assert set(FOLDED) == {fold(mark) for mark in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
