"""What people call a thing that the center knows by a number of its own: nobody says `i951.1` on the air.

Knows: where the name that people use stands.
Refuses to know: how to find a thing by what people type (see occasions). What is forgotten keeps its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from center.core.message_facts import PERSON

if TYPE_CHECKING:
    from center.core.picture import Picture


def incident(name: str, picture: Picture) -> str:
    """By kind and place; by its dispatchers' number where nobody knows the place."""
    known = picture.incidents.incidents.get(name)
    if known is None:
        return name
    kind = (known.kind or "call").replace("-", " ")
    if known.address:
        return f"{kind}, {known.address}"
    calls = (picture.calls.calls.get(key) for key in known.calls)
    return " ".join(filter(None, (kind, next((call.incident or call.call for call in calls if call), ""))))


def matter(case: str, picture: Picture) -> str:
    """What somebody gave as a case: a call, alert or stop by what people call it, a case number as it is."""
    known = picture.incidents
    if case in known.incidents or case in known.by_call:
        return incident(known.by_call.get(case, case), picture)
    if case in picture.alerts.alerts:
        return picture.alerts.alerts[case].headline
    stop = picture.stops.stops.get(case)
    return f"the stop of {stop.unit}" if stop is not None else case


def person(name: str, picture: Picture) -> str:
    """Of somebody who signs in by that name; a unit is called what it is."""
    someone = picture.site.operators.get(name.removeprefix(PERSON))
    return someone.name if someone is not None else name.removeprefix(PERSON)


def camera(name: str, picture: Picture) -> str:
    known = picture.site.cameras.get(name)
    return known.name or name if known is not None else name
