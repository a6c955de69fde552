"""The parish's maps as files that a center can be given.

Knows: where they are kept (beside the network's cache) and that a file that is there is whole.
Refuses to know: what is in them (see sim/gis.py).
"""

from __future__ import annotations

import os
from pathlib import Path

from twin.sim import gis, roads
from twin.sim.parish import Parish
from twin.sim.roads_network import Network


def roads_file(parish: Parish, network: Network) -> Path:
    """GeoJSON with every road, to route on."""
    return _kept(parish, network, "roads", for_map=False)


def map_file(parish: Parish, network: Network) -> Path:
    """GeoJSON for the page: the same roads, joined and simplified."""
    return _kept(parish, network, "map", for_map=True)


def _kept(parish: Parish, network: Network, name: str, *, for_map: bool) -> Path:
    folder = roads.cache_folder()
    path = folder / f"{name}-{network.digest()[:16]}.geojson"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_bytes(gis.geojson(parish, network, for_map=for_map))
        beside.replace(path)
    return path
