"""The parish as facts: land, water, people, highways, agencies, plate readers.

Knows: the tables beside this file (`parish_*.toml`), each of which names its source and says whether it is verified or
an assumption, and the shape they must have.
Refuses to know: streets (they are made, see `streets`), and anything that moves.

Positions are degrees (WGS 84) as [latitude, longitude]; `Parish.plane` turns them into the metres in which the
simulation computes.
"""

from __future__ import annotations

import functools
import sys
import tomllib
from collections.abc import Sequence
from importlib import resources
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from twin.sim.geometry import Floats, Plane, ribbon

TABLES = ("land", "people", "highways", "agencies", "readers", "sky")

RoadKind = Literal["motorway", "trunk", "primary", "secondary", "street", "ramp"]
Direction = Literal["northbound", "eastbound", "southbound", "westbound"]
COURSE_DEG: dict[Direction, float] = {
    "northbound": 0.0,
    "eastbound": 90.0,
    "southbound": 180.0,
    "westbound": 270.0,
}


class LatLon(NamedTuple):
    lat: float
    lon: float


class Waypoint(NamedTuple):
    """`label`: what is there; on a motorway `exit ...` is an interchange."""

    lat: float
    lon: float
    label: str


class Settlement(NamedTuple):
    """A census block group, at its centre of population."""

    lat: float
    lon: float
    people: int
    per_km2: int


class Limits(NamedTuple):
    """Speed limits of one class of road, miles an hour, by surroundings."""

    country: float
    town: float
    city: float


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of a table; a field that it does not know is a mistake."""


class About(Table, frozen=True):
    """Where a table's facts come from, and what they are worth."""

    label: Literal["verified", "assumption"]
    source: str


class Neighbour(Table, frozen=True):
    name: str
    side: Literal["north", "east", "south", "west"]


class Place(Table, frozen=True):
    name: str
    kind: Literal["city", "town", "community"]
    people: int
    ring: tuple[LatLon, ...]


class Centre(Table, frozen=True):
    """A built-up centre: within `radius_m`, streets as dense as `per_km2` people would have them."""

    name: str
    at: LatLon
    radius_m: float
    per_km2: int


class Water(Table, frozen=True):
    """A lake has a `ring`; a river or canal has a `course` and a width."""

    name: str
    kind: Literal["lake", "river", "canal"]
    ring: tuple[LatLon, ...] = ()
    course: tuple[LatLon, ...] = ()
    width_m: float = 0.0


class Bridge(Table, frozen=True):
    name: str
    road: str
    water: str
    at: LatLon


class Runway(Table, frozen=True):
    ends: tuple[str, str]
    thresholds: tuple[LatLon, LatLon]
    length_m: float
    width_m: float


class Airport(Table, frozen=True):
    ident: str
    name: str
    elevation_m: float
    runways: tuple[Runway, ...]


class Highway(Table, frozen=True):
    name: str
    kind: RoadKind
    course: tuple[Waypoint, ...]


class Gateway(Table, frozen=True):
    """Where a highway leaves the parish; `share` of the through traffic uses it."""

    name: str
    road: str
    at: LatLon
    beyond: str
    share: float


class Agency(Table, frozen=True):
    """`covers` is `parish`, `highways`, or the name of a place; `units` are on a shift at once."""

    agency: str
    name: str
    covers: str
    units: int
    own: bool = False

    def call_signs(self) -> tuple[str, ...]:
        """`CPSO-01`, `CPSO-02`, ...: one for each unit on a shift."""
        return tuple(f"{self.agency}-{number:02d}" for number in range(1, self.units + 1))


class Station(Table, frozen=True):
    """Where `units` of an agency's shift begin and end their day."""

    name: str
    agency: str
    at: LatLon
    units: int


class Hospital(Table, frozen=True):
    name: str
    at: LatLon


class ReaderSite(Table, frozen=True):
    """A fixed plate reader beside `road`, watching traffic that goes `watches`, in the words that it `speaks`."""

    reader: str
    name: str
    road: str
    watches: Direction
    at: LatLon
    speaks: Literal["rekor", "frigate", "hikvision"] = "rekor"


class Antenna(Table, frozen=True):
    """A receiver of aircraft transponders. Between two bearings (`blocked`: from, to, below) it hears nothing that is
    less than `below` degrees above the horizon."""

    receiver: str
    at: LatLon
    height_m: float
    range_km: float
    blocked: tuple[tuple[float, float, float], ...] = ()


class Apron(Table, frozen=True):
    airport: str
    at: LatLon


class Turn(Table, frozen=True):
    """An airliner that comes from `bearing_deg` and goes back there; hours of the day, local."""

    callsigns: tuple[str, str]
    airport: str
    bearing_deg: float
    arrives: float
    departs: float


class Stream(Table, frozen=True):
    """Flights of one kind: of an `airport`, or on an airway of `course_deg`, `right_km` to the right of the centre."""

    stream: str
    kind: Literal["circuit", "cross-country", "heavy", "airway"]
    a_day: float
    airport: str = ""
    course_deg: float = 0.0
    right_km: float = 0.0


class PatrolAircraft(Table, frozen=True):
    """The sheriff's aeroplane. Ranges are least and most."""

    tail: str
    callsign: str
    airport: str
    speeds_kt: tuple[float, float]
    heights_ft: tuple[float, float]
    endurance_h: float


class Parish(Table, frozen=True):
    """All of it. `centre` is the origin of the plane."""

    name: str
    state: str
    timezone: str
    centre: LatLon
    boundary: tuple[LatLon, ...]
    neighbours: tuple[Neighbour, ...]
    places: tuple[Place, ...]
    people: tuple[Settlement, ...]
    centres: tuple[Centre, ...]
    water: tuple[Water, ...]
    bridges: tuple[Bridge, ...]
    airports: tuple[Airport, ...]
    speeds: dict[RoadKind, Limits]
    highways: tuple[Highway, ...]
    gateways: tuple[Gateway, ...]
    agencies: tuple[Agency, ...]
    stations: tuple[Station, ...]
    hospitals: tuple[Hospital, ...]
    readers: tuple[ReaderSite, ...]
    antennas: tuple[Antenna, ...]
    aprons: tuple[Apron, ...]
    patrol_aircraft: PatrolAircraft
    turns: tuple[Turn, ...]
    streams: tuple[Stream, ...]
    about: dict[str, About]

    @property
    def plane(self) -> Plane:
        return _plane(self.centre)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north, degrees: the limit and every gateway beyond it."""
        points = [*self.boundary, *(gateway.at for gateway in self.gateways)]
        lats, lons = [p.lat for p in points], [p.lon for p in points]
        return min(lons), min(lats), max(lons), max(lats)

    def place(self, name: str) -> Place:
        """The place of that name; KeyError when there is none."""
        for place in self.places:
            if place.name == name:
                return place
        raise KeyError(name)


@functools.cache
def _plane(centre: LatLon) -> Plane:
    return Plane(centre.lat, centre.lon)


def planar(plane: Plane, points: Sequence[LatLon | Waypoint]) -> Floats:
    """Metres (n, 2), to the centimetre, so that machines whose sines differ in the last bit agree."""
    return np.round(np.array([plane.xy(point.lat, point.lon) for point in points]), 2)


def water_rings(parish: Parish) -> list[Floats]:
    """Every lake and river as a ring on the plane, in the order of `Parish.water`."""
    plane = parish.plane
    return [
        planar(plane, water.ring) if water.ring else np.round(ribbon(planar(plane, water.course), water.width_m), 2)
        for water in parish.water
    ]


def table_bytes() -> bytes:
    """The tables as they are written; what is derived from them is keyed by this."""
    folder = resources.files("twin.sim")
    return b"".join((folder / f"parish_{table}.toml").read_bytes() for table in TABLES)


@functools.cache
def load() -> Parish:
    """The parish. Raises `msgspec.ValidationError`, naming the field, when a table is not of its shape."""
    facts: dict[str, Any] = {"about": {}}
    for table in TABLES:
        rows = tomllib.loads((resources.files("twin.sim") / f"parish_{table}.toml").read_text("utf-8"))
        facts["about"] |= rows.pop("about")
        facts |= rows
    return msgspec.convert(facts, Parish)


def main() -> None:
    """Print what the tables hold, and what each is worth."""
    parish = load()
    counts = {
        "people": sum(settlement.people for settlement in parish.people),
        "block_groups": len(parish.people),
        "places": len(parish.places),
        "highway_points": sum(len(highway.course) for highway in parish.highways),
        "gateways": len(parish.gateways),
        "bridges": len(parish.bridges),
        "agencies": len(parish.agencies),
        "units": sum(agency.units for agency in parish.agencies),
        "readers": len(parish.readers),
        "antennas": len(parish.antennas),
        "flights_a_day": round(2 * len(parish.turns) + sum(stream.a_day for stream in parish.streams)),
    }
    for name, count in counts.items():
        sys.stdout.write(f"{name:16} {count:,}\n")
    for name, about in parish.about.items():
        sys.stdout.write(f"{name:16} {about.label:10}  {about.source}\n")


if __name__ == "__main__":
    main()
