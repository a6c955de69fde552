"""Places by name: where a scenario means when it says "Sulphur".

Knows: the names a scenario may use, and the road each of them lies at.
Refuses to know: who goes there and why.
"""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np

from twin.sim.parish import COURSE_DEG, Parish, planar
from twin.sim.routing import Router
from twin.sim.routing_leg import Spot


class UnknownPlaceError(ValueError):
    """No place has this name; the message offers some that are close."""


class Gazetteer:
    """Spots on roads, by the names of towns, readers, gateways, stations, hospitals and airports (case does not
    matter)."""

    def __init__(self, parish: Parish, router: Router) -> None:
        self._router = router
        self._plane = parish.plane
        self._at: dict[str, tuple[float, float, float | None, str | None]] = {}
        for place in parish.places:
            x, y = np.mean(planar(parish.plane, place.ring), axis=0).tolist()
            self._at[place.name.casefold()] = (x, y, None, None)
        for centre in parish.centres:
            self._add(centre.name, *centre.at)
        for gateway in parish.gateways:
            self._add(gateway.name, *gateway.at)
        for station in parish.stations:
            self._add(station.name, *station.at)
        for hospital in parish.hospitals:
            self._add(hospital.name, *hospital.at)
        for airport in parish.airports:
            self._add(airport.ident, *airport.runways[0].thresholds[0])
        for site in parish.readers:
            x, y = self._plane.xy(*site.at)
            self._at[site.reader.casefold()] = (x, y, COURSE_DEG[site.watches], site.road)

    def names(self) -> list[str]:
        return sorted(self._at)

    def xy(self, name: str) -> tuple[float, float]:
        """Metres on the parish's plane. Raises UnknownPlaceError."""
        x, y, _, _ = self._find(name)
        return x, y

    def spot(self, name: str) -> Spot:
        """The place on a road; for a reader, on the carriageway that it watches. Raises UnknownPlaceError."""
        x, y, heading_deg, road = self._find(name)
        if heading_deg is None or road is None:
            return self._router.nearest_edge(x, y)
        return self._router.beside(x, y, heading_deg, road)

    def _add(self, name: str, lat: float, lon: float) -> None:
        self._at[name.casefold()] = (*self._plane.xy(lat, lon), None, None)

    def _find(self, name: str) -> tuple[float, float, float | None, str | None]:
        found = self._at.get(name.casefold())
        if found is None:
            close = get_close_matches(name.casefold(), self._at, 3, 0.4)
            raise UnknownPlaceError(f"there is no place called {name!r}; close are {', '.join(close) or 'none'}")
        return found
