"""Where people live, work and park: premises along the streets, each with an address.

Knows: how many dwellings, businesses and car parks stand along which street, what their addresses are, and which
neighbourhood and police district each lies in.
Refuses to know: who lives there (`people`), and what happens there (`crime`).

Premises are made up, like the streets they stand on (`homes_lots`): as many dwellings as the census counts people for,
block group by block group. They are the same for every scenario and seed. `python -m twin.sim.homes` prints the
figures.
"""

from __future__ import annotations

import functools
import sys
import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from twin.sim import homes_lots, homes_numbers, roads, roads_import
from twin.sim import parish as facts
from twin.sim.geometry import Floats, inside
from twin.sim.homes_lots import Lots
from twin.sim.parish import LatLon, Parish, planar
from twin.sim.roads_draft import Ground
from twin.sim.roads_network import Network
from twin.sim.routing_leg import Spot

Use = Literal["residential", "business", "parking"]
USES: tuple[Use, ...] = ("residential", "business", "parking")
Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Homes:
    """Premises are rows, in the order of their streets; metres on the parish's plane.

    `use` (index in `USES`), `xy` (n, 2), the road they stand at (`edge`, `offset_m` along it), house `number` on
    `street` (index in `streets`) of `town` (index in `towns`), `neighbourhood` (index in `Parish.people`, a census
    block group), `district` (index in `districts`, the first `own_districts` of which are the sheriff's) and `per_km2`,
    people around. `dwellings` of row p have the numbers `first_dwelling[p]` up to `first_dwelling[p + 1]`; a business
    and a car park have none.
    """

    use: NDArray[np.uint8]
    xy: Floats
    edge: Ints
    offset_m: Floats
    number: Ints
    street: Ints
    town: NDArray[np.uint8]
    neighbourhood: NDArray[np.int16]
    district: NDArray[np.uint8]
    per_km2: Floats
    dwellings: Ints
    first_dwelling: Ints
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    districts: tuple[str, ...]
    own_districts: int

    def __len__(self) -> int:
        return len(self.use)

    @functools.cached_property
    def premise_of_dwelling(self) -> Ints:
        """The row each dwelling is in."""
        return np.repeat(np.arange(len(self), dtype=np.int32), self.dwellings)

    def of(self, *uses: Use) -> NDArray[np.intp]:
        """The rows that serve any of `uses`, in order."""
        return np.flatnonzero(np.isin(self.use, [USES.index(use) for use in uses]))

    def spot(self, premise: int) -> Spot:
        """Where a car stops for it."""
        return Spot(int(self.edge[premise]), float(self.offset_m[premise]))

    def address(self, premise: int, dwelling: int | None = None) -> str:
        """`1203 Cypress Street, Sulphur`; with the number of a dwelling in a house of several, its apartment too."""
        line = f"{self.number[premise]} {self.streets[self.street[premise]]}"
        if dwelling is not None and self.dwellings[premise] > 1:
            line += f" Apt {dwelling - int(self.first_dwelling[premise]) + 1}"
        return f"{line}, {self.towns[self.town[premise]]}"

    def nearest(self, x: float, y: float) -> int:
        """The premise whose door is nearest."""
        return int(self._doors.query((x, y))[1])

    @functools.cached_property
    def _doors(self) -> cKDTree:
        return cKDTree(self.xy)


def build(parish: Parish, network: Network, seed: int = roads.SEED) -> Homes:
    """Place every premise; a second or so."""
    ground = Ground(parish)
    lots = homes_lots.lay(ground, network, seed)
    dwellings = homes_lots.settle(lots, parish, seed)
    business, parking = homes_lots.trade(lots, parish, dwellings > 0, seed)
    taken = np.flatnonzero((dwellings > 0) | business | parking)
    taken = taken[np.lexsort((lots.side[taken], lots.offset_m[taken], lots.edge[taken]))]
    use = np.select([dwellings > 0, business], [0, 1], 2)[taken]
    return _homes(parish, network, lots.take(taken), use, dwellings[taken])


def _homes(parish: Parish, network: Network, lots: Lots, use: NDArray[np.int64], dwellings: NDArray[np.int64]) -> Homes:
    towns = tuple(place.name for place in parish.places)
    town = _towns(parish, lots.xy)
    districts, own, district = _districts(parish, lots.xy)
    street = network.name[lots.edge]
    return Homes(
        use=use.astype(np.uint8),
        xy=lots.xy,
        edge=lots.edge.astype(np.int32),
        offset_m=lots.offset_m,
        number=homes_numbers.number(street, town, lots.road_xy, lots.xy).astype(np.int32),
        street=street,
        town=town.astype(np.uint8),
        neighbourhood=lots.settlement.astype(np.int16),
        district=district.astype(np.uint8),
        per_km2=lots.per_km2,
        dwellings=dwellings.astype(np.int32),
        first_dwelling=np.concatenate([[0], np.cumsum(dwellings)]).astype(np.int32),
        streets=tuple(network.names.tolist()),
        towns=towns,
        districts=districts,
        own_districts=own,
    )


def _towns(parish: Parish, xy: Floats) -> NDArray[np.intp]:
    """The place each point lies in or, in the country, the one with the nearest middle: where its mail comes from."""
    rings = [planar(parish.plane, place.ring) for place in parish.places]
    town: NDArray[np.intp] = cKDTree([ring.mean(axis=0) for ring in rings]).query(xy)[1]
    for index, ring in enumerate(rings):
        town[inside(xy, ring)] = index
    return town


def _districts(parish: Parish, xy: Floats) -> tuple[tuple[str, ...], int, NDArray[np.intp]]:
    """Who polices each point: the department of the town it lies in, or the nearest of the sheriff's stations, which
    come first; how many those are."""
    own = {agency.agency for agency in parish.agencies if agency.own}
    stations = [station for station in parish.stations if station.agency in own]
    where = planar(parish.plane, [LatLon(*station.at) for station in stations])
    names = [station.name for station in stations]
    district: NDArray[np.intp] = cKDTree(where).query(xy)[1]
    for agency in parish.agencies:
        if agency.covers in {place.name for place in parish.places}:
            district[inside(xy, planar(parish.plane, parish.place(agency.covers).ring))] = len(names)
            names.append(agency.agency)
    return tuple(names), len(stations), district


@functools.cache
def load(streets: str | None = None) -> Homes:
    """The premises of `parish.load()` along its own streets, or those of a file (`roads_import`); made once a
    process."""
    return build(facts.load(), roads_import.chosen(streets))


def figures(homes: Homes, parish: Parish) -> dict[str, float]:
    """What a reader wants to know of the premises."""
    houses = homes.dwellings[homes.dwellings > 0]
    return {
        "premises": len(homes),
        **{use: len(homes.of(use)) for use in USES},
        "dwellings": int(houses.sum()),
        "in_houses_of_several": round(float(houses[houses > 1].sum() / houses.sum()), 3),
        "people_a_dwelling": round(sum(home.people for home in parish.people) / int(houses.sum()), 3),
        "streets_with_an_address": len(np.unique(homes.street)),
        "districts": len(homes.districts),
    }


def main() -> None:
    """Print the figures and the time to make them."""
    parish, network = facts.load(), roads.load()
    start = time.perf_counter()
    homes = build(parish, network)
    built_s = time.perf_counter() - start
    for name, value in {**figures(homes, parish), "build_s": round(built_s, 2)}.items():
        sys.stdout.write(f"{name:24} {value}\n")


if __name__ == "__main__":
    main()
