"""A plate that a person asks for, among the reads of the lookback period.

Knows: which texts a plate may have been read as, and what a person means by a letter they did not see.
Refuses to know: who may ask, and why (see access), and whether a car that is found is the one that was meant.

A witness has seen part of a plate: `?` stands for any one character, at most MAX_UNSEEN of them, and no more than
MOST_MEANT plates may be meant. Without one the plate
is also found where a reader took a look-alike, missed a character or saw one too many, or offered it as a second guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from center.core.events import PlateRead
from center.core.plate_text import FOLDED, fold, ways_to_read

if TYPE_CHECKING:
    from center.core.picture import Picture

UNSEEN = "?"
MAX_UNSEEN = 3
SHORTEST_BESIDE_UNSEEN = 3
"""So many characters must have been seen, or every car is meant."""
MOST_MEANT = 50
"""What a witness has seen of a plate fits fewer cars that have passed."""


def asked_for(plate: str) -> str:
    """What was typed, as plates are written here: letters and digits in capitals, and `?`."""
    return "".join(mark for mark in plate.upper() if mark.isalnum() or mark == UNSEEN)


def objection(plate: str, picture: Picture) -> str:
    """Why this cannot be searched for; empty when it can. What fits very many cars is no plate that somebody has seen:
    whoever leaves so much open pages through everything that has passed."""
    return _too_short(plate) or _too_many(plate, picture)


def _too_many(plate: str, picture: Picture) -> str:
    if UNSEEN not in plate:
        return ""
    meant = {past.plate for key in _keys(plate) for past in picture.plates.passed.get(key, ())}
    return f"that fits {len(meant)} plates, at most {MOST_MEANT} are shown: say more of it" * (len(meant) > MOST_MEANT)


def _too_short(plate: str) -> str:
    unseen = plate.count(UNSEEN)
    if unseen > MAX_UNSEEN:
        return f"at most {MAX_UNSEEN} characters may be left open"
    if unseen and len(plate) - unseen < SHORTEST_BESIDE_UNSEEN:
        return f"beside {UNSEEN} at least {SHORTEST_BESIDE_UNSEEN} characters must be known"
    return "" if len(plate) > 1 else "at least two characters must be known"


def find(plate: str, picture: Picture, most: int) -> list[PlateRead]:
    """The latest reads that may be of this plate, newest first."""
    here = picture.plates
    found: dict[tuple[str, str], PlateRead] = {}
    for key in _keys(plate):
        for past in here.passed.get(key, ()):
            found[past.reader, past.read] = past
    if UNSEEN not in plate:
        for past in here.offered.get(fold(plate), ()):
            found[past.reader, past.read] = past
    return sorted(found.values(), key=lambda past: (past.at, past.reader, past.read))[: -most - 1 : -1]


def _keys(plate: str) -> list[str]:
    if UNSEEN not in plate:
        return ways_to_read(plate)
    first, *rest = map(fold, plate.split(UNSEEN))
    keys = [first]
    for part in rest:
        keys = [key + mark + part for key in keys for mark in FOLDED]
    return keys
