"""American registrations and the transponder addresses that belong to them.

Knows: the public arithmetic by which every N-number has one address, and the block of numbers that the twin uses.
Refuses to know: who owns a number. The block is ours by choice; should a real aircraft bear one of its numbers, that is
chance, as with licence plates.
"""

from __future__ import annotations

FIRST = 0xA00001  # N1
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
SUFFIXES = 1 + 24 * 25  # nothing, a letter, two letters
FOURTH = 1 + 24 + 10  # behind four digits: nothing, a letter, a digit
THIRD = SUFFIXES + 10 * FOURTH
SECOND = SUFFIXES + 10 * THIRD
SIZES = (SUFFIXES + 10 * SECOND, SECOND, THIRD, FOURTH)
"""How many numbers begin with one digit, two, three, four."""
BLOCK = 1000
STRIDE = 617  # has no factor in common with BLOCK: consecutive serials get numbers far apart


def address(tail: str) -> str:
    """Six hexadecimal digits for `N` and one to five digits and letters, letters last and at most two."""
    offset = 0
    digits = tail[1:].rstrip(LETTERS)
    suffix = tail[1 + len(digits) :]
    for place, digit in enumerate(digits[:4]):
        offset += (int(digit) - (place == 0)) * SIZES[place] + (SUFFIXES if place else 0)
    if len(digits) == 5:
        offset += 25 + int(digits[4])
    elif len(digits) == 4 and suffix:
        offset += 1 + LETTERS.index(suffix)
    elif suffix:
        offset += 1 + LETTERS.index(suffix[0]) * 25 + (1 + LETTERS.index(suffix[1]) if suffix[1:] else 0)
    return f"{FIRST + offset:06x}"


def tail(series: str, serial: int) -> str:
    """A number of the twin's block: N9000 to N9999 with a letter from W to Z (`series`) behind it; a thousand serials
    in a row differ."""
    return f"N9{serial * STRIDE % BLOCK:03d}{series}"
