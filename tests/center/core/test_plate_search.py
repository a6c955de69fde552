"""What a person finds who asks for a plate."""

from __future__ import annotations

import pytest

from center.core.effects import Audit
from center.core.plate_search import MOST_MEANT, asked_for, find, objection
from tests.center.core.facts import Room, act, called, read, refusal, site, the


def found(room: Room, plate: str, most: int = 500) -> list[str]:
    return [past.plate for past in find(plate, room.picture, most)]


def test_a_plate_is_found_as_readers_may_have_taken_it_and_no_other_is() -> None:
    """Look-alikes, a character missing or too many, a reader's second guess; newest first, each read once, and no more
    than asked for."""
    room = Room()
    room.tell(read("ABC123", 1), read("A8C123", 2), read("AC123", 3), read("ABC1234", 4))
    room.tell(read("XYZ789", 5, candidates=("ABC123",)), read("ABD123", 6), read("ABC123", 7, "R2"))
    assert found(room, "ABC123") == ["ABC123", "XYZ789", "ABC1234", "AC123", "A8C123", "ABC123"]
    assert found(room, "ABC123", 2) == ["ABC123", "XYZ789"]


def test_what_a_witness_did_not_see_stands_open() -> None:
    """`?` is any one character, and the rest must be there, look-alikes counted as one."""
    room = Room()
    room.tell(read("ABC123", 1), read("ABX123", 2), read("A8X923", 3), read("ABCD123", 4), read("AB123", 5))
    assert found(room, "AB?123") == ["ABX123", "ABC123"]
    assert found(room, "AB??23") == ["A8X923", "ABX123", "ABC123"]


@pytest.mark.parametrize(
    ("typed", "plate", "why"),
    [
        ("abc 1-23", "ABC123", ""),
        ("ab? 123", "AB?123", ""),
        ("????23", "????23", "at most 3 characters may be left open"),
        ("A??", "A??", "beside ? at least 3 characters must be known"),
        ("-", "", "at least two characters must be known"),
    ],
)
def test_what_is_typed_is_understood_or_objected_to(typed: str, plate: str, why: str) -> None:
    assert asked_for(typed) == plate
    assert objection(plate, Room().picture) == why


def test_what_fits_very_many_cars_is_refused_at_the_door_and_stands_in_the_trail() -> None:
    """Whoever leaves open what they like pages through everything that has passed. As many as a witness may mean are
    found; one plate more, and the reason is said; so is that of a plate of question marks."""
    room = Room(site(), called("c1", 0))
    room.tell(*(read(f"ABC{number:03}", 1 + number / 100) for number in range(MOST_MEANT)))
    why = {"reason": "theft", "case": "cad/c1"}
    assert not refusal(room.tell(act("plates.search", "ABC???", 5, **why)))
    assert len(found(room, "ABC???")) == MOST_MEANT
    room.tell(read("ABC999", 6))
    effects = room.tell(act("plates.search", "abc ???", 7, **why))
    assert refusal(effects) == f"that fits {MOST_MEANT + 1} plates, at most {MOST_MEANT} are shown: say more of it"
    line = the(Audit, effects)
    assert (line.granted, line.why, line.case) == (False, refusal(effects), "cad/c1")
    assert "at most 3 characters" in refusal(room.tell(act("plates.search", "????99", 8, **why)))
    assert not refusal(room.tell(act("plates.search", "ABC999", 9, **why)))
    assert not refusal(room.tell(act("plates.search", "ABC9?9", 10, **why)))
