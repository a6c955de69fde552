"""When somebody was let listen to a unit: only that sound may be kept.

Knows: the times of tickets to listen that are over, the newest of them, and those in force.
Refuses to know: who may listen (see video), and sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from center.core.effects import Heard
from center.core.events import Micros

if TYPE_CHECKING:
    from center.core.picture import Picture
    from center.core.video import Ticket

MAX_HEARD = 200


def over(ticket: Ticket, picture: Picture) -> None:
    """A ticket has ended now."""
    if ticket.sound:
        here = picture.video.heard
        here.append(_heard(ticket, picture.now))
        del here[:-MAX_HEARD]


def during(camera: str, start: Micros, end: Micros, picture: Picture) -> tuple[Heard, ...]:
    """Who was let listen to this camera in that time; where nobody was, to a microphone of the same unit."""
    here = picture.video
    all_times = [*here.heard, *(_heard(one, one.until) for one in here.tickets.values() if one.sound)]
    times = [one for one in all_times if one.since <= end and one.until > start]
    for name in (camera, *_microphones(camera, picture)):
        if found := tuple(one for one in times if one.camera == name):
            return found
    return ()


def _heard(ticket: Ticket, until: Micros) -> Heard:
    return Heard(ticket.ticket, ticket.camera, ticket.operator, ticket.reason, ticket.case, ticket.opened_at, until)


def _microphones(camera: str, picture: Picture) -> list[str]:
    cameras = picture.site.cameras
    unit = cameras[camera].unit if camera in cameras else None
    return [one.camera for one in cameras.values() if unit and one.unit == unit and one.kind == "microphone"]
