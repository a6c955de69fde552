"""For how many days a site keeps what it learns, and the facts of forgetting.

Knows: which kind of fact belongs to which days, what a hold is, and what stands in a journal where a fact was.
Refuses to know: which site asked for what, and how anything is removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from center.core.fact import Answer, Event, Micros


class Retention(msgspec.Struct, frozen=True, gc=False):
    """Days. `reads_days`: plate reads that no alert came of; `hits_days`: those that one did; `pictures_days`: of
    either, where shorter; `backups_days`: copies that the center made; `audit_days`: the trail, and what it is derived
    from."""

    reads_days: int = 30
    hits_days: int = 365
    pictures_days: int = 365
    positions_days: int = 30
    calls_days: int = 365
    stops_days: int = 365
    tips_days: int = 90
    messages_days: int = 365
    clips_days: int = 365
    lists_days: int = 30
    faults_days: int = 30
    backups_days: int = 30
    audit_days: int = 1095


KINDS: Mapping[str, str] = {
    "PlateRead": "reads",
    "VehicleSeen": "reads",
    "UnitMoved": "positions",
    "UnitReported": "positions",
    "AircraftSeen": "positions",
    "CameraLooked": "positions",
    "StopOpened": "stops",
    "StopChanged": "stops",
    "StopClosed": "stops",
    "CallOpened": "calls",
    "CallChanged": "calls",
    "CallClosed": "calls",
    "ForecastReady": "calls",
    "VehicleRecovered": "hits",
    "HotlistLoaded": "lists",
    "HotlistChanged": "lists",
    "HotlistSpoiled": "lists",
    "LookupAnswered": "stops",
    "ClipKept": "clips",
    "FeedFaulted": "faults",
    "TipReceived": "tips",
    "ClipOffered": "tips",
    "LiveShared": "tips",
    "PostsFound": "tips",
    "MessageReplied": "messages",
    "OperatorActed": "audit",
    "SessionChanged": "audit",
}
"""By whose days a fact goes, by its type. A read that an alert came of goes by `hits`."""
OF_NOBODY = (
    *("SiteLoaded", "DeviceReported", "FeedFellQuiet", "FeedRecovered", "CameraChanged", "StreamChanged"),
    *(
        "MessageDelivered",
        "MessageAcked",
        "RouteAnswered",
        "VideoRefused",
        "Woke",
        "RetentionDue",
        "Forgotten",
        "Purged",
    ),
)
"""Facts that stay: they name a request, a device or the site, and nobody that is looked at."""
OTHERWISE = "messages"
"""By whose days a fact goes that stands in neither."""


class Hold(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What must not be removed, whatever its days. `subject` is what the owner named; `names` and `plates` (folded) are
    what a fact is looked at for; without both, everything between `start` and `end` is held."""

    hold: str
    owner: str
    reason: str
    case: str
    placed_at: Micros
    expires: Micros
    subject: str
    names: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()
    start: Micros = Micros(0)
    end: Micros = Micros(2**62)


class RetentionDue(Event, frozen=True, kw_only=True):
    """It is time to forget what is past its days."""


class Forgotten(Answer, frozen=True, kw_only=True):
    """What is past its days is gone from every store. `removed` counts by kind; with `trouble`, why not all is."""

    removed: dict[str, int] = {}  # noqa: RUF012  # a struct's default is copied
    held: int = 0
    trouble: str = ""


class Purged(Event, frozen=True, kw_only=True):
    """A fact stood here that is past its days: of what type, and when. Its place in the journal stays, for ids are made
    of places."""

    kind: str


AnyRetentionEvent: TypeAlias = RetentionDue | Forgotten | Purged
