"""Incidents that are shared with an agency that has joined: the desk that keeps with whom, and takes it back.

Knows: which incident somebody of the room has shared with which agencies, since when, and when each of their people
last came to look.
Refuses to know: what is shown of a shared incident (see api/shown.py), and alerts: a list's own rule shares those.

What is taken back leaves the partner's pages and is on no route of theirs any more. What has been on a page cannot be
unseen: who has seen it, and who may have, is said where it is taken back and kept in the trail, a line for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from center.core import correlation
from center.core.effects import Audit, Effect, Notify, Reply
from center.core.events import MINUTE, Micros, OperatorActed
from center.core.findings import Granted
from center.core.roster import RosterOperator

if TYPE_CHECKING:
    from center.core.picture import Picture

SHARE, UNSHARE = "incident.share", "incident.unshare"
LOOK = "room.watch"


class SharingSlice(msgspec.Struct):
    """By incident: the agencies it is shared with, in order; `since` by `INCIDENT/AGENCY`. `looked`: when other
    agencies' people last came to look, by name. A page that is open stays open, so whoever came before may be there
    still."""

    of: dict[str, tuple[str, ...]] = {}
    since: dict[str, Micros] = {}
    looked: dict[str, Micros] = {}


def looked(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Somebody of another agency has come to look at the room."""
    if event.act == LOOK:
        for found in picture.found:
            if isinstance(found, Granted) and found.operator.role == "representative":
                here, people = picture.sharing, picture.site.operators
                here.looked[found.operator.operator] = picture.now
                for gone in [name for name in here.looked if name not in people]:
                    del here.looked[gone]
    yield from ()


def acted(event: OperatorActed, picture: Picture) -> Iterator[Effect]:
    """Share an incident, or take it back, once the door has let the operator through."""
    if event.act not in (SHARE, UNSHARE) or not any(isinstance(found, Granted) for found in picture.found):
        return
    name = event.details.get("agency", "")
    why = _objection(event.act, event.subject, name, picture)
    if why:
        yield Reply(id=picture.mint("r"), request=event.request, granted=False, why=why)
        return
    if event.act == SHARE:
        yield from _share(event.subject, name, picture)
    else:
        yield from _take_back(event, name, picture)
    yield Reply(id=picture.mint("r"), request=event.request, granted=True)


def _objection(act: str, incident: str, name: str, picture: Picture) -> str:
    if incident not in picture.incidents.incidents:
        return f"there is no incident {incident}"
    if act == UNSHARE:
        shared = name in picture.sharing.of.get(incident, ())
        return "" if shared else f"it is not shared with {name or 'nobody'}"
    agency = picture.site.agencies.get(name)
    if agency is None or "incidents" not in agency.sees:
        return f"{name or 'nobody'} has not joined: no incident is shared with it"
    return ""


def _share(incident: str, name: str, picture: Picture) -> Iterator[Effect]:
    here = picture.sharing
    if name not in here.of.get(incident, ()):
        here.of[incident] = tuple(sorted((*here.of.get(incident, ()), name)))
        here.since[f"{incident}/{name}"] = picture.now
        correlation.note(picture.incidents.incidents[incident], picture, f"shared with {name}")
    _forget(picture)
    yield _show(incident, f"shared with {name}", picture)


def _take_back(event: OperatorActed, name: str, picture: Picture) -> Iterator[Effect]:
    here, incident = picture.sharing, event.subject
    left = tuple(agency for agency in here.of[incident] if agency != name)
    if left:
        here.of[incident] = left
    else:
        del here.of[incident]
    since = here.since.pop(f"{incident}/{name}")
    people = [one for one in picture.site.operators.values() if one.agency == name and one.operator in here.looked]
    for person in people:
        yield Audit(
            id=picture.mint("u"),
            at=picture.now,
            operator=person.operator,
            act="incident.unshared",
            subject=incident,
            granted=True,
            why=f"{_had(person, since, picture)}; {event.operator} took it back from {name}",
            reason=event.reason,
        )
    seen = "; ".join(f"{person.name} {_had(person, since, picture)}" for person in people)
    minutes = (picture.now - since) // MINUTE
    said = f"taken back from {name}, which had it for {minutes} min: {seen or 'nobody of it has looked'}"
    correlation.note(picture.incidents.incidents[incident], picture, said)
    shown = _show(incident, f"taken back from {name}", picture)
    yield msgspec.structs.replace(shown, id=picture.mint("n"), topic="unshared", subject=f"{incident}/{name}")
    yield shown


def _had(person: RosterOperator, since: Micros, picture: Picture) -> str:
    return "has seen it" if picture.sharing.looked[person.operator] >= since else "may have seen it on an open page"


def _forget(picture: Picture) -> None:
    """Of incidents that are remembered no more."""
    here, known = picture.sharing, picture.incidents.incidents
    for gone in [incident for incident in here.of if incident not in known] if len(here.of) > len(known) else ():
        for name in here.of.pop(gone):
            del here.since[f"{gone}/{name}"]


def _show(incident: str, headline: str, picture: Picture) -> Notify:
    known = picture.incidents.incidents[incident]
    known.revision += 1
    return Notify(id=picture.mint("n"), topic="incident", subject=incident, revision=known.revision, headline=headline)
