"""The site file: everything that differs from one center to the next.

Knows: the shape of `site.toml`, and how to say what is wrong with one.
Refuses to know: how a feed is opened or a roster used. Secrets stay here and in memory; none of them reaches the
journal.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from center.core.events import Micros, SiteLoaded
from center.core.roster import Agency, Policy, RosterAircraft, RosterOperator, RosterReader, RosterUnit
from center.ingest import FORMATS, open_feed
from center.ingest.feed import Origin

MAX_SITE_BYTES = 16 * 1024 * 1024


class SiteError(ValueError):
    """The site file cannot be used; the message names the file, the place, what was found and what was expected."""


class _Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A table of the site file: a key that nobody knows is a mistake, not a comment."""


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
    role: str = "operator"
    token_sha256: str | None = None


class FeedSettings(_Table):
    """`[[feeds]]`: one source of bytes and the format it speaks.

    `link` decides which of the addresses is needed: `udp` and `tcp-listen` want `listen`; `tcp` wants `connect`; `mqtt`
    wants `connect` and `topic` (QoS 1: what is not durable is not acknowledged; 0 is faster); `http` wants `listen`
    and `path` (feeds may share a listener); `folder` wants `folder`. A TCP peer silent for `idle_s` is disconnected;
    a folder is looked at every `poll_s` and a file taken once it has not changed for `settle_s`; the feed is said to
    be silent after `quiet_after_s`. `options` go to the decoder. Credentials may be put in `username`, `password` and
    `token` or, so that they stay out of the file, named there as `env:VARIABLE`.
    """

    name: str
    format: str
    link: Literal["udp", "tcp", "tcp-listen", "mqtt", "http", "folder"]
    listen: str | None = None
    connect: str | None = None
    topic: str | None = None
    qos: Literal[0, 1] = 1
    path: str | None = None
    folder: str | None = None
    pattern: str = "*"
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


class Site(_Table):
    """A whole site file, checked."""

    site: Place
    clock: ClockSettings | None = None
    api: ApiSettings = msgspec.field(default_factory=ApiSettings)
    terminals: TerminalSettings | None = None
    policy: Policy = Policy()
    agencies: tuple[Agency, ...] = ()
    units: tuple[RosterUnit, ...] = ()
    readers: tuple[RosterReader, ...] = ()
    aircraft: tuple[RosterAircraft, ...] = ()
    operators: tuple[OperatorSettings, ...] = ()
    feeds: tuple[FeedSettings, ...] = ()

    def as_event(self, at: Micros) -> SiteLoaded:
        """What the core needs to know of it: no address and no secret."""
        operators = tuple(RosterOperator(o.operator, o.name, o.agency, o.role) for o in self.operators)
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
        raise SiteError(f"{where}: {at.strip('`.') or 'top level'}: {what}") from error
    for problem in _problems(site):
        raise SiteError(f"{where}: {problem}")
    return site


_NEEDS = {
    "udp": ("listen",),
    "tcp": ("connect",),
    "tcp-listen": ("listen",),
    "mqtt": ("connect", "topic"),
    "http": ("listen", "path"),
    "folder": ("folder",),
}


def _problems(site: Site) -> list[str]:
    """What is wrong beyond types, first things first."""
    problems = []
    agencies = {agency.agency for agency in site.agencies}
    names: set[str] = set()
    if site.clock is not None and not site.site.simulated:
        problems.append("clock: only a simulated site may have a clock of its own")
    if site.clock is not None and not site.clock.rate > 0:
        problems.append(f"clock.rate: found {site.clock.rate}, expected a number above 0")
    for index, unit in enumerate(site.units):
        if unit.agency not in agencies:
            problems.append(f"units[{index}].agency: {unit.agency!r} is not among the agencies")
    for index, operator in enumerate(site.operators):
        if operator.agency not in agencies:
            problems.append(f"operators[{index}].agency: {operator.agency!r} is not among the agencies")
        if operator.token_sha256 is None and not site.site.simulated:
            problems.append(f"operators[{index}].token_sha256: missing, and this is not a simulated site")
    for index, feed in enumerate(site.feeds):
        where = f"feeds[{index}]"
        if feed.name in names:
            problems.append(f"{where}.name: {feed.name!r} is used twice")
        names.add(feed.name)
        problems += [
            f"{where}.{key}: missing; link {feed.link!r} needs it"
            for key in _NEEDS[feed.link]
            if not getattr(feed, key)
        ]
        if feed.format not in FORMATS:
            problems.append(f"{where}.format: {feed.format!r} is not one of {', '.join(FORMATS)}")
            continue
        try:
            open_feed(feed.format, Origin(feed.name), feed.options)
        except ValueError as error:
            problems.append(f"{where}.options: {error}")
    return problems


def split_address(text: str) -> tuple[str, int]:
    """`host:port` in two; IPv6 hosts in brackets. Raises ValueError that shows the text."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{text!r} is not host:port")
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  # ":5001" means every interface, as everywhere
