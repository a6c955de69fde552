"""Lots along the streets, and what stands on them.

Knows: how lots lie along a road, and how census block groups' dwellings, and businesses, are spread over them.
Refuses to know: addresses and districts (`homes`), and who lives there.

Every choice is a hash of (seed, lot), so that no order of drawing matters. The shares below are assumptions; the number
of people in each block group is the census's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from twin.sim.geometry import Floats, inside
from twin.sim.parish import LatLon, Parish
from twin.sim.roads_draft import Ground
from twin.sim.roads_network import KINDS, Network
from twin.sim.routing_leg import Steps
from twin.sim.streets import dice

PITCH_M = 18.0  # of lots along a street
CORNER_M = 25.0  # kept free at crossings, so that the lots of two streets do not overlap
SETBACK_M = (14.0, 9.0)  # a house from the middle of its street: at least, and up to so much more

PEOPLE_PER_DWELLING = 2.25  # one dwelling in ten stands empty (census: about 98,000 housing units)
FLATS_PER_KM2 = 500  # where people live closer than that, some live in houses of several dwellings
FLATS_SHARE = 0.35
FLATS = (4, 20)  # dwellings in such a house, least and most
BUSINESSES = 5_200  # one for 42 people (County Business Patterns count about 5,000 establishments)
CAR_PARKS = 650
_HOMELY = {"trunk": 0.1, "primary": 0.3, "secondary": 0.7, "street": 1.0}  # how people like to live on such a road
_TRADING = {"trunk": 6.0, "primary": 10.0, "secondary": 1.2, "street": 0.08}  # how shops do
DOWNTOWN = 8.0  # times as many shops in a built-up centre

_SETBACK, _HOME, _FLAT, _SHOP, _CAR_PARK = range(101, 106)

Ints = NDArray[np.int64]


class Lots(NamedTuple):
    """One row a lot: where the house would stand (`xy`) and the place on its road in front of it (`road_xy`, at
    `offset_m` along `edge`), on which `side` of the road (1 right, -1 left), of which `kind` the road is, which
    `settlement` is nearest, and how many people live around."""

    xy: Floats
    road_xy: Floats
    edge: Ints
    offset_m: Floats
    side: Ints
    kind: Ints
    settlement: Ints
    per_km2: Floats

    def take(self, rows: NDArray[np.intp]) -> Lots:
        return Lots._make(column[rows] for column in self)


def lay(ground: Ground, network: Network, seed: int) -> Lots:
    """Every lot in the parish, built on or not, in the order of edges."""
    steps = Steps(network)
    edges = network.one_each()
    edges = edges[np.isin(network.kind[edges], [KINDS.index(kind) for kind in _HOMELY]) & ~network.bridge[edges]]
    count = np.maximum((network.length_m[edges] - 2 * CORNER_M) // PITCH_M, 0).astype(np.int64)
    edge = np.repeat(edges, count)
    place = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    offset = np.round(CORNER_M + (place + 0.5) * PITCH_M, 2)
    step = _step_at(steps, edge, offset)
    along = steps.delta[step] / steps.length_m[step][:, None]
    road_xy = steps.xy[step] + (offset - steps.offset_m[step])[:, None] * along
    right = np.stack([along[:, 1], -along[:, 0]], axis=1)
    sides = []
    for side in (1, -1):
        aside = SETBACK_M[0] + SETBACK_M[1] * dice(seed, _SETBACK, edge, place, np.full_like(place, side + 1))
        sides.append(np.round(road_xy + side * aside[:, None] * right, 1))
    lots = Lots(
        xy=np.concatenate(sides),
        road_xy=np.concatenate([road_xy, road_xy]),
        edge=np.concatenate([edge, edge]),
        offset_m=np.concatenate([offset, offset]),
        side=np.repeat([1, -1], len(edge)),
        kind=np.tile(network.kind[edge].astype(np.int64), 2),
        settlement=np.zeros(2 * len(edge), dtype=np.int64),
        per_km2=np.zeros(2 * len(edge)),
    )
    lots = lots.take(np.flatnonzero(inside(lots.xy, ground.limit) & ~ground.in_water(lots.xy)))
    people = ground.xy([LatLon(home.lat, home.lon) for home in ground.parish.people])
    settlement = cKDTree(people).query(lots.xy)[1]
    return lots._replace(settlement=settlement, per_km2=ground.per_km2(lots.xy))


def settle(lots: Lots, parish: Parish, seed: int) -> Ints:
    """How many dwellings stand on each lot: in every block group as many as its people need, on the lots that the dice
    like best there, more of them where it is dense."""
    rank = _race(seed, _HOME, lots, np.array([_HOMELY.get(kind, 0.0) for kind in KINDS])[lots.kind] * lots.per_km2)
    flats = FLATS[0] + np.floor((FLATS[1] - FLATS[0] + 1) * _dice(seed, _FLAT, lots)).astype(np.int64)
    order = np.lexsort((rank, lots.settlement))
    bounds = np.searchsorted(lots.settlement[order], np.arange(len(parish.people) + 1))
    dwellings = np.zeros(len(rank), dtype=np.int64)
    for home, low, high in zip(parish.people, bounds[:-1], bounds[1:], strict=True):
        here = order[low:high]
        wanted = round(home.people / PEOPLE_PER_DWELLING)
        shared = wanted * (FLATS_SHARE if home.per_km2 > FLATS_PER_KM2 else 0.0)
        houses = int(np.searchsorted(np.cumsum(flats[here]), shared))
        while houses < len(here) and houses + wanted - int(flats[here[:houses]].sum()) > len(here):
            houses += 1  # too few lots for everyone's own house
        dwellings[here[:houses]] = flats[here[:houses]]
        single = here[houses : houses + max(wanted - int(flats[here[:houses]].sum()), 0)]
        dwellings[single] = 1
    return dwellings


def trade(lots: Lots, parish: Parish, taken: NDArray[np.bool_], seed: int) -> tuple[NDArray[np.bool_], ...]:
    """On which of the lots that are not `taken` a business stands, and on which one may park: along the main roads,
    and in the built-up centres."""
    liking = np.array([_TRADING.get(kind, 0.0) for kind in KINDS])[lots.kind] * (lots.per_km2 + 30.0)
    for centre in parish.centres:
        away = lots.xy - np.array(parish.plane.xy(*centre.at))
        liking[(away * away).sum(axis=1) < centre.radius_m**2] *= DOWNTOWN
    chosen = []
    for purpose, count in ((_SHOP, BUSINESSES), (_CAR_PARK, CAR_PARKS)):
        rank = np.where(taken, np.inf, _race(seed, purpose, lots, liking))
        found = np.zeros(len(rank), dtype=np.bool_)
        found[np.argsort(rank, kind="stable")[:count]] = True
        taken = taken | found
        chosen.append(found)
    return tuple(chosen)


def _race(seed: int, purpose: int, lots: Lots, liking: Floats) -> Floats:
    """Arrival times: the first so many are a sample without replacement, each lot as likely as it is liked."""
    return -np.log1p(-_dice(seed, purpose, lots)) / np.maximum(liking, 1e-9)


def _dice(seed: int, purpose: int, lots: Lots) -> Floats:
    return dice(seed, purpose, lots.edge, np.rint(lots.offset_m * 100).astype(np.int64), lots.side + 1)


def _step_at(steps: Steps, edge: Ints, offset_m: Floats) -> NDArray[np.intp]:
    """Which straight step of its edge each offset is on."""
    before = np.concatenate([[0.0], np.cumsum(steps.length_m)])
    step = np.searchsorted(before, before[steps.first[edge]] + offset_m, side="right") - 1
    return np.clip(step, steps.first[edge], steps.first[edge + 1] - 1)
