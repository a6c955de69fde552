"""Everything the center can ask the world to do.

Knows: the shape of requests, and which of them wait for an answer.
Refuses to know: how any of them is carried out, and whether it was.

An effect is imperative and never changes. Its `id` derives from the journal position of the event that caused it, so a
replay mints the same id again and a receiver can drop a repeat.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from center.core.events import Micros
from center.core.pattern_facts import Burglary, Patterns


class Effect(msgspec.Struct, frozen=True, gc=False, tag=True, tag_field="type", kw_only=True, omit_defaults=True):
    id: str


class Request(Effect, frozen=True, kw_only=True):
    """An effect that is owed an `Answer`. Until it comes (or a `Withdraw` does) the request is pending, and a restarted
    center asks again."""


class Notify(Effect, frozen=True, kw_only=True):
    """Put something in front of the operators: `topic` is `alert`, `incident` or `camera`, `subject` its id, and
    `revision` counts its changes. What is shown is read from the picture; this says that it must be shown now."""

    topic: str
    subject: str
    revision: int
    headline: str


class Reply(Effect, frozen=True, kw_only=True):
    """The answer to an operator's request. `granted` false with `late` says that somebody else was first. `made` is the
    id of what the act has made, where it made something."""

    request: str
    granted: bool
    why: str = ""
    late: bool = False
    made: str = ""


class Audit(Effect, frozen=True, kw_only=True):
    """One line of the audit trail: who asked to do what to which subject, why, and whether the door let them."""

    at: Micros
    operator: str
    act: str
    subject: str
    granted: bool
    why: str = ""
    reason: str | None = None
    case: str | None = None


class Send(Request, frozen=True, kw_only=True):
    """A message for one unit's terminal; answered by `MessageAcked`. `level` 0 is the first try, then one more for
    every escalation. The text a deputy reads is in the fields, not yet worded."""

    unit: str
    terminal: str
    level: int
    sent: Micros
    kind: str
    headline: str
    plate: str | None = None
    vehicle: str | None = None
    lat: float | None = None
    lon: float | None = None
    note: str | None = None
    verified_by: str | None = None


class Stand(msgspec.Struct, frozen=True, gc=False):
    """Where a unit stands, as far as the center knows, or a reader."""

    unit: str
    lat: float
    lon: float


class Route(Request, frozen=True, kw_only=True):
    """Road times from each candidate to a place; answered by `RouteAnswered`."""

    lat: float
    lon: float
    candidates: tuple[Stand, ...]


class Reach(Request, frozen=True, kw_only=True):
    """Which of these places a car can come by next from a place, and how soon; those within `within_s` that lie behind
    no other. Answered by `RouteAnswered`."""

    lat: float
    lon: float
    candidates: tuple[Stand, ...]
    within_s: int


class Lookup(Request, frozen=True, kw_only=True):
    """What the records say of a plate now; answered by `LookupAnswered`. `purpose` is a code and `case` a number that
    the records demand; `operator` is empty when the center asks by itself."""

    plate: str
    state: str | None
    purpose: str
    case: str
    operator: str = ""


class WakeAt(Request, frozen=True, kw_only=True):
    """Be woken (`Woke`) at `when`, or at once if that is past."""

    when: Micros


class Withdraw(Effect, frozen=True, kw_only=True):
    """The pending request `request` is no longer wanted: stop trying, expect no answer."""

    request: str


class OpenVideo(Request, frozen=True, kw_only=True):
    """Let one person see a camera, or with `sound` hear it and not see it, until `until`. Nothing answers it but
    `VideoRefused`; it stays pending for as long as it holds, so that a restarted center opens again what is still
    open, and ends with `CloseVideo`. Another one for the same `ticket` replaces it."""

    ticket: str
    camera: str
    operator: str
    until: Micros
    sound: bool = False


class CloseVideo(Effect, frozen=True, kw_only=True):
    """A ticket has ended: whoever still watches with it is cut off. `opening` is the `OpenVideo` that is settled."""

    ticket: str
    opening: str
    why: str


class KeepClip(Request, frozen=True, kw_only=True):
    """Keep what a camera showed from `start` to `end` as evidence; answered by `ClipKept`. `id` names the clip."""

    camera: str
    incident: str
    operator: str
    reason: str
    asked_at: Micros
    start: Micros
    end: Micros


class Forecast(Request, frozen=True, kw_only=True):
    """Where burglaries may come next, by what is known `now`; answered by `ForecastReady`. `taken`: the middles of
    cells that are patrolled already."""

    now: Micros
    settings: Patterns
    reports: tuple[Burglary, ...]
    taken: tuple[tuple[float, float], ...] = ()


AnyEffect: TypeAlias = (
    Notify
    | Reply
    | Audit
    | Send
    | Route
    | Reach
    | Lookup
    | WakeAt
    | Withdraw
    | OpenVideo
    | CloseVideo
    | KeepClip
    | Forecast
)
AnyRequest: TypeAlias = Send | Route | Reach | Lookup | WakeAt | OpenVideo | KeepClip | Forecast
