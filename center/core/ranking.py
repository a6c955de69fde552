"""Who of those on file may be the person that somebody asks about.

Knows: how well each fits what was said, why, and what speaks against it.
Refuses to know: who asks, what the records are, and whether anybody is who they say: that is for whoever sees them.

A score is no probability. It orders, and three words come of it: `certain` (everything that was said is theirs and
nobody else fits), `likely` and `possible`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from center.core import near_names
from center.core.near_names import alike, born_alike, numbers_alike
from center.core.record_facts import PersonOnFile, Sought, VehicleOnFile

MOST_RANKED = 8
POSSIBLE, LIKELY, CERTAIN = 0.3, 0.7, 0.97
BORN_UNSAID = 0.8
OTHER_LICENCE, ALIAS, MIDDLE, TURNED = 0.6, 0.95, 0.88, 0.9
BY_LICENCE = 0.75
"""What somebody scores at least whose licence number it is, whatever name was said."""


class Ranked(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One who may be meant. `reasons` say in which way they fit less than fully, or how else they were found;
    `against` what contradicts."""

    person: PersonOnFile
    score: float
    standing: str
    reasons: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


class Seen(NamedTuple):
    """What else is known where they are: the day (YYYY-MM-DD), the stopped car with its owner's name, and by photo
    whether a deputy says that it shows the driver."""

    today: str = ""
    car: VehicleOnFile | None = None
    owner: str = ""
    photos: dict[str, bool] | None = None


UNSEEN = Seen()


class _Fit(NamedTuple):
    score: float
    reasons: tuple[str, ...]


def rank(sought: Sought, found: Iterable[PersonOnFile], seen: Seen = UNSEEN) -> tuple[Ranked, ...]:
    """The likeliest first, ties by the state's number of them; at most `MOST_RANKED`, and none that is not possible."""
    persons = {person.person: person for person in found}
    scored = [(_judged(sought, person, seen), person) for person in persons.values()]
    scored = [(judged, person) for judged, person in scored if judged[0] >= POSSIBLE]
    scored.sort(key=lambda one: (-one[0][0], one[1].person))
    certain = sum(judged[0] >= CERTAIN and not judged[3] for judged, _ in scored) == 1
    return tuple(
        Ranked(
            person=person,
            score=round(score, 4),
            standing=_standing(score, certain and not doubts),
            reasons=reasons,
            against=against,
        )
        for (score, reasons, against, doubts), person in scored[:MOST_RANKED]
    )


def _standing(score: float, certain: bool) -> str:
    if score >= CERTAIN and certain:
        return "certain"
    return "likely" if score >= LIKELY else "possible"


def _judged(sought: Sought, person: PersonOnFile, seen: Seen) -> tuple[float, tuple[str, ...], tuple[str, ...], bool]:
    """Score, reasons, contradictions, and whether any of these is about who they are."""
    score, reasons = named(sought, person)
    against: list[str] = []
    if sought.licence:
        is_named = bool(sought.last or sought.first)
        score, words, contradiction = _numbered(sought.licence, person, score, is_named=is_named)
        reasons += words
        against += contradiction
    said = (seen.photos or {}).get(person.photo) if person.photo else None
    if said is False:
        score = min(score, POSSIBLE)
        against.append("the deputy says that the photo is of somebody else")
    elif said:
        reasons += ("the deputy says that the photo is theirs",)
    if sought.born and person.born and born_alike(sought.born, person.born).score < near_names.ONE_DATE:
        against.append(f"born {person.born}, said {sought.born}")
    doubts = bool(against)
    if said:
        score = max(score, LIKELY)
    against += _shortcomings(person, seen)
    return score, reasons, tuple(against), doubts


def named(sought: Sought, person: PersonOnFile) -> _Fit:
    """How well name and birth date fit a person's own, or any under which they are known."""
    if not (sought.last or sought.first):
        return _Fit(0.0, ())
    fits = [_fit(sought, person.last, person.first, person.born)]
    if person.middle:
        middle = _fit(sought, person.last, person.middle, person.born)
        fits.append(_Fit(middle.score * MIDDLE, (f"{person.middle} is the middle name", *middle.reasons)))
    for alias in person.aliases:
        other = _fit(sought, alias.last, alias.first, alias.born or person.born)
        known = f"known as {alias.first} {alias.last}" + (f", born {alias.born}" if alias.born != person.born else "")
        fits.append(_Fit(other.score * ALIAS, (known, *other.reasons)))
    return max(fits, key=lambda fit: fit.score)


def _fit(sought: Sought, last: str, first: str, born: str) -> _Fit:
    straight, turned = _names(sought, last, first), _names(sought, first, last)
    fit = straight
    if turned.score * TURNED > straight.score:
        fit = _Fit(turned.score * TURNED, ("first and last name swapped", *turned.reasons))
    if not sought.born or not born:
        return _Fit(fit.score * BORN_UNSAID, (*fit.reasons, "no birth date to compare"))
    day = born_alike(sought.born, born)
    if not day.differs:
        return fit
    return _Fit(fit.score * day.score, (*fit.reasons, f"born {born}, said {sought.born}: {day.differs}"))


def _names(sought: Sought, last: str, first: str) -> _Fit:
    score, reasons = 1.0, []
    for said, known in ((sought.last, last), (sought.first, first)):
        if not said:
            score *= BORN_UNSAID
            continue
        likeness = alike(said, known)
        score *= likeness.score
        if likeness.differs:
            reasons.append(f"{known}, said {said}: {likeness.differs}")
    return _Fit(score, tuple(reasons))


def _numbered(
    number: str, person: PersonOnFile, score: float, *, is_named: bool
) -> tuple[float, tuple[str, ...], list[str]]:
    """What a licence's number makes of it; `score` is the name's, where one was said."""
    likeness = numbers_alike(number, person.licence.number) if person.licence else near_names.Likeness(0.0)
    if not likeness.score:
        known = f"their licence is {person.licence.number}" if person.licence else "they have no licence on file"
        return score * OTHER_LICENCE, (), [f"{known}, said {number}"]
    held = person.licence.number if person.licence else ""
    words = f"licence {held}, said {number}: {likeness.differs}" if likeness.differs else "it is their licence number"
    if not is_named:
        return likeness.score, (words,), []
    against = [] if score >= LIKELY else [f"{held} is the licence of {person.name}"]
    return max(score, BY_LICENCE * likeness.score), (words,), against


def _shortcomings(person: PersonOnFile, seen: Seen) -> Iterator[str]:
    """What an officer must know before anything is concluded; none of it says who they are."""
    licence = person.licence
    if licence is not None and licence.status not in ("", "valid"):
        yield f"licence {licence.status}" + (f", {licence.expires}" if licence.expires else "")
    elif licence is not None and seen.today and licence.expires and licence.expires < seen.today:
        yield f"licence expired {licence.expires}"
    if seen.car is not None and seen.car.owner and seen.car.owner != person.person:
        yield f"{seen.car.plate} is registered to {seen.owner or 'somebody else'}"


def identifiers(person: PersonOnFile) -> tuple[str, ...]:
    """What leads to a person besides a licence: their cars, homes, telephone and other names."""
    return (
        *(f"owner of {car.plate} {car.state}".strip() for car in person.vehicles),
        *((f"lives at {person.address}",) if person.address else ()),
        *(f"lived at {address}" for address in person.former),
        *((f"telephone {person.phone}",) if person.phone else ()),
        *(f"known as {alias.first} {alias.last}" for alias in person.aliases),
    )
