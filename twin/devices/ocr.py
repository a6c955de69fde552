"""How a plate reader misreads.

Knows: which characters it takes for which, how often a reader errs, and how sure it claims to be when it does.
Refuses to know: cameras, messages, and whose plate it is.

Which characters are confused, how readily, and how often one is missed instead, was measured on our own reader over
the twin's pictures (ocr_confusions.json says by which command); how often a reader errs at all, and that it does so
twice as often in the dark, is assumed. Confidences run from 0 to 100, as readers give them.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from importlib import resources
from itertools import accumulate
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
"""What each character looks like, the likest first (assumption): what is believed before anything is counted."""

BELIEVED = 8.0  # misreadings of each character that the table above stands for, beside those that were counted
LIKEST = (0.7, 0.21, 0.063, 0.027)  # of them, by their place in the table
DROPPED, BELIEVED_DROPPED = 0.12, 60.0  # share of misreads that miss a first or last character, likewise
DARK = 2.0  # times as often in the dark (assumption)
TRUTH_AMONG_CANDIDATES = 0.85  # share of misreads that still offer the true text
NEIGHBOURS = ("LA", "TX", "MS", "AR", "AL", "FL", "OK")
SHAPES = frozenset({"999AAA", "AAA999", "AAA9999", "AA9A999"})
_SHAPE = str.maketrans("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", "9" * 10 + "A" * 26)


class _Counted(msgspec.Struct, frozen=True):
    seen: int
    taken_for: dict[str, int]


class _Measured(msgspec.Struct, frozen=True):
    """The file. `kinds`: differences between true and said texts, by kind."""

    kinds: dict[str, int]
    characters: dict[str, _Counted]


class Taken(NamedTuple):
    """What becomes of one character: how readily it is misread (a weight), and what for, with running weights."""

    readily: float
    others: str
    upto: tuple[float, ...]


class Habits(NamedTuple):
    """`dropped`: share of misreads that miss a character at an edge; `first` of them the first."""

    taken: Mapping[str, Taken]
    dropped: float
    first: float


def habits(measured: bytes) -> Habits:
    """What was counted, over what is believed; a character that was never seen is misread like any other."""
    told = msgspec.json.decode(measured, type=_Measured)
    wrong = {char: sum(one.taken_for.values()) for char, one in told.characters.items()}
    rate = max(1, sum(wrong.values())) / max(1, sum(one.seen for one in told.characters.values()))
    taken = {}
    for char, alike in CONFUSABLE.items():
        counted = told.characters.get(char, _Counted(0, {}))
        weights = {other: BELIEVED * share for other, share in zip(alike, LIKEST, strict=False)}
        for other, count in counted.taken_for.items():
            weights[other] = weights.get(other, 0.0) + count
        readily = (wrong.get(char, 0) + BELIEVED) / (counted.seen + BELIEVED / rate)
        taken[char] = Taken(readily, "".join(weights), tuple(accumulate(weights.values())))
    first, last = told.kinds.get("missed-first", 0), told.kinds.get("missed-last", 0)
    errors = first + last + told.kinds.get("confused", 0) + BELIEVED_DROPPED
    return Habits(
        taken,
        (first + last + BELIEVED_DROPPED * DROPPED) / errors,
        (first + BELIEVED_DROPPED * DROPPED / 2) / (first + last + BELIEVED_DROPPED * DROPPED),
    )


HABITS = habits(resources.files("twin.devices").joinpath("ocr_confusions.json").read_bytes())


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
    """The plate with one character taken for another, or with its first or last character missed."""
    if len(plate) > 4 and dice.random() < HABITS.dropped:
        return plate[1:] if dice.random() < HABITS.first else plate[:-1]
    upto = list(accumulate(HABITS.taken[char].readily for char in plate))
    at = min(bisect(upto, dice.random() * upto[-1]), len(plate) - 1)
    taken = HABITS.taken[plate[at]]
    other = taken.others[min(bisect(taken.upto, dice.random() * taken.upto[-1]), len(taken.others) - 1)]
    return plate[:at] + other + plate[at + 1 :]


def other_state(state: str, dice: Random) -> str:
    return dice.choice([other for other in NEIGHBOURS if other != state])


def has_shape(plate: str) -> bool:
    """Whether the text is shaped like a plate of Louisiana or Texas."""
    return plate.translate(_SHAPE) in SHAPES
