"""The parish's residents: who lives where, what they are called, what they drive, and what the state has on them.

Knows: how to find a person by index, name and birth date, licence or plate, and everything that hangs on them.
Refuses to know: who asks and whether they may; what people do (`crime`, `traffic`).

Nobody here exists. A person, a household and a car are rows of the census (`people_census`), and the n-th is the same
whoever asks first; nothing is made until somebody asks, and then whole columns are made at once, a fifth of a second.
`python -m twin.sim.people_figures` prints the figures.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.sim import people_census, people_records
from twin.sim.homes import Homes
from twin.sim.parish import Parish
from twin.sim.people_census import CENSUS_DAY, YEAR_DAYS, Census
from twin.sim.people_names import FAMILIES, FEMALE, MALE, folded
from twin.sim.people_numbers import (
    HANDLE_DIGITS,
    LAYOUTS,
    Given,
    handles,
    licences,
    plate_number,
    plate_seed,
    plate_text,
    plates,
    vin,
)
from twin.sim.people_records import Account, Alias, Licence, Person, ProtectionOrder, Registration, Warrant
from twin.sim.plates import Vehicle, vehicle
from twin.sim.streets import dice as throws
from twin.streams import Streams

_LICENSED, _WANTED, _RESTRAINED, _KNOWN, _PHONE, _ACCOUNT = range(301, 307)
MEAN_CAR_YEARS, OLDEST_CAR = 9.0, 1988
INSURED = 0.88  # of cars (assumption)
_PARTNERS_APART = 15 * 365
_FIRSTS = 4096


class Match(NamedTuple):
    """A person found by a name: their own, or an `alias`."""

    person: int
    alias: Alias | None


class People:
    """The residents of `homes`. Persons, dwellings and cars go by their number in the census."""

    def __init__(self, streams: Streams, parish: Parish, homes: Homes) -> None:
        self.homes = homes
        self._streams = streams
        self._agencies = tuple(agency.agency for agency in parish.agencies)
        self._seed = streams.of("people", "census").getrandbits(62)

    @functools.cached_property
    def census(self) -> Census:
        return people_census.take(self.homes, self._seed)

    def __len__(self) -> int:
        return len(self.census.dwelling)

    @property
    def cars(self) -> int:
        """How many cars are registered here."""
        return int(self.census.first_car[-1])

    # --- persons and households -----------------------------------------------------------------------------------

    def person(self, number: int) -> Person:
        """Raises IndexError."""
        census = self.census
        dwelling = int(census.dwelling[number])
        names = (FEMALE if census.woman[number] else MALE).names
        return Person(
            number=number,
            first=names[census.first[number]],
            middle=names[census.middle[number]],
            last=FAMILIES.names[census.family[number]],
            suffix="Jr." if census.junior[number] else "",
            sex="F" if census.woman[number] else "M",
            born=CENSUS_DAY + timedelta(days=int(census.born[number])),
            dwelling=dwelling,
            address=self.homes.address(int(self.homes.premise_of_dwelling[dwelling]), dwelling),
        )

    def household(self, dwelling: int) -> range:
        """Who lives in a dwelling, grown-ups first; nobody in an empty one."""
        census = self.census
        return range(int(census.first_person[dwelling]), int(census.first_person[dwelling + 1]))

    def at(self, premise: int) -> range:
        """Who lives at a premise, in all its dwellings."""
        first = self.homes.first_dwelling
        return range(*(int(self.census.first_person[first[premise + more]]) for more in (0, 1)))

    def premise_of(self, person: int) -> int:
        return int(self.homes.premise_of_dwelling[self.census.dwelling[person]])

    def age(self, person: int) -> int:
        """Whole years on the day of the census."""
        return int(-self.census.born[person] / YEAR_DAYS)

    def phone(self, person: int) -> str:
        """Their number, one of the hundred of area code 337 that are kept for fiction, so others have it too: a number
        is no key to a person."""
        return f"337-555-01{int(throws(self._seed, _PHONE, person)[0] * 100):02d}"

    def account(self, person: int) -> Account | None:
        """Their account on the parish's one (made-up) social network, where they have one. Its name begins as theirs
        does, and no two are the same."""
        if not self._online[person]:
            return None
        who = self.person(person)
        handle = (
            f"{folded(who.first).lower()}{who.last[0].lower()}{int(self._handles.numbers[person]):0{HANDLE_DIGITS}}"
        )
        return people_records.account(who, handle, self._dice("account", person))

    def holder_of(self, handle: str) -> int | None:
        """Whose account has this handle; None where no resident's has."""
        digits = handle[-HANDLE_DIGITS:]
        person = self._handles.row(int(digits)) if digits.isascii() and digits.isdigit() else None
        account = None if person is None else self.account(person)
        return person if account is not None and account.handle == handle else None

    # --- cars -----------------------------------------------------------------------------------------------------

    def vehicle_at(self, car: int) -> Vehicle:
        """The car with this number, as a camera could describe it. Its plate is unlike any other resident's."""
        state = LAYOUTS[self.census.layout[car]]
        return vehicle(self._streams.of("car", str(car)), state, plate_text(int(self._plates.numbers[car])))

    def owner_at(self, car: int) -> int:
        """Whose car it is: the grown-ups of a household have one each before anyone has two."""
        census = self.census
        dwelling = self._dwelling_of_car(car)
        place = car - int(census.first_car[dwelling])
        return int(census.first_person[dwelling]) + place % int(census.grown[dwelling])

    def cars_of(self, person: int) -> list[int]:
        """The cars that are registered to a person."""
        census = self.census
        dwelling = int(census.dwelling[person])
        place, grown = person - int(census.first_person[dwelling]), int(census.grown[dwelling])
        return list(self.household_cars(person)[place::grown]) if place < grown else []

    def household_cars(self, person: int) -> range:
        """All cars of their household."""
        dwelling, first = int(self.census.dwelling[person]), self.census.first_car
        return range(int(first[dwelling]), int(first[dwelling + 1]))

    def cars_at(self, premise: int) -> range:
        """All cars of a premise's households."""
        dwelling, first = self.homes.first_dwelling, self.census.first_car
        return range(*(int(first[dwelling[premise + more]]) for more in (0, 1)))

    def cars_in(self, neighbourhood: int) -> NDArray[np.intp]:
        """The cars that stand before their owners' houses in a block group."""
        order, bounds = self._by_neighbourhood
        return order[bounds[neighbourhood] : bounds[neighbourhood + 1]]

    def cars_with(self, state: str) -> NDArray[np.intp]:
        """The cars that have plates of a state."""
        return np.flatnonzero(np.isin(self.census.layout, [n for n, one in enumerate(LAYOUTS) if one == state]))

    def car_of(self, plate: str, state: str = "LA") -> int | None:
        """The resident's car with this plate; None where no resident has it."""
        number = plate_number(state, plate)
        return None if number is None else self._plates.row(number)

    def owner_of(self, plate: str, state: str = "LA") -> int | None:
        """To whom a plate is registered; None where no resident has it."""
        car = self.car_of(plate, state)
        return None if car is None else self.owner_at(car)

    def registration(self, car: int) -> Registration:
        """What the state has on a car."""
        dice = self._streams.of("registration", str(car))
        described = self.vehicle_at(car)
        year = max(CENSUS_DAY.year - int(dice.expovariate(1 / MEAN_CAR_YEARS)), OLDEST_CAR)
        return Registration(
            car=car,
            vehicle=described,
            year=year,
            vin=vin(described.make, described.model, year, car),
            owner=self.owner_at(car),
            expires=CENSUS_DAY + timedelta(days=dice.randint(-60, 700)),
            insured=dice.random() < INSURED,
        )

    # --- what the state has on people ------------------------------------------------------------------------------

    def licence(self, person: int) -> Licence | None:
        """Their driving licence, where they have one."""
        if not self._licensed[person]:
            return None
        number = str(self._licences.numbers[person])
        return people_records.licence(self.person(person), number, self._dice("licence", person))

    def licensed_as(self, number: str) -> int | None:
        """Whose licence has this number; None where no resident has it."""
        person = self._licences.row(int(number)) if number.isascii() and number.isdigit() else None
        return person if person is not None and self._licensed[person] else None

    def warrants(self, person: int) -> tuple[Warrant, ...]:
        """Open warrants; of one to two in a hundred grown-ups there are any."""
        if not self._wanted[person]:
            return ()
        return people_records.warrants(person, self._agencies, self._dice("warrants", person))

    def orders(self, person: int) -> tuple[ProtectionOrder, ...]:
        """Protection orders in force for or against a person."""
        return self._orders.get(person, ())

    def aliases(self, person: int) -> tuple[Alias, ...]:
        """Other names that a person has been recorded under."""
        if not self._known[person]:
            return ()
        dice = self._dice("aliases", person)
        other = FAMILIES.names[int(FAMILIES.draw(np.array([dice.random()]))[0])]
        return people_records.aliases(self.person(person), other, dice)

    def every_alias(self) -> Iterator[Alias]:
        """All other names of everybody, in the order of the census."""
        for person in np.flatnonzero(self._known).tolist():
            yield from self.aliases(person)

    def former(self, person: int) -> tuple[str, ...]:
        """Where they lived before, latest first; of two in five the state knows."""
        dice = self._dice("former", person)
        many = dice.choices((0, 1, 2), (60, 30, 10))[0]
        dwellings = [dice.randrange(len(self.homes.premise_of_dwelling)) for _ in range(many)]
        return tuple(self.homes.address(int(self.homes.premise_of_dwelling[one]), one) for one in dwellings)

    def by_name(self, last: str, first: str, born: date | None = None) -> list[Match]:
        """Everyone recorded under this name, their own before aliases, in the order of the census; with `born`, on that
        day. Spellings must agree in their letters; who looks for near ones asks again."""
        found = [Match(person, None) for person in self._namesakes(folded(last), folded(first))]
        found += [Match(alias.person, alias) for alias in self._by_alias.get((folded(last), folded(first)), ())]
        return [match for match in found if born is None or self._born_as(match) == born]

    # --- indices, made when first wanted ---------------------------------------------------------------------------

    def _namesakes(self, last: str, first: str) -> list[int]:
        order, keys = self._by_own_name
        found: list[int] = []
        for given in _GIVEN.get(first, ()):
            for family in _FAMILY.get(last, ()):
                low, high = np.searchsorted(keys, [family * _FIRSTS + given, family * _FIRSTS + given + 1])
                found += order[low:high].tolist()
        return sorted(found)

    def _born_as(self, match: Match) -> date:
        return match.alias.born if match.alias else CENSUS_DAY + timedelta(days=int(self.census.born[match.person]))

    @functools.cached_property
    def _by_own_name(self) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        census = self.census
        given = census.first.astype(np.int64) + np.where(census.woman, len(MALE.names), 0)
        keys = census.family.astype(np.int64) * _FIRSTS + given
        order = np.argsort(keys, kind="stable")
        return order, keys[order]

    @functools.cached_property
    def _by_neighbourhood(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Cars by block group, and where each begins."""
        lives_in = self.homes.neighbourhood[self.homes.premise_of_dwelling]
        where = np.repeat(lives_in, np.diff(self.census.first_car))
        order = np.argsort(where, kind="stable")
        return order, np.searchsorted(where[order], np.arange(int(lives_in.max()) + 2))

    @functools.cached_property
    def _by_alias(self) -> dict[tuple[str, str], list[Alias]]:
        found: defaultdict[tuple[str, str], list[Alias]] = defaultdict(list)
        for alias in self.every_alias():
            found[folded(alias.last), folded(alias.first)].append(alias)
        return dict(found)

    @functools.cached_property
    def _orders(self) -> dict[int, tuple[ProtectionOrder, ...]]:
        """By person, protected and respondent alike. The protected one is of the other sex and about the same age."""
        census = self.census
        grown = np.flatnonzero(self._grown)
        found: defaultdict[int, list[ProtectionOrder]] = defaultdict(list)
        for respondent in np.flatnonzero(self._restrained).tolist():
            dice = self._dice("order", respondent)
            for other in (int(grown[dice.randrange(len(grown))]) for _ in range(64)):
                near = abs(int(census.born[other]) - int(census.born[respondent])) < _PARTNERS_APART
                if near and census.woman[other] != census.woman[respondent]:
                    one = people_records.order(other, respondent, dice)
                    found[other].append(one)
                    found[respondent].append(one)
                    break
        return {person: tuple(orders) for person, orders in found.items()}

    @functools.cached_property
    def _grown(self) -> NDArray[np.bool_]:
        return self.census.born <= -18 * 366

    @functools.cached_property
    def _licensed(self) -> NDArray[np.bool_]:
        old_enough = self.census.born <= -16 * 366
        licensed: NDArray[np.bool_] = throws(self._seed, _LICENSED, np.arange(len(self))) < people_records.LICENSED
        return old_enough & licensed

    @functools.cached_property
    def _online(self) -> NDArray[np.bool_]:
        old_enough = self.census.born <= -13 * 366
        online: NDArray[np.bool_] = throws(self._seed, _ACCOUNT, np.arange(len(self))) < people_records.ONLINE
        return old_enough & online

    @functools.cached_property
    def _wanted(self) -> NDArray[np.bool_]:
        return self._some_grown(_WANTED, people_records.WANTED)

    @functools.cached_property
    def _restrained(self) -> NDArray[np.bool_]:
        return self._some_grown(_RESTRAINED, people_records.RESTRAINED)

    @functools.cached_property
    def _known(self) -> NDArray[np.bool_]:
        return self._some_grown(_KNOWN, people_records.KNOWN_OTHERWISE)

    def _some_grown(self, column: int, share: float) -> NDArray[np.bool_]:
        return self._grown & (throws(self._seed, column, np.arange(len(self))) < share)

    @functools.cached_property
    def _plates(self) -> Given:
        return plates(plate_seed(self._streams), self.census.layout)

    @functools.cached_property
    def _licences(self) -> Given:
        return licences(self._streams.of("people", "licences").getrandbits(62), len(self))

    @functools.cached_property
    def _handles(self) -> Given:
        return handles(self._streams.of("people", "handles").getrandbits(62), len(self))

    def _dwelling_of_car(self, car: int) -> int:
        if not 0 <= car < self.cars:
            raise IndexError(f"there is no car {car} here")
        return int(np.searchsorted(self.census.first_car, car, side="right")) - 1

    def _dice(self, kind: str, person: int) -> Random:
        return self._streams.of(kind, str(person))


def _index(names: tuple[str, ...], offset: int = 0) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(names):
        found[folded(name)].append(row + offset)
    return dict(found)


_FAMILY = _index(FAMILIES.names)
_MEN, _WOMEN = _index(MALE.names), _index(FEMALE.names, len(MALE.names))
_GIVEN = {name: _MEN.get(name, []) + _WOMEN.get(name, []) for name in (*_MEN, *_WOMEN)}
