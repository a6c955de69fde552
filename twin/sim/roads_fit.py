"""Whether a network of roads serves the parish: what must stand at a road does.

Knows: how far from a road a reader, a gateway, a place and a settlement may be.
Refuses to know: where the roads came from.
"""

from __future__ import annotations

from collections.abc import Iterator

from twin.sim.gazetteer import Gazetteer
from twin.sim.parish import Parish
from twin.sim.patrol_beats import ground
from twin.sim.routing import BESIDE_M, Router

READER_M = BESIDE_M
PLACE_M = 3_000.0
HOME_M = 5_000.0
TOLD = 5


def misfits(parish: Parish, router: Router) -> list[str]:
    """What lies too far from any road, one sentence each; nothing when all is well."""
    return list(_misfits(parish, router))


def shown(found: list[str]) -> str:
    """The first few of them, in one line."""
    more = f"; and {len(found) - TOLD} more" if len(found) > TOLD else ""
    return "; ".join(found[:TOLD]) + more


def _misfits(parish: Parish, router: Router) -> Iterator[str]:
    gazetteer = Gazetteer(parish, router)
    readers = {site.reader.casefold() for site in parish.readers}
    for name in gazetteer.names():
        is_reader = name in readers
        most = READER_M if is_reader else PLACE_M
        try:
            gap = gazetteer.spot(name).gap_m
        except LookupError:
            yield f"reader {name}: no road goes its way"
            continue
        if gap > most:
            what = f"reader {name}: the nearest road that goes its way" if is_reader else f"{name}: the nearest road"
            yield f"{what} is {_far(gap)} away, expected {_far(most)} at most"
    for home in parish.people:
        gap = router.nearest_edge(*parish.plane.xy(home.lat, home.lon)).gap_m
        if gap > HOME_M:
            yield f"the people at {home.lat}, {home.lon}: the nearest road is {_far(gap)} away"
    for agency in parish.agencies:
        try:
            ground(agency, parish, router)
        except ValueError as error:
            yield f"{agency.agency}, {agency.covers}: {error}"


def _far(metres: float) -> str:
    return f"{metres / 1000:.1f} km" if metres >= 1000 else f"{metres:.0f} m"
