"""How a plate reader misreads.

Knows: which characters look alike, how often a reader errs, and how sure it claims to be when it does.
Refuses to know: cameras, messages, and whose plate it is.

Confidences run from 0 to 100, as readers give them.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

import msgspec

from twin.devices.faults import Share

CONFUSABLE = {
    "0": "ODQ8", "1": "I7LT", "2": "Z7", "3": "8B", "4": "A", "5": "S6", "6": "G8", "7": "1TZ", "8": "B36", "9": "4G",
    "A": "4R", "B": "8DE", "C": "GO", "D": "0OB", "E": "FB", "F": "EP", "G": "6CO", "H": "MN", "I": "1T", "J": "U",
    "K": "XH", "L": "1I", "M": "NH", "N": "MH", "O": "0DQ", "P": "FR", "Q": "O0", "R": "PK", "S": "5", "T": "7Y",
    "U": "VJ", "V": "UY", "W": "VM", "X": "KY", "Y": "VT", "Z": "27",
}  # fmt: skip
"""What each character is taken for, the likeliest first."""

DROPPED = 0.12  # share of misreads that lose a first or last character instead of confusing one
TRUTH_AMONG_CANDIDATES = 0.85  # share of misreads that still offer the true text
NEIGHBOURS = ("LA", "TX", "MS", "AR", "AL", "FL", "OK")
SHAPES = frozenset({"999AAA", "AAA999", "AAA9999", "AA9A999"})
_SHAPE = str.maketrans("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "9" * 10 + "A" * 26)


class Ocr(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reader's error rates, each the share of passages it strikes on a clean plate in good light."""

    misread: Share = 0.04
    wrong_state: Share = 0.03
    unread: Share = 0.02
    wrong_color: Share = 0.04


class Reading(NamedTuple):
    """`candidates` are (text, confidence), best first; the first is what the reader says."""

    candidates: list[tuple[str, float]]
    state: str
    state_confidence: float


def read(plate: str, state: str, ocr: Ocr, dice: Random, times: float = 1.0) -> Reading:
    """One look at a plate by a reader that errs `times` as often as usual. Every answer offers alternatives whose
    confidence falls off, and a misread is on the whole less sure than a right reading."""
    wrong = dice.random() < ocr.misread * times
    said = misread(plate, dice) if wrong else plate
    confidence = dice.triangular(62.0, 93.0, 82.0) if wrong else dice.triangular(80.0, 98.0, 93.0)
    others = [plate] if wrong and dice.random() < TRUTH_AMONG_CANDIDATES else []
    others += [misread(said, dice) for _ in range(dice.randint(0, 2))]
    candidates = [(said, round(confidence, 2))]
    for other in others:
        if all(other != text for text, _ in candidates):
            confidence -= dice.uniform(2.0, 14.0)
            candidates.append((other, round(confidence, 2)))
    if dice.random() < ocr.wrong_state * times:
        return Reading(candidates, other_state(state, dice), round(dice.triangular(40.0, 85.0, 60.0), 2))
    return Reading(candidates, state, round(dice.triangular(60.0, 99.0, 92.0), 2))


def misread(plate: str, dice: Random) -> str:
    """The plate with one character taken for one that looks like it, or with its first or last character missed."""
    if len(plate) > 4 and dice.random() < DROPPED:
        return plate[1:] if dice.random() < 0.5 else plate[:-1]
    at = dice.randrange(len(plate))
    alike = CONFUSABLE.get(plate[at], "?")
    pick = min(int(dice.expovariate(1.2)), len(alike) - 1)
    return plate[:at] + alike[pick] + plate[at + 1 :]


def other_state(state: str, dice: Random) -> str:
    return dice.choice([other for other in NEIGHBOURS if other != state])


def has_shape(plate: str) -> bool:
    """Whether the text is shaped like a plate of Louisiana or Texas."""
    return plate.translate(_SHAPE) in SHAPES
