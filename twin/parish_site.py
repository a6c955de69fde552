"""The site file of a center for this parish: who is who, and which feed comes in by which link.

Knows: the tables of a center's `site.toml` (docs/operations.md) for the twin's world.
Refuses to know: the center's code. A real site's file looks the same, with real addresses and people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from twin.devices.rekor import Camera
from twin.sim import sky
from twin.sim.parish import Parish, ReaderSite

OPERATORS = (("ada", "Ada Broussard"), ("ben", "Ben Thibodeaux"), ("cleo", "Cleo Fontenot"), ("dan", "Dan Guidry"))
LINKS: dict[str, tuple[str, str]] = {
    "avl-udp": ("nmea", "udp"),
    "avl-tcp": ("nmea", "tcp-listen"),
    "avl-taip": ("taip", "udp"),
    "phones": ("owntracks", "mqtt"),
    "911-avl": ("taip", "tcp-listen"),
    "adsb": ("sbs", "tcp"),
    "lpr": ("rekor", "http"),
    "911-county": ("eido", "http"),
    "911-cities": ("eido", "http"),
    "hotlist-state": ("hotlist", "folder"),
    "terminals": ("terminal", "mqtt"),
}
"""Every feed of the parish: the format it speaks and the link it comes by."""
TOPICS = {"phones": "owntracks/#", "terminals": "terminals/+/out"}
PATHS = {"lpr": "/rekor", "911-county": "/eido/county", "911-cities": "/eido/cities"}
QUIET_AFTER_S = {
    "avl-udp": 120,
    "avl-tcp": 180,
    "avl-taip": 180,
    "phones": 180,
    "911-avl": 120,
    "adsb": 150,
    "lpr": 150,
}
HOTLIST_FOLDER = "hotlists"


class Rostered(NamedTuple):
    """A unit as the center's roster has it: `model` is its router's (twin/devices/avl.py), `device` what it calls
    itself on the wire."""

    unit: str
    agency: str
    own: bool
    model: str
    device: str


class Addresses(NamedTuple):
    """Where a wire run listens. `udp`, `tcp` by feed; one HTTP listener; one broker."""

    udp: Mapping[str, str]
    tcp: Mapping[str, str]
    http: str
    broker: str
    api: str


NOWHERE = Addresses({}, {}, "127.0.0.1:1", "127.0.0.1:1", "127.0.0.1:0")
"""For lockstep, where nothing listens."""


def camera(number: int, site: ReaderSite) -> Camera:
    """The camera at a reader site; its agent's id is made up from the site's name."""
    uid = hashlib.sha256(site.reader.encode()).hexdigest()[:40].upper()
    return Camera(uid, number, site.reader, *site.at)


def operators(count: int) -> list[tuple[str, str]]:
    """Sign-in names and names of the people in the room."""
    more = [(f"operator{number}", f"Operator {number}") for number in range(len(OPERATORS) + 1, count + 1)]
    return [*OPERATORS, *more][: max(count, 2)]


def tables(
    name: str,
    parish: Parish,
    roster: Sequence[Rostered],
    cameras: Sequence[Camera],
    *,
    operator_count: int,
    addresses: Addresses = NOWHERE,
    maps: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The site file as tables. `maps` may name the files for `map` and `roads`."""
    people = [{"operator": o, "name": n, "agency": parish.agencies[0].agency} for o, n in operators(operator_count)]
    people.append({"operator": "sup", "name": "Mae Hebert", "agency": parish.agencies[0].agency, "role": "supervisor"})
    people.append({"operator": "aud", "name": "Gil Landry", "agency": parish.agencies[0].agency, "role": "auditor"})
    return {
        "site": {"name": name, "simulated": True, "timezone": parish.timezone, **(maps or {})},
        "api": {"listen": addresses.api},
        "terminals": {"connect": addresses.broker},
        "agencies": [{"agency": a.agency, "name": a.name, "own": a.own} for a in parish.agencies],
        "units": [_unit(unit) for unit in roster],
        "readers": [_reader(one, site) for one, site in zip(cameras, parish.readers, strict=False)],
        "aircraft": [{"icao": sky.ICAO, "name": "CPSO Air One", "agency": parish.agencies[0].agency}],
        "operators": people,
        "feeds": [_feed(feed, addresses) for feed in LINKS],
    }


def with_addresses(site: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    """A recorded site file at other addresses, without maps, which were files of another day."""
    kept = {key: value for key, value in site["site"].items() if key not in ("map", "roads")}
    feeds = [
        {**feed, **{key: value for key, value in _feed(feed["name"], addresses).items() if key in _ADDRESSED}}
        for feed in site["feeds"]
    ]
    here = {"site": kept, "api": {"listen": addresses.api}, "terminals": {"connect": addresses.broker}, "feeds": feeds}
    return {**site, **here}


_ADDRESSED = ("listen", "connect", "folder")


def _unit(unit: Rostered) -> dict[str, Any]:
    table: dict[str, Any] = {"unit": unit.unit, "agency": unit.agency, "devices": [unit.device]}
    if unit.own:
        table["terminal"] = unit.unit
    return table


def _reader(one: Camera, site: ReaderSite) -> dict[str, Any]:
    device = f"{one.agent_uid}/{one.camera_id}"
    return {"reader": site.reader, "name": site.name, "devices": [device], "lat": site.at.lat, "lon": site.at.lon}


def _feed(name: str, addresses: Addresses) -> dict[str, Any]:
    form, link = LINKS[name]
    feed: dict[str, Any] = {"name": name, "format": form, "link": link}
    if link == "udp":
        feed["listen"] = addresses.udp.get(name, "127.0.0.1:1")
    elif link == "tcp":
        feed["connect"] = addresses.tcp.get(name, "127.0.0.1:1")
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
    if name in QUIET_AFTER_S:
        feed["quiet_after_s"] = QUIET_AFTER_S[name]
    return feed
