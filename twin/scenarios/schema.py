"""What a scenario file may say.

Knows: the shape of a scenario: the world it needs, what happens, what goes wrong, and what is expected of the center.
Refuses to know: how any of it is done, and which places, units or readers exist (the world says so when it is built).

Times ending in `_s` are seconds since the scenario's start. `python -m twin.scenarios.schema` prints the JSON Schema
that editors use (docs/scenario.schema.json).
"""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, Literal, TypeAlias, get_args

import msgspec
from msgspec import Meta

from twin.devices.faults import AnyFault
from twin.scenarios.community import Doorbells, Filmed
from twin.scenarios.crashes import KeptByRule, UnitCrash
from twin.scenarios.parts import Expects, Happens, Many, Moment, Name, Positive, Share, Strict
from twin.scenarios.posts import Publish
from twin.scenarios.sprees import Burglaries, Reported, Spree
from twin.scenarios.tak import Cot, Write
from twin.scenarios.tips import Tell, TipsReached
from twin.scenarios.world_parts import Cameras, Patterns, Shifts

Dialect: TypeAlias = Literal["sbs", "beast", "aircraft-json"]
ReaderDialect: TypeAlias = Literal["rekor", "frigate", "hikvision", "frames", "frames-mqtt", "frames-rtsp"]


class World(Strict, frozen=True, kw_only=True):
    """How much of the parish is awake. The defaults are the parish of docs/world.md.

    `units`: patrol units on the road, by agency. `readers`: fixed plate readers. `reads_a_day`: plates that pass them
    on an average day; most of them are of residents' cars. `calls_a_day`: 911 calls. `hotlist`: listings of the state's
    list that have nothing to do with what happens; a list comes at the start and `hotlist_every_h` hours later again,
    and `hotlist_slips` of what is on it, but for `stolen-car`s, is mistyped. `thefts`: car thefts as a multiple of the
    parish's 360 a year, 0 for none but those that happen below; such a car is driven, reported hours late, found and
    listed for hours longer, and gets onto the list with its next delivery. `crime`: burglaries of the parish at its
    rates, with crews and near repeats (`usual`), or as a run without a pattern (`no-series`, `shuffled`, `nothing`: see
    docs/world.md); sprees below come on top. `operators`: people who watch the alerts and
    act on them, each `think_s` seconds (least, most) after an alert appears; 0 leaves the acting to whoever sits at the
    page. `records`: whether the room has the state's records to ask, so that deputies are told only of what is on file.
    `posts`: whether residents post on the parish's social network and the room may search what is public there.
    `tips`: that there is a tip line, and how many tips a day people give it that have to do with nothing here; some who
    see a burglary tell it as well.
    `owners`: names of places; owners of doorbell cameras within three kilometres of one, who have agreed to be asked,
    have joined the center's portal and answer by their own accord. Where burglaries happen and nothing is said, around
    the places that crews work from, or Sulphur.
    `roads`: a file of streets (.pbf or .graphml, docs/world.md) instead of the parish's own, named from where the
    scenario's file is.

    `speaks`: what a reader speaks, by its name, instead of what the parish's table says; `frames`, `frames-mqtt`
    and `frames-rtsp` are cameras that do not read but send pictures, by POST, to a broker or as a film (a few of them:
    each frame is drawn and read).
    `rain`: how hard it rains into cameras' lenses, 0 to 1.

    `patterns`: whether the center looks for patterns in burglary reports, and what it knows from before.

    `shifts`: that crews sign on and off; without it every car is on the road all day, but for the change of crews.

    `tak`: other agencies that have a TAK server, whose cars' positions come by Cursor-on-Target instead of the 911
    gateway.

    `cot`: that the center has a port for TAK clients, who may connect to it, and which tablets do. A wire run prints
    the port.

    `crashes`: crashes of the sheriff's cars as a multiple of one in 100,000 km of patrol, ten times as many a kilometre
    with lights and siren; 0 for none but those that happen below.

    `aircraft`: whether anybody flies but whom the scenario sends. `receivers`: which antennas listen to aircraft, and
    what each speaks. `reader_cars`: how many of the sheriff's patrol cars carry a plate reader. `cameras`: who films.
    """

    units: dict[str, Many] | None = None
    readers: Many = 40
    reads_a_day: Annotated[int, Meta(ge=0, le=100_000_000)] = 300_000
    calls_a_day: Annotated[int, Meta(ge=0, le=100_000)] = 310
    hotlist: Annotated[int, Meta(ge=0, le=1_000_000)] = 500
    hotlist_every_h: Annotated[float, Meta(ge=0.25, le=168)] = 12.0
    hotlist_slips: Share = 0.01
    thefts: Annotated[float, Meta(ge=0, le=1000)] = 0.0
    crashes: Annotated[float, Meta(ge=0, le=10_000)] = 0.0
    reader_cars: Annotated[int, Meta(ge=0, le=50)] = 6
    crime: Literal["none", "usual", "no-series", "shuffled", "nothing"] = "none"
    aircraft: bool = True
    receivers: dict[str, Dialect] = msgspec.field(default_factory=lambda: {"klch": "sbs"})
    operators: Annotated[int, Meta(ge=0, le=50)] = 2
    think_s: tuple[Positive, Positive] = (8.0, 25.0)
    roads: str | None = None
    records: bool = False
    posts: bool = False
    owners: tuple[str, ...] | None = None
    tips: Annotated[float, Meta(ge=0, le=10_000)] | None = None
    speaks: dict[str, ReaderDialect] = {}  # noqa: RUF012  # a struct's default is copied
    rain: Share = 0.0
    patterns: Patterns | None = None
    shifts: Shifts | None = None
    cameras: Cameras = Cameras()
    tak: tuple[str, ...] = ()
    cot: Cot | None = None


class StolenCar(Happens, frozen=True, kw_only=True):
    """A car is taken at `from` and driven along `via` to `to` (names of places or readers), which passes the readers on
    its way. It is on the hotlist `reported_after_s` later, so it may pass readers before it is listed. `name` is how
    expectations speak of it; it is some resident's car unless a plate is given, which is then on nobody's record.
    `reason` is why it is listed. One that `flees` is pursued by deputies who are told of it and get ahead of it."""

    name: Name
    origin: str = msgspec.field(name="from")
    to: str
    via: tuple[str, ...] = ()
    reported_after_s: Annotated[float, Meta(ge=0)] = 0.0
    state: Literal["LA", "TX"] = "LA"
    plate: Annotated[str, Meta(pattern="^[A-Z0-9]{2,8}$")] | None = None
    speed_factor: Annotated[float, Meta(gt=0.2, le=2.0)] = 1.0
    reason: Literal["stolen", "bolo", "wanted"] = "stolen"
    flees: bool = False


class InnocentCar(Happens, frozen=True, kw_only=True):
    """A car that nobody should stop is driven along `via`, and the list has something like it from the first delivery
    on: `listed_plate` and `listed_state` (else its own), which is then another car. `listed` says why it is innocent
    if it is the very plate: `recovered` (its owner has it back, the records know, the list does not), or `expired` (the
    entry was good until an hour before)."""

    name: Name
    origin: str = msgspec.field(name="from")
    to: str
    via: tuple[str, ...] = ()
    plate: Annotated[str, Meta(pattern="^[A-Z0-9]{2,8}$")]
    state: Literal["LA", "TX"] = "LA"
    listed_plate: Annotated[str, Meta(pattern="^[A-Z0-9]{2,8}$")] | None = None
    listed_state: Literal["LA", "TX"] | None = None
    listed: Literal["wanted", "recovered", "expired"] = "wanted"
    speed_factor: Annotated[float, Meta(gt=0.2, le=2.0)] = 1.0


class Incident(Happens, frozen=True, kw_only=True):
    """Something that people call 911 about: `callers` calls within `over_s` about one event at `place`, told to
    either CAD system, each with its own idea of where it is (`spread_m`)."""

    name: Name
    kind: str = "crash"
    place: str
    callers: Annotated[int, Meta(ge=1, le=500)] = 1
    over_s: Annotated[float, Meta(ge=0)] = 120.0
    spread_m: Annotated[float, Meta(ge=0, le=2_000)] = 60.0
    priority: Annotated[int, Meta(ge=1, le=5)] = 2


class TrafficStop(Happens, frozen=True, kw_only=True):
    """A deputy stops a car, as soon as nothing that cannot wait keeps the unit: a resident with an open warrant (or,
    not `wanted`, without one) in their own car. With `listed` its plate is on the hotlist; with `alias` the driver
    gives a name that is not theirs; `licensed` says whether they have a licence, where that matters."""

    name: Name
    unit: str
    lasts_s: Positive = 900.0
    listed: bool = False
    alias: bool = False
    wanted: bool = True
    licensed: bool | None = None


Asked: TypeAlias = Literal["position", "video", "audio", "plates", "posts", "community", "owner"]


class Ask(Happens, frozen=True, kw_only=True):
    """Somebody at a console asks for more than a person may have, or for something with a reason that is none:
    `what` is a look at a unit (`position`, `video`, `audio`), a search for a plate (`plates`) or for words in public
    posts (`posts`), what owners of cameras near an incident kept (`community`), or what a camera shows whose owner is
    asked for each call (`owner`); `about` is the unit, the plate, the words, the kind of incident or the camera;
    `reason` and `case` are what they give as such."""

    operator: str = "ada"
    what: Asked
    about: str
    reason: str | None = None
    case: str | None = None


class Panic(Happens, frozen=True, kw_only=True):
    """A deputy presses the panic button. `unit` is a call sign."""

    unit: str


class Fly(Happens, frozen=True, kw_only=True):
    """The sheriff's aeroplane flies its racetrack over `over` for `for_s`."""

    over: str
    for_s: Positive = 3600.0


Happening: TypeAlias = (
    StolenCar
    | InnocentCar
    | Incident
    | TrafficStop
    | Ask
    | Panic
    | UnitCrash
    | Fly
    | Spree
    | Doorbells
    | Publish
    | Write
    | Tell
)


class Alerted(Expects, frozen=True, kw_only=True):
    """An alert of this kind about `subject` (the name of something that happens, or a unit, list or feed) is raised, at
    most `within_s` after it could be known at the earliest."""

    kind: Literal["hotlist-hit", "unit-emergency", "hotlist-refused", "feed-quiet", "unacknowledged"] = "hotlist-hit"
    subject: str
    within_s: Positive | None = None


class Told(Expects, frozen=True, kw_only=True):
    """A deputy's terminal shows a message about `subject`, at most `within_s` after it could be known at the
    earliest."""

    subject: str
    within_s: Positive | None = None


class Spared(Expects, frozen=True, kw_only=True):
    """No deputy's terminal shows a message about what the list has for the innocent car `subject`."""

    subject: Name


class Recall(Expects, frozen=True, kw_only=True):
    at_least: Share


class Precision(Expects, frozen=True, kw_only=True):
    at_least: Share


class PlatesRead(Expects, frozen=True, kw_only=True):
    """Of the plates that cameras have sent pictures of, the share that the center has read in full (`recall`), and of
    its reads from pictures the share that is right (`precision`). The letter O counts as zero."""

    recall: Share
    precision: Share


class Incidents(Expects, frozen=True, kw_only=True):
    """How many incidents the center made of what happened as `about`."""

    about: str
    at_least: Many = 1
    at_most: Many = 1


class Alerts(Expects, frozen=True, kw_only=True):
    """How many alerts of a kind there are in all."""

    kind: str = "hotlist-hit"
    at_least: Many = 0
    at_most: Many = 10_000


class Happened(Expects, frozen=True, kw_only=True):
    """The world did its part: its truth log has this `kind` of fact (docs/devices.md), with these `facts` in it."""

    kind: str
    facts: dict[str, str | bool | int] = {}  # noqa: RUF012  # a struct's default is copied
    at_least: Many = 1
    at_most: Many = 10_000


class Refused(Expects, frozen=True, kw_only=True):
    """What `operator` asked of `about` was refused, and they were told so."""

    operator: str
    asked: Asked
    about: str


class Granted(Expects, frozen=True, kw_only=True):
    """What `operator` asked of `about` was granted, and they were told so."""

    operator: str
    asked: Asked
    about: str


class Audited(Expects, frozen=True, kw_only=True):
    """The audit trail has lines of `operator` about `act` (as in docs/api.md) and `subject`, granted or not."""

    operator: str
    act: str
    subject: str
    granted: bool = False
    at_least: Many = 1
    at_most: Many = 10_000


class FeedsAlive(Expects, frozen=True, kw_only=True):
    """At the end every feed but those named has been heard and is not silent."""

    but: tuple[str, ...] = ()


Expectation: TypeAlias = (
    Alerted
    | Told
    | Spared
    | Recall
    | Precision
    | PlatesRead
    | Incidents
    | Alerts
    | Burglaries
    | Reported
    | FeedsAlive
    | Filmed
    | TipsReached
    | KeptByRule
    | Happened
    | Refused
    | Granted
    | Audited
)


class Part(Strict, frozen=True, kw_only=True):
    """What a scenario may take from a file that it includes. `include` names YAML files, at or below the including
    file's folder or among the twin's own parts; twin/scenarios/loader.py says how they are put together."""

    include: tuple[str, ...] = ()
    world: World = World()
    happens: tuple[Happening, ...] = ()
    faults: tuple[AnyFault, ...] = ()
    expect: tuple[Expectation, ...] = ()


class Scenario(Part, frozen=True, kw_only=True):
    """A scenario file. `start` is local time of the parish. From `heals_at_s` on nothing goes wrong any more, and at
    the end everything must be well again (docs/sweeps.md)."""

    name: Name
    about: str
    start: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$")]
    lasts_s: Annotated[float, Meta(gt=0, le=30 * 86_400)]
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 1
    heals_at_s: Moment | None = None


def _tags(union: object) -> tuple[str, ...]:
    return tuple(str(part.__struct_config__.tag) for part in get_args(union))


TAGS = {"do": _tags(Happening), "what": _tags(Expectation), "fault": _tags(AnyFault)}
"""The words each kind of list item may begin with."""


def json_schema() -> dict[str, Any]:
    """The schema of a scenario file, JSON Schema 2020-12."""
    schema = msgspec.json.schema(Scenario)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "RTCC twin scenario", **schema}


if __name__ == "__main__":
    json.dump(json_schema(), sys.stdout, indent=1)
    sys.stdout.write("\n")
