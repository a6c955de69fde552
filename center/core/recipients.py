"""Whom a message is for: one unit, everybody of a shift who is on duty, the people who work on a case.

Knows: what a target means now, who is on duty, and by which ways each can be reached.
Refuses to know: what is said, and what became of it (see threads).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from center.core.fact import HOUR
from center.core.message_facts import PERSON
from center.core.units import SIGNED_OFF

if TYPE_CHECKING:
    from center.core.picture import Picture

MAX_TOLD = 200
"""At most so many recipients has one message."""
OFF_DUTY = (*SIGNED_OFF, "out-of-service", "unknown")
ON_DUTY = 2 * HOUR
"""Who has said nothing for so long is not on duty, whatever their last status was."""


def recipients(target: str, picture: Picture) -> tuple[list[str], str]:
    """Whom a target means now, and why it means nobody."""
    kind, _, name = target.partition("/")
    if kind == "unit":
        if not picture.site.is_own(name):
            return [], f"{name} is not a unit of an own agency: its position is shared, nothing else"
        return ([name], "") if reach(name, picture) else ([], f"{name} has no terminal")
    if kind == "case":
        case = picture.cases.cases.get(name)
        if case is None or case.closed_at is not None:
            return [], f"there is no case {name}"
        return [f"{PERSON}{person}" for person in case.persons if person in picture.site.operators], ""
    if kind == "agency" and has_joined(name, picture):
        theirs = partners(name, picture)
        return theirs[:MAX_TOLD], "" if theirs else f"nobody of {name} reads here"
    if kind in ("agency", "beat", "shift"):
        units = [one for one in on_duty(picture) if name and getattr(picture.site.units[one], kind) == name]
        return units[:MAX_TOLD], "" if units else f"nobody of {kind} {name} is on duty"
    return [], f"{target} is nobody: write unit/, agency/, beat/, shift/ or case/ and a name"


def on_duty(picture: Picture) -> list[str]:
    """Own units that work now and can be told something, by name."""
    return sorted(
        unit.unit
        for unit in picture.units.units.values()
        if unit.status not in OFF_DUTY
        and picture.now - unit.at <= ON_DUTY
        and picture.site.is_own(unit.unit)
        and reach(unit.unit, picture)
    )


def reach(to: str, picture: Picture) -> list[str]:
    """By which ways a recipient can be reached, the best first. People read on the page, which needs no sending;
    another agency's terminals are not ours to write to."""
    rostered = picture.site.units.get(to)
    ways = ["terminal"] if rostered is not None and rostered.terminal and picture.site.is_own(to) else []
    return [*ways, "cot"] if to in picture.site.cot else ways


def who_of(speaker: str, picture: Picture) -> str:
    """The unit or person behind a name on the wire; empty for nobody of ours."""
    if speaker.startswith(PERSON):
        someone = picture.site.operators.get(speaker.removeprefix(PERSON))
        agency = picture.site.agencies.get(someone.agency) if someone else None
        return speaker if agency is not None and agency.own else ""
    unit = picture.site.unit_of.get(speaker, speaker)
    return unit if picture.site.is_own(unit) else ""


def has_joined(agency: str, picture: Picture) -> bool:
    """Whether it is another agency, and one that is shown something here."""
    known = picture.site.agencies.get(agency)
    return known is not None and not known.own and bool(known.sees)


def partner_of(speaker: str, picture: Picture) -> str:
    """The agency that has joined whose unit or representative somebody is; empty for anybody else."""
    if speaker.startswith(PERSON):
        someone = picture.site.operators.get(speaker.removeprefix(PERSON))
        agency = someone.agency if someone is not None and someone.role == "representative" else ""
    else:
        agency = picture.site.agency_of(speaker)
    return agency if has_joined(agency, picture) else ""


def people_of(agency: str, picture: Picture) -> list[str]:
    """An agency's representatives."""
    people = picture.site.operators.values()
    return [f"{PERSON}{one.operator}" for one in people if one.agency == agency and one.role == "representative"]


def partners(agency: str, picture: Picture) -> list[str]:
    """Who of an agency that has joined can be written to: its representatives, and units with a TAK client here."""
    if not has_joined(agency, picture):
        return []
    units = [name for name in picture.site.cot if name in picture.site.units]
    return [*people_of(agency, picture), *(name for name in units if picture.site.agency_of(name) == agency)]
