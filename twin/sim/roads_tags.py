"""What OpenStreetMap's tags say of a road: who may drive it which way, how fast, and what it is called.

Knows: `highway`, `oneway`, `junction`, `maxspeed`, `access`, `motor_vehicle`, `area`, `bridge`, `ref`, `name` as the
OpenStreetMap wiki has them, and the lists that OSMnx makes of them when it joins ways.
Refuses to know: files, positions, and turn restrictions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from twin.sim.parish import RoadKind
from twin.sim.roads_network import KINDS

CLASSES: dict[str, RoadKind] = {
    "motorway": "motorway",
    "trunk": "trunk",
    "primary": "primary",
    "secondary": "secondary",
    "tertiary": "secondary",
    "unclassified": "street",
    "residential": "street",
    "living_street": "street",
    "road": "street",
    "motorway_link": "ramp",
    "trunk_link": "ramp",
    "primary_link": "ramp",
    "secondary_link": "ramp",
    "tertiary_link": "ramp",
}
"""Driveways, car parks, tracks, footways and everything else is no road here."""
CLOSED = ("no", "private", "agricultural", "forestry", "emergency", "military")
MPH = {"mph": 1.0, "": 1 / 1.609344, "km/h": 1 / 1.609344, "kmh": 1 / 1.609344, "kph": 1 / 1.609344, "knots": 1.150779}
LEAST_MPH, MOST_MPH = 5.0, 90.0
LONGEST_NAME = 80
UNNAMED = "unnamed road"

_SPEED = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d+)?)\s*(mph|km/h|kmh|kph|knots)?(?![\w.])")
_FALSE = ("no", "false", "0", "none", "")
_INTERSTATE = re.compile(r"^I[ -](?=\d)")


class Road(NamedTuple):
    """`mph` is None where no limit is posted. `forward`: along its points; `backward`: the other way."""

    kind: RoadKind
    name: str
    mph: float | None
    bridge: bool
    forward: bool
    backward: bool


def road(tags: Mapping[str, str]) -> Road | None:
    """What the tags say; None for what a car may not drive on, or is no road."""
    kinds = [CLASSES[word] for word in _several(tags.get("highway", "")) if word in CLASSES]
    if not kinds or tags.get("area") == "yes":
        return None
    for key in ("motor_vehicle", "vehicle", "access"):  # the narrower word counts
        if key in tags:
            if tags[key] in CLOSED:
                return None
            break
    forward, backward = _ways(tags)
    if not (forward or backward):
        return None
    bridge = any(word not in _FALSE for word in _several(tags.get("bridge", "")))
    return Road(
        min(kinds, key=KINDS.index), _name(tags), limit_mph(tags.get("maxspeed", "")), bridge, forward, backward
    )


def limit_mph(posted: str) -> float | None:
    """A `maxspeed`: kilometres an hour unless it says otherwise; the least of several. None for words such as `none`
    or `signals`, and for what no road has."""
    limits = [float(number) * MPH[unit] for number, unit in _SPEED.findall(posted)]
    credible = [mph for mph in limits if LEAST_MPH <= mph <= MOST_MPH]
    return round(min(credible), 1) if credible else None


def _ways(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether it may be driven forward and backward. Motorways and roundabouts are one-way unless they say no."""
    said = tags.get("oneway", "").casefold()
    if said in ("yes", "true", "1"):
        return True, False
    if said in ("-1", "reverse"):
        return False, True
    if said in ("reversible", "alternating"):
        return False, False
    implied = tags.get("highway") == "motorway" or tags.get("junction") in ("roundabout", "circular")
    return True, said in ("no", "false", "0") or not implied


def _name(tags: Mapping[str, str]) -> str:
    """Its number where it has one, as the parish's tables write it (`I-10`, `US 90`), or its name."""
    for key in ("ref", "name"):
        for word in _several(tags.get(key, "")):
            clean = " ".join("".join(c if c.isprintable() else " " for c in word).split())[:LONGEST_NAME]
            if clean:
                return _INTERSTATE.sub("I-", clean)
    return UNNAMED


def _several(value: str) -> list[str]:
    """A value that may be several: `a;b` as mappers write it, `['a', 'b']` as OSMnx does."""
    if value.startswith("[") and value.endswith("]"):
        return [single or double for single, double in re.findall(r"'([^']*)'|\"([^\"]*)\"", value)]
    return [word.strip() for word in value.split(";")]
