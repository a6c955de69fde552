"""Doorbell cameras: which homes have one, what it saw, and whether its owner would share it.

Knows: the owners' consent, and which burglaries happened before a lens.
Refuses to know: what a clip shows and how it is asked for; who may see it.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy.spatial import cKDTree

from twin.devices.community import Consent
from twin.sim.crime_records import SIGHTING, Rows
from twin.sim.homes import Homes
from twin.sim.profiles import load
from twin.streams import Streams

CONSENTS: tuple[Consent, ...] = ("none", "on-request", "registered")
SEEN_WITHIN_S = 90.0


class Doorbells:
    """`premise`: rows of `Homes` with a camera, in order; `consent` of each owner: nobody has it (`none`), they answer
    a public request (`on-request`), or they are registered and can be asked (`registered`)."""

    def __init__(self, homes: Homes, streams: Streams) -> None:
        rates = load().cameras
        dice = streams.columns("cameras", "doorbells")
        houses = homes.of("residential")
        self.premise = houses[dice.random(len(houses)) < rates.homes]
        throws = dice.random(len(self.premise))
        none = 1.0 - rates.registered - rates.on_request
        self._consent: list[int] = np.searchsorted([none, none + rates.on_request], throws, side="right").tolist()
        self._homes = homes
        self._tree = cKDTree(homes.xy[self.premise])

    def consent(self, premise: int) -> Consent | None:
        """What the owner of the camera at `premise` agrees to; None where there is no camera."""
        place = int(np.searchsorted(self.premise, premise))
        if place == len(self.premise) or self.premise[place] != premise:
            return None
        return CONSENTS[self._consent[place]]

    def saw(self, burglaries: Rows, dice: Generator) -> Rows:
        """Rows of SIGHTING, in the order of `burglaries`: cameras at the door, and some across the street."""
        rates = load().cameras
        premise = burglaries["premise"]
        near = self._tree.query_ball_point(self._homes.xy[premise], rates.street_m, return_sorted=True)
        burglary = np.repeat(np.arange(len(premise)), [len(cameras) for cameras in near])
        camera = np.array([one for cameras in near for one in cameras], dtype=np.intp)
        own = self.premise[camera] == premise[burglary]
        sees = dice.random(len(camera)) < np.where(own, rates.own_door, rates.street)
        seen = np.zeros(int(sees.sum()), dtype=SIGHTING)
        seen["burglary"], seen["premise"] = burglary[sees], self.premise[camera[sees]]
        late_us = (dice.random(len(seen)) * SEEN_WITHIN_S * 1e6).astype(np.int64)
        seen["at_us"] = burglaries["at_us"][seen["burglary"]] + late_us
        return seen
