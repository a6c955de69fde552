"""Everyone who lives in the parish, as columns: households, ages, names, cars.

Knows: how many live in each dwelling, how they belong together, when they were born, what they are called, and how many
cars they have.
Refuses to know: what the state has on them (`people_records`).

Every cell is a hash of (seed, column, row), so a row is the same whoever asks for it first. The shares are assumptions
near the census's for such a county.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from twin.sim.geometry import Floats
from twin.sim.homes import Homes
from twin.sim.people_names import FAMILIES, FEMALE, MALE
from twin.sim.streets import dice

CENSUS_DAY = date(2026, 1, 1)
YEAR_DAYS = 365.2425
EMPTY = 0.10  # of dwellings
HOUSEHOLDS = (0.28, 0.335, 0.155, 0.13, 0.06, 0.025, 0.015)  # of one person, two, ...
CARS = (0.07, 0.33, 0.38, 0.16, 0.06)  # households with none, one, ...
PARTNERED = 0.66  # of households of several
CHILDREN = 0.88  # of their further members
TWINS = 0.02  # of children
JUNIORS = 0.07  # of sons of a father in the house
SAME_NAME = {1: 0.78, 2: 0.90, 3: 0.35}  # with the householder, by role
TX_CARS = 0.035
HOUSEHOLDER, PARTNER, CHILD, OTHER = range(4)

_EMPTY, _SIZE, _CARS, _PARTNER, _CHILD, _SEX, _SAME_SEX, _AGE = range(201, 209)
_APART, _TWIN, _JUNIOR, _FAMILY, _SAME, _FIRST, _MIDDLE, _LAYOUT = range(209, 217)

Ints = NDArray[np.int32]
Small = NDArray[np.int16]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Census:
    """Persons are rows, household by household, grown-ups first. `dwelling`, `role` (see above), `woman`, `born` (days
    since `CENSUS_DAY`, negative), `family`, `first` and `middle` (indices of `people_names`' pools), `junior`.

    Those of dwelling d are rows `first_person[d]` up to `first_person[d + 1]`, the first `grown[d]` of them grown up;
    its cars have the numbers `first_car[d]` up to `first_car[d + 1]`. `layout` of a car's plate: 0 Louisiana's, 1 its
    former one, 2 Texas's.
    """

    dwelling: Ints
    role: NDArray[np.uint8]
    woman: Bools
    born: Ints
    family: Small
    first: Small
    middle: Small
    junior: Bools
    first_person: Ints
    grown: Ints
    first_car: Ints
    layout: NDArray[np.uint8]


def take(homes: Homes, seed: int) -> Census:
    """Count everyone; a fifth of a second."""
    size, cars = _households(int(homes.first_dwelling[-1]), seed)
    dwelling = np.repeat(np.arange(len(size)), size)
    first_person = np.concatenate([[0], np.cumsum(size)])
    place = np.arange(len(dwelling)) - first_person[dwelling]
    role = _roles(dwelling, place, seed)
    head = first_person[dwelling]
    woman = _sexes(dwelling, role, seed)
    born = _births(role, head, size[dwelling], seed)
    family, first, middle, junior = _names(role, head, woman, seed)
    car = np.arange(int(cars.sum()))
    former = _throw(seed, _LAYOUT, car)
    return Census(
        dwelling=dwelling.astype(np.int32),
        role=role.astype(np.uint8),
        woman=woman,
        born=born,
        family=family,
        first=first,
        middle=middle,
        junior=junior,
        first_person=first_person.astype(np.int32),
        grown=np.bincount(dwelling[role != CHILD], minlength=len(size)).astype(np.int32),
        first_car=np.concatenate([[0], np.cumsum(cars)]).astype(np.int32),
        layout=np.select([former < TX_CARS, former < TX_CARS + 0.2 * (1 - TX_CARS)], [2, 1], 0).astype(np.uint8),
    )


def _households(dwellings: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many people, and how many cars, each dwelling has."""
    dwelling = np.arange(dwellings)
    size = 1 + np.searchsorted(np.cumsum(HOUSEHOLDS)[:-1], _throw(seed, _SIZE, dwelling), side="right")
    size[_throw(seed, _EMPTY, dwelling) < EMPTY] = 0
    cars = np.searchsorted(np.cumsum(CARS)[:-1], _throw(seed, _CARS, dwelling), side="right")
    return size, np.minimum(cars, size + 1) * (size > 0)


def _roles(dwelling: NDArray[np.int64], place: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """A householder, perhaps a partner, then other grown-ups, then children (of any age)."""
    person = np.arange(len(dwelling))
    partnered = _throw(seed, _PARTNER, dwelling) < PARTNERED
    role = np.where(_throw(seed, _CHILD, person) < CHILDREN, CHILD, OTHER)
    role[(place == 1) & partnered] = PARTNER
    role[place == 0] = HOUSEHOLDER
    order = np.lexsort((place, role == CHILD, dwelling))
    return role[order]


def _sexes(dwelling: NDArray[np.int64], role: NDArray[np.int64], seed: int) -> Bools:
    person = np.arange(len(role))
    woman = _throw(seed, _SEX, person) < 0.51
    partner = np.flatnonzero(role == PARTNER)
    other_sex = _throw(seed, _SAME_SEX, dwelling[partner]) >= 0.015
    woman[partner] = woman[partner - 1] ^ other_sex
    return woman


def _births(role: NDArray[np.int64], head: NDArray[np.int64], size: NDArray[np.int64], seed: int) -> Ints:
    """Birthdays: heads of larger households are of an age to have children, and children are younger by a generation;
    some are twins."""
    person = np.arange(len(role))
    throw, apart = _throw(seed, _AGE, person), _throw(seed, _APART, person)
    oldest = np.select([size == 1, size == 2], [92.0, 84.0], 58.0)
    age = 21.0 + (oldest - 21.0) * throw ** np.where(size > 2, 0.9, 0.8)
    age = np.select([role == PARTNER, role == OTHER], [age[head] + 14.0 * (apart - 0.5), 18.0 + 62.0 * throw**1.3], age)
    age = np.where(role == CHILD, age[head] - 19.0 - 20.0 * apart, age)
    age = np.where((role == CHILD) & (age < 0.0), 4.0 * throw, age)
    age = np.where(role == CHILD, age, np.maximum(age, 18.0))
    born = -np.floor(age * YEAR_DAYS).astype(np.int32) - 1
    twin = np.flatnonzero((role[1:] == CHILD) & (role[:-1] == CHILD) & (_throw(seed, _TWIN, person[1:]) < TWINS)) + 1
    born[twin] = born[twin - 1]
    return born


def _names(
    role: NDArray[np.int64], head: NDArray[np.int64], woman: Bools, seed: int
) -> tuple[Small, Small, Small, Bools]:
    """Family, first and middle names; juniors have their father's first and middle name too."""
    person = np.arange(len(role))
    family = FAMILIES.draw(_throw(seed, _FAMILY, person))
    shared = np.select([role == other for other in SAME_NAME], list(SAME_NAME.values()), 0.0)
    same = _throw(seed, _SAME, person) < shared
    family = np.where(same, family[head], family)
    throws = _throw(seed, _FIRST, person), _throw(seed, _MIDDLE, person)
    first, middle = (np.where(woman, FEMALE.draw(throw), MALE.draw(throw)) for throw in throws)
    junior = (role == CHILD) & same & ~woman & ~woman[head] & (_throw(seed, _JUNIOR, person) < JUNIORS)
    first, middle = np.where(junior, first[head], first), np.where(junior, middle[head], middle)
    return family, first, middle, junior


def _throw(seed: int, column: int, row: NDArray[np.int64]) -> Floats:
    return dice(seed, column, row)
