"""The site file of a center for this parish: who is who, and which feed comes in by which link.

Knows: the tables of a center's `site.toml` (docs/operations.md) for the twin's world.
Refuses to know: the center's code. A real site's file looks the same, with real addresses and people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from twin.devices import frigate, hikvision
from twin.devices.cameras.things import CameraFacts
from twin.devices.reads import Camera
from twin.scenarios.schema import World
from twin.sim.parish import Parish, ReaderSite, load
from twin.sim.sky_tails import address

OPERATORS = (("ada", "Ada Broussard"), ("ben", "Ben Thibodeaux"), ("cleo", "Cleo Fontenot"), ("dan", "Dan Guidry"))
AUDITOR = "aud"
CAMERA_USER, CAMERA_PASSWORD = "rtcc", "parish-of-the-twin"
"""With whom the parish's cameras talk. It guards pictures of nobody."""
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
READER_FEEDS = {
    "rekor": ("lpr", "http"),
    "frigate": ("lpr-frigate", "mqtt"),
    "hikvision": ("lpr-hikvision", "http"),
    "frames": ("lpr-frames", "http"),
    "frames-mqtt": ("lpr-frames-mqtt", "mqtt"),
}
"""Plate readers' dialects: the feed that speaks each, and the link it comes by."""
FRAMES = ("frames", "frames-mqtt")
"""Those of cameras that do not read."""
FRAMES_TOPIC = "frames/{}"
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
}
QUIET_AFTER_S = {
    "avl-udp": 120,
    "avl-tcp": 180,
    "avl-taip": 180,
    "phones": 180,
    "911-avl": 120,
    "lpr": 150,
    "lpr-frigate": 150,
    "lpr-hikvision": 150,
    "lpr-frames": 150,
    "lpr-frames-mqtt": 150,
}
RECEIVER_QUIET_AFTER_S = 150
RIDING_FIRST = 900  # numbers of the cameras on patrol cars begin behind
HOTLIST_FOLDER = "hotlists"
AIRCRAFT_PATH = "/data/aircraft.json"
AIRCRAFT_EVERY_S = 2.0


class Rostered(NamedTuple):
    """A unit as the center's roster has it: `model` is its router's (twin/devices/avl.py), `device` what it calls
    itself on the wire."""

    unit: str
    agency: str
    own: bool
    model: str
    device: str


class Addresses(NamedTuple):
    """Where a wire run listens. `udp`, `tcp` (what is asked for a document, too) by feed; one HTTP listener; one
    broker; the records server; the cameras."""

    udp: Mapping[str, str]
    tcp: Mapping[str, str]
    http: str
    broker: str
    api: str
    records: str
    cameras: str


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
    return {**LINKS, **readers, **receivers}


def camera(number: int, site: ReaderSite) -> Camera:
    """The camera at a reader site; its agent's id is made up from the site's name."""
    uid = hashlib.sha256(site.reader.encode()).hexdigest()[:40].upper()
    return Camera(uid, number, site.reader, *site.at)


def riding_camera(number: int, unit: str) -> Camera:
    """The camera on a patrol car; where it is comes with each read."""
    uid = hashlib.sha256(unit.encode()).hexdigest()[:40].upper()
    return Camera(uid, RIDING_FIRST + number, unit, 0.0, 0.0)


def operators(count: int) -> list[tuple[str, str]]:
    """Sign-in names and names of the people in the room."""
    more = [(f"operator{number}", f"Operator {number}") for number in range(len(OPERATORS) + 1, count + 1)]
    return [*OPERATORS, *more][: max(count, 2)]


def tables(
    name: str,
    parish: Parish,
    roster: Sequence[Rostered],
    cameras: Sequence[Camera],
    riding: Mapping[str, Camera],
    films: Sequence[CameraFacts],
    *,
    world: World,
    addresses: Addresses = NOWHERE,
    maps: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The site file as tables. `cameras` at the parish's sites, `riding` on patrol cars by unit; `films`:
    cameras that film. `maps` may name the files for `map` and `roads`."""
    own = parish.agencies[0].agency
    people = [{"operator": o, "name": n, "agency": own} for o, n in operators(world.operators)]
    people.append({"operator": "sup", "name": "Mae Hebert", "agency": own, "role": "supervisor"})
    people.append({"operator": AUDITOR, "name": "Gil Landry", "agency": own, "role": "auditor"})
    return {
        "site": {"name": name, "simulated": True, "timezone": parish.timezone, **(maps or {})},
        "api": {"listen": addresses.api},
        "terminals": {"connect": addresses.broker},
        **({"records": {"url": f"http://{addresses.records}/query"}} if world.records else {}),
        "agencies": [{"agency": a.agency, "name": a.name, "own": a.own} for a in parish.agencies],
        "units": [_unit(unit) for unit in roster],
        "readers": [
            *(_reader(one, site, speaks(site, world)) for one, site in zip(cameras, parish.readers, strict=False)),
            *(_riding(one, unit) for unit, one in riding.items()),
        ],
        "cameras": [_film(facts, addresses.cameras) for facts in films],
        "aircraft": [{"icao": address(parish.patrol_aircraft.tail), "name": "CPSO Air One", "agency": own}],
        "operators": people,
        "feeds": [
            _feed(feed, *kind, addresses) | _receiver_options(feed, kind[0], parish)
            for feed, kind in links(world).items()
        ],
    }


def with_addresses(site: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    """A recorded site file at other addresses, without maps, which were files of another day."""
    kept = {key: value for key, value in site["site"].items() if key not in ("map", "roads")}
    feeds = [
        {**feed, **{key: value for key, value in _anew(feed, addresses).items() if key in _ADDRESSED}}
        for feed in site["feeds"]
    ]
    films = [{**film, "url": _film_url(film["id"], addresses.cameras)} for film in site.get("cameras", ())]
    here = {"site": kept, "api": {"listen": addresses.api}, "terminals": {"connect": addresses.broker}, "feeds": feeds}
    return {**site, **here, **({"cameras": films} if films else {})}


_ADDRESSED = ("listen", "connect", "folder", "url")


def _anew(feed: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    return _feed(feed["name"], feed["format"], feed["link"], addresses)


def _unit(unit: Rostered) -> dict[str, Any]:
    table: dict[str, Any] = {"unit": unit.unit, "agency": unit.agency, "devices": [unit.device]}
    if unit.own:
        table["terminal"] = unit.unit
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


def _film(facts: CameraFacts, at: str) -> dict[str, Any]:
    table = {
        "id": facts.camera,
        "name": facts.name,
        "kind": facts.kind,
        "url": _film_url(facts.camera, at),
        "unit": facts.unit,
        "agency": facts.agency,
        "at": None if facts.lat is None else [facts.lat, facts.lon],
        "heading": facts.heading_deg,
        "view_deg": facts.view_deg,
        "range_m": facts.range_m,
        "owner": facts.owner,
        "consent": facts.consent,
    }
    return {key: value for key, value in table.items() if value is not None}


def _film_url(camera: str, at: str) -> str:
    return f"rtsp://{CAMERA_USER}:{CAMERA_PASSWORD}@{at}/{camera}"


def _feed(name: str, form: str, link: str, addresses: Addresses) -> dict[str, Any]:
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


def _receiver_options(feed: str, form: str, parish: Parish) -> dict[str, Any]:
    """Who decodes Mode S must know where the antenna stands, or cannot place what is on the ground."""
    for antenna in parish.antennas:
        if form == "beast" and receiver_feed(antenna.receiver) == feed:
            return {"options": {"lat": f"{antenna.at.lat:.4f}", "lon": f"{antenna.at.lon:.4f}"}}
    return {}
