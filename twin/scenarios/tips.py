"""What a scenario may say of people who tell a tip line what they saw.

Knows: what a tip is about, what of it is wrong, and what is expected of a center that gets it.
Refuses to know: who tells it, and in which words.
"""

from __future__ import annotations

from typing import Literal

from twin.scenarios.parts import Expects, Happens, Many, Name, Positive, Share


class Tell(Happens, frozen=True, kw_only=True):
    """Somebody tells the tip line what they saw of `about`, an incident or a stolen car that happens above, some
    moments after it. With `car` they noticed that stolen car there and say what it looks like, and its plate if they
    have `read` it. `wrong`: what they got wrong: a letter of the plate, the place (kilometres off), the time (a day).
    """

    name: Name
    about: Name
    car: Name | None = None
    read: bool = True
    wrong: Literal["nothing", "plate", "place", "time"] = "nothing"


class TipsReached(Expects, frozen=True, kw_only=True):
    """Of the tips that tell of something which the center knows as an incident, with `about` of that, the share that
    stands beside it in the end, each at most `within_s` after it was told. Who got the place or the time wrong is not
    counted. At most `stray` tips stand beside what they are not about."""

    about: Name | None = None
    at_least: Share = 1.0
    within_s: Positive | None = None
    stray: Many = 0
