"""What owners of community cameras are asked for, what they have given, and who may ask them.

Knows: requests with their area and time, clips that have come in, cameras that are shared live, and the limits on
asking.
Refuses to know: who has not answered. Which owners were asked is nowhere in a request: it would say, of whoever did not
answer, that they did not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from center.core.events import DAY, SECOND, Micros
from center.core.geo import distance_m, encloses

if TYPE_CHECKING:
    from center.core.picture import Picture
    from center.core.roster import RosterCamera

LEAST_M, MOST_M = 100.0, 3_000.0
"""How large an area may be: one that holds a single house asks a person and not the public."""
MAX_CORNERS = 20
MAX_SPAN = DAY
MAX_REQUESTS = 2_000
CLIPS_EACH = 3
CLIPS_A_REQUEST = 60
CLOCK_RIGHT = 5 * SECOND
"""A camera's clock that is less than this off is right."""


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """The area and the time: a circle about a place, or what lies within `corners`, about whose middle that circle
    is."""

    lat: float
    lon: float
    radius_m: float
    start: Micros
    end: Micros
    corners: tuple[tuple[float, float], ...] = ()

    def holds(self, lat: float, lon: float) -> bool:
        if self.corners:
            return encloses(self.corners, lat, lon)
        return distance_m(self.lat, self.lon, lat, lon) <= self.radius_m


class CommunityRequest(msgspec.Struct, gc=False):
    """`state`: open, or over with `over_at`. `live`: cameras are to be shared as they are now, instead of clips.
    `asking` is the effect that lets owners see it, `timer` the moment at which it ends, or is forgotten."""

    request: str
    incident: str
    operator: str
    reason: str
    wanted: Wanted
    opened_at: Micros
    until: Micros
    words: str = ""
    live: bool = False
    state: str = "open"
    over_at: Micros | None = None
    asking: str = ""
    timer: str = ""


class OfferedClip(msgspec.Struct, gc=False):
    """A clip that an owner has sent: waiting, approved, rejected or expired, by whom, when and why. `begins` and `ends`
    are by the camera's clock; `kept` is the clip of the incident it has become."""

    offer: str
    request: str
    owner: str
    file: str
    at: Micros
    begins: Micros
    ends: Micros
    size: int
    sha256: str
    seconds: float
    width: int
    height: int
    codec: str
    clock_off_us: int | None = None
    says: str = ""
    state: str = "waiting"
    by: str = ""
    decided_at: Micros | None = None
    reason: str = ""
    kept: str = ""

    def by_our_clock(self) -> tuple[Micros, Micros]:
        """When it begins and ends, put right by how far the camera's clock was off."""
        off = self.clock_off_us or 0
        return Micros(self.begins - off), Micros(self.ends - off)

    def outside(self, wanted: Wanted) -> int:
        """By how many microseconds it misses the time that was asked for; 0 when it does not."""
        begins, ends = self.by_our_clock()
        return max(begins - wanted.end, wanted.start - ends, 0)


class Shared(msgspec.Struct, frozen=True, gc=False):
    """A camera is shared live for an incident, until then."""

    request: str
    incident: str
    until: Micros


class CommunitySlice(msgspec.Struct):
    """Requests and clips by id, oldest first; `of` has the clips of a request; `timers` the request that a moment is
    about; `live` the cameras that are shared. `asked`: when each owner was asked within a week, so that nobody is asked
    too often; it is for nobody to see."""

    requests: dict[str, CommunityRequest] = {}
    offered: dict[str, OfferedClip] = {}
    of: dict[str, list[str]] = {}
    timers: dict[str, str] = {}
    live: dict[str, Shared] = {}
    asked: dict[str, list[Micros]] = {}


def objection(operator: str, incident: str, case: str, picture: Picture) -> str:
    """Why the door must not let somebody ask the public; empty when it may."""
    known = picture.incidents
    if incident not in known.incidents or known.by_call.get(case, case) != incident:
        return f"there is no incident {case} to ask about"
    since = picture.now - DAY
    mine = [one for one in picture.community.requests.values() if one.operator == operator and one.opened_at > since]
    most = picture.site.policy.asks_a_day
    return f"{operator} has asked {most} times within a day already" if len(mine) >= most else ""


def is_shown(camera: RosterCamera, picture: Picture) -> bool:
    """Whether the room sees that a camera is there. One that is only ever shared when its owner is asked is not there
    before the owner has answered."""
    return camera.consent != "asked" or camera.camera in picture.community.live


def shared_for(camera: str, case: str, picture: Picture) -> bool:
    shared = picture.community.live.get(camera)
    return shared is not None and shared.incident == picture.incidents.by_call.get(case, case)
