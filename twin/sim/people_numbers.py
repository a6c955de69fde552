"""Numbers that are given out once: plates, licences, the digits of handles, vehicle identification numbers.

Knows: how the n-th plate of a state reads, and which row has which; no two are the same, and none is next to the one
before it.
Refuses to know: whose they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.sim.geometry import Floats
from twin.sim.plates import LETTERS, TX_LETTERS
from twin.sim.streets import dice
from twin.streams import Streams

LAYOUTS = ("LA", "LA", "TX")
"""The state of each layout of a plate: Louisiana's `123 ABC`, its former `ABC 123`, and Texas's `ABC-1234`."""
CURRENT, FORMER, TEXAS = range(3)
LICENCES = 9 * 10**8
"""Licences have nine digits, the first a 9, which the state does not give out."""

HANDLE_DIGITS = 6

ROUNDS = 4
RESIDENTS, LISTED = 1_000_000, 1_500_000
"""The rows of each layout that are kept for residents, from the first on, and for a state's list, from the last back;
those between are strangers'. So nobody has another's plate."""
_LA3, _TX3 = len(LETTERS) ** 3, len(TX_LETTERS) ** 3
_SIZES = ((900, _LA3), (900, _LA3), (_TX3, 10_000))
_ABOVE_ALL = 1 << 40
_VIN_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789"

Ints = NDArray[np.int64]


class Given:
    """Numbers, one a row, no two the same; `row(number)` finds who has one."""

    def __init__(self, numbers: Ints) -> None:
        self.numbers = numbers
        self._order = np.argsort(numbers)
        self._sorted = numbers[self._order]

    def row(self, number: int) -> int | None:
        """None for a number that nobody was given."""
        place = int(np.searchsorted(self._sorted, number))
        return int(self._order[place]) if place < len(self._sorted) and self._sorted[place] == number else None


def shuffled(seed: int, rows: Ints, a: int, b: int) -> Ints:
    """For each of `rows` another number below `a` x `b`: a Feistel network over Z_a x Z_b, each round of which could be
    undone, so no two rows meet."""
    left, right = np.divmod(rows, b)
    for turn in range(ROUNDS):
        left = (left + _mix(seed, 2 * turn, right, a)) % a
        right = (right + _mix(seed, 2 * turn + 1, left, b)) % b
    numbers: Ints = left * b + right
    return numbers


def plate_seed(streams: Streams) -> int:
    """What the plates of a run are shuffled by."""
    return streams.of("people", "plates").getrandbits(62)


def plates(seed: int, layout: NDArray[np.uint8]) -> Given:
    """A plate for every resident's car, in the layout that it has."""
    return Given(_plates(seed, layout, np.arange(len(layout))))


def listed_plates(seed: int, layout: NDArray[np.uint8]) -> Ints:
    """A plate for every row of a state's list, which no resident's car and no stranger's has."""
    rows = np.array([a * b for a, b in _SIZES])[layout] - 1 - np.arange(len(layout))
    return _plates(seed, layout, rows)


def strangers_plates(seed: int, layout: NDArray[np.uint8], throws: Floats) -> Ints:
    """A plate for every throw (0 to 1), which no resident's car has and no list."""
    size = np.array([a * b for a, b in _SIZES])[layout]
    rows = RESIDENTS + (throws * (size - RESIDENTS - LISTED)).astype(np.int64)
    return _plates(seed, layout, rows)


def _plates(seed: int, layout: NDArray[np.uint8], rows: Ints) -> Ints:
    numbers = np.zeros(len(layout), dtype=np.int64)
    for number, size in enumerate(_SIZES):
        mine = layout == number
        numbers[mine] = number * _ABOVE_ALL + shuffled(seed + number, rows[mine], *size)
    return numbers


def licences(seed: int, count: int) -> Given:
    """A licence number for every row."""
    return Given(LICENCES + shuffled(seed, np.arange(count), 10_000, 10_000))


def handles(seed: int, count: int) -> Given:
    """The digits of an account's handle for every row."""
    return Given(shuffled(seed, np.arange(count), 1000, 1000))


def plate_text(number: int) -> str:
    """How one of the numbers of `plates` reads, without space or dash."""
    layout, number = divmod(number, _ABOVE_ALL)
    if layout == TEXAS:
        return _spell(number // 10_000, TX_LETTERS) + f"{number % 10_000:04d}"
    digits, letters = str(100 + number // _LA3), _spell(number % _LA3, LETTERS)
    return digits + letters if layout == CURRENT else letters + digits


def plate_number(state: str, text: str) -> int | None:
    """The opposite of `plate_text`; None for what is no plate of that state in these layouts."""
    if state not in LAYOUTS:
        return None
    layout = TEXAS if state == "TX" else CURRENT if text[:1].isdigit() else FORMER
    letters, digits = (text[3:], text[:3]) if layout == CURRENT else (text[:3], text[3:])
    alphabet, count = (TX_LETTERS, 4) if layout == TEXAS else (LETTERS, 3)
    if len(letters) != 3 or not set(letters) <= set(alphabet) or len(digits) != count:
        return None
    if not (digits.isascii() and digits.isdigit()) or (layout != TEXAS and digits[0] == "0"):
        return None
    spelt = 0
    for letter in letters:
        spelt = spelt * len(alphabet) + alphabet.index(letter)
    number = spelt * 10_000 + int(digits) if layout == TEXAS else (int(digits) - 100) * _LA3 + spelt
    return layout * _ABOVE_ALL + number


def vin(make: str, model: str, year: int, serial: int) -> str:
    """A vehicle identification number of the right shape (49 CFR 565) whose check digit is wrong on purpose, so that no
    real car has it."""
    letters = "".join(letter for letter in (make + model).upper() if letter in _VIN_VALUES)
    text = f"1{(letters + 'XXXXXXX')[:7]}0{_VIN_YEARS[(year - 1980) % len(_VIN_YEARS)]}S{serial % 1_000_000:06d}"
    right = check_digit(text)
    wrong = "0123456789X"[("0123456789X".index(right) + 1) % 11]
    return text[:8] + wrong + text[9:]


def check_digit(text: str) -> str:
    """What the ninth of seventeen characters should be."""
    total = sum(
        weight * _VIN_VALUES.get(one, 0) for one, weight in zip(text, _VIN_WEIGHTS, strict=True) if one.isalpha()
    )
    total += sum(weight * int(one) for one, weight in zip(text, _VIN_WEIGHTS, strict=True) if one.isdigit())
    return "0123456789X"[total % 11]


def _spell(number: int, alphabet: str) -> str:
    size = len(alphabet)
    return alphabet[number // size**2] + alphabet[number // size % size] + alphabet[number % size]


def _mix(seed: int, turn: int, half: Ints, size: int) -> Ints:
    throws: Floats = dice(seed, turn, half)
    return (throws * size).astype(np.int64)
