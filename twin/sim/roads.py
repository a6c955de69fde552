"""The parish's road network: made once, kept on disk.

Knows: in which order the network is made, where it is kept, and its figures (`python -m twin.sim.roads` prints them).
Refuses to know: what a network is (`roads_network`), how its parts are made (`streets`, `roads_*`), who drives on it.

The network is plausible, not real: highways lie where they lie, streets are made up. It depends on the tables, the code
that makes it and `SEED`, never on a scenario's seed: every run of every scenario is in the same parish.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from twin.sim import parish as facts
from twin.sim import roads_graph, roads_names, roads_weave, streets
from twin.sim.parish import Parish
from twin.sim.roads_draft import Ground
from twin.sim.roads_highways import Highways
from twin.sim.roads_motorways import Motorways
from twin.sim.roads_network import KINDS, Network

SEED = 22019
KEPT = 3  # networks of a kind on disk: this one, and what other checkouts may be using
MAKERS = (
    *("geometry", "parish", "streets", "roads", "roads_draft", "roads_graph", "roads_highways"),
    *("roads_motorways", "roads_names", "roads_network", "roads_weave"),
)


def build(parish: Parish, seed: int = SEED) -> Network:
    """Make the network from the facts; a few seconds."""
    ground = Ground(parish)
    highways = Highways(ground)
    motorways = Motorways(highways)
    lattice = streets.lay(ground, seed)
    streets.clear(lattice, ground, motorways.centres)
    roads_weave.weave(lattice, highways, roads_names.name_runs(lattice, seed))
    highways.finish(motorways.blind)
    return roads_graph.finish(highways.draft, ground)


def load(cache: Path | None = None) -> Network:
    """The network of `parish.load()`, from disk when it was made before. `cache` is the folder to keep it in; a folder
    that cannot be written and a file that cannot be read cost the time to make it again, nothing else."""
    path = (cache or cache_folder()) / f"roads-{key(MAKERS)}.npz"
    return kept(path, lambda: build(facts.load()))


def kept(path: Path, make: Callable[[], Network]) -> Network:
    """The network that a file of the cache holds, made and put there when it is not. `path` is `KIND-KEY.npz`."""
    with contextlib.suppress(OSError, ValueError):
        return Network.from_bytes(path.read_bytes())
    network = make()
    with contextlib.suppress(OSError):
        _keep(network, path)
    return network


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/rtcc`, or `~/.cache/rtcc`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "rtcc"


def _keep(network: Network, path: Path) -> None:
    """Write beside, then rename: whoever looks sees a whole file or none. Only the last few are kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".roads-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(network.to_bytes())
        Path(beside).replace(path)
        kind = path.name.partition("-")[0]
        for old in sorted(path.parent.glob(f"{kind}-*.npz"), key=lambda kept: kept.stat().st_mtime)[:-KEPT]:
            old.unlink()
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def key(makers: Sequence[str], content: bytes = b"") -> str:
    """Changes with the facts, with any line of the code that makes the network, `SEED` among them, and with what it is
    made from."""
    sha = hashlib.sha256(facts.table_bytes())
    sha.update(content)
    for maker in makers:
        sha.update((resources.files("twin.sim") / f"{maker}.py").read_bytes())
    return sha.hexdigest()[:16]


def figures(network: Network) -> dict[str, float]:
    """What a reader wants to know of a network. A road with two directions counts its miles once; a motorway's two
    carriageways, as surveyors do, count as one road."""
    once = network.one_each()
    share = np.where(network.kind[once] == KINDS.index("motorway"), 0.5, 1.0)
    share[network.kind[once] == KINDS.index("ramp")] = 0.0
    miles = network.length_m[once] * share / streets.MILE_M
    by_kind = {
        f"miles_{kind}": round(float(miles[network.kind[once] == number].sum()), 1)
        for number, kind in enumerate(KINDS)
        if kind != "ramp"
    }
    return {
        "nodes": network.nodes,
        "directed_edges": network.edges,
        "shape_points": len(network.shape_xy),
        "road_miles": round(float(miles.sum()), 1),
        **by_kind,
    }


def main() -> None:
    """Print the figures, the time to make the network and the time to load it."""
    start = time.perf_counter()
    network = build(facts.load())
    built_s = time.perf_counter() - start
    load()
    start = time.perf_counter()
    load()
    loaded_s = time.perf_counter() - start
    rows = {**figures(network), "build_s": round(built_s, 2), "load_s": round(loaded_s, 3), "digest": network.digest()}
    for name, value in rows.items():
        sys.stdout.write(f"{name:16} {value}\n")


if __name__ == "__main__":
    main()
