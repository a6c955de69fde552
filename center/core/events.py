"""Every fact the center can learn.

Knows: the shape of facts, and how a sequence of them is written down (MessagePack for the journal, JSON for people).
Refuses to know: which bytes a fact came from, who listens, and what follows from it.

An event is past tense and never changes. Angles are degrees (WGS 84), lengths metres, speeds metres a second, times
integer microseconds UTC; names end in their unit. Optional fields that are unknown are left out when written.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from center.core.camera_events import AnyCameraEvent
from center.core.community_facts import AnyCommunityEvent
from center.core.fact import DAY, HOUR, MINUTE, SECOND, Answer, Event, Micros
from center.core.feed_events import AnyFeedEvent, FeedFaulted, FeedFellQuiet, FeedRecovered
from center.core.message_facts import MessageDelivered, MessageReplied
from center.core.outcome_facts import VehicleRecovered
from center.core.pattern_facts import ForecastReady, Patterns
from center.core.record_facts import AnyFound
from center.core.retention_facts import AnyRetentionEvent, Retention
from center.core.roster import (
    Agency,
    Grounds,
    Policy,
    RosterAircraft,
    RosterCamera,
    RosterCot,
    RosterHotlist,
    RosterOperator,
    RosterOwner,
    RosterReader,
    RosterUnit,
)
from center.core.session_events import SessionChanged
from center.core.tip_facts import TipReceived

__all__ = [
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "Answer",
    "Event",
    "FeedFaulted",
    "FeedFellQuiet",
    "FeedRecovered",
    "Micros",
]
# Handed on; the rest is here.

# --- units ------------------------------------------------------------------------------------------------------


class UnitMoved(Event, frozen=True, kw_only=True):
    """A position fix. `unit` is the identity the device uses on the wire; the roster maps it to a call sign."""

    unit: str
    lat: float
    lon: float
    speed_mps: float | None = None
    course_deg: float | None = None
    altitude_m: float | None = None
    accuracy_m: float | None = None


class UnitReported(Event, frozen=True, kw_only=True):
    """What a unit says of itself that is not a position: `status` is one of `available`, `enroute`, `on-scene`,
    `out-of-service`, `emergency`, `no-fix`, `alive`, or a word of the device's own."""

    unit: str
    status: str
    text: str | None = None


class _StopTold(Event, frozen=True, kw_only=True):
    """`stop` is the terminal's id; `plate` as in PlateRead; `last`, `first`, `born` (YYYY-MM-DD) and `licence` (its
    number) are what the driver says, which may be false; `without`: that they have none. `photo` is a picture on file
    that the deputy has held against the driver, `is_driver` what they found."""

    unit: str
    stop: str
    lat: float | None = None
    lon: float | None = None
    place: str | None = None
    plate: str | None = None
    state: str | None = None
    why: str | None = None
    last: str | None = None
    first: str | None = None
    born: str | None = None
    licence: str | None = None
    without: bool | None = None
    photo: str | None = None
    is_driver: bool | None = None


class StopOpened(_StopTold, frozen=True, kw_only=True):
    """A deputy has stopped a car."""


class StopChanged(_StopTold, frozen=True, kw_only=True):
    """Something about a stop became known; only the fields that are present are new."""


class StopClosed(Event, frozen=True, kw_only=True):
    """`outcome` is a word of the deputy's: `warning`, `citation`, `arrest`, `none`, or another."""

    unit: str
    stop: str
    outcome: str | None = None


# --- plates -----------------------------------------------------------------------------------------------------


class Candidate(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One reading the device thought possible. `confidence`: 0 to 1."""

    plate: str
    confidence: float


class PlateRead(Event, frozen=True, kw_only=True):
    """One passage of one plate at one reader. `plate` is upper case, letters and digits only; `read` is the device's
    own id of the read (retransmissions repeat it); `state` is the two-letter postal code when the device claims one;
    `crop` and `frame` refer to pictures kept outside the journal. `characters`, from a reader that tells: at each place
    of `plate`, what it may be and how likely (0 to 1), the likeliest first."""

    reader: str
    plate: str
    read: str
    state: str | None = None
    state_confidence: float | None = None
    confidence: float | None = None
    candidates: tuple[Candidate, ...] = ()
    characters: tuple[dict[str, float], ...] = ()
    lat: float | None = None
    lon: float | None = None
    course_deg: float | None = None
    make: str | None = None
    model: str | None = None
    color: str | None = None
    body: str | None = None
    crop: str | None = None
    frame: str | None = None


class VehicleSeen(Event, frozen=True, kw_only=True):
    """A vehicle passed a reader and no plate could be read."""

    reader: str
    read: str
    lat: float | None = None
    lon: float | None = None
    course_deg: float | None = None
    make: str | None = None
    model: str | None = None
    color: str | None = None
    body: str | None = None
    crop: str | None = None
    frame: str | None = None


class DeviceReported(Event, frozen=True, kw_only=True):
    """A fixed device (reader, receiver, switch) says it is there: a heartbeat, with whatever it adds."""

    device: str
    status: str
    text: str | None = None


class Listing(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One line of a hotlist. `plate` as in PlateRead; `reason` is the list's own word (`stolen`, `bolo`, `amber`)."""

    plate: str
    state: str | None = None
    reason: str = "stolen"
    case: str | None = None
    make: str | None = None
    model: str | None = None
    color: str | None = None
    effective: Micros | None = None
    expires: Micros | None = None


class HotlistLoaded(Event, frozen=True, kw_only=True):
    """A whole hotlist as delivered. `version` names the delivery; `issued` is when its maker says it was made;
    `skipped` counts lines that were not listings (each was also reported as FeedFaulted)."""

    hotlist: str
    version: str
    listings: tuple[Listing, ...]
    issued: Micros | None = None
    skipped: int = 0


class HotlistChanged(Event, frozen=True, kw_only=True):
    """Listings that are added to a list and taken off it between whole deliveries. What is taken off names a plate and
    state, and a case when only that entry is meant."""

    hotlist: str
    version: str
    added: tuple[Listing, ...] = ()
    removed: tuple[Listing, ...] = ()


class HotlistSpoiled(Event, frozen=True, kw_only=True):
    """A delivery that could not be believed: half-written, empty, or no list at all. It was also reported as
    FeedFaulted."""

    hotlist: str
    why: str


# --- calls ------------------------------------------------------------------------------------------------------


class CallOpened(Event, frozen=True, kw_only=True):
    """A 911 call. `call` is the call's id in the system that sent it, `incident` that system's incident number (two
    CAD systems number the same incident differently), `system` its name. `uncertainty_m` is the radius of the
    location; a call may have a civic `address` only."""

    call: str
    system: str
    incident: str | None = None
    kind: str | None = None
    priority: int | None = None
    lat: float | None = None
    lon: float | None = None
    uncertainty_m: float | None = None
    address: str | None = None
    callback: str | None = None
    text: str | None = None


class CallChanged(Event, frozen=True, kw_only=True):
    """Something about an open call changed; only the fields that are present are new."""

    call: str
    system: str
    incident: str | None = None
    kind: str | None = None
    priority: int | None = None
    lat: float | None = None
    lon: float | None = None
    uncertainty_m: float | None = None
    address: str | None = None
    callback: str | None = None
    text: str | None = None


class CallClosed(Event, frozen=True, kw_only=True):
    call: str
    system: str
    incident: str | None = None
    disposition: str | None = None


# --- sky --------------------------------------------------------------------------------------------------------


class AircraftSeen(Event, frozen=True, kw_only=True):
    """What one transponder message said. `icao` is lower-case hex; any other field may be missing from a message.
    `callsign` has no padding; `altitude_m` is pressure altitude."""

    icao: str
    callsign: str | None = None
    lat: float | None = None
    lon: float | None = None
    altitude_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    climb_mps: float | None = None
    squawk: str | None = None
    on_ground: bool | None = None


# --- people in the room -----------------------------------------------------------------------------------------


class OperatorActed(Event, frozen=True, kw_only=True):
    """A signed-in person asked for something. `act` names it (core/access.py lists them all), `subject` is what it is
    about (an alert, a unit, an incident), `reason` and `case` say why. `request` ties the reply to the asker; the
    same request twice is one act. `details` carries what the act needs besides."""

    operator: str
    act: str
    subject: str
    request: str
    reason: str | None = None
    case: str | None = None
    details: dict[str, str] = {}  # noqa: RUF012  # a struct's default is copied


# --- answers to our own requests --------------------------------------------------------------------------------


class MessageAcked(Answer, frozen=True, kw_only=True):
    """A terminal showed the message and its deputy pressed the key. `unit` is who acknowledged."""

    unit: str


class RouteTime(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Road time between a candidate and the place asked about; `via`, where that was asked: mostly on these roads."""

    unit: str
    seconds: float
    via: str = ""


class RouteAnswered(Answer, frozen=True, kw_only=True):
    """Road times, nearest first, ties by unit. Candidates that cannot reach it, or be reached, are left out."""

    times: tuple[RouteTime, ...]


class Woke(Answer, frozen=True, kw_only=True):
    """A moment the center asked to be woken at has come."""


# --- the center's own plumbing ----------------------------------------------------------------------------------


class SiteLoaded(Event, frozen=True, kw_only=True):
    """Who and what belongs to this site. The first event of every journal, and again whenever the site file changes.
    `records`: whether there are records to be asked; `open_sources`: whether there is a twin's network. `clock`: from
    when the site's is how many seconds ahead. `keep_on`: what happens to a unit that has its camera's memory kept (see
    triggers)."""

    name: str
    simulated: bool = False
    agencies: tuple[Agency, ...] = ()
    units: tuple[RosterUnit, ...] = ()
    readers: tuple[RosterReader, ...] = ()
    aircraft: tuple[RosterAircraft, ...] = ()
    operators: tuple[RosterOperator, ...] = ()
    policy: Policy = Policy()
    records: bool = False
    open_sources: bool = False
    hotlists: tuple[RosterHotlist, ...] = ()
    cameras: tuple[RosterCamera, ...] = ()
    patterns: Patterns | None = None
    grounds: Grounds = Grounds()
    owners: tuple[RosterOwner, ...] = ()
    cot: tuple[RosterCot, ...] = ()
    clock: tuple[tuple[Micros, int], ...] = ()
    retention: Retention | None = None
    keep_on: tuple[str, ...] = ()


AnyEvent: TypeAlias = (
    UnitMoved
    | UnitReported
    | StopOpened
    | StopChanged
    | StopClosed
    | PlateRead
    | VehicleSeen
    | DeviceReported
    | HotlistLoaded
    | HotlistChanged
    | HotlistSpoiled
    | CallOpened
    | CallChanged
    | CallClosed
    | TipReceived
    | AircraftSeen
    | AnyCameraEvent
    | OperatorActed
    | AnyCommunityEvent
    | VehicleRecovered
    | SessionChanged
    | MessageAcked
    | MessageDelivered
    | MessageReplied
    | RouteAnswered
    | AnyFound
    | ForecastReady
    | Woke
    | SiteLoaded
    | AnyFeedEvent
    | AnyRetentionEvent
)
