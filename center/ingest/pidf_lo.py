"""Places in PIDF-LO, the XML in which emergency calls carry locations (RFC 4119, 5139, 5491, 6848, 7459).

Knows: the shapes of RFC 5491 section 5 and the civic fields of RFC 5139 section 3.1, by their local names, whatever
namespace prefix or GML version they come in.
Refuses to know: whose place it is, and whether it is the right one.

Coordinates are latitude then longitude (EPSG 4326, 4979), except where the document says CRS84. A shape becomes its
centre and the radius of a circle about it that covers the shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import cos, degrees, hypot, isfinite, radians, sin
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException

from center.ingest.plain_xml import read_xml

MAX_XML_CHARS = 256 * 1024
MAX_ADDRESS_CHARS = 300
MAX_POINTS = 10_000
MAX_RADIUS_M = 20_040_000.0  # half the way round the Earth
ASSUMED_UNCERTAINTY_M = 100.0  # of a bare point, where one must be preferred
DEGREE_M = 111_320.0

_METRES = {"9001": 1.0, "m": 1.0, "9002": 0.3048, "9036": 1000.0, "9093": 1609.344, "9030": 1852.0}
_DEGREES = {"9102": 1.0, "9101": degrees(1.0)}


class PidfError(ValueError):
    """What is wrong with a document, in a few words."""


class Place(NamedTuple):
    """Degrees WGS 84 and metres; `address` is one line for people. A place has a position, an address, or both."""

    lat: float | None = None
    lon: float | None = None
    uncertainty_m: float | None = None
    altitude_m: float | None = None
    address: str | None = None


class _Shape(NamedTuple):
    lat: float
    lon: float
    uncertainty_m: float | None = None
    altitude_m: float | None = None


def read_pidf_lo(text: str) -> Place:
    """The place a document names. Of several positions (tuples, devices, persons, RFC 5491 section 3) the surest one,
    of several addresses the fullest. Raises PidfError."""
    if len(text) > MAX_XML_CHARS:
        raise PidfError("PIDF-LO larger than the limit")
    try:
        root = read_xml(text.strip())
    except DefusedXmlException:
        raise PidfError("PIDF-LO with a document type or entities: refused") from None
    except (ParseError, ValueError, LookupError):
        raise PidfError("PIDF-LO is not well-formed XML") from None
    shapes: list[_Shape] = []
    addresses: list[str] = []
    problem = "PIDF-LO without a position or an address"
    for info in _named(root, "location-info"):
        for element in _outermost_shapes(info):
            try:
                shapes.append(_SHAPES[_local(element)](element))
            except PidfError as wrong:
                problem = str(wrong)
        addresses += filter(None, map(_address, _named(info, "civicAddress")))
    if not shapes and not addresses:
        raise PidfError(problem)
    address = max(addresses, key=len)[:MAX_ADDRESS_CHARS] if addresses else None
    if not shapes:
        return Place(address=address)
    best = min(shapes, key=lambda shape: supposed_m(shape.uncertainty_m))
    return Place(best.lat, best.lon, best.uncertainty_m, best.altitude_m, address)


def supposed_m(uncertainty_m: float | None) -> float:
    """For comparing: what is known, or what must be supposed of a bare point."""
    return ASSUMED_UNCERTAINTY_M if uncertainty_m is None else uncertainty_m


# --- XML without namespaces -------------------------------------------------------------------------------------------


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _named(element: Element, *names: str) -> Iterator[Element]:
    return (each for each in element.iter() if _local(each) in names)


def _numbers(text: str) -> list[float]:
    """The numbers of a list; commas after or between them are forgiven."""
    tokens = text.replace(",", " ").split()
    if len(tokens) > 3 * MAX_POINTS:
        raise PidfError("shape with too many points")
    try:
        numbers = [float(token) for token in tokens]
    except ValueError:
        raise PidfError("coordinates are not numbers") from None
    if not all(map(isfinite, numbers)):
        raise PidfError("coordinates are not numbers")
    return numbers


def _measure(shape: Element, name: str, units: dict[str, float]) -> float:
    """A length in metres, or an angle in degrees; the unit is an EPSG code, the first of `units` when left out."""
    found = next(_named(shape, name), None)
    numbers = _numbers(found.text or "") if found is not None else []
    if found is None or len(numbers) != 1:
        raise PidfError(f"shape without {name}")
    unit = found.get("uom", "").rpartition(":")[2] or next(iter(units))
    if unit not in units:
        raise PidfError(f"{name} in an unknown unit")
    return numbers[0] * units[unit]


def _radius(shape: Element, name: str) -> float:
    metres = _measure(shape, name, _METRES)
    if not 0.0 <= metres <= MAX_RADIUS_M:
        raise PidfError(f"{name} out of range")
    return metres


# --- shapes (RFC 5491 section 5) --------------------------------------------------------------------------------------


def _outermost_shapes(info: Element) -> Iterator[Element]:
    """Every shape that is not part of another."""
    parts: set[Element] = set()
    for element in info.iter():
        if _local(element) in _SHAPES and element not in parts:
            parts.update(element.iter())
            yield element


def _points(shape: Element, part: Element | None = None) -> list[tuple[float, float, float | None]]:
    """The coordinates of a shape, or of a part of it, as (lat, lon, altitude)."""
    system = next((name for each in shape.iter() if (name := each.get("srsName"))), "")
    if system and not system.endswith(("4326", "4979", "CRS84")):
        raise PidfError("coordinates in an unknown reference system")
    points: list[tuple[float, float, float | None]] = []
    for element in _named(shape if part is None else part, "pos", "posList", "coordinates"):
        numbers = _numbers(element.text or "")
        solid = system.endswith("4979") or "3" in (shape.get("srsDimension"), element.get("srsDimension"))
        size = len(numbers) if len(numbers) in (2, 3) else 2 + solid
        if not numbers or len(numbers) % size:
            raise PidfError("a coordinate is cut short")
        rows = [numbers[at : at + size] for at in range(0, len(numbers), size)]
        points += [_point(row[::-1] if system.endswith("CRS84") and size == 2 else row) for row in rows]
    if not points:
        raise PidfError("shape without coordinates")
    return points


def _point(numbers: list[float]) -> tuple[float, float, float | None]:
    lat, lon = numbers[:2]
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        raise PidfError("position out of range")
    if lat == 0.0 and lon == 0.0:
        raise PidfError("position is 0,0")
    return lat, lon, numbers[2] if len(numbers) == 3 else None


def _at_point(shape: Element) -> _Shape:
    lat, lon, altitude = _points(shape)[0]
    return _Shape(lat, lon, None, altitude)


def _round(shape: Element) -> _Shape:
    """Circle (section 5.2.3) and Sphere (5.2.7)."""
    lat, lon, altitude = _points(shape)[0]
    return _Shape(lat, lon, _radius(shape, "radius"), altitude)


def _oval(shape: Element) -> _Shape:
    """Ellipse (section 5.2.4) and Ellipsoid (5.2.8): the circle about the longer axis."""
    lat, lon, altitude = _points(shape)[0]
    return _Shape(lat, lon, max(_radius(shape, "semiMajorAxis"), _radius(shape, "semiMinorAxis")), altitude)


def _arc_band(shape: Element) -> _Shape:
    """Section 5.2.5: the sector of a cell, angles clockwise from north. Its centroid, and the farthest corner of it."""
    lat, lon, altitude = _points(shape)[0]
    inner, outer = sorted((_radius(shape, "innerRadius"), _radius(shape, "outerRadius")))
    opening = min(radians(abs(_measure(shape, "openingAngle", _DEGREES))), radians(360.0))
    middle = radians(_measure(shape, "startAngle", _DEGREES)) + opening / 2
    if outer == 0.0:
        return _Shape(lat, lon, 0.0, altitude)
    area = opening * (outer**2 - inner**2)
    to_centre = 4 * sin(opening / 2) * (outer**3 - inner**3) / (3 * area) if area > 0.0 else (inner + outer) / 2
    side = opening / 2
    corners = [(r * cos(a), r * sin(a)) for r in (inner, outer) for a in (-side, 0.0, side)]
    if opening > radians(180.0):
        corners += [(0.0, outer), (0.0, -outer)]
    reach = max(hypot(along - to_centre, across) for along, across in corners)
    north, east = to_centre * cos(middle), to_centre * sin(middle)
    return _moved(lat, lon, north, east, reach, altitude)


def _polygon(shape: Element) -> _Shape:
    """Section 5.2.2, and the base of a Prism (5.2.9): the centroid of the outer ring, which stands first."""
    points = _points(shape, next(_named(shape, "exterior", "outerBoundaryIs"), None))
    lat, lon, altitude = points[0]
    scale = DEGREE_M * cos(radians(lat))
    flat = [((one[0] - lat) * DEGREE_M, _turned(one[1] - lon) * scale) for one in points]
    north, east = _centroid(flat)
    reach = max(hypot(n - north, e - east) for n, e in flat)
    return _moved(lat, lon, north, east, reach, altitude)


def _centroid(flat: list[tuple[float, float]]) -> tuple[float, float]:
    """Of an area; of its corners when it has none."""
    doubled = north = east = 0.0
    for (n1, e1), (n2, e2) in zip(flat, flat[1:] + flat[:1], strict=True):
        cross = n1 * e2 - n2 * e1
        doubled += cross
        north += (n1 + n2) * cross
        east += (e1 + e2) * cross
    if abs(doubled) > 1e-6:
        return north / (3 * doubled), east / (3 * doubled)
    return sum(n for n, _ in flat) / len(flat), sum(e for _, e in flat) / len(flat)


def _moved(lat: float, lon: float, north: float, east: float, reach: float, altitude: float | None) -> _Shape:
    """The place so many metres from another."""
    there = max(-90.0, min(90.0, lat + north / DEGREE_M))
    scale = DEGREE_M * max(cos(radians(lat)), 1e-6)
    return _Shape(there, _turned(lon + east / scale), reach, altitude)


def _turned(lon: float) -> float:
    return (lon + 180.0) % 360.0 - 180.0 if not -180.0 <= lon <= 180.0 else lon


_SHAPES: dict[str, Callable[[Element], _Shape]] = {
    "Point": _at_point,
    "Circle": _round,
    "Sphere": _round,
    "Ellipse": _oval,
    "Ellipsoid": _oval,
    "ArcBand": _arc_band,
    "Polygon": _polygon,
    "Prism": _polygon,
}


# --- civic addresses (RFC 5139 section 3.1, RFC 6848) -----------------------------------------------------------------

_HOUSE = ("HNP", "HNO", "HNS")
_STREET = ("PRM", "PRD", "STP", "RD", "STS", "POD", "POM")
_SAID_WITH = {"MP": "milepost", "BLD": "building", "UNIT": "unit", "FLR": "floor", "ROOM": "room", "SEAT": "seat"}


def _address(civic: Element) -> str:
    """One line, as it would stand on an envelope: place, house and street, what is inside, town, state and code."""
    fields: dict[str, str] = {}
    for element in civic.iter():
        text = " ".join((element.text or "").split())
        if text:
            fields.setdefault(_local(element), text)

    def joined(names: tuple[str, ...], between: str = " ") -> str:
        return between.join(fields[name] for name in names if name in fields)

    house = joined(_HOUSE, "")
    inside = [f"{word} {fields[name]}" for name, word in _SAID_WITH.items() if name in fields]
    town = joined(("A3",)) or joined(("PCN",)) or joined(("A4",)) or joined(("A2",))
    lines = (
        joined(("NAM",)),
        joined(("LMK",)),
        f"{house} {joined(_STREET)}".strip(),
        *inside,
        joined(("LOC",)),
        town,
        joined(("A1", "PC")),
    )
    return ", ".join(line for line in lines if line)
