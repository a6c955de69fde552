"""The beat map: which part of an agency's ground each car patrols.

Knows: how many beats an agency has, and how its ground is divided among them by where people live.
Refuses to know: who is on duty, and what a car does on its beat.

The map is the parish's, not a run's: the same for every scenario and seed. Lake Charles has 19 beats (verified); the
other numbers, and where all the lines run, are assumptions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.sim.geometry import Floats, inside
from twin.sim.parish import Agency, Parish, RoadKind, planar
from twin.sim.routing import Router

BEATS = {"CPSO": 38, "LCPD": 19, "SPD": 4, "WPD": 1, "VPD": 1, "IPD": 1, "LSP": 3}
HIGHWAYS: tuple[RoadKind, ...] = ("motorway", "trunk", "primary", "ramp")
ROUNDS = 12
LEAST_NODES = 6
BOX_M = 450.0


class Beat(NamedTuple):
    """Where a unit patrols: a mask of nodes as `Router.area` gives it, and some nodes in it to begin at."""

    name: str
    area: bytes
    nodes: tuple[int, ...]


def beat_map(parish: Parish, router: Router) -> dict[str, tuple[Beat, ...]]:
    """Every agency's beats, by agency."""
    return {agency.agency: _beats(agency, parish, router) for agency in parish.agencies}


def ground(agency: Agency, parish: Parish, router: Router) -> bytes:
    """All of an agency's crossings. The sheriff's deputies leave the towns that have police to them."""
    if agency.covers == "highways":
        return router.area(planar(parish.plane, parish.boundary), HIGHWAYS)
    if agency.covers != "parish":
        return router.area(planar(parish.plane, parish.place(agency.covers).ring))
    xy = router.network.node_xy
    mine = inside(xy, planar(parish.plane, parish.boundary))
    for other in parish.agencies:
        if other.covers not in ("parish", "highways"):
            mine &= ~inside(xy, planar(parish.plane, parish.place(other.covers).ring))
    return router.part(mine)


def box(router: Router, x: float, y: float) -> Beat:
    """The roads about a place that a crew is asked to patrol for some hours; farther about where there are few."""
    xy = router.network.node_xy
    away = np.hypot(xy[:, 0] - x, xy[:, 1] - y)
    reach = max(BOX_M, float(np.partition(away, LEAST_NODES)[LEAST_NODES]))
    while True:
        try:
            return _beat("box", router.part(away <= reach))
        except ValueError:  # crossings that do not reach each other
            reach *= 2


def _beats(agency: Agency, parish: Parish, router: Router) -> tuple[Beat, ...]:
    """The ground, cut so that about as many people live on each beat. A cut that leaves too little road to go round on
    is made again, through the largest beat."""
    area = ground(agency, parish, router)
    mine = np.flatnonzero(np.frombuffer(area, np.uint8))
    xy = router.network.node_xy[mine]
    weights = np.ones(len(xy)) if agency.covers == "highways" else _people(parish, xy)
    centres = _centres(xy, weights, min(BEATS.get(agency.agency, 1), len(xy)))
    cut = _Cutter(router, mine)
    parts = cut.parts(_nearest(xy, centres), len(centres))
    for _ in range(len(centres) * 2):
        sizes = [part.count(1) for part in parts]
        if min(sizes) >= LEAST_NODES:
            break
        largest = int(np.argmax(sizes))
        gap = ((xy - centres[largest]) ** 2).sum(axis=1)
        gap[np.frombuffer(parts[largest], np.uint8)[mine] == 0] = -1.0
        centres[int(np.argmin(sizes))] = xy[int(np.argmax(gap))]
        parts = cut.parts(_nearest(xy, centres), len(centres))
    driven = [part for part in parts if part.count(1) >= 2]
    return tuple(_beat(f"{agency.agency}-{number}", part) for number, part in enumerate(driven, 1))


def _beat(name: str, area: bytes) -> Beat:
    nodes = np.flatnonzero(np.frombuffer(area, np.uint8))
    return Beat(name, area, tuple(nodes.tolist()))


class _Cutter:
    """Cuts an agency's crossings, again and again; a cell that stays as it was is not looked at again."""

    def __init__(self, router: Router, mine: NDArray[np.intp]) -> None:
        self._router, self._mine = router, mine
        self._known: dict[bytes, bytes] = {}

    def parts(self, nearest: NDArray[np.intp], count: int) -> list[bytes]:
        """The part of each cell that a car can go round on; nothing where there is none."""
        return [self._part(nearest == number) for number in range(count)]

    def _part(self, chosen: NDArray[np.bool_]) -> bytes:
        cell = np.zeros(self._router.network.nodes, dtype=np.bool_)
        cell[self._mine[chosen]] = True
        if (key := cell.tobytes()) not in self._known:
            try:
                self._known[key] = self._router.part(cell)
            except ValueError:
                self._known[key] = bytes(self._router.network.nodes)
        return self._known[key]


def _people(parish: Parish, crossings: Floats) -> Floats:
    """How many people live about each crossing: those of a block group are shared by the crossings nearest to it."""
    homes = np.array([parish.plane.xy(home.lat, home.lon) for home in parish.people])
    nearest = _nearest(crossings, homes)
    shared = np.bincount(nearest, minlength=len(homes))
    people = np.array([float(home.people) for home in parish.people])
    weights: Floats = people[nearest] / shared[nearest]
    return weights


def _centres(points: Floats, weights: Floats, count: int) -> Floats:
    """Weighted k-means, begun with the heaviest point and then always the one farthest from all so far; to the metre,
    so that machines whose sums differ in the last bit agree."""
    chosen = [int(np.argmax(weights))]
    while len(chosen) < count:
        gap = ((points[:, None, :] - points[chosen][None, :, :]) ** 2).sum(axis=2).min(axis=1)
        chosen.append(int(np.argmax(gap * weights)))
    centres = points[chosen].astype(np.float64)
    for _ in range(ROUNDS):
        nearest = _nearest(points, centres)
        for number in range(count):
            mine = nearest == number
            if mine.any():
                centres[number] = np.round((points[mine] * weights[mine, None]).sum(axis=0) / weights[mine].sum())
    return centres


def _nearest(points: Floats, centres: Floats) -> NDArray[np.intp]:
    gap: NDArray[np.intp] = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    return gap
