"""What the world tells its devices, and how devices tell what they did.

Knows: the shape of a fix, a passage, a call, an aircraft and a hotlist line as they truly are.
Refuses to know: wire formats, faults, and how the world moves.

Times named `at_us` are integer microseconds since the scenario's start; angles are degrees (WGS 84), lengths metres,
speeds metres a second.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

SECOND_US = 1_000_000


class Fix(msgspec.Struct, frozen=True, gc=False):
    """Where something truly is. `course_deg` is None for what never moved, `altitude_m` is above mean sea level."""

    at_us: int
    lat: float
    lon: float
    speed_mps: float = 0.0
    course_deg: float | None = None
    altitude_m: float | None = None


class Passage(msgspec.Struct, frozen=True, gc=False):
    """A vehicle in front of a plate reader. `vehicle` is the world's own id of it; `plate` is upper-case letters and
    digits, None when no plate can be seen from where the reader looks; `lat` and `lon` are the reader's, which may ride
    on a car; `course_deg` is the vehicle's. `legibility`: 1 is a clean plate in good light, 0.5 doubles the reader's
    error rates."""

    at_us: int
    vehicle: str
    plate: str | None
    state: str | None
    make: str
    model: str
    color: str
    body: str
    lat: float
    lon: float
    course_deg: float
    legibility: float = 1.0


class Assigned(msgspec.Struct, frozen=True, gc=False):
    """A car that is on an incident, as its dispatcher sees it: `status` is `dispatched`, `enroute`, `on-scene` or
    `cleared`, since `at_us`."""

    unit: str
    agency: str
    status: str
    at_us: int


class CallFact(msgspec.Struct, frozen=True, gc=False):
    """A 911 call as its call taker sees it at the moment. `call` is unique in its CAD; `incident` is that CAD's number
    of the incident; `priority` 1 is the most urgent, 5 the least; a location may be absent, a civic `address` too.
    `method` is how the place was found (RFC 4119's registry), `state` that of the telephone call, `units` the cars on
    the incident."""

    at_us: int
    call: str
    incident: str
    kind: str
    priority: int
    callback: str
    lat: float | None = None
    lon: float | None = None
    uncertainty_m: float | None = None
    address: str | None = None
    text: str | None = None
    method: str = "Device"
    state: str = "callAnswered"
    units: tuple[Assigned, ...] = ()


class AircraftState(msgspec.Struct, frozen=True, gc=False):
    """An aircraft with a transponder. `icao` is six hexadecimal digits, `altitude_m` pressure altitude, `category` the
    emitter category (A1 light, A3 large, A5 heavy)."""

    icao: str
    callsign: str
    lat: float
    lon: float
    altitude_m: float
    speed_mps: float
    course_deg: float
    climb_mps: float = 0.0
    squawk: str = "1200"
    on_ground: bool = False
    category: str = "A1"


class Listing(msgspec.Struct, frozen=True, gc=False):
    """One wanted plate. `effective_us` and `expires_us` count from the scenario's start and may be negative."""

    plate: str
    state: str
    reason: str = "stolen"
    case: str = ""
    make: str = ""
    model: str = ""
    color: str = ""
    effective_us: int | None = None
    expires_us: int | None = None


class Log(Protocol):
    """The truth log. `kind` names what a device did; docs/devices.md lists the kinds and their facts."""

    def __call__(self, kind: str, /, **facts: object) -> None: ...


def unlogged(kind: str, /, **facts: object) -> None:
    """The log of a device whose deeds nobody scores."""
