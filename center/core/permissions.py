"""What single owners have been asked for: their camera, for one incident, until a moment.

Knows: who was asked for which camera and incident, by whom and why, for how long, and whether it is shared now.
Refuses to know: who has said no, and who has said nothing. Both are an ask that nothing has come of, until it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from center.core.events import DAY, MINUTE, Micros

if TYPE_CHECKING:
    from center.core.picture import Picture
    from center.core.roster import RosterCamera, RosterOwner

ASKABLE = ("on-request", "per-incident")
"""Consents of owners who can be asked for one incident: those who want to be, and those whose standing word may not
reach so far or so long."""
LEAST, MOST = 5 * MINUTE, 12 * 60 * MINUTE
WEEK = 7 * DAY
ACTIVE = ("asked", "shared")


class Permission(msgspec.Struct, gc=False):
    """An owner is asked for their camera, for one incident. `state`: asked, shared (since `shared_at`) or over; it ends
    at `until` at the latest. `asking` is the effect that lets the owner see it, empty once they have answered for good;
    `timer` the moment at which it ends."""

    ask: str
    camera: str
    owner: str
    incident: str
    operator: str
    reason: str
    asked_at: Micros
    until: Micros
    words: str = ""
    state: str = "asked"
    shared_at: Micros | None = None
    over_at: Micros | None = None
    asking: str = ""
    timer: str = ""


class PermissionsSlice(msgspec.Struct):
    """By id, oldest first; `of`: those of a camera; `timers` by the request that ends each."""

    asks: dict[str, Permission] = {}
    of: dict[str, list[str]] = {}
    timers: dict[str, str] = {}


def of(camera: str, picture: Picture) -> list[Permission]:
    """What a camera's owner has been asked for, oldest first."""
    here = picture.permissions
    return [here.asks[name] for name in here.of.get(camera, ())]


def drop(name: str, here: PermissionsSlice) -> None:
    """One that is over is forgotten."""
    camera = here.asks.pop(name).camera
    here.of[camera].remove(name)
    if not here.of[camera]:
        del here.of[camera]


def holds(camera: str, case: str, picture: Picture) -> bool:
    """Whether the owner shares a camera now for the incident of that number (or the one that its call belongs to)."""
    known = picture.incidents
    incident = known.by_call.get(case, case)
    if incident not in known.incidents or known.incidents[incident].closed_at is not None:
        return False
    return any(
        one.state == "shared" and one.incident == incident and picture.now < one.until for one in of(camera, picture)
    )


def owner_of(camera: RosterCamera, picture: Picture) -> RosterOwner | None:
    """Who can be asked for a camera; None where nobody can."""
    agency = picture.site.agencies.get(camera.agency)
    if camera.consent not in ASKABLE or not camera.connected or agency is None or not agency.own:
        return None
    return picture.site.owner_of.get(camera.camera)


def objection(operator: str, camera: str, case: str, picture: Picture) -> str:
    """Why the door must not let somebody ask an owner; empty when it may. What it says is the same of an owner who has
    said no and of one who has said nothing."""
    rostered, known, policy = picture.site.cameras.get(camera), picture.incidents, picture.site.policy
    owner = owner_of(rostered, picture) if rostered else None
    if owner is None:
        return f"there is nobody to ask for {camera}"
    incident = known.incidents.get(known.by_call.get(case, case))
    if incident is None or incident.closed_at is not None:
        return f"there is no call {case} going on"
    if any(one.incident == incident.incident and one.state in ACTIVE for one in of(camera, picture)):
        return "its owner is asked for this call already"
    asks = list(picture.permissions.asks.values())
    if sum(one.owner == owner.owner and picture.now - one.asked_at < WEEK for one in asks) >= policy.asked_a_week:
        return f"its owner has been asked {policy.asked_a_week} times within a week already"
    mine = sum(one.operator == operator and picture.now - one.asked_at < DAY for one in asks)
    return f"{operator} has asked {policy.asks_a_day} times within a day already" if mine >= policy.asks_a_day else ""
