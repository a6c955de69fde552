"""A user's own streets become a network like the parish's own, or an error that says where the file is wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest

from tests.twin.sim.street_files import MPS_PER_MPH, Nodes, Ways, graphml, of_network, pbf
from twin.sim import parish, roads, roads_import
from twin.sim.parish import LatLon
from twin.sim.roads_drawn import RoadsError
from twin.sim.roads_fit import misfits, shown
from twin.sim.roads_network import KINDS, Network
from twin.sim.roads_tags import UNNAMED, limit_mph, road
from twin.sim.routing import Router

CALCASIEU = parish.load()
WRITERS = (pbf, graphml)
Writer = Callable[[Path, Nodes, Ways], Path]


def at(east: float, north: float) -> LatLon:
    """Metres from the middle of downtown Lake Charles."""
    x, y = CALCASIEU.plane.xy(30.2266, -93.2174)
    return LatLon(*CALCASIEU.plane.latlon(x + east, y + north))


# A block of streets with a bend in the north, a motorway beside it that is left by one ramp and joined by another, a
# footway, a private drive, and an island that no road leads to.
NODES: Nodes = {
    1: at(0, 0),
    2: at(400, 0),
    3: at(400, 300),
    4: at(0, 300),
    5: at(200, 320),
    10: at(-500, -200),
    11: at(100, -200),
    12: at(300, -200),
    13: at(900, -200),
    20: at(5000, 5000),
    21: at(5200, 5000),
}
TOWN: Ways = (
    ([1, 2], {"highway": "residential", "name": "Broad Street", "maxspeed": "25 mph"}),
    ([2, 3], {"highway": "residential", "name": "Bank Street", "maxspeed": "50", "oneway": "yes"}),
    ([3, 5, 4], {"highway": "secondary", "name": "Church Street", "ref": "LA 385", "bridge": "yes"}),
    ([4, 1], {"highway": "tertiary", "name": "Ryan Street"}),
    ([13, 12], {"highway": "motorway", "ref": "I 10", "maxspeed": "60 mph", "oneway": "yes"}),
    ([12, 11], {"highway": "motorway", "ref": "I 10", "maxspeed": "60 mph", "oneway": "yes"}),
    ([11, 10], {"highway": "motorway", "ref": "I 10", "maxspeed": "60 mph", "oneway": "yes"}),
    ([12, 2], {"highway": "motorway_link", "oneway": "yes"}),
    ([1, 11], {"highway": "motorway_link", "oneway": "yes"}),
    ([10, 13], {"highway": "trunk", "oneway": "yes", "maxspeed": "55 mph"}),
    ([1, 3], {"highway": "footway"}),
    ([2, 4], {"highway": "residential", "access": "private"}),
    ([20, 21], {"highway": "residential", "name": "Island Lane"}),
)


def seen(network: Network) -> set[tuple[tuple[int, ...], str, str, int, bool]]:
    """Every edge: the known nodes it runs along, its name, class, limit in miles an hour and whether it is a bridge."""
    where = {tuple(np.round(CALCASIEU.plane.xy(*there), 1).tolist()): key for key, there in NODES.items()}
    return {
        (
            tuple(where[tuple(np.round(point, 1).tolist())] for point in network.shape(edge)),
            network.road(edge),
            KINDS[network.kind[edge]],
            round(network.speed_mps[edge] / MPS_PER_MPH),
            bool(network.bridge[edge]),
        )
        for edge in range(network.edges)
    }


@pytest.mark.parametrize("write", WRITERS)
def test_a_small_town_is_what_its_file_says(write: Writer, tmp_path: Path) -> None:
    """Directions, classes, names, limits and bridges are the file's; a limit that is not posted is that of the class
    in such surroundings; a bend is no crossing; what a car may not drive on, and an island, is not there."""
    network = roads_import.build(write(tmp_path / f"town.{write.__name__}", NODES, TOWN), CALCASIEU)
    assert seen(network) == {
        ((1, 2), "Broad Street", "street", 25, False),
        ((2, 1), "Broad Street", "street", 25, False),
        ((2, 3), "Bank Street", "street", 31, False),
        ((3, 5, 4), "LA 385", "secondary", 35, True),
        ((4, 5, 3), "LA 385", "secondary", 35, True),
        ((4, 1), "Ryan Street", "secondary", 35, False),
        ((1, 4), "Ryan Street", "secondary", 35, False),
        ((12, 11), "I-10", "motorway", 60, False),
        ((11, 10), "I-10", "motorway", 60, False),
        ((10, 13), UNNAMED, "trunk", 55, False),
        ((13, 12), "I-10", "motorway", 60, False),
        ((12, 2), UNNAMED, "ramp", 35, False),
        ((1, 11), UNNAMED, "ramp", 35, False),
    }
    assert sorted(network.twin[network.twin >= 0].tolist()) == np.flatnonzero(network.twin >= 0).tolist()
    assert (network.shape_xy == np.round(network.shape_xy, 2)).all()


@pytest.fixture(scope="module")
def own() -> Network:
    return roads.load()


@pytest.fixture(scope="module", params=WRITERS, ids=lambda write: write.__name__)
def whole(request: pytest.FixtureRequest, own: Network, tmp_path_factory: pytest.TempPathFactory) -> Network:
    """The parish's own network, written to a file as others do, and read again."""
    path = tmp_path_factory.mktemp("roads") / f"parish.{request.param.__name__}"
    return roads_import.build(request.param(path, *of_network(own)), CALCASIEU)


def test_a_parish_comes_back_from_a_file(whole: Network, own: Network) -> None:
    """Twenty thousand edges out and in again: as long, as fast, the same one-way roads, and every trip takes as
    long to the tenth of a second. What differs are two crossings that decide nothing outside our own tables."""
    assert abs(whole.edges - own.edges) <= 4
    assert whole.length_m.sum() == pytest.approx(own.length_m.sum(), abs=2.0)
    assert whole.micros.sum() == pytest.approx(own.micros.sum(), rel=1e-6)
    assert set(whole.names.tolist()) == set(own.names.tolist())
    dice, there, back = Random(4), Router(own), Router(whole)
    for _ in range(20):
        places = [own.node_xy[dice.randrange(own.nodes)] for _ in range(2)]
        a, b = (there.nearest_node(*place) for place in places)
        c, d = (back.nearest_node(*place) for place in places)
        assert back.seconds(c, d) == pytest.approx(there.seconds(a, b), abs=0.1)


def test_the_parish_fits_its_own_streets_from_a_file(whole: Network) -> None:
    """Readers, gateways, towns and people all lie at a road of it."""
    assert misfits(CALCASIEU, Router(whole)) == []


def test_what_lies_far_from_any_road_is_named(tmp_path: Path) -> None:
    """A block downtown serves downtown: readers, towns and people elsewhere are told by name, with the distance."""
    network = roads_import.build(pbf(tmp_path / "town.pbf", NODES, TOWN), CALCASIEU)
    found = misfits(CALCASIEU, Router(network))
    assert any(one.startswith("reader i10-texas-line: ") and "km away" in one for one in found)
    assert any(one.startswith("vinton: the nearest road is ") for one in found)
    assert any(one.startswith("SPD, Sulphur: ") for one in found)
    assert not any(one.startswith("lake charles: ") for one in found)
    assert shown(found).endswith(f"; and {len(found) - 5} more")


def test_roads_that_an_extract_cut_end_there(tmp_path: Path) -> None:
    """A way whose nodes are not all in the file is drawn as far as they are; so is one that leaves the parish."""
    far = {**NODES, 30: LatLon(31.5, -93.2)}
    ways = [*TOWN, ([1, 999, 2], {"highway": "primary"}), ([3, 30], {"highway": "primary"})]
    whole = roads_import.build(pbf(tmp_path / "town.pbf", NODES, TOWN), CALCASIEU)
    cut = roads_import.build(pbf(tmp_path / "cut.pbf", far, ways), CALCASIEU)
    assert cut.digest() == whole.digest()


def test_points_closer_than_the_centimetre_are_one(tmp_path: Path) -> None:
    """Two nodes at one place would make a road without length, which takes no time and faces nowhere."""
    doubled = {**NODES, 40: NODES[2]}
    ways = [(line if line != [1, 2] else [1, 40, 2], tags) for line, tags in TOWN]
    network = roads_import.build(pbf(tmp_path / "town.pbf", doubled, ways), CALCASIEU)
    assert network.digest() == roads_import.build(pbf(tmp_path / "plain.pbf", NODES, TOWN), CALCASIEU).digest()


def test_a_network_is_kept_by_what_the_file_holds(tmp_path: Path) -> None:
    """Another name, the same content: the kept network. Another content under the same name: another network. The
    parish's own stays where it is."""
    path, cache = tmp_path / "town.pbf", tmp_path / "cache"
    first = roads_import.load(pbf(path, NODES, TOWN), cache)
    kept = list(cache.iterdir())
    assert len(kept) == 1
    assert roads_import.load(path.rename(tmp_path / "renamed.pbf"), cache).digest() == first.digest()
    assert list(cache.iterdir()) == kept
    other = roads_import.load(pbf(path, NODES, TOWN[:4]), cache)
    assert other.edges < first.edges
    assert len(list(cache.iterdir())) == 2
    assert roads_import.chosen(None).digest() == roads.load().digest()


# --- what is wrong with a file ------------------------------------------------------------------------------------

GRAPH = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="x" for="node" attr.name="x" attr.type="string"/><key id="y" for="node" attr.name="y" attr.type="string"/>
<key id="h" for="edge" attr.name="highway"/><key id="g" for="edge" attr.name="geometry"/>
<graph edgedefault="undirected">
<node id="a"><data key="x">-93.2</data><data key="y">30.2</data></node>
<node id="b"><data key="x">-93.3</data><data key="y">30.2</data></node>
<edge source="a" target="b"><data key="h">primary</data></edge>
</graph></graphml>
"""


def test_an_undirected_graph_is_driven_both_ways(tmp_path: Path) -> None:
    (tmp_path / "ok.graphml").write_text(GRAPH)
    network = roads_import.build(tmp_path / "ok.graphml", CALCASIEU)
    assert (network.nodes, network.edges) == (2, 2)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("</graph></graphml>", "", ":10:1: not XML: "),
        ("-93.3</data>", "east</data>", ":7: node b: x: found 'east', expected degrees"),
        ("-93.3</data>", "477000.0</data>", ":7: node b: x: found '477000.0', expected degrees"),
        ('<data key="x">-93.3</data>', "", ":7: node b: x: found none, expected degrees"),
        ('target="b"', 'target="c"', ":8: edge a -> c: there is no node c before it"),
        (' target="b"', "", ":8: found no target, expected one"),
        ("primary</data>", 'primary</data><data key="g">POINT (1 2)</data>', ":8: geometry: found 'POINT (1 2)'"),
        ("primary</data>", 'primary</data><data key="g">LINESTRING (1, 2)</data>', ":8: geometry: found 'LINESTRING"),
        ("primary", "footway", ": found no roads, expected some with a `highway` between "),
        ("-93.3<", "-99.3<", ": found only roads elsewhere, expected some"),
        ("<graph ", "<grap ", "not XML"),
        ("<graphml ", "<!DOCTYPE g [<!ENTITY e 'x'>]><graphml ", ":2: not XML that is read here: "),
        ('"undirected"', '"directed"', ": no two crossings reach each other"),
    ],
)
def test_graphml_mistakes_are_told_with_their_line(before: str, after: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.graphml"
    path.write_text(GRAPH.replace(before, after))
    with pytest.raises(RoadsError) as error:
        roads_import.build(path, CALCASIEU)
    assert str(error.value).startswith(f"{path}:")
    assert said in str(error.value)


def test_a_broken_pbf_is_told(tmp_path: Path) -> None:
    """A file of something else, one that ends early, and one with a byte changed in the middle of a block."""
    whole = pbf(tmp_path / "town.pbf", NODES, TOWN).read_bytes()
    for broken in (b"not a map", whole[: len(whole) * 2 // 3], whole[:150] + b"\xff" * 40 + whole[190:]):
        path = tmp_path / "broken.pbf"
        path.write_bytes(broken)
        with pytest.raises(RoadsError, match=r"broken\.pbf: .*not an OpenStreetMap PBF file"):
            roads_import.build(path, CALCASIEU)


@pytest.mark.parametrize("kind", ["pbf", "graphml"])
def test_no_damage_to_a_file_does_more_than_raise_an_error(kind: str, tmp_path: Path) -> None:
    """Some hundred files with bytes changed anywhere make a network, or a RoadsError that names the file."""
    dice, path = Random(11), tmp_path / f"town.{kind}"
    whole = (pbf(path, NODES, TOWN, "none") if kind == "pbf" else graphml(path, NODES, TOWN)).read_bytes()
    refused = 0
    for _ in range(100):
        damaged = bytearray(whole)
        for _ in range(dice.choice((1, 3, 30))):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        path.write_bytes(damaged)
        with contextlib.suppress(RoadsError):
            roads_import.build(path, CALCASIEU)
            continue
        refused += 1
    assert 0 < refused < 100


def test_files_of_other_kinds_and_sizes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "streets.shp"
    other.write_bytes(b"")
    with pytest.raises(RoadsError, match=r"streets\.shp: found \.shp, expected one of \.pbf, \.graphml"):
        roads_import.load(other)
    path = pbf(tmp_path / "town.pbf", NODES, TOWN)
    monkeypatch.setattr(roads_import, "MOST_BYTES", 100)
    with pytest.raises(RoadsError, match="at most 100 are read"):
        roads_import.load(path)
    monkeypatch.setattr("twin.sim.roads_drawn.MOST_POINTS", 5)
    with pytest.raises(RoadsError, match="more than 5 points of roads"):
        roads_import.build(path, CALCASIEU)


# --- tags ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posted", "mph"),
    [
        ("55 mph", 55.0),
        ("55mph", 55.0),
        ("80", 49.7),
        ("80 km/h", 49.7),
        ("['45 mph', '35 mph']", 35.0),
        ("45 mph;35 mph", 35.0),
        ("none", None),
        ("signals", None),
        ("RO:urban", None),
        ("1000 mph", None),
        ("2 mph", None),
        ("", None),
    ],
)
def test_limits(posted: str, mph: float | None) -> None:
    assert limit_mph(posted) == mph


@pytest.mark.parametrize(
    ("tags", "ways"),
    [
        ({"highway": "residential"}, (True, True)),
        ({"highway": "residential", "oneway": "yes"}, (True, False)),
        ({"highway": "residential", "oneway": "-1"}, (False, True)),
        ({"highway": "residential", "oneway": "reversible"}, None),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway", "oneway": "no"}, (True, True)),
        ({"highway": "tertiary", "junction": "roundabout"}, (True, False)),
        ({"highway": "primary", "access": "no"}, None),
        ({"highway": "primary", "access": "no", "motor_vehicle": "yes"}, (True, True)),
        ({"highway": "service"}, None),
        ({"highway": "primary", "area": "yes"}, None),
        ({}, None),
    ],
)
def test_who_may_drive_which_way(tags: dict[str, str], ways: tuple[bool, bool] | None) -> None:
    found = road(tags)
    assert (found and (found.forward, found.backward)) == ways


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({"ref": "I 10;US 90"}, "I-10"),
        ({"ref": "US 90", "name": "Napoleon Street"}, "US 90"),
        ({"name": "['Ryan Street', \"Nellie Lutcher's Way\"]"}, "Ryan Street"),
        ({"name": " A\nB\x00 "}, "A B"),
        ({"name": "x" * 500}, "x" * 80),
        ({}, UNNAMED),
    ],
)
def test_names_are_the_tables_own_where_a_road_has_a_number(tags: dict[str, str], name: str) -> None:
    found = road({"highway": "primary", **tags})
    assert found is not None
    assert found.name == name
