"""What can go wrong, as data: one struct a fault, and which of them is in force when.

Knows: the faults of lines and devices, whom they strike (a glob over names such as `avl/CPSO-*`) and for how long.
Refuses to know: how a device or line behaves under a fault, which each does itself, and who is struck in a scenario
(see fault_plan).

A scenario's `faults` list is decoded straight into these structs; `fault` is the tag. docs/devices.md says what each
looks like from the center's side.
"""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal, TypeAlias

import msgspec
from msgspec import Meta

from twin.sim.mishearing import Slip

FOREVER_US = 2**62

Share = Annotated[float, Meta(ge=0, le=1, description="probability, 0 to 1")]
Seconds = Annotated[float, Meta(ge=0)]
Positive = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1, le=100)]
Power: TypeAlias = Literal["on", "off", "hung", "settling"]

POSITIONS = frozenset({"avl", "adsb", "lpr"})
POWERED = frozenset({"avl", "lpr", "adsb", "terminal", "camera"})
CLOCKED = frozenset(
    {"avl", "lpr", "adsb", "cad", "hotlist", "terminal", "records", "posts", "tips", "camera", "tablet"}
)


class Fault(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="fault",
    tag=lambda name: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower(),
):
    """`on`: a glob over names. `from_s`: seconds since the scenario's start. `for_s`: how long; for good without it."""

    kinds: ClassVar[frozenset[str]] = frozenset()
    """The first parts of the names this fault can strike."""

    on: str
    from_s: Seconds = 0.0
    for_s: Positive | None = None

    @property
    def start_us(self) -> int:
        return round(self.from_s * 1e6)

    def interval_us(self) -> tuple[int, int]:
        """From when (included) until when (excluded)."""
        return self.start_us, FOREVER_US if self.for_s is None else self.start_us + round(self.for_s * 1e6)


# --- lines ------------------------------------------------------------------------------------------------------


class LineFault(Fault, frozen=True, kw_only=True):
    kinds: ClassVar[frozenset[str]] = frozenset({"line"})


class Delay(LineFault, frozen=True, kw_only=True):
    """Everything takes `add_ms` longer, and a lognormal share of `jitter_ms` (its median) besides."""

    add_ms: Seconds = 0.0
    jitter_ms: Seconds = 0.0


class Loss(LineFault, frozen=True, kw_only=True):
    """Messages vanish. A stream sends again by itself: what vanishes there comes late. A request or its answer
    vanishes, each with this probability."""

    rate: Share


class Duplicate(LineFault, frozen=True, kw_only=True):
    """Messages arrive twice, the second up to `within_ms` later. Streams never duplicate."""

    rate: Share
    within_ms: Seconds = 500.0


class Reorder(LineFault, frozen=True, kw_only=True):
    """Messages are held up by `by_ms`, so that later ones overtake them. Streams never reorder."""

    rate: Share
    by_ms: Seconds = 1500.0


class Damage(LineFault, frozen=True, kw_only=True):
    """Bytes are flipped, cut off or inserted. Strikes streams too: noise between a modem and its GPS is carried
    faithfully by TCP."""

    rate: Share
    how: Literal["any", "flip", "truncate", "insert"] = "any"


class Cut(LineFault, frozen=True, kw_only=True):
    """The connection of a stream breaks in the middle of a message; what comes next comes on a new one."""

    rate: Share


class Partition(LineFault, frozen=True, kw_only=True):
    """Nothing passes. `drop` loses what is sent meanwhile (and breaks a stream's connection); `hold` keeps it, as far
    as the line's queue goes, and lets it burst out at the end."""

    mode: Literal["drop", "hold"] = "drop"


# --- positions --------------------------------------------------------------------------------------------------


class Drift(Fault, frozen=True, kw_only=True):
    """The reported position walks away from the true one."""

    kinds: ClassVar[frozenset[str]] = POSITIONS
    rate_mps: Positive
    bearing_deg: float = 90.0


class Freeze(Fault, frozen=True, kw_only=True):
    """The last fix for ever: with a running clock, or (`clock: stopped`) the very same fix again and again. A camera:
    the last picture for ever; `clock` is then that of the message beside it."""

    kinds: ClassVar[frozenset[str]] = frozenset({"avl", "lpr", "camera"})
    clock: Literal["runs", "stopped"] = "runs"


class Jump(Fault, frozen=True, kw_only=True):
    """A share of the fixes is `by_m` away; without `bearing_deg`, in a direction drawn anew each time."""

    kinds: ClassVar[frozenset[str]] = POSITIONS
    by_m: Positive
    share: Share = 1.0
    bearing_deg: float | None = None


class Lie(Fault, frozen=True, kw_only=True):
    """A constant offset: someone tampers, or a survey was wrong."""

    kinds: ClassVar[frozenset[str]] = POSITIONS
    north_m: float = 0.0
    east_m: float = 0.0


class UrbanDrift(Fault, frozen=True, kw_only=True):
    """Between tall buildings a satellite is heard by way of a wall: the position strays by `by_m` (root mean square),
    otherwise a street further on, otherwise a minute later. Within `within_m` of `lat`, `lon`, if they are given."""

    kinds: ClassVar[frozenset[str]] = POSITIONS
    by_m: Positive = 40.0
    lat: float | None = None
    lon: float | None = None
    within_m: Positive = 800.0


# --- every device -----------------------------------------------------------------------------------------------


class ClockSkew(Fault, frozen=True, kw_only=True):
    """The device's clock is wrong: by `by_s` seconds, in the year 1999, or 1024 GPS weeks back."""

    kinds: ClassVar[frozenset[str]] = CLOCKED
    by_s: float = 0.0
    to: Literal["offset", "year-1999", "week-rollover"] = "offset"


class Reboot(Fault, frozen=True, kw_only=True):
    """Silent for `for_s` (30 s without it), then for `settle_s` in its zero state: no fix, no position of its own.
    `then: burst` says the device only hung: it sends what it collected and has no zero state."""

    kinds: ClassVar[frozenset[str]] = POWERED
    settle_s: Seconds = 20.0
    then: Literal["zero", "burst"] = "zero"

    @property
    def silent_us(self) -> int:
        return round((self.for_s or 30.0) * 1e6)

    def interval_us(self) -> tuple[int, int]:
        settle_us = 0 if self.then == "burst" else round(self.settle_s * 1e6)
        return self.start_us, self.start_us + self.silent_us + settle_us

    def power(self, now_us: int) -> Power:
        if now_us - self.start_us < self.silent_us:
            return "hung" if self.then == "burst" else "off"
        return "settling"


class RebootStorm(Fault, frozen=True, kw_only=True):
    """Reboots again and again: every `every_s`, silent for `silent_s`, then `settle_s` in the zero state."""

    kinds: ClassVar[frozenset[str]] = POWERED
    every_s: Positive = 60.0
    silent_s: Seconds = 20.0
    settle_s: Seconds = 10.0

    def power(self, now_us: int) -> Power:
        phase_s = (now_us - self.start_us) / 1e6 % self.every_s
        if phase_s < self.silent_s:
            return "off"
        return "settling" if phase_s < self.silent_s + self.settle_s else "on"


class Silent(Fault, frozen=True, kw_only=True):
    """Says nothing, as if it were not there."""

    kinds: ClassVar[frozenset[str]] = CLOCKED


class DuplicateId(Fault, frozen=True, kw_only=True):
    """Speaks with another device's identity: a modem's system id, the number of a reader's camera (or, if it is no
    number, its agent), a tablet's uid."""

    kinds: ClassVar[frozenset[str]] = frozenset({"avl", "lpr", "tablet"})
    identity: str


# --- readers, switches, lists, terminals ------------------------------------------------------------------------


class Misread(Fault, frozen=True, kw_only=True):
    """Plates are misread `times` as often, or every plate reads `text`. With `plate`, only that one."""

    kinds: ClassVar[frozenset[str]] = frozenset({"lpr"})
    times: Positive = 1.0
    text: str | None = None
    plate: str | None = None


class WrongState(Fault, frozen=True, kw_only=True):
    """A share of the reads names a wrong state: `state`, or any other. With `plate`, only of that plate."""

    kinds: ClassVar[frozenset[str]] = frozenset({"lpr"})
    rate: Share = 1.0
    state: str | None = None
    plate: str | None = None


class Retransmit(Fault, frozen=True, kw_only=True):
    """Every message is sent `times` more, `after_s` apart, though it was answered."""

    kinds: ClassVar[frozenset[str]] = frozenset({"lpr", "cad", "tips"})
    times: Count = 1
    after_s: Positive = 5.0


class HalfWritten(Fault, frozen=True, kw_only=True):
    """A list is dropped before its writer was done; `finish_after_s` later the whole file takes its place, if ever."""

    kinds: ClassVar[frozenset[str]] = frozenset({"hotlist"})
    finish_after_s: Positive | None = None


class EmptyList(Fault, frozen=True, kw_only=True):
    """A list with no listing: a file of no bytes, or (`trailer`) a well-formed one that says it has none."""

    kinds: ClassVar[frozenset[str]] = frozenset({"hotlist"})
    trailer: bool = False


class ShrunkList(Fault, frozen=True, kw_only=True):
    """A well-formed list with only a share of its listings: an export that failed half way and did not notice."""

    kinds: ClassVar[frozenset[str]] = frozenset({"hotlist"})
    keep: Share = 0.1


class StaleList(Fault, frozen=True, kw_only=True):
    """Every write holds what the last one before held: the export's source has stopped. The file is the old one again;
    or (`restamped`) it claims to be new."""

    kinds: ClassVar[frozenset[str]] = frozenset({"hotlist"})
    restamped: bool = False


class Deaf(Fault, frozen=True, kw_only=True):
    """Shows messages, and nobody ever presses the key."""

    kinds: ClassVar[frozenset[str]] = frozenset({"terminal", "tablet"})


class Misheard(Fault, frozen=True, kw_only=True):
    """A share of the names and birth dates that drivers say is taken down wrong: in the way of `how`, or in any."""

    kinds: ClassVar[frozenset[str]] = frozenset({"terminal"})
    rate: Share = 1.0
    how: Slip | None = None


class SaysWho(Fault, frozen=True, kw_only=True):
    """A tip line hands over who told it: a name and a telephone number, which it must not even keep."""

    kinds: ClassVar[frozenset[str]] = frozenset({"tips"})


# --- cameras ----------------------------------------------------------------------------------------------------


class Black(Fault, frozen=True, kw_only=True):
    """The lens is covered or the sensor dead: pictures of nothing but noise, without code and text."""

    kinds: ClassVar[frozenset[str]] = frozenset({"camera"})


class Stutter(Fault, frozen=True, kw_only=True):
    """Every `every_s` nothing comes for `hold_s`, and then all at once."""

    kinds: ClassVar[frozenset[str]] = frozenset({"camera"})
    every_s: Positive = 4.0
    hold_s: Annotated[float, Meta(gt=0, le=10)] = 1.0


class LostLink(Fault, frozen=True, kw_only=True):
    """Its modem has no network: connections stand and nothing comes through (`hang`), or they break and nobody can be
    reached (`cut`)."""

    kinds: ClassVar[frozenset[str]] = frozenset({"camera", "tablet"})
    connections: Literal["hang", "cut"] = "hang"


# --- tablets ----------------------------------------------------------------------------------------------------


class SlowReader(Fault, frozen=True, kw_only=True):
    """Leaves unread what comes, and goes on talking."""

    kinds: ClassVar[frozenset[str]] = frozenset({"tablet"})


class MalformedXml(Fault, frozen=True, kw_only=True):
    """A share of what it says is no XML: a quotation mark is missing."""

    kinds: ClassVar[frozenset[str]] = frozenset({"tablet"})
    rate: Share = 0.2


class HalfSaid(Fault, frozen=True, kw_only=True):
    """Stops in the middle of an event and says nothing for `for_s`; the connection stands. Then it goes on."""

    kinds: ClassVar[frozenset[str]] = frozenset({"tablet"})


AnyFault: TypeAlias = (
    Delay
    | Loss
    | Duplicate
    | Reorder
    | Damage
    | Cut
    | Partition
    | Drift
    | Freeze
    | Jump
    | Lie
    | UrbanDrift
    | ClockSkew
    | Reboot
    | RebootStorm
    | Silent
    | DuplicateId
    | Misread
    | WrongState
    | Retransmit
    | HalfWritten
    | EmptyList
    | ShrunkList
    | StaleList
    | Deaf
    | Misheard
    | SaysWho
    | Black
    | Stutter
    | LostLink
    | SlowReader
    | MalformedXml
    | HalfSaid
)
