"""What flies over the parish, as receivers would find it.

Knows: every flight's way and name, and which of them have begun and not yet ended.
Refuses to know: why anybody flies (sky_traffic, sky_patrol), transponder formats, and who is heard.
"""

from __future__ import annotations

from bisect import insort
from typing import NamedTuple

from twin.devices.things import AircraftState
from twin.sim.geometry import Plane
from twin.sim.sky_path import Path


class Flight(NamedTuple):
    """An aircraft on its way: the way begins at `from_us` since the scenario's start, which may be before it."""

    from_us: int
    icao: str
    callsign: str
    squawk: str
    category: str
    path: Path

    @property
    def until_us(self) -> int:
        return self.from_us + self.path.lasts_us

    def state(self, at_us: int, plane: Plane) -> AircraftState:
        x, y, altitude_m, speed_mps, course_deg, climb_mps, on_ground = self.path.at(at_us - self.from_us)
        lat, lon = plane.latlon(x, y)
        return AircraftState(
            self.icao,
            self.callsign,
            lat,
            lon,
            altitude_m,
            speed_mps,
            course_deg,
            climb_mps,
            self.squawk,
            on_ground,
            self.category,
        )


class Sky:
    """`states(at_us)` may be asked by anybody, for times that do not go back. An aircraft that is parked with its
    transponder off is not there."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._coming: list[Flight] = []  # the next one last
        self._flying: list[Flight] = []

    def add(self, flight: Flight) -> None:
        insort(self._coming, flight, key=_latest_first)

    def remove(self, flight: Flight) -> None:
        """The aircraft flies otherwise from now on."""
        self._flying = [one for one in self._flying if one is not flight]
        self._coming = [one for one in self._coming if one is not flight]

    def states(self, at_us: int) -> list[AircraftState]:
        coming = self._coming
        if coming and coming[-1].from_us <= at_us:
            while coming and coming[-1].from_us <= at_us:
                self._flying.append(coming.pop())
        gone = [flight for flight in self._flying if at_us >= flight.until_us]
        if gone:
            self._flying = [flight for flight in self._flying if at_us < flight.until_us]
        plane = self._plane
        return [flight.state(at_us, plane) for flight in self._flying]


def _latest_first(flight: Flight) -> tuple[int, str]:
    return -flight.from_us, flight.icao
