"""The map that a center is handed is whole, standard, and good enough to route on without knowing the twin."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import scipy.sparse as sparse
from scipy.sparse.csgraph import dijkstra

from twin.sim import gis, parish, roads
from twin.sim.parish import LatLon
from twin.sim.routing import Router

CALCASIEU = parish.load()
NETWORK = roads.load()
BYTES = gis.geojson(CALCASIEU, NETWORK)
WHOLE: dict[str, Any] = msgspec.json.decode(BYTES)
MAP_BYTES = gis.geojson(CALCASIEU, NETWORK, for_map=True)

Place = tuple[float, float]


def layer(collection: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [feature for feature in collection["features"] if feature["properties"]["layer"] == name]


def places_in(coordinates: Any) -> list[Place]:
    if isinstance(coordinates[0], float | int):
        return [tuple(coordinates)]
    return [place for part in coordinates for place in places_in(part)]


def metres(a: Sequence[float], b: Sequence[float]) -> float:
    """Great-circle distance on a sphere; a formula of its own, good to half a per cent."""
    (lon_a, lat_a), (lon_b, lat_b) = ([math.radians(degrees) for degrees in place] for place in (a, b))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6_371_000 * math.asin(math.sqrt(h))


@pytest.mark.parametrize(("data", "most"), [(BYTES, 6_000_000), (MAP_BYTES, 1_000_000)])
def test_four_layers_and_no_more_than_a_page_can_bear(data: bytes, most: int) -> None:
    """Limit, water, roads and places are all there, in a file of bearable size."""
    collection = msgspec.json.decode(data)
    assert collection["type"] == "FeatureCollection"
    assert len(layer(collection, "boundary")) == 1
    assert len(layer(collection, "water")) == len(CALCASIEU.water)
    assert {p["properties"]["name"] for p in layer(collection, "place")} == {p.name for p in CALCASIEU.places}
    assert all(p["properties"]["population"] > 0 for p in layer(collection, "place"))
    assert len(data) < most


@pytest.mark.parametrize("data", [BYTES, MAP_BYTES])
def test_coordinates_are_longitude_first_to_five_decimals(data: bytes) -> None:
    """Every position lies in the parish's bounds, longitude first, and no more exactly than anyone knows."""
    west, south, east, north = CALCASIEU.bounds
    for feature in msgspec.json.decode(data)["features"]:
        margin = 0.02 if feature["properties"]["layer"] == "water" else 0.001
        for lon, lat in places_in(feature["geometry"]["coordinates"]):
            assert west - margin <= lon <= east + margin
            assert south - margin <= lat <= north + margin
            assert (round(lon, 5), round(lat, 5)) == (lon, lat)


def test_polygons_are_closed_and_run_anticlockwise() -> None:
    """RFC 7946, section 3.1.6."""
    for feature in [*layer(WHOLE, "boundary"), *layer(WHOLE, "water")]:
        [ring] = feature["geometry"]["coordinates"]
        assert ring[0] == ring[-1]
        x, y = np.array(ring).T
        assert np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) > 0


def test_roads_say_what_they_are() -> None:
    """Each road has a name, a known class, a credible speed, and whether it runs one way."""
    for road in layer(WHOLE, "road"):
        properties = road["properties"]
        assert properties["class"] in {"motorway", "trunk", "primary", "secondary", "street", "ramp"}
        assert properties["name"]
        assert 10.0 < properties["speed_mps"] < 35.0
        assert properties["oneway"] is (properties["class"] in {"motorway", "ramp"})
    assert len(layer(WHOLE, "road")) == len(NETWORK.one_each())


def test_roads_meet_only_at_their_ends() -> None:
    """Roads share a position only where they end: who joins them by position gets every crossing and no false one."""
    ends: set[Place] = set()
    between: Counter[Place] = Counter()
    for road in layer(WHOLE, "road"):
        line = places_in(road["geometry"]["coordinates"])
        ends |= {line[0], line[-1]}
        between.update(set(line[1:-1]))
    assert len(ends) == NETWORK.nodes
    assert not ends & between.keys()
    assert [place for place, count in between.items() if count > 1] == []


def test_a_center_can_route_on_it() -> None:
    """A graph built from the file alone gives the twin's own travel times within a per cent, one-way roads and all."""
    numbers: dict[Place, int] = {}
    quickest: dict[tuple[int, int], float] = {}
    for road in layer(WHOLE, "road"):
        line = places_in(road["geometry"]["coordinates"])
        a, b = (numbers.setdefault(end, len(numbers)) for end in (line[0], line[-1]))
        seconds = sum(map(metres, line, line[1:])) / road["properties"]["speed_mps"]
        for pair in [(a, b)] if road["properties"]["oneway"] else [(a, b), (b, a)]:
            quickest[pair] = min(seconds, quickest.get(pair, math.inf))
    where = tuple(np.array(list(quickest)).T)
    graph = sparse.csr_array((np.array(list(quickest.values())), where), shape=(len(numbers),) * 2)
    router, plane = Router(NETWORK), CALCASIEU.plane
    known = np.array(list(numbers))
    stations = [station.at for station in CALCASIEU.stations]
    nodes = [router.nearest_node(*plane.xy(*at)) for at in stations]
    ours = [int(np.argmin(np.hypot(*(known - lonlat(node)).T))) for node in nodes]
    found = dijkstra(graph, indices=ours)
    for i, a in enumerate(nodes):
        for j, b in enumerate(nodes):
            assert found[i, ours[j]] == pytest.approx(router.seconds(a, b), rel=0.01, abs=0.1)


def lonlat(node: int) -> Place:
    place = LatLon(*CALCASIEU.plane.latlon(*NETWORK.node_xy[node].tolist()))
    return place.lon, place.lat


def test_the_map_draws_the_same_roads() -> None:
    """The drawn form has the names of the whole, each once a class, and as many miles within half a per cent."""
    roads_drawn = layer(msgspec.json.decode(MAP_BYTES), "road")
    names = [(road["properties"]["class"], road["properties"]["name"]) for road in roads_drawn]
    assert len(names) == len(set(names))
    assert set(names) == {(r["properties"]["class"], r["properties"]["name"]) for r in layer(WHOLE, "road")}

    def total(lines: list[list[Place]]) -> float:
        return sum(sum(metres(a, b) for a, b in pairwise(line)) for line in lines)

    drawn = sum(total(road["geometry"]["coordinates"]) for road in roads_drawn)
    whole = sum(total([road["geometry"]["coordinates"]]) for road in layer(WHOLE, "road"))
    assert drawn == pytest.approx(whole, rel=0.005)


def test_the_file_is_always_the_same() -> None:
    """Made again it is the same, byte for byte: a site file can carry its checksum."""
    assert gis.geojson(CALCASIEU, NETWORK) == BYTES


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It writes the file it is asked for, and says how to ask when asked wrongly."""
    assert gis.main([str(tmp_path / "parish.geojson")]) == 0
    assert (tmp_path / "parish.geojson").read_bytes() == BYTES
    assert gis.main([str(tmp_path / "map.geojson"), "--map"]) == 0
    assert (tmp_path / "map.geojson").read_bytes() == MAP_BYTES
    assert gis.main([]) == gis.main(["a", "b"]) == gis.main(["a", "--mpa"]) == 2
    assert "usage" in capsys.readouterr().err
