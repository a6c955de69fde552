"""How plates are written, and what they are taken for.

Knows: which characters a camera or a clerk takes for which, how letters are stacked, and the shape of a text.
Refuses to know: which plates exist, who is wanted, and how likely any mistake is (see likelihood).
"""

from __future__ import annotations

from collections.abc import Sequence

ALIKE = ("0OQD", "1IL", "8B", "5S", "2Z", "6G", "4A")
"""Characters that are taken for one another. The first of each stands for all of them in a folded plate."""

_DIGITS, _LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FOLD = bytes.maketrans("".join(ALIKE).encode(), "".join(alike[0] * len(alike) for alike in ALIKE).encode())
_ZERO = str.maketrans("O", "0")
_SHAPE = bytes.maketrans((_DIGITS + _LETTERS).encode(), b"9" * 10 + b"A" * 26)
FOLDED = _DIGITS + "".join(letter for letter in _LETTERS if letter not in "".join(ALIKE))
"""What a folded plate is written with."""

STACK = 2  # letters that stand one above the other beside the digits
SHORTEST_BESIDE_A_STACK = 4


def fold(plate: str) -> str:
    """The plate with look-alike characters made one: O Q D 0, I L 1, 8 B, 5 S, 2 Z, 6 G, 4 A."""
    return plate.encode().translate(_FOLD).decode()  # of bytes, for it is half as much work as of characters


def fold_all(plates: Sequence[str]) -> list[str]:
    """Many plates at once, which is several times as fast. No plate may hold a line feed."""
    return fold("\n".join(plates)).split("\n") if plates else []


def as_listed(plate: str) -> str:
    """The plate as state files print it: the letter O is a zero."""
    return plate.translate(_ZERO)


def shape(plate: str) -> str:
    """9 for a digit, A for a letter: `123ABC` is `999AAA`."""
    return plate.encode().translate(_SHAPE).decode()


def stacked(plate: str) -> tuple[str, ...]:
    """How a plate with two stacked letters beside its digits is also written: with the letters on the other side, and
    without them, for cameras skip what is small. Empty for other plates."""
    if len(plate) < STACK + SHORTEST_BESIDE_A_STACK:
        return ()
    if plate[STACK:].isdecimal() and plate[:STACK].isalpha():
        return plate[STACK:] + plate[:STACK], plate[STACK:]
    if plate[:-STACK].isdecimal() and plate[-STACK:].isalpha():
        return plate[-STACK:] + plate[:-STACK], plate[:-STACK]
    return ()


def ways_to_read(plate: str) -> list[str]:
    """The folded texts that `PlateIndex.near` would take for this plate."""
    key = fold(plate)
    ways = [key, *map(fold, stacked(plate))]
    ways += [key[:at] + key[at + 1 :] for at in range(len(key))]
    ways += [key[:at] + mark + key[at:] for at in range(len(key) + 1) for mark in FOLDED]
    return list(dict.fromkeys(ways))
