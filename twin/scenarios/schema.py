"""What a scenario file may say.

Knows: the shape of a scenario: the world it needs, what happens, what goes wrong, and what is expected of the center.
Refuses to know: how any of it is done, and which places, units or readers exist (the world says so when it is built).

Times ending in `_s` are seconds since the scenario's start. `python -m twin.scenarios.schema` prints the JSON Schema
that editors use (docs/scenario.schema.json).
"""

from __future__ import annotations

import json
import re
import sys
from typing import Annotated, Any, Literal, TypeAlias, get_args

import msgspec
from msgspec import Meta

from twin.devices.faults import AnyFault

Name = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Moment = Annotated[float, Meta(ge=0, le=30 * 86_400, description="seconds since the scenario's start")]
Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
Many = Annotated[int, Meta(ge=0, le=10_000)]
Dialect: TypeAlias = Literal["sbs", "beast", "aircraft-json"]
ReaderDialect: TypeAlias = Literal["rekor", "frigate", "hikvision", "frames", "frames-mqtt"]


def _dashed(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that nobody knows is a mistake, not a comment."""


class Cameras(_Part, frozen=True, kw_only=True):
    """Which cameras there are (docs/cameras.md). `dash`, `body`, `back_seat` and `microphone`: how many of the
    sheriff's cars have one. `fixed`: how many plate readers have an overview camera beside them. `others`: of parks,
    shops and the city's police. `aircraft`: whether the sheriff's aeroplane has one."""

    dash: Many = 40
    body: Many = 40
    back_seat: Many = 40
    microphone: Many = 40
    fixed: Many = 40
    others: Many = 12
    aircraft: bool = True


class World(_Part, frozen=True, kw_only=True):
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
    `roads`: a file of streets (.pbf or .graphml, docs/world.md) instead of the parish's own, named from where the
    scenario's file is.

    `speaks`: what a reader speaks, by its name, instead of what the parish's table says; `frames` and `frames-mqtt` are
    cameras that do not read but send pictures, by POST or to a broker (a few of them: each frame is drawn and read).
    `rain`: how hard it rains into cameras' lenses, 0 to 1.

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
    reader_cars: Annotated[int, Meta(ge=0, le=50)] = 6
    crime: Literal["none", "usual", "no-series", "shuffled", "nothing"] = "none"
    aircraft: bool = True
    receivers: dict[str, Dialect] = msgspec.field(default_factory=lambda: {"klch": "sbs"})
    operators: Annotated[int, Meta(ge=0, le=50)] = 2
    think_s: tuple[Positive, Positive] = (8.0, 25.0)
    roads: str | None = None
    records: bool = False
    speaks: dict[str, ReaderDialect] = {}
    rain: Share = 0.0
    cameras: Cameras = Cameras()


class _Happening(_Part, frozen=True, kw_only=True, tag_field="do", tag=_dashed):
    """`at_s`: when it begins."""

    at_s: Moment


class StolenCar(_Happening, frozen=True, kw_only=True):
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


class InnocentCar(_Happening, frozen=True, kw_only=True):
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


class Incident(_Happening, frozen=True, kw_only=True):
    """Something that people call 911 about: `callers` calls within `over_s` about one event at `place`, told to
    either CAD system, each with its own idea of where it is (`spread_m`)."""

    name: Name
    kind: str = "crash"
    place: str
    callers: Annotated[int, Meta(ge=1, le=500)] = 1
    over_s: Annotated[float, Meta(ge=0)] = 120.0
    spread_m: Annotated[float, Meta(ge=0, le=2_000)] = 60.0
    priority: Annotated[int, Meta(ge=1, le=5)] = 2


class TrafficStop(_Happening, frozen=True, kw_only=True):
    """A deputy stops a car, as soon as nothing that cannot wait keeps the unit: a resident with an open warrant in
    their own car. With `listed` its plate is on the hotlist; with `alias` the driver gives a name that is not
    theirs."""

    name: Name
    unit: str
    lasts_s: Positive = 900.0
    listed: bool = False
    alias: bool = False


class Ask(_Happening, frozen=True, kw_only=True):
    """Somebody at a console asks for more than a person may have, or for something with a reason that is none:
    `what` is a look at a unit (`position`, `video`, `audio`) or a search for a plate (`plates`); `about` is the unit or
    plate; `reason` and `case` are what they give as such."""

    operator: str = "ada"
    what: Literal["position", "video", "audio", "plates"]
    about: str
    reason: str | None = None
    case: str | None = None


class Panic(_Happening, frozen=True, kw_only=True):
    """A deputy presses the panic button. `unit` is a call sign."""

    unit: str


class Fly(_Happening, frozen=True, kw_only=True):
    """The sheriff's aeroplane flies its racetrack over `over` for `for_s`."""

    over: str
    for_s: Positive = 3600.0


MOST_NIGHTS = 30


class Spree(_Happening, frozen=True, kw_only=True):
    """A crew burgles. It lives and works around `base` (the name of a place), goes out on `nights` nights in a row,
    drives its own `car` or one that was stolen for the night, and is arrested after `caught_after` of them. What is not
    said is drawn as for other crews that burgle the same; `big_night` makes it one that enters a hundred cars a night.
    Expectations speak of it as `name`; a car it takes is `<name>-car-<night>`."""

    name: Name
    burgles: Literal["residential", "business", "vehicle"] = "vehicle"
    base: str | None = None
    nights: Annotated[int, Meta(ge=1, le=MOST_NIGHTS)] | None = None
    big_night: bool = False
    car: Literal["own", "stolen", "either"] = "either"
    caught_after: Annotated[int, Meta(ge=1, le=MOST_NIGHTS)] | None = None


Happening: TypeAlias = StolenCar | InnocentCar | Incident | TrafficStop | Ask | Panic | Fly | Spree


class _Expectation(_Part, frozen=True, kw_only=True, tag_field="what", tag=_dashed):
    pass


class Alerted(_Expectation, frozen=True, kw_only=True):
    """An alert of this kind about `subject` (the name of something that happens, or a unit, list or feed) is raised, at
    most `within_s` after it could be known at the earliest."""

    kind: Literal["hotlist-hit", "unit-emergency", "hotlist-refused", "feed-quiet", "unacknowledged"] = "hotlist-hit"
    subject: str
    within_s: Positive | None = None


class Told(_Expectation, frozen=True, kw_only=True):
    """A deputy's terminal shows a message about `subject`, at most `within_s` after it could be known at the
    earliest."""

    subject: str
    within_s: Positive | None = None


class Spared(_Expectation, frozen=True, kw_only=True):
    """No deputy's terminal shows a message about what the list has for the innocent car `subject`."""

    subject: Name


class Recall(_Expectation, frozen=True, kw_only=True):
    at_least: Share


class Precision(_Expectation, frozen=True, kw_only=True):
    at_least: Share


class PlatesRead(_Expectation, frozen=True, kw_only=True):
    """Of the plates that cameras have sent pictures of, the share that the center has read in full (`recall`), and of
    its reads from pictures the share that is right (`precision`). The letter O counts as zero."""

    recall: Share
    precision: Share


class Incidents(_Expectation, frozen=True, kw_only=True):
    """How many incidents the center made of what happened as `about`."""

    about: str
    at_least: Many = 1
    at_most: Many = 1


class Alerts(_Expectation, frozen=True, kw_only=True):
    """How many alerts of a kind there are in all."""

    kind: str = "hotlist-hit"
    at_least: Many = 0
    at_most: Many = 10_000


class Burglaries(_Expectation, frozen=True, kw_only=True):
    """How many burglaries there really were; with `by` those of one crew."""

    by: Name | None = None
    at_least: Many = 0
    at_most: Many = 10_000


class Reported(_Expectation, frozen=True, kw_only=True):
    """What share of the burglaries that people reported, with `by` of one crew's, the center holds as incidents."""

    by: Name | None = None
    at_least: Share = 1.0


class Happened(_Expectation, frozen=True, kw_only=True):
    """The world did its part: its truth log has this `kind` of fact (docs/devices.md), with these `facts` in it."""

    kind: str
    facts: dict[str, str | bool | int] = {}
    at_least: Many = 1
    at_most: Many = 10_000


Asked: TypeAlias = Literal["position", "video", "audio", "plates"]


class Refused(_Expectation, frozen=True, kw_only=True):
    """What `operator` asked of `about` was refused, and they were told so."""

    operator: str
    asked: Asked
    about: str


class Granted(_Expectation, frozen=True, kw_only=True):
    """What `operator` asked of `about` was granted, and they were told so."""

    operator: str
    asked: Asked
    about: str


class Audited(_Expectation, frozen=True, kw_only=True):
    """The audit trail has lines of `operator` about `act` (as in docs/api.md) and `subject`, granted or not."""

    operator: str
    act: str
    subject: str
    granted: bool = False
    at_least: Many = 1
    at_most: Many = 10_000


class FeedsAlive(_Expectation, frozen=True, kw_only=True):
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
    | Happened
    | Refused
    | Granted
    | Audited
)


class Part(_Part, frozen=True, kw_only=True):
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
