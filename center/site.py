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
from typing import Annotated, get_args
from zoneinfo import ZoneInfo

import msgspec

from center.addresses import wrong_broker
from center.core.clips import RULE
from center.core.events import Micros, SiteLoaded
from center.core.roster import (
    ROLES,
    SHARED,
    Agency,
    Grounds,
    Policy,
    RosterAircraft,
    RosterCot,
    RosterHotlist,
    RosterOperator,
    RosterReader,
    RosterUnit,
)
from center.open_sources import is_own
from center.site_cameras import CameraSettings, VideoSettings, as_rostered, wrong_cameras, wrong_video
from center.site_clock import clock_of
from center.site_community import CommunitySettings, OwnerSettings, rostered, wrong_community
from center.site_cot import CotSettings, wrong_cot
from center.site_feeds import FeedSettings, wrong_feed
from center.site_patterns import PatternsSettings
from center.site_retention import AuditSettings, RetentionSettings, wrong_retention
from center.site_sign_in import ApiSettings, OperatorSettings, SignInSettings, wrong_sign_in
from center.site_table import Table

MAX_SITE_BYTES = 16 * 1024 * 1024


class SiteError(ValueError):
    """The site file cannot be used; the message names the file, the place, what was found and what was expected."""


class Place(Table):
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


class ClockSettings(Table):
    """`[clock]`, for simulated sites only: when the wall says `origin_us`, this site's time is `epoch_us`, and it runs
    `rate` times as fast."""

    epoch_us: int
    origin_us: int
    rate: float = 1.0


class TerminalSettings(Table):
    """`[terminals]`: the MQTT broker through which deputies' terminals are reached, and the prefix of their topics. By
    TLS at `mqtts://host:port`, with the files that a feed names for it."""

    connect: str
    prefix: str = "terminals"
    username: str | None = None
    password: str | None = None
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None


class RecordsSettings(Table):
    """`[records]`: where the state's records are asked (docs/feeds/records.md). Without it no listing is checked before
    deputies are told of it."""

    url: str


class OpenSourceSettings(Table):
    """`[open_sources]`: the twin's social network, at an address of this machine, and the name of its run. No other
    network can be named here, and a site that is no simulation has none (center/open_sources.py says why)."""

    url: str
    run: Annotated[str, msgspec.Meta(min_length=1)]


class VisionSettings(Table):
    """`[vision]`: by how many processes the frames of feeds of format `lpr-frames` are read, a core for each."""

    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1


class Site(Table):
    """A whole site file, checked."""

    site: Place
    clock: ClockSettings | None = None
    api: ApiSettings = msgspec.field(default_factory=ApiSettings)
    sign_in: SignInSettings = msgspec.field(default_factory=SignInSettings)
    terminals: TerminalSettings | None = None
    records: RecordsSettings | None = None
    open_sources: OpenSourceSettings | None = None
    vision: VisionSettings = msgspec.field(default_factory=VisionSettings)
    patterns: PatternsSettings | None = None
    cot: CotSettings | None = None
    policy: Policy = Policy()
    grounds: Grounds = Grounds()
    retention: RetentionSettings = msgspec.field(default_factory=RetentionSettings)
    audit: AuditSettings = msgspec.field(default_factory=AuditSettings)
    agencies: tuple[Agency, ...] = ()
    units: tuple[RosterUnit, ...] = ()
    readers: tuple[RosterReader, ...] = ()
    aircraft: tuple[RosterAircraft, ...] = ()
    hotlists: tuple[RosterHotlist, ...] = ()
    video: VideoSettings = msgspec.field(default_factory=VideoSettings)
    cameras: tuple[CameraSettings, ...] = ()
    community: CommunitySettings | None = None
    operators: tuple[OperatorSettings, ...] = ()
    feeds: tuple[FeedSettings, ...] = ()

    def as_event(self, at: Micros) -> SiteLoaded:
        """What the core needs to know of it: no address and no secret."""
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
            operators=tuple(RosterOperator(o.operator, o.name, o.agency, o.role) for o in self.operators),
            policy=self.policy,
            grounds=self.grounds,
            hotlists=self.hotlists,
            records=self.records is not None,
            open_sources=self.open_sources is not None,
            patterns=self.patterns.rostered() if self.patterns else None,
            cot=self.cot.clients if self.cot else (),
            retention=self.retention.rostered(),
            cameras=tuple(as_rostered(camera, agencies) for camera in self.cameras),
            keep_on=self.video.keep_on,
            owners=rostered(self.community),
            clock=clock_of(self.site.timezone),
        )


_TABLES = (
    *(Site, Place, ClockSettings, ApiSettings, SignInSettings, OperatorSettings, FeedSettings),
    *(TerminalSettings, RecordsSettings, OpenSourceSettings),
    *(CameraSettings, VideoSettings, VisionSettings, PatternsSettings, RetentionSettings, AuditSettings),
    *(CommunitySettings, OwnerSettings, CotSettings),
    *(Agency, Grounds, Policy, RosterAircraft, RosterCot, RosterHotlist, RosterReader, RosterUnit),
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


def _problems(site: Site) -> Iterator[str]:
    """What is wrong beyond types, first things first."""
    for wrong in (_wrong_numbers, _wrong_place, _wrong_names, _wrong_roster, _wrong_readers):
        yield from wrong(site)
    yield from wrong_sign_in(site.api, site.sign_in, site.operators, simulated=site.site.simulated)
    yield from wrong_retention(site.retention, site.policy.lookback_s)
    yield from _wrong_open_sources(site)
    yield from wrong_video(site.video)
    yield from wrong_cameras(
        site.cameras,
        {agency.agency: agency.agency for agency in site.agencies},
        {unit.unit: unit.agency for unit in site.units},
        {craft.icao: craft.agency for craft in site.aircraft},
    )
    yield from wrong_community(site.community, {camera.id: camera.consent for camera in site.cameras})
    yield from _wrong_lists(site)
    if site.cot is not None:
        units, people = {u.unit: u.agency for u in site.units}, {o.operator: o.agency for o in site.operators}
        yield from wrong_cot(site.cot, units, people, simulated=site.site.simulated)
    for index, feed in enumerate(site.feeds):
        yield from wrong_feed(f"feeds[{index}]", feed)


def _wrong_open_sources(site: Site) -> Iterator[str]:
    if site.open_sources is None:
        return
    if not site.site.simulated:
        yield "open_sources: only a simulated site has any"
    if not is_own(site.open_sources.url):
        yield f"open_sources.url: {site.open_sources.url} is no port of this machine (http://127.0.0.1:PORT)"


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
    if site.terminals is not None:
        there = site.terminals
        yield from wrong_broker("terminals.connect", there.connect, there.ca, there.certificate, there.key)


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
    for index, one in enumerate(site.agencies):
        for word in one.sees:
            if one.own or word not in SHARED:
                expected = "an own agency's people work here" if one.own else f"expected one of {', '.join(SHARED)}"
                yield f"agencies[{index}].sees: {word!r}: {expected}"
    for index, person in enumerate(site.operators):
        if person.operator.startswith(RULE):
            yield f"operators[{index}].operator: {person.operator!r}: so the trail calls rules of the center"
    for index, craft in enumerate(site.aircraft):
        if not re.fullmatch("[0-9a-f]{6}", craft.icao):
            yield f"aircraft[{index}].icao: {craft.icao!r} is not six hexadecimal digits in lower case"


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
    named = {feed.options.get("name") for feed in site.feeds if feed.format == "hotlist"}
    for index, hotlist in enumerate(site.hotlists):
        for key, said, known in (("agencies", hotlist.agencies, agencies), ("roles", hotlist.roles, ROLES)):
            for word in said:
                if word not in known:
                    yield f"hotlists[{index}].{key}: {word!r} is not among {', '.join(sorted(known))}"
        if (hotlist.agencies or hotlist.roles) and hotlist.hotlist not in named:
            yield f'hotlists[{index}]: no hotlist feed has options = {{ name = "{hotlist.hotlist}" }}'
