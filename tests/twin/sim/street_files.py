"""Files of streets as others write them.

Knows: OpenStreetMap PBF, written by libosmium, and GraphML, written by NetworkX with OSMnx's attributes.
Refuses to know: how the twin reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import networkx
import osmium
from osmium.osm import mutable

from twin.sim import parish
from twin.sim.parish import LatLon
from twin.sim.roads_network import KINDS, Network

Nodes: TypeAlias = Mapping[int, LatLon]
Ways: TypeAlias = Sequence[tuple[Sequence[int], Mapping[str, str]]]

HIGHWAY = dict(zip(KINDS, ("motorway", "trunk", "primary", "secondary", "residential", "motorway_link"), strict=True))
MPS_PER_MPH = 0.44704


def pbf(path: Path, nodes: Nodes, ways: Ways, compression: str = "zlib") -> Path:
    file = osmium.io.File(str(path), f"pbf,pbf_compression={compression}")
    writer = osmium.SimpleWriter(file, overwrite=True)
    try:
        for key, at in nodes.items():
            writer.add_node(mutable.Node(id=key, location=(at.lon, at.lat)))
        for number, (line, tags) in enumerate(ways, 1):
            writer.add_way(mutable.Way(id=number, nodes=list(line), tags=dict(tags)))
    finally:
        writer.close()
    return path


def graphml(path: Path, nodes: Nodes, ways: Ways) -> Path:
    """As OSMnx saves a simplified graph: ends are nodes, what lies between is a line in WKT, every value is text."""
    graph = networkx.MultiDiGraph(crs="epsg:4326")
    ends = dict.fromkeys(end for line, _ in ways for end in (line[0], line[-1]))
    for key in ends:
        graph.add_node(key, x=str(nodes[key].lon), y=str(nodes[key].lat), street_count="3")
    for number, (line, tags) in enumerate(ways, 1):
        one_way = tags.get("oneway") == "yes"
        for way, is_back in ((line, False), (line[::-1], True)):
            if is_back and one_way:
                continue
            wkt = ", ".join(f"{nodes[key].lon} {nodes[key].lat}" for key in way)
            bent = {"geometry": f"LINESTRING ({wkt})"} if len(way) > 2 else {}
            kept = {key: value for key, value in tags.items() if key != "oneway"}
            about = {"osmid": str(number), "oneway": str(one_way), "reversed": str(is_back), "length": "1.0"}
            graph.add_edge(way[0], way[-1], **about, **kept, **bent)
    networkx.write_graphml(graph, path)
    return path


def of_network(network: Network) -> tuple[Nodes, Ways]:
    """A network as OpenStreetMap would have it: crossings and bends as nodes, roads as tagged ways."""
    plane = parish.load().plane
    xy = network.node_xy
    nodes = {key: LatLon(*plane.latlon(float(x), float(y))) for key, (x, y) in enumerate(xy.tolist(), 1)}
    ways: list[tuple[list[int], dict[str, str]]] = []
    for edge in network.one_each().tolist():
        between = []
        for x, y in network.shape(edge)[1:-1].tolist():
            between.append(len(nodes) + 1)
            nodes[between[-1]] = LatLon(*plane.latlon(x, y))
        tags = {
            "highway": HIGHWAY[KINDS[network.kind[edge]]],
            "maxspeed": f"{network.speed_mps[edge] / MPS_PER_MPH:.0f} mph",
            "oneway": "yes" if network.twin[edge] < 0 else "no",
            "name": network.road(edge),
        }
        if network.bridge[edge]:
            tags["bridge"] = "yes"
        ends = int(network.source[edge]) + 1, int(network.target[edge]) + 1
        ways.append(([ends[0], *between, ends[1]], tags))
    return nodes, ways
