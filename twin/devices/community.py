"""Owners of doorbell cameras: what their cameras kept, as they would describe it.

Knows: that a clip has a claimed time and place, which may be off, and is kept for some days.
Refuses to know: what a clip truly shows, and who asks for it. No public feed of such video exists: an owner who agrees
answers a link (docs/devices.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Literal

import msgspec
from simpy import Environment

from twin.devices.clock import now_us
from twin.devices.things import SECOND_US, Log, unlogged

Consent = Literal["none", "on-request", "registered"]

KEPT_US = 30 * 86_400 * SECOND_US
CLOCK_RIGHT = 0.8  # of cameras set their clocks by the network; the others (assumption)
CLOCK_OFF_S = (30.0, 240.0)  # are off by so much, and
HOUR_WRONG = 0.25  # of them by an hour more
BEFORE_US = 3 * SECOND_US  # a clip begins before what set it off
LASTS_S = (8.0, 30.0)


class Clip(msgspec.Struct, frozen=True, gc=False):
    """`claimed_us` is the camera's word for when it began, since the scenario's start; the place is the owner's, in
    words and degrees; `shows` is what the owner would write beside it."""

    clip: str
    owner: str
    claimed_us: int
    lasts_s: float
    address: str
    lat: float
    lon: float
    shows: str


class Owner:
    """Somebody with a camera at their door. `name` as `community/<number>`; `agrees` to be asked or not. `off_us`: how
    far their camera's clock is ahead, where it is not left to chance."""

    def __init__(
        self,
        name: str,
        address: str,
        lat: float,
        lon: float,
        agrees: Consent,
        dice: Random,
        off_us: int | None = None,
    ) -> None:
        self.name = name
        self.address = address
        self.lat = lat
        self.lon = lon
        self.agrees = agrees
        self._dice = dice
        self._off_us = off_us if off_us is not None else 0 if dice.random() < CLOCK_RIGHT else _off_us(dice)
        self.clips: list[Clip] = []

    def clock_us(self, at_us: int) -> int:
        """What the camera's clock shows then."""
        return at_us + self._off_us

    def saw(self, at_us: int, shows: str) -> Clip:
        """The camera was set off at `at_us`."""
        clip = Clip(
            clip=f"{self.name.rpartition('/')[2]}-{len(self.clips) + 1}",
            owner=self.name,
            claimed_us=at_us - BEFORE_US + self._off_us,
            lasts_s=round(self._dice.uniform(*LASTS_S), 1),
            address=self.address,
            lat=self.lat,
            lon=self.lon,
            shows=shows,
        )
        self.clips.append(clip)
        return clip


class Community:
    """The owners whose cameras saw something, in order of first seeing. `owner(premise)` makes one."""

    def __init__(self, env: Environment, owner: Callable[[int], Owner], *, log: Log = unlogged) -> None:
        self.owners: dict[int, Owner] = {}
        self._env = env
        self._owner = owner
        self._log = log

    def saw(self, premise: int, about: str, shows: str) -> Clip:
        """The camera at `premise` has something of `about`, which only the truth log hears."""
        if premise not in self.owners:
            self.owners[premise] = self._owner(premise)
        owner = self.owners[premise]
        clip = owner.saw(now_us(self._env), shows)
        self._log(
            "clip-kept", owner=owner.name, clip=clip.clip, about=about, agrees=owner.agrees, claimed_us=clip.claimed_us
        )
        return clip

    def answering(self, from_us: int, to_us: int, *, asked: Consent) -> Iterator[Clip]:
        """The clips that owners would send who are asked for a claimed time between two moments: by name
        (`registered`), or in public (`on-request`), which those who are registered answer too. Old clips are gone."""
        willing = ("registered",) if asked == "registered" else ("registered", "on-request")
        oldest_us = now_us(self._env) - KEPT_US
        for owner in self.owners.values():
            if owner.agrees in willing:
                yield from (clip for clip in owner.clips if max(from_us, oldest_us) <= clip.claimed_us <= to_us)


def _off_us(dice: Random) -> int:
    off_s = dice.uniform(*CLOCK_OFF_S) * dice.choice((-1, 1)) + (3600.0 if dice.random() < HOUR_WRONG else 0.0)
    return round(off_s * SECOND_US)
