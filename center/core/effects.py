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
from center.core.pattern_facts import Burglary, Judged, Patterns


class Effect(msgspec.Struct, frozen=True, gc=False, tag=True, tag_field="type", kw_only=True, omit_defaults=True):
    id: str


class Request(Effect, frozen=True, kw_only=True):
    """An effect that is owed an `Answer`. Until it comes (or a `Withdraw` does) the request is pending, and a restarted
    center asks again."""


class Notify(Effect, frozen=True, kw_only=True):
    """Put something in front of the operators: `topic` is `alert`, `incident`, `camera`, `unit`, `messages`,
    `bulletins`, `tips`, `unshared` (`INCIDENT/AGENCY`), `addressed` or `spoken` (an agency: it has bulletins, or
    messages), `subject` its id, and `revision`
    counts its changes. What is shown is read from the picture."""

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
    """A message for one unit or person (`person/NAME`); answered by `MessageAcked`. `level` 0 is the first try, then
    one more for every escalation. The text a deputy reads is in the fields, not yet worded. `message` is its id on the
    wire when it is sent once more (empty: the effect's own), `thread` the conversation it belongs to, `expires` when it
    is no longer worth showing; `link` says by which way: terminal or cot."""

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
    photo: str | None = None
    verified_by: str | None = None
    message: str = ""
    thread: str = ""
    expires: Micros | None = None
    link: str = "terminal"


class Remark(Effect, frozen=True, kw_only=True):
    """Tell whoever has a message, or has written one, what became of it: `what` is delivered, read (by the room) or
    withdrawn (show it no more). `message` is the id by which they know it."""

    unit: str
    terminal: str
    message: str
    what: str
    at: Micros


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
    """What the records have now on a plate, else on a licence's number, else on whoever has a name near `last`, `first`
    and `born`; answered by `LookupAnswered`. `purpose` is a code and `case` a number that the records demand;
    `operator` is empty when the center asks by itself."""

    purpose: str
    case: str
    plate: str = ""
    state: str | None = None
    licence: str = ""
    last: str = ""
    first: str = ""
    born: str = ""
    operator: str = ""


class SearchPosts(Request, frozen=True, kw_only=True):
    """What is said in public with these words, by an account or at a place; answered by `PostsFound`."""

    case: str
    operator: str
    words: str = ""
    account: str = ""
    place: str = ""


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


class Heard(msgspec.Struct, frozen=True, gc=False):
    """A time in which somebody was let listen to a camera: with which ticket, and why (of a ticket asked for again, its
    last reason). `until` may lie ahead."""

    ticket: str
    camera: str
    operator: str
    reason: str
    case: str
    since: Micros
    until: Micros


class KeepClip(Request, frozen=True, kw_only=True):
    """Keep what a camera showed from `start` to `end` as evidence; answered by `ClipKept`. `id` names the clip.
    Of sound only what was listened to within `heard` belongs to it; all of that is of one camera. `at_once`: the
    camera's own memory is asked first and now, before it has forgotten; otherwise that is the last resort."""

    camera: str
    incident: str
    operator: str
    reason: str
    asked_at: Micros
    start: Micros
    end: Micros
    heard: tuple[Heard, ...] = ()
    at_once: bool = False


class AskOwners(Request, frozen=True, kw_only=True):
    """Let these owners of community cameras see what is asked for, until `until`: what their cameras kept from `start`
    to `end`, or with `live` what they show now; with `camera` it is that one's owner who is asked, for it alone. The
    area is a circle, or within `corners`. Nothing answers it: what an owner sends is a fact of its own. It stays
    pending for as long as it holds, and ends with a `Withdraw`."""

    request: str
    owners: tuple[str, ...]
    lat: float
    lon: float
    radius_m: float
    start: Micros
    end: Micros
    until: Micros
    corners: tuple[tuple[float, float], ...] = ()
    words: str = ""
    live: bool = False
    camera: str = ""


class ReleaseClip(Request, frozen=True, kw_only=True):
    """Take an owner's clip out of quarantine and keep it as evidence; answered by `ClipKept`. `id` names the clip;
    `start` and `end` are by the center's clock."""

    file: str
    camera: str
    incident: str
    operator: str
    reason: str
    asked_at: Micros
    start: Micros
    end: Micros
    codec: str
    width: int
    height: int


class DropClip(Effect, frozen=True, kw_only=True):
    """Delete a file from quarantine."""

    file: str


class Forecast(Request, frozen=True, kw_only=True):
    """Where burglaries may come next, by what is known `now`; answered by `ForecastReady`. `taken`: the middles of
    cells that are patrolled already; `judged`: what detectives have said of series."""

    now: Micros
    settings: Patterns
    reports: tuple[Burglary, ...]
    taken: tuple[tuple[float, float], ...] = ()
    judged: Judged = Judged()


class Forget(Request, frozen=True, kw_only=True):
    """Clear every store of what was past its days `at` that moment, as the picture says (see retention); answered by
    `Forgotten`."""

    at: Micros


AnyEffect: TypeAlias = (
    Notify
    | Reply
    | Audit
    | Send
    | Remark
    | Route
    | Reach
    | Lookup
    | SearchPosts
    | WakeAt
    | Withdraw
    | OpenVideo
    | CloseVideo
    | KeepClip
    | AskOwners
    | ReleaseClip
    | DropClip
    | Forecast
    | Forget
)
AnyRequest: TypeAlias = (
    Send
    | Route
    | Reach
    | Lookup
    | SearchPosts
    | WakeAt
    | OpenVideo
    | KeepClip
    | AskOwners
    | ReleaseClip
    | Forecast
    | Forget
)
