"""The site file of a center for this parish: who is who, and which feed comes in by which link.

Knows: the tables of a center's `site.toml` (docs/operations.md) for the twin's world.
Refuses to know: the center's code. A real site's file looks the same, with real addresses and people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from twin.devices import frigate, hikvision
from twin.devices.cameras.things import CameraFacts
from twin.devices.reads import Camera
from twin.parish_films import KEEP_ON, film, film_url
from twin.parish_people import OTHERS, REPRESENTATIVE, SHIFTS, operators
from twin.scenarios.schema import World
from twin.scenarios.world_parts import Patterns
from twin.sim.parish import Parish, ReaderSite, load
from twin.sim.sky_tails import address

CLIENT, CLIENT_SECRET = "rtcc", "parish-of-the-twin"
"""What the training issuer calls the center. It guards nobody's name."""
LINKS: dict[str, tuple[str, str]] = {
    "avl-udp": ("nmea", "udp"),
    "avl-tcp": ("nmea", "tcp-listen"),
    "avl-taip": ("taip", "udp"),
    "phones": ("owntracks", "mqtt"),
    "911-avl": ("taip", "tcp-listen"),
    "911-county": ("eido", "http"),
    "911-cities": ("eido", "http"),
    "hotlist-state": ("hotlist", "folder"),
    "terminals": ("terminal", "mqtt"),
}
"""Feeds that there always are: the format each speaks and the link it comes by."""
TAK_FEED = "partner-tak"
"""Cars of agencies that have a TAK server: by Cursor-on-Target instead of the 911 gateway (`world: {tak: ...}`)."""
COT_FEED = "cot"
"""What TAK clients say at the port of `[cot]`, which is no row of `[[feeds]]`."""
TIP_FEED = "tip-line"
"""What people tell a tip line (`world: {tips: N}`)."""
READER_FEEDS = {
    "rekor": ("lpr", "http"),
    "frigate": ("lpr-frigate", "mqtt"),
    "hikvision": ("lpr-hikvision", "http"),
    "frames": ("lpr-frames", "http"),
    "frames-mqtt": ("lpr-frames-mqtt", "mqtt"),
    "frames-rtsp": ("lpr-frames-rtsp", "rtsp"),
}
"""Plate readers' dialects: the feed that speaks each, and the link it comes by."""
FRAMES = ("frames", "frames-mqtt", "frames-rtsp")
"""Those of cameras that do not read."""
FRAMES_TOPIC = "frames/{}"
FRAMES_PATH = "/{}"
FILMED = "lpr-{}"
"""A reader's film among the cameras: its path there."""
RECEIVER_LINKS = {"sbs": "tcp", "beast": "tcp", "aircraft-json": "poll"}
TOPICS = {
    "lpr-frigate": "frigate/#",
    "lpr-frames-mqtt": FRAMES_TOPIC.format("+"),
    "phones": "owntracks/#",
    "terminals": "terminals/+/out",
}
PATHS = {
    "lpr": "/rekor",
    "lpr-hikvision": "/hikvision",
    "lpr-frames": "/frames",
    "911-county": "/eido/county",
    "911-cities": "/eido/cities",
    TIP_FEED: "/tips",
}
QUIET_AFTER_S = {
    "avl-udp": 120,
    "avl-tcp": 180,
    "avl-taip": 180,
    "phones": 180,
    "911-avl": 120,
    TAK_FEED: 120,
    "lpr": 150,
    "lpr-frigate": 150,
    "lpr-hikvision": 150,
    "lpr-frames": 150,
    "lpr-frames-mqtt": 150,
    "lpr-frames-rtsp": 150,
}
RECEIVER_QUIET_AFTER_S = 150
RIDING_FIRST = 900  # numbers of the cameras on patrol cars begin behind
HOTLIST_FOLDER = "hotlists"
AIRCRAFT_PATH = "/data/aircraft.json"
AIRCRAFT_EVERY_S = 2.0


class Rostered(NamedTuple):
    """A unit as the center's roster has it: `model` is its router's (twin/devices/avl.py), `device` what it calls
    itself on the wire, `beat` where it patrols."""

    unit: str
    agency: str
    own: bool
    model: str
    device: str
    beat: str = ""


class Addresses(NamedTuple):
    """Where a wire run listens. `udp`, `tcp` (what is asked for a document, too) by feed; one HTTP listener; one
    broker; the records server; the cameras; the community's portal; the training issuer and the social network,
    where there are any; where TAK clients connect."""

    udp: Mapping[str, str]
    tcp: Mapping[str, str]
    http: str
    broker: str
    api: str
    records: str
    cameras: str
    portal: str = "127.0.0.1:1"
    issuer: str = ""
    posts: str = "127.0.0.1:1"
    cot: str = "127.0.0.1:1"


NOWHERE = Addresses({}, {}, "127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:0", "127.0.0.1:1", "127.0.0.1:1")
"""For lockstep, where nothing listens."""


def receiver_feed(receiver: str) -> str:
    """The feed of an aircraft receiver."""
    return f"adsb-{receiver}"


def reader_feed(speaks: str) -> str:
    """The feed of plate readers of a dialect."""
    return READER_FEEDS[speaks][0]


def speaks(site: ReaderSite, world: World) -> str:
    """The dialect of the reader at a site."""
    return world.speaks.get(site.reader, site.speaks)


def links(world: World) -> dict[str, tuple[str, str]]:
    """Every feed of a world: the format it speaks and the link it comes by."""
    spoken = dict.fromkeys(["rekor", *(speaks(site, world) for site in load().readers[: world.readers])])
    readers = {READER_FEEDS[one][0]: ("lpr-frames" if one in FRAMES else one, READER_FEEDS[one][1]) for one in spoken}
    receivers = {receiver_feed(name): (said, RECEIVER_LINKS[said]) for name, said in world.receivers.items()}
    tak = {TAK_FEED: ("cot", "tcp-listen")} if world.tak else {}
    tips = {TIP_FEED: ("tips", "http")} if world.tips is not None else {}
    return {**LINKS, **tak, **tips, **readers, **receivers}


def recorded(world: World) -> dict[str, tuple[str, str]]:
    """What a recording of a world holds: its feeds, and what TAK clients say where there is a port for them."""
    return links(world) | ({COT_FEED: ("cot", "tcp-listen")} if world.cot is not None else {})


def films_of(cameras: Sequence[Camera], world: World) -> list[str]:
    """Of `cameras`, at the parish's sites in their order, those whose film is read."""
    sites = zip(cameras, load().readers, strict=False)
    return [one.name for one, site in sites if speaks(site, world) == "frames-rtsp"]


def camera(number: int, site: ReaderSite) -> Camera:
    """The camera at a reader site; its agent's id is made up from the site's name."""
    uid = hashlib.sha256(site.reader.encode()).hexdigest()[:40].upper()
    return Camera(uid, number, site.reader, *site.at)


def riding_camera(number: int, unit: str) -> Camera:
    """The camera on a patrol car; where it is comes with each read."""
    uid = hashlib.sha256(unit.encode()).hexdigest()[:40].upper()
    return Camera(uid, RIDING_FIRST + number, unit, 0.0, 0.0)


def sign_in(addresses: Addresses) -> dict[str, Any]:
    """`[sign_in]`: by the training issuer, whose word must agree with the roster in role and agency."""
    return {
        "issuer": f"http://{addresses.issuer}",
        "client_id": CLIENT,
        "client_secret": CLIENT_SECRET,
        "redirect": f"http://{addresses.api}/api/session/callback",
        "roles": "roles",
        "agency": "agency",
        "training": True,
    }


def tables(
    name: str,
    parish: Parish,
    roster: Sequence[Rostered],
    cameras: Sequence[Camera],
    riding: Mapping[str, Camera],
    films: Sequence[CameraFacts],
    *,
    world: World,
    cases: Sequence[str] = (),
    owners: Sequence[Mapping[str, Any]] = (),
    addresses: Addresses = NOWHERE,
    maps: Mapping[str, str] | None = None,
    record: Mapping[str, Path] | None = None,
) -> dict[str, Any]:
    """The site file as tables. `cameras` at the parish's sites, `riding` on patrol cars by unit; `films`:
    cameras that film; `owners` of cameras who have registered. `maps` may name the files for `map` and `roads`;
    `record` are the files that burglaries are forecast by, where the world has patterns."""
    own = parish.agencies[0].agency
    people = [{"operator": o, "name": n, "agency": own} for o, n in operators(world.operators)]
    people += [{"operator": o, "name": n, "agency": own, "role": role} for o, n, role in OTHERS]
    people.append({**REPRESENTATIVE, "agency": next(a.agency for a in parish.agencies if not a.own)})
    return {
        "site": {"name": name, "simulated": True, "timezone": parish.timezone, **(maps or {})},
        "api": {"listen": addresses.api},
        **({"sign_in": sign_in(addresses)} if addresses.issuer else {}),
        "terminals": {"connect": addresses.broker},
        **({"community": {"listen": addresses.portal, "owners": list(owners)}} if owners else {}),
        **({"patterns": _patterns(world.patterns, record or {})} if world.patterns is not None else {}),
        **({"records": {"url": f"http://{addresses.records}/query"}} if world.records else {}),
        "agencies": [_agency(a.agency, a.name, own=a.own) for a in parish.agencies],
        "units": [_unit(unit) for unit in roster],
        "readers": [
            *(_reader(one, site, speaks(site, world)) for one, site in zip(cameras, parish.readers, strict=False)),
            *(_riding(one, unit) for unit, one in riding.items()),
        ],
        "video": {"keep_on": KEEP_ON},
        "cameras": [film(facts, addresses.cameras) for facts in films],
        "aircraft": [{"icao": address(parish.patrol_aircraft.tail), "name": "CPSO Air One", "agency": own}],
        "operators": people,
        **({"grounds": {"cases": list(cases)}} if cases else {}),
        "audit": {"shifts": SHIFTS},
        "feeds": [
            feed_row(feed, *kind, addresses)
            | _receiver_options(feed, kind[0], parish)
            | streams(kind[1], films_of(cameras, world), addresses)
            for feed, kind in links(world).items()
        ],
    }


def _patterns(wanted: Patterns, record: Mapping[str, Path]) -> dict[str, Any]:
    told = {"boxes": wanted.boxes, "rashes_a_week": wanted.rashes_a_week}
    return told | {name: str(path) for name, path in record.items()}


def _agency(agency: str, name: str, *, own: bool) -> dict[str, Any]:
    """Every other agency of the parish has joined."""
    table = {"agency": agency, "name": name, "own": own}
    return table if own else {**table, "sees": ["units", "aircraft", "alerts", "incidents"]}


def _unit(unit: Rostered) -> dict[str, Any]:
    table: dict[str, Any] = {"unit": unit.unit, "agency": unit.agency, "devices": [unit.device]}
    if unit.own:
        table["terminal"] = unit.unit
        if unit.beat:
            table["beat"] = unit.beat
    return table


def _reader(one: Camera, site: ReaderSite, said: str) -> dict[str, Any]:
    if said in FRAMES:
        device = one.name
    elif said == "frigate":
        device = f"frigate/{one.name}/{frigate.CAMERA}"
    elif said == "hikvision":
        device = f"{hikvision.mac(one)}/{one.camera_id}"
    else:
        device = f"{one.agent_uid}/{one.camera_id}"
    return {"reader": site.reader, "name": site.name, "devices": [device], "lat": site.at.lat, "lon": site.at.lon}


def _riding(one: Camera, unit: str) -> dict[str, Any]:
    return {
        "reader": unit,
        "name": f"{unit}, on the roof",
        "devices": [f"{one.agent_uid}/{one.camera_id}"],
        "unit": unit,
    }


def feed_row(name: str, form: str, link: str, addresses: Addresses) -> dict[str, Any]:
    """A row of `[[feeds]]`."""
    feed: dict[str, Any] = {"name": name, "format": form, "link": link}
    if link == "udp":
        feed["listen"] = addresses.udp.get(name, "127.0.0.1:1")
    elif link == "tcp":
        feed["connect"] = addresses.tcp.get(name, "127.0.0.1:1")
    elif link == "poll":
        at = addresses.tcp.get(name, "127.0.0.1:1")
        feed |= {"url": f"http://{at}{AIRCRAFT_PATH}", "every_s": AIRCRAFT_EVERY_S}
    elif link == "tcp-listen":
        feed["listen"] = addresses.tcp.get(name, "127.0.0.1:1")
    elif link == "http":
        feed |= {"listen": addresses.http, "path": PATHS[name]}
    elif link == "rtsp":
        feed["streams"] = {}
    elif link == "mqtt":
        feed |= {"connect": addresses.broker, "topic": TOPICS[name]}
    else:
        feed |= {
            "folder": HOTLIST_FOLDER,
            "pattern": "*.csv",
            "settle_s": 0.1,
            "poll_s": 0.1,
            "options": {"require_trailer": "true"},
        }
    if form in RECEIVER_LINKS:
        feed["quiet_after_s"] = RECEIVER_QUIET_AFTER_S
    elif name in QUIET_AFTER_S:
        feed["quiet_after_s"] = QUIET_AFTER_S[name]
    return feed


def streams(link: str, films: Sequence[str], addresses: Addresses) -> dict[str, Any]:
    if link != "rtsp":
        return {}
    return {"streams": {name: film_url(FILMED.format(name), addresses.cameras) for name in films}}


def _receiver_options(feed: str, form: str, parish: Parish) -> dict[str, Any]:
    """Who decodes Mode S must know where the antenna stands, or cannot place what is on the ground."""
    for antenna in parish.antennas:
        if form == "beast" and receiver_feed(antenna.receiver) == feed:
            return {"options": {"lat": f"{antenna.at.lat:.4f}", "lon": f"{antenna.at.lon:.4f}"}}
    return {}
