"""Bodies of requests and answers at the HTTP edge.

Knows: what a client may send, how large, and what it gets back; the OpenAPI page is made from these.
Refuses to know: whether it is allowed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
Line = Annotated[str, Field(min_length=1, max_length=500)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Act(Body):
    """`request` is the client's own id of this act: sent twice, it is one act."""

    request: Id | None = None


class SignIn(Body):
    operator: Id
    token: Annotated[str, Field(max_length=500)] | None = None


class Acknowledge(Act):
    note: Line | None = None


class Confirm(Act):
    """The person has compared the image with the text. `action` says what is being done about it."""

    action: Line
    note: Line | None = None


class Dismiss(Act):
    disposition: Literal["wrong-state", "misread", "stale-listing", "dismissed"]
    action: Line
    note: Line | None = None


class Look(Act):
    what: Literal["position", "video", "audio"]
    reason: Line | None = None
    case: Line | None = None


class MessageToUnit(Act):
    text: Line
    reason: Line | None = None


class Watch(Act):
    """`case`: the number of the call, alert or stop that is the reason. A `reason` that is none is refused by the door,
    and audited like any other refusal."""

    reason: Line
    case: Line | None = None


class Revoke(Act):
    reason: Line


class KeepClip(Act):
    """`start` and `end` in microseconds of the center's clock; `case` is the incident or the stop."""

    case: Line
    reason: Line
    start: Annotated[int, Field(ge=0, lt=2**62)]
    end: Annotated[int, Field(ge=0, lt=2**62)]


class PlateSearch(Act):
    plate: Annotated[str, Field(min_length=2, max_length=12)]
    reason: Line | None = None
    case: Line | None = None


class AuditSearch(Body):
    """`since`, `before`: lines from that moment on, and older than that one; the rest: what must stand in a line."""

    operator: Id | None = None
    act: Id | None = None
    subject: Id | None = None
    granted: bool | None = None
    before: Annotated[int, Field(ge=0, le=2**62)] | None = None
    since: Annotated[int, Field(ge=0, le=2**62)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class Person(BaseModel):
    operator: str
    name: str
    agency: str
    role: str


class Ways(BaseModel):
    """`provider`: by an OpenID provider, at `/api/session/provider`; `tokens`: some people have one."""

    provider: bool
    tokens: bool


class Granted(BaseModel):
    granted: Literal[True] = True


class Pass(Granted):
    """What lets its holder at a camera: a WebSocket at `address`/`token` until `until` (docs/relay.md)."""

    ticket: str
    camera: str
    sound: bool
    until: int
    address: str
    token: str


class ClipAsked(Granted):
    clip: str


class Refused(BaseModel):
    granted: Literal[False] = False
    why: str


class AuditLine(BaseModel):
    """Who asked to do what to which subject, why, and whether the door let them (`why` not, when it did not)."""

    id: str
    at: int = Field(description="microseconds since the epoch, UTC")
    operator: str
    act: str
    subject: str
    granted: bool
    why: str
    reason: str | None
    case: str | None


class AgencyOut(BaseModel):
    """`sees`: what another agency that has joined may be shown; told to the center's own people."""

    agency: str
    name: str
    own: bool
    sees: list[str] = []


class ReaderOut(BaseModel):
    reader: str
    name: str
    lat: float | None
    lon: float | None


class SiteOut(BaseModel):
    name: str
    simulated: bool
    timezone: str = Field(description="IANA name of the zone whose clock the operators read")
    bounds: tuple[float, float, float, float] | None = Field(description="west, south, east, north in degrees")
    agencies: list[AgencyOut]
    readers: list[ReaderOut]


class Status(BaseModel):
    """`position`: events handled; `durable`: events that survive a kill. `trouble`: why the journal cannot be written
    now."""

    position: int
    durable: int
    uptime_s: float
    operators: int
    trouble: str = ""
