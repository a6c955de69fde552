"""Who and what belongs to a site: agencies, units, readers, aircraft, operators, and the numbers a site may choose.

Knows: the shape of the roster as it enters the journal with `SiteLoaded`.
Refuses to know: the site file it was written in, and addresses, sockets and secrets of any kind. What it does not know
it refuses as well: a misspelt key must not pass for one that was left out.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Role = Literal["administrator", "auditor", "deputy", "detective", "operator", "representative", "supervisor", "trainer"]
"""What somebody who signs in works as. operator and supervisor are the room; a representative comes from another
agency; a trainer is of the room where nothing is real, and nobody elsewhere. What each may do is in access.ACTS."""
ROLES: tuple[str, ...] = get_args(Role)


SHARED = ("units", "aircraft", "alerts", "incidents")
"""What an agency that has joined may be shown."""


class Agency(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """`own` agencies give position, video and audio; all others give position only. An agency that is shown something
    in return has joined: its representatives may sign in, and `sees` says which kinds of thing they are shown
    (SHARED), of which audiences.py says how much. `reasons` are what its people must choose from to look somebody up,
    in place of the site's; where it has none, the site's hold. `cases` are its own, which go on for its people."""

    agency: str
    name: str
    own: bool = False
    sees: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


class RosterUnit(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """`devices` are the identities this unit's equipment uses on the wire; `terminal` is where messages reach it.
    `beat` and `shift` are what messages to all who work there go by."""

    unit: str
    agency: str
    devices: tuple[str, ...] = ()
    terminal: str | None = None
    beat: str = ""
    shift: str = ""


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
    `icao`. `consent` is what its owner has agreed to: always, per-incident, on-request, asked or never. `connected`:
    whether it can be watched at all; if not, it is only known to be there. `remembers`: whether it keeps what was
    before something happened, and can be asked for it."""

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
    remembers: bool = False


class RosterOperator(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """`role` is one of ROLES."""

    operator: str
    name: str
    agency: str
    role: str = "operator"


class RosterOwner(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Somebody who has agreed to be asked for what their camera at that place kept; what they answer, and whether, is
    theirs. `camera` is one of the roster's that they may share live, for which they may be asked."""

    owner: str
    lat: float
    lon: float
    camera: str = ""


class RosterCot(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Somebody who connects by Cursor-on-Target, by the name in the certificate (on a simulated site, the one it gives
    itself): whose it is, a `unit` or a person (`operator`)."""

    client: str
    unit: str = ""
    operator: str = ""


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


REASONS = (
    *("alert", "area canvass", "burglary", "call", "crash", "follow-up", "hit and run", "missing person", "pursuit"),
    *("reckless driver", "robbery", "series", "series of burglaries", "shots fired", "stolen vehicle", "stop", "theft"),
    *("threat", "traffic stop", "vehicle of a call", "warrant", "welfare check", "witness saw it"),
)


class Grounds(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """What is ground enough to look somebody up: a reason from a list, in whatever case it is written, and the number
    of something that goes on (see occasions). `cases` are numbers of cases that are kept elsewhere and go on, too."""

    reasons: tuple[str, ...] = REASONS
    cases: tuple[str, ...] = ()


class Policy(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Numbers a site may choose. Times in seconds, distances in metres. `watch_s` and `listen_s`: how long a ticket
    lasts; `cameras_each`: how many one person may hold. `consent_m` and `consent_s`: how near and how fresh what goes
    on must be for a camera that its owner shares per incident. `leads_per_find` is what is worth it: so many
    false leads may an operator look at to find one stolen car more. `listed_share`: of all cars that pass readers,
    those that are on a list (docs/plates.md). `status_check_s`: how long after a traffic stop began, and after
    each answer, its deputy is asked whether all is well, 0 for never. `ahead_s`: how far ahead a listed car is looked
    for, 0 for not at all. `asks_a_day`: how often one person may ask owners of community cameras; `asked_a_week`: how
    often one owner is asked at most; `unseen_days`: how long a clip that no moderator decides about is kept after its
    request has ended. A message that is not delivered within `deliver_s` is sent again, `resends` times; of one that is
    not read within `read_s` the room is told."""

    lookback_s: int = 24 * 3600
    notify_units: int = 3
    escalate_after_s: int = 30
    escalations: int = 2
    deliver_s: int = 20
    resends: int = 2
    read_s: int = 60
    unit_stale_s: int = 180
    incident_join_m: float = 250.0
    incident_join_s: int = 900
    hotlist_stale_s: int = 36 * 3600
    hotlist_shrink: float = 0.5
    check_patience_s: int = 5
    status_check_s: int = 300
    ahead_s: int = 900
    leads_per_find: float = 20.0
    listed_share: float = 2e-5
    watch_s: int = 600
    listen_s: int = 120
    cameras_each: int = 32
    consent_m: float = 500.0
    consent_s: int = 3600
    asks_a_day: int = 10
    asked_a_week: int = 2
    unseen_days: int = 14
