"""The road network is one connected, credible parish, and always the same one."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from twin.sim import parish, roads
from twin.sim.geometry import Floats, inside, lengths, project, turn_deg
from twin.sim.parish import COURSE_DEG, Parish, planar, water_rings
from twin.sim.roads_network import KINDS, Network

ONE_WAY = [KINDS.index("motorway"), KINDS.index("ramp")]
REFERENCE_MILES = 1_983


@pytest.fixture(scope="module")
def calcasieu() -> Parish:
    return parish.load()


@pytest.fixture(scope="module")
def network() -> Network:
    return roads.load()


@pytest.fixture(scope="module")
def digest_and_bytes(network: Network) -> tuple[str, bytes]:
    return network.digest(), network.to_bytes()


def edges_named(network: Network, name: str) -> list[int]:
    return np.flatnonzero(network.names[network.name] == name).tolist()


def test_everyone_reaches_everyone(network: Network) -> None:
    """From every node there is a way to every other: no island, no trap."""
    graph = sparse.csr_array((np.ones(network.edges), (network.source, network.target)), shape=(network.nodes,) * 2)
    assert connected_components(graph, connection="strong")[0] == 1


def test_only_bridges_cross_water(network: Network, calcasieu: Parish) -> None:
    """A step every five metres along every road: whoever is over water is on a bridge, whoever is on a bridge is over
    water, and every bridge is one the tables name."""
    rings = water_rings(calcasieu)
    for edge in range(network.edges):
        shape = network.shape(edge)
        reach = np.concatenate([[0.0], np.cumsum(lengths(shape))])
        count = int(reach[-1] // 5.0) + 1
        at = (np.arange(count) + 0.5) * reach[-1] / count
        points = np.stack([np.interp(at, reach, shape[:, k]) for k in (0, 1)], axis=1)
        over = np.zeros(len(at), dtype=bool)
        for ring in rings:
            if (points.max(axis=0) >= ring.min(axis=0)).all() and (points.min(axis=0) <= ring.max(axis=0)).all():
                over |= inside(points, ring)
        assert over.all() if network.bridge[edge] else not over.any(), network.road(edge)
    named = {bridge.road for bridge in calcasieu.bridges}
    assert {network.road(edge) for edge in np.flatnonzero(network.bridge).tolist()} == named


def test_bridges_are_where_the_tables_say(network: Network, calcasieu: Parish) -> None:
    """Each named bridge is a bridge of the network, within 100 m."""
    for bridge in calcasieu.bridges:
        here = planar(calcasieu.plane, [bridge.at])
        spans = [network.shape(e) for e in edges_named(network, bridge.road) if network.bridge[e]]
        assert min(distance(here, span) for span in spans) < 100.0, bridge.name


def distance(here: Floats, shape: Floats) -> float:
    return min(float(project(here, c, d)[0][0]) for c, d in pairwise(shape))


def test_readers_stand_by_their_roads(network: Network, calcasieu: Parish) -> None:
    """Every plate reader is within 30 m of a lane of its road that goes the way it watches."""
    for site in calcasieu.readers:
        here = planar(calcasieu.plane, [site.at])
        nearest = np.inf
        for edge in edges_named(network, site.road):
            shape = network.shape(edge)
            for c, d in pairwise(shape):
                course = float(np.degrees(np.arctan2(*(d - c))))
                if abs(turn_deg(COURSE_DEG[site.watches], course)) < 60.0:
                    nearest = min(nearest, float(project(here, c, d)[0][0]))
        assert nearest < 30.0, site.reader


def test_gateways_are_nodes(network: Network, calcasieu: Parish) -> None:
    """Through traffic can enter and leave exactly where the tables say, on the road they name."""
    for gateway in calcasieu.gateways:
        gap = np.hypot(*(network.node_xy - planar(calcasieu.plane, [gateway.at])).T)
        node = int(np.argmin(gap))
        assert gap[node] < 1.0, gateway.name
        assert gateway.road in {network.road(e) for e in np.flatnonzero(network.source == node).tolist()}


def test_every_place_has_streets(network: Network, calcasieu: Parish) -> None:
    """No town is a name on an empty map, and cities are far denser than the country."""
    density = {}
    for place in calcasieu.places:
        ring = planar(calcasieu.plane, place.ring)
        x, y = ring.T
        km2 = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2e6
        density[place.name] = np.count_nonzero(inside(network.node_xy, ring)) / km2
        assert density[place.name] > 0.5, place.name
    country = network.nodes / 2_833
    assert min(density["Lake Charles"], density["Sulphur"], density["Prien"]) > 6 * country


def test_lakes_are_empty(network: Network, calcasieu: Parish) -> None:
    """No crossing lies in water."""
    for ring in water_rings(calcasieu):
        shore = inside(network.node_xy, ring)
        ends = np.union1d(network.source[network.bridge], network.target[network.bridge])
        assert set(np.flatnonzero(shore).tolist()) <= set(ends.tolist())  # a bridge's end lies on the shore's line


def test_one_way_roads(network: Network) -> None:
    """Motorways and ramps run one way; every other road has a twin that is the same road backwards."""
    lone = network.twin < 0
    assert (lone == np.isin(network.kind, ONE_WAY)).all()
    for edge in np.flatnonzero(~lone).tolist():
        twin = int(network.twin[edge])
        assert network.twin[twin] == edge
        assert (network.source[twin], network.target[twin]) == (network.target[edge], network.source[edge])
        assert network.name[twin] == network.name[edge]
        assert network.micros[twin] == network.micros[edge]
        assert (network.shape(twin) == network.shape(edge)[::-1]).all()


def test_lines_fit_their_nodes(network: Network) -> None:
    """Every edge's line runs from its source to its target without a standstill, is as long as it says, and takes as
    long as its limit says."""
    for edge in range(network.edges):
        shape = network.shape(edge)
        steps = lengths(shape)
        assert (shape[0] == network.node_xy[network.source[edge]]).all()
        assert (shape[-1] == network.node_xy[network.target[edge]]).all()
        assert steps.min() > 0.0
        assert steps.sum() == pytest.approx(network.length_m[edge], abs=0.01)
        assert network.micros[edge] == pytest.approx(network.length_m[edge] / network.speed_mps[edge] * 1e6, abs=1.0)


def test_figures_are_a_parishs(network: Network) -> None:
    """As many miles of road as the parish has, within a tenth, and of a size that routing and maps can bear."""
    figures = roads.figures(network)
    assert figures["road_miles"] == pytest.approx(REFERENCE_MILES, rel=0.10)
    assert 5_000 < figures["nodes"] < 10_000
    assert 15_000 < figures["directed_edges"] < 30_000


def test_streets_have_names_of_their_own(network: Network) -> None:
    """A street name belongs to one stretch of one town, so that an address means one place."""
    for name in set(network.names.tolist()):
        edges = edges_named(network, name)
        if KINDS[network.kind[edges[0]]] == "street":
            points = np.concatenate([network.shape(edge) for edge in edges])
            assert np.ptp(points, axis=0).max() < 12_000.0, name


def digest_elsewhere(hash_seed: int) -> str:
    code = "from twin.sim import parish, roads; print(roads.build(parish.load()).digest())"
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_the_parish_is_always_the_same(network: Network) -> None:
    """Two processes that hash differently make the same network, bit for bit. Broken by any walk over a set of strings
    while making it, such as `for name in set(names)` in `roads_graph`."""
    assert digest_elsewhere(1) == digest_elsewhere(2) == network.digest()


def test_the_seed_matters(network: Network, calcasieu: Parish) -> None:
    """Another seed is another parish: the dice are really thrown."""
    other = roads.build(calcasieu, seed=1)
    assert other.digest() != network.digest()
    assert other.nodes == pytest.approx(network.nodes, rel=0.1)


def test_cache_is_kept_and_a_damaged_one_made_again(network: Network, tmp_path: Path) -> None:
    """A first load leaves one whole file; with a byte of it turned, the next load makes it again as it was."""
    assert roads.load(tmp_path).digest() == network.digest()
    [kept] = tmp_path.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    assert roads.load(tmp_path).digest() == network.digest()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [whole]


def test_old_networks_are_thrown_away(network: Network, tmp_path: Path) -> None:
    """The cache does not grow with every change of the code: of older networks the oldest go."""
    for age in range(6):
        old = tmp_path / f"roads-{age}.npz"
        old.write_bytes(b"old")
        os.utime(old, (1_000 - age, 1_000 - age))
    assert roads.load(tmp_path).digest() == network.digest()
    assert len(list(tmp_path.iterdir())) == roads.KEPT
    assert {path.name for path in tmp_path.glob("roads-?.npz")} == {"roads-0.npz", "roads-1.npz"}


def test_cache_folder_that_cannot_be_written(network: Network, tmp_path: Path) -> None:
    """Where nothing can be kept, the network is made all the same."""
    obstacle = tmp_path / "file"
    obstacle.write_bytes(b"in the way")
    assert roads.load(obstacle / "below").digest() == network.digest()


def test_cache_folder_follows_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CACHE_HOME decides where, and without it the home folder's .cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert roads.cache_folder() == Path("/somewhere/rtcc")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert roads.cache_folder() == Path.home() / ".cache" / "rtcc"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_noticed(digest_and_bytes: tuple[str, bytes], data: st.DataObject) -> None:
    """Whatever byte of a written network is turned, and wherever it is cut off, reading it is a ValueError."""
    whole = digest_and_bytes[1]
    at = data.draw(st.integers(0, len(whole) - 1))
    turned = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    for damaged in (turned, whole[:at]):
        with pytest.raises(ValueError, match="damaged"):
            Network.from_bytes(damaged)


def test_written_and_read_back(digest_and_bytes: tuple[str, bytes]) -> None:
    """What is read is what was written."""
    digest, data = digest_and_bytes
    assert Network.from_bytes(data).digest() == digest


def test_figures_on_the_command_line() -> None:
    """`python -m twin.sim.roads` prints the figures that the documents quote."""
    run = subprocess.run([sys.executable, "-m", "twin.sim.roads"], capture_output=True, text=True, check=True)
    rows = dict(line.split(maxsplit=1) for line in run.stdout.splitlines())
    assert {"nodes", "directed_edges", "road_miles", "build_s", "digest"} <= rows.keys()
    assert float(rows["build_s"]) < 30.0
