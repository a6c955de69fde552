"""Roads from OpenStreetMap's PBF files.

Knows: which of a file's ways are roads, and that their nodes are their points. The format itself is libosmium's.
Refuses to know: relations (turn restrictions among them), and what becomes of the roads.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import osmium

from twin.sim.parish import LatLon
from twin.sim.roads_drawn import Drawn, RoadsError
from twin.sim.roads_tags import Road, road


def read(path: Path, drawn: Drawn) -> None:
    """Draw the file's roads. An extract cuts roads at its edge: where nodes are missing, so is that piece. Raises
    RoadsError."""
    wanted = osmium.osm.NODE | osmium.osm.WAY
    last = "its beginning"
    try:
        ways = osmium.FileProcessor(osmium.io.File(str(path), "pbf"), wanted).with_locations()
        ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(osmium.filter.KeyFilter("highway"))
        for way in ways:
            assert isinstance(way, osmium.osm.Way)
            found = road(dict(way.tags))
            if found is not None:
                _draw(way.nodes, found, drawn)
            last = f"way {way.id}"
    except RoadsError:
        raise
    except (RuntimeError, ValueError) as error:  # libosmium's errors are all RuntimeError, or tags that are not UTF-8
        raise RoadsError(f"{path}: after {last}: not an OpenStreetMap PBF file: {error}") from error


def _draw(nodes: Any, found: Road, drawn: Drawn) -> None:
    line: list[tuple[int, LatLon]] = []
    for node in nodes:
        if node.location.valid():
            line.append((node.ref, LatLon(node.location.lat, node.location.lon)))
        else:
            drawn.line(line, found)
            line = []
    drawn.line(line, found)
