"""The parish as a county's GIS office would hand it to a center: GeoJSON (RFC 7946).

Knows: how land, water, places and roads become features with a `layer`, and how to write fewer bytes for a map.
Refuses to know: who reads it, and anything that moves.

Coordinates are longitude, latitude (WGS 84) to five decimals, about a metre; where roads meet they share a coordinate,
and where they only cross (over or under) they do not. A road with `oneway` runs in the order of its coordinates.

    python -m twin.sim.gis parish.geojson            every road between two crossings: enough to route on
    python -m twin.sim.gis parish.geojson --map      the same roads drawn with fewer points, one feature a name
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import numpy as np

from twin.sim import parish as facts
from twin.sim import roads
from twin.sim.geometry import Floats, Plane, project
from twin.sim.parish import Parish, planar, water_rings
from twin.sim.roads_network import KINDS, Network

DECIMALS = 5
MAP_TOLERANCE_M = 8.0

Feature: TypeAlias = dict[str, Any]


def geojson(parish: Parish, network: Network, *, for_map: bool = False) -> bytes:
    """The whole of it as one FeatureCollection: the limit, water, roads, places, in this order. `for_map`: roads of one
    name and class are one feature, and lines are simplified to within `MAP_TOLERANCE_M`; not to route on."""
    road_features = _map_roads(parish, network) if for_map else _roads(parish, network)
    features = [*_land(parish), *road_features, *_places(parish)]
    return msgspec.json.encode({"type": "FeatureCollection", "name": parish.name, "features": features})


def _feature(layer: str, shape: str, coordinates: Any, **properties: Any) -> Feature:
    geometry = {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"layer": layer, **properties}, "geometry": geometry}


def _lonlat(plane: Plane, points: Floats) -> list[list[float]]:
    lat, lon = plane.latlon(points[:, 0], points[:, 1])
    return [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]


def _ring(plane: Plane, ring: Floats) -> list[list[list[float]]]:
    """A polygon's coordinates: closed, anticlockwise (RFC 7946, section 3.1.6)."""
    x, y = ring[:, 0], ring[:, 1]
    if np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) < 0:
        ring = ring[::-1]
    return [_lonlat(plane, np.concatenate([ring, ring[:1]]))]


def _land(parish: Parish) -> Iterator[Feature]:
    plane = parish.plane
    yield _feature("boundary", "Polygon", _ring(plane, planar(plane, parish.boundary)), name=parish.name)
    for water, ring in zip(parish.water, water_rings(parish), strict=True):
        yield _feature("water", "Polygon", _ring(plane, ring), name=water.name)


def _places(parish: Parish) -> Iterator[Feature]:
    plane = parish.plane
    for place in parish.places:
        middle = planar(plane, place.ring).mean(axis=0, keepdims=True)
        at = _lonlat(plane, middle)[0]
        yield _feature("place", "Point", at, name=place.name, kind=place.kind, population=place.people)


def _roads(parish: Parish, network: Network) -> Iterator[Feature]:
    points = _lonlat(parish.plane, network.shape_xy)
    starts = network.shape_start.tolist()
    for edge in network.one_each().tolist():
        yield _feature(
            "road",
            "LineString",
            points[starts[edge] : starts[edge + 1]],
            name=network.road(edge),
            **{"class": KINDS[network.kind[edge]]},
            speed_mps=round(float(network.speed_mps[edge]), 2),
            oneway=bool(network.twin[edge] < 0),
        )


def _map_roads(parish: Parish, network: Network) -> Iterator[Feature]:
    lines: dict[tuple[int, int], list[list[list[float]]]] = {}
    points = _lonlat(parish.plane, network.shape_xy)
    for edge in network.one_each().tolist():
        key = (int(network.kind[edge]), int(network.name[edge]))
        first = int(network.shape_start[edge])
        kept = _simplified(network.shape(edge), MAP_TOLERANCE_M)
        lines.setdefault(key, []).append([points[first + place] for place in kept])
    for kind, name in sorted(lines):
        properties = {"name": str(network.names[name]), "class": KINDS[kind]}
        yield _feature("road", "MultiLineString", lines[kind, name], **properties)


def _simplified(line: Floats, tolerance_m: float) -> list[int]:
    """Douglas and Peucker: the fewest of its points that keep every other within `tolerance_m` of the line."""
    last = len(line) - 1
    if last < 2:
        return list(range(last + 1))
    gap = project(line[1:-1], line[0], line[-1])[0]
    worst = int(np.argmax(gap)) + 1
    if gap[worst - 1] <= tolerance_m:
        return [0, last]
    head, tail = _simplified(line[: worst + 1], tolerance_m), _simplified(line[worst:], tolerance_m)
    return [*head, *(worst + place for place in tail[1:])]


def main(arguments: list[str]) -> int:
    """Write the file that is named."""
    names = [argument for argument in arguments if not argument.startswith("-")]
    if len(names) != 1 or {*arguments} - {*names} - {"--map"}:
        sys.stderr.write("usage: python -m twin.sim.gis FILE [--map]\n")
        return 2
    data = geojson(facts.load(), roads.load(), for_map="--map" in arguments)
    Path(names[0]).write_bytes(data)
    sys.stdout.write(f"{names[0]}: {len(data):,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
