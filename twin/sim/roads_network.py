"""The road network as arrays: who may drive from where to where, how far, how fast, and along which line.

Knows: the shape of a finished network, and how it is written to a file and read back.
Refuses to know: how it is made, where the file is kept, and who drives on it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.sim.geometry import Floats
from twin.sim.parish import RoadKind

KINDS: tuple[RoadKind, ...] = ("motorway", "trunk", "primary", "secondary", "street", "ramp")
CHECKSUM_BYTES = 32

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Directed edges between nodes; metres on the parish's plane.

    `node_xy` (n, 2). Edges: `source`, `target` (node), `length_m`, `speed_mps` (free flow), `micros` (to drive it at
    that speed, whole microseconds), `kind` (index in `KINDS`), `name` (index in `names`), `bridge`, `twin` (the same
    road the other way, -1 where it is one-way). The line of edge e, ends included, is the rows of `shape_xy` from
    `shape_start[e]` up to `shape_start[e + 1]`.
    """

    node_xy: Floats
    source: Ints
    target: Ints
    length_m: Floats
    speed_mps: Floats
    micros: NDArray[np.int64]
    kind: NDArray[np.uint8]
    name: Ints
    bridge: NDArray[np.bool_]
    twin: Ints
    shape_start: Ints
    shape_xy: Floats
    names: NDArray[np.str_]

    @property
    def nodes(self) -> int:
        return len(self.node_xy)

    @property
    def edges(self) -> int:
        return len(self.source)

    def shape(self, edge: int) -> Floats:
        """The line of an edge, (k, 2), from its source to its target."""
        return self.shape_xy[self.shape_start[edge] : self.shape_start[edge + 1]]

    def road(self, edge: int) -> str:
        """The name of the road an edge is part of."""
        return str(self.names[self.name[edge]])

    def one_each(self) -> NDArray[np.intp]:
        """One edge of every road: the first of each pair of twins, and all one-way edges."""
        edges = np.arange(self.edges)
        return np.flatnonzero((self.twin < 0) | (edges < self.twin))

    def digest(self) -> str:
        """SHA-256 over every array: equal digests, equal networks."""
        sha = hashlib.sha256()
        for name, array in self._arrays():
            sha.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
            sha.update(np.ascontiguousarray(array).tobytes())
        return sha.hexdigest()

    def to_bytes(self) -> bytes:
        """As an .npz archive with its SHA-256 behind it (which readers of archives pass over)."""
        file = io.BytesIO()
        arrays: dict[str, Any] = dict(self._arrays())
        np.savez(file, **arrays)
        return file.getvalue() + hashlib.sha256(file.getbuffer()).digest()

    @classmethod
    def from_bytes(cls, data: bytes) -> Network:
        """The opposite of `to_bytes`; ValueError when a byte of it is not as it was written."""
        archive, checksum = data[:-CHECKSUM_BYTES], data[-CHECKSUM_BYTES:]
        if hashlib.sha256(archive).digest() != checksum:
            raise ValueError("damaged network: its checksum does not fit")
        with np.load(io.BytesIO(archive), allow_pickle=False) as arrays:
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})

    def _arrays(self) -> Iterator[tuple[str, NDArray[np.generic]]]:
        for field in fields(self):
            yield field.name, getattr(self, field.name)
