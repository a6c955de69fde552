"""What every run on the same streets has in common: how to drive on them, and the beats they are cut into.

Knows: that it is the same for the same streets, and is made once in a process, however many runs that plays.
Refuses to know: runs. Nothing here draws dice or has a clock.
"""

from __future__ import annotations

from functools import cached_property

from twin.sim.parish import Parish
from twin.sim.patrol_beats import Beat, beat_map
from twin.sim.roads_network import Network
from twin.sim.routing import Router

MOST = 2


class Terrain:
    """For one thread at a time."""

    def __init__(self, parish: Parish, network: Network) -> None:
        self.network = network
        self.router = Router(network)
        self._parish = parish

    @cached_property
    def beats(self) -> dict[str, tuple[Beat, ...]]:
        """By agency. Made when somebody first asks: the streets may be another county's."""
        return beat_map(self._parish, self.router)


_made: dict[str, Terrain] = {}


def of(parish: Parish, network: Network) -> Terrain:
    """Kept by what the network is."""
    digest = network.digest()
    if digest not in _made:
        while len(_made) >= MOST:
            del _made[next(iter(_made))]
        _made[digest] = Terrain(parish, network)
    return _made[digest]
