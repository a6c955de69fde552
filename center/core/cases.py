"""Detectives' cases: which there are, and who works on each.

Knows: a case's number and title, and the persons who are assigned to it.
Refuses to know: what was found out. That is in the records of the agency, not here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core.effects import Effect, Notify, Reply
from center.core.events import Micros, OperatorActed
from center.core.findings import Granted

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_CASES = 5_000
MAX_PERSONS = 50
ASSIGNABLE = ("deputy", "detective", "supervisor")


class Case(msgspec.Struct, gc=False):
    """`persons` are those who work on it, by sign-in name; `by` who said so last. Closed, it is no reason for anything
    any more."""

    case: str
    title: str
    at: Micros
    by: str
    persons: tuple[str, ...] = ()
    closed_at: Micros | None = None


class CasesSlice(msgspec.Struct):
    """By number, oldest first."""

    cases: dict[str, Case] = {}


def is_live(case: str, picture: Picture) -> bool:
    """Whether the number is that of a case that somebody works on."""
    found = picture.cases.cases.get(case)
    return found is not None and found.closed_at is None


def works_on(person: str, case: str, picture: Picture) -> bool:
    found = picture.cases.cases.get(case)
    return found is not None and person in found.persons


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Open a case or say anew who works on it; close it."""
    if event.act not in ("case.assign", "case.close") or not any(isinstance(f, Granted) for f in picture.found):
        return
    here = picture.cases.cases
    number = event.subject.strip()
    known = here.get(number)
    persons = tuple(dict.fromkeys(event.details.get("persons", "").split()))
    title = event.details.get("title", "").strip() or (known.title if known else "")
    why = _objection(event.act, number, known, persons, title, picture)
    if why:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    if event.act == "case.close":
        assert known is not None
        known.closed_at = picture.now
    elif known is None:
        here[number] = Case(number, title, picture.now, event.operator, persons)
        _make_room(here)
    else:
        known.title, known.persons, known.by, known.closed_at = title, persons, event.operator, None
    yield Notify(id=picture.mint("n"), topic="messages", subject=f"case/{number}", revision=0, headline=number)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def _objection(
    act: str, number: str, known: Case | None, persons: tuple[str, ...], title: str, picture: Picture
) -> str:
    if act == "case.close":
        return "" if known is not None and known.closed_at is None else f"there is no case {number}"
    if not title:
        return "the case has no title"
    if not persons or len(persons) > MAX_PERSONS:
        return f"between one person and {MAX_PERSONS} work on a case"
    for person in persons:
        someone = picture.site.operators.get(person)
        if someone is None or someone.role not in ASSIGNABLE:
            return f"{person} is no {', '.join(ASSIGNABLE[:-1])} or {ASSIGNABLE[-1]} here"
    return ""


def _make_room(here: dict[str, Case]) -> None:
    """Let the oldest closed case go when there are too many, else the oldest."""
    while len(here) > MAX_CASES:
        del here[next((number for number, case in here.items() if case.closed_at is not None), next(iter(here)))]
