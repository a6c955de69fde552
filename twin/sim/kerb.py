"""Cars that stand along the streets, as somebody who drives past sees them.

Knows: which cars of a household stand before its house at which time of day, and which way round.
Refuses to know: who drives past, and cars that move.

Nothing stands anywhere until somebody looks; who looks again within the hours sees the same cars.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.sim.geometry import Number
from twin.sim.people import People
from twin.sim.plates import Vehicle
from twin.streams import Streams

SQUARE_M = 40.0
CARS_SEEN = 3  # of one house
STANDING = (0.55, 0.28, 0.3, 0.5)
"""Of a household's cars, how many stand in the street or in sight of it: by night, in the morning, in the afternoon, in
the evening (assumption)."""
SLOT_HOURS = 6
ALONG_SHARE = 0.5  # parked in the direction in which one comes past; the others show their fronts


class Parked(NamedTuple):
    """`shows_rear`: to who comes past; `car` is its number among the residents' cars."""

    car: int
    vehicle: Vehicle
    shows_rear: bool


class Kerb:
    """`away(car)`: whether a car is not where its owner left it. `local_start` is the world's start by its clocks."""

    def __init__(
        self, people: Callable[[], People], streams: Streams, local_start: datetime, away: Callable[[int], bool]
    ) -> None:
        self._people = people
        self._streams = streams
        self._start = local_start
        self._away = away

    def houses(self, x: float, y: float) -> list[int]:
        """The premises beside a place on the plane: those in the same square of a grid."""
        order, keys = self._squares
        key = int(_key(x // SQUARE_M, y // SQUARE_M))
        first, last = bisect_left(keys, key), bisect_left(keys, key + 1)
        here: list[int] = order[first:last].tolist()
        return here

    @functools.cached_property
    def _squares(self) -> tuple[NDArray[np.intp], list[int]]:
        """Premises in order of their squares, and each one's square."""
        east, north = (self._people().homes.xy // SQUARE_M).T
        keys = _key(east, north).astype(np.int64)
        order = np.argsort(keys, kind="stable")
        return order, keys[order].tolist()

    def before(self, premise: int, now_us: int) -> list[Parked]:
        """The cars that stand before a house."""
        cars = self._people().cars_at(premise)
        if not cars:
            return []
        at = self._start + timedelta(microseconds=now_us)
        slot = at.hour // SLOT_HOURS
        dice = self._streams.of("kerb", f"{premise}/{at:%Y-%m-%d}/{slot}")
        standing = []
        for car in cars[:CARS_SEEN]:
            is_here, along = dice.random() < STANDING[slot], dice.random() < ALONG_SHARE
            if is_here and not self._away(car):
                standing.append(Parked(car, self._people().vehicle_at(car), along))
        return standing


def _key(east: Number, north: Number) -> Number:
    return east * 1_000_003 + north
