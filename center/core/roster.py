"""Who and what belongs to a site: agencies, units, readers, aircraft, operators, and the numbers a site may choose.

Knows: the shape of the roster as it enters the journal with `SiteLoaded`.
Refuses to know: the site file it was written in, and addresses, sockets and secrets of any kind. What it does not know
it refuses as well: a misspelt key must not pass for one that was left out.
"""

from __future__ import annotations

import msgspec


class Agency(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """`own` agencies give position, video and audio; all others give position only."""

    agency: str
    name: str
    own: bool = False


class RosterUnit(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """`devices` are the identities this unit's equipment uses on the wire; `terminal` is where messages reach it."""

    unit: str
    agency: str
    devices: tuple[str, ...] = ()
    terminal: str | None = None


class RosterReader(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A plate reader that stands still (or, with `unit`, rides on one)."""

    reader: str
    name: str = ""
    devices: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    unit: str | None = None


class RosterAircraft(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    icao: str
    name: str
    agency: str


class RosterCamera(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A camera or a microphone, and whose it is; where it is reached is nobody's business here. `kind` is dash, body,
    back-seat, fixed, community, aircraft or microphone. `unit` is what it rides on: a unit, or an aircraft by its
    `icao`. `consent` is what its owner has agreed to: always, per-incident or never. `connected`: whether it can be
    watched at all; if not, it is only known to be there."""

    camera: str
    kind: str
    agency: str
    name: str = ""
    unit: str | None = None
    lat: float | None = None
    lon: float | None = None
    heading_deg: float | None = None
    view_deg: float | None = None
    range_m: float | None = None
    owner: str | None = None
    consent: str = "always"
    connected: bool = False


class RosterOperator(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """`role` is one of operator, supervisor, auditor, representative, trainer."""

    operator: str
    name: str
    agency: str
    role: str = "operator"


class RosterHotlist(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A list by its name. `category` is shown with its hits; `unconfirmed`: deputies are told of a hit at once, and
    that nobody has verified it. For a child's life a site may choose that; for a car it had better not. `agencies` and
    `roles` say who may see its hits: people of one of these agencies who work in one of these roles, and deputies of
    these agencies. Where nothing is said, the whole room."""

    hotlist: str
    category: str = ""
    unconfirmed: bool = False
    agencies: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Numbers a site may choose. Times in seconds, distances in metres. `watch_s` and `listen_s`: how long a ticket
    lasts; `cameras_each`: how many one person may hold. `consent_m` and `consent_s`: how near and how fresh what goes
    on must be for a camera that its owner shares per incident. `leads_per_find` is what is worth it: so many
    false leads may an operator look at to find one stolen car more. `listed_share`: of all cars that pass readers,
    those that are on a list (docs/plates.md). `ahead_s`: how far ahead a listed car is looked for, 0 for not at all."""

    lookback_s: int = 24 * 3600
    notify_units: int = 3
    escalate_after_s: int = 30
    escalations: int = 2
    unit_stale_s: int = 180
    incident_join_m: float = 250.0
    incident_join_s: int = 900
    hotlist_stale_s: int = 36 * 3600
    hotlist_shrink: float = 0.5
    check_patience_s: int = 5
    ahead_s: int = 900
    leads_per_find: float = 20.0
    listed_share: float = 2e-5
    watch_s: int = 600
    listen_s: int = 120
    cameras_each: int = 16
    consent_m: float = 500.0
    consent_s: int = 3600
