"""Licence plates and the cars that carry them.

Knows: the plate layouts of Louisiana and Texas, and a handful of makes, models and colours in their shares.
Refuses to know: owners, and who is wanted.

Louisiana: `123 ABC` since 2016, `ABC 123` before, on the rear only. Texas: `ABC-1234`, front and rear.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
TX_LETTERS = "BCDFGHJKLMNPRSTVWXYZ"  # Texas leaves vowels out, so that no plate spells a word
LA_CURRENT_SHARE = 0.8

_CARS = (
    (14, "Ford", "F-150", "truck-standard"),
    (11, "Chevrolet", "Silverado", "truck-standard"),
    (9, "Toyota", "Camry", "sedan-standard"),
    (8, "Honda", "Accord", "sedan-standard"),
    (7, "Nissan", "Altima", "sedan-standard"),
    (7, "Toyota", "Corolla", "sedan-compact"),
    (6, "GMC", "Sierra", "truck-standard"),
    (6, "Honda", "CR-V", "suv-crossover"),
    (6, "Chevrolet", "Tahoe", "suv-standard"),
    (5, "Dodge", "Charger", "sedan-sports"),
    (5, "Hyundai", "Elantra", "sedan-compact"),
    (5, "Kia", "Optima", "sedan-standard"),
    (4, "Jeep", "Wrangler", "suv-standard"),
    (4, "Ram", "1500", "truck-standard"),
    (3, "Toyota", "Tacoma", "truck-standard"),
)
_COLORS = (
    *((24, "white"), (20, "black"), (17, "silver"), (14, "gray"), (10, "red")),
    *((9, "blue"), (3, "green"), (2, "brown"), (1, "yellow")),
)
_WEIGHTS = [weight for weight, *_ in _CARS]
_COLOR_WEIGHTS = [weight for weight, _ in _COLORS]


class Vehicle(NamedTuple):
    """A vehicle as a camera could describe it. `plate` has no space or dash."""

    plate: str
    state: str
    make: str
    model: str
    color: str
    body: str


class Look(NamedTuple):
    """What a car is, apart from its plate."""

    make: str
    model: str
    color: str
    body: str


def look(dice: Random) -> Look:
    """A car as many others are."""
    _, make, model, body = dice.choices(_CARS, _WEIGHTS)[0]
    _, color = dice.choices(_COLORS, _COLOR_WEIGHTS)[0]
    return Look(make, model, color, body)


def vehicle(dice: Random, state: str, plate: str | None = None) -> Vehicle:
    """A vehicle registered in `state`."""
    looks = look(dice)
    return Vehicle(plate or text(dice, state), state, *looks)


def text(dice: Random, state: str) -> str:
    """A plate text in one of the layouts of `state`."""
    if state == "TX":
        return _some(dice, TX_LETTERS, 3) + f"{dice.randrange(10_000):04d}"
    digits = f"{dice.randrange(100, 1000)}"
    letters = _some(dice, LETTERS, 3)
    return digits + letters if dice.random() < LA_CURRENT_SHARE else letters + digits


def _some(dice: Random, alphabet: str, count: int) -> str:
    return "".join(dice.choice(alphabet) for _ in range(count))
