"""The parish's maps as files that a center can be given.

Knows: where they are kept (beside the network's cache) and that a file that is there is whole.
Refuses to know: what is in them (see sim/gis.py, sim/homes_points.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from twin.sim import gis, homes_points, roads
from twin.sim.homes import Homes
from twin.sim.parish import Parish
from twin.sim.roads_network import Network


def roads_file(parish: Parish, network: Network) -> Path:
    """GeoJSON with every road, to route on."""
    return _kept(f"roads-{network.digest()[:16]}.geojson", lambda: gis.geojson(parish, network, for_map=False))


def map_file(parish: Parish, network: Network) -> Path:
    """GeoJSON for the page: the same roads, joined and simplified."""
    return _kept(f"map-{network.digest()[:16]}.geojson", lambda: gis.geojson(parish, network, for_map=True))


def premises_file(parish: Parish, network: Network, homes: Homes) -> Path:
    """CSV with every address, and what can be broken into there."""
    return _kept(f"premises-{network.digest()[:16]}.csv", lambda: homes_points.csv(homes, parish.plane))


def _kept(name: str, made: Callable[[], bytes]) -> Path:
    folder = roads.cache_folder()
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}")
        beside.write_bytes(made())
        beside.replace(path)
    return path
