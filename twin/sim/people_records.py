"""What is on record about people: licences, registrations, warrants, protection orders, other names, accounts.

Knows: the shape of such records, and how they are drawn for one person.
Refuses to know: who asks for them, why, and in which format they travel.

Shares are assumptions unless they say otherwise. Dates lie around `CENSUS_DAY`.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Literal, NamedTuple, TypeVar

from twin.sim.people_census import CENSUS_DAY
from twin.sim.people_names import NICKNAMES, misspelt
from twin.sim.plates import Vehicle

T = TypeVar("T")

WANTED = 0.015  # of grown-ups
RESTRAINED = 0.004
KNOWN_OTHERWISE = 0.035
LICENSED = 0.90
ONLINE = 0.70  # of those of 13 and above
LICENCE_YEARS = 6

LicenceClass = Literal["A", "B", "C", "D", "E"]
LicenceStatus = Literal["valid", "expired", "suspended", "revoked"]
AliasKind = Literal["nickname", "misspelling", "birth-date", "family-name"]

_CLASSES: tuple[tuple[float, LicenceClass], ...] = ((86, "E"), (7, "D"), (4, "A"), (2, "B"), (1, "C"))
_STATUSES: tuple[tuple[float, LicenceStatus], ...] = ((89, "valid"), (5, "expired"), (5, "suspended"), (1, "revoked"))
_CHARGES = (
    (46, "bench", "failure to appear: traffic", False),
    (18, "bench", "failure to appear: misdemeanor", False),
    (9, "bench", "probation violation", True),
    (8, "arrest", "theft", False),
    (6, "arrest", "simple battery", False),
    (5, "arrest", "possession of a controlled substance", True),
    (4, "arrest", "simple burglary", True),
    (2, "arrest", "domestic abuse battery", True),
    (1, "arrest", "aggravated assault with a firearm", True),
    (1, "arrest", "unauthorized use of a motor vehicle", True),
)
"""Weight, kind, charge, whether it is a felony."""
_EYES = ((55, "brown"), (24, "blue"), (12, "hazel"), (9, "green"))


class Person(NamedTuple):
    """Someone who does not exist. `number` is their row in the census; `sex` is as records have it."""

    number: int
    first: str
    middle: str
    last: str
    suffix: str
    sex: Literal["M", "F"]
    born: date
    dwelling: int
    address: str

    def age(self, on: date = CENSUS_DAY) -> int:
        """Whole years."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


class Licence(NamedTuple):
    """`licence_class`: Louisiana's E is for cars, D for chauffeurs, A to C commercial."""

    number: str
    state: str
    person: int
    licence_class: LicenceClass
    status: LicenceStatus
    issued: date
    expires: date
    height_cm: int
    eyes: str


class Registration(NamedTuple):
    """`car` is the vehicle's number in the census; `owner` a person's index."""

    car: int
    vehicle: Vehicle
    year: int
    vin: str
    owner: int
    expires: date
    insured: bool


class Warrant(NamedTuple):
    number: str
    person: int
    kind: str
    charge: str
    felony: bool
    agency: str
    issued: date
    bond_usd: int


class ProtectionOrder(NamedTuple):
    """`respondent` may not come near `protected` (persons' indices)."""

    number: str
    protected: int
    respondent: int
    issued: date
    expires: date


class Alias(NamedTuple):
    """Another name under which a person has been recorded, and the birth date given with it."""

    person: int
    kind: AliasKind
    first: str
    last: str
    born: date


class Account(NamedTuple):
    """A social account: `shown` is the name beside the posts, `public` whether strangers may read them."""

    handle: str
    person: int
    shown: str
    public: bool
    since: date


def state_number(person: int) -> str:
    """The state's own number of a person."""
    return f"SYN-{person:06d}"


def photo_number(person: int) -> str:
    """That of their picture on file."""
    return f"SYN-PHOTO-{person:06d}"


def licence(person: Person, number: str, dice: Random) -> Licence:
    """The licence of someone who has one. It runs out on a birthday."""
    status = _weighted(dice, _STATUSES)
    years = -dice.randint(0, 3) if status == "expired" else dice.randint(1, LICENCE_YEARS)
    expires = _birthday(person.born, CENSUS_DAY.year + years)
    if status == "expired" and expires >= CENSUS_DAY:
        expires = _birthday(person.born, CENSUS_DAY.year - 1)
    issued = _birthday(person.born, expires.year - LICENCE_YEARS) + timedelta(days=dice.randint(-40, 60))
    issued = max(min(issued, CENSUS_DAY), _birthday(person.born, person.born.year + 16))
    height_cm = round(dice.gauss(177 if person.sex == "M" else 163, 7))
    return Licence(
        number=number,
        state="LA",
        person=person.number,
        licence_class=_weighted(dice, _CLASSES) if person.age() >= 18 else "E",
        status=status,
        issued=issued,
        expires=expires,
        height_cm=height_cm,
        eyes=_weighted(dice, _EYES),
    )


def warrants(person: int, agencies: tuple[str, ...], dice: Random) -> tuple[Warrant, ...]:
    """One to three warrants of someone who is wanted."""
    found = []
    for serial in range(1 + (dice.random() < 0.25) + (dice.random() < 0.08)):
        _, kind, charge, felony = dice.choices(_CHARGES, [weight for weight, *_ in _CHARGES])[0]
        issued = CENSUS_DAY - timedelta(days=int(dice.expovariate(1 / 420.0)))
        found.append(
            Warrant(
                number=f"SYN-W{issued.year % 100:02d}-{person:06d}-{serial + 1}",
                person=person,
                kind=kind,
                charge=charge,
                felony=felony,
                agency=dice.choice(agencies),
                issued=issued,
                bond_usd=dice.choice((250, 500, 1_000, 2_500)) * (20 if felony else 1),
            )
        )
    return tuple(found)


def order(protected: int, respondent: int, dice: Random) -> ProtectionOrder:
    """A protection order that is in force."""
    issued = CENSUS_DAY - timedelta(days=dice.randint(5, 520))
    number = f"SYN-P{issued.year % 100:02d}-{respondent:06d}"
    return ProtectionOrder(number, protected, respondent, issued, issued + timedelta(days=548))


def aliases(person: Person, other_family: str, dice: Random) -> tuple[Alias, ...]:
    """One or two other names of someone who has been recorded under them."""
    kinds: tuple[AliasKind, ...] = ("nickname", "misspelling", "birth-date", "family-name")
    found: list[Alias] = []
    for kind in dice.sample(kinds, 1 + (dice.random() < 0.3)):
        first, last, born = person.first, person.last, person.born
        if kind == "nickname":
            first = NICKNAMES.get(first, person.middle)
        elif kind == "misspelling":
            last = misspelt(last, dice)
        elif kind == "birth-date":
            born = _mistyped(born, dice)
        else:
            last = other_family
        found.append(Alias(person.number, kind, first, last, born))
    return tuple(found)


def account(person: Person, handle: str, dice: Random) -> Account:
    """The account of someone who has one, under their own first name or what friends call them."""
    first = NICKNAMES.get(person.first, person.first) if dice.random() < 0.3 else person.first
    since = CENSUS_DAY - timedelta(days=dice.randint(20, 365 * max(1, min(person.age() - 12, 14))))
    return Account(handle, person.number, f"{first} {person.last}", dice.random() < 0.4, since)


def _mistyped(born: date, dice: Random) -> date:
    """A birth date with two digits swapped, or day and month, or a year off."""
    swapped = (born.day % 10) * 10 + born.day // 10
    if dice.random() < 0.4 and 1 <= swapped <= 28 and swapped != born.day:
        return born.replace(day=swapped)
    if dice.random() < 0.6 and born.day <= 12 and born.day != born.month:
        return date(born.year, born.day, born.month)
    return _birthday(born, born.year + dice.choice((-1, 1)))


def _birthday(born: date, year: int) -> date:
    return born.replace(year=year, day=min(born.day, 28)) if born.month == 2 else born.replace(year=year)


def _weighted(dice: Random, choices: tuple[tuple[float, T], ...]) -> T:
    return dice.choices([what for _, what in choices], [weight for weight, _ in choices])[0]
