"""Who is stopped: a car, its driver, and what the driver says when asked for a name.

Knows: how often a resident sits in a stopped car, who lends a car to whom, and how a false name is made up.
Refuses to know: deputies, terminals, and what the records have to say about any of it.

Shares are assumptions.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

import numpy as np

from twin.sim.people import People
from twin.sim.people_census import CENSUS_DAY
from twin.sim.people_names import FAMILIES, FEMALE, MALE
from twin.sim.people_numbers import LAYOUTS, plate_seed, plate_text, strangers_plates
from twin.sim.plates import Vehicle, vehicle
from twin.streams import Streams

RESIDENT_SHARE = 0.75  # of stopped cars
OWNER_SHARE = 0.75  # of residents' cars: the owner drives, else somebody of the household
FALSE_NAME_SHARE = 0.01
FALSE_NAME_WANTED_SHARE = 0.3  # of drivers with an open warrant
GROWN_YEARS = (16, 80)
REASONS = (
    (45, "speeding"),
    (20, "equipment"),
    (14, "expired plate"),
    (11, "stop sign"),
    (6, "lane use"),
    (4, "no belt"),
)
OUTCOMES = ((55, "warning"), (38, "citation"), (4, "none"), (3, "arrest"))
TRIES = 2_000


class Said(NamedTuple):
    """A name and a birth date (YYYY-MM-DD)."""

    last: str
    first: str
    born: str


class Motorist(NamedTuple):
    """A stopped car. `driver` is the resident who drives (None: from elsewhere), `truly` who that is, `said` what they
    say. `licence` is the number of the one they can show when they are asked for it, if they have one and do not
    lie."""

    car: Vehicle
    driver: int | None
    truly: Said
    said: Said
    why: str
    licence: str | None = None


class Motorists:
    """`away(car)`: a resident's car that somebody else has taken."""

    def __init__(self, streams: Streams, people: Callable[[], People], away: Callable[[int], bool]) -> None:
        self._people = people
        self._plates = plate_seed(streams)
        self._away = away

    def anybody(self, dice: Random) -> Motorist:
        """The next one."""
        people = self._people()
        car = dice.randrange(people.cars)
        if dice.random() >= RESIDENT_SHARE or self._away(car):
            truly = _stranger(dice)
            return Motorist(self._strangers_car(dice), None, truly, truly, _one_of(REASONS, dice))
        driver = people.owner_at(car)
        if dice.random() >= OWNER_SHARE:
            dwelling = people.person(driver).dwelling
            driver = dice.choice(
                [one for one in people.household(dwelling) if people.age(one) >= GROWN_YEARS[0]] or [driver]
            )
        share = FALSE_NAME_WANTED_SHARE if people.warrants(driver) else FALSE_NAME_SHARE
        return self._motorist(people.vehicle_at(car), driver, dice, lies=dice.random() < share)

    def chosen(self, dice: Random, *, wanted: bool, lies: bool, licensed: bool | None = None) -> Motorist:
        """Somebody in their own car: with an open warrant, or without; with a licence or without, where that
        matters."""
        people = self._people()
        for _ in range(TRIES):
            one = dice.randrange(len(people))
            if bool(people.warrants(one)) != wanted or not people.cars_of(one):
                continue
            if licensed is None or licensed == (people.licence(one) is not None):
                return self._motorist(people.vehicle_at(people.cars_of(one)[0]), one, dice, lies=lies)
        raise LookupError("nobody here is like that and has a car")

    def _motorist(self, car: Vehicle, driver: int, dice: Random, *, lies: bool) -> Motorist:
        truly = _of(self._people(), driver)
        said = self._false_name(driver, truly, dice) if lies else truly
        held = None if lies else self._people().licence(driver)
        return Motorist(car, driver, truly, said, _one_of(REASONS, dice), held.number if held else None)

    def _false_name(self, driver: int, truly: Said, dice: Random) -> Said:
        """A name that they have been known under, a relative's, or one made up with their own birthday a little off."""
        people = self._people()
        known = people.aliases(driver)
        if known:
            one = dice.choice(known)
            return Said(one.last, one.first, one.born.isoformat())
        others = [one for one in people.household(people.person(driver).dwelling) if one != driver]
        if others and dice.random() < 0.5:
            return _of(people, dice.choice(others))
        made_up = _stranger(dice)
        born = date.fromisoformat(truly.born) + timedelta(days=dice.randint(-400, 400))
        return Said(made_up.last, made_up.first, born.isoformat())

    def _strangers_car(self, dice: Random) -> Vehicle:
        layout = np.array([dice.choices((0, 1, 2), (60, 15, 25))[0]], dtype=np.uint8)
        number = strangers_plates(self._plates, layout, np.array([dice.random()]))[0]
        return vehicle(dice, LAYOUTS[int(layout[0])], plate_text(int(number)))


def outcome(dice: Random) -> str:
    """How a stop ends."""
    return _one_of(OUTCOMES, dice)


def _of(people: People, number: int) -> Said:
    person = people.person(number)
    return Said(person.last, person.first, person.born.isoformat())


def _stranger(dice: Random) -> Said:
    first = MALE if dice.random() < 0.5 else FEMALE
    throw = np.array([dice.random()])
    years = dice.uniform(*GROWN_YEARS)
    return Said(
        FAMILIES.names[int(FAMILIES.draw(np.array([dice.random()]))[0])],
        first.names[int(first.draw(throw)[0])],
        (CENSUS_DAY - timedelta(days=int(years * 365.25))).isoformat(),
    )


def _one_of(table: tuple[tuple[int, str], ...], dice: Random) -> str:
    return dice.choices([word for _, word in table], [weight for weight, _ in table])[0]
