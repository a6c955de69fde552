"""What a deputy is told of what the records say, in plain words.

Knows: how short a terminal's message is, and what a person at a car door must know first.
Refuses to know: when it is said, and whether any of it is true. A warrant is a lead until the agency that issued it has
confirmed it, and a near name is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from center.core.ranking import Ranked, identifiers
from center.core.record_facts import PersonOnFile, Sought, VehicleOnFile

HEADLINE_CHARS, NOTE_CHARS = 160, 900
MOST_NAMED, MOST_WAYS = 3, 5
CONFIRM = "confirm before acting"


class Said(NamedTuple):
    """`headline` first, `note` for who reads on; `photo` is a picture on file to hold against the driver."""

    headline: str
    note: str = ""
    photo: str = ""


class Heard(NamedTuple):
    """What the records said: `trouble` if nothing."""

    sought: Sought
    ranked: Sequence[Ranked] = ()
    car: VehicleOnFile | None = None
    owner: PersonOnFile | None = None
    more: bool = False
    trouble: str = ""


def answer(heard: Heard) -> Said:
    """The answer for a terminal."""
    if heard.trouble:
        about = "the driver was not checked" if heard.car else "nothing was checked"
        return Said(f"RECORDS DO NOT ANSWER: {about}", "\n".join((heard.trouble, *_car_lines(heard))))
    asked_name = bool(heard.sought.last or heard.sought.licence)
    said = _about_driver(heard) if asked_name else _about_car(heard)
    lines = [said.note, *(_car_lines(heard) if asked_name else ())]
    return Said(said.headline[:HEADLINE_CHARS], "\n".join(filter(None, lines))[:NOTE_CHARS], said.photo)


def _about_driver(heard: Heard) -> Said:
    ranked = heard.ranked
    if not ranked:
        ways = f"; the car's owner is {_who(heard.owner)}" if heard.owner else ""
        return Said(f"NOBODY on file by that name: ask for {_ask_for(heard)}{ways}")
    best = ranked[0]
    near = [one for one in ranked if one.standing != "possible"]
    note = "\n".join(_line(one) for one in ranked[:MOST_NAMED])
    photo = best.person.photo
    if best.standing == "certain" or (len(near) == 1 and near[0] is best and not _doubted(best)):
        return Said(_verdict(best), note if best.reasons or best.against else _line(best), photo)
    counted = f"{len(ranked)}{' or more' if heard.more else ''} near name{'s' if len(ranked) > 1 else ''}"
    wanted = [one for one in ranked if one.person.warrants]
    warning = f"; {len(wanted)} with a WARRANT, {CONFIRM}" if wanted else ""
    return Said(f"{counted}, none certain{warning}: ask for {_ask_for(heard)}", note, photo)


def _verdict(one: Ranked) -> str:
    person = one.person
    sure = "" if one.standing == "certain" else "likely "
    who = f"{sure}{_who(person)}"
    if person.warrants:
        first = person.warrants[0]
        more = f" and {len(person.warrants) - 1} more" if len(person.warrants) > 1 else ""
        return f"WARRANT, {CONFIRM}: {first.charge} ({first.agency}){more}; {who}; {licence_words(one)}"
    warned = "; PROTECTION ORDER against them" if any(order.role == "respondent" for order in person.orders) else ""
    return f"{licence_words(one).upper()}, no warrants{warned}: {who}"


def licence_words(one: Ranked) -> str:
    """The state of somebody's licence, `valid licence` or what it is instead."""
    licence = one.person.licence
    if licence is None:
        return "no licence on file"
    if any(word.startswith("licence expired") for word in one.against):
        return "expired licence"
    return f"{licence.status or 'valid'} licence"


def _line(one: Ranked) -> str:
    person = one.person
    words = [
        f"{one.score:.0%} {_who(person)}",
        person.address,
        licence_words(one),
        *(["WARRANT"] if person.warrants else ()),
        *one.reasons,
        *(f"BUT {word}" for word in one.against),
    ]
    if person.licence is None:
        words += identifiers(person)[:MOST_WAYS]
    return "; ".join(filter(None, words))


def _about_car(heard: Heard) -> Said:
    car = heard.car
    if car is None:
        return Said("CAR not on file: look at the plate and its state again")
    described = " ".join(filter(None, (car.color, car.make, car.model, f"{car.plate} {car.state}".strip())))
    owner = f", registered to {_who(heard.owner)}" if heard.owner else ""
    wanted = f"; owner has a WARRANT, {CONFIRM}" if heard.owner and heard.owner.warrants else ""
    listed = f"LISTED {', '.join(car.listed)}, {CONFIRM}: " if car.listed else "CAR: "
    return Said(f"{listed}{described}{owner}{wanted}", "\n".join(_car_lines(heard)))


def _car_lines(heard: Heard) -> Iterator[str]:
    car = heard.car
    if car is None:
        return
    if car.expires:
        yield f"{car.plate} registered until {car.expires}{'' if car.insured else ', NOT insured'}"
    elif not car.insured:
        yield f"{car.plate} NOT insured"


def _ask_for(heard: Heard) -> str:
    """What would tell them apart."""
    sought = heard.sought
    if not sought.born:
        return "the date of birth"
    if not sought.first:
        return "the first name"
    if not sought.licence and not sought.without:
        return "the licence number"
    return "the address, and look at the photos"


def _doubted(one: Ranked) -> bool:
    return any(not word.startswith("licence ") for word in one.against)


def _who(person: PersonOnFile | None) -> str:
    if person is None:
        return "nobody on file"
    return person.name + (f", born {person.born}" if person.born else "")
