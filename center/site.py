"""The site file: everything that differs from one center to the next.

Knows: the shape of `site.toml`, and how to say what is wrong with one.
Refuses to know: how a feed is opened or a roster used. Secrets stay here and in memory; none of them reaches the
journal.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints
from zoneinfo import ZoneInfo

import msgspec

from center.addresses import wrong_address
from center.core.events import Micros, SiteLoaded
from center.core.roster import Agency, Policy, RosterAircraft, RosterHotlist, RosterOperator, RosterReader, RosterUnit
from center.ingest import FORMATS, open_feed
from center.ingest.feed import Origin
from center.site_cameras import CameraSettings, VideoSettings, as_rostered, wrong_cameras, wrong_video
from center.site_patterns import PatternsSettings

MAX_SITE_BYTES = 16 * 1024 * 1024


class SiteError(ValueError):
    """The site file cannot be used; the message names the file, the place, what was found and what was expected."""


_SECRETS = ("password", "token", "token_sha256")


class _Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A table of the site file: a key that nobody knows is a mistake, not a comment. Shown, it keeps its secrets."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        said = [(name, getattr(self, name)) for name in self.__struct_fields__]
        return [(name, "secret" if value and name in _SECRETS else value) for name, value in said]


class Place(_Table):
    """`[site]`. `timezone` is the IANA name of the zone whose clock the operators read. `map` is a GeoJSON file as in
    docs/api.md, relative to the site file; its roads are also what the router drives on. `state` is a folder for the
    journal, audit trail, snapshots and pictures."""

    name: str
    simulated: bool = False
    timezone: str = "UTC"
    map: str | None = None
    roads: str | None = None
    state: str = "state"
    snapshot_every_events: int = 1_000_000


class ClockSettings(_Table):
    """`[clock]`, for simulated sites only: when the wall says `origin_us`, this site's time is `epoch_us`, and it runs
    `rate` times as fast."""

    epoch_us: int
    origin_us: int
    rate: float = 1.0


class ApiSettings(_Table):
    """`[api]`: where operators connect. Port 0 takes any free one."""

    listen: str = "127.0.0.1:8000"


class OperatorSettings(_Table):
    """`[[operators]]`. `token_sha256` is the hex SHA-256 of the sign-in token; people without one can only sign in on a
    simulated site."""

    operator: str
    name: str
    agency: str
    role: Literal["operator", "supervisor", "auditor", "representative", "trainer"] = "operator"
    token_sha256: str | None = None


class FeedSettings(_Table):
    """`[[feeds]]`: one source of bytes and the format it speaks.

    `link` decides which of the addresses is needed: `udp` and `tcp-listen` want `listen`; `tcp` wants `connect`; `mqtt`
    wants `connect` and `topic` (QoS 1: what is not durable is not acknowledged; 0 is faster); `http` wants `listen`
    and `path` (feeds may share a listener); `folder` wants `folder`; `poll` wants `url`, which is fetched every
    `every_s`. A TCP peer silent for `idle_s` is disconnected, and of a fetched document that stays the same for so long
    operators are told; a folder is looked at every `poll_s` and a file taken once it has not changed for `settle_s`;
    the feed is said to be silent after `quiet_after_s`. `options` go to the decoder. Credentials may be put in
    `username`, `password` and `token` or, so that they stay out of the file, named there as `env:VARIABLE`.
    """

    name: str
    format: str
    link: Literal["udp", "tcp", "tcp-listen", "mqtt", "http", "folder", "poll"]
    listen: str | None = None
    connect: str | None = None
    topic: str | None = None
    qos: Literal[0, 1] = 1
    path: str | None = None
    folder: str | None = None
    pattern: str = "*"
    url: str | None = None
    every_s: float = 1.0
    username: str | None = None
    password: str | None = None
    token: str | None = None
    quiet_after_s: float | None = None
    idle_s: float | None = 300.0
    settle_s: float = 2.0
    poll_s: float = 1.0
    options: dict[str, str] = {}


class TerminalSettings(_Table):
    """`[terminals]`: the MQTT broker through which deputies' terminals are reached, and the prefix of their topics."""

    connect: str
    prefix: str = "terminals"
    username: str | None = None
    password: str | None = None


class RecordsSettings(_Table):
    """`[records]`: where the state's records are asked (docs/feeds/records.md). Without it no listing is checked before
    deputies are told of it."""

    url: str


class VisionSettings(_Table):
    """`[vision]`: by how many processes the frames of feeds of format `lpr-frames` are read, a core for each."""

    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1


class Site(_Table):
    """A whole site file, checked."""

    site: Place
    clock: ClockSettings | None = None
    api: ApiSettings = msgspec.field(default_factory=ApiSettings)
    terminals: TerminalSettings | None = None
    records: RecordsSettings | None = None
    vision: VisionSettings = msgspec.field(default_factory=VisionSettings)
    patterns: PatternsSettings | None = None
    policy: Policy = Policy()
    agencies: tuple[Agency, ...] = ()
    units: tuple[RosterUnit, ...] = ()
    readers: tuple[RosterReader, ...] = ()
    aircraft: tuple[RosterAircraft, ...] = ()
    hotlists: tuple[RosterHotlist, ...] = ()
    video: VideoSettings = msgspec.field(default_factory=VideoSettings)
    cameras: tuple[CameraSettings, ...] = ()
    operators: tuple[OperatorSettings, ...] = ()
    feeds: tuple[FeedSettings, ...] = ()

    def as_event(self, at: Micros) -> SiteLoaded:
        """What the core needs to know of it: no address and no secret."""
        operators = tuple(RosterOperator(o.operator, o.name, o.agency, o.role) for o in self.operators)
        agencies = {u.unit: u.agency for u in self.units} | {a.icao: a.agency for a in self.aircraft}
        return SiteLoaded(
            at=at,
            source="site",
            name=self.site.name,
            simulated=self.site.simulated,
            agencies=self.agencies,
            units=self.units,
            readers=self.readers,
            aircraft=self.aircraft,
            operators=operators,
            policy=self.policy,
            hotlists=self.hotlists,
            records=self.records is not None,
            patterns=self.patterns.rostered() if self.patterns else None,
            cameras=tuple(as_rostered(camera, agencies) for camera in self.cameras),
        )


_TABLES = (
    *(Site, Place, ClockSettings, ApiSettings, OperatorSettings, FeedSettings, TerminalSettings, RecordsSettings),
    *(CameraSettings, VideoSettings, VisionSettings, PatternsSettings),
    *(Agency, Policy, RosterAircraft, RosterHotlist, RosterReader, RosterUnit),
)


def load(path: Path) -> Site:
    """Read and check a site file. Raises SiteError."""
    try:
        if path.stat().st_size > MAX_SITE_BYTES:
            raise SiteError(f"{path}: larger than {MAX_SITE_BYTES} bytes")
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SiteError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: not TOML: {error}") from error
    return from_tables(tables, str(path))


def from_tables(tables: dict[str, object], where: str) -> Site:
    """Check tables as TOML gives them. `where` names their source in errors. Raises SiteError."""
    try:
        site = msgspec.convert(tables, Site)
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at `$")
        place = at.strip("`.")
        raise SiteError(f"{where}: {place or 'top level'}: {what}{_hint(what, place.rpartition('.')[2])}") from error
    for problem in _problems(site):
        raise SiteError(f"{where}: {problem}")
    return site


def _hint(what: str, key: str) -> str:
    """What could have been meant: the words that a key takes, or a key that is spelt nearly so."""
    fields = [field for table in _TABLES for field in msgspec.structs.fields(table)]
    if what.startswith("Invalid enum"):
        words = next((get_args(field.type) for field in fields if field.name == key), ())
        return f", expected one of {', '.join(map(str, words))}"
    unknown = re.search(r"unknown field `(.*)`", what)
    close = get_close_matches(unknown[1], sorted({field.name for field in fields}), 1, 0.7) if unknown else ()
    return f"; did you mean {close[0]}?" if close else ""


_NEEDS = {
    "udp": ("listen",),
    "tcp": ("connect",),
    "tcp-listen": ("listen",),
    "mqtt": ("connect", "topic"),
    "http": ("listen", "path"),
    "folder": ("folder",),
    "poll": ("url",),
}


def _problems(site: Site) -> Iterator[str]:
    """What is wrong beyond types, first things first."""
    yield from _wrong_numbers(site)
    yield from _wrong_place(site)
    yield from _wrong_names(site)
    yield from _wrong_roster(site)
    yield from _wrong_readers(site)
    yield from wrong_video(site.video)
    yield from wrong_cameras(
        site.cameras,
        {agency.agency: agency.agency for agency in site.agencies},
        {unit.unit: unit.agency for unit in site.units},
        {craft.icao: craft.agency for craft in site.aircraft},
    )
    yield from _wrong_lists(site)
    for index, feed in enumerate(site.feeds):
        yield from _wrong_feed(f"feeds[{index}]", feed)


def _wrong_numbers(site: Site) -> Iterator[str]:
    """Numbers below what makes sense; a number that is none is below everything."""
    feeds = [(f"feeds[{index}]", feed) for index, feed in enumerate(site.feeds)]
    least: list[tuple[str, object, tuple[str, ...]]] = [
        ("policy", site.policy, site.policy.__struct_fields__),
        *((where, feed, ("settle_s",)) for where, feed in feeds),
    ]
    above: list[tuple[str, object, tuple[str, ...]]] = [
        ("clock", site.clock, ("rate",)),
        ("site", site.site, ("snapshot_every_events",)),
        ("patterns", site.patterns, ("box_m", "within_m", "within_days", "rashes_a_week", "keep_days")),
        *((where, feed, ("quiet_after_s", "idle_s", "poll_s", "every_s")) for where, feed in feeds),
    ]
    for where, table, names in least:
        for name in names:
            if not (value := getattr(table, name)) >= 0:
                yield f"{where}.{name}: found {value}, expected 0 or more"
    for where, table, names in above:
        for name in names:
            value = getattr(table, name, None)
            if value is not None and not value > 0:
                yield f"{where}.{name}: found {value}, expected a number above 0"


def _wrong_place(site: Site) -> Iterator[str]:
    if site.clock is not None and not site.site.simulated:
        yield "clock: only a simulated site may have a clock of its own"
    try:
        ZoneInfo(site.site.timezone)
    except (KeyError, ValueError, OSError):  # no such file, no such name, or one with dots
        yield f"site.timezone: {site.site.timezone!r} is not a time zone's IANA name"
    yield from wrong_address("api.listen", site.api.listen)
    if site.terminals is not None:
        yield from wrong_address("terminals.connect", site.terminals.connect)


def _wrong_names(site: Site) -> Iterator[str]:
    """Names that are used twice; of units and readers also those that their devices go by on the wire."""
    tables: tuple[tuple[str, Sequence[object], str], ...] = (
        ("agencies", site.agencies, "agency"),
        ("units", site.units, "unit"),
        ("readers", site.readers, "reader"),
        ("aircraft", site.aircraft, "icao"),
        ("cameras", site.cameras, "id"),
        ("operators", site.operators, "operator"),
        ("hotlists", site.hotlists, "hotlist"),
        ("feeds", site.feeds, "name"),
    )
    for table, rows, key in tables:
        taken: dict[str, int] = {}
        for index, row in enumerate(rows):
            name = getattr(row, key)
            if not name:
                yield f"{table}[{index}].{key}: empty"
            for used in dict.fromkeys((name, *getattr(row, "devices", ()), getattr(row, "terminal", None) or name)):
                other = taken.setdefault(used, index)
                if other != index:
                    yield f"{table}[{index}]: {used!r} is used twice, by {table}[{other}] as well"


def _wrong_roster(site: Site) -> Iterator[str]:
    agencies = {agency.agency for agency in site.agencies}
    belonging = [
        *((f"units[{index}]", unit.agency) for index, unit in enumerate(site.units)),
        *((f"aircraft[{index}]", craft.agency) for index, craft in enumerate(site.aircraft)),
        *((f"operators[{index}]", operator.agency) for index, operator in enumerate(site.operators)),
    ]
    for where, agency in belonging:
        if agency not in agencies:
            yield f"{where}.agency: {agency!r} is not among the agencies"
    for index, craft in enumerate(site.aircraft):
        if not re.fullmatch("[0-9a-f]{6}", craft.icao):
            yield f"aircraft[{index}].icao: {craft.icao!r} is not six hexadecimal digits in lower case"
    for index, operator in enumerate(site.operators):
        token = operator.token_sha256
        if token is None and not site.site.simulated:
            yield f"operators[{index}].token_sha256: missing, and this is not a simulated site"
        if token is not None and not re.fullmatch("[0-9a-fA-F]{64}", token):
            yield f"operators[{index}].token_sha256: not 64 hexadecimal digits; printf %s TOKEN | sha256sum makes them"


def _wrong_readers(site: Site) -> Iterator[str]:
    units = {unit.unit for unit in site.units}
    for index, reader in enumerate(site.readers):
        if reader.unit is not None and reader.unit not in units:
            yield f"readers[{index}].unit: {reader.unit!r} is not among the units"
        if (reader.lat is None) != (reader.lon is None):
            yield f"readers[{index}]: lat and lon go together"
        for key, value, most in (("lat", reader.lat, 90), ("lon", reader.lon, 180)):
            if value is not None and not abs(value) <= most:
                yield f"readers[{index}].{key}: found {value}, expected degrees from -{most} to {most}"


def _wrong_lists(site: Site) -> Iterator[str]:
    """A list that is kept from anybody must come by a feed that names it, so that neither a slip of the pen here nor
    the name of a file there makes another list of it, which everybody may see."""
    agencies = {agency.agency for agency in site.agencies}
    roles = get_args(get_type_hints(OperatorSettings)["role"])
    named = {feed.options.get("name") for feed in site.feeds if feed.format == "hotlist"}
    for index, hotlist in enumerate(site.hotlists):
        for key, said, known in (("agencies", hotlist.agencies, agencies), ("roles", hotlist.roles, roles)):
            for word in said:
                if word not in known:
                    yield f"hotlists[{index}].{key}: {word!r} is not among {', '.join(sorted(known))}"
        if (hotlist.agencies or hotlist.roles) and hotlist.hotlist not in named:
            yield f'hotlists[{index}]: no hotlist feed has options = {{ name = "{hotlist.hotlist}" }}'


def _wrong_feed(where: str, feed: FeedSettings) -> Iterator[str]:
    for key in _NEEDS[feed.link]:
        value = getattr(feed, key)
        if not value:
            yield f"{where}.{key}: missing; link {feed.link!r} needs it"
        elif key in ("listen", "connect"):
            yield from wrong_address(f"{where}.{key}", value)
        elif key == "path" and not value.startswith("/"):
            yield f"{where}.path: {value!r} does not begin with /"
    if feed.format not in FORMATS:
        yield f"{where}.format: {feed.format!r} is not one of {', '.join(FORMATS)}"
        return
    by = FORMATS[feed.format].named
    if by and feed.link not in by:
        yield f"{where}.link: {feed.format} comes by {' or '.join(by)}, not by {feed.link}"
    try:
        open_feed(feed.format, Origin(feed.name), feed.options)
    except ValueError as error:
        yield f"{where}.options: {error}"
