"""What the records say of persons and cars, as facts.

Knows: the shape of what is asked and of what is on file, and how much of it is believed at a time.
Refuses to know: how the records are asked (center/records.py), and who of those on file is meant (see ranking).
"""

from __future__ import annotations

from typing import Annotated, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from center.core.fact import Answer
from center.core.open_facts import PostsFound

MOST_PERSONS = 50
MOST_OF_A_PERSON = 10
"""Cars, warrants, orders, other names and former addresses of one person, each."""
T = TypeVar("T")
Word: TypeAlias = Annotated[str, Meta(max_length=120)]
Few: TypeAlias = Annotated[tuple[T, ...], Meta(max_length=MOST_OF_A_PERSON)]
"""What is longer is no answer that anybody believes."""


class _OnFile(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    pass


class Sought(_OnFile, frozen=True):
    """Whom somebody asks about, as it was said or heard. `born` is YYYY-MM-DD; what was not said is empty. `without`:
    they say that they have no licence with them."""

    last: str = ""
    first: str = ""
    born: str = ""
    licence: str = ""
    without: bool = False


class LicenceOnFile(_OnFile, frozen=True):
    """`status` is valid, expired, suspended or revoked; `expires` a date."""

    number: Word
    state: Word = ""
    status: Word = ""
    expires: Word = ""


class WarrantOnFile(_OnFile, frozen=True):
    number: Word
    charge: Word = ""
    agency: Word = ""
    felony: bool = False


class OrderOnFile(_OnFile, frozen=True):
    """A protection order; `role` is respondent or protected."""

    number: Word
    role: Word = ""
    expires: Word = ""


class AliasOnFile(_OnFile, frozen=True):
    last: Word
    first: Word
    born: Word = ""


class VehicleOnFile(_OnFile, frozen=True):
    """`owner` is the id of a person; `expires`, of the registration, a date; `listed`: for which reasons it is
    wanted."""

    plate: Word
    state: Word = ""
    make: Word = ""
    model: Word = ""
    color: Word = ""
    expires: Word = ""
    insured: bool = True
    listed: Few[Word] = ()
    owner: Word = ""


class PersonOnFile(_OnFile, frozen=True):
    """`person` is the state's own number of them, `photo` that of their picture on file."""

    person: Word
    last: Word
    first: Word
    middle: Word = ""
    born: Word = ""
    sex: Word = ""
    address: Word = ""
    former: Few[Word] = ()
    phone: Word = ""
    photo: Word = ""
    licence: LicenceOnFile | None = None
    warrants: Few[WarrantOnFile] = ()
    orders: Few[OrderOnFile] = ()
    aliases: Few[AliasOnFile] = ()
    vehicles: Few[VehicleOnFile] = ()

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


class LookupAnswered(Answer, frozen=True, kw_only=True):
    """What the records say. `listed`: for which reasons a plate is wanted; empty: it is not. `persons` are all that may
    be meant, in no order, or the owners of `vehicles`; `more`: there are more than are given. With `trouble`, why
    they said nothing, they said nothing."""

    listed: tuple[str, ...] = ()
    persons: tuple[PersonOnFile, ...] = ()
    vehicles: tuple[VehicleOnFile, ...] = ()
    more: bool = False
    trouble: str = ""


AnyFound: TypeAlias = LookupAnswered | PostsFound
"""What comes of looking something up."""
