"""How well a call is located: badly at first, better later.

Knows: mast, handset and rebid, landlines, and how long each takes.
Refuses to know: who calls, and where they truly are.

Phase I is the sector of a mast, phase II the handset's own position; a call taker who is not content asks the network
again (rebid). All figures are assumptions but for the share of wireless calls.
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt
from random import Random
from typing import NamedTuple

LANDLINE_SHARE = 0.10  # verified: 90 % of calls are wireless
PHASE_I_M = (300.0, 900.0)
PHASE_II_M = (8.0, 60.0)
PHASE_II_S = (9.0, 28.0)
PHASE_II_SHARE = 0.88
REBID_SHARE = 0.35  # of calls with a phase II position; without one it is always asked again
REBID_S = (30.0, 75.0)
REBID_BETTER = (0.4, 0.95)
LATE_PHASE_II_M = (12.0, 120.0)


class Located(NamedTuple):
    """From `after_s` on the place is known to `radius_m`; `method` as RFC 4119's registry has it."""

    after_s: float
    radius_m: float
    method: str


def landline(dice: Random) -> bool:
    return dice.random() < LANDLINE_SHARE


def phases(dice: Random, *, wired: bool) -> list[Located]:
    """What the network tells of one call, first to last."""
    if wired:
        return [Located(0.0, 5.0, "Wiremap")]
    told = [Located(0.0, dice.uniform(*PHASE_I_M), "Cell")]
    if dice.random() < PHASE_II_SHARE:
        told.append(Located(dice.uniform(*PHASE_II_S), dice.uniform(*PHASE_II_M), "A-GPS"))
        if dice.random() < REBID_SHARE:
            better = told[-1].radius_m * dice.uniform(*REBID_BETTER)
            told.append(Located(dice.uniform(*REBID_S), better, "A-GPS"))
    else:
        told.append(Located(dice.uniform(*REBID_S), dice.uniform(*LATE_PHASE_II_M), "A-GPS"))
    return told


def found(x: float, y: float, located: Located, dice: Random) -> tuple[float, float]:
    """Where the network puts somebody who is at (x, y): anywhere in the sector that carries the call, or about where
    the handset is, nine times in ten within the radius."""
    if located.method != "Cell":
        return near(x, y, located.radius_m * 0.6, dice)
    distance, angle = located.radius_m * sqrt(dice.random()), dice.random() * 2 * pi
    return x + distance * cos(angle), y + distance * sin(angle)


def near(x: float, y: float, sigma_m: float, dice: Random) -> tuple[float, float]:
    """Some place about (x, y), metres."""
    distance = abs(dice.gauss(0.0, sigma_m))
    angle = dice.random() * 2 * pi
    return x + distance * cos(angle), y + distance * sin(angle)
