"""A user's own streets: a file from outside as the network that the twin drives on and the center routes on.

Knows: how a file becomes a network of the same kind as the parish's own (`roads`), and where the result is kept.
Refuses to know: formats (`roads_pbf`, `roads_graphml`), and what must lie near a road (`roads_fit`).

The parish stays the parish: its limit, people, readers and gateways. What comes from the file is its streets, inside
the parish's bounds and a few kilometres around them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.csgraph import connected_components

from twin.sim import parish as facts
from twin.sim import roads, roads_graph, roads_graphml, roads_pbf
from twin.sim.geometry import Floats
from twin.sim.parish import Parish
from twin.sim.roads_draft import CITY_PER_KM2, TOWN_PER_KM2, Ground
from twin.sim.roads_drawn import MARGIN_DEG, Box, Drawn, RoadsError
from twin.sim.roads_graph import Arcs, Nature
from twin.sim.roads_network import KINDS, Network

READERS = {".pbf": roads_pbf.read, ".graphml": roads_graphml.read}
MOST_BYTES = 256 << 20
MAKERS = (
    *("geometry", "parish", "roads_draft", "roads_drawn", "roads_graph", "roads_graphml", "roads_import"),
    *("roads_network", "roads_pbf", "roads_tags"),
)


def chosen(path: str | None) -> Network:
    """The streets of a file, or the parish's own. Raises RoadsError, OSError."""
    return roads.load() if path is None else load(Path(path))


def load(path: Path, cache: Path | None = None) -> Network:
    """The network of a file, from the cache when this very content was made before. Raises RoadsError, OSError."""
    if path.suffix not in READERS:
        raise RoadsError(f"{path}: found {path.suffix or 'no suffix'}, expected one of {', '.join(READERS)}")
    if path.stat().st_size > MOST_BYTES:
        raise RoadsError(f"{path}: {path.stat().st_size:,} bytes; at most {MOST_BYTES:,} are read")
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").digest()
    key = roads.key(MAKERS, path.suffix.encode() + content)
    return roads.kept((cache or roads.cache_folder()) / f"imported-{key}.npz", lambda: build(path, facts.load()))


def build(path: Path, parish: Parish) -> Network:
    """Make the network; half a minute for a million points. Raises RoadsError, OSError."""
    west, south, east, north = parish.bounds
    box = Box(west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG)
    drawn = Drawn(box, str(path))
    READERS[path.suffix](path, drawn)
    if not drawn.pieces:
        here = f"between {box.south:.2f} and {box.north:.2f} N, {box.west:.2f} and {box.east:.2f} E"
        found = "only roads elsewhere" if drawn.outside else "no roads"
        raise RoadsError(f"{path}: found {found}, expected some with a `highway` {here}")
    ground = Ground(parish)
    xy = np.round(ground.xy(drawn.points), 2)
    try:
        return roads_graph.connected(_arcs(drawn, xy, ground), xy)
    except ValueError as error:
        raise RoadsError(f"{path}: {error}") from error


def _arcs(drawn: Drawn, xy: Floats, ground: Ground) -> Arcs:
    """Pieces as arcs; where two lie on one another, the greater road counts. Where no limit is posted, the parish's
    for roads of that class in such surroundings does."""
    ends = _same(drawn, xy)
    middle = (xy[ends[:, 0]] + xy[ends[:, 1]]) / 2
    zones = np.searchsorted([TOWN_PER_KM2, CITY_PER_KM2], ground.per_km2(middle)).tolist()
    kinds = [KINDS.index(piece.road.kind) for piece in drawn.pieces]
    arcs: Arcs = {}
    for which in sorted(range(len(kinds)), key=kinds.__getitem__):
        road, (a, b) = drawn.pieces[which].road, ends[which].tolist()
        mph = ground.parish.speeds[road.kind][zones[which]] if road.mph is None else road.mph
        nature = Nature(kinds[which], road.name, mph, road.bridge)
        arcs.setdefault(a, {})
        arcs.setdefault(b, {})
        if road.forward and a != b:
            arcs[a].setdefault(b, nature)
        if road.backward and a != b:
            arcs[b].setdefault(a, nature)
    return arcs


def _same(drawn: Drawn, xy: Floats) -> np.ndarray[tuple[int, int], np.dtype[np.intp]]:
    """The ends of every piece (n, 2); the two ends of a piece too short for the centimetre are one point."""
    ends = np.array([(piece.a, piece.b) for piece in drawn.pieces], dtype=np.intp)
    short = ends[(xy[ends[:, 0]] == xy[ends[:, 1]]).all(axis=1)]
    graph = sparse.csr_array((np.ones(len(short)), (short[:, 0], short[:, 1])), shape=(len(xy),) * 2)
    label = connected_components(graph, directed=False)[1]
    first = np.zeros(len(xy), dtype=np.intp)
    first[label[::-1]] = np.arange(len(xy))[::-1]
    same: np.ndarray[tuple[int, int], np.dtype[np.intp]] = first[label][ends]
    return same
