"""What an alert is, and which there are.

Knows: the shape of alerts, and their slice of the picture.
Refuses to know: when one is raised, extended or closed (see alerting), and who may see it (see access).
"""

from __future__ import annotations

import msgspec

from center.core.events import Listing, Micros, PlateRead
from center.core.findings import Difference, Step


class HitRead(msgspec.Struct, frozen=True, gc=False):
    """One read that belongs to an alert."""

    read: PlateRead
    backward: bool


class Alert(msgspec.Struct, gc=False):
    """`kind` is hotlist-hit, unit-emergency, hotlist-refused, feed-quiet, unacknowledged, listening, patrol-boxes,
    burglary-list, burglary-rash, community-clips, warrant-lead or stop-silent. `key` joins what is the same matter;
    `hotlist` is the list that it came of, if any, which decides who may see it. For a hotlist hit: the listing and
    its list's version as they were when it was raised, the reads oldest first, what differs between the first read
    and the listing, and how likely they are one car (of all its reads, the likeliest). `check` is what the records
    said of the listing last, at `checked_at`: listed, not-listed or not-checked; asked while they are being asked;
    empty where there are none. `off`: the listing is on the list no more."""

    alert: str
    kind: str
    key: str
    subject: str
    headline: str
    at: Micros
    state: str = "raised"
    revision: int = 0
    detail: str = ""
    hotlist: str = ""
    category: str = ""
    version: str = ""
    issued: Micros | None = None
    list_loaded_at: Micros = Micros(0)
    listing: Listing | None = None
    differs: tuple[Difference, ...] = ()
    likely: float = 0.0
    check: str = ""
    checked_at: Micros | None = None
    off: bool = False
    reads: list[HitRead] = []
    reads_in_all: int = 0
    history: list[Step] = []
    disposition: str | None = None
    outcome: str = ""
    outcome_at: Micros | None = None
    closed_at: Micros | None = None


class AlertsSlice(msgspec.Struct):
    """`current` maps the key of a matter to its latest alert; `closed` lists finished alerts, oldest first, so that the
    oldest can be let go."""

    alerts: dict[str, Alert] = {}
    current: dict[str, str] = {}
    closed: list[str] = []
