"""What registrations look like before anything is seen of one.

Knows: the shapes of serials on passenger plates of the United States, about how common each is, and that others occur.
Refuses to know: pictures, and which registration belongs to whom.

A is a letter, 9 a digit. The weights are rough shares of vehicles (assumption): they only have to be right within a
factor of a few, for what they decide between differs by a factor of hundreds.
"""

from __future__ import annotations

import math
from functools import lru_cache

SHAPES: dict[str, float] = {
    "AAA9999": 30.0, "9AAA999": 13.0, "AAA999": 12.0, "999AAA": 12.0, "AA99999": 4.0, "AAA99A": 4.0,
    "A999999": 3.0, "AA9A999": 3.0, "9A99999": 2.0, "999999": 2.0, "9999999": 2.0, "AA9A9A": 2.0,
    "999A999": 1.0, "99A999A": 1.0, "9A9999A": 1.0, "99AA99": 1.0, "9A9999": 1.0, "9AA9999": 1.0,
    "AA9999": 1.0, "A99999": 1.0, "99999": 1.0, "9999AA": 1.0, "99AAA9": 1.0, "A99AAA": 1.0,
    "A999AA": 1.0, "9AAA99": 1.0, "9AA999": 1.0, "99A9AA": 1.0, "99AAA": 0.5, "AA999": 0.5,
    "A9999": 0.5, "9999A": 0.5, "99A99A": 0.5, "AAAA99": 0.5, "99A9999": 0.5, "9AAA9": 0.3,
    "999AA9": 0.5, "99AA9A": 0.3, "9AAA9A": 0.3, "999A": 0.2, "9AA999A": 0.3, "AA9999A": 0.3,
    "99AA999": 0.3, "A9AAAA": 0.3, "AAA9A99": 0.5, "9A999A": 0.3,
}  # fmt: skip
# What the shapes leave: words of letters that somebody chose, and any mixture.
REGULAR, WORDS, MIXED = 0.8, 0.1, 0.1
_OF_LENGTH = {n: sum(share for form, share in SHAPES.items() if len(form) == n) for n in {len(form) for form in SHAPES}}


def shape(text: str) -> str:
    return "".join("9" if char.isdigit() else "A" for char in text)


def log_prior(text: str) -> float:
    """The logarithm of how much likelier the text is than one of the same length drawn blindly. What lengths there are,
    the network has learned itself."""
    return by_shape(shape(text))


@lru_cache(maxsize=4096)
def by_shape(form: str) -> float:
    """The same of any text of this shape: they are all as likely."""
    digits = form.count("9")
    letters = len(form) - digits
    gain = (36 / 10) ** digits * (36 / 26) ** letters
    likely = MIXED + (0.0 if digits else WORDS * gain)
    if form in SHAPES:
        likely += REGULAR * SHAPES[form] / _OF_LENGTH[len(form)] * gain
    return math.log(likely)


def shapes_of(length: int) -> list[str]:
    """The known shapes of that length, and all letters."""
    return [form for form in SHAPES if len(form) == length] + ["A" * length]
